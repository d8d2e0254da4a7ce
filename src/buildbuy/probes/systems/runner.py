"""A hand-written runner with retries and state in SQLite, called by cron: what an orchestrator is measured against."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("runner", "pipelines.py")
    return Exercise((at.python, "exercise.py"))


SYSTEM = System(
    "runner", "Hand-written runner and cron", "psutil", "runner", "2026-11",
    {
        "default": ("cron calls it each minute, its shortest interval: what died is taken up at the next call", "tasks one after the other in one process", "SQLite as it comes"),
        "tuned": ("a service manager keeps it and starts it 1 s after it died: nobody waits for the next minute", "a process for each task, as many as cores: one that is killed doesn't take the others along", "SQLite with a write-ahead log, which is not forced to the disk at each step"),
    },
    0, exercise=_exercise, option="cron/build",
)  # fmt: skip
