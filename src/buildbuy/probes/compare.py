"""Repeated runs: how sure a figure is, and whether two systems can be told apart."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from buildbuy.probes.load import Measured

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


def bounds(runs: Sequence[Measured], p: float) -> list[float] | None:
    """95% interval of a percentile over the runs that count, in ms."""
    found = interval([x.percentile(p) for x in runs if not x.refused])
    return [round(x * 1000, 3) for x in found] if found else None


def milliseconds(seconds: float) -> float | None:
    """Rounded; None for a request that never came back."""
    return round(seconds * 1000, 3) if math.isfinite(seconds) else None


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
        middle, half = float(mine.mean() - logs[fast].mean()), _welch(mine, logs[fast], confidence)
        out.append(Difference(name, fast, math.exp(middle), math.exp(middle - half), math.exp(middle + half), middle - half > math.log(noise)))
    return sorted(out, key=lambda x: x.ratio)


def _welch(a: NDArray[np.float64], b: NDArray[np.float64], confidence: float) -> float:
    """Half the width of Welch's interval of a difference of means; by hand, as scipy's warns of runs that are
    alike to the last digit.
    """
    va, vb = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    if va + vb == 0:
        return 0.0
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    return float(stats.t.ppf((1 + confidence) / 2, freedom)) * math.sqrt(va + vb)
