"""Answers that were wrong once: each case is what a team writes and what must come of it."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import synthetic

from buildbuy.catalog.load import load
from buildbuy.decide import information
from buildbuy.decide.candidates import candidates
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.stack import together
from buildbuy.decide.switching import Running, static_lines
from buildbuy.domain.evidence import Evidence
from buildbuy.domain.problem import Ceiling, Driver, Option, Problem, Settings
from buildbuy.domain.profile import Profile
from buildbuy.quantities.estimate import exact, interval
from buildbuy.questions.ownership import ledger as lg
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.endings import NEVER, ending_month, outgrown_month
from buildbuy.worlds.world import World

DRAWS = 400
TEAM = {"organisation": {"stage": "series-a", "ml_people": 8, "platform_people": 2, "region": "us"}, "have": ["kubernetes", "postgres", "aws"]}


def problem(component: str, needs: dict[str, Any], *, as_of: str | None = None, evidence: dict[str, Evidence] | None = None, **team: Any) -> Problem:
    profile = Profile.model_validate({**TEAM, **team, "components": {component: needs}})
    return resolve(profile, component, load(), as_of=as_of, evidence=evidence or {})


def judged(made: Problem) -> dict[str, Option]:
    """Every first action with its reasons."""
    world = World(made, Draws(made.drivers, 1, "search", 200))
    return {name: c.option for name, c in candidates(world, made).items()}


@cache
def decided(component: str, key: str) -> Outcome:
    return decide(problem(component, CASES[key]), draws=DRAWS, seed=0)


CASES: dict[str, dict[str, Any]] = {
    "greenfield": {},
    "quoted": {"quotes": {"tecton": "4000 USD/month"}},
    "part must": {"requirements": [{"part": "streaming-features"}]},
}


# -- bills that are known ----------------------------------------------------------------------------


def test_a_known_bill_grows_with_the_load_and_not_with_the_list_prices_steps() -> None:
    made = problem("experiment-tracking", {"current": {"system": "weights-and-biases", "bill": "500 USD/month"}, "workload": {"users": 8}})
    world = World(made, Draws(made.drivers, 3, "value", 300))
    bill = Running(world, made.incumbent).flows.calendar[lg.BILL]
    drift = np.exp(np.log1p(world.value("drift_saas")) * world.when[:, None] / 12)
    assert bill.path == pytest.approx(500 * world.growth("people").path * drift)


def test_a_remaining_contract_is_owed_at_the_bill_it_was_signed_for() -> None:
    made = problem("experiment-tracking", {"current": {"system": "weights-and-biases", "bill": "500 USD/month", "contract_end": "2027-11"}, "workload": {"users": 8}})
    world = World(made, Draws(made.drivers, 3, "value", 300))
    taken = judged(made)["mlflow/self-host"]
    lines, _ = static_lines(world, Running(world, made.incumbent), Running(world, taken))
    assert lines[lg.COMMITMENT].max() <= 12 * 500 and lines[lg.COMMITMENT].mean() > 0


def test_a_quote_is_for_todays_load() -> None:
    made = problem("feature-store", {**CASES["quoted"], "workload": {"growth": "100% per year"}})
    tecton = next(o for o in made.options if o.system == "tecton")
    world = World(made, Draws(made.drivers, 3, "value", 200))
    bill = Running(world, tecton).flows.calendar[lg.BILL]
    assert np.median(bill.at(0)) == pytest.approx(4000)
    assert (bill.at(35) > 1.3 * bill.at(0)).all()


def test_the_vendors_quote_for_today_is_the_renewal() -> None:
    made = problem("feature-store", {"current": {"system": "tecton", "bill": "15000 USD/month"}, "quotes": {"tecton": "1000 USD/month"}})
    assert made.drivers[str(made.incumbent.bill_given)].estimate.median == 1000


# -- what bars, and what only makes conditional ---------------------------------------------------------


@pytest.mark.parametrize(
    ("current", "action", "bars"),
    [
        ("vertex-ai-feature-store", "stay", True),
        ({"home-grown": "since 2024-01", "parts": ["registry", "online-reads"]}, "stay", True),
        ({"home-grown": "since 2024-01", "parts": ["registry", "streaming-features"]}, "stay", False),
        ("nothing", "build", False),
        ("nothing", "hopsworks/managed", False),
    ],
)
def test_a_part_must_is_met_only_by_what_is_there_or_built(current: Any, action: str, bars: bool) -> None:
    made = problem("feature-store", {"current": current, **CASES["part must"]})
    option = judged(made)[action]
    [reason] = [r for r in option.reasons if r.requirement == "part: streaming-features"]
    assert reason.bars is bars
    assert (reason.status == "unmet") is ("streaming-features" in option.lived_without)


def test_an_unknown_uptime_bars_nothing() -> None:
    options = judged(problem("model-serving", {"requirements": [{"availability": ">= 99.5 percent"}]}))
    unknown = [r for o in options.values() for r in o.reasons if r.kind == "availability" and r.status == "unknown"]
    assert unknown and not any(r.bars for r in unknown)


@pytest.mark.parametrize("bill", [None, "3000 USD/month"])
def test_staying_needs_a_bill_and_no_list_price(bill: str | None) -> None:
    current = {"system": "tecton", **({"bill": bill} if bill else {})}
    assert judged(problem("feature-store", {"current": current}))["stay"].barred is (bill is None)


def test_money_asked_of_an_option_without_a_price_is_unknown() -> None:
    options = judged(problem("feature-store", {"requirements": [{"monthly_cost": "<= 100000 USD/month"}]}))
    [reason] = [r for r in options["tecton/managed"].reasons if r.requirement.startswith("monthly cost")]
    assert reason.status == "unknown"


def test_a_measured_advantage_is_not_a_cheaper_bill() -> None:
    claim = {"claim": "control", "value_monthly": "50000 USD/month", "measured": "A/B test"}
    options = judged(problem("feature-store", {"differentiation": claim, "requirements": [{"monthly_cost": "<= 10 USD/month"}]}))
    [reason] = [r for r in options["build"].reasons if r.kind == "cost"]
    assert reason.status == "unmet"


# -- quotas and ends --------------------------------------------------------------------------------------


def test_a_quota_is_outgrown_in_the_month_the_load_passes_it() -> None:
    made = problem("feature-store", {"workload": {"online_reads": "400 req/s", "growth": "300% per year"}})
    world = World(made, Draws(made.drivers, 5, "value", 50))
    months = outgrown_month(world, Ceiling("online_reads", 500.0))
    path = world.level("online_reads").path
    for draw in range(world.n):
        above = [m for m in range(world.months) if path[m, draw] > 500.0]
        assert months[draw] == (above[0] if above else NEVER)
    option = dataclasses.replace(made.options[0], limits=(Ceiling("online_reads", 500.0),))
    assert (ending_month(world, option) <= months).all()


@pytest.mark.parametrize(("as_of", "ends"), [("2025-06", False), ("2026-09", True)])
def test_an_end_counts_from_the_month_it_was_made_known(as_of: str, ends: bool) -> None:
    made = problem("feature-store", {"current": {"system": "vertex-ai-feature-store", "plan": "optimized"}}, as_of=as_of)
    assert (made.incumbent.end_month is not None) is ends


def test_another_plan_of_todays_vendor_is_an_option() -> None:
    made = problem("feature-store", {"current": {"system": "vertex-ai-feature-store", "plan": "optimized"}})
    assert "vertex-ai-feature-store/managed" in judged(made)


def test_a_part_that_is_required_already_is_not_anticipated_again() -> None:
    coming = {"part": "streaming-features", "origin": "anticipated", "probability": 0.5, "when": "2027-11"}
    made = problem("feature-store", {"parts": ["registry", "online-reads", "streaming-features"], "requirements": [coming]})
    assert not any(o.anticipated_parts for o in made.options)


# -- the verdict's own words --------------------------------------------------------------------------------


def test_the_runs_own_horizon_is_the_verdict() -> None:
    outcome = decided("feature-store", "greenfield")
    assert outcome.horizons[36] == outcome.chosen


@pytest.mark.parametrize("weeks", [0.0, 1.0, 5.0])
@pytest.mark.parametrize("multiplier", [1.0, 3.0])
def test_materiality_is_at_the_loaded_cost_of_an_hour(weeks: float, multiplier: float) -> None:
    toy = synthetic.problem([synthetic.managed("alpha"), synthetic.own_build()], settings=Settings(materiality_weeks=weeks, opportunity_multiplier=multiplier))
    outcome = decide(toy, draws=DRAWS, seed=0)
    assert outcome.materiality == pytest.approx(weeks * 40 * 3 * outcome.hour / multiplier)
    assert outcome.chosen is not None


@pytest.mark.parametrize("today", [1.0, 2.0])
def test_past_the_opportunity_multiplier_that_flips_it_the_verdict_is_another(today: float) -> None:
    """On static options with no ending the cost is linear in the multiplier, so the printed one is exact."""
    cheap_hours = synthetic.managed("alpha", plan=synthetic.plan("alpha", per_seat=False))
    cheap_bill = synthetic.self_hosted("beta")
    changes = {d.id: d for d in (synthetic.driver("fixed.alpha", exact(1500.0, "USD/month")), synthetic.driver("operate.beta", exact(25, "person_hour/month"), spread=0.2))}

    def at(multiplier: float) -> Outcome:
        return decide(synthetic.problem([cheap_hours, cheap_bill], changes=changes, settings=Settings(opportunity_multiplier=multiplier, materiality_weeks=0.0)), draws=DRAWS, seed=0)

    flip = at(today).multiplier_flip
    assert flip is not None
    value, to = flip
    if at(today).actions[str(at(today).chosen)].rule is None:
        past = value * (1.06 if value > today else 0.94)
        assert at(past).best_by_mean == to


def test_a_claim_of_exactly_the_required_advantage_makes_the_build_even() -> None:
    toy = synthetic.problem([synthetic.managed("alpha"), synthetic.own_build()])
    before = decide(toy, draws=DRAWS, seed=0)
    need = before.required_advantage
    assert need is not None
    drivers = {**toy.drivers, "claim": Driver("claim", "claim", exact(need.monthly, "USD/month"), "measured", "test", "2026-01")}
    after = decide(dataclasses.replace(toy, drivers=drivers, claim="c", claim_value="claim", claim_measured=True), draws=DRAWS, seed=0)
    static = {name: r.cost.mean for name, r in after.actions.items()}
    assert static["build"] == pytest.approx(before.actions[need.against].policy_cost, rel=0.01)


def test_musts_for_parts_and_for_later_say_what_they_cost() -> None:
    outcome = decided("feature-store", "part must")
    assert any(m.requirement == "part: streaming-features" and m.saving > 0 for m in outcome.must_costs)


# -- flips ---------------------------------------------------------------------------------------------------


def test_a_flip_moves_the_driver_alone() -> None:
    """Two costs that share what their drivers have in common: cost a = e^a, cost b = 1.3, with a and b
    correlated by 0.8 through one score. Moving a alone flips at a = ln 1.3, whatever b does.
    """
    rng = np.random.default_rng(1)
    n, rho = 200_000, 0.8
    common, own_a, own_b = rng.standard_normal((3, n))
    a, b = (np.sqrt(rho) * common + np.sqrt(1 - rho) * own for own in (own_a, own_b))
    costs = np.stack([1.0 + 0.5 * a + 0.5 * b, 1.3 + 0.5 * b], axis=1)
    drivers = {name: Driver(name, name, interval(-1.6449, 1.6449), "stated", "test", "2026-01", common="c", rho=rho) for name in "ab"}
    own = {"a": (own_a, float(np.sqrt(1 - rho))), "b": (own_b, float(np.sqrt(1 - rho)))}
    found = information.effects(drivers, {"a": a, "b": b}, costs, own)
    [flip] = information.flips(found, costs, ["one", "two"], "one")
    assert (flip.driver.id, flip.above, flip.to) == ("a", True, "two")
    assert flip.score == pytest.approx(0.6, abs=0.08)


def test_flips_never_lead_to_what_is_held_back_and_respect_an_offset() -> None:
    rng = np.random.default_rng(2)
    z = rng.standard_normal(50_000)
    costs = np.stack([np.ones_like(z), 1.2 - 0.5 * z], axis=1)
    drivers = {"z": Driver("z", "z", interval(-1.6449, 1.6449), "stated", "test", "2026-01")}
    found = information.effects(drivers, {"z": z}, costs)
    [flip] = information.flips(found, costs, ["one", "two"], "one")
    assert flip.score == pytest.approx(0.4, abs=0.05)
    assert information.flips(found, costs, ["one", "two"], "one", held=frozenset({"two"})) == []
    [later] = information.flips(found, costs, ["one", "two"], "one", offset=np.array([0.0, 0.3]))
    assert later.score == pytest.approx(1.0, abs=0.05)


# -- evidence, value, estimates ---------------------------------------------------------------------------------


def record(what: str, value: Any, unit: str) -> Evidence:
    return Evidence.model_validate({"what": what, "value": value, "unit": unit, "method": "counted", "n": 30, "when": "2026-10", "where": "here", "scope": "production", "tool_version": "0.1.0", "input_hash": "0" * 64})


def test_evidence_takes_the_place_of_any_driver_and_the_rest_is_named() -> None:
    what = {"labour": record("labour", 77, "USD/person_hour"), "no.such.driver": record("no.such.driver", 1, "dimensionless")}
    made = problem("feature-store", {}, evidence=what)
    assert made.drivers["labour"].grade == "measured" and made.drivers["labour"].estimate.median == 77
    assert any("no.such.driver" in note for note in made.notes)


def test_gaps_are_a_share_of_the_value_given() -> None:
    made = {v: problem("feature-store", {"value_monthly": f"{v} USD/month", "parts": ["registry", "streaming-features"]}) for v in (100, 10_000)}
    gap = {v: p.drivers["gap.feature-store.feast/self-host"].estimate.median for v, p in made.items()}
    assert gap[10_000] == pytest.approx(100 * gap[100])
    sagemaker = next(o for o in made[100].options if o.system == "sagemaker-feature-store")
    world = World(made[100], Draws(made[100].drivers, 1, "value", 100))
    assert lg.MISSING not in Running(world, sagemaker).flows.labour


def test_own_estimates_of_adopting_and_leaving_are_corrected_each_by_a_project_of_its_own() -> None:
    needs = {"current": "feast", "estimates": {"adopt": {"hopsworks": "100 h"}, "migrate": "200 h", "build": "3 person_months"}}
    made = problem("feature-store", needs)
    draws = Draws(made.drivers, 1, "value", 20_000)
    world = World(made, draws)
    hopsworks = next(o for o in made.options if o.id == "hopsworks/managed")
    adopt = np.log(lg._hours(world, hopsworks, "adopt", 0) / 100)
    migrate = np.log(lg.overrun(world, str(made.migrate_estimate)))
    for one in (adopt, migrate):
        assert (one.mean(), one.std()) == (pytest.approx(0.11, abs=0.01), pytest.approx(0.352, abs=0.01))
    assert np.corrcoef(adopt, migrate)[0, 1] == pytest.approx(0.132**2 / 0.352**2, abs=0.03)


@pytest.mark.parametrize("upkeep", [None, "30 h/month"])
def test_own_code_has_aged_unless_its_hours_were_counted(upkeep: str | None) -> None:
    def stay(since: str) -> float:
        current = {"home-grown": f"since {since}", **({"upkeep": upkeep} if upkeep else {})}
        made = problem("feature-store", {"current": current})
        world = World(made, Draws(made.drivers, 1, "value", 200))
        flow = Running(world, made.incumbent).flows.upkeep
        assert flow is not None
        return float(flow.at(0).mean())

    old, new = stay("2018-01"), stay("2026-10")
    assert (old > new * 1.05) if upkeep is None else old == pytest.approx(new)


def test_the_name_says_the_plan_that_is_paid_for() -> None:
    made = problem("experiment-tracking", {"workload": {"users": 30}})
    paid = next(o for o in made.options if o.id == "weights-and-biases/managed").plan_paid
    assert paid is not None and paid.id == "enterprise"


# -- credits and the stack ------------------------------------------------------------------------------------------


def test_credits_pay_from_first_use_and_for_own_machines_too() -> None:
    made = problem("model-serving", {}, credits={"aws": "3000 USD"})
    world = World(made, Draws(made.drivers, 1, "value", 200))
    build = next(o for o in made.options if o.id == "build")
    used = Running(world, build)
    paid = used.flows.calendar[lg.CREDITS].path
    started = world.when[:, None] >= used.lead(0)
    assert (paid[~np.broadcast_to(started, paid.shape)] == 0).all()
    assert -paid.sum(axis=0) == pytest.approx(np.minimum(3000.0, (used.flows.calendar[lg.MACHINES].path * started).sum(axis=0)))


def test_a_stack_counts_shared_lines_once_and_a_grant_once() -> None:
    outcomes = {c: decide(problem(c, {}, have=[], credits={"aws": "5000 USD"}), draws=DRAWS, seed=0) for c in ("experiment-tracking", "model-serving")}
    stack = together(outcomes)
    assert stack is not None
    verdicts = [o.actions[str(o.chosen)] for o in outcomes.values()]
    apart = sum(float(r.policy_cost or 0.0) for r in verdicts)
    seen: dict[str, list[float]] = {}
    for r in verdicts:
        for line in r.ledger:
            if line.line == lg.CREDITS or (line.shared and r.rule is None):
                seen.setdefault(line.line, []).append(line.mean)
    once = sum(sum(v) - (min(v) if name == lg.CREDITS else max(v)) for name, v in seen.items() if len(v) > 1)
    assert stack.apart == pytest.approx(apart)
    assert stack.as_decided == pytest.approx(apart - once)
    assert stack.mean <= stack.as_decided + 1e-6



def test_one_subscription_for_two_components_is_paid_once() -> None:
    """MLflow for tracking and registry is one server; two options told of by the user add up; what is kept apart stays."""
    outcomes = {c: decide(problem(c, {}), draws=DRAWS, seed=0) for c in ("experiment-tracking", "model-registry")}
    one = {c: replace(o, chosen="mlflow/self-host", actions={"mlflow/self-host": replace(o.actions["mlflow/self-host"], rule=None)}, not_yet=None) for c, o in outcomes.items()}
    stack = together(one)
    assert stack is not None
    lines = [{x.line: x.mean for x in o.actions["mlflow/self-host"].ledger} for o in one.values()]
    for line in (lg.MACHINES, lg.OPERATIONS):
        assert stack.shared_once[f"mlflow/self-host: {line}"] == pytest.approx(min(x[line] for x in lines))
    assert f"mlflow/self-host: {lg.ADOPTION}" not in stack.shared_once
    assert stack.as_decided == pytest.approx(stack.apart - sum(stack.shared_once.values()))


@pytest.mark.parametrize(("bills", "saved"), [((3000.0, 500.0), 0.0), ((3000.0, None), None), ((None, 500.0), None)])
def test_bills_told_of_two_components_add_up_and_cover_what_is_computed(bills: tuple[float | None, float | None], saved: float | None) -> None:
    outcomes = {}
    for component, bill in zip(("experiment-tracking", "model-registry"), bills, strict=True):
        needs: dict[str, Any] = {"current": {"system": "weights-and-biases", "bill": f"{bill:.0f} USD/month"}} if bill else {}
        made = decide(problem(component, needs), draws=DRAWS, seed=0)
        name = "stay" if bill else "weights-and-biases/managed"
        outcomes[component] = replace(made, chosen=name, actions={name: replace(made.actions[name], rule=None, policy_cost=made.actions[name].cost.mean)}, not_yet=None)
    stack = together(outcomes)
    assert stack is not None
    lines = [next(x.mean for x in r.ledger if x.line == lg.BILL) for o in outcomes.values() for r in o.actions.values()]
    assert stack.shared_once["weights-and-biases/managed: bill"] == pytest.approx(min(lines) if saved is None else saved)
