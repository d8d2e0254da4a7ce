"""Airflow 3: `airflow standalone` (API server, scheduler with LocalExecutor, DAG processor, triggerer) on SQLite."""

from __future__ import annotations

import shutil

from buildbuy.probes.exercise import Exercise, Ready, Service
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("airflow", "pipelines.py")
    dags = at.scratch / "dags"
    dags.mkdir()
    shutil.move(at.scratch / "pipeline_dags.py", dags)
    port, worker_logs, trigger_logs = at.ports
    base = f"http://127.0.0.1:{port}"
    env = {
        "AIRFLOW_HOME": str(at.scratch / "airflow"), "AIRFLOW__CORE__DAGS_FOLDER": str(dags), "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "AIRFLOW__API__HOST": "127.0.0.1", "AIRFLOW__API__PORT": str(port), "AIRFLOW__API__WORKERS": "1", "AIRFLOW__API__BASE_URL": base, "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{base}/execution/",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(worker_logs), "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(trigger_logs),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False", "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True", "PYTHONPATH": str(at.scratch), "PATH": at.path,
    }  # fmt: skip
    if at.profile == "tuned":
        env |= {
            "AIRFLOW__CORE__PARALLELISM": "2", "AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.2", "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5", "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_SEC": "3",
        }  # fmt: skip
    standalone = Service((at.python, "-m", "airflow", "standalone"), {**env, **at.told}, Ready(port, "/api/v2/monitor/health"))
    return Exercise((at.python, "exercise.py"), env, (standalone,))


SYSTEM = System(
    "airflow", "Airflow 3", "apache-airflow", "airflow", "2026-11",
    {
        "default": ("LocalExecutor, 32 workers at most, the default", "retries without delay: the default 5 minutes would hide what a retry costs", "SQLite, for one machine only", "1 API worker"),
        "tuned": (
            "2 workers: as many as cores", "the scheduler sleeps 0.2 s instead of 1 s when there is nothing to do", "a task without heartbeat for 15 s instead of 300 s counts as dead",
            "retries without delay", "SQLite", "1 API worker",
        ),
    },
    3, exercise=_exercise,
)  # fmt: skip
