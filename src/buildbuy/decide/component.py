"""Decide one component: one rule, lowest mean present cost among what may be taken."""

from __future__ import annotations

from buildbuy.decide.outcome import Outcome
from buildbuy.decide.valuation import SEARCH_DRAWS, search, value
from buildbuy.decide.verdict import judge
from buildbuy.domain.problem import Problem


def decide(problem: Problem, *, draws: int = 10_000, seed: int = 0) -> Outcome:
    """The outcome for one component. Deterministic in (problem, draws, seed)."""
    plan = search(problem, min(SEARCH_DRAWS, draws), seed)
    values = value(plan, draws, seed)
    return judge(plan, values, draws, seed)
