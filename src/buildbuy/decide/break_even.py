"""Break-even in the user's own unit, as a distribution: at which workload two actions cost the same.

The workload is pinned to a grid of values, everything else stays drawn; curves can cross more than
once, so the grid is scanned and every crossing of the means refined.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from buildbuy.decide.switching import Running, kept_total, running
from buildbuy.domain.problem import Option, Problem
from buildbuy.questions.ownership.bills import with_own_scope
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.world import World

DRAWS, POINTS, REFINE = 150, 11, 5
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


def break_even(problem: Problem, seed: int, variable: str, one: Option, other: Option, fallbacks: Mapping[str, Option]) -> BreakEven:
    """Scan `variable` from a thirtieth to thirty times today's median (or one unit, if it is zero).

    At every value each engine takes the price plan that is cheapest there; endings are included
    (`fallbacks` says where each goes), later switches are not.
    """
    plans = [[one, *_other_plans(problem, one)], [other, *_other_plans(problem, other)]]
    driver = problem.variables[variable].level
    base = Draws(problem.drivers, seed, "break-even", DRAWS)
    today = float(np.median(World(problem, base).start(variable)))

    def differences(grid: Array) -> Array:
        draws = Repeated(base, len(grid), {driver: np.repeat(grid, DRAWS)})
        world = World(problem, draws)
        incumbent = Running(world, problem.incumbent)
        costs = [_cheapest(world, incumbent, options, len(grid), fallbacks) for options in plans]
        return np.asarray(costs[0] - costs[1])

    def difference(value: float) -> float:
        return float(differences(np.array([value])).mean())

    grid = (today or 1.0) * np.geomspace(1 / SPAN, SPAN, POINTS)
    values = differences(grid)
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


def _other_plans(problem: Problem, option: Option) -> list[Option]:
    """The same engine and own parts on its other price plans."""
    same = [o for o in problem.options if o.system == option.system and o.engine_sourcing == option.engine_sourcing]
    return [
        with_own_scope(problem.names, replace(option, plan=o.plan, needs=o.needs, end_month=o.end_month))
        for o in same
        if o.plan_id != option.plan_id and not o.incumbent and not option.incumbent and not o.barred and option.system
    ]


class Repeated(Draws):
    """The same draws once per grid point, with one driver pinned to the grid."""

    def __init__(self, base: Draws, times: int, fixed: Mapping[str, Array]) -> None:
        super().__init__(base.drivers, base.seed, base.stream, base.n * times, fixed=fixed)
        self.base, self.times = base, times

    def _own(self, driver: str) -> Array:
        return np.tile(self.base._own(driver), self.times)

    def score(self, driver: str) -> Array:
        if driver not in self._scores:
            self._scores[driver] = np.tile(self.base.score(driver), self.times)
        return self._scores[driver]


def _cheapest(world: World, incumbent: Running, options: list[Option], points: int, fallbacks: Mapping[str, Option]) -> Array:
    """Cost (points, draws) of the plan with the lowest mean at each point."""

    def cost(option: Option) -> Array:
        back = fallbacks.get(option.action)
        kept, _ = kept_total(world, incumbent, Running(world, option), None if back is None else running(world, back))
        return np.asarray(kept.reshape(points, -1))

    costs = np.stack([cost(o) for o in options])
    best = costs.mean(axis=2).argmin(axis=0)
    return np.asarray(costs[best, np.arange(points)])


def _refine(difference: Callable[[float], float], low: float, high: float, at_low: float) -> float:
    """Bisection on the log scale."""
    for _ in range(REFINE):
        middle = float(np.sqrt(low * high))
        value = difference(middle)
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
