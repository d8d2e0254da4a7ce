"""A model behind FastAPI, with micro-batching: while one batch runs, the next one gathers."""

import asyncio
import json
from contextlib import asynccontextmanager

import numpy as np
from fastapi import FastAPI, Request, Response
from onnxruntime import InferenceSession
from served import MODELS, all_up, score, session, up

LARGEST = 64
waiting: list[asyncio.Queue] = [asyncio.Queue() for _ in range(MODELS)]


async def work(model: InferenceSession, waiting: asyncio.Queue) -> None:
    while True:
        batch = [await waiting.get()]
        while len(batch) < LARGEST and not waiting.empty():
            batch.append(waiting.get_nowait())
        rows = np.concatenate([inputs for inputs, _ in batch])
        try:
            scores = await asyncio.to_thread(score, model, rows)
            ends = np.cumsum([len(inputs) for inputs, _ in batch])[:-1]
            for (_, answer), part in zip(batch, np.split(scores, ends), strict=True):
                answer.set_result(part)
        except Exception as e:
            for _, answer in batch:
                answer.set_exception(e)


@asynccontextmanager
async def lifespan(_: FastAPI):
    models = [session() for _ in waiting]  # not in the tasks: one that doesn't load must end the server
    tasks = [asyncio.create_task(work(*pair)) for pair in zip(models, waiting, strict=True)]
    up()
    yield
    for task in tasks:
        task.cancel()


app = FastAPI(lifespan=lifespan)


@app.get("/health")
async def health() -> Response:
    return Response(status_code=200 if all_up() else 503)


@app.post("/predict/{which}")
async def predict(which: int, request: Request) -> Response:
    inputs = np.asarray(json.loads(await request.body())["inputs"], np.float32)
    answer = asyncio.get_running_loop().create_future()
    waiting[which].put_nowait((inputs, answer))
    return Response(json.dumps({"score": (await answer).tolist()}), media_type="application/json")
