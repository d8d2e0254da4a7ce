"""Past decisions decided again by the engine, with what was known then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from buildbuy.backtest.left_out import own_prior
from buildbuy.backtest.past import SOURCINGS, Known, Past
from buildbuy.backtest.reading import Reading, read
from buildbuy.catalog.load import Catalog
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.run import decide_all
from buildbuy.domain.problem import EXTEND, STAY, Problem
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.resolve import resolve
from buildbuy.strict_yaml import validate


@dataclass(frozen=True)
class Answer:
    """What the engine says: the sourcing with and without the gate for new builds on assumptions, the
    share of modelled worlds by sourcing, and what could have been taken. "" where nothing could.
    `leaving` is the cheapest where what ran before could neither stay nor be extended: a what-if that
    shows how much hangs on it, no verdict.
    """

    gated: str
    ungated: str
    leaving: str
    option: str
    first: str
    not_yet: str
    shares: Mapping[str, float]
    standing: str
    tied: tuple[str, ...]
    offered: tuple[str, ...]
    scale: float
    anachronisms: tuple[str, ...]
    dropped: tuple[str, ...] = ()

    @property
    def engines(self) -> bool:
        """Whether anything but own code could have been taken."""
        return any(s != "build" for s in self.offered)


@dataclass(frozen=True)
class Replay:
    """A case with what was read of it and the engine's answer (None where it couldn't be replayed);
    `unusable` says why it isn't scored.
    """

    past: Past
    reading: Reading | None
    answer: Answer | None
    unusable: str = ""


@dataclass
class _Posed:
    reading: Reading
    problem: Problem
    dropped: list[str] = field(default_factory=list)


def replay(cases: Iterable[Past], catalog: Catalog, *, draws: int, seed: int, progress: Callable[[str], None] = lambda one: None) -> list[Replay]:
    """Every case decided again. `catalog` is the one of `left_out.without`; nothing of a label is
    read but the organisation, to set aside cases whose own record a prior rests on.
    """
    posed: dict[str, _Posed] = {}
    why: dict[str, str] = {}
    every = list(cases)
    for one in every:
        if one.known is None:
            why[one.id] = one.unusable
        elif own_prior(one.label.organisation, one.known.component):
            why[one.id] = "a prior of this component is drawn from the organisation itself"
        else:
            try:
                posed[one.id] = _pose(one.known, catalog)
            except BadInput as e:
                why[one.id] = e.what
    outcomes = decide_all({name: p.problem for name, p in posed.items()}, draws=draws, seed=seed, progress=progress)
    return [
        Replay(one, None, None, why[one.id]) if one.id in why else Replay(one, posed[one.id].reading, answer(outcomes[one.id], posed[one.id].dropped), one.unusable)
        for one in every
    ]  # fmt: skip


def _pose(known: Known, catalog: Catalog) -> _Posed:
    """The problem of a case. Requirements that the engine refuses (they contradict each other, say) are
    dropped one by one from the last, then what ran before, the load, the people: whatever can't stand.
    """
    if known.component not in catalog.components:
        raise BadInput(f"the catalog has no component {known.component}")
    reading = read(known, catalog)
    needs = reading.profile["components"][known.component]
    dropped: list[str] = []
    while True:
        try:
            profile = validate(Profile, reading.profile, {}, "")
            return _Posed(reading, resolve(profile, known.component, catalog, as_of=known.as_of), dropped)
        except BadInput as e:
            for key in ("requirements", "current", "workload"):
                if needs.get(key):
                    gone = needs[key].pop() if key == "requirements" else needs.pop(key)
                    dropped.append(f"{key}: {gone} ({e.what})")
                    break
            else:
                if not reading.profile["organisation"]:
                    raise
                dropped.append(f"organisation: {reading.profile['organisation']} ({e.what})")
                reading.profile["organisation"] = {}


def answer(outcome: Outcome, dropped: Iterable[str] = ()) -> Answer:
    """What an outcome says, gated and ungated."""
    free = outcome.not_yet or outcome.chosen

    def sourcing(action: str | None) -> str:
        found = outcome.actions.get(action or "")
        return found.option.sourcing if found else ""

    taken = [r for r in outcome.actions.values() if r.p_best is not None]
    new = [r for r in taken if r.action not in (STAY, EXTEND)]
    return Answer(
        gated=sourcing(outcome.chosen),
        ungated=sourcing(free),
        leaving=sourcing(free) if len(new) == len(taken) else min(new, key=lambda r: (r.policy_cost or 0.0, r.action)).option.sourcing if new else "",
        option=free or "",
        first=outcome.chosen or "",
        not_yet=outcome.not_yet or "",
        shares={s: float(outcome.p_best_by_sourcing.get(s, 0.0)) for s in SOURCINGS},
        standing=outcome.standing,
        tied=outcome.tied,
        offered=tuple(sorted({r.option.sourcing for r in taken})),
        scale=outcome.scale,
        anachronisms=outcome.problem.anachronisms,
        dropped=tuple(dropped),
    )
