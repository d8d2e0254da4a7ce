"""Break-even in the user's own unit, as a distribution: at which workload two actions cost the same.

The workload is pinned to a grid of values, everything else stays drawn; curves can cross more than
once, so the grid is scanned and every crossing of the means refined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buildbuy.decide.switching import Running, static_lines
from buildbuy.domain.problem import Option, Problem
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.world import World

DRAWS, POINTS, REFINE = 200, 13, 4
SPAN = 30.0


@dataclass(frozen=True)
class BreakEven:
    """Where `one` and `other` cost the same as `variable` varies.

    `crossings` are those of the means, rising; `p5..p95` are quantiles of the first crossing per
    draw among the `share` of draws that have one inside the scanned range.
    """

    variable: str
    unit: str
    one: str
    other: str
    today: float
    crossings: tuple[float, ...]
    cheaper_above: str
    share: float
    p5: float | None
    p50: float | None
    p95: float | None


def break_even(problem: Problem, seed: int, variable: str, one: Option, other: Option) -> BreakEven:
    """Scan `variable` from a thirtieth to thirty times today's median."""
    driver = problem.variables[variable].level
    base = World(problem, Draws(problem.drivers, seed, "break-even", DRAWS))
    today = float(np.median(base.start(variable)))

    def difference(value: float) -> Array:
        draws = Draws(problem.drivers, seed, "break-even", DRAWS, fixed={driver: value})
        world = World(problem, draws)
        incumbent = Running(world, problem.incumbent)
        costs = [sum(static_lines(world, incumbent, Running(world, o))[0].values()) for o in (one, other)]
        return np.asarray(costs[0] - costs[1])

    grid = today * np.geomspace(1 / SPAN, SPAN, POINTS)
    values = np.stack([difference(float(x)) for x in grid])
    means = values.mean(axis=1)
    crossings = []
    for i in np.flatnonzero(np.signbit(means[1:]) != np.signbit(means[:-1])):
        crossings.append(_refine(difference, float(grid[i]), float(grid[i + 1]), float(means[i])))
    per_draw = _first_crossing(values, grid)
    inside = per_draw[np.isfinite(per_draw)]
    p5, p50, p95 = (np.quantile(inside, [0.05, 0.5, 0.95]).tolist()) if len(inside) >= 10 else (None, None, None)
    above = one.action if means[-1] < 0 else other.action
    return BreakEven(
        variable, problem.variables[variable].unit, one.action, other.action, today,
        tuple(crossings), above, float(len(inside) / DRAWS), p5, p50, p95,
    )  # fmt: skip


def _refine(difference, low: float, high: float, at_low: float) -> float:  # type: ignore[no-untyped-def]
    """Bisection on the log scale."""
    for _ in range(REFINE):
        middle = float(np.sqrt(low * high))
        value = float(difference(middle).mean())
        if np.signbit(value) == np.signbit(at_low):
            low = middle
        else:
            high = middle
    return float(np.sqrt(low * high))


def _first_crossing(values: Array, grid: Array) -> Array:
    """Level (draws,) of the first sign change of each draw, log-linear between grid points; nan
    where there is none.
    """
    change = np.signbit(values[1:]) != np.signbit(values[:-1])
    has = change.any(axis=0)
    i = change.argmax(axis=0)
    columns = np.arange(values.shape[1])
    a, b = values[i, columns], values[i + 1, columns]
    part = np.where(has, a / np.where(a == b, 1.0, a - b), 0.0)
    logs = np.log(grid)
    return np.where(has, np.exp(logs[i] + part * (logs[i + 1] - logs[i])), np.nan)
