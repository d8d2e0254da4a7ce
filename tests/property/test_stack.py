"""The stack leaves out what can't win before it compares: it must find what comparing everything finds."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_answers import DRAWS, problem

from buildbuy.decide import stack
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import ActionResult, LedgerLine, Outcome
from buildbuy.questions.ownership import ledger as lg

NAMES = ("experiment-tracking", "feature-store", "model-serving")
MADE = {n: decide(problem(n, {}), draws=DRAWS, seed=0) for n in NAMES}
LINES = (lg.CREDITS, lg.BILL, lg.OPERATIONS, "kubernetes: operations", "redis: machines", "kafka: machines")


ACTION = st.tuples(st.dictionaries(st.sampled_from(LINES), st.integers(1, 50), max_size=4), st.integers(0, 60), st.sampled_from(("a", "b")))
TEAM = st.tuples(*(st.lists(ACTION, min_size=1, max_size=4) for _ in NAMES))


def action(result: ActionResult, amounts: dict[str, int], own: int, system: str) -> ActionResult:
    """A result that costs `own` and some amounts of what others pay or get too."""
    ledger = [LedgerLine(line, -float(x) if line == lg.CREDITS else float(x), 0.0, 0.0, ":" in line, False) for line, x in amounts.items()]
    option = replace(result.option, system=system, engine_sourcing="managed", bill_given=None, upkeep_given=None)
    return replace(result, option=option, rule=None, ledger=tuple(ledger), policy_cost=own + sum(line.mean for line in ledger))


@settings(max_examples=300, deadline=None)
@given(TEAM)
def test_nothing_that_could_win_is_left_out(team: tuple[list[tuple[dict[str, int], int, str]], ...]) -> None:
    outcomes: dict[str, Outcome] = {}
    for (name, outcome), told in zip(MADE.items(), team, strict=True):
        actions = {r.action: action(r, *one) for r, one in zip(outcome.actions.values(), told, strict=False)}
        outcomes[name] = replace(outcome, actions=actions, chosen=next(iter(actions)), not_yet=None)
    found = stack.together(outcomes)
    assert found is not None
    every = itertools.product(*(o.actions.values() for o in outcomes.values()))
    assert found.mean == pytest.approx(min(stack._cost(combo)[0] for combo in every))
