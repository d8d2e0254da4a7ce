"""A model behind Ray Serve."""

import os
import time
from pathlib import Path

import ray
from ray import serve
from served import MODELS, WORKERS, score, session
from starlette.requests import Request

TUNED = os.environ["PROBE_PROFILE"] == "tuned"


@serve.deployment(num_replicas=WORKERS, max_ongoing_requests=100)
class Small:
    def __init__(self) -> None:
        self.model = session()

    def run(self, rows):
        return score(self.model, rows).tolist()

    @serve.batch(max_batch_size=64, batch_wait_timeout_s=0.001)
    async def together(self, requests: list) -> list:
        made = self.run([row for rows in requests for row in rows])
        return [[made.pop(0) for _ in rows] for rows in requests]

    async def __call__(self, request: Request) -> dict:
        if request.method == "GET":
            return {"ok": True}
        rows = (await request.json())["inputs"]
        return {"score": await self.together(rows) if TUNED else self.run(rows)}


ray.init(include_dashboard=False, num_cpus=max(2, WORKERS * MODELS), object_store_memory=200_000_000, _temp_dir=str(Path("r").resolve()))
serve.start(http_options={"host": "127.0.0.1", "port": int(os.environ["PROBE_PORT"])})
for i in range(MODELS):
    serve.run(Small.bind(), name=f"small-{i}", route_prefix=f"/predict/{i}")
while True:
    time.sleep(60)
