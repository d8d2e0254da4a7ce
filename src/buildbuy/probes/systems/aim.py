"""Aim on a folder: its SDK writes the repository itself and searches it; no server.

The list asks for boto3 from version 1 on: Aim names no version, and an old one is the only one that goes with the newest
python-dateutil.
"""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def exercise(at: Place) -> Exercise:
    at.copy_exercise("aim", "tracking.py")
    return Exercise((at.python, "track.py"), {"PATH": at.path})


SYSTEM = System(
    "aim", "Aim", "aim", "aim", "2026-11",
    {
        "default": ("a run and one track call a metric, as the quickstart has it: system metrics and the terminal's output are kept too", "aim storage reindex before runs are read: only it or a running `aim up` writes the index that the SDK reads"),
        "tuned": ("system_tracking_interval None, capture_terminal_logs False: only what the loop logs", "one track call a step, with all metrics", "aim storage reindex before runs are read, as by default"),
    },
    0, exercise=exercise,
)  # fmt: skip
