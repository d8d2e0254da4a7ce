"""A model behind Ray Serve."""

import os
import time
from pathlib import Path

import numpy as np
import onnxruntime
import ray
from ray import serve
from starlette.requests import Request

TUNED = os.environ["PROBE_PROFILE"] == "tuned"
MODEL = str(Path("model.onnx").resolve())


@serve.deployment(num_replicas=1, max_ongoing_requests=100)
class Small:
    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        if TUNED:
            options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(MODEL, options)

    def run(self, rows):
        return self.session.run(None, {"inputs": np.asarray(rows, np.float32)})[0].tolist()

    @serve.batch(max_batch_size=64, batch_wait_timeout_s=0.001)
    async def together(self, rows: list) -> list:
        return self.run(rows)

    async def __call__(self, request: Request) -> dict:
        if request.method == "GET":
            return {"ok": True}
        rows = (await request.json())["inputs"]
        return {"score": [await self.together(rows[0])] if TUNED else self.run(rows)}


ray.init(include_dashboard=False, num_cpus=2, object_store_memory=200_000_000, _temp_dir=str(Path("r").resolve()))
serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PROBE_PORT"])})
serve.run(Small.bind(), route_prefix="/predict")
while True:
    time.sleep(60)
