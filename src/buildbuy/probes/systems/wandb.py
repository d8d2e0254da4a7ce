"""W&B in offline mode: the client alone. Its server is the vendor's, or a container that can't be had here."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def exercise(at: Place) -> Exercise:
    at.copy_exercise("wandb", "tracking.py")
    return Exercise((at.python, "track.py"), {"WANDB_MODE": "offline", "WANDB_SILENT": "true", "PATH": at.path})


SYSTEM = System(
    "wandb", "W&B offline", "wandb", "wandb", "2026-11",
    {
        "default": ("a run as the quickstart has it: system metrics, console and code are kept too",),
        "tuned": ("x_disable_stats: no sampling of the machine beside the loop", "console off, no code, no git: only what the loop logs"),
    },
    0, exercise=exercise, option="weights-and-biases/managed",
)  # fmt: skip
