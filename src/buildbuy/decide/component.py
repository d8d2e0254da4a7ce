"""Decide one component: one rule, lowest mean present cost among what may be taken."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

from buildbuy.decide.outcome import Outcome
from buildbuy.decide.valuation import search, search_draws, value
from buildbuy.decide.verdict import judge
from buildbuy.domain.problem import Problem


def decide(problem: Problem, *, draws: int = 10_000, seed: int = 0) -> Outcome:
    """The outcome for one component. Deterministic in (problem, draws, seed).

    Its matrices are small: BLAS threads would wait for each other, and sum in an order that depends on
    how many processors there are.
    """
    with threadpool_limits(1, user_api="blas"):
        plan = search(problem, search_draws(draws), seed)
        values = value(plan, draws, seed)
        return judge(plan, values, draws, seed)
