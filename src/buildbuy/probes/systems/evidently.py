"""Evidently: drift tests of its library; no server.

The list pins pandas below 3, which this version doesn't work with.
"""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("evidently", "drift.py")
    return Exercise((at.python, "exercise.py"))


SYSTEM = System(
    "evidently", "Evidently", "evidently", "evidently", "2026-11",
    {
        "default": ("DataDriftPreset with its tests: Wasserstein or Jensen-Shannon distance above 0.1 from 1,000 rows on", "missing values aren't part of it"),
        "tuned": ("Kolmogorov-Smirnov and chi-square tests at 5% for the whole table, divided by the number of columns: a distance of 0.1 misses small shifts", "MissingValueCount with its test: the preset doesn't look"),
    },
    0, exercise=_exercise,
)  # fmt: skip
