"""What the data-pipeline catalog says beyond its bills: owners, incumbents on cron, the transforms."""

from __future__ import annotations

from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.resolve import resolve


def problem(current: Any = None, as_of: str | None = None) -> Problem:
    needs = {} if current is None else {"current": current}
    return resolve(Profile.model_validate({"organisation": {"ml_people": 4}, "components": {"data-pipeline": needs}}), "data-pipeline", load(), as_of=as_of)


@pytest.mark.parametrize(("as_of", "owners"), [("2026-06", 2), ("2026-11", 1)])
def test_prefect_and_dagster_have_one_owner_since_the_purchase(as_of: str, owners: int) -> None:
    both = {"prefect", "prefect-cloud", "dagster", "dagster-plus"}
    found = {o.system: o.owner for o in problem(as_of=as_of).options if o.system in both}
    assert {*found} == both
    assert len({*found.values()}) == owners


def test_cron_as_what_runs_today_has_the_parts_and_the_machine_that_are_stated() -> None:
    stay = problem({"system": "cron", "plan": "crontab", "parts": ["scheduling"]}).incumbent
    assert stay.existing_parts == ("scheduling",)
    assert "retries" in stay.lived_without
    assert [step.id for step in stay.plan] == ["crontab"]
    assert stay.needs == ()


def test_cron_without_more_said_is_taken_to_have_all_that_is_needed() -> None:
    stay = problem("cron").incumbent
    assert not stay.lived_without
    assert "dependencies" in stay.existing_parts


def test_a_plan_that_cron_does_not_have_is_refused() -> None:
    with pytest.raises(BadInput, match="has no plan `anacron`"):
        problem({"system": "cron", "plan": "anacron"})


def test_the_transforms_are_work_in_every_option_and_part_of_none() -> None:
    found = problem()
    assert [y.name for y in found.yours] == ["transforms"]
    assert all("transforms" not in (*o.covered, *o.own_parts, *o.lived_without) for o in found.options)


def test_no_option_gets_a_cluster_for_nothing() -> None:
    """A ladder has the needs of its first plan, so later ones may not bring their own."""
    for system in load().systems.values():
        if "data-pipeline" not in system.components:
            continue
        for offer in system.offers.values():
            by_id = {p.id: p for p in offer.plans}
            for plan in offer.plans:
                if plan.next is not None:
                    assert {*by_id[plan.next].needs} <= {*plan.needs, *offer.needs}, f"{system.id}: {plan.id} to {plan.next}"
