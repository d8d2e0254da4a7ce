"""Break-even in the user's own unit, as a distribution: at which workload two actions cost the same.

The workload is pinned to a grid of values, everything else stays drawn; curves can cross more than
once, so the grid is scanned and every crossing of the means is looked for again on a finer one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from buildbuy.decide.switching import Running, kept_total, running
from buildbuy.domain.problem import Option, Problem
from buildbuy.questions.ownership.bills import with_own_scope
from buildbuy.worlds.draws import Array, Draws, Repeated
from buildbuy.worlds.world import World

DRAWS, POINTS, REFINE = 150, 11, 5
SPAN = 30.0


@dataclass(frozen=True)
class BreakEven:
    """Where `one` and `other` cost the same as `variable` varies.

    `crossings` are those of the means, rising; `p5..p95` are quantiles of the first crossing per
    draw among the `share` of draws that have one inside the scanned range; `quantiles` are theirs at
    5%, 10%, … 95%.
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
    quantiles: tuple[float, ...] = ()


def break_evens(problem: Problem, seed: int, variables: Sequence[str], one: Option, other: Option, fallbacks: Mapping[str, Option]) -> tuple[BreakEven, ...]:
    """Scan each variable from a thirtieth to thirty times today's median (or one unit, if it is zero).

    At every value each engine takes the price plan that is cheapest there; endings are included
    (`fallbacks` says where each goes), later switches are not.
    """
    plans = [[one, *_other_plans(problem, one)], [other, *_other_plans(problem, other)]]
    base = Draws(problem.drivers, seed, "break-even", DRAWS)
    today = {v: float(np.median(World(problem, base).start(v))) for v in variables}

    def differences(grids: Sequence[tuple[str, Array]]) -> list[Array]:
        """(points, draws) of `one` less `other`, for grids of variables: all of them in one world."""
        world = World(problem, Repeated(base, [{problem.variables[v].level: float(x)} for v, grid in grids for x in grid]))
        incumbent = Running(world, problem.incumbent)
        costs = [_cheapest(world, incumbent, options, world.n // DRAWS, fallbacks) for options in plans]
        world.memo.clear()  # what runs in it refers back to it
        return np.split(costs[0] - costs[1], np.cumsum([len(grid) for _, grid in grids])[:-1])

    wide = [(v, (today[v] or 1.0) * np.geomspace(1 / SPAN, SPAN, POINTS)) for v in variables]
    scanned = dict(zip(variables, differences(wide), strict=True)) if wide else {}
    finer = []
    for v, grid in wide:
        means = scanned[v].mean(axis=1)
        finer += [(v, np.geomspace(grid[i], grid[i + 1], REFINE + 2)) for i in np.flatnonzero(np.signbit(means[1:]) != np.signbit(means[:-1]))]
    crossings: dict[str, list[float]] = {v: [] for v in variables}
    for (v, grid), values in zip(finer, differences(finer) if finer else [], strict=True):
        crossings[v].append(float(_first_crossing(values.mean(axis=1)[:, None], grid)[0]))
    return tuple(_found(problem, v, one.action, other.action, today[v], grid, scanned[v], tuple(crossings[v])) for v, grid in wide)


def _found(problem: Problem, variable: str, one: str, other: str, today: float, grid: Array, values: Array, crossings: tuple[float, ...]) -> BreakEven:
    per_draw = _first_crossing(values, grid)
    inside = per_draw[np.isfinite(per_draw)]
    quantiles = np.quantile(inside, np.linspace(0.05, 0.95, 19)).tolist() if len(inside) >= 10 else []
    p5, p50, p95 = quantiles[::9] or (None, None, None)
    above = one if values[-1].mean() < 0 else other
    return BreakEven(variable, problem.variables[variable].unit, one, other, today, crossings, above, float(len(inside) / DRAWS), p5, p50, p95, tuple(quantiles))


def _other_plans(problem: Problem, option: Option) -> list[Option]:
    """The same engine and own parts on its other price plans."""
    same = [o for o in problem.options if o.system == option.system and o.engine_sourcing == option.engine_sourcing]
    return [
        with_own_scope(problem.names, replace(option, plan=o.plan, needs=o.needs, end_month=o.end_month))
        for o in same
        if o.plan_id != option.plan_id and not o.incumbent and not option.incumbent and not o.barred and option.system
    ]


def _cheapest(world: World, incumbent: Running, options: list[Option], points: int, fallbacks: Mapping[str, Option]) -> Array:
    """Cost (points, draws) of the plan with the lowest mean at each point."""

    def cost(option: Option) -> Array:
        back = fallbacks.get(option.action)
        kept, _ = kept_total(world, incumbent, Running(world, option), None if back is None else running(world, back))
        return np.asarray(kept.reshape(points, -1))

    costs = np.stack([cost(o) for o in options])
    best = costs.mean(axis=2).argmin(axis=0)
    return np.asarray(costs[best, np.arange(points)])


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
