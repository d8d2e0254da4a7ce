"""Every line of every ledger against benchmarks/reference.py, a second writing of the same rules."""

from __future__ import annotations

import dataclasses
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import synthetic

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from reference import Reference

from buildbuy.catalog.load import load
from buildbuy.decide.candidates import candidates
from buildbuy.decide.switching import Running, static_lines
from buildbuy.domain.problem import Option, Problem
from buildbuy.domain.profile import Profile
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

COMPONENTS = tuple(load().components)


def compare(problem: Problem, options: list[Option], n: int = 200) -> None:
    draws = Draws(problem.drivers, 8, "value", n)
    world = World(problem, draws)
    incumbent = Running(world, problem.incumbent)
    theirs = Reference(problem, draws.value, draws.score, n, draws.again).ledgers(options)
    assert len(theirs) == len(options)
    for option in options:
        ours, _ = static_lines(world, incumbent, Running(world, option))
        other = theirs[option.action]
        for line in {*ours, *other}:
            a, b = (np.broadcast_to(x.get(line, 0.0), n) for x in (ours, other))
            assert a == pytest.approx(b, rel=1e-9, abs=1e-6), (option.action, line)


@cache
def real(name: str, today: str) -> Problem:
    catalog = load()
    needs: dict[str, Any] = {
        "nothing": {},
        "home-grown": {"current": {"home-grown": "since 2024-01"}},
        "counted": {"current": {"home-grown": "since 2024-01", "upkeep": "20 to 60"}, "estimates": {"build": "4 to 9"}},
    }[today]
    profile = {
        "organisation": {"stage": "series-a", "ml_people": "5 to 12", "region": "eu"},
        "have": ["kubernetes"],
        "credits": {"aws": 5000},
        "components": {name: needs},
    }
    return resolve(Profile.model_validate(profile), name, catalog)


@pytest.mark.parametrize("name", COMPONENTS)
@pytest.mark.parametrize("today", ["nothing", "home-grown", "counted"])
def test_the_candidates_of_the_catalog(name: str, today: str) -> None:
    problem = real(name, today)
    search = World(problem, Draws(problem.drivers, 8, "search", 200))
    compare(problem, [c.option for c in candidates(search, problem).values()])


@pytest.mark.parametrize("commitment", [0, 20])
def test_leaving_a_service_with_a_contract(commitment: int) -> None:
    today = synthetic.staying(synthetic.managed("beta", commitment_months=commitment, api="same"))
    options = [synthetic.managed("alpha"), synthetic.own_build(), synthetic.self_hosted("gamma", api="same")]
    compare(synthetic.problem(options, incumbent=today), [today, *options])


@pytest.mark.parametrize("cheaper", [True, False])
def test_another_plan_of_the_product_under_contract(cheaper: bool) -> None:
    """What was signed for stays owed on another plan of the same product, whose bill counts against it."""
    today = synthetic.staying(synthetic.managed("beta", commitment_months=20))
    (signed,) = today.plan
    other = dataclasses.replace(signed, id="monthly", bills=signed.bills[:1] if cheaper else (*signed.bills, *signed.bills))
    moved, same = synthetic.managed("beta", plan=(other,)), synthetic.managed("beta", own_parts=("sharing",), covered=("core", "search"))
    problem = synthetic.problem([moved, synthetic.managed("alpha")], incumbent=today)
    compare(problem, [today, moved, synthetic.managed("alpha")])
    world = World(problem, Draws(problem.drivers, 8, "value", 50))
    stay = Running(world, today)
    owed = static_lines(world, stay, Running(world, moved))[0]["remaining contract"]
    lead = Running(world, moved).lead(0)
    bill = stay.calendar("bill")
    assert bill is not None
    saved = bill.at(0) * (world.discounted[20] - world.discounted[np.minimum(lead, 20)]) - Running(world, moved).flows.calendar["bill"].paid(np.minimum(lead, 20), 20)
    assert (owed >= saved - 1e-6).all() and (owed > 0).any() == cheaper
    assert "remaining contract" not in static_lines(world, stay, Running(world, same))[0]


def test_tiers_caps_minimums_and_known_bills() -> None:
    small = synthetic.plan("alpha", included=5.0, tiers=((20.0, 0.5), (40.0, 0.1)))[0]
    large = dataclasses.replace(small, id="large", minimum="fixed.beta", bills=small.bills[:1])
    ladder = (dataclasses.replace(small, admits={"users": 30.0}), large)
    alpha = synthetic.managed("alpha", plan=ladder)
    today = synthetic.staying(synthetic.managed("beta"), bill_given="fixed.alpha", upkeep_given="gap.alpha")
    compare(synthetic.problem([alpha, synthetic.own_build()], incumbent=today), [today, alpha, synthetic.own_build()])
