"""whylogs: profiles (sketches) of tables, compared by its drift scores; no server.

The list pins numpy, pandas, pyarrow, scipy and setuptools to what its last release knew, and has ipython, which its
module of drift scores imports.
"""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("whylogs", "drift.py")
    return Exercise((at.python, "exercise.py"), {"WHYLOGS_NO_ANALYTICS": "True"})


SYSTEM = System(
    "whylogs", "whylogs", "whylogs", "whylogs", "2026-11",
    {
        "default": ("calculate_drift_scores with its own thresholds: a p-value below 0.05 in any column is drift",),
        "tuned": ("p-values below 0.05 divided by the number of columns: 20 columns at 0.05 raise an alarm most of the time", "missing values more by 1% of the rows: its drift scores leave them out, its profiles count them"),
    },
    0, exercise=_exercise,
)  # fmt: skip
