"""Sentences with money tell it in the profile's currency."""

from __future__ import annotations

from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.policies import Rule
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.report import words
from buildbuy.resolve import resolve

PER_EURO = load().money.usd_per["EUR"].estimate.points[0]


def tracking(currency: str, bill: str, *requirements: dict[str, Any]) -> Problem:
    needs = {"current": {"system": "weights-and-biases", "plan": "pro", "bill": bill}, "workload": {"users": 3}, "requirements": list(requirements)}
    given = {"currency": currency, "organisation": {"ml_people": 8}, "components": {"experiment-tracking": needs}}
    return resolve(Profile.model_validate(given), "experiment-tracking", load())


@pytest.mark.parametrize(("currency", "bill", "told"), [("EUR", "3000 EUR/month", "3,000 EUR a month"), ("USD", "3000 USD/month", "3,000 USD a month"), ("EUR", f"{PER_EURO * 3000} USD/month", "3,000 EUR a month")])
def test_todays_bill_is_told_in_ones_own_currency(currency: str, bill: str, told: str) -> None:
    [note] = [n for n in tracking(currency, bill).notes if "lies far from" in n]
    assert f"today's bill ({told})" in note


def test_a_must_on_the_monthly_cost_is_told_in_the_currency_it_is_stated_in() -> None:
    for stated in ("400 EUR/month", "400 USD/month"):
        [must] = tracking("EUR", "3000 EUR/month", {"monthly_cost": f"<= {stated}"}).requirements
        assert must.text == f"monthly cost <= {stated}"
    problem = tracking("EUR", "3000 EUR/month", {"monthly_cost": "<= 400 EUR/month"})
    [must] = problem.requirements
    assert must.comparison is not None and must.comparison.value == pytest.approx(400 * PER_EURO)
    outcome = decide(problem, draws=200, seed=0)
    whys = {r.why for a in outcome.actions.values() for r in a.option.reasons if r.kind == "cost"}
    assert whys and all(w.endswith(" EUR a month") for w in whys), whys


def test_a_rule_on_the_bill_is_told_in_ones_own_currency() -> None:
    outcome: Outcome = decide(tracking("EUR", "3000 EUR/month"), draws=200, seed=0)
    target = next(a for a in outcome.actions if a != "stay")
    rule = Rule(target, "learning", "monthly_bill", 100 * PER_EURO, "USD/month", 12)
    assert "exceeds 100 EUR/month" in words.rule_sentence(rule, outcome)
