"""Ray: tasks and actors on a local cluster of its own."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("ray_core", "training.py")
    # threads of the numeric library bound alike for all: what is compared is who spreads the work
    return Exercise((at.python, "exercise.py"), {"PATH": at.path, "PYTHONPATH": str(at.scratch), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


SYSTEM = System(
    "ray", "Ray", "ray", "ray_core", "2026-11",
    {
        "default": ("a task is a remote function", "2 CPUs, no dashboard, 200 MB of object store: it runs beside the exercise on one machine"),
        "tuned": ("tasks go to actors that are kept: no scheduling of each", "2 CPUs, no dashboard, 200 MB of object store"),
    },
    0, exercise=_exercise,
)  # fmt: skip
