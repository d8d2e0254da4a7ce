"""Comet in offline mode: the client alone, which needs neither a key nor a network. Its server is the vendor's."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def exercise(at: Place) -> Exercise:
    at.copy_exercise("comet", "tracking.py")
    return Exercise((at.python, "track.py"), {"PATH": at.path})


SYSTEM = System(
    "comet", "Comet offline", "comet-ml", "comet", "2026-11",
    {
        "default": ("OfflineExperiment as documented: code, output and the environment are kept too",),
        "tuned": ("all automatic logging off (code, git, graph, parameters, output, environment): only what the loop logs",),
    },
    0, exercise=exercise, option="comet/managed",
)  # fmt: skip
