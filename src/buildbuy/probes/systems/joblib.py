"""joblib and the standard library's pool of processes: what a compute framework is measured against on one machine."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("joblib", "training.py")
    return Exercise((at.python, "exercise.py"), {"PYTHONPATH": str(at.scratch), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


SYSTEM = System(
    "joblib", "joblib, multiprocessing", "joblib", "joblib", "2026-11",
    {
        "default": ("joblib.Parallel with 2 processes, as its documentation has it",),
        "tuned": ("multiprocessing.Pool with 2 forked processes that are kept: chunks of tasks instead of joblib's own batches",),
    },
    0, exercise=_exercise,
)  # fmt: skip
