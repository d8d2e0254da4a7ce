"""What would be best if the model itself were another: structural choices side by side.

A driver has a belief; a structural choice (how growth fades, how far work can overrun, whether
things end) has none, so each is turned alone, on the same worlds, and the cheapest action named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from buildbuy.decide.switching import Running, kept_total, running
from buildbuy.domain.problem import Driver, Option, Problem
from buildbuy.quantities.estimate import Z95
from buildbuy.worlds.draws import Array, Draws, Repeated
from buildbuy.worlds.world import World

DRAWS = 250
PROJECT = "outside_view_project"
HEAVY_SHARE = 0.18  # of 5,392 IT projects overran by more than half, by 447% on average (How Big Things Get Done, 2023)
HEAVY_ALPHA = 1.378  # the Pareto exponent from 1.5 times on that has this mean: 5.47 / (5.47 - 1.5)
RARELY = 1e-9  # a yearly hazard that nobody lives to see
HEAVY_CAP = 20 / 1.5  # nothing overruns by more than twenty times: without a cap the mean says little


@dataclass(frozen=True)
class Structure:
    """The cheapest action under one structural choice. `cost` is the verdict's mean there and
    `best_cost` that of `best`, USD; `changes` says whether the difference is material and beyond
    two standard errors of the paired draws.
    """

    id: str
    what: str
    best: str
    cost: float
    best_cost: float
    changes: bool


def structures(
    problem: Problem, draws: Draws, options: Mapping[str, Option], fallback: Mapping[str, str], rivals: Iterable[str], chosen: str | None, material: float
) -> tuple[Structure, ...]:
    """The model as it is and each structural choice turned alone, on the first of the worlds of the search (`draws`).

    `options` are all actions, `fallback` where a forced exit from each goes, `rivals` the actions
    that may be best. Later switches are left out.
    """
    names = sorted({*rivals})
    if chosen not in names:
        return ()
    choices = _choices(problem.drivers)
    world = World(problem, SideBySide(draws.part(slice(0, DRAWS)), [c.fixed for c in choices], [c.heavy for c in choices]))
    incumbent = Running(world, problem.incumbent)
    back = {to: running(world, options[to]) for to in {fallback[a] for a in names if a in fallback}}
    costs = np.stack([kept_total(world, incumbent, Running(world, options[a]), back.get(fallback.get(a, "")))[0].reshape(len(choices), -1) for a in names])
    world.memo.clear()  # what runs in it refers back to it
    means = costs.mean(axis=2)
    k = names.index(chosen)
    out = []
    for i, choice in enumerate(choices):
        best = int(means[:, i].argmin())
        gap = costs[k, i] - costs[best, i]
        changes = best != k and float(gap.mean()) > max(material, 2 * float(gap.std()) / len(gap) ** 0.5)
        out.append(Structure(choice.id, choice.what, names[best], float(means[k, i]), float(means[best, i]), changes))
    return tuple(out)


@dataclass(frozen=True)
class Choice:
    """A structural choice: drivers held at a value, or a heavy tail on projects."""

    id: str
    what: str
    fixed: Mapping[str, float]
    heavy: bool = False


def _choices(drivers: Mapping[str, Driver]) -> list[Choice]:
    growth = {k: 0.0 for k in drivers if k.startswith("growth.")}
    hazards = {k: RARELY for k in drivers if k.startswith("ending_")}
    out = [
        Choice("as-modelled", "as modelled", {}),
        Choice("growth-holds", "growth never fades", {"fade": np.inf}),
        Choice("no-growth", "nothing grows", growth),
        Choice("heavy-tail", f"one project in {1 / HEAVY_SHARE:.0f} overruns by half to twenty times", {}, heavy=True),
        Choice("nothing-ends", "no owner ends a product and no own code is given up", hazards),
    ]
    if not drivers["assistants"].estimate.is_exact:
        low = float(drivers["assistants"].estimate.at(-Z95))
        out.append(Choice("no-assistants", "coding assistants save nothing", {"assistants": 1.0}))
        out.append(Choice("good-assistants", f"coding assistants take {1 - low:.0%} off own code", {"assistants": low}))
    return out


class SideBySide(Repeated):
    """The same draws once per structural choice: `fixed` holds drivers in its block, `heavy` puts a
    Pareto tail on its projects. What lies past the 82nd percentile of an effort of setting something
    up, or of an estimate's overrun, comes from it; efforts along a curve take the spread they have
    at scale M.
    """

    def __init__(self, base: Draws, fixed: Sequence[Mapping[str, float]], heavy: Sequence[bool]) -> None:
        super().__init__(base, fixed)
        self.heavy = np.repeat(np.asarray(heavy), base.n)

    def score(self, driver: str) -> Array:
        if driver not in self._scores:
            z, spec = super().score(driver), self.drivers.get(driver)
            if spec is not None and spec.curve is not None and is_project(spec):
                self._scores[driver] = self._tailed(z, spec.curve.sigma[1])
        return self._scores[driver]

    def again(self, driver: str, who: str) -> Array:
        estimate = self.drivers[driver].estimate
        if driver != PROJECT or estimate.is_exact:
            return super().again(driver, who)
        return np.asarray(estimate.at(self._tailed(self._own(f"{driver}:{who}"), float(estimate.at(1.0) - estimate.at(0.0)))))

    def _tailed(self, z: Array, sigma: float) -> Array:
        return np.where(self.heavy, heavy(z, sigma), z)


def is_project(driver: Driver) -> bool:
    """Whether an effort is spent once: in person-time, not person-time a month."""
    return driver.unit.startswith("person") and "/" not in driver.unit


def heavy(z: Array, sigma: float) -> Array:
    """Scores (n,) whose lognormal of spread `sigma` has a Pareto tail beyond its 82nd percentile:
    q82 x (1 - u (1 - cap^-a))^(-1/a), u uniform over the tail, truncated at `HEAVY_CAP`.
    """
    start = float(ndtri(1 - HEAVY_SHARE))
    u = np.clip((ndtr(z) - (1 - HEAVY_SHARE)) / HEAVY_SHARE, 0.0, 1.0)
    times = (1 - u * (1 - HEAVY_CAP**-HEAVY_ALPHA)) ** (-1 / HEAVY_ALPHA)
    return np.where(z > start, start + np.log(times) / max(sigma, 1e-9), z)
