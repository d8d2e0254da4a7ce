"""A model behind FastAPI, as first written."""

from fastapi import FastAPI
from pydantic import BaseModel
from served import MODELS, score, session

app = FastAPI()
models = [session() for _ in range(MODELS)]


class Query(BaseModel):
    inputs: list[list[float]]


@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


@app.post("/predict/{which}")
def predict(which: int, query: Query) -> dict[str, list[list[float]]]:
    return {"score": score(models[which], query.inputs).tolist()}
