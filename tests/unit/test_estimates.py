"""The outside view that learns: the update by hand, files that are read, and what `decide` makes of it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import driver, own_build, problem

from buildbuy.evidence.estimates import Normal, read, update
from buildbuy.quantities.estimate import parse
from buildbuy.questions.ownership.ledger import overrun
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

PRIOR = Normal(0.11, 0.132)
RATIOS = st.lists(st.floats(-2, 2), min_size=1, max_size=40)


def test_the_update_by_hand() -> None:
    """Six pairs with a mean of 0.40: precisions 1/0.132² = 57.392 and 6/0.326² = 56.456, so the mean is
    (57.392 x 0.11 + 56.456 x 0.40) / 113.848 = 0.25381 and the sd 1/sqrt(113.848) = 0.093721.
    """
    found = update([0.1, 0.7, 0.4, 0.4, 0.3, 0.5], PRIOR, 0.326)
    assert found.posterior.mean == pytest.approx(0.25381, abs=2e-5)
    assert found.posterior.sd == pytest.approx(0.093721, abs=1e-6)
    assert found.weight == pytest.approx(0.4959, abs=1e-4)  # about six pairs weigh as much as the prior
    assert found.sd == pytest.approx(0.2, abs=1e-9)
    assert not found.wide


def test_a_spread_of_tasks_is_called_out() -> None:
    assert update([-1.5, 1.2, 0.9, -1.1, 1.6, -0.2], PRIOR, 0.326).wide


@given(RATIOS, RATIOS)
def test_pairs_may_come_at_once_or_one_batch_after_the_other(one: list[float], other: list[float]) -> None:
    at_once = update(one + other, PRIOR, 0.326).posterior
    after = update(other, update(one, PRIOR, 0.326).posterior, 0.326).posterior
    assert after.mean == pytest.approx(at_once.mean, abs=1e-9)
    assert after.sd == pytest.approx(at_once.sd, rel=1e-9)


@given(RATIOS)
def test_the_posterior_lies_between_prior_and_data_and_is_narrower(ratios: list[float]) -> None:
    found = update(ratios, PRIOR, 0.326)
    low, high = sorted((PRIOR.mean, found.mean))
    assert low - 1e-12 <= found.posterior.mean <= high + 1e-12
    assert found.posterior.sd < PRIOR.sd


def test_the_organisation_is_drawn_once_a_world_and_each_project_anew() -> None:
    effects = [driver("outside_view_organisation", parse({"mean": 0.11, "sd": 0.132}, "dimensionless")), driver("outside_view_project", parse({"mean": 0, "sd": 0.326}, "dimensionless"))]
    made = problem([own_build()], changes={d.id: d for d in effects})
    world = World(made, Draws(made.drivers, 3, "value", 40_000))
    one, other = np.log(overrun(world, "build")), np.log(overrun(world, "adopt"))
    habit = world.value("outside_view_organisation")
    assert np.corrcoef(one - habit, other - habit)[0, 1] == pytest.approx(0, abs=0.02)
    assert np.corrcoef(one, other)[0, 1] == pytest.approx(0.132**2 / (0.132**2 + 0.326**2), abs=0.02)
    sure = World(made, Draws(made.drivers, 3, "value", 500, fixed={"outside_view_project": 0.0}))
    assert np.array_equal(overrun(sure, "build"), overrun(sure, "adopt")), "without a project's own part nothing differs"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "project,estimate,actual\nsearch,100,130\nbilling,200,220\n"),
        ("a.csv", "Estimate, Actual ,project\n100 hours,130 hours,search\n200 hours,220 hours,billing\n"),
        ("a.csv", "estimate,actual,project,unit\n100,130,search,person_hours\n200,220,billing,person_months\n"),
        ("a.yaml", "- {project: search, estimate: 100, actual: 130}\n- {project: billing, estimate: 2 person_months, actual: 2.2 person_months}\n"),
    ],
)
def test_notations_that_are_read(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    pairs, _ = read(tmp_path / name)
    assert [p.project for p in pairs] == ["search", "billing"]
    assert [p.log_ratio for p in pairs] == pytest.approx([math.log(1.3), math.log(1.1)])


BAD: dict[str, tuple[str, str, str]] = {
    "empty": ("e.csv", "", "`estimate` and `actual`"),
    "no rows": ("e.csv", "estimate,actual\n", "no pairs"),
    "a column too many": ("e.csv", "estimate,actual,mood\n1,2,good\n", "unknown column `mood`"),
    "a cell short": ("e.csv", "estimate,actual\n1\n", "e.csv:2"),
    "a word": ("e.csv", "estimate,actual\n1,2\nlots,3\n", "e.csv:3: estimate"),
    "zero": ("e.csv", "estimate,actual\n0,3\n", "above zero"),
    "negative": ("e.csv", "estimate,actual\n2,-3\n", "above zero"),
    "a range": ("e.csv", "estimate,actual\n2 to 3,3\n", "is a range"),
    "one unit": ("e.csv", "estimate,actual\n2 hours,3\n", "has a unit"),
    "another dimension": ("e.csv", "estimate,actual\n2 GB,3 GB\n", "e.csv:2"),
    "not a list": ("e.yaml", "estimate: 3\n", "a list of pairs"),
    "a list of words": ("e.yaml", "- three\n", "a pair has"),
    "null": ("e.yaml", "- {estimate: null, actual: 3}\n", "is not a number"),
    "a bool": ("e.yaml", "- {estimate: true, actual: 3}\n", "is not a number"),
    "an open quote": ("e.csv", 'estimate,actual\n"1,2\n', "e.csv"),
}


@pytest.mark.parametrize("which", BAD)
def test_bad_files_are_one_message(which: str, buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    name, text, says = BAD[which]
    (tmp_path / name).write_text(text, encoding="utf-8")
    ran = buildbuy("measure", "estimates", name)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("error:") == 1
    assert says in ran.err
    assert not (tmp_path / ".buildbuy").exists()


def test_missing_files_and_wrong_dates(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    assert buildbuy("measure", "estimates", "none.csv").code == 2
    (tmp_path / "e.csv").write_text("estimate,actual\n1,2\n")
    ran = buildbuy("measure", "estimates", "e.csv", "--when", "soon")
    assert (ran.code, "not a date" in ran.err) == (2, True)


def test_decide_uses_the_record(buildbuy: Callable[..., Any], tmp_path: Path, test_catalog: Path) -> None:
    """Twenty projects that took three times as long: a build estimated inside gets dearer, and nothing
    else does.
    """
    (tmp_path / "e.csv").write_text("estimate,actual\n" + "100,300\n" * 20, encoding="utf-8")
    (tmp_path / "p.yaml").write_text("organisation: {ml_people: 6}\ncomponents:\n  experiment-tracking: {current: nothing, estimates: {build: 4 person_months}}\n", encoding="utf-8")
    args = ("decide", "p.yaml", "--draws", "500", "--format", "json")
    before = json.loads(buildbuy(*args).out)
    measured = buildbuy("measure", "estimates", "e.csv", "--when", "2026-01", "--format", "json")
    assert measured.code == 0
    data = json.loads(measured.out)
    [kept] = (tmp_path / ".buildbuy" / "evidence").glob("*.json")
    assert json.loads(kept.read_text()) == data["record"]
    assert data["data"]["weight"] == pytest.approx(20 / 0.326**2 / (20 / 0.326**2 + 1 / 0.132**2), abs=1e-4)
    after = json.loads(buildbuy(*args).out)
    drivers = {d["id"]: d for d in after["drivers"]}
    assert drivers["outside_view_organisation"]["grade"] == "measured"
    assert drivers["outside_view_organisation"]["value"]["p50"] == pytest.approx(data["posterior"]["mean"], abs=1e-5)

    def cost(run: dict[str, Any], option: str) -> float:
        return next(o["cost"]["mean"] for o in run["components"][0]["options"] if o["id"] == option)

    assert cost(after, "build") > 1.2 * cost(before, "build")
    for option in ("acorn/managed", "birch/self-host"):
        assert cost(after, option) == pytest.approx(cost(before, option), rel=0.02)
    again = buildbuy("measure", "estimates", "e.csv", "--when", "2026-01")
    assert "recorded before" in again.err
