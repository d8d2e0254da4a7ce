"""Quantities over time, written as amounts per draw on a few shared paths.

Most of what runs with the calendar is an amount drawn once times a path that many lines share: how
people or requests grow, how a kind of price drifts, what care takes along the scale. A flow keeps
the two apart. Products and sums of flows are flows; its present value between any two months is
read off the shared paths' prefix sums. What bends (a ceiling, a minimum, a tier) becomes a path of
its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from buildbuy.worlds.world import World

Array = NDArray[np.float64]
Int = NDArray[np.int64]
Amount = Array | float


class Path:
    """A path (M, draws), or (M, 1) where all draws share it, with its discounted prefix sums.

    `key` names the factors it is the product of; a path without a key belongs to one flow alone.
    """

    def __init__(self, values: Array, discount: Array, key: tuple[str, ...] | None = None) -> None:
        self.values, self.discount, self.key = values, discount, key

    @cached_property
    def prefix(self) -> Array:
        """Present value (M+1, draws) of what flows before each month."""
        months, n = self.values.shape
        out = np.empty((months + 1, n))
        out[0] = 0
        np.multiply(self.values, self.discount[:, None], out=out[1:])
        rows = list(out)
        for before, after in itertools.pairwise(rows):  # row by row: several times faster than cumsum down the columns
            np.add(before, after, out=after)
        return out


def full(values: Array | None, shape: tuple[int, ...]) -> Array:
    """Values in this shape; zeros for none."""
    if values is None:
        return np.zeros(shape)
    return values if values.shape == shape else np.broadcast_to(values, shape)


class Flow:
    """A quantity over time in a world that outlives it: the sum of amounts (n,) times paths."""

    __slots__ = ("_dense", "_world", "terms")

    def __init__(self, world: World, terms: dict[Path, Amount]) -> None:
        self._world = ref(world)  # worlds keep flows: so that both go, and their arrays, when the world does
        self.terms = terms
        self._dense: Array | None = None

    @property
    def world(self) -> World:
        world = self._world()
        assert world is not None, "the world of this flow is gone"
        return world

    @property
    def path(self) -> Array:
        """Its values (M, n)."""
        if self._dense is None:
            shape = (self.world.months, self.world.n)
            total: Array | None = None
            part: Array | None = None
            for path, amount in self.terms.items():
                here = self.world.here(path.values)
                if total is None:
                    alone = len(self.terms) == 1 and isinstance(amount, float) and amount == 1.0
                    total = here if alone else np.multiply(amount, here, out=np.empty(shape))
                    continue
                part = np.multiply(amount, here, out=part if part is not None else np.empty(shape))
                total += part
            self._dense = full(total, shape)
        return self._dense

    def at(self, month: Int | int) -> Array:
        """Its values (n,) at a month per draw (or one for all); the last month stands for later ones."""
        world = self.world
        return self._sum([amount * world.pick(path.values, month) for path, amount in self.terms.items()])

    def paid(self, begin: Int | int, end: Int | int) -> Array:
        """Present value (n,) of what flows from month `begin` up to `end`, neither past the horizon."""
        before = self.world.before
        return self._sum([amount * (before(path, end) - before(path, begin)) for path, amount in self.terms.items()])

    def _sum(self, parts: list[Array]) -> Array:
        return full(reduce(np.add, parts) if parts else None, (self.world.n,))

    def on(self, part: World) -> Flow:
        """The same flow in some of its world's draws."""
        if part is self.world:
            return self
        return Flow(part, {path: amount if isinstance(amount, float) else part.mine(amount) for path, amount in self.terms.items()})

    def gathered(self) -> Flow:
        """The same flow with the paths that are its own summed into one."""
        own = {path: amount for path, amount in self.terms.items() if path.key is None}
        if len(own) < 2:
            return self
        shared = {path: amount for path, amount in self.terms.items() if path.key is not None}
        return Flow(self.world, {**shared, self.world.own(Flow(self.world, own).path): 1.0})

    @property
    def amount(self) -> Amount | None:
        """The amount (n,) of a flow that doesn't change over time; None for one that does."""
        if any(path.key != () for path in self.terms):
            return None
        return next(iter(self.terms.values()), 0.0)

    def __mul__(self, other: Flow | Amount) -> Flow:
        return self._times(other) if isinstance(other, Flow) else self._scaled(other)

    def __add__(self, other: Flow | Amount) -> Flow:
        return total_of(self.world, (self, other))

    def __sub__(self, other: Flow | Amount) -> Flow:
        return total_of(self.world, (self, -1.0 * other))

    def __rsub__(self, other: Amount) -> Flow:
        return total_of(self.world, (other, self * -1.0))

    def __truediv__(self, other: Flow | Amount) -> Flow:
        if isinstance(other, Flow):
            return self._bent(np.divide, self, other)
        return Flow(self.world, {path: amount / other for path, amount in self.terms.items()})

    def __rtruediv__(self, other: Amount) -> Flow:
        return self._bent(np.divide, other, self)

    def __neg__(self) -> Flow:
        return self * -1.0

    __rmul__, __radd__ = __mul__, __add__

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        """An array on the left of an operator, and functions that bend a path."""
        if method != "__call__" or options:
            return NotImplemented
        if ufunc in ON_THE_RIGHT and not isinstance(inputs[0], Flow):
            return ON_THE_RIGHT[ufunc](self, inputs[0])
        return self._bent(ufunc, *inputs)

    def _bent(self, function: Callable[..., Array], *inputs: Any) -> Flow:
        """A function of values: an amount where nothing changes over time, else a path of its own."""
        fixed = [x.amount if isinstance(x, Flow) else x for x in inputs]
        if all(x is not None for x in fixed):
            return self.world.flow(function(*fixed))
        return self.world.flow(function(*(x.path if isinstance(x, Flow) else x for x in inputs)))

    def _scaled(self, factor: Amount) -> Flow:
        if np.ndim(factor) > 1:
            return self.world.flow(self.path * factor)
        return Flow(self.world, {path: amount * factor for path, amount in self.terms.items()})

    def _times(self, other: Flow) -> Flow:
        terms: dict[Path, Amount] = {}
        for p, a in self.terms.items():
            for q, b in other.terms.items():
                path = self.world.product(p, q)
                terms[path] = terms[path] + a * b if path in terms else a * b
        return Flow(self.world, terms)


ON_THE_RIGHT: dict[Any, Callable[[Flow, Any], Flow]] = {
    np.multiply: Flow.__rmul__,
    np.add: Flow.__radd__,
    np.subtract: Flow.__rsub__,
    np.true_divide: Flow.__rtruediv__,
}


def total_of(world: World, parts: Iterable[Any]) -> Flow:
    """The sum of flows and amounts."""
    terms: dict[Path, Amount] = {}
    for part in parts:
        for path, amount in world.flow(part).terms.items():
            terms[path] = terms[path] + amount if path in terms else amount
    return Flow(world, terms)
