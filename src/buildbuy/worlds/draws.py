"""Sampled worlds. Every driver has a stream of its own, keyed by (seed, stream, driver id).

Adding a system, reordering files or overriding one driver therefore changes no other driver's
draws, and every option sees the same worlds.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from buildbuy.domain.problem import Driver

Array = NDArray[np.float64]


class _Philox(threading.local):
    """One generator a thread, set to a key and a counter before each use: making one takes far longer."""

    def __init__(self) -> None:
        self.bits = np.random.Philox(key=0)
        self.generator = np.random.Generator(self.bits)
        self.state: Any = self.bits.state

    def uniforms(self, key: bytes, block: int, n: int) -> Array:
        """n uniforms of the stream of a key (16 bytes), from its `block` of four on."""
        self.state["state"] = {"key": np.frombuffer(key, dtype="<u8"), "counter": np.array([block, 0, 0, 0], dtype=np.uint64)}
        self.bits.state = self.state
        return self.generator.random(n)


_philox = _Philox()


def scores(seed: int, stream: str, driver: str, start: int, stop: int) -> Array:
    """Standard normal scores of draws `start` to `stop` of one driver.

    The generator is Philox, keyed by a hash of (seed, stream, driver); uniforms lie strictly
    between 0 and 1, so that every inverse distribution function is finite.
    """
    key = hashlib.blake2b(f"{seed}|{stream}|{driver}".encode(), digest_size=16).digest()
    block = start // 4
    uniform = _philox.uniforms(key, block, stop - 4 * block)[start % 4 :]
    return np.asarray(ndtri(np.maximum(uniform, 2.0**-54)), dtype=np.float64)


class Draws:
    """Scores and values of drivers for draws `start` to `stop`, computed when asked for.

    `fixed` pins drivers to a value (float or array), `fixed_scores` to a score: what-ifs on the
    same worlds.
    """

    def __init__(
        self,
        drivers: Mapping[str, Driver],
        seed: int,
        stream: str,
        stop: int,
        start: int = 0,
        fixed: Mapping[str, Array | float] | None = None,
        fixed_scores: Mapping[str, Array | float] | None = None,
    ) -> None:
        self.drivers = drivers
        self.seed, self.stream, self.start, self.stop = seed, stream, start, stop
        self.n = stop - start
        self.fixed = dict(fixed or {})
        self.fixed_scores = dict(fixed_scores or {})
        self._scores: dict[str, Array] = {}
        self._values: dict[str, Array] = {}

    def part(self, which: slice | NDArray[np.int64]) -> Draws:
        """Some of these draws, with scores and values taken from here."""
        return _Part(self, which)

    def pinned(self, driver: str) -> bool | NDArray[np.bool_]:
        """Whether, or in which draws (n,), a driver is pinned to a value."""
        return driver in self.fixed

    def score(self, driver: str) -> Array:
        """Standard normal score (n,) of a driver, its declared correlation included."""
        if driver not in self._scores:
            if driver in self.fixed_scores:
                self._scores[driver] = np.broadcast_to(np.asarray(self.fixed_scores[driver], dtype=np.float64), (self.n,))
            else:
                own = self._own(driver)
                spec = self.drivers[driver]
                if spec.common is not None:
                    own = np.sqrt(spec.rho) * self._common(spec.common) + np.sqrt(1 - spec.rho) * own
                self._scores[driver] = own
        return self._scores[driver]

    def _own(self, driver: str) -> Array:
        return scores(self.seed, self.stream, driver, self.start, self.stop)

    def _common(self, name: str) -> Array:
        key = f"common:{name}"
        if key not in self._scores:
            self._scores[key] = self.score(name) if name in self.drivers else self._own(key)
        return self._scores[key]

    def innovation(self, driver: str) -> tuple[Array, float]:
        """What is a driver's own in its score (n,), apart from what it has in common with others, and
        how much of the score it makes (1 for one that has nothing in common).
        """
        spec = self.drivers[driver]
        if spec.common is None or driver in self.fixed_scores:
            return self.score(driver), 1.0
        own = np.sqrt(1 - spec.rho)
        return (self.score(driver) - np.sqrt(spec.rho) * self._common(spec.common)) / own, float(own)

    def again(self, driver: str, who: str) -> Array:
        """A further, independent value (n,) of a driver for one thing it applies to: the stream is
        keyed by both.
        """
        key = f"{driver}:{who}"
        if key not in self._values:
            pinned = driver in self.fixed or driver in self.fixed_scores or self.drivers[driver].estimate.is_exact
            self._values[key] = self.value(driver) if pinned else np.asarray(self.drivers[driver].estimate.at(self._own(key)))
        return self._values[key]

    @property
    def read(self) -> set[str]:
        """Drivers that something has asked for so far."""
        return {name for name in (*self._scores, *self._values) if name in self.drivers}

    def value(self, driver: str) -> Array:
        """Value (n,) of a driver in its own unit."""
        if driver not in self._values:
            if driver in self.fixed:
                given = np.asarray(self.fixed[driver], dtype=np.float64)
                self._values[driver] = np.broadcast_to(given, (self.n,))
            else:
                spec = self.drivers[driver]
                if spec.estimate.is_exact:
                    self._values[driver] = np.full(self.n, spec.estimate.points[0])
                else:
                    self._values[driver] = spec.estimate.at(self.score(driver))
        return self._values[driver]


class Repeated(Draws):
    """The same draws once per block, in which `held` keeps drivers at a value: what-ifs side by side in
    one world, (blocks x draws) long.
    """

    def __init__(self, base: Draws, held: Sequence[Mapping[str, float]]) -> None:
        self.base, self.times = base, len(held)
        self.where: dict[str, NDArray[np.bool_]] = {}
        fixed: dict[str, Array] = {}
        for i, block in enumerate(held):
            here = slice(i * base.n, (i + 1) * base.n)
            for driver, value in block.items():
                fixed.setdefault(driver, np.tile(base.value(driver), self.times))[here] = value
                self.where.setdefault(driver, np.zeros(base.n * self.times, dtype=bool))[here] = True
        super().__init__(base.drivers, base.seed, base.stream, base.n * self.times, fixed=fixed)

    def pinned(self, driver: str) -> bool | NDArray[np.bool_]:
        return self.where.get(driver, False)

    def _own(self, driver: str) -> Array:
        return np.tile(self.base._own(driver), self.times)

    def score(self, driver: str) -> Array:
        if driver not in self._scores:
            self._scores[driver] = np.tile(self.base.score(driver), self.times)
        return self._scores[driver]


class _Part(Draws):
    """Some of other draws: they are sampled once, however many parts they are used in."""

    def __init__(self, whole: Draws, which: slice | NDArray[np.int64]) -> None:
        n = len(range(*which.indices(whole.n))) if isinstance(which, slice) else len(which)
        super().__init__(whole.drivers, whole.seed, whole.stream, n, fixed=whole.fixed, fixed_scores=whole.fixed_scores)
        self.whole, self.which = whole, which

    def pinned(self, driver: str) -> bool | NDArray[np.bool_]:
        found = self.whole.pinned(driver)
        return found if isinstance(found, bool) else found[self.which]

    def _own(self, driver: str) -> Array:
        return self.whole._own(driver)[self.which]

    def score(self, driver: str) -> Array:
        if driver not in self._scores:
            self._scores[driver] = self.whole.score(driver)[self.which]
        return self._scores[driver]

    def again(self, driver: str, who: str) -> Array:
        key = f"{driver}:{who}"
        if key not in self._values:
            self._values[key] = self.whole.again(driver, who)[self.which]
        return self._values[key]

    def value(self, driver: str) -> Array:
        if driver not in self._values:
            self._values[driver] = self.whole.value(driver)[self.which]
        return self._values[driver]
