"""What was counted in the code is priced by its kind; what was not keeps its prior."""

from __future__ import annotations

import dataclasses
from math import sqrt
from typing import Any

import pytest

from buildbuy import library
from buildbuy.domain.evidence import Evidence
from buildbuy.questions.migration import exit_hours
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World

MINUTES = {"logging_call": (0.5, 10), "read_path": (3, 60), "pipeline_definition": (5, 120), "other_call": (2, 45), "deployment_file": (10, 180), "api_name": (3, 40), "dependant": (1, 20)}


def _world(catalog: Any, counts: dict[str, int]) -> World:
    records = {f"experiment-tracking.{k}": Evidence(what=f"experiment-tracking.{k}", value=n, unit="call_site", method="counted", when="2026-11", where="a.py:1") for k, n in counts.items()}
    given = library.profile_from({"components": {"experiment-tracking": {"current": {"system": "mlflow"}}}})
    [problem] = library.problems(given, ("experiment-tracking",), catalog=catalog, evidence=records, as_of=None, months=36).values()
    return World(problem, Medians(problem.drivers))


def _hours(world: World, *, of_today: bool = True) -> float:
    there = next(o for o in world.problem.options if o.system == "weights-and-biases")
    leaving = world.problem.incumbent if of_today else dataclasses.replace(world.problem.incumbent, incumbent=False)
    return float(exit_hours(world, leaving, there, 0)[0])


@pytest.mark.parametrize("kind", MINUTES)
def test_each_kind_has_minutes_of_its_own(catalog: Any, kind: str) -> None:
    base = {"call_sites": 100, "leave.api_name": 7, "leave.other_call": 3}
    low, high = MINUTES[kind]
    more = _hours(_world(catalog, base | {f"leave.{kind}": base.get(f"leave.{kind}", 0) + 60}))
    assert more - _hours(_world(catalog, base)) == pytest.approx(sqrt(low * high), rel=1e-6)  # 60 places: their median minutes, in hours


def test_counts_take_the_place_of_the_prior_for_what_runs_today_alone(catalog: Any) -> None:
    world = _world(catalog, {"call_sites": 100, "leave.api_name": 1, "leave.logging_call": 100})
    kept = float(world.effort_at("migrate.learning", 0)[0]) + 100 * float(world.effort_at("migrate.minutes_per_call_site", 0)[0])
    counted = (sqrt(3 * 40) + 100 * sqrt(0.5 * 10)) / 60
    assert _hours(world, of_today=False) - _hours(world) == pytest.approx(kept - counted, rel=1e-6)


def test_without_counts_nothing_of_it_is_there(catalog: Any) -> None:
    world = _world(catalog, {})
    assert world.problem.counted == ()
    assert not [d for d in world.problem.drivers if d.startswith("leave.")]
