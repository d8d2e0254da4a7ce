"""Decides sampled profiles, on two processes, and keeps what the claims are judged on."""

from __future__ import annotations

import functools
import math
import multiprocessing
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import bars
import sampler

from buildbuy.catalog.load import Catalog, load
from buildbuy.decide import valuation
from buildbuy.decide import verdict as judging
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.quantities.estimate import exact
from buildbuy.resolve import resolve

DRAWS, SEED = 500, 11
WORKERS = 2
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Action:
    """One first action: `cost` is the mean with its best later rule, None where a must bars it."""

    sourcing: str
    option: str
    owner: str
    new_build: bool
    cost: float | None
    static: float
    p_best: float
    exit_cost: float
    lines: Mapping[str, float]
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verdict:
    """One component of one profile, decided. `best` has the lowest mean, before a new build on
    assumptions is held back; `chosen` is what the product says. Either is None where nothing may be
    taken.
    """

    profile: int
    component: str
    scale: str
    current: str
    best: str | None
    chosen: str | None
    not_yet: str | None
    standing: str
    required: tuple[str, ...]
    hour: float
    actions: Mapping[str, Action]

    @property
    def sourcing(self) -> str:
        """How the ungated verdict gets the component; `none` where nothing may be taken."""
        return "none" if self.best is None else self.actions[self.best].sourcing

    @property
    def gated_sourcing(self) -> str:
        return "none" if self.chosen is None else self.actions[self.chosen].sourcing

    @property
    def new_build(self) -> bool:
        return self.best is not None and self.actions[self.best].new_build

    @property
    def gated_new_build(self) -> bool:
        return self.chosen is not None and self.actions[self.chosen].new_build

    @property
    def bought(self) -> bool:
        return self.sourcing in bars.BOUGHT

    @property
    def gated_bought(self) -> bool:
        return self.gated_sourcing in bars.BOUGHT

    @property
    def greenfield(self) -> bool:
        return self.current == "nothing"

    @property
    def start_up(self) -> bool:
        return self.scale in bars.START_UP

    def p_best(self, *sourcings: str, new: bool = False) -> float:
        """Share of modelled worlds in which an action of these sourcings is cheapest."""
        return sum(a.p_best for a in self.actions.values() if a.sourcing in sourcings and (a.new_build or not new))

    @property
    def feasible(self) -> frozenset[str]:
        return frozenset(name for name, a in self.actions.items() if a.cost is not None)


@functools.cache
def catalog() -> Catalog:
    return load()


def dearer(problem: Problem, times: Mapping[str, float]) -> Problem:
    """The problem with some drivers multiplied; keys are driver ids or their starts. An effort is
    multiplied at every scale, anything else is pinned to so many times its median.
    """
    drivers = dict(problem.drivers)
    for start, factor in times.items():
        names = [n for n in drivers if n.startswith(start)]
        if not names:
            raise KeyError(f"no driver called {start}")
        for name in names:
            driver = drivers[name]
            if driver.curve is None:
                drivers[name] = replace(driver, estimate=exact(factor * driver.estimate.median, driver.unit))
            else:
                mu = tuple(m + math.log(factor) for m in driver.curve.mu)
                drivers[name] = replace(driver, curve=replace(driver.curve, mu=mu))  # type: ignore[arg-type]
    return replace(problem, drivers=drivers)


def outcome(profile: Mapping[str, Any], component: str, times: Mapping[str, float] | None = None) -> Outcome:
    """One component of a profile given as a mapping, decided; `times` multiplies drivers. What no claim
    reads and no verdict depends on is left out, because it takes half of the time: break-evens, other
    horizons, what musts cost, and the multiplier that flips.
    """
    problem = dearer(resolve(Profile.model_validate(profile), component, catalog()), times or {})
    with (
        mock.patch.object(judging, "break_evens", lambda *_: ()), mock.patch.object(judging, "_horizons", lambda *_: {}), mock.patch.object(judging, "_structures", lambda *_: ()),
        mock.patch.object(judging, "_multiplier_flip", lambda *_: None), mock.patch.object(valuation, "cost_of_musts", lambda *_: ()),
    ):  # fmt: skip
        return decide(problem, draws=DRAWS, seed=SEED)


def verdict(index: int, profile: Mapping[str, Any], component: str, times: Mapping[str, float] | None = None) -> Verdict:
    """What the claims need of an outcome."""
    o = outcome(profile, component, times)
    current = o.problem.incumbent
    kind = "nothing" if o.problem.greenfield else "home-grown" if current.sourcing == "build" else "system"
    actions = {
        name: Action(
            sourcing=r.option.sourcing, option=r.option.id, owner=r.option.owner, new_build=r.option.new_build, cost=r.policy_cost,
            static=r.cost.mean, p_best=r.p_best or 0.0, exit_cost=r.exit_cost,
            lines={x.line: x.mean for x in r.ledger}, reasons=tuple((x.requirement, x.status) for x in r.option.reasons),
        )
        for name, r in o.actions.items()
    }
    return Verdict(
        profile=index, component=component, scale=sampler.CLASSES[min(max(round(o.scale), 0), 3)], current=kind, best=o.best_by_mean,
        chosen=o.chosen, not_yet=o.not_yet, standing=o.standing,
        required=tuple(p for p, part in o.problem.parts.items() if part.required), hour=o.hour, actions=actions,
    )  # fmt: skip


Job = tuple[int, Mapping[str, Any], str] | tuple[int, Mapping[str, Any], str, Mapping[str, float]]


def _one(job: Job) -> Verdict:
    return verdict(*job)


def decide_all(jobs: Iterable[Job]) -> list[Verdict]:
    """Verdicts of (index, profile, component[, efforts multiplied]), in order. Each process keeps to
    one thread.
    """
    listed: Sequence[Job] = list(jobs)
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
            return pool.map(_one, listed, chunksize=8)
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@functools.cache
def population() -> tuple[Verdict, ...]:
    """Every sampled profile, every component."""
    found = sampler.profiles()
    return tuple(decide_all((i, p, c) for c in bars.COMPONENTS for i, p in enumerate(found)))


@functools.cache
def wider(component: str) -> tuple[Verdict, ...]:
    """Every team for which a further component was drawn."""
    return tuple(decide_all((i, p, component) for i, p in enumerate(sampler.wider_profiles())))


def of(component: str) -> list[Verdict]:
    if component in bars.WIDER:
        return list(wider(component))
    return [v for v in population() if v.component == component]


def changed(profile: Mapping[str, Any], component: str, **needs: Any) -> dict[str, Any]:
    """The profile with some of a component's needs replaced (None removes one), others untouched.

    `requirements` and `workload` are added to what is there.
    """
    old = dict(profile["components"][component])
    for key, value in needs.items():
        if value is None:
            old.pop(key, None)
        elif key == "requirements":
            old[key] = [*old.get(key, ()), *value]
        elif key in ("workload", "gap_hours"):
            old[key] = {**old.get(key, {}), **value}
        else:
            old[key] = value
    return {**profile, "components": {component: old}}
