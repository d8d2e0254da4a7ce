"""Flows (amounts times shared paths) against plain arrays of the same numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import synthetic
from hypothesis import given, settings
from hypothesis import strategies as st

from buildbuy.catalog.load import load
from buildbuy.decide import run
from buildbuy.decide.component import decide
from buildbuy.decide.switching import Running, forced_exit, running, static_lines, switch, total
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.quantities.expression import parse
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws, Repeated
from buildbuy.worlds.flow import Flow
from buildbuy.worlds.world import World

LEAVES = ("growing", "faster", "rate", "3.5")


def real(component: str, **needs: Any) -> Problem:
    profile = Profile.model_validate({"organisation": {"stage": "series-a", "ml_people": "5 to 12"}, "components": {component: needs}})
    return resolve(profile, component, load())


def bent(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda x: f"({x[0]} {x[1]} {x[2]})"),
        st.tuples(inner, st.sampled_from(("rate", "2", "growing"))).map(lambda x: f"{x[0]} / {x[1]}"),
        st.tuples(st.sampled_from(("max", "min")), inner, inner).map(lambda x: f"{x[0]}({x[1]}, {x[2]})"),
        inner.map(lambda x: f"(-ceil({x}))"),
    )


@given(st.recursive(st.sampled_from(LEAVES), bent, max_leaves=6), st.lists(st.integers(0, 40), min_size=7, max_size=7))
@settings(deadline=None)
def test_a_formula_of_flows_is_the_formula_of_their_values(text: str, months: list[int]) -> None:
    world = World(real("experiment-tracking"), Draws(real("experiment-tracking").drivers, 1, "value", 7))
    made = {"growing": world.growth("people") * 4.0, "faster": world.drift("drift_saas"), "rate": world.value("labour")}
    plain = {k: v.path if isinstance(v, Flow) else v for k, v in made.items()}
    wanted = np.broadcast_to(parse(text).value(plain), (world.months, world.n))
    known: dict[Any, Any] = {}
    for found in (parse(text).value(made), parse(text).value_once(made, {k: k for k in made}, known)):
        flow = world.flow(found)
        np.testing.assert_allclose(flow.path, wanted, rtol=1e-9, atol=1e-6)
        when = np.minimum(np.asarray(months), world.months)
        later = np.minimum(when + 5, world.months)
        inside = (np.arange(world.months)[:, None] >= when) & (np.arange(world.months)[:, None] < later)
        np.testing.assert_allclose(flow.paid(when, later), (wanted * world.discount[:, None] * inside).sum(axis=0), rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(flow.at(when), wanted[np.minimum(when, world.months - 1), np.arange(world.n)], rtol=1e-9, atol=1e-6)
        some = world.some(np.array([1, 4, 5]))
        np.testing.assert_allclose(flow.on(some).paid(when[some.which], later[some.which]), flow.paid(when, later)[some.which], rtol=1e-9, atol=1e-6)
        near = world.until(12)
        np.testing.assert_allclose(flow.on(near).paid(0, 99), (wanted * world.discount[:, None])[:12].sum(axis=0), rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("component", ["model-serving", "monitoring"])
def test_a_nearer_horizon_costs_what_a_world_of_that_length_costs(component: str) -> None:
    far = real(component)
    far = replace(far, settings=replace(far.settings, months=60))
    near = replace(far, settings=replace(far.settings, months=12))
    world, short = (World(p, Draws(far.drivers, 4, "value", 60)) for p in (far, near))
    part = world.until(12)
    for option in far.options[:6]:
        costs = []
        for w, home in ((part, world), (short, short)):
            one, today, other = (Running(home, o).on(w) for o in (option, far.incumbent, far.options[-1]))
            lines, s = static_lines(w, today, one)
            costs.append(total(lines, w) + forced_exit(one, s, other).cost)
        np.testing.assert_allclose(costs[0], costs[1], rtol=1e-9)


def test_twice_the_price_of_an_hour_adds_the_part_of_a_change_that_is_hours() -> None:
    options = [synthetic.managed("alpha"), synthetic.own_build(), synthetic.self_hosted("beta")]
    made = synthetic.problem(options, hazard=0.5)
    dearer = replace(made, settings=replace(made.settings, opportunity_multiplier=2.0))
    zero, later = np.zeros(80, dtype=np.int64), np.arange(80) % 40
    for one in options:
        for other in options:
            changes = []
            for problem in (made, dearer):
                world = World(problem, Draws(problem.drivers, 2, "value", 80))
                used, to = running(world, one), running(world, other)
                changes.append((switch(used, zero, to, later), forced_exit(used, zero, to)))
            for once, twice in zip(*changes, strict=True):
                np.testing.assert_allclose(twice.cost - once.cost, once.cost - once.fixed, rtol=1e-9, atol=1e-6)
                np.testing.assert_allclose(twice.fixed, once.fixed, rtol=1e-9, atol=1e-6)


def test_side_by_side_is_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = {name: real(name) for name in ("experiment-tracking", "feature-store", "monitoring")}
    monkeypatch.setattr(run, "WORTH_A_PROCESS", 0)
    monkeypatch.setattr(run, "processors", lambda: 2)
    heard: list[str] = []
    found = run.decide_all(problems, draws=200, seed=5, progress=heard.append)
    assert heard == sorted(problems, key=lambda name: (-len(problems[name].options), name))
    assert list(found) == sorted(problems)
    for name, problem in problems.items():
        alone = decide(problem, draws=200, seed=5)
        assert synthetic.plain(replace(found[name], problem=None)) == synthetic.plain(replace(alone, problem=None))  # type: ignore[arg-type]
        assert found[name].problem is problem


def test_a_pinned_level_moves_what_is_given_per_unit_of_it_and_in_its_own_block_only() -> None:
    made = real("data-pipeline")
    per = next(v for v in made.variables.values() if v.per == "pipelines")
    base = Draws(made.drivers, 1, "break-even", 5)
    grid = np.array([2.0, 8.0])
    world = World(made, Repeated(base, [*({made.variables["pipelines"].level: x} for x in grid), {per.level: 7.0}]))
    usual = World(made, base)
    pipelines, units = world.start("pipelines").reshape(3, 5), world.start(per.name).reshape(3, 5)
    assert (pipelines[:2] == grid[:, None]).all() and (pipelines[2] == usual.start("pipelines")).all()
    assert units[:2] == pytest.approx(base.value(per.level) * grid[:, None])
    assert (units[2] == 7.0).all()
