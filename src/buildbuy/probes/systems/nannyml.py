"""NannyML: its drift and missing-value calculators; no server.

The list pins pandas below 3, which its last release didn't know, and has statsmodels, which it imports without asking for it.
"""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("nannyml", "drift.py")
    return Exercise((at.python, "exercise.py"))


SYSTEM = System(
    "nannyml", "NannyML", "nannyml", "nannyml", "2026-11",
    {
        "default": ("UnivariateDriftCalculator as documented: Jensen-Shannon distances of 10 chunks, an alert beyond three standard deviations of those in the reference; any alert counts",),
        "tuned": (
            "one chunk, Kolmogorov-Smirnov and L-infinity statistics with constant thresholds, at 5% for the whole table divided by the number of columns: 10 chunks of 20 columns raise an alert most of the time",
            "MissingValuesCalculator: drift leaves missing values out",
            "DomainClassifierCalculator with its own threshold, an AUROC above 0.65: what no single column shows; 50 trees in one thread and 3 folds, for 100 trees in all threads and 5 folds took more than half a minute a pair of tables on a busy machine",
        ),
    },
    0, exercise=_exercise,
)  # fmt: skip
