"""Repeated runs: how sure a figure is, and whether two systems can be told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


def interval(values: Sequence[float], confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Confidence interval of the typical value (geometric mean) of repeated runs: Student's t on the logarithms.
    None for a single run and where a run never came to an end.
    """
    if len(values) < 2 or not all(math.isfinite(x) and x > 0 for x in values):
        return None
    logs = np.log(values)
    half = float(stats.t.ppf((1 + confidence) / 2, len(logs) - 1)) * float(logs.std(ddof=1)) / math.sqrt(len(logs))
    return math.exp(float(logs.mean()) - half), math.exp(float(logs.mean()) + half)


def noise(values: Sequence[float], again: Sequence[float]) -> float:
    """How far two sets of runs of the same thing lie apart: the larger geometric mean over the smaller."""
    return math.exp(abs(float(np.log(values).mean() - np.log(again).mean())))


@dataclass(frozen=True)
class Difference:
    """How many times slower `slow` is than `fast`, its interval, and whether that is more than noise."""

    slow: str
    fast: str
    ratio: float
    low: float
    high: float
    different: bool


def differences(runs: Mapping[str, Sequence[float]], noise: float) -> list[Difference]:
    """Each system against the fastest, by Welch's interval of the ratio of geometric means, with the confidence
    shared between the comparisons (Bonferroni). They differ only where the whole interval lies beyond `noise`,
    the ratio that the same system showed against itself. Systems with fewer than two runs, or one that never
    ended, are left out.
    """
    logs = {k: np.log(v) for k, v in runs.items() if len(v) > 1 and all(math.isfinite(x) and x > 0 for x in v)}
    if len(logs) < 2:
        return []
    fast = min(logs, key=lambda k: float(logs[k].mean()))
    confidence = 1 - (1 - CONFIDENCE) / (len(logs) - 1)
    out = []
    for name, mine in logs.items():
        if name == fast:
            continue
        middle = float(mine.mean() - logs[fast].mean())
        same = float(mine.std() + logs[fast].std()) == 0  # no spread at all: the interval is the point
        found = None if same else stats.ttest_ind(mine, logs[fast], equal_var=False).confidence_interval(confidence)
        low, high = (middle, middle) if found is None else (float(found.low), float(found.high))
        out.append(Difference(name, fast, math.exp(middle), math.exp(low), math.exp(high), low > math.log(noise)))
    return sorted(out, key=lambda x: x.ratio)
