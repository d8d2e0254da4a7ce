"""What an option has cost by each month: the picture of a ledger, and the flows behind it.

The same present values as `switching.static_lines`, stopped at a month. Endings and later switches
are left out, and so is the work that is yours in every option, which moves no comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buildbuy.decide.outcome import Outcome
from buildbuy.decide.switching import (
    Lines,
    Running,
    anticipated_parts,
    begun,
    in_use_from,
    moving_lines,
    until_lines,
)
from buildbuy.decide.switching import spread as spread_factor
from buildbuy.domain.problem import DEFER, NOTHING, Problem
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.world import World

Int = NDArray[np.int64]
DRAWS = 400
SHOWN = 4
QUARTER = 3
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Fan:
    """Cost by month (M+1,) of one action: its mean, and quantiles (5, M+1) of the modelled worlds;
    and the cash it needs.
    """

    action: str
    mean: Array
    quantiles: Array
    cash: Cash


@dataclass(frozen=True)
class Cash:
    """What is spent in each quarter (Q,), not discounted: mean, 95% point, and the mean of what isn't
    hours of the own people. `dearest` are median and 95% point of each world's dearest quarter.
    Against the runway, where there is one: the mean spent before the money runs out, and the share of
    worlds in which that is before the option is in use.
    """

    mean: Array
    p95: Array
    bought: Array
    dearest: tuple[float, float]
    before_runway: float | None = None
    runs_out_first: float | None = None


@dataclass(frozen=True)
class Crossing:
    """The first month from which `other` has cost more, on average, than `one`, to the horizon."""

    one: str
    other: str
    month: float


def lines_until(world: World, incumbent: Running, option: Running, wait: int = 0) -> list[Lines]:
    """Present values (n,) by line of what is spent before each month 0..M, of an option that work
    starts on after `wait` months.

    Work is spread over its months; a move is paid in the month of the cutover, running both and a
    remaining contract with it. At the horizon it is `switching.static_lines`.
    """
    m = world.months
    own = option.option.incumbent
    s = np.minimum(in_use_from(option, wait), m)
    done = begun(world, s, wait)
    moved = {} if own else moving_lines(world, incumbent, option, s)
    once = anticipated_parts(world, option.option) if option.option.anticipated_parts else None
    first = np.full(world.n, wait, dtype=np.int64)
    begin = option.production_from(s)
    weight = world.discount[:, None] * (world.when[:, None] >= s)
    calendar = {name: _before(flow.path * weight) for name, flow in option.flows.calendar.items()}
    started = {} if own else {name: amount(world, wait) * done for name, amount in option.flows.start.items()}
    ready = in_use_from(option, wait)
    out = []
    for month in range(m + 1):
        now = np.full(world.n, month, dtype=np.int64)
        lines: Lines = {} if own else until_lines(incumbent, np.minimum(now, s))
        lines |= {name: value * ((s < month) | (month == m)) for name, value in moved.items()}
        factor = spread_factor(world, first, ready, now) if month > wait else np.zeros(world.n)
        for name, amount in started.items():
            lines[name] = amount * factor
        finished = {} if own else option.finish_lines(wait, s, stop=np.maximum(now, s))
        for name, value in finished.items():
            lines[name] = lines.get(name, 0.0) + value * (now > s)
        for name, paid in calendar.items():
            lines[name] = lines.get(name, 0.0) + paid[month]
        if option.flows.upkeep is not None:
            lines[lg.UPKEEP] = option.upkeep_between(s, begin, now)
        if once is not None:
            lines[lg.ANTICIPATED] = once * done * (month == m)
        out.append(lines)
    return out


def _before(path: Array) -> Array:
    """Sums (M+1, n) of a path before each month."""
    return np.concatenate([np.zeros((1, path.shape[1])), np.cumsum(path, axis=0)])


def fans(outcome: Outcome, draws: int = DRAWS) -> tuple[Fan, ...]:
    """The verdict, the runner-up, what runs today and the cheapest of each other sourcing, over the
    first of the worlds that the verdict was valued in.
    """
    if outcome.chosen is None or outcome.later is not None:
        return ()
    problem = outcome.problem
    world = World(problem, Draws(problem.drivers, outcome.seed, "value", min(draws, outcome.draws)))
    incumbent = Running(world, problem.incumbent)
    out = []
    for name in shown(outcome):
        result = outcome.actions[name]
        option, wait = Running(world, outcome.comes_to(result).option), outcome.wait(result)
        by_month = lines_until(world, incumbent, option, wait)
        path = _without(by_month, set(), world.n)
        hours, lost = {x.line for x in result.ledger if x.labour}, worth_lost(problem)
        paid, bought = _without(by_month, lost, world.n), _without(by_month, hours | lost, world.n)
        out.append(Fan(name, path.mean(axis=1), np.quantile(path, QUANTILES, axis=1), cash(world, in_use_from(option, wait), paid, bought)))
    return tuple(out)


def worth_lost(problem: Problem) -> set[str]:
    """Lines that nobody pays: what it is worth not to have the component, where that was said in money."""
    return {lg.WITHOUT, lg.MISSING} if problem.value_given else set()


def _without(by_month: list[Lines], left_out: set[str], n: int) -> Array:
    """Sums (M+1, n) of the lines but some."""
    return np.stack([_total({k: v for k, v in x.items() if k not in left_out}, n) for x in by_month])


def cash(world: World, in_use: Int, path: Array, bought: Array) -> Cash:
    """Cash by quarter from present values (M+1, n) of what is paid before each month, in all and for
    what isn't hours; a last, shorter quarter counts as one. `in_use` is the month (n,) of first use.
    """
    spent, starts = monthly(path, world), np.arange(0, world.months, QUARTER)
    quarters, outside = (np.add.reduceat(x, starts, axis=0) for x in (spent, monthly(bought, world)))
    p50, p95 = np.quantile(quarters.max(axis=0), (0.5, 0.95))
    against: tuple[float | None, float | None] = (None, None)
    if "runway" in world.problem.drivers:
        runway = world.value("runway")
        before = world.when[:, None] < runway
        against = float((spent * before).sum(axis=0).mean()), float(np.mean(in_use > runway))
    return Cash(quarters.mean(axis=1), np.quantile(quarters, 0.95, axis=1), outside.mean(axis=1), (float(p50), float(p95)), *against)


def monthly(spent: Array, world: World) -> Array:
    """Flow (M, n) of each month, not discounted, from present values (M+1, n) spent before each month."""
    return np.asarray(np.diff(spent, axis=0) / world.discount[:, None])


def _total(lines: Mapping[str, Array], n: int) -> Array:
    return sum(lines.values(), start=np.zeros(n))


def shown(outcome: Outcome) -> list[str]:
    """At most four actions that a picture compares, the verdict first."""
    costs = {a: r.policy_cost for a, r in outcome.actions.items() if r.policy_cost is not None and r.option.id != NOTHING}
    ranked = sorted(costs, key=lambda a: (costs[a], a))
    wanted = [outcome.chosen, outcome.runner_up, "stay" if "stay" in costs else None]
    seen = {outcome.actions[a].option.sourcing for a in wanted if a is not None and a in outcome.actions}
    for name in ranked:
        if name != DEFER and outcome.actions[name].option.sourcing not in seen:
            wanted.append(name)
            seen.add(outcome.actions[name].option.sourcing)
    return [a for a in dict.fromkeys(wanted) if a is not None and a in outcome.actions][:SHOWN]


def crossings(found: tuple[Fan, ...]) -> tuple[Crossing, ...]:
    """Where the mean cost of the first fan falls below, or rises above, that of each other one."""
    out = []
    for other in found[1:]:
        gap = found[0].mean - other.mean
        change = np.flatnonzero(np.signbit(gap[2:]) != np.signbit(gap[1:-1])) + 1
        for i in change[-1:]:
            out.append(Crossing(found[0].action, other.action, float(i + gap[i] / (gap[i] - gap[i + 1]))))
    return tuple(out)
