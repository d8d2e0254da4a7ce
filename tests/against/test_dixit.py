"""Thresholds of entry and exit against Dixit (Journal of Political Economy 97(3), 1989).

A price follows a geometric Brownian motion (drift 0, volatility s). Being active earns price less w a year;
entering costs k, leaving l, money at the rate rho. It pays to enter above H and to leave below L, with the option to
enter and leave again. H and L solve four equations (value matching and smooth pasting). The engine has one later
switch, so the pair is found as policies are improved: the threshold of entering, given what being active is worth if
left and entered again at the last thresholds, then that of leaving, and so on. Each is chosen by the engine's own search,
on ledgers made of the process, and valued on draws it was not chosen on. The engine looks once a step (a quarter here, for
180 years, after which there is nothing left to choose) where Dixit watches all the time: a threshold that is looked at now
and then lies lower by exp(0.5826 s sqrt(step)) for a rise (Broadie, Glasserman & Kou, Mathematical Finance 7(4), 1997), which is
undone before the two are compared.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from scipy.optimize import fsolve

from buildbuy.decide import policies
from buildbuy.decide.policies import Rule
from buildbuy.decide.switching import Change, Running
from buildbuy.domain.problem import Option, Settings
from buildbuy.questions.ownership.ledger import Flows
from buildbuy.worlds.endings import NEVER
from buildbuy.worlds.flow import Flow
from buildbuy.worlds.world import World

STEP = 1 / 4  # years
SEEN_LATE = 0.5826  # -zeta(1/2) / sqrt(2 pi)
MONTHS = 720
N = 6_000
START = 1.1
VARIABLES = {name: SimpleNamespace(unit="dimensionless") for name in ("price", "inverse")}


class Dixit:
    """The process and its closed solution."""

    def __init__(self, rho: float, s: float, w: float, k: float, leave: float) -> None:
        self.rho, self.s, self.w, self.k, self.leave = rho, s, w, k, leave
        root = np.sqrt(0.25 + 2 * rho / s**2)
        b1, b2 = 0.5 + root, 0.5 - root

        def conditions(x: np.ndarray) -> list[float]:
            (high, low), (a, b) = np.exp(x[:2]), x[2:]
            idle, active = lambda p: a * p**b1, lambda p: b * p**b2 + p / rho - w / rho
            slopes = [b * b2 * p ** (b2 - 1) + 1 / rho - a * b1 * p ** (b1 - 1) for p in (high, low)]
            return [active(high) - k - idle(high), idle(low) - leave - active(low), *slopes]

        solved = fsolve(conditions, [np.log(1.4 * w), np.log(0.7 * w), 1.0, 1.0], xtol=1e-12)
        self.high, self.low = np.exp(solved[:2])
        self.idle = solved[2] * START**b1

    def prices(self, stream: int) -> np.ndarray:
        """Paths (MONTHS, N), in antithetic pairs."""
        z = np.random.default_rng(stream).standard_normal((MONTHS - 1, N // 2))
        moves = self.s * np.sqrt(STEP) * np.concatenate([z, -z], axis=1) - self.s**2 / 2 * STEP
        return START * np.exp(np.concatenate([np.zeros((1, N)), moves.cumsum(axis=0)]))


class OnPaths(World):
    """A world whose workload is the price (or its inverse), where moving and endings cost nothing."""

    def __init__(self, dixit: Dixit, stream: int) -> None:
        rate = np.exp(12 * dixit.rho * STEP) - 1
        problem: Any = SimpleNamespace(settings=Settings(months=MONTHS, discount_rate=float(rate)), exit=(), migrate_estimate=None, counted=(), yours=(), variables=VARIABLES)
        draws: Any = SimpleNamespace(n=N, part=lambda which: SimpleNamespace(n=len(which)))
        super().__init__(problem, draws)
        self.__dict__["scale"] = np.zeros((MONTHS, N))
        self.__dict__["hour"] = np.ones(N)
        self.memo["ending:own:own:False"] = np.full(N, NEVER)
        self.price = dixit.prices(stream)
        self.looked = {"price": self.flow(self.price), "inverse": self.flow(1 / self.price)}
        self.last = dixit.w / dixit.rho - self.price[-1] / dixit.rho  # being active for good, from the end on
        self.costs = (dixit.w - self.price) * STEP

    def level(self, variable: str) -> Flow:
        return self.looked[variable]

    def value(self, driver: str) -> np.ndarray:
        return np.ones(self.n)

    def effort_at(self, driver: str, month: Any) -> np.ndarray:
        return np.zeros(self.n)

    def going_on(self, dixit: Dixit, high: float, low: float) -> dict[str, np.ndarray]:
        """Flows (MONTHS, N) whose sum from a month on is what is paid from there, idle or active, with both thresholds."""
        active, idle = np.empty((MONTHS + 1, N)), np.empty((MONTHS + 1, N))
        active[-1], idle[-1] = np.minimum(self.last, 0), 0.0
        back = np.exp(-dixit.rho * STEP)
        for m in reversed(range(MONTHS)):
            stay, wait = self.costs[m] * np.sqrt(back) + back * active[m + 1], back * idle[m + 1]
            active[m] = np.where(self.price[m] < low, dixit.leave + wait, stay)
            idle[m] = np.where(self.price[m] > high, dixit.k + stay, wait)
        return {"active": active, "idle": idle}

    def option(self, name: str, enters: float, worth: np.ndarray | None = None) -> Running:
        """Idle or active for good, or with what is `worth` (MONTHS + 1, N) from each month on."""
        if worth is not None:
            flow = (worth[:-1] - np.exp(-np.log1p(self.problem.settings.discount_rate) / 12) * worth[1:]) * np.sqrt(np.exp(np.log1p(self.problem.settings.discount_rate) / 12))
            flow[-1] += worth[-1] * self.discounted_end
        elif name == "active":
            flow = self.costs.copy()
            flow[-1] += self.last * self.discounted_end
        else:
            flow = np.zeros((MONTHS, 1))
        what = Option(name, name, name, "managed", "managed")
        running = Running(self, what)
        running.__dict__["flows"] = Flows(
            option=what, calendar={"profit": self.flow(flow)}, start={"entering": lambda world, month: np.full(world.n, enters)}, finish={},
            upkeep=None, aged=None, ageing=None, lead=lambda world, month: np.zeros(world.n, dtype=np.int64), grade_months=None,
        )  # fmt: skip
        return running

    @property
    def discounted_end(self) -> float:
        """What is worth 1 at the end, in the last month's money."""
        return float((1 + self.problem.settings.discount_rate) ** (-0.5 / 12))


def best(world: OnPaths, first: Running, target: Running, variable: str, around: float, width: float) -> Rule:
    """The engine's choice among thresholds around a value."""
    grid = around * np.geomspace(1 / width, width, 21)
    return max(policies.crossings(world, first, target, np.zeros(N, dtype=np.int64), target.option.id, variable, grid), key=lambda x: x[0])[1]


def found(dixit: Dixit) -> tuple[float, float, float, float]:
    """Thresholds chosen on one half of the draws; the value of waiting for the first on the other half, and its standard error."""
    world = OnPaths(dixit, 1)
    high, low = 1.2 * dixit.w, 0.9 * dixit.w
    for width in (1.7, 1.5, 1.25, 1.15, 1.15):
        high = best(world, world.option("idle", 0.0), world.option("active", dixit.k, world.going_on(dixit, high, low)["active"]), "price", high, width).value
        low = 1 / best(world, world.option("active", 0.0), world.option("idle", dixit.leave, world.going_on(dixit, high, low)["idle"]), "inverse", 1 / low, width).value
    fresh = OnPaths(dixit, 2)
    none, today = Change.none(N), np.zeros(N, dtype=np.int64)
    rule = Rule("active", "workload", "price", high, "dimensionless", 0)
    target = fresh.option("active", dixit.k, fresh.going_on(dixit, high, low)["active"])
    cost, _ = policies.policy_cost(fresh, none, none, fresh.option("idle", 0.0), today, rule, target, None)
    pairs = -(cost.cost[: N // 2] + cost.cost[N // 2 :]) / 2
    return high, low, float(pairs.mean()), float(pairs.std() / np.sqrt(len(pairs)))


CASES = {
    "central case": ((0.025, 0.1, 1.0, 4.0, 0.0), (1.4667, 0.7657)),
    "more uncertain": ((0.025, 0.15, 1.0, 4.0, 0.0), (1.6247, 0.7040)),
    "twice as uncertain": ((0.025, 0.2, 1.0, 4.0, 0.0), (1.7831, 0.6550)),
    "dearer money": ((0.05, 0.1, 1.0, 4.0, 0.0), (1.5515, 0.7838)),
    "copper": ((0.04, 0.2, 0.8, 2.0, 0.2), (1.3361, 0.5452)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_equations_give_the_published_thresholds(case: str) -> None:
    inputs, published = CASES[case]
    dixit = Dixit(*inputs)
    assert (dixit.high, dixit.low) == pytest.approx(published, abs=1e-4)


@pytest.mark.parametrize("case", ["central case", *(pytest.param(x, marks=pytest.mark.slow) for x in list(CASES)[1:])])
def test_the_search_finds_dixits_thresholds(case: str) -> None:
    inputs, published = CASES[case]
    dixit = Dixit(*inputs)
    high, low, worth, error = found(dixit)
    late = np.exp(SEEN_LATE * dixit.s * np.sqrt(STEP))
    assert high * late == pytest.approx(published[0], rel=0.05)
    assert low / late == pytest.approx(published[1], rel=0.05)
    assert worth == pytest.approx(dixit.idle, abs=3 * error)
    assert error < 0.05 * worth
    if case == "central case":
        assert (high, low) == pytest.approx(published, rel=0.05)  # as it is seen, too
