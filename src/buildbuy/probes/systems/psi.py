"""Drift tests written by hand on numpy and scipy: what a monitoring product is measured against."""

from __future__ import annotations

from buildbuy.probes.exercise import Exercise
from buildbuy.probes.systems import Place, System


def _exercise(at: Place) -> Exercise:
    at.copy_exercise("psi", "drift.py")
    return Exercise((at.python, "exercise.py"))


SYSTEM = System(
    "psi", "Hand-written PSI and KS tests", "scipy", "psi", "2026-11",
    {
        "default": ("PSI above 0.2 by deciles of the reference, or categories: the rule of thumb", "missing values are left out"),
        "tuned": (
            "Kolmogorov-Smirnov and chi-square tests at 5% for the whole table, divided by their number (Bonferroni): false alarms stay rare however many columns", "a test of missing values",
            "Fisher's z test of the rank correlation of each pair: what no test of single columns can see",
        ),
    },
    0, exercise=_exercise, option="prometheus-grafana/build",
)  # fmt: skip
