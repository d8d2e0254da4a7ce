"""Where two places of the catalog spoke of one thing, they agree."""

from __future__ import annotations

import re

import pytest

from buildbuy.catalog.load import load
from buildbuy.catalog.reference import system_page
from buildbuy.catalog.show import text
from buildbuy.domain.profile import Profile
from buildbuy.resolve import resolve
from buildbuy.resolve.drivers import CURVE_LABELS

SAID = {"hours": "person_hour", "minutes": "minute", "months": "month", "weeks": "week"}


@pytest.mark.parametrize(("now", "offered"), [("2026-06", True), ("2026-07", True), ("2026-08", False), ("2026-11", False)])
def test_a_shorter_contract_is_not_sold_after_it_was_dropped(now: str, offered: bool) -> None:
    """CoreWeave asks newcomers for three years since summer 2026, by an event of its own file."""
    found = resolve(Profile.model_validate({"components": {"training-compute": {}}}), "training-compute", load(), as_of=now)
    plans = {o.plan_id for o in found.options if o.id == "coreweave/managed"}
    assert ("one-year" in plans) == offered
    assert "three-years" in plans
    assert offered or "closed to newcomers since 2026-07" in [x.why for x in found.excluded if x.name == "CoreWeave, committed for a year"]


def test_who_has_the_shorter_contract_keeps_it() -> None:
    current = {"system": "coreweave", "plan": "one-year", "since": "2026-01"}
    found = resolve(Profile.model_validate({"components": {"training-compute": {"current": current}}}), "training-compute", load())
    assert found.incumbent.plan_id == "one-year"


def test_a_price_that_two_sources_dispute_is_no_fact_of_its_life() -> None:
    system = load().systems["hopsworks"]
    assert system.drivers["credit_step"].estimate.points == (1.0, 2.0)
    [event] = [e for e in system.events if e.when == "2025-12"]
    assert event.kind == "note" and "did not follow" in event.text


def test_caps_that_are_our_assumption_say_so_and_others_do_not() -> None:
    catalog = load()
    assert "up to 2000 online_reads, 1000 online_data (assumed)" in text(catalog, "hopsworks", {})
    assert re.search(r"up to 2000 online\\?_reads, 1000 online\\?_data, \[assumed\]\(#judgement\)", system_page(catalog, catalog.systems["hopsworks"], {}))
    assert "(assumed)" not in text(catalog, "modal", {})


def test_a_label_with_a_unit_has_the_unit_of_its_figure() -> None:
    catalog = load()
    wrong = {}
    for name, curve in catalog.curves.items():
        unit = SAID.get(CURVE_LABELS.get(name, "").partition(" ")[0])
        if unit is not None and curve.unit.partition("/")[0] != unit:
            wrong[name] = (CURVE_LABELS[name], curve.unit)
    assert wrong == {}
