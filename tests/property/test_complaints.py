"""What is said of what runs today, and what it moves: complaints, and copies per team."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.domain.problem import EXTEND, STAY, Problem
from buildbuy.domain.profile import Profile
from buildbuy.questions.ownership import ledger as lg
from buildbuy.resolve import resolve

CODE = {"model-serving": "endpoint", "data-pipeline": "scheduling", "feature-store": "online-reads", "monitoring": "alerts"}


def problem(component: str, people: float = 12, hours: dict[str, str] | None = None, **current: Any) -> Problem:
    needs = {"current": {"home-grown": True, **current}, "gap_hours": hours or {}}
    profile = Profile.model_validate({"organisation": {"ml_people": people}, "components": {component: needs}})
    return resolve(profile, component, load())


def lost(found: Problem, option: str = STAY) -> float:
    """Median hours a month that an option's gaps take."""
    [gap] = {o.gap for o in found.options if o.id == option}
    return found.drivers[gap].estimate.median


@given(st.sampled_from(sorted(CODE)), st.floats(1, 2000))
@settings(max_examples=20, deadline=None)
def test_a_complaint_raises_the_hours_of_what_runs_today_and_of_nothing_else(component: str, people: float) -> None:
    calm, loud = problem(component, people), problem(component, people, complaint="releases take weeks")
    assert lost(loud) > lost(calm)
    assert lost(loud) == pytest.approx(people / 12 * lost(problem(component, 12, complaint="slow")), rel=1e-6), "in proportion to the people"
    assert lost(loud, "build") == lost(calm, "build")


def test_hours_that_are_given_stand_whatever_is_complained_of() -> None:
    given_ = problem("model-serving", hours={"stay": "3 to 5 hours/month"}, complaint="slow")
    assert lost(given_) == lost(problem("model-serving", hours={"stay": "3 to 5 hours/month"}))


def test_a_complaint_makes_staying_dearer_by_the_hours_lost() -> None:
    calm, loud = (decide(problem("model-serving", **more), draws=400, seed=3) for more in ({}, {"complaint": "slow"}))
    stay = {name: {line.line: line.mean for line in o.actions[STAY].ledger} for name, o in (("calm", calm), ("loud", loud))}
    assert stay["loud"][lg.GAPS] > 2 * stay["calm"][lg.GAPS]
    rest = {k: v for k, v in stay["calm"].items() if k not in (lg.GAPS, lg.ENDING)}
    assert rest == pytest.approx({k: v for k, v in stay["loud"].items() if k not in (lg.GAPS, lg.ENDING)})


@pytest.mark.parametrize("component", sorted(CODE))
def test_code_that_each_team_writes_anew_is_no_one_thing_to_extend(component: str) -> None:
    together, apart = (problem(component, parts=[CODE[component]], scattered=scattered) for scattered in (False, True))
    assert EXTEND in {o.id for o in together.options}
    assert {o.id for o in apart.options} == {o.id for o in together.options} - {EXTEND}


def test_completing_own_code_ends_the_complaint_and_adding_to_a_product_does_not() -> None:
    own = problem("model-serving", parts=["endpoint"], complaint="slow")
    assert lost(own, EXTEND) == lost(own, "build")
    needs = {"current": {"system": "mlflow", "complaint": "slow"}, "parts": ["run-logging", "access-control", "sweeps"]}
    product = resolve(Profile.model_validate({"components": {"experiment-tracking": needs}}), "experiment-tracking", load())
    assert lost(product, EXTEND) == lost(product, STAY)
