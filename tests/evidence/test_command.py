"""`buildbuy scan` and `decide --repo`, from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from buildbuy.report.schemas import schema

CODE = "import mlflow\nmlflow.log_metric('a', 1)\nmlflow.log_param('b', 1)\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "repo"
    home.mkdir()
    (home / "train.py").write_text(CODE)
    (home / "requirements.txt").write_text("mlflow\n")
    return home


def test_json_is_what_its_schema_says(repo: Path, buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("scan", str(repo), "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    jsonschema.validate(json.loads(ran.out), schema("scan"))
    assert buildbuy("scan", str(repo), "--format", "json").out == ran.out


def test_the_draft_is_decided_as_it_is_and_counts_are_measured(repo: Path, buildbuy: Callable[..., Any]) -> None:
    assert buildbuy("scan", str(repo), "--out", "p.yaml").code == 0
    ran = buildbuy("decide", "p.yaml", "--draws", "300", "--format", "json")
    assert ran.code == 0
    _measured(json.loads(ran.out))
    told = buildbuy("explain", "p.yaml", "experiment-tracking", "experiment-tracking.call_sites", "--draws", "300")
    assert "measured" in told.out and "train.py:2" in told.out
    told = buildbuy("explain", "p.yaml", "experiment-tracking", "experiment-tracking.leave.logging_call", "--draws", "300")
    assert "measured" in told.out and "train.py:2" in told.out


def test_decide_scans_in_one_go(repo: Path, buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("decide", "--repo", str(repo), "--draws", "300", "--format", "json")
    assert ran.code == 0
    _measured(json.loads(ran.out))


def _measured(run: dict[str, Any]) -> None:
    [component] = run["components"]
    drivers = {d["id"]: d for d in run["drivers"]}
    assert component["id"] == "experiment-tracking" and not component["greenfield"] and component["today_grade"] == "measured"
    assert any("measured" in n and "train.py:1" in n for n in component["notes"])
    assert (drivers["experiment-tracking.call_sites"]["value"]["p50"], drivers["experiment-tracking.call_sites"]["grade"]) == (2, "measured")
    assert (drivers["experiment-tracking.leave.logging_call"]["value"]["p50"], drivers["experiment-tracking.leave.logging_call"]["grade"]) == (2, "measured")
    assert drivers["leave.logging_call"]["grade"] == "assumed"
    assert "leave.pipeline_definition" not in drivers


def test_what_the_profile_says_runs_today_stands(repo: Path, tmp_path: Path, buildbuy: Callable[..., Any]) -> None:
    (tmp_path / "p.yaml").write_text("components: {experiment-tracking: {current: {system: aim}}}\n")
    ran = buildbuy("decide", "p.yaml", "--repo", str(repo), "--draws", "300", "--format", "json")
    drivers = {d["id"]: d for d in json.loads(ran.out)["drivers"]}
    assert drivers["experiment-tracking.call_sites"]["grade"] != "measured"


def test_a_missing_folder_is_said_in_one_message(tmp_path: Path, buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("scan", str(tmp_path / "none"))
    assert (ran.code, ran.out) == (2, "")
    assert "no such folder" in ran.err


def test_a_profile_is_not_overwritten(repo: Path, tmp_path: Path, buildbuy: Callable[..., Any]) -> None:
    (tmp_path / "p.yaml").write_text("x\n")
    assert buildbuy("scan", str(repo), "--out", "p.yaml").code == 2
    assert (tmp_path / "p.yaml").read_text() == "x\n"
