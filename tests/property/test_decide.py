"""What must hold of every decision: sums, sameness, independence and monotone sense."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import random
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from buildbuy.catalog import load as catalog_files
from buildbuy.catalog.load import Catalog, load
from buildbuy.catalog.schema import Limit
from buildbuy.decide import valuation
from buildbuy.decide.candidates import candidates
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import ActionResult, Outcome
from buildbuy.decide.run import run
from buildbuy.decide.switching import Running, static_total
from buildbuy.domain.problem import Option, Problem, Requirement, Settings
from buildbuy.domain.profile import Profile
from buildbuy.quantities.comparison import Comparison
from buildbuy.quantities.estimate import exact
from buildbuy.questions.fit import judge
from buildbuy.questions.ownership import ledger as lg
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

COMPONENTS = tuple(load().components)
TODAY = ("nothing", "home-grown", "system")


@cache
def real(name: str, today: str = "nothing", requirement: str = "") -> Problem:
    """A Series-A team's decision over the catalog as it is."""
    catalog = load()
    needs: dict[str, Any] = {}
    if today == "home-grown":
        needs["current"] = {"home-grown": "since 2024-01"}
    if today == "system":
        needs["current"] = {"system": incumbents(catalog, name)[0], "contract_end": "2027-06"}
    profile = Profile.model_validate({"organisation": {"stage": "series-a", "ml_people": "5 to 12"}, "components": {name: needs}})
    return resolve(profile, name, catalog)


def incumbents(catalog: Catalog, name: str) -> list[str]:
    """Systems that can run today: offered, and covering something."""
    return sorted(
        x for x, s in catalog.systems.items() if name in s.components and s.parts.get(name) and "self-host" in s.offers
    )


def toys(hazard: float = 1e-9, **more: Any) -> list[Problem]:
    """Small problems: greenfield, an own build running, a self-hosted system running."""
    options = [
        synthetic.managed("alpha"), synthetic.managed("alpha-too", owner="maker-of-alpha"),
        synthetic.self_hosted("beta"), synthetic.own_build(),
        synthetic.self_hosted("gamma", covered=("core",), lived_without=("search", "sharing")),
    ]  # fmt: skip
    running = [None, synthetic.staying(synthetic.own_build()), synthetic.staying(synthetic.managed("beta", commitment_months=9))]
    return [synthetic.problem(options, incumbent=today, hazard=hazard, **more) for today in running]


def names_of(outcome: Outcome) -> set[str]:
    return set(outcome.actions)


def sum_to_the_cent(result: ActionResult) -> None:
    assert sum(line.mean for line in result.ledger) == pytest.approx(result.cost.mean, abs=0.005)


# -- sums ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hazard", [1e-9, 0.4])
def test_a_total_is_the_sum_of_its_lines(hazard: float) -> None:
    for problem in toys(hazard):
        outcome = decide(problem, draws=500, seed=4)
        assert len(outcome.actions) >= 4
        for result in outcome.actions.values():
            sum_to_the_cent(result)


@pytest.mark.parametrize("name", COMPONENTS)
@pytest.mark.parametrize("today", TODAY)
def test_a_total_over_the_catalog_is_the_sum_of_its_lines(name: str, today: str) -> None:
    for result in decide(real(name, today), draws=300, seed=2).actions.values():
        sum_to_the_cent(result)


def test_shares_of_worlds_sum_to_one() -> None:
    for problem in toys(0.1):
        outcome = decide(problem, draws=500, seed=4)
        assert sum(r.p_best or 0.0 for r in outcome.actions.values()) == pytest.approx(1.0)
        assert sum(outcome.p_best_by_sourcing.values()) == pytest.approx(1.0)


# -- sameness --------------------------------------------------------------------------------------


def test_one_seed_gives_one_result() -> None:
    for problem in toys(0.1):
        one, two, other = (synthetic.plain(decide(problem, draws=400, seed=s)) for s in (7, 7, 8))
        assert one == two
        assert one != other


_DIGEST = """
import sys, hashlib
sys.path.insert(0, {support!r})
import synthetic
from buildbuy.decide.component import decide
options = [synthetic.managed("alpha"), synthetic.self_hosted("beta"), synthetic.own_build()]
outcome = decide(synthetic.problem(options, hazard=0.1), draws=400, seed=7)
print(hashlib.sha256(repr(synthetic.plain(outcome)).encode()).hexdigest())
"""


def test_another_process_gives_the_same_result() -> None:
    support = str(Path(synthetic.__file__).parent)
    digests = set()
    for hash_seed in ("1", "2"):
        env = os.environ | {"PYTHONHASHSEED": hash_seed}
        done = subprocess.run([sys.executable, "-c", _DIGEST.format(support=support)], env=env, capture_output=True, text=True, check=True)
        digests.add(done.stdout)
    options = [synthetic.managed("alpha"), synthetic.self_hosted("beta"), synthetic.own_build()]
    here = decide(synthetic.problem(options, hazard=0.1), draws=400, seed=7)
    digests.add(hashlib.sha256(repr(synthetic.plain(here)).encode()).hexdigest() + "\n")
    assert len(digests) == 1


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = toys(0.1)[1]
    whole = decide(problem, draws=900, seed=7)
    monkeypatch.setattr(valuation, "CHUNK", 256)
    cut = decide(problem, draws=900, seed=7)
    for name, result in whole.actions.items():
        other = cut.actions[name]
        assert other.cost.mean == pytest.approx(result.cost.mean, rel=1e-12)
        assert other.p_best == result.p_best
        for a, b in zip(result.ledger, other.ledger, strict=True):
            assert (a.line, a.mean, a.p5, a.p95) == (b.line, *(pytest.approx(x, rel=1e-9, abs=1e-9) for x in (b.mean, b.p5, b.p95)))
    assert cut.chosen == whole.chosen


def without_problem(outcome: Outcome) -> Any:
    return synthetic.plain(dataclasses.replace(outcome, problem=None))  # type: ignore[arg-type]


@given(st.randoms(use_true_random=False), st.integers(0, 2))
@settings(max_examples=6, deadline=None)
def test_the_order_of_options_changes_nothing(rng: random.Random, which: int) -> None:
    problem = toys(0.1)[which]
    options, table = list(problem.options), list(problem.drivers.items())
    rng.shuffle(options)
    rng.shuffle(table)
    shuffled = dataclasses.replace(problem, options=tuple(options), drivers=dict(table))
    one, other = decide(problem, draws=300, seed=3), decide(shuffled, draws=300, seed=3)
    assert without_problem(other) == without_problem(one)


def test_the_order_of_components_changes_nothing() -> None:
    problems = {name: real(name) for name in COMPONENTS[:2]}
    backwards = dict(reversed(problems.items()))
    one, other = (run(p, draws=300, seed=3, catalog_version="x", as_of="2026-11") for p in (problems, backwards))
    for name in problems:
        assert without_problem(one.outcomes[name]) == without_problem(other.outcomes[name])
    assert one.stack == other.stack
    alone = decide(problems[COMPONENTS[0]], draws=300, seed=3)
    assert without_problem(alone) == without_problem(one.outcomes[COMPONENTS[0]])


def loaded(folder: Path) -> Catalog:
    """The catalog of one folder and nothing else."""
    loader = catalog_files._Loader()
    loader.folder(folder)
    return loader.catalog()


def test_the_names_and_order_of_catalog_files_change_nothing(tmp_path: Path) -> None:
    for folder in sorted(p for p in catalog_files.DATA.iterdir() if p.is_dir()):
        (tmp_path / folder.name).mkdir()
        for i, path in enumerate(sorted(folder.glob("*.yaml"))):
            shutil.copy(path, tmp_path / folder.name / f"{999 - i}-{path.name}")
    shutil.copy(catalog_files.DATA / "catalog.yaml", tmp_path)
    here, there = loaded(catalog_files.DATA), loaded(tmp_path)
    profile = Profile.model_validate({"organisation": {"stage": "series-a"}, "components": {}})
    for name in COMPONENTS:
        one, other = resolve(profile, name, here), resolve(profile, name, there)
        assert synthetic.plain(other) == synthetic.plain(one)
        assert list(other.drivers) == list(one.drivers)
        assert without_problem(decide(other, draws=300, seed=3)) == without_problem(decide(one, draws=300, seed=3))


# -- independence ----------------------------------------------------------------------------------


def made_up_system(component_id: str, parts: list[str], price: float, owner: str) -> dict[str, Any]:
    since = {"since": "2020-01", "source": "page"}
    return {
        "id": "zz-new-thing", "name": "New Thing", "summary": "A made-up service.", "homepage": "https://example.com",
        "components": [component_id], "sources": {"page": {"url": "https://example.com/pricing", "as_of": "2026-09"}},
        "owners": [{"id": owner, "kind": "startup", "source": "page"}],
        "license": {"value": "proprietary", "source": "page"},
        "parts": {component_id: {part: {"source": "page"} for part in parts}},
        "offers": {
            "managed": {
                "available": since, "deployment": [{"value": "saas", "source": "page"}],
                "plans": [{
                    "id": "flat", "name": "Flat", "source": "page",
                    "charges": [{"name": "fee", "rate": {"value": price, "unit": "USD/month", "source": "page"}}],
                }],
            }
        },
    }  # fmt: skip


@pytest.mark.parametrize("name", COMPONENTS)
@pytest.mark.parametrize(("price", "owner"), [(1.0, "newcomer"), (90_000.0, "newcomer"), (500.0, "existing")])
def test_a_new_system_changes_no_draws_and_no_other_ledger(name: str, price: float, owner: str, tmp_path: Path) -> None:
    base = load()
    if owner == "existing":
        owner = next(s.owners[-1].id for s in base.systems.values() if name in s.components)
    parts = [p for p, part in base.components[name].parts.items() if not part.yours]
    (tmp_path / "systems").mkdir()
    text = yaml.safe_dump(made_up_system(name, parts, price, owner))
    (tmp_path / "systems" / "new.yaml").write_text(text, encoding="utf-8")
    profile = Profile.model_validate({"organisation": {"stage": "series-a", "ml_people": 8}, "components": {name: {}}})
    before, after = (resolve(profile, name, c) for c in (base, load(tmp_path)))
    assert set(after.drivers) > set(before.drivers)
    new = {o.action for o in after.options} - {o.action for o in before.options}
    assert any(a.startswith("zz-new-thing/") for a in new)
    one, other = Draws(before.drivers, 6, "value", 64), Draws(after.drivers, 6, "value", 64)
    for driver in before.drivers:
        assert np.array_equal(one.value(driver), other.value(driver)), driver
    was, now = decide(before, draws=300, seed=6), decide(after, draws=300, seed=6)
    assert names_of(now) == names_of(was) | {a for a in names_of(now) if a.startswith("zz-new-thing/")}
    assert names_of(now) > names_of(was)
    for action, result in was.actions.items():
        kept = [line for line in result.ledger if line.line != lg.ENDING]
        assert [line for line in now.actions[action].ledger if line.line != lg.ENDING] == kept
        assert now.actions[action].cost_at_medians == result.cost_at_medians


# -- monotone sense --------------------------------------------------------------------------------


def static_cost(problem: Problem, option: Option, **fixed: Any) -> np.ndarray:
    """Static cost (n,) without endings."""
    world = World(problem, Draws(problem.drivers, 9, "value", 120, **fixed))
    return static_total(world, Running(world, problem.incumbent), Running(world, option))[0]


def prices_of(option: Option) -> set[str]:
    bills = [b for step in option.plan for b in step.bills] + [b for need in option.needs for b in need.bills]
    return {b.rate for b in bills} | ({option.bill_given} - {None})


@pytest.mark.parametrize("name", COMPONENTS)
@pytest.mark.parametrize("today", TODAY[:2])
@given(st.floats(1.0, 20.0), st.data())
@settings(max_examples=15, deadline=None)
def test_a_higher_price_never_makes_its_option_cheaper(name: str, today: str, times: float, data: st.DataObject) -> None:
    problem = real(name, today)
    option = data.draw(st.sampled_from([o for o in problem.options if prices_of(o)]))
    price = data.draw(st.sampled_from(sorted(prices_of(option))))
    before = static_cost(problem, option)
    now = Draws(problem.drivers, 9, "value", 120).value(price)
    after = static_cost(problem, option, fixed={price: now * times})
    assert (after >= before * (1 - 1e-12)).all()


@pytest.mark.parametrize("credits", [0.0, 2_000.0])
@given(st.floats(1.0, 20.0), st.integers(0, 2), st.sampled_from(["fixed", "rate"]))
@settings(max_examples=15, deadline=None)
def test_a_higher_price_costs_more_with_and_without_credits(credits: float, times: float, which: int, price: str) -> None:
    problem = dataclasses.replace(toys()[which], credits={"aws": credits} if credits else {})
    option = dataclasses.replace(next(o for o in problem.options if o.id == "alpha"), cloud="aws")
    name = f"{price}.alpha"
    assert name in prices_of(option)
    now = Draws(problem.drivers, 9, "value", 120).value(name)
    before, after = (static_cost(problem, option, fixed={name: now * k}) for k in (1.0, times))
    assert (after >= before * (1 - 1e-12)).all()
    if times > 1.1:
        assert after.mean() > before.mean()


def requirement(op: str, value: float, kind: str = "performance", metric: str = "latency_p99_ms") -> Requirement:
    rule = Comparison(op, value, "ms")  # type: ignore[arg-type]
    return Requirement("r", kind, metric, f"{metric} {rule}", comparison=rule)


@given(
    st.sampled_from(["<=", "<", ">=", ">"]), st.floats(0.1, 1e4), st.floats(1, 100),
    st.sampled_from(["<=", ">="]), st.floats(0.1, 1e4), st.sampled_from(["quota", "soft-quota", "vendor-claim", "benchmark"]),
    st.sampled_from(["performance", "availability", "cost"]),
)  # fmt: skip
@settings(deadline=None)
def test_a_looser_requirement_never_bars_an_offer(op: str, value: float, times: float, said_op: str, said: float, kind: str, of: str) -> None:
    system = next(s for s in load().systems.values() if s.offers)
    sourcing, offer = next(iter(system.offers.items()))
    source = next(iter(system.sources))
    limit = Limit(metric="latency_p99_ms", op=said_op, value=said, unit="ms", kind=kind, source=source)  # type: ignore[arg-type]
    offer = offer.model_copy(update={"limits": (limit,)})
    looser = value * times if op.startswith("<") else value / times
    option = synthetic.managed("x")
    tight, loose = (
        option.with_reasons((judge(requirement(op, v, of), system, offer, sourcing, frozenset()),)) for v in (value, looser)
    )
    assert loose.barred <= tight.barred


@pytest.mark.parametrize("name", COMPONENTS)
def test_looser_requirements_keep_every_option_of_the_catalog(name: str) -> None:
    """Every metric the component knows, from very strict to very loose, and as a mere wish."""
    catalog = load()
    for metric, spec in catalog.components[name].metrics.items():
        ladder = [0.01, 1.0, 50.0, 99.9, 1e4, 1e8]
        levels = ladder if spec.op == "<=" else ladder[::-1]
        previous: set[str] = set()
        for value, level in [*((v, "must") for v in levels), (levels[-1], "should")]:
            needs = {"requirements": [{metric: f"{value} {spec.unit}", "level": level}]}
            profile = Profile.model_validate({"organisation": {"stage": "series-a", "ml_people": 8}, "components": {name: needs}})
            problem = resolve(profile, name, catalog)
            world = World(problem, Draws(problem.drivers, 0, "search", 200))
            found = candidates(world, problem)
            feasible = {a for a, c in found.items() if c.feasible}
            assert feasible >= previous, (metric, value)
            previous = feasible
        assert previous


def labour_problem(which: int, multiplier: float, hour: float) -> Problem:
    fixed = {"labour": synthetic.driver("labour", exact(hour, "USD/person_hour"))}
    return toys(changes=fixed, settings=Settings(opportunity_multiplier=multiplier))[which]


@pytest.mark.parametrize("multiplier", [1.0, 2.5])
@pytest.mark.parametrize("which", [0, 1, 2], ids=TODAY)
def test_cost_rises_with_the_price_of_an_hour_by_the_discounted_hours(which: int, multiplier: float) -> None:
    low, high = (decide(labour_problem(which, multiplier, hour), draws=300, seed=5) for hour in (100.0, 101.0))
    assert len(low.actions) >= 4
    for name, result in low.actions.items():
        slope = high.actions[name].cost.mean - result.cost.mean
        assert slope == pytest.approx(result.labour_hours * multiplier, rel=1e-6), name
        assert result.labour_hours > 0


@pytest.mark.parametrize("which", [0, 1, 2], ids=TODAY)
def test_labour_lines_are_the_hours_times_their_price(which: int) -> None:
    outcome = decide(labour_problem(which, 2.0, 100.0), draws=300, seed=5)
    for result in outcome.actions.values():
        lines = sum(line.mean for line in result.ledger if line.labour)
        if which == 0:
            assert lines == pytest.approx(result.labour_hours * 200.0, rel=1e-9)


def with_exit(problem: Problem, times: float) -> Problem:
    table = dict(problem.drivers)
    for name in ("migrate.fixed", "migrate.learning", "migrate.site", "migrate.dual_running"):
        old = table[name]
        assert old.curve is not None
        shift = tuple(mu + np.log(times) for mu in old.curve.mu)
        table[name] = dataclasses.replace(old, curve=dataclasses.replace(old.curve, mu=shift))
    return dataclasses.replace(problem, drivers=table)


@pytest.mark.parametrize("which", [1, 2], ids=TODAY[1:])
@given(st.floats(1.0, 8.0), st.floats(1.0, 8.0))
@settings(max_examples=12, deadline=None)
def test_a_longer_exit_never_makes_leaving_likelier(which: int, first: float, second: float) -> None:
    problem = toys()[which]
    leaving = []
    for times in (first, first * second):
        longer = with_exit(problem, times)
        costs = {o.id: static_cost(longer, o) for o in longer.options}
        stay = costs.pop("stay")
        leaving.append(np.min(list(costs.values()), axis=0) < stay - 1e-9)
    assert not (leaving[1] & ~leaving[0]).any()


@pytest.mark.parametrize("which", [1, 2], ids=TODAY[1:])
def test_staying_is_likelier_the_longer_the_exit(which: int) -> None:
    """Through the whole decision; rules are kept out by what counts as a difference."""
    problem = dataclasses.replace(toys()[which], settings=Settings(materiality_weeks=50.0))
    shares = []
    for times in (0.01, 1.0, 4.0, 16.0):
        outcome = decide(with_exit(problem, times), draws=400, seed=2)
        assert all(r.rule is None for r in outcome.actions.values())
        shares.append(outcome.actions["stay"].p_best)
    assert shares == sorted(shares)
    assert shares[-1] > shares[0]


def own_effort(problem: Problem, option: Option) -> list[np.ndarray]:
    """Hours (n,) to set own parts up, to finish them, to care for them a month, and the lead."""
    world = World(problem, Draws(problem.drivers, 9, "value", 200))
    flows = lg.flows(world, option)
    zero = np.zeros(world.n)
    start = sum((a(world, 0) for a in flows.start.values()), start=zero) / world.hour
    finish = sum((a(world, 0) for a in flows.finish.values()), start=zero) / world.hour
    care = zero if flows.upkeep is None else flows.upkeep.path.sum(axis=0) / world.hour
    return [start, finish, start + finish, care, flows.lead(world, 0).astype(float)]


def assert_less_own_effort(problem: Problem, option: Option, part: str) -> None:
    left = tuple(p for p in option.own_parts if p != part)
    covered = dataclasses.replace(option, own_parts=left, covered=(*option.covered, part))
    more, less = own_effort(problem, option), own_effort(problem, covered)
    for a, b in zip(more, less, strict=True):
        assert (b <= a * (1 + 1e-12)).all()
    assert less[2].mean() < more[2].mean()


@pytest.mark.parametrize("part", synthetic.PARTS)
@pytest.mark.parametrize("engine", [synthetic.own_build, lambda **k: synthetic.self_hosted("beta", **k)])
def test_an_added_covered_part_never_raises_own_effort(part: str, engine: Any) -> None:
    problem = toys()[0]
    assert_less_own_effort(problem, engine(own_parts=synthetic.PARTS, covered=()), part)
    assert_less_own_effort(problem, engine(own_parts=tuple({"core", part}), covered=()), part)


@pytest.mark.parametrize("name", COMPONENTS)
def test_an_added_covered_part_never_raises_own_effort_over_the_catalog(name: str) -> None:
    problem = real(name)
    required = tuple(p for p, part in problem.parts.items() if part.required)
    for option in problem.options[:4]:
        whole = dataclasses.replace(option, own_parts=required, covered=(), lived_without=())
        for part in required:
            assert_less_own_effort(problem, whole, part)


def test_an_own_part_costs_the_same_on_every_engine() -> None:
    problem = toys()[0]
    world = World(problem, Draws(problem.drivers, 9, "value", 50))
    hours = []
    for engine in (synthetic.self_hosted("beta"), synthetic.managed("alpha"), synthetic.own_build()):
        flows = lg.flows(world, dataclasses.replace(engine, own_parts=("search",)))
        hours.append(sum(a(world, 0) for k, a in {**flows.start}.items() if k.startswith("own parts")))
        hours.append(flows.upkeep.path)
    for one, other in zip(hours[2:], hours, strict=False):
        assert np.array_equal(one, other)
