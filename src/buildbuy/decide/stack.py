"""All components together: shared infrastructure counted once, every combination compared."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from buildbuy.decide.outcome import ActionResult, Outcome
from buildbuy.questions.ownership.ledger import CREDITS

MOST_COMBINATIONS = 50_000


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
    """The cheapest combination of feasible first actions, by exact enumeration.

    New builds that a verdict holds back stay held back here. Where the combinations are too many,
    the dearest actions of each component are left out until they are not.
    """
    decided = {name: o for name, o in outcomes.items() if o.chosen is not None}
    if not decided:
        return None
    choices = {name: _allowed(o) for name, o in decided.items()}
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


def _size(choices: Mapping[str, list[ActionResult]]) -> int:
    size = 1
    for options in choices.values():
        size *= len(options)
    return size


def _cost(combo: tuple[ActionResult, ...]) -> tuple[float, dict[str, float]]:
    """Sum of the actions' means, each shared line counted once (at its largest). An action that may be
    left later shares nothing: its ledger is that of staying with it. Start-up credits are spent once.
    """
    total = sum(float(r.policy_cost or 0.0) for r in combo)
    seen: dict[str, list[float]] = {}
    for result in combo:
        for line in result.ledger:
            if line.line == CREDITS:
                seen.setdefault(CREDITS, []).append(-line.mean)
            elif line.shared and result.rule is None:
                seen.setdefault(line.line, []).append(line.mean)
    saved = {name: sum(v) - max(v) for name, v in sorted(seen.items()) if len(v) > 1}
    if CREDITS in saved:  # a grant isn't granted twice
        saved[CREDITS] = -saved[CREDITS]
    return total - sum(saved.values()), saved
