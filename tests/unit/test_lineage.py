"""A registry taken on where nothing ran fills with lineage as it is used; leaving it early moves less."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.switching import moving_lines, running
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.questions import migration
from buildbuy.questions.ownership import ledger as lg
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World


def registry(**needs: Any) -> tuple[World, Problem]:
    profile = Profile.model_validate({"components": {"model-registry": {"workload": {"lineage_years": "3 years", "models": "30 to 60"}, **needs}}})
    problem = resolve(profile, "model-registry", load())
    return World(problem, Draws(problem.drivers, 1, "value", 100)), problem


def hours(world: World, problem: Problem, used: int | None) -> np.ndarray:
    one, other = (next(o for o in problem.options if o.system == name and not o.own_parts) for name in ("comet", "weights-and-biases"))
    return migration.exit_hours(world, one, other, 24, used)


def test_lineage_fills_with_use() -> None:
    world, problem = registry()
    young, older, full = (hours(world, problem, used) for used in (0, 12, 36))
    assert (young < older).all() and (older < full).all()
    assert hours(world, problem, 60) == pytest.approx(full)  # no more is kept than is kept
    assert hours(world, problem, None) == pytest.approx(full)
    assert older - young == pytest.approx((full - young) / 3)


def test_what_ran_before_has_its_lineage() -> None:
    world, problem = registry(current={"home-grown": "since 2022-01"})
    assert hours(world, problem, 0) == pytest.approx(hours(world, problem, 36))


def test_a_move_counts_the_months_in_use() -> None:
    world, problem = registry()
    one, other = (running(world, next(o for o in problem.options if o.system == name and not o.own_parts)) for name in ("comet", "weights-and-biases"))
    s = np.full(world.n, 24)
    early, late = (moving_lines(world, one, other, s, start)[lg.EXIT] for start in (0, 20))
    assert (late < early).all()
