"""Paths through time in sampled worlds: workload, scale, efforts, discounting.

Arrays are (months, draws) or (draws,). A World holds one component's paths for one batch of draws;
options are evaluated against it, so that all of them share it.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from buildbuy.domain.problem import Curve, Problem
from buildbuy.quantities.growth import faded, log_multiple
from buildbuy.quantities.units import HOURS_PER_PERSON_MONTH, base_factor
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.flow import Flow, Path, full

PEOPLE_SCALE = (3.0, 30.0, 150.0, 600.0)  # ML people at S, M, L, XL: the priors' own classes
OPERATIONS_CAP = 0.5  # share of people's time for platform work: Google SRE's cap on toil
Int = NDArray[np.int64]
Kind = TypeVar("Kind", np.float64, np.int64)


def scale_position(v: Array, knots: tuple[float, float, float, float]) -> Array:
    """Continuous scale of a level whose logarithm is `v`: 0 is S, 3 is XL, linear in the logarithm
    between knots and a bit beyond.
    """
    a0, a1, a2, a3 = np.log(np.asarray(knots))
    low = (v - a0) / (a1 - a0)
    mid = 1 + (v - a1) / (a2 - a1)
    high = 2 + (v - a2) / (a3 - a2)
    return np.asarray(np.clip(np.where(v < a1, low, np.where(v < a2, mid, high)), -0.5, 3.5))


Pieces = tuple[Array, Array | None, Array | None]


def hinges(x: Array) -> Pieces:
    """The three linear pieces of scale between S-M, M-L and L-XL; None where scale never gets there."""
    top = x.max()
    return np.minimum(x, 1.0), np.minimum(np.maximum(x - 1, 0.0), 1.0) if top > 1 else None, np.maximum(x - 2, 0.0) if top > 2 else None


def along(curve: Curve, pieces: Pieces, score: Array | float) -> Array:
    """ln of an effort, mean + sd x score, where scale has these linear pieces (… , n) between the knots
    of its curve at S, M, L and XL.
    """
    means, spreads = curve.mu, curve.sigma
    out = np.empty(pieces[0].shape)
    out[...] = means[0] + spreads[0] * score
    part = np.empty_like(out)
    for piece, a, b, c, d in zip(pieces, means, means[1:], spreads, spreads[1:], strict=False):
        if piece is not None and (a != b or c != d):
            out += np.multiply(piece, (b - a) + (d - c) * score, out=part)
    return out


class World:
    """One component's paths for a batch of draws.

    `some` gives a world of a few of its draws that reads the same paths.
    """

    def __init__(self, problem: Problem, draws: Draws, months: int | None = None) -> None:
        self.problem = problem
        self.draws = draws
        self.months = problem.settings.months if months is None else months
        self.n = self.width = draws.n
        self.columns: Int = np.arange(draws.n)  # of the paths
        self.whole: World | None = None  # what this is a part of
        self.which: Int | None = None  # draws of the whole world
        self.paths: dict[tuple[str, ...], Path] = {}
        self._forget()

    def _forget(self) -> None:
        self.memo: dict[str, Any] = {}
        self._levels: dict[str, Flow] = {}
        self._names: dict[str, Any] = {}
        self._at: tuple[Int | int, Pieces] | None = None
        self._index: tuple[Int, int, Int] | None = None
        self._efforts: dict[tuple[str, int], tuple[Int | int, Array]] = {}
        self._before: dict[Path, tuple[Int, Array]] = {}

    def some(self, which: Int) -> World:
        """The same world in some of its draws (indices); itself where they are all of them."""
        if len(which) == self.n:
            return self
        _ = self.scale  # a path: made where all draws are
        part = copy.copy(self)
        part._forget()
        part.whole, part.which, part.n = self, which, len(which)
        part.columns = self.columns[which]
        part.draws = self.draws.part(which)
        for name in ("hour", "capacity", "value_hours"):
            if name in part.__dict__:
                part.__dict__[name] = part.mine(part.__dict__[name])
        return part

    @property
    def home(self) -> World:
        """Where paths are made: the world of all draws up to the farthest horizon."""
        world = self
        while world.whole is not None:
            world = world.whole
        return world

    def until(self, months: int) -> World:
        """The same world with a nearer horizon."""
        if months == self.months:
            return self
        assert months < self.months
        for name in ("when", "discount", "discounted", "scale", "constant"):
            getattr(self, name)
        part = copy.copy(self)
        part._forget()
        part.whole, part.months = self, months
        part.__dict__["when"], part.__dict__["discount"], part.__dict__["discounted"] = self.when[:months], self.discount[:months], self.discounted[: months + 1]
        return part

    def mine(self, amount: NDArray[Kind]) -> NDArray[Kind]:
        """What a (n,) array of the whole world is in this one's draws."""
        return amount if self.which is None or len(amount) == 1 else amount[self.which]

    def here(self, path: Array) -> Array:
        """A path in this world's draws."""
        path = path[: self.months]
        return path if self.which is None or path.shape[1] == 1 else path[:, self.columns]

    @cached_property
    def when(self) -> Array:
        return np.arange(self.months, dtype=np.float64)

    @cached_property
    def discount(self) -> Array:
        """Present value of 1 USD in the middle of month m (M,)."""
        return np.asarray((1 + self.problem.settings.discount_rate) ** (-(self.when + 0.5) / 12))

    @cached_property
    def at_start(self) -> Array:
        """Present value of 1 USD at the start of month m (M+1,)."""
        return np.asarray((1 + self.problem.settings.discount_rate) ** (-np.arange(self.months + 1) / 12))

    @cached_property
    def discounted(self) -> Array:
        """Cumulative discount factors (M+1,): discounted[b] - discounted[a] is 1 USD a month from a to b."""
        return np.concatenate([[0.0], np.cumsum(self.discount)])

    def value(self, driver: str) -> Array:
        return self.draws.value(driver)

    # -- flows and the paths they share ----------------------------------------------------------

    def shared(self, name: str, make: Callable[[World], Array]) -> Flow:
        """The flow along a path that is made once, where all draws are, and kept by its name."""
        home = self.home
        key = (name,)
        if key not in home.paths:
            home.paths[key] = Path(make(home), home.discount, key)
        return Flow(self, {home.paths[key]: 1.0})

    @cached_property
    def constant(self) -> Path:
        """The path that is one in every month."""
        return Path(np.ones((self.months, 1)), self.discount, ())

    def own(self, values: Array) -> Path:
        """A path (M, n) that belongs to one flow alone."""
        assert self.whole is None, "paths are made where all draws are"
        return Path(full(values, (self.months, self.n)), self.discount)

    def flow(self, what: Any) -> Flow:
        """An amount (n,) or a path (M, n) as a flow; a flow as it is."""
        if isinstance(what, Flow):
            return what
        if np.ndim(what) > 1:
            return Flow(self, {self.own(what): 1.0})
        if np.ndim(what) == 0:
            what = float(what)
        return Flow(self, {self.constant: what})

    def product(self, one: Path, other: Path) -> Path:
        """The path that is the product of two; made once where both are shared."""
        if one.key == () or other.key == ():
            return other if one.key == () else one
        if one.key is None or other.key is None:
            return self.own(one.values * other.values)
        home = self.home
        key = tuple(sorted(one.key + other.key))
        if key not in home.paths:
            first = home.paths[key[:1]]
            for i in range(2, len(key) + 1):  # in order of names, whoever asks first
                if key[:i] not in home.paths:
                    home.paths[key[:i]] = Path(first.values * home.paths[key[i - 1 : i]].values, home.discount, key[:i])
                first = home.paths[key[:i]]
        return home.paths[key]

    def before(self, path: Path, month: Int | int) -> Array:
        """Present value (n,) of a path's flow before a month (one for all draws, or one each); of the
        latter the one asked last is remembered.
        """
        if isinstance(month, int):
            row: Array = path.prefix[min(month, self.months)]
            return row if self.which is None or len(row) == 1 else row[self.columns]
        last = self._before.get(path)
        if last is None or last[0] is not month:
            prefix = path.prefix
            found = prefix[np.minimum(month, self.months), 0] if prefix.shape[1] == 1 else prefix.take(self.flat(month, self.months))
            last = self._before[path] = (month, found)
        return last[1]

    def growth(self, kind: str) -> Flow:
        """Multiple of today's level for a class of growth."""
        if kind == "none":
            return self.flow(1.0)
        return self.shared(f"growth:{kind}", lambda home: np.exp(home.log_growth(kind)))

    def log_growth(self, kind: str) -> Array:
        """ln of the multiple of today's level (M, n) for a class of growth."""
        if kind == "none":
            return np.zeros((1, 1))
        key = f"log_growth:{kind}"
        if key not in self.memo:
            self.memo[key] = log_multiple(self.value(f"growth.{kind}"), self._faded)
        return np.asarray(self.memo[key])

    def drift(self, driver: str) -> Flow:
        """How a kind of price drifts, in real money: a yearly rate (a driver)."""


        def path(home: World) -> Array:
            monthly = (1 + home.value(driver)) ** (1 / 12)
            out = np.ones((home.months, home.n))
            for before, after in itertools.pairwise(out):
                np.multiply(before, monthly, out=after)
            return out

        return self.shared(driver, path)

    @cached_property
    def _faded(self) -> Array:
        return faded(self.value("fade"), self.when)

    def level(self, variable: str) -> Flow:
        """A workload quantity over time, in its own unit."""
        if variable not in self._levels:
            spec = self.problem.variables[variable]
            self._levels[variable] = self.growth(spec.growth) * self.start(variable)
        return self._levels[variable]

    def start(self, variable: str) -> Array:
        """Today's level (n,) of a workload quantity: its driver, times what it is given per."""
        spec = self.problem.variables[variable]
        level = self.value(spec.level)
        pinned = self.draws.pinned(spec.level)  # to a level, whatever it is usually given per
        if spec.per is None or pinned is True:
            return level
        base = self.value("ml_people") if spec.per == "ml_people" else self.start(spec.per)
        return level * base if pinned is False else np.where(pinned, level, level * base)

    def named(self, name: str, scope: str = "") -> Any:
        """What a name in a charge's expression stands for, in base units.

        `scope` is the system whose own drivers come before what all share, with `+part` behind it
        where an own part changes what a name stands for.
        """
        key = self.meaning(name, scope)
        names = self.problem.names
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

    def meaning(self, name: str, scope: str = "") -> str:
        """The name with the scope in which it is found; see `named`."""
        names = self.problem.names
        system, _, part = scope.partition("+")
        return next((k for k in (f"+{part}.{name}" if part else "", f"{system}.{name}") if k in names), name)

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
    def pieces(self) -> Pieces:
        return hinges(self.scale)

    def curve(self, driver: str) -> Curve:
        """How an effort runs along the scale."""
        curve = self.problem.drivers[driver].curve
        assert curve is not None, driver
        return curve

    def effort(self, driver: str) -> Flow:
        """An effort, in the unit of its curve, if it fell in each month."""

        def path(home: World) -> Array:
            out = along(home.curve(driver), home.pieces, home.draws.score(driver))
            return np.exp(out, out=out)

        return self.shared(f"effort:{driver}", path)

    def effort_at(self, driver: str, month: Int | int) -> Array:
        """Effort (n,) if it falls in `month` (one for all draws, or one each); remembered, of those with
        a month each only the last.
        """
        key = (driver, month if isinstance(month, int) else -1)
        last = self._efforts.get(key)
        if last is None or last[0] is not month:
            out = along(self.curve(driver), self._pieces_at(month), self.draws.score(driver))
            last = self._efforts[key] = (month, np.exp(out, out=out))
        return last[1]

    def _pieces_at(self, month: Int | int) -> Pieces:
        """The linear pieces of scale (n,) in a month; the month asked last is remembered."""
        if self._at is None or self._at[0] is not month:
            self._at = (month, hinges(self.pick(self.scale, month)))
        return self._at[1]

    def pick(self, path: Array, month: Int | int) -> Array:
        """Values (n,) of a path at a month per draw; the last month stands for later ones."""
        if isinstance(month, int):
            row: Array = path[min(month, self.months - 1)]
            return row if self.which is None or len(row) == 1 else row[self.columns]
        if path.shape[1] == 1:
            return np.asarray(path[np.minimum(month, self.months - 1), 0])
        return path.take(self.flat(month, self.months - 1))

    def flat(self, month: Int, last: int) -> Int:
        """Flat index (n,) into a (months, width) array; the month asked last is remembered."""
        if self._index is None or self._index[0] is not month or self._index[1] != last:
            self._index = (month, last, np.minimum(month, last) * self.width + self.columns)
        return self._index[2]

    @cached_property
    def hour(self) -> Array:
        """Price (n,) of an hour of labour: loaded cost x opportunity multiplier."""
        return np.asarray(self.value("labour") * self.problem.settings.opportunity_multiplier)

    @cached_property
    def capacity(self) -> Array:
        """Person-months a month (n,) that the team can give to setting things up."""
        return np.asarray(OPERATIONS_CAP * (self.value("ml_people") + self.value("platform_people")))

    @property
    def users(self) -> Flow:
        """How the component's users grow: gaps and value grow with them."""
        return self.growth("people")

    @property
    def load_growth(self) -> Flow:
        """How the component's main load grows: what a bill or a quote known today grows with."""
        main = self.problem.break_even
        return self.growth(self.problem.variables[main[0]].growth) if main else self.users

    @cached_property
    def value_hours(self) -> Array:
        """Hours a month (n,) that having the component is worth to the team today."""
        if self.problem.value_given:
            return np.asarray(self.value(f"{self.problem.component}.value_monthly") / self.hour)
        share = self.value(f"{self.problem.component}.value_share")
        return np.asarray(share * self.value("ml_people") * HOURS_PER_PERSON_MONTH)
