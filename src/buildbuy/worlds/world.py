"""Paths through time in sampled worlds: workload, scale, efforts, discounting.

Arrays are (months, draws) or (draws,). A World holds one component's paths for one batch of draws;
options are evaluated against it, so that all of them share it.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buildbuy.domain.problem import Problem
from buildbuy.quantities.growth import faded, log_multiple
from buildbuy.quantities.units import HOURS_PER_PERSON_MONTH, base_factor
from buildbuy.worlds.draws import Array, Draws

PEOPLE_SCALE = (3.0, 30.0, 150.0, 600.0)  # ML people at S, M, L, XL: the priors' own classes
OPERATIONS_CAP = 0.5  # share of people's time for platform work: Google SRE's cap on toil
Int = NDArray[np.int64]


def scale_position(v: Array, knots: tuple[float, float, float, float]) -> Array:
    """Continuous scale of a level whose logarithm is `v`: 0 is S, 3 is XL, linear in the logarithm
    between knots and a bit beyond.
    """
    a0, a1, a2, a3 = np.log(np.asarray(knots))
    low = (v - a0) / (a1 - a0)
    mid = 1 + (v - a1) / (a2 - a1)
    high = 2 + (v - a2) / (a3 - a2)
    return np.asarray(np.clip(np.where(v < a1, low, np.where(v < a2, mid, high)), -0.5, 3.5))


def hinges(x: Array) -> tuple[Array, Array, Array]:
    """The three linear pieces of scale between S-M, M-L and L-XL."""
    return np.minimum(x, 1.0), np.asarray(np.clip(x - 1, 0.0, 1.0)), np.maximum(x - 2, 0.0)


def along(knots: tuple[float, float, float, float], pieces: tuple[Array, Array, Array]) -> Array:
    """Value of a curve through its knots at S, M, L and XL, where scale has these linear pieces."""
    out = np.full_like(pieces[0], knots[0])
    for piece, a, b in zip(pieces, knots, knots[1:], strict=False):
        if a != b:
            out += (b - a) * piece
    return out


class World:
    """One component's paths for a batch of draws."""

    def __init__(self, problem: Problem, draws: Draws, months: int | None = None) -> None:
        self.problem = problem
        self.draws = draws
        self.months = problem.settings.months if months is None else months
        self.n = draws.n
        self._growth: dict[str, Array] = {}
        self._log_growth: dict[str, Array] = {}
        self._levels: dict[str, Array] = {}
        self._curves: dict[int, tuple[Array, Array]] = {}
        self._names: dict[str, Any] = {}
        self._efforts: dict[str, Array] = {}
        self._at: tuple[Int | int, tuple[Array, Array, Array]] | None = None
        self._index: tuple[Int, int, Int] | None = None
        self.memo: dict[str, Any] = {}

    @cached_property
    def when(self) -> Array:
        return np.arange(self.months, dtype=np.float64)

    @cached_property
    def columns(self) -> Int:
        return np.arange(self.n)

    @cached_property
    def discount(self) -> Array:
        """Present value of 1 USD in the middle of month m (M,)."""
        return np.asarray((1 + self.problem.settings.discount_rate) ** (-(self.when + 0.5) / 12))

    @cached_property
    def discounted(self) -> Array:
        """Cumulative discount factors (M+1,): discounted[b] - discounted[a] is 1 USD a month from a to b."""
        return np.concatenate([[0.0], np.cumsum(self.discount)])

    def value(self, driver: str) -> Array:
        return self.draws.value(driver)

    def growth(self, kind: str) -> Array:
        """Multiple of today's level (M, n) for a class of growth."""
        if kind not in self._growth:
            if kind == "none":
                self._growth[kind] = np.ones((self.months, self.n))
            else:
                self._growth[kind] = np.exp(self.log_growth(kind))
        return self._growth[kind]

    def log_growth(self, kind: str) -> Array:
        """ln of the multiple of today's level (M, n) for a class of growth."""
        if kind not in self._log_growth:
            self._log_growth[kind] = np.zeros((1, 1)) if kind == "none" else log_multiple(self.value(f"growth.{kind}"), self._faded)
        return self._log_growth[kind]

    @cached_property
    def _faded(self) -> Array:
        return faded(self.value("fade"), self.when)

    def level(self, variable: str) -> Array:
        """Path (M, n) of a workload quantity, in its own unit."""
        if variable not in self._levels:
            spec = self.problem.variables[variable]
            self._levels[variable] = self.growth(spec.growth) * self.start(variable)
        return self._levels[variable]

    def start(self, variable: str) -> Array:
        """Today's level (n,) of a workload quantity: its driver, times what it is given per."""
        spec = self.problem.variables[variable]
        level = self.value(spec.level)
        if spec.per is None or spec.level in self.draws.fixed:
            return level
        base = self.value("ml_people") if spec.per == "ml_people" else self.start(spec.per)
        return level * base

    def named(self, name: str, scope: str = "") -> Any:
        """What a name in a charge's expression stands for, in base units.

        `scope` is the system whose own drivers come before what all share, with `+part` behind it
        where an own part changes what a name stands for.
        """
        names = self.problem.names
        system, _, part = scope.partition("+")
        key = next((k for k in (f"+{part}.{name}" if part else "", f"{system}.{name}") if k in names), name)
        if key not in self._names:
            if key == "load_growth":
                self._names[key] = self.load_growth
            elif key in names:
                driver, base = names[key]
                self._names[key] = self.value(driver) * base
            elif name in self.problem.variables:
                self._names[key] = self.level(name) * self.problem.variables[name].base
            else:
                self._names[key] = base_factor(name)
        return self._names[key]

    @cached_property
    def scale(self) -> Array:
        """Scale (M, n): the mean of the people's position and the largest workload position."""
        people = self._position("people", self.value("ml_people"), PEOPLE_SCALE)
        work = [self._position(self.problem.variables[name].growth, self.start(name), knots) for name, knots in self.problem.scale.items()]
        if not work:
            return people
        return np.asarray((people + np.maximum.reduce(work)) / 2)

    def _position(self, growth: str, today: Array, knots: tuple[float, float, float, float]) -> Array:
        path = self.log_growth(growth) + np.log(np.maximum(today, 1e-12))
        return scale_position(np.broadcast_to(path, (self.months, self.n)), knots)

    @cached_property
    def pieces(self) -> tuple[Array, Array, Array]:
        return hinges(self.scale)

    def curve(self, driver: str) -> tuple[Array, Array]:
        """ln-mean and ln-sd (M, n) of an effort along the scale path."""
        curve = self.problem.drivers[driver].curve
        assert curve is not None, driver
        key = id(curve)
        if key not in self._curves:
            self._curves[key] = (along(curve.mu, self.pieces), along(curve.sigma, self.pieces))
        return self._curves[key]

    def effort(self, driver: str) -> Array:
        """Path (M, n) of an effort, in the unit of its curve, if it fell in each month."""
        if driver not in self._efforts:
            mu, sigma = self.curve(driver)
            self._efforts[driver] = np.exp(mu + sigma * self.draws.score(driver))
        return self._efforts[driver]

    def effort_at(self, driver: str, month: Int | int) -> Array:
        """Effort (n,) if it falls in `month` (one for all draws, or one each)."""
        if driver in self._efforts:
            return self.pick(self._efforts[driver], month)
        curve = self.problem.drivers[driver].curve
        assert curve is not None, driver
        pieces = self._pieces_at(month)
        return np.asarray(np.exp(along(curve.mu, pieces) + along(curve.sigma, pieces) * self.draws.score(driver)))

    def _pieces_at(self, month: Int | int) -> tuple[Array, Array, Array]:
        """The linear pieces of scale (n,) in a month; the month asked last is remembered."""
        if self._at is None or self._at[0] is not month:
            self._at = (month, hinges(self.pick(self.scale, month)))
        return self._at[1]

    def pick(self, path: Array, month: Int | int) -> Array:
        """Values (n,) of a path at a month per draw; the last month stands for later ones."""
        if isinstance(month, int):
            return np.asarray(path[min(month, self.months - 1)])
        return np.take(path, self.flat(month, self.months - 1))

    def flat(self, month: Int, last: int) -> Int:
        """Flat index (n,) into a (months, draws) array; the month asked last is remembered."""
        if self._index is None or self._index[0] is not month or self._index[1] != last:
            self._index = (month, last, np.minimum(month, last) * self.n + self.columns)
        return self._index[2]

    @cached_property
    def hour(self) -> Array:
        """Price (n,) of an hour of labour: loaded cost x opportunity multiplier."""
        return np.asarray(self.value("labour") * self.problem.settings.opportunity_multiplier)

    @cached_property
    def capacity(self) -> Array:
        """Person-months a month (n,) that the team can give to setting things up."""
        return np.asarray(OPERATIONS_CAP * (self.value("ml_people") + self.value("platform_people")))

    @cached_property
    def users(self) -> Array:
        """How the component's users grow (M, n): gaps and value grow with them."""
        return self.growth("people")

    @cached_property
    def load_growth(self) -> Array:
        """How the component's main load grows (M, n): what a bill or a quote known today grows with."""
        main = self.problem.break_even
        return self.growth(self.problem.variables[main[0]].growth) if main else self.users

    @cached_property
    def value_hours(self) -> Array:
        """Hours a month (n,) that having the component is worth to the team today."""
        if self.problem.value_given:
            return np.asarray(self.value(f"{self.problem.component}.value_monthly") / self.hour)
        share = self.value(f"{self.problem.component}.value_share")
        return np.asarray(share * self.value("ml_people") * HOURS_PER_PERSON_MONTH)
