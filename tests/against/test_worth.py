"""Worth of information against closed forms, published models, another library and nested sampling.

Two actions with net benefits 0 and X, X normal with mean mu and sd s: knowing X is worth
s·phi(mu/s) + mu·Phi(mu/s) - max(0, mu). What is only measured, with an error se, has the preposterior sd
s·sqrt(s²/(s² + se²)) in place of s. Costs are minus net benefits.
"""

from __future__ import annotations

import importlib.util
import json
from itertools import pairwise

import chemotherapy
import numpy as np
import pytest
import synthetic
import voi_draws
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.interpolate import CubicSpline

from buildbuy.catalog.load import load
from buildbuy.decide import information
from buildbuy.decide.candidates import candidates
from buildbuy.decide.switching import Running, static_total
from buildbuy.domain.problem import Option, Problem
from buildbuy.domain.profile import Profile
from buildbuy.quantities.estimate import interval
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws, scores
from buildbuy.worlds.world import World

MILLION = 1_000_000


def closed(mu: float, s: float) -> float:
    return float(s * stats.norm.pdf(mu / s) + mu * stats.norm.cdf(mu / s) - max(0.0, mu))


def against_nothing(benefit: np.ndarray) -> np.ndarray:
    """Costs (n, 2) of doing nothing and of what has this net benefit (n,)."""
    return np.stack([np.zeros(len(benefit)), -benefit], axis=1)


@pytest.fixture(scope="module")
def vignette() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    p1, p2 = 1 + scores(7, "voi", "p1", 0, MILLION), 2 * scores(7, "voi", "p2", 0, MILLION)
    return p1, p2, against_nothing(p1 - p2)


# -- closed forms ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("mu", "s"), [(0.0, 1.0), (1.0, 1.0), (-0.5, 2.0), (2.0, 1.0)])
def test_evpi_of_two_normal_decisions(mu: float, s: float) -> None:
    found = information.evpi(against_nothing(mu + s * scores(3, "voi", "x", 0, MILLION)))
    assert found.value == pytest.approx(closed(mu, s), abs=3 * found.error)
    assert found.error < 0.002 * s


def test_evpi_of_the_vignette(vignette: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    found = information.evpi(vignette[2])
    assert found.value == pytest.approx(0.4798107, abs=3 * found.error)
    assert found.error < 0.002


@pytest.mark.parametrize(("which", "worth"), [(0, 0.0833155), (1, 0.3955931)])
def test_evppi_of_the_vignette(vignette: tuple[np.ndarray, np.ndarray, np.ndarray], which: int, worth: float) -> None:
    found = information.evppi(vignette[which], vignette[2])
    assert found.value == pytest.approx(worth, abs=3 * found.error)
    assert found.error < 0.002
    blocks = information.evppi_blocks(vignette[which], vignette[2])
    assert blocks.value == pytest.approx(worth, abs=3 * blocks.error + 0.002)


def test_both_inputs_together_are_worth_all_there_is(vignette: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    p1, p2, costs = (x[:100_000] for x in vignette)
    together = information.evppi(np.stack([p1, p2]), costs)
    assert together.value == pytest.approx(information.evpi(costs).value, abs=1e-3)


def effects_of(z: dict[str, np.ndarray], costs: np.ndarray) -> list[information.Effect]:
    return information.effects({name: synthetic.driver(name, interval(1, 2)) for name in z}, z, costs)


def test_a_group_is_worth_what_its_drivers_are_together() -> None:
    """The vignette with p1 and p2 in halves: each half of p2 has an sd of sqrt(2), all of it 2, p1 and p2 all there is."""
    n = 100_000
    z = {name: scores(7, "voi", name, 0, n) for name in ("p1", "a", "b", "null")}
    costs = against_nothing(1 + z["p1"] - np.sqrt(2) * (z["a"] + z["b"]))
    kinds = {"p1": "one", "a": "two", "b": "two", "null": "none"}
    everything, *rest = information.groups(effects_of(z, costs), z, costs, kinds)
    found = {g.name: g for g in rest}
    assert everything.name == information.EVERYTHING
    assert everything.worth.value == pytest.approx(closed(1, np.sqrt(5)), abs=3 * everything.worth.error)
    assert found["one"].worth.value == pytest.approx(closed(1, 1), abs=4 * found["one"].worth.error)
    assert found["two"].worth.value == pytest.approx(closed(1, 2), abs=4 * found["two"].worth.error)
    assert {d.id for d in found["two"].drivers} == {"a", "b"}
    assert "none" not in found or found["none"].worth.value < 0.005
    [whole] = information.groups(effects_of(z, costs), z, costs, dict.fromkeys(z, "all"))[1:]
    assert whole.worth.value == pytest.approx(everything.worth.value, rel=0.01)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), tie=st.floats(-1, 1))
def test_a_group_is_worth_at_least_its_best_driver_and_at_most_everything(seed: int, tie: float) -> None:
    n = 1_000
    z = {name: scores(seed, "voi", name, 0, n) for name in "abcdefgh"}
    costs = np.stack([np.zeros(n), tie + 0.4 * sum(z.values()), tie - z["a"] * z["b"] + z["c"]], axis=1)
    found = effects_of(z, costs)
    everything, *rest = information.groups(found, z, costs, {name: "left" if name in "abcdef" else "right" for name in z})
    worth = {e.driver.id: e.worth for e in found}
    for g in rest:
        assert min(max(worth[d.id] for d in g.drivers), everything.worth.value) <= g.worth.value <= everything.worth.value
        assert len(g.drivers) <= information.IN_GROUP


def test_the_tornado_of_a_linear_difference() -> None:
    """Other less chosen is 1 + p1 - 2 p2: 1.645 each way for p1, twice that the other way for p2, nothing for what does nothing."""
    n = 100_000
    z = {name: scores(7, "voi", name, 0, n) for name in ("p1", "p2", "both", *(f"null{i}" for i in range(20)))}
    costs = np.stack([3 * z["both"], 1 + 3 * z["both"] + z["p1"] - 2 * z["p2"]], axis=1)
    first, second, *rest = information.tornado(effects_of(z, costs), costs, 0, 1)
    assert (first.driver.id, second.driver.id) == ("p2", "p1")
    assert (first.low, first.high) == (pytest.approx(3.29, abs=0.1), pytest.approx(-3.29, abs=0.1))
    assert (second.low, second.high) == (pytest.approx(-1.645, abs=0.1), pytest.approx(1.645, abs=0.1))
    assert len(rest) <= 2
    assert all(abs(b.high - b.low) < 0.2 for b in rest)


def test_a_sum_of_normals() -> None:
    """Net benefit p1 + p2: knowing one is worth its sd over the root of 2 pi."""
    p1, p2 = scores(5, "voi", "p1", 0, MILLION), 2 * scores(5, "voi", "p2", 0, MILLION)
    for known, worth in ((p1, 0.3989423), (p2, 0.7978846)):
        found = information.evppi(known, against_nothing(p1 + p2))
        assert found.value == pytest.approx(worth, abs=3 * found.error)


def test_the_standard_error_is_what_repetition_shows() -> None:
    n = 4_000
    found = []
    for seed in range(60):
        p1, p2 = 1 + scores(seed, "voi", "p1", 0, n), 2 * scores(seed, "voi", "p2", 0, n)
        found.append(information.evppi(p2, against_nothing(p1 - p2)))
    spread = np.std([f.value for f in found])
    assert np.mean([f.error for f in found]) == pytest.approx(spread, rel=0.35)
    assert np.mean([f.value for f in found]) == pytest.approx(0.3955931, abs=4 * spread / np.sqrt(60))


@pytest.mark.parametrize(("n", "worth"), [(1, 0.0019713), (5, 0.0310389), (10, 0.0490707), (100, 0.0786628)])
def test_evsi_of_normal_data_about_a_normal_mean(n: int, worth: float) -> None:
    """Prior N(1, 1), n observations with sd 2; published values of the formula."""
    assert closed(1, np.sqrt(information.explained(1.0, 2 / np.sqrt(n)))) == pytest.approx(worth, abs=1e-6)
    p = 1 + scores(7, "voi", "p1", 0, MILLION)
    found = information.evsi(p, against_nothing(p), information.explained(1.0, 2 / np.sqrt(n)))
    assert found.value == pytest.approx(worth, abs=3 * found.error)
    assert found.error < 0.0005


def test_evsi_of_one_input_among_others(vignette: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    """p2 measured with an error of 1: the preposterior sd is 2·sqrt(4/5)."""
    found = information.evsi(vignette[1], vignette[2], information.explained(2.0, 1.0))
    assert found.value == pytest.approx(closed(1.0, 2 * np.sqrt(0.8)), abs=3 * found.error)


def test_evsi_of_a_curved_effect_by_simulating_the_measurement() -> None:
    """Net benefit exp(0.8 z) - 1.5, z measured with an error of 0.7: the posterior mean is closed."""
    z = scores(9, "voi", "z", 0, 200_000)
    y = z + 0.7 * scores(9, "voi", "noise", 0, len(z))
    v = information.explained(1.0, 0.7)
    posterior = np.exp(0.8 * v * y + 0.32 * (1 - v)) - 1.5
    simulated = np.maximum(posterior, 0).mean() - max(posterior.mean(), 0)
    found = information.evsi(z, against_nothing(np.exp(0.8 * z) - 1.5), v)
    assert found.value == pytest.approx(simulated, abs=3 * found.error + 0.002)


@settings(max_examples=30, deadline=None)
@given(mu=st.floats(-2, 2), s=st.floats(0.2, 3), rest=st.floats(0, 3), share=st.floats(0.05, 0.95))
def test_less_information_is_never_worth_more(mu: float, s: float, rest: float, share: float) -> None:
    """EVSI rises with precision up to EVPPI, which is at most EVPI."""
    known, other = scores(1, "voi", "a", 0, 4_000), scores(1, "voi", "b", 0, 4_000)
    costs = against_nothing(mu + s * known + rest * other)
    part = [information.evsi(known, costs, v).value for v in (0.0, share / 2, share, 1.0)]
    assert part[0] == pytest.approx(0, abs=1e-9)
    assert all(a <= b + 1e-6 for a, b in pairwise(part))
    whole = information.evpi(costs)
    assert part[-1] <= whole.value + 3 * whole.error + 1e-2 * s


def test_null_inputs_are_worth_next_to_nothing_even_in_a_tie() -> None:
    n = 10_000
    real = 2 * scores(2, "voi", "real", 0, n)
    found = [information.evppi(scores(2, "voi", f"null{i}", 0, n), against_nothing(real)) for i in range(40)]
    noise = 2 / np.sqrt(n)
    assert np.mean([f.value for f in found]) < noise / 2
    assert all(f.value <= 3 * max(f.error, noise / 2) for f in found)
    assert information.evppi(real, against_nothing(real)).value == pytest.approx(closed(0, 2), rel=0.05)


# -- a published model ------------------------------------------------------------------------------


def test_the_chemotherapy_decision_from_its_inputs() -> None:
    """EVPI about 365, of the new drug's side effects about 260; sampling error at this size is 1.2."""
    inputs = chemotherapy.inputs(200_000, np.random.default_rng(1))
    costs = -chemotherapy.net_benefit(inputs)
    everything = information.evpi(costs)
    assert everything.value == pytest.approx(365, abs=3 * everything.error)
    known = inputs["side_effects_new"]
    part = information.evppi(known, costs)
    assert part.value == pytest.approx(260, abs=3 * part.error)
    assert information.evppi_blocks(known, costs).value == pytest.approx(part.value, abs=part.error)
    none = information.evppi(inputs["cost_death"], costs)
    assert none.value < part.error
    pair = information.evppi(np.stack([inputs["side_effects_old"], known]), costs)
    assert part.value < pair.value < everything.value


# -- another library --------------------------------------------------------------------------------


def test_evpi_equals_that_of_voiage() -> None:
    recorded = json.loads(voi_draws.RECORDED.read_text(encoding="utf-8"))
    for name, benefits in voi_draws.net_benefits().items():
        theirs = recorded["evpi"][name]
        assert information.evpi(-benefits).value == pytest.approx(theirs, rel=1e-6, abs=1e-6), name
        if importlib.util.find_spec("voiage") is not None:
            import voiage

            assert voiage.evpi(benefits) == pytest.approx(theirs, rel=1e-6, abs=1e-6)


# -- nested sampling on ledgers ---------------------------------------------------------------------


def costs_of(problem: Problem, options: tuple[Option, ...], draws: Draws) -> np.ndarray:
    world = World(problem, draws)
    today = Running(world, problem.incumbent)
    return np.stack([static_total(world, today, Running(world, o))[0] for o in options], axis=1)


def nested(problem: Problem, options: tuple[Option, ...], driver: str, n: int) -> float:
    """EVPPI by two levels of sampling: the driver held at each of several scores, n worlds at each; the
    means between scores by a cubic through them.
    """
    nodes = np.linspace(-3.6, 3.6, 17)
    means = [costs_of(problem, options, Draws(problem.drivers, 4, "value", n, fixed_scores={driver: float(z)})).mean(axis=0) for z in nodes]
    z = np.linspace(-3.6, 3.6, 721)
    weights = stats.norm.pdf(z) / stats.norm.pdf(z).sum()
    curve = CubicSpline(nodes, np.array(means))(z)
    return float((weights @ curve).min() - weights @ curve.min(axis=1))


def test_evppi_on_our_ledgers_equals_nested_sampling() -> None:
    """A service by the seat against one's own machines: seats decide. The same worlds serve both ways, so
    that what is compared is the method and not the luck of the draw.
    """
    options = (synthetic.managed("cloud"), synthetic.self_hosted("own"))
    ranges = {
        "toy.users": interval(5, 80, "seat"),
        "rate.cloud": interval(50, 70, "USD/(seat*month)"),
        "gap.own": interval(14, 22, "person_hour/month"),
        "gap.cloud": interval(4, 8, "person_hour/month"),
    }
    problem = synthetic.problem(options, changes={k: synthetic.driver(k, v) for k, v in ranges.items()})
    n = 20_000
    drawn = Draws(problem.drivers, 4, "value", n)
    costs = costs_of(problem, problem.options, drawn)
    [found] = information.effects(dict(problem.drivers), {"toy.users": drawn.score("toy.users")}, costs)
    slowly = nested(problem, problem.options, "toy.users", n)
    assert found.worth == pytest.approx(slowly, rel=0.03)
    assert found.error < 0.02 * found.worth
    assert information.evppi_blocks(drawn.score("toy.users"), costs).value == pytest.approx(slowly, rel=0.05)


# -- nested sampling on the catalog's ledgers -------------------------------------------------------


def means_given(problem: Problem, options: list[Option], driver: str, z: np.ndarray, n: int) -> np.ndarray:
    """Mean cost (scores, actions) with a driver held at each score, everything else redrawn by the engine: the same worlds each time."""
    return np.array([np.concatenate([costs_of(problem, tuple(options), held(problem, driver, float(score), stop)) for stop in range(CHUNK, n + 1, CHUNK)]).mean(axis=0) for score in z])


def held(problem: Problem, driver: str, score: float, stop: int) -> Draws:
    """Draws given the driver's score. What it has in common with others is drawn given that score: of the common score c and the
    driver's own u, sqrt(1 - rho) c - sqrt(rho) u says nothing of the driver and stays.
    """
    spec, fixed = problem.drivers[driver], {driver: score}
    if spec.common is not None:
        drawn = Draws(problem.drivers, 4, "value", stop, stop - CHUNK)
        rest = np.sqrt(1 - spec.rho) * drawn.score(spec.common) - np.sqrt(spec.rho) * drawn.innovation(driver)[0]
        fixed[spec.common] = np.sqrt(spec.rho) * score + np.sqrt(1 - spec.rho) * rest
    return Draws(problem.drivers, 4, "value", stop, stop - CHUNK, fixed_scores=fixed)


CHUNK = 2_000


@pytest.mark.slow
@pytest.mark.parametrize("component", ["experiment-tracking"])
def test_evppi_on_the_catalogs_ledgers_equals_nested_sampling(component: str) -> None:
    """The drivers that are worth most to a grown team: each held at quantiles, the rest redrawn through the engine."""
    profile = Profile.model_validate({"organisation": {"stage": "growth", "ml_people": 40}, "components": {component: {}}})
    problem = resolve(profile, component, load(), months=36)
    n = 10_000
    found = candidates(World(problem, Draws(problem.drivers, 4, "search", 500)), problem)
    feasible = [c.option for c in found.values() if c.feasible]
    parts = [Draws(problem.drivers, 4, "value", stop, stop - CHUNK) for stop in range(CHUNK, n + 1, CHUNK)]
    costs = np.concatenate([costs_of(problem, tuple(feasible), d) for d in parts])
    near = np.argsort(costs.mean(axis=0))[:4]  # those that may be best, so that it ends this side of a minute
    options, costs = [feasible[i] for i in near], costs[:, near]
    read = sorted({name for d in parts for name in d.read if not problem.drivers[name].estimate.is_exact and not name.startswith("owner.") and problem.drivers[name].curve is None})
    z = {name: np.concatenate([d.score(name) for d in parts]) for name in read}
    dearest = sorted(information.effects(dict(problem.drivers), z, costs), key=lambda e: -e.worth)[:2]
    nodes = np.linspace(-4.5, 4.5, 13)  # for a lognormal, nine up to 3.2 fall short of the integral by 2% to 6%
    for effect in dearest:
        curve = CubicSpline(nodes, means_given(problem, options, effect.driver.id, nodes, n))
        fine = np.linspace(-4.5, 4.5, 901)
        weights = stats.norm.pdf(fine) / stats.norm.pdf(fine).sum()
        slowly = float((weights @ curve(fine)).min() - weights @ curve(fine).min(axis=1))
        assert slowly > 5 * effect.error, "nothing to compare"
        assert effect.worth == pytest.approx(slowly, rel=0.03, abs=2 * effect.error), (effect.driver.id, effect.worth, slowly, effect.error)
