"""Prefect: its server on SQLite, flows of tasks in threads.

The list pins fastapi: with 0.165 the server ends while it starts.
"""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise, Ready, Service
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("prefect", "pipelines.py")
    port = at.ports[0]
    env = {"PREFECT_HOME": str(at.scratch / "prefect"), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_LOGGING_LEVEL": "WARNING"}
    tuned = {"PREFECT_RUNNER_POLL_FREQUENCY": "1", "PREFECT_LOGGING_TO_API_ENABLED": "false"} if at.profile == "tuned" else {}
    server = Service((at.python, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)), env, Ready(port, "/api/health"))
    return Exercise((at.python, "exercise.py"), {**env, **tuned}, (server,))


SYSTEM = System(
    "prefect", "Prefect", "prefect", "prefect", "2026-11",
    {
        "default": ("a script calls the flow, as the tutorial has it; the server keeps what it did", "tasks in threads, the default task runner", "SQLite, the server's default"),
        "tuned": (
            "flows are served: a standing process starts each run in a process of its own, so that somebody sees when it dies", "PREFECT_RUNNER_POLL_FREQUENCY 1 s instead of 10: a run begins sooner",
            "PREFECT_LOGGING_TO_API_ENABLED false: tasks don't send their logs", "SQLite",
        ),
    },
    1, exercise=_exercise,
)  # fmt: skip
