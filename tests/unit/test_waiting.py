"""A verdict to wait prints what waiting costs, and says so where there is nothing to decide yet."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from buildbuy.catalog.load import load
from buildbuy.decide import live, over_time
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.run import Run
from buildbuy.decide.switching import Running, kept_total, static_lines, switch, total
from buildbuy.domain.problem import DEFER
from buildbuy.domain.profile import Profile
from buildbuy.questions.ownership import ledger as lg
from buildbuy.report import explain
from buildbuy.report.run_json import to_dict
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

AS_OF = "2026-11"
PROFILE = """\
organisation: {stage: series-a, ml_people: 4, platform_people: 1, region: eu}
have: [kubernetes, postgres]
components:
  feature-store: {wanted_from: MONTH, value_monthly: 3k to 6k USD/month, workload: {online_reads: 120 to 300 req/s, features: 80}}
"""


@cache
def decided(wanted: str = "2027-09", months: int = 36, runway: str = "6 to 30 months", value: str | None = "3k to 6k USD/month") -> Outcome:
    needs = {"wanted_from": wanted, "value_monthly": value, "workload": {"online_reads": "120 to 300 req/s", "features": 80}}
    team = {"stage": "series-a", "ml_people": 4, "platform_people": 1, "region": "eu", "runway": runway}
    profile = Profile.model_validate({"organisation": team, "have": ["kubernetes", "postgres"], "components": {"feature-store": needs}})
    return decide(resolve(profile, "feature-store", load(), months=months, as_of=AS_OF), draws=400, seed=0)


def shown(outcome: Outcome) -> dict[str, Any]:
    run = Run({"feature-store": outcome}, None, "", AS_OF, 0, 400, outcome.problem.settings.months, "USD", 1.0, 2026, "")
    component: dict[str, Any] = to_dict(run)["components"][0]
    return component


def test_the_ledger_of_a_wait_holds_the_lines_of_what_comes_after_it() -> None:
    wait = decided().actions[DEFER]
    assert decided().chosen == DEFER
    assert wait.rule is not None
    target = decided().actions[wait.rule.target]
    lines = {x.line: x for x in wait.ledger}
    assert {lg.BILL, lg.ADOPTION, lg.WITHOUT} <= {*lines}
    assert {x.line for x in target.ledger} <= {*lines}
    assert all(lines[x.line].labour == x.labour for x in target.ledger)
    assert sum(x.mean for x in wait.ledger) == pytest.approx(wait.cost.mean, abs=0.01)
    assert wait.labour_hours > 0
    assert not lines[lg.BILL].labour
    assert lines[lg.ADOPTION].labour


def test_lines_after_a_wait_sum_to_the_switch_from_nothing() -> None:
    outcome = decided()
    world = World(outcome.problem, Draws(outcome.problem.drivers, 1, "value", 150))
    today = Running(world, outcome.problem.incumbent)
    zero = np.zeros(world.n, dtype=np.int64)
    for wait in (1, 10, 30, 35, 60):
        for result in (r for r in outcome.actions.values() if r.action != DEFER and not r.option.anticipated_parts):
            option = Running(world, result.option)
            later = switch(today, zero, option, np.full(world.n, wait, dtype=np.int64)).cost
            whole = today.running.paid(0, world.months) + total(lg.common_lines(world), world) + later
            np.testing.assert_allclose(kept_total(world, today, option, None, wait)[0], whole, atol=1e-6, err_msg=f"{result.action} after {wait}")


def test_after_a_wait_too_every_line_by_month_ends_at_the_ledgers() -> None:
    outcome = decided()
    world = World(outcome.problem, Draws(outcome.problem.drivers, 1, "value", 100))
    today = Running(world, outcome.problem.incumbent)
    for wait in (1, 10, 34):
        for result in (r for r in outcome.actions.values() if r.action != DEFER):
            option = Running(world, result.option)
            by_month = over_time.lines_until(world, today, option, wait)
            whole, _ = static_lines(world, today, option, wait)
            for line in {*whole, *by_month[-1]}:
                if not line.startswith(lg.YOURS):
                    np.testing.assert_allclose(by_month[-1].get(line, 0.0), whole.get(line, 0.0), atol=1e-6, err_msg=f"{result.action}: {line}")
            for line, value in by_month[wait].items():
                assert line == lg.WITHOUT or not np.any(value), line


def test_picture_and_cash_are_the_waits() -> None:
    fan = over_time.fans(decided())[0]
    assert fan.action == DEFER
    assert fan.mean[10] == 0
    assert (fan.cash.mean[:3] == 0).all()
    assert (fan.cash.mean[4:] > 0).all()


def test_money_that_runs_out_before_the_wait_is_over_does_so_before_it_is_in_use() -> None:
    fan = over_time.fans(decided(runway="6 months"))[0]
    assert fan.action == DEFER
    assert fan.cash.runs_out_first == 1
    assert fan.cash.before_runway == 0


def test_what_it_is_worth_is_nobodys_cash() -> None:
    """The months without it cost what it is worth, which nobody pays."""
    outcome = decided()
    fans = {f.action: f for f in over_time.fans(outcome)}
    for name, fan in fans.items():
        paid = sum(x.mean for x in outcome.actions[name].ledger if x.line not in (lg.WITHOUT, lg.MISSING, lg.ENDING) and not x.line.startswith(lg.YOURS))
        assert fan.cash.mean.sum() == pytest.approx(paid, rel=0.35), "discounting and fewer worlds apart"
        assert fan.cash.mean.sum() > paid, "cash isn't discounted"


def test_the_workbooks_months_are_the_waits_at_the_medians() -> None:
    outcome = decided()
    months = outcome.problem.settings.months
    weights = (1 + outcome.problem.settings.discount_rate) ** (-(np.arange(months) + 0.5) / 12)
    flows = live.flows(outcome)[DEFER]
    assert sum(float(f.amount @ weights) for f in flows) == pytest.approx(outcome.actions[DEFER].cost_at_medians, abs=0.001)


def test_explain_leads_from_a_wait_to_the_drivers_of_what_follows() -> None:
    outcome = decided()
    text = explain.render(explain.tree(outcome, None, "USD", 1.0, shown(outcome)), 6)
    for bit in ("adoption", "hours a month at your scale", "loaded cost of an engineer's hour", "2027-09", "a month today"):
        assert bit in text


def test_a_discount_on_what_is_waited_for_lowers_the_wait_too() -> None:
    outcome = decided()
    target = str(outcome.actions[DEFER].rule and outcome.actions[DEFER].rule.target)
    bills = {a: next(x.mean for x in outcome.actions[a].ledger if x.line == lg.BILL) for a in (target, DEFER)}
    gap = (outcome.actions[target].policy_cost or 0.0) - (outcome.actions[DEFER].policy_cost or 0.0)
    needed = gap / (bills[target] - bills[DEFER])
    assert outcome.discounts.get(target) == (pytest.approx(needed) if needed <= 1 else None)


def test_over_other_horizons_waiting_is_compared_too() -> None:
    assert decided().horizons[60] == DEFER


@pytest.mark.parametrize("value", ["3k to 6k USD/month", None])
@pytest.mark.parametrize("wanted", ["2030-06", "2029-11", "2099-01"])
def test_what_is_wanted_after_the_horizon_is_not_decided(wanted: str, value: str | None) -> None:
    outcome = decided(wanted, value=value)
    assert outcome.chosen == DEFER
    assert outcome.actions[DEFER].cost.mean == 0
    assert outcome.later is not None
    c = shown(outcome)
    told = c["verdict"]["summary"]
    assert told.startswith("Nothing to decide within 36 months")
    assert wanted in told
    assert c["verdict"]["later"]["decide_again"] in told
    assert [t["date"] for t in c["triggers"] if t["kind"] == "review"] == [c["verdict"]["later"]["decide_again"]]
    assert c["verdict"]["later"]["decide_again"] < wanted
    assert c["over_time"] is None
    assert (c["required_advantage"], c["tornado"], c["break_evens"]) == (None, None, [])


def test_the_horizon_that_is_named_decides() -> None:
    later = decided("2030-06").later
    assert later is not None
    assert later.horizon == 79
    assert decided("2030-06", later.horizon).later is None
    far = decided("2099-01").later
    assert far is not None
    assert far.horizon is None


def test_what_cannot_be_in_use_before_the_end_is_not_decided_either() -> None:
    outcome = decided("2029-09")
    assert outcome.later is not None
    assert "not in use before they are over" in shown(outcome)["verdict"]["summary"]


@pytest.mark.parametrize("wanted", ["2027-09", "2030-06"])
def test_every_page_of_a_wait(wanted: str, buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(PROFILE.replace("MONTH", wanted), encoding="utf-8")
    args = ("decide", "p.yaml", "--as-of", AS_OF, "--draws", "300")
    ran = buildbuy(*args, "--format", "json", "--save", "saved")
    assert ran.code == 0
    jsonschema.validate(json.loads(ran.out), json.loads(buildbuy("schema", "run").out))
    table = buildbuy(*args, "--why", "--money", "--all").out
    assert ("Cash:" in table) == (wanted == "2027-09")
    for form in ("markdown", "html"):
        page = buildbuy(*args, "--format", form)
        assert (page.code, page.err) == (0, "")
        assert ("before the money runs out" in page.out) == (wanted == "2027-09")
        assert "It switches in" not in page.out
    assert ("What the money is" in page.out) == (wanted == "2027-09")
    assert buildbuy(*args, "--format", "xlsx", "--out", "book.xlsx").code == 0
    assert buildbuy("explain", "p.yaml", "feature-store", "--as-of", AS_OF, "--draws", "300").code == 0
