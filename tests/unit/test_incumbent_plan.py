"""What runs today without a plan named: which one is taken, what is said of it, and how another plan of
the same product is spoken of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.outcome import ActionResult, Spread
from buildbuy.domain.problem import Option, Problem
from buildbuy.domain.profile import Profile
from buildbuy.report import words
from buildbuy.resolve import resolve

NEEDED = ["scheduler", "warehouse", "kubernetes"]


def problem(current: dict[str, Any], have: list[str], component: str = "feature-store") -> Problem:
    given = {"organisation": {"ml_people": 12}, "have": have, "components": {component: {"current": current}}}
    return resolve(Profile.model_validate(given), component, load())


def feast(have: list[str], **more: Any) -> Problem:
    return problem({"system": "feast", "sourcing": "self-host", **more}, have)


@pytest.mark.parametrize(
    ("have", "plan"),
    [
        (["redis"], "redis"),
        ([*NEEDED, "redis"], "redis"),
        ([*NEEDED, "postgres"], "postgres"),
        ([*NEEDED, "aws"], "dynamodb"),  # needs nothing that the profile doesn't say is there
        ([], "dynamodb"),
    ],
)
def test_the_plan_taken_for_today_is_the_one_whose_infrastructure_is_there(have: list[str], plan: str) -> None:
    assert feast(have).incumbent.plan_id == plan


def test_a_plan_on_a_vendors_machines_is_taken_where_that_vendor_is_there() -> None:
    current = {"system": "skypilot", "sourcing": "self-host"}
    assert problem(current, [], "training-compute").incumbent.plan_id == "on-demand"
    assert problem(current, ["aws"], "training-compute").incumbent.plan_id == "aws"


@pytest.mark.parametrize("more", [{}, {"bill": "900 USD/month"}])
def test_an_assumed_plan_is_said_with_the_others(more: dict[str, str]) -> None:
    [note] = [n for n in feast([*NEEDED, "postgres"], **more).notes if "current: {plan: ...}" in n]
    assert "Feast" in note and "taken is `postgres`" in note
    assert "`redis`" in note and "`dynamodb`" in note


def test_nothing_is_said_of_a_plan_that_is_named_or_the_only_one() -> None:
    for found in (feast([], plan="redis"), problem({"system": "mlflow", "sourcing": "self-host"}, [], "experiment-tracking")):
        assert not [n for n in found.notes if "current: {plan: ...}" in n]


def test_an_assumed_way_of_running_it_is_said() -> None:
    [note] = [n for n in problem({"system": "hopsworks"}, []).notes if "`current: {sourcing: ...}`" in n]
    assert "managed" in note and "self-host" in note
    assert not [n for n in problem({"system": "hopsworks", "sourcing": "managed"}, []).notes if "sourcing: ..." in n]


def test_a_named_plan_says_how_it_is_run() -> None:
    found = problem({"system": "hopsworks", "plan": "community"}, [])
    assert (found.incumbent.engine_sourcing, found.incumbent.plan_id) == ("self-host", "community")
    assert not [n for n in found.notes if "sourcing: ..." in n]


def result(option: Option) -> ActionResult:
    return ActionResult(option.id, option, Spread(0, 0, 0, 0, 0), 0, (), (0, 0, 0), 0, None, None, 0, None, None, None, None, 0, 0, None)


def other(found: Problem, plan: str) -> Option:
    [one] = [o for o in found.options if o.system == found.incumbent.system and o.plan_id == plan and not o.incumbent]
    return one


def test_another_plan_of_what_runs_today_is_not_spoken_of_as_new() -> None:
    found = feast([], plan="redis")
    dynamodb = other(found, "dynamodb")
    assert words.action_sentence(dynamodb, dynamodb.id, found) == "keep Feast and change its set-up to `on DynamoDB`"
    assert words.option_name(result(dynamodb), found) == "another set-up of Feast, on DynamoDB"
    new = replace(found, incumbent=replace(found.incumbent, id="nothing", system=None))
    assert words.action_sentence(dynamodb, dynamodb.id, new) == "run Feast yourself"


def test_another_plan_of_a_service_is_a_change_of_plan() -> None:
    found = problem({"system": "sagemaker-managed-mlflow", "plan": "app"}, [], "experiment-tracking")
    server = other(found, "server-small")
    assert words.action_sentence(server, server.id, found).startswith("keep Amazon SageMaker managed MLflow and change its plan to `")
