"""What the command line offers next is true: it names what there is, and what it offers works."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.report.words import sure_in

Run = Callable[..., Any]


@pytest.mark.parametrize("call", [("init", "-c", "coffee", "--yes"), ("catalog", "list", "-c", "coffee"), ("catalog", "cases", "-c", "coffee"), ("decide", "p.yaml", "-c", "coffee")])
def test_components_that_are_offered_can_be_had(call: tuple[str, ...], buildbuy: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("components: {monitoring: {}}\n", encoding="utf-8")
    ran = buildbuy(*call)
    assert ran.code == 2
    offered = ran.err.split("hint:")[1].split(":", 1)[1].strip().split(", ")
    assert {*offered} == {*load().components}


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("monitoring", "ml-monitoring", "`ml-monitoring` is another name for `monitoring`, which stands there already"),
        ("ml-monitoring", "monitoring", "`ml-monitoring`, which stands there already, is another name for `monitoring`"),
    ],
)
def test_two_names_of_a_component_are_both_told(first: str, second: str, said: str, buildbuy: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(f"components:\n  {first}: {{}}\n  {second}: {{}}\n", encoding="utf-8")
    ran = buildbuy("decide", "p.yaml")
    assert ran.code == 2 and said in ran.err and "p.yaml:3" in ran.err


def test_what_is_next_after_a_scan_without_finds_works(buildbuy: Run, tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "a.py").write_text("print('hello')\n", encoding="utf-8")
    ran = buildbuy("scan", "repo", "--out", "prof.yaml")
    assert ran.code == 0, ran.err
    offered = re.search(r"buildbuy (decide .*)", ran.err)
    assert offered is not None
    assert buildbuy(*shlex.split(offered[1]), "--draws", "200").code == 0


def test_a_new_file_that_replaces_an_entry_says_so(buildbuy: Run, tmp_path: Path) -> None:
    assert "replaces the catalog's own entry of Feast" in buildbuy("catalog", "new", "feast", "-c", "feature-store", "--out", "mine").err
    assert "replaces" not in buildbuy("catalog", "new", "acme", "-c", "feature-store", "--out", "mine").err


@pytest.mark.parametrize("value", ['"<= 25"', "25", '"25"', '"at most 25"'])
def test_a_limit_without_a_unit_is_refused_and_the_unit_named(value: str, buildbuy: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(f"components:\n  feature-store:\n    requirements:\n      - {{online_read_p99: {value}}}\n", encoding="utf-8")
    ran = buildbuy("decide", "p.yaml", "--draws", "200")
    assert ran.code == 2
    assert "p.yaml:4" in ran.err and "has no unit" in ran.err and "<= 25 ms" in ran.err


@pytest.mark.parametrize(("component", "need"), [("training-compute", "{peak_gpus: 8}"), ("feature-store", "{usable_by: 2027-06}"), ("feature-store", '{online_read_p99: "<= 25 ms", rate: 300, features: 50}')])
def test_counts_and_months_need_none(component: str, need: str, buildbuy: Run, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(f"organisation: {{ml_people: 5}}\ncomponents:\n  {component}:\n    requirements:\n      - {need}\n", encoding="utf-8")
    ran = buildbuy("decide", "p.yaml", "--draws", "200")
    assert ran.code == 0, ran.err


@pytest.mark.parametrize(
    ("stated", "decided", "ends"),
    [(0.25, 0.2512, "together in 25%"), (0.79, 0.44, "together in 79% (overconfident: 44% by decided cases)"), (0.10, 0.21, "together in 10% (21% by decided cases)")],
)
def test_what_decided_cases_say_is_told_where_it_differs(stated: float, decided: float, ends: str) -> None:
    component = {
        "options": [{"policy_cost": 1.0}, {"policy_cost": 2.0}], "p_best": 0.1, "verdict": {"sourcing": "managed"},
        "p_best_by_sourcing": {"managed": stated}, "p_best_by_sourcing_corrected": {"managed": decided},
    }  # fmt: skip
    assert sure_in(component).endswith(ends)
