"""Break-even in the user's own unit, as a distribution: at which workload two actions cost the same.

The workload is pinned to a grid of values, everything else stays drawn; curves can cross more than
once, so the grid is scanned and every crossing of the means is looked for again on a finer one; so are
the ends of the bands in which the two are tied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

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
    5%, 10%, … 95%. `ties` are the bands, rising, in which the means differ by less than materiality;
    None is an end of the scanned range.
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
    ties: tuple[tuple[float | None, float | None], ...] = ()


def break_evens(
    problem: Problem, seed: int, variables: Sequence[str], one: Option, other: Option, fallbacks: Mapping[str, Option], material: float = 0.0
) -> tuple[BreakEven, ...]:
    """Scan each variable from a thirtieth to thirty times today's median (or one unit, if it is zero);
    `material` is the smallest difference that counts.

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
    means = {v: scanned[v].mean(axis=1) for v in variables}
    finer = [(v, np.geomspace(grid[i], grid[i + 1], REFINE + 2)[1:-1]) for v, grid in wide for i in np.flatnonzero(_passes(means[v], material))]
    curves = {v: [(grid, means[v])] for v, grid in wide}
    for (v, grid), values in zip(finer, differences(finer) if finer else [], strict=True):
        curves[v].append((grid, values.mean(axis=1)))
    return tuple(_found(problem, v, one.action, other.action, today[v], grid, scanned[v], _joined(curves[v]), material) for v, grid in wide)


def _passes(means: Array, material: float) -> NDArray[np.bool_]:
    """Between which points (points - 1,) means change sign, or come to differ by more or less than materiality."""
    levels = means[:, None] - np.array([0.0, material, -material])
    return np.asarray((np.signbit(levels[1:]) != np.signbit(levels[:-1])).any(axis=1))


def _joined(curves: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """One curve through the points of several, rising."""
    x, y = (np.concatenate(parts) for parts in zip(*curves, strict=True))
    order = np.argsort(x, kind="stable")
    return x[order], y[order]


def _roots(x: Array, y: Array) -> list[float]:
    """Where a curve that is linear between its points changes sign, rising."""
    i = np.flatnonzero(np.signbit(y[1:]) != np.signbit(y[:-1]))
    return [float(root) for root in x[i] + y[i] / (y[i] - y[i + 1]) * (x[i + 1] - x[i])]


def _bands(x: Array, y: Array, material: float) -> tuple[tuple[float | None, float | None], ...]:
    """Where a curve lies within materiality of zero: every root of either bound ends or begins a band."""
    if material <= 0:
        return ()
    ends: list[float | None] = [*sorted((*_roots(x, y - material), *_roots(x, y + material)))]
    if abs(y[0]) < material:
        ends.insert(0, None)
    if len(ends) % 2:
        ends.append(None)
    return tuple(zip(ends[::2], ends[1::2], strict=True))


def _found(
    problem: Problem, variable: str, one: str, other: str, today: float, grid: Array, values: Array, curve: tuple[Array, Array], material: float
) -> BreakEven:
    per_draw = _first_crossing(values, grid)
    inside = per_draw[np.isfinite(per_draw)]
    quantiles = np.quantile(inside, np.linspace(0.05, 0.95, 19)).tolist() if len(inside) >= 10 else []
    p5, p50, p95 = quantiles[::9] or (None, None, None)
    above = one if values[-1].mean() < 0 else other
    return BreakEven(
        variable, problem.variables[variable].unit, one, other, today, tuple(_roots(*curve)), above, float(len(inside) / DRAWS),
        p5, p50, p95, tuple(quantiles), _bands(*curve, material),
    )  # fmt: skip


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
