"""Dagster: `dagster dev` (webserver, daemon, code server) on SQLite, jobs of ops."""

from __future__ import annotations

import json

from buildbuy.probes.exercise import Exercise, Ready, Service
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("dagster", "pipelines.py")
    home = at.scratch / "dagster"
    home.mkdir()
    instance: dict[str, object] = {"telemetry": {"enabled": False}}
    if at.profile == "tuned":
        instance |= {"run_monitoring": {"enabled": True, "poll_interval_seconds": 5}, "run_retries": {"enabled": True, "max_retries": 1}, "run_coordinator": {"module": "dagster._core.run_coordinator", "class": "QueuedRunCoordinator", "config": {"dequeue_interval_seconds": 1}}}
    (home / "dagster.yaml").write_text(json.dumps(instance))  # JSON is YAML
    port = at.ports[0]
    env = {"DAGSTER_HOME": str(home), "PYTHONPATH": str(at.scratch), "PATH": at.path}
    server = Service((at.python, "-m", "dagster", "dev", "-f", "jobs.py", "-h", "127.0.0.1", "-p", str(port)), {**env, **at.told}, Ready(port, "/server_info"))
    return Exercise((at.python, "exercise.py"), env, (server,))


SYSTEM = System(
    "dagster", "Dagster", "dagster", "dagster", "2026-11",
    {
        "default": ("a process for each op, the default executor", "no run monitoring, no retries of runs, the defaults", "SQLite"),
        "tuned": (
            "in_process_executor: small ops don't pay for a process each", "run_monitoring each 5 s and run_retries 1: a run whose process died is seen and begun again",
            "the queue is looked at each second instead of each 5", "SQLite",
        ),
    },
    1, exercise=_exercise,
)  # fmt: skip
