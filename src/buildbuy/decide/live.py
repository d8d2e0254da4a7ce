"""The median world taken apart: monthly flows by line, and how each follows the prices.

A line's flow is linear in every price as long as no minimum or credit starts or stops binding, so
that quantity x price, month by month, is the flow itself. One pass computes all: world 0 is the
median world, and each further one has a single price nudged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from buildbuy.decide.outcome import Outcome
from buildbuy.decide.over_time import lines_until, monthly
from buildbuy.decide.switching import Running
from buildbuy.domain.problem import Driver
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World

NUDGE = 0.01
LABOUR = "labour"
NEGLIGIBLE = 1e-6  # USD a month


@dataclass(frozen=True)
class Flow:
    """One ledger line: USD a month (M,) = sum of quantity (M,) x price, plus what no price moves."""

    line: str
    amount: Array
    quantities: Mapping[str, Array]
    rest: Array


class Nudged(Medians):
    """The median world, and one more for each price, in which that price alone is higher."""

    def __init__(self, drivers: Mapping[str, Driver], prices: tuple[str, ...]) -> None:
        super().__init__(drivers)
        self.stop = self.n = len(prices) + 1
        self.place = {name: i + 1 for i, name in enumerate(prices)}

    def _own(self, driver: str) -> Array:
        return np.zeros(self.n)

    def score(self, driver: str) -> Array:
        return np.full(self.n, float(super().score(driver)[0]))

    def value(self, driver: str) -> Array:
        values = super().value(driver)
        if driver in self.place:
            values = values.copy()
            values[self.place[driver]] += step(float(values[0]))
        return values


def step(price: float) -> float:
    return NUDGE * abs(price) or NUDGE


def prices(drivers: Mapping[str, Driver]) -> tuple[str, ...]:
    """The drivers that are money, the price of an hour among them."""
    return tuple(sorted(name for name, d in drivers.items() if "USD" in d.unit and d.curve is None))


def flows(outcome: Outcome) -> dict[str, tuple[Flow, ...]]:
    """Every action's ledger in the median world, by month. `labour` quantities are hours, whose
    price is the driver times the opportunity multiplier. Work that is yours in every option is
    spread evenly over the months.
    """
    problem = outcome.problem
    money = prices(problem.drivers)
    draws = Nudged(problem.drivers, money)
    world = World(problem, draws)
    incumbent = Running(world, problem.incumbent)
    base = {name: float(draws.value(name)[0]) for name in money}
    scale = {name: problem.settings.opportunity_multiplier if name == LABOUR else 1.0 for name in money}
    even = {name: np.broadcast_to(pv / world.discounted[-1], (world.months, world.n)) for name, pv in lg.common_lines(world).items()}
    out = {}
    for action, result in outcome.actions.items():
        by_month = lines_until(world, incumbent, Running(world, outcome.comes_to(result).option), outcome.wait(result))
        paths = {line: _monthly([x.get(line, 0.0) for x in by_month], world) for line in by_month[-1]}
        out[action] = tuple(_flow(line, path, money, base, scale) for line, path in {**paths, **even}.items() if np.any(path[:, 0]))
    return out


def _monthly(until: list[Array | float], world: World) -> Array:
    """Flow (M, n) from the present values spent before each month."""
    total = np.empty((len(until), world.n))
    for month, spent in enumerate(until):
        total[month] = spent
    return monthly(total, world)


def _flow(line: str, path: Array, money: tuple[str, ...], base: Mapping[str, float], scale: Mapping[str, float]) -> Flow:
    amount = path[:, 0]
    quantities, rest = {}, amount.copy()
    moved = path[:, 1:] - path[:, :1]
    for i in np.flatnonzero(np.abs(moved).max(axis=0) > NEGLIGIBLE * NUDGE):
        name = money[i]
        quantities[name] = moved[:, i] / step(base[name]) / scale[name]
        rest = rest - quantities[name] * base[name] * scale[name]
    return Flow(line, amount, quantities, rest)
