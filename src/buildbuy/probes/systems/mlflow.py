"""MLflow: its tracking server on SQLite or PostgreSQL, artefacts through the server, its own client."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise, Ready, Service
from buildbuy.probes.systems import Place, System
from buildbuy.probes.systems.services import postgresql

SETTINGS = {
    "default": (
        "the server's own: 4 workers and the processes that run jobs", "--timeout-worker-healthcheck 120: after uvicorn's own 5 s a busy machine's workers are ended before they have come up", "one log_metric call a metric, as the tutorial has it", "the client's own 7 retries, 120 s each",
    ),
    "tuned": (
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION false: tracking needs none of its job processes, which take most of the memory", "1 worker: one training run doesn't need more",
        "log_metrics once a step, in the background (synchronous=False): the loop doesn't wait for the server, nor for the client's 7 retries",
    ),
}  # fmt: skip


def _exercise(at: Place, store: str, *database: Service) -> Exercise:
    at.copy_exercise("mlflow", "tracking.py")
    port = at.ports[0]
    tuned = at.profile == "tuned"
    command = (
        at.python, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--backend-store-uri", store, "--artifacts-destination", str(at.scratch / "artifacts"),
        *(("--workers", "1") if tuned else ("--uvicorn-opts", "--timeout-worker-healthcheck 120")),
    )  # fmt: skip
    env = {"PATH": at.path, **({"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"} if tuned else {})}
    client = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}", "PATH": at.path, "GIT_PYTHON_REFRESH": "quiet"}
    server = Service(command, env, Ready(port, "/health"))
    return Exercise((at.python, "track.py"), client, (*database, server))


def _sqlite(at: Place) -> Exercise:
    return _exercise(at, f"sqlite:///{at.scratch / 'mlflow.db'}")


def _postgresql(at: Place) -> Exercise:
    return _exercise(at, f"postgresql+psycopg2://probe@127.0.0.1:{at.ports[1]}/probe", postgresql(at, at.ports[1]))


SYSTEMS = {
    "mlflow-sqlite": System("mlflow-sqlite", "MLflow on SQLite", "mlflow", "mlflow", "2026-11", SETTINGS, 1, exercise=_sqlite, option="mlflow/self-host"),
    "mlflow-postgresql": System("mlflow-postgresql", "MLflow on PostgreSQL", "mlflow", "mlflow", "2026-11", SETTINGS, 2, exercise=_postgresql, option="mlflow/self-host"),
}
