"""All components together: shared infrastructure counted once, every combination compared."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from buildbuy.decide.outcome import ActionResult, LedgerLine, Outcome
from buildbuy.questions.ownership import ledger as lg

MOST_COMBINATIONS = 50_000
ONE_PRODUCT = frozenset({lg.BILL, lg.MACHINES, lg.OPERATIONS, lg.VENDOR, lg.ONBOARDING})  # what a second use of a product doesn't bring again


@dataclass(frozen=True)
class Stack:
    """One policy per component together.

    `mean` is the expected cost of the chosen actions with shared lines counted once, `as_decided` that
    of the components' own verdicts, `apart` the sum of those as each stands alone; `same` says whether
    the verdicts taken one by one are also the best together.
    """

    actions: Mapping[str, str]
    mean: float
    apart: float
    as_decided: float
    shared_once: Mapping[str, float]
    same: bool


def together(outcomes: Mapping[str, Outcome]) -> Stack | None:
    """The cheapest combination of feasible first actions: every one is compared that sharing could make
    the cheapest.

    New builds that a verdict holds back stay held back here. Where the combinations are still too many,
    the dearest actions of each component are left out until they are not.
    """
    decided = {name: o for name, o in outcomes.items() if o.chosen is not None}
    if not decided:
        return None
    choices = _rivals({name: _allowed(o) for name, o in decided.items()})
    while _size(choices) > MOST_COMBINATIONS:
        longest = max(choices, key=lambda name: len(choices[name]))
        choices[longest] = choices[longest][:-1]
    names = sorted(choices)
    best = min(
        itertools.product(*(choices[n] for n in names)),
        key=lambda combo: (_cost(combo)[0], tuple(r.action for r in combo)),
    )
    verdicts = tuple(decided[n].actions[str(decided[n].chosen)] for n in names)
    mean, once = _cost(best)
    return Stack(
        actions={n: r.action for n, r in zip(names, best, strict=True)},
        mean=mean,
        apart=sum(float(r.policy_cost or 0.0) for r in verdicts),
        as_decided=_cost(verdicts)[0],
        shared_once=once,
        same=all(a.action == b.action for a, b in zip(best, verdicts, strict=True)),
    )


def _allowed(outcome: Outcome) -> list[ActionResult]:
    held = {outcome.not_yet}
    free = [r for r in outcome.actions.values() if r.policy_cost is not None and r.action not in held]
    return sorted(free, key=lambda r: (float(r.policy_cost or 0.0), r.action))


def _rivals(choices: dict[str, list[ActionResult]]) -> dict[str, list[ActionResult]]:
    """The actions that can be in a cheapest combination. What an action has in common with other components
    may come to nothing, or to nothing but what it costs: one that is dearer than another of its component
    however both come out is beaten in any combination. Without it there is less in common: again, until
    all that is left can win.
    """
    while True:
        things = {name: {_in_common(r, line) for r in results for line in r.ledger} - {None} for name, results in choices.items()}
        left = {}
        for name, results in choices.items():
            elsewhere = set().union(*(those for other, those in things.items() if other != name))
            ends = {r.action: _ends(r, elsewhere) for r in results}
            dearest_of_cheapest = min(most for _, most in ends.values())
            left[name] = [r for r in results if ends[r.action][0] <= dearest_of_cheapest]
        if _size(left) == _size(choices):
            return left
        choices = left


def _ends(result: ActionResult, elsewhere: set[str | None]) -> tuple[float, float]:
    """The least and the most that an action adds to a combination: costs that others bear too may fall away,
    a grant that others spend too may bring nothing.
    """
    own, common = float(result.policy_cost or 0.0), [line.mean for line in result.ledger if _in_common(result, line) in elsewhere]
    return own - sum(x for x in common if x > 0), own - sum(x for x in common if x < 0)


def _size(choices: Mapping[str, list[ActionResult]]) -> int:
    size = 1
    for options in choices.values():
        size *= len(options)
    return size


def _cost(combo: tuple[ActionResult, ...]) -> tuple[float, dict[str, float]]:
    """Sum of the actions' means with what they have in common counted once, and what that saves, by line.

    An action that may be left later shares nothing: its ledger is that of staying with it. Start-up
    credits are spent once.
    """
    total = sum(float(r.policy_cost or 0.0) for r in combo)
    alike: dict[str, list[tuple[float, bool]]] = {}
    for result in combo:
        for line in result.ledger:
            name = _in_common(result, line)
            if name is not None:
                alike.setdefault(name, []).append((line.mean, _told(result, line)))
    saved = {name: sum(mean for mean, _ in them) - _once(name, them) for name, them in sorted(alike.items()) if len(them) > 1}
    return total - sum(saved.values()), saved


def _in_common(result: ActionResult, line: LedgerLine) -> str | None:
    """What a line is counted once as: a piece of shared infrastructure, a grant, or one subscription or
    installation of a product that several components take; None for what each pays for itself.
    """
    option = result.option
    if line.line == lg.CREDITS:
        return lg.CREDITS
    if result.rule is not None:
        return None
    if line.shared:
        return line.line
    return f"{option.system}/{option.engine_sourcing}: {line.line}" if option.system and line.line in ONE_PRODUCT else None


def _told(result: ActionResult, line: LedgerLine) -> bool:
    """Whether it is the user's own figure for that component, which the other's figure isn't part of."""
    given = result.option.upkeep_given if line.line == lg.OPERATIONS else result.option.bill_given
    return given is not None


def _once(name: str, them: list[tuple[float, bool]]) -> float:
    """What the same thing in several components costs once: the largest (the people of two components are
    the same people, what one keeps the other keeps too), though what users told of each component adds
    up. A grant is negative.
    """
    if name == lg.CREDITS:
        return min(mean for mean, _ in them)
    told = sum(mean for mean, known in them if known)
    return max(told, *(mean for mean, known in them if not known), 0.0)
