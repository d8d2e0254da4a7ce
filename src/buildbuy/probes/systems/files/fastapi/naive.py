"""A model behind FastAPI, as first written."""

from fastapi import FastAPI
from pydantic import BaseModel
from served import score, session

app = FastAPI()
model = session()


class Query(BaseModel):
    inputs: list[list[float]]


@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


@app.post("/predict")
def predict(query: Query) -> dict[str, list[list[float]]]:
    return {"score": score(model, query.inputs).tolist()}
