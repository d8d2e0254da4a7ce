"""Costs by month are the ledger, stopped at a month."""

from __future__ import annotations

import numpy as np
import pytest

from buildbuy.catalog.load import load
from buildbuy.decide import live, over_time
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.switching import Running, static_lines
from buildbuy.domain.profile import Profile
from buildbuy.questions.ownership import ledger as lg
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

OWN = {"home-grown": "since 2024-06"}


@pytest.fixture(scope="module", params=[{}, {"current": OWN}], ids=["greenfield", "own code"])
def outcome(request: pytest.FixtureRequest) -> Outcome:
    profile = Profile.model_validate({"organisation": {"ml_people": 8, "region": "us"}, "components": {"feature-store": request.param}})
    return decide(resolve(profile, "feature-store", load(), months=36), draws=400, seed=3)


def test_at_the_horizon_every_line_is_the_ledgers(outcome: Outcome) -> None:
    world = World(outcome.problem, Draws(outcome.problem.drivers, 1, "value", 150))
    incumbent = Running(world, outcome.problem.incumbent)
    for result in outcome.actions.values():
        option = Running(world, result.option)
        last = over_time.lines_until(world, incumbent, option)[-1]
        whole, _ = static_lines(world, incumbent, option)
        for line in {*whole, *last}:
            if not line.startswith(lg.YOURS):
                np.testing.assert_allclose(last.get(line, 0.0), whole.get(line, 0.0), atol=1e-6, err_msg=f"{result.action}: {line}")


def test_nothing_is_spent_before_the_first_month(outcome: Outcome) -> None:
    for fan in over_time.fans(outcome):
        assert fan.mean[0] == 0
        assert (np.diff(fan.quantiles, axis=0) >= 0).all()


def test_the_verdict_leads_the_picture(outcome: Outcome) -> None:
    assert over_time.fans(outcome)[0].action == outcome.chosen


def test_flows_of_the_median_world_discount_to_the_cost_at_medians(outcome: Outcome) -> None:
    settings = outcome.problem.settings
    weights = (1 + settings.discount_rate) ** (-(np.arange(settings.months) + 0.5) / 12)
    for action, flows in live.flows(outcome).items():
        assert sum(float(f.amount @ weights) for f in flows) == pytest.approx(outcome.actions[action].cost_at_medians, abs=0.001)


def test_quantity_times_price_is_the_flow(outcome: Outcome) -> None:
    draws = live.Nudged(outcome.problem.drivers, ())
    for flows in live.flows(outcome).values():
        for flow in flows:
            total = flow.rest.copy()
            for name, quantity in flow.quantities.items():
                times = outcome.problem.settings.opportunity_multiplier if name == live.LABOUR else 1.0
                total += quantity * draws.value(name)[0] * times
            np.testing.assert_allclose(total, flow.amount, atol=1e-6)


def test_a_run_shows_itself_in_a_notebook(outcome: Outcome) -> None:
    from buildbuy.decide.run import Run

    run = Run({"feature-store": outcome}, None, "2026.11", "2026-11", 3, 400, 36, "USD", 1.0, 2026, "<b>A team</b>")
    shown = run._repr_html_()
    assert "Standing: " in shown and "data:image/svg+xml" in shown and "<b>A" not in shown


def test_cash_by_quarter_is_what_the_months_hold() -> None:
    """Sum of quarters, discounted back month by month, is the present value; hours and what is bought add up."""
    profile = Profile.model_validate({"organisation": {"stage": "seed", "ml_people": 3, "runway": "9 months"}, "components": {}})
    problem = resolve(profile, "feature-store", load(), months=35)
    outcome = decide(problem, draws=400, seed=2)
    fan = over_time.fans(outcome)[0]
    assert len(fan.cash.mean) == 12  # the last quarter has two months
    rate = 1 + problem.settings.discount_rate
    earliest, latest = (sum(m * rate ** (-(3 * q + at) / 12) for q, m in enumerate(fan.cash.mean)) for at in (0.5, 2.5))
    assert latest <= fan.mean[-1] <= earliest
    assert (fan.cash.bought <= fan.cash.mean + 1e-9).all()
    assert (fan.cash.mean <= fan.cash.p95 * 3).all()
    assert fan.cash.before_runway == pytest.approx(fan.cash.mean[:3].sum())
    assert fan.cash.dearest[0] <= fan.cash.dearest[1]


def test_without_a_runway_nothing_is_said_of_it() -> None:
    profile = Profile.model_validate({"organisation": {"stage": "enterprise"}, "components": {}})
    outcome = decide(resolve(profile, "feature-store", load(), months=36), draws=300, seed=2)
    assert over_time.fans(outcome)[0].cash.runs_out_first is None
