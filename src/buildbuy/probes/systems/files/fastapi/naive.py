"""A model behind FastAPI, as first written."""

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
session = onnxruntime.InferenceSession("model.onnx")


class Query(BaseModel):
    inputs: list[list[float]]


@app.get("/health")
def health() -> dict[str, bool]:
    return {"ok": True}


@app.post("/predict")
def predict(query: Query) -> dict[str, list[list[float]]]:
    return {"score": session.run(None, {"inputs": np.asarray(query.inputs, np.float32)})[0].tolist()}
