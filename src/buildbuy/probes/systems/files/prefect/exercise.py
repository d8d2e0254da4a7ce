"""Prefect: its server on SQLite; flows as scripts (default) or served (tuned)."""

import subprocess
import sys
import time
from pathlib import Path

import httpx
from figures import PORTS, TUNED
from pipelines import exercise

API = f"http://127.0.0.1:{PORTS[0]}/api"
ENDED = {"COMPLETED": "success", "FAILED": "failed", "CRASHED": "failed", "CANCELLED": "failed"}


def call(method, path, **more):
    """Its API's answer; busy (503) is asked again, as Prefect's own client does."""
    for _ in range(10):
        answer = httpx.request(method, API + path, timeout=30, **more)
        if answer.status_code != 503:
            break
        time.sleep(1)
    return answer.raise_for_status().json()


class Prefect:
    standing = True
    worker = "a script runs its own tasks: the process that was killed above is the worker"

    def __init__(self):
        self.asked = {}
        if TUNED:
            self.runner = self._script()
            self.worker = lambda _: [self.runner.pid]
            until = time.monotonic() + 120
            while not self._deployments():
                if time.monotonic() > until or self.runner.poll() is not None:
                    raise TimeoutError("the flows were not served within 120 s")
                time.sleep(0.2)

    def _script(self, *pipeline):
        with Path("flows.log").open("ab") as log:
            return subprocess.Popen([sys.executable, "flows.py", *pipeline], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _deployments(self):
        return {one["name"]: one["id"] for one in call("POST", "/deployments/filter", json={})}

    def run(self, pipeline):
        if TUNED:
            self.asked[pipeline] = call("POST", f"/deployments/{self._deployments()[pipeline]}/create_flow_run", json={})["id"]
        else:
            self.before = {one["id"] for one in self._runs(pipeline)}
            self.script = self._script(pipeline)

    def _runs(self, pipeline):
        return call("POST", "/flow_runs/filter", json={"flows": {"name": {"any_": [pipeline]}}})

    def state(self, pipeline):
        if TUNED:
            found = call("GET", f"/flow_runs/{self.asked[pipeline]}")
        else:
            new = [one for one in self._runs(pipeline) if one["id"] not in self.before]
            if not new:
                return "running"
            found = new[0]
        return ENDED.get(found["state_type"], "running")


exercise(Prefect())
