"""Start each system in each profile, several times in random order, and keep what worked."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from buildbuy.probes import supervise
from buildbuy.probes.load import Load
from buildbuy.probes.requirement import Wanted, judge
from buildbuy.probes.supervise import FAILURES, Observed, told
from buildbuy.probes.systems import System

MOST_RUNGS = 8
T = TypeVar("T")


@dataclass(frozen=True)
class Arm:
    """A system in a profile, a served one with its worker processes and copies of the model; `again` marks the second
    set of runs of the same, which shows the noise.
    """

    system: System
    profile: str
    again: bool = False
    workers: int = 1
    models: int = 1

    @property
    def settings(self) -> str:
        """The profile, with the workers and models where there are several."""
        return self.profile + f", {self.workers} workers" * (self.workers > 1) + f", {self.models} models" * (self.models > 1)

    @property
    def name(self) -> str:
        return f"{self.system.name}, {self.settings}" + (" (again)" if self.again else "")


@dataclass
class Ran(Generic[T]):
    """What came of an arm: its runs in the order made, why others failed, and its ladder of rates."""

    arm: Arm
    runs: list[T] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    ladder: list[Observed] = field(default_factory=list)
    ladder_ended: str = ""


def in_blocks(arms: Sequence[Arm], repeats: int, observed: Callable[[Arm], T], step: Callable[[str], None], done: Callable[[Ran[T]], None]) -> list[Ran[T]]:
    """Every arm `repeats` times, in blocks of random order, so that a machine that warms up or fills up favours none.
    What can't be had or started isn't tried again. `done` hears of each arm as its last run ends, of the others too when
    this is interrupted; `step` of each run that begins.
    """
    found: dict[Arm, Ran[T]] = {arm: Ran(arm) for arm in arms}
    open_ = dict(found)
    try:
        for block in range(repeats):
            for arm in random.sample(list(open_), len(open_)):
                step(arm.name + (f", run {block + 1} of {repeats}" if repeats > 1 else ""))
                ran = found[arm]
                try:
                    ran.runs.append(observed(arm))
                except FAILURES as e:
                    ran.failed.append(told(e))
                if block == repeats - 1 or not ran.runs:
                    done(open_.pop(arm))
    finally:
        for ran in open_.values():
            if ran.runs:
                done(ran)
    return list(found.values())


def with_noise(arms: Sequence[Arm], repeats: int) -> list[Arm]:
    """The arms, with several runs of several one of them a second time."""
    return [*arms, replace(arms[0], again=True)] if repeats > 1 and len(arms) > 1 else list(arms)


@dataclass
class Session:
    """One sitting under load: what is run, and on what."""

    load: Load
    cache: Path
    own: Mapping[str, Any]
    wanted: Wanted | None
    told: Callable[[str], None]

    def run(self, arms: Sequence[Arm], repeats: int, ladder: bool, done: Callable[[Ran[Observed]], None]) -> list[Ran[Observed]]:
        """Every arm in blocks, see `in_blocks`; then the ladder."""
        found = in_blocks(arms, repeats, lambda arm: self.observed(arm, self.load), self.told, done)
        if ladder:
            for ran in found:
                if ran.runs and not ran.arm.again:
                    self._climb(ran)
        return found

    def _climb(self, ran: Ran[Observed]) -> None:
        """Twice the rate, until the requirement (or the rate itself) isn't held any more."""
        rate = self.load.rate
        for _ in range(MOST_RUNGS):
            self.told(f"{ran.arm.name}, {rate:g} req/s")
            try:
                seen = self.observed(ran.arm, replace(self.load, rate=rate))
            except FAILURES as e:
                ran.ladder_ended = f"at {rate:g} req/s: {getattr(e, 'what', None) or e}"
                return
            ran.ladder.append(seen)
            if not holds(seen, self.wanted):
                return
            rate *= 2
        ran.ladder_ended = f"not climbed beyond {rate / 2:g} req/s"

    def observed(self, arm: Arm, load: Load) -> Observed:
        """One run: the environment, a fresh start, the load. Raises NotMeasured."""
        with arm.system.placed(arm.profile, self.cache, workers=arm.workers, models=arm.models, **self.own) as at:
            return supervise.observe(arm.system.server(at), load, at.scratch)


def holds(seen: Observed, wanted: Wanted | None) -> bool:
    """Whether a rung of the ladder is held: the requirement met; without one, the rate answered without failure."""
    measured = seen.measured
    if wanted is not None:
        return judge(measured, wanted).status == "met"
    return not measured.refused and measured.failed == 0 and measured.sustained
