"""Worth of knowing, flips and break-evens against closed forms.

Two actions with net benefits 0 and X, where E[X | what is known] is normal with mean mu and sd s:
knowing it is worth s·phi(mu/s) + mu·Phi(mu/s) - max(0, mu). Costs are minus net benefits.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import synthetic
from scipy import integrate, stats

from buildbuy.decide import information
from buildbuy.decide.break_even import DRAWS as BREAK_EVEN_DRAWS
from buildbuy.decide.break_even import POINTS, REFINE, SPAN, break_evens
from buildbuy.decide.component import decide
from buildbuy.domain.problem import Bill, Driver, Option, PlanStep, Problem, Settings
from buildbuy.quantities import expression
from buildbuy.quantities.estimate import Estimate, exact, interval
from buildbuy.worlds.draws import scores

N = 400_000
Z95 = 1.6448536269514722


def worth(mu: float, s: float) -> float:
    """Closed form of what knowing a normal net benefit is worth."""
    return float(s * stats.norm.pdf(mu / s) + mu * stats.norm.cdf(mu / s) - max(0.0, mu))


def drawn(*names: str, n: int = N) -> tuple[dict[str, Driver], dict[str, np.ndarray]]:
    table = {name: synthetic.driver(name, Estimate("normal", (-Z95, Z95))) for name in names}
    return table, {name: scores(11, "value", name, 0, n) for name in names}


def test_the_closed_form_gives_the_published_values() -> None:
    """The vignette: net benefits (0, p1 - p2), p1 ~ N(1, 1), p2 ~ N(0, 2)."""
    assert worth(1, 1) == pytest.approx(0.0833155, abs=1e-6)
    assert worth(1, 2) == pytest.approx(0.3955931, abs=1e-6)


@pytest.mark.parametrize("n", [6_000, N])
def test_the_published_vignette(n: int) -> None:
    drivers, z = drawn("p1", "p2", "unused", n=n)
    costs = np.stack([np.zeros(n), -((1 + z["p1"]) - 2 * z["p2"])], axis=1)
    found = {e.driver.id: e.worth for e in information.effects(drivers, z, costs)}
    error = math.sqrt(5 * 3 / n)  # sd of the net benefit, over three terms of the fit
    assert found["p1"] == pytest.approx(0.0833155, abs=4 * 0.25 * error)
    assert found["p2"] == pytest.approx(0.3955931, abs=4 * 0.4 * error)
    assert found["p2"] > found["p1"] > found["unused"]
    assert 0 <= found["unused"] < 1e-6


@pytest.mark.parametrize(("mu", "s", "rest"), [(0.0, 1.0, 1.0), (0.5, 2.0, 1.0), (-0.5, 1.0, 0.3), (2.0, 1.5, 2.0)])
def test_linear_normal_problems(mu: float, s: float, rest: float) -> None:
    drivers, z = drawn("known", "rest")
    benefit = mu + s * z["known"] + rest * z["rest"]
    costs = np.stack([np.zeros(N), -benefit], axis=1)
    found = {e.driver.id: e.worth for e in information.effects(drivers, z, costs)}
    error = 4 * math.sqrt((s * s + rest * rest) * 3 / N)
    assert found["known"] == pytest.approx(worth(mu, s), abs=error)
    assert found["rest"] == pytest.approx(worth(mu, rest), abs=error)


def test_a_driver_that_moves_both_actions_alike_is_worth_nothing() -> None:
    drivers, z = drawn("both", "one")
    costs = np.stack([10 + 5 * z["both"], 11 + 5 * z["both"] + z["one"]], axis=1)
    found = {e.driver.id: e.worth for e in information.effects(drivers, z, costs)}
    assert found["both"] < 1e-6
    assert found["one"] == pytest.approx(worth(-1, 1), abs=0.01)


def test_null_drivers_are_worth_next_to_nothing_even_in_a_tie() -> None:
    names = [f"null{i}" for i in range(20)]
    drivers, z = drawn("real", *names)
    costs = np.stack([np.zeros(N), -2 * z["real"]], axis=1)
    found = {e.driver.id: e.worth for e in information.effects(drivers, z, costs)}
    noise = 2 * math.sqrt(3 / N)
    assert found["real"] == pytest.approx(worth(0, 2), abs=4 * noise)
    assert max(found[name] for name in names) < 2 * noise


def even_scores(n: int = 200_001) -> np.ndarray:
    """Scores spread evenly over the distribution: no sampling noise."""
    return stats.norm.ppf((np.arange(n) + 0.5) / n)


@pytest.mark.parametrize("mu", [-2.0, -1.0, -0.3, 0.0, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("s", [0.5, 1.0, 2.0])
def test_without_sampling_noise_the_closed_form_is_met(mu: float, s: float) -> None:
    z = even_scores()
    costs = np.stack([np.zeros(len(z)), -(mu + s * z)], axis=1)
    found = information.effects({"p": synthetic.driver("p", exact(0.0))}, {"p": z}, costs)[0]
    assert found.worth == pytest.approx(worth(mu, s), abs=5e-4 * s)


def test_a_curved_effect_is_worth_what_its_integral_says() -> None:
    """Net benefit 0.3 + z + 0.8 (z² - 1) - 0.2 z³: a cubic in the score, fitted exactly."""
    z = even_scores()
    benefit = lambda t: 0.3 + t + 0.8 * (t**2 - 1) - 0.2 * t**3  # noqa: E731
    costs = np.stack([np.zeros(len(z)), -benefit(z)], axis=1)
    found = information.effects({"p": synthetic.driver("p", exact(0.0))}, {"p": z}, costs)[0]
    grid = np.linspace(-9, 9, 200_001)
    knowing = integrate.trapezoid(np.maximum(benefit(grid), 0.0) * stats.norm.pdf(grid), grid)
    assert found.worth == pytest.approx(knowing - 0.3, abs=2e-3)
    assert found.worth > 0.05


def test_flips_are_where_the_lines_cross() -> None:
    """Given p1 the net benefit is 1 + z, given p2 it is 1 - 2z: zero at z = -1 and at z = 1/2."""
    drivers, z = drawn("p1", "p2", "unused")
    costs = np.stack([np.zeros(N), -((1 + z["p1"]) - 2 * z["p2"])], axis=1)
    found = information.flips(information.effects(drivers, z, costs), costs, ["old", "new"], "new")
    assert {(f.driver.id, f.above, f.to) for f in found} == {("p1", False, "old"), ("p2", True, "old")}
    at = {f.driver.id: f.score for f in found}
    assert at["p1"] == pytest.approx(-1.0, abs=0.03)
    assert at["p2"] == pytest.approx(0.5, abs=0.03)


def test_a_crossing_outside_the_interval_is_no_flip() -> None:
    drivers, z = drawn("p")
    costs = np.stack([np.zeros(N), -(1 + 0.5 * z["p"])], axis=1)
    assert information.flips(information.effects(drivers, z, costs), costs, ["a", "b"], "b") == []


def test_a_flip_names_the_action_that_wins_there() -> None:
    """Chosen costs 0; one rival crosses at z = 1 upwards, another at z = -1.2 downwards."""
    drivers, z = drawn("p")
    costs = np.stack([np.zeros(N), 1 - z["p"], 1.2 + z["p"]], axis=1)
    found = information.flips(information.effects(drivers, z, costs), costs, ["now", "high", "low"], "now")
    assert [(f.above, f.to) for f in found] == [(False, "low"), (True, "high")]
    assert [f.score for f in found] == pytest.approx([-1.2, 1.0], abs=0.03)


def test_a_tie_won_on_the_edge_of_materiality_is_not_flipped_by_what_does_nothing() -> None:
    """The rival is cheaper by 0.99 where 1 is what counts: any fit of noise crosses that, and says nothing."""
    names = [f"null{i}" for i in range(60)]
    n = 5_000
    drivers, z = drawn("real", "rest", *names, n=n)
    costs = np.stack([np.full(n, 0.99), 0.5 * z["real"] + 4 * (z["rest"] - z["rest"].mean())], axis=1)
    found = information.flips(information.effects(drivers, z, costs), costs, ["left cheaply", "cheaper"], "left cheaply", 1.0)
    flipping = {f.driver.id for f in found}
    assert flipping >= {"real", "rest"}
    assert len(flipping & set(names)) <= 3  # two standard errors let one in twenty pass


# -- through a whole decision ----------------------------------------------------------------------


def flat(name: str, rate: Estimate, quantity: str = "1", **more: object) -> tuple[Option, dict[str, Driver]]:
    """An option that costs its bill and nothing else, from today on."""
    bill = Bill("fee", f"rate.{name}", expression.parse(quantity), 1.0, 0.0, (), "drift_saas")
    step = PlanStep("p", "p", (dataclasses.replace(bill, **more),), {}, None, True)  # type: ignore[arg-type]
    option = synthetic.managed(name, plan=(step,), adopt=None, onboarding=False)
    changes = {
        f"rate.{name}": synthetic.driver(f"rate.{name}", rate),
        f"gap.{name}": synthetic.driver(f"gap.{name}", exact(0.0, "person_hour/month")),
    }
    return option, changes


def bills_only(*made: tuple[Option, dict[str, Driver]], **more: object) -> Problem:
    still = {
        "drift_saas": synthetic.driver("drift_saas", exact(0.0, "1/year")),
        "vendor.upkeep": synthetic.driver("vendor.upkeep", exact(1.0, "person_hour/month"), spread=0.0),
        "growth.people": synthetic.driver("growth.people", exact(0.0, "1/year")),
        "labour": synthetic.driver("labour", exact(100.0, "USD/person_hour")),
    }
    for _, changes in made:
        still |= changes
    return synthetic.problem([option for option, _ in made], changes=still, **more)  # type: ignore[arg-type]


def test_a_decision_between_two_uncertain_bills() -> None:
    """Two monthly fees: N(1000, 50²) against N(1040, 60²), paid for 36 months."""
    one = flat("one", Estimate("normal", (1000 - 50 * Z95, 1000 + 50 * Z95), "USD/month"))
    two = flat("two", Estimate("normal", (1040 - 60 * Z95, 1040 + 60 * Z95), "USD/month"))
    outcome = decide(bills_only(one, two), draws=10_000, seed=5)
    annuity = sum(1.12 ** (-(m + 0.5) / 12) for m in range(36))
    assert outcome.chosen == "one/managed"
    assert outcome.actions["one/managed"].cost.mean == pytest.approx((1000 + 100) * annuity, rel=0.003)
    found = {e.driver.id: e.worth for e in outcome.effects}
    error = 4 * math.hypot(50, 60) * math.sqrt(3 / information.DRAWS) * annuity
    assert found["rate.one"] == pytest.approx(worth(-40, 50) * annuity, abs=error)
    assert found["rate.two"] == pytest.approx(worth(-40, 60) * annuity, abs=error)
    others = [v for k, v in found.items() if not k.startswith("rate.")]
    assert max(others) < 1e-3 * min(found["rate.one"], found["rate.two"])
    apart = stats.norm.cdf(40 / math.hypot(50, 60))
    assert outcome.actions["one/managed"].p_best == pytest.approx(apart, abs=4 * math.sqrt(apart * (1 - apart) / 10_000))
    regret = worth(-40, math.hypot(50, 60)) * annuity
    assert outcome.expected_regret == pytest.approx(regret, abs=4 * math.hypot(50, 60) * annuity / 100)


STEP = (SPAN * SPAN) ** (1 / (POINTS - 1))
REFINED = STEP ** (1 / 2 ** (REFINE + 1))


def test_break_even_of_a_flat_fee_and_a_price_per_seat() -> None:
    """500 a month against 25 a seat: the same at 20 seats."""
    fee = flat("fee", exact(500.0, "USD/month"))
    seat = flat("seat", exact(25.0, "USD/(seat*month)"), "users")
    problem = bills_only(fee, seat)
    (found,) = break_evens(problem, 3, ["users"], fee[0], seat[0], {})
    assert len(found.crossings) == 1
    assert REFINED < 1.02
    assert found.crossings[0] == pytest.approx(20.0, rel=REFINED - 1 + 1e-9)
    assert found.cheaper_above == fee[0].action
    assert found.share == 1.0
    assert found.p50 == pytest.approx(20.0, rel=0.08)
    assert (found.variable, found.unit) == ("users", "seat")


def test_break_even_is_a_distribution() -> None:
    """A lognormal fee over a fixed price per seat: the crossing is that lognormal over the price."""
    fee = flat("fee", interval(300, 900, "USD/month"))
    seat = flat("seat", exact(25.0, "USD/(seat*month)"), "users")
    (found,) = break_evens(bills_only(fee, seat), 3, ["users"], fee[0], seat[0], {})
    sigma = math.log(3) / (2 * Z95)
    mean = math.sqrt(300 * 900) * math.exp(sigma**2 / 2) / 25
    se = sigma / math.sqrt(BREAK_EVEN_DRAWS)
    assert found.crossings[0] == pytest.approx(mean, rel=REFINED - 1 + 4 * se)
    assert found.share == 1.0
    assert found.p5 is not None and found.p50 is not None and found.p95 is not None
    assert found.p5 == pytest.approx(300 / 25, rel=0.1 + 4 * 2.1 * se)
    assert found.p50 == pytest.approx(math.sqrt(300 * 900) / 25, rel=0.1 + 4 * 1.25 * se)
    assert found.p95 == pytest.approx(900 / 25, rel=0.1 + 4 * 2.1 * se)


def crossing_twice() -> tuple[tuple[Option, dict[str, Driver]], tuple[Option, dict[str, Driver]]]:
    """100 + 0.5 q against q up to 300 and a tenth of it beyond: the same at 200 and at 425."""
    base, _ = flat("base", exact(0.5, "USD/(seat*month)"), "users")
    fixed = Bill("fixed", "fixed.base", expression.parse("1"), 1.0, 0.0, (), "drift_saas")
    step = dataclasses.replace(base.plan[0], bills=(*base.plan[0].bills, fixed))
    changes = {
        "rate.base": synthetic.driver("rate.base", exact(0.5)),
        "fixed.base": synthetic.driver("fixed.base", exact(100.0)),
        "gap.base": synthetic.driver("gap.base", exact(0.0)),
        f"{synthetic.COMPONENT}.users": synthetic.driver("users", interval(50, 150, "seat")),
    }
    one = (dataclasses.replace(base, plan=(step,)), changes)
    return one, flat("tiers", exact(1.0), "users", tiers=((300.0, 0.1),))


def test_break_even_sees_every_crossing() -> None:
    one, two = crossing_twice()
    (found,) = break_evens(bills_only(one, two), 3, ["users"], one[0], two[0], {})
    assert found.crossings == pytest.approx((200.0, 425.0), rel=REFINED - 1 + 1e-9)
    assert found.cheaper_above == two[0].action


def test_the_band_of_a_tie_is_materiality_over_the_slope() -> None:
    """500 a month against 25 a seat, for 36 months: they differ by less than m at 20 seats, m over 25 times the annuity each way."""
    fee, seat = flat("fee", exact(500.0, "USD/month")), flat("seat", exact(25.0, "USD/(seat*month)"), "users")
    annuity = sum(1.12 ** (-(m + 0.5) / 12) for m in range(36))
    for material in (50.0, 2_000.0, 10_000.0):
        (found,) = break_evens(bills_only(fee, seat), 3, ["users"], fee[0], seat[0], {}, material)
        width = material / (25 * annuity)
        assert found.crossings == pytest.approx((20.0,), rel=1e-9)
        [(low, high)] = found.ties
        assert high == pytest.approx(20 + width, rel=1e-9)
        assert low is None if 20 - width < found.today / SPAN else low == pytest.approx(20 - width, rel=1e-9)


def test_a_band_may_reach_the_end_of_the_range_or_be_all_of_it() -> None:
    fee, seat = flat("fee", exact(500.0, "USD/month")), flat("seat", exact(25.0, "USD/(seat*month)"), "users")
    annuity = sum(1.12 ** (-(m + 0.5) / 12) for m in range(36))
    (found,) = break_evens(bills_only(fee, seat), 3, ["users"], fee[0], seat[0], {}, 500 * annuity)
    assert found.ties == ((None, pytest.approx(40.0, rel=1e-9)),)
    same = flat("one", exact(500.0)), flat("two", exact(500.0))
    (found,) = break_evens(bills_only(*same), 3, ["users"], same[0][0], same[1][0], {}, 1.0)
    assert (found.ties, found.crossings) == (((None, None),), ())


def test_without_materiality_nothing_is_tied() -> None:
    fee, seat = flat("fee", exact(500.0, "USD/month")), flat("seat", exact(25.0, "USD/(seat*month)"), "users")
    (found,) = break_evens(bills_only(fee, seat), 3, ["users"], fee[0], seat[0], {})
    assert found.ties == ()


def test_every_band_is_seen() -> None:
    """Within 10 of each other around 200 and around 425."""
    one, two = crossing_twice()
    annuity = sum(1.12 ** (-(m + 0.5) / 12) for m in range(36))
    (found,) = break_evens(bills_only(one, two), 3, ["users"], one[0], two[0], {}, 10 * annuity)
    assert np.ravel(found.ties) == pytest.approx([180, 220, 400, 450], rel=1e-9)
    assert found.crossings == pytest.approx((200.0, 425.0), rel=1e-9)


def test_no_break_even_is_none() -> None:
    cheap, dear = flat("cheap", exact(10.0)), flat("dear", exact(20.0))
    (found,) = break_evens(bills_only(cheap, dear), 3, ["users"], cheap[0], dear[0], {})
    assert (found.crossings, found.share, found.p50) == ((), 0.0, None)
    assert found.cheaper_above == cheap[0].action


def test_break_even_does_not_depend_on_the_horizon_for_flat_costs() -> None:
    fee, seat = flat("fee", exact(500.0)), flat("seat", exact(25.0), "users")
    for months in (6, 60):
        problem = bills_only(fee, seat, settings=Settings(months=months))
        (found,) = break_evens(problem, 3, ["users"], fee[0], seat[0], {})
        assert found.crossings[0] == pytest.approx(20.0, rel=REFINED - 1 + 1e-9)
