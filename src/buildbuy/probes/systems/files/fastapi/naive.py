"""A model behind FastAPI, as first written."""

from fastapi import FastAPI, Response
from pydantic import BaseModel
from served import MODELS, all_up, score, session, up

app = FastAPI()
models = [session() for _ in range(MODELS)]
up()


class Query(BaseModel):
    inputs: list[list[float]]


@app.get("/health")
def health() -> Response:
    return Response(status_code=200 if all_up() else 503)


@app.post("/predict/{which}")
def predict(which: int, query: Query) -> dict[str, list[list[float]]]:
    return {"score": score(models[which], query.inputs).tolist()}
