"""The example teams: each runs as it is told to, and says what its README says it shows."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def _runner() -> ModuleType:
    spec = importlib.util.spec_from_file_location("examples_run", ROOT / "examples" / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RUNNER = _runner()


@pytest.fixture(scope="module")
def runs() -> dict[str, dict[str, Any]]:
    return {folder.name: RUNNER.decide(folder) for folder in RUNNER.folders()}


@pytest.mark.parametrize("folder", RUNNER.folders(), ids=lambda f: f.name)
def test_an_example_runs_as_expected(folder: Path, runs: dict[str, dict[str, Any]]) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    found = RUNNER.differences(RUNNER.brief(runs[folder.name]), expected)
    assert not found, "\n".join(found[:10])


@pytest.mark.parametrize("folder", RUNNER.folders(), ids=lambda f: f.name)
def test_an_example_says_what_it_shows(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) > 40


def test_differences_are_found() -> None:
    assert RUNNER.differences({"a": [1.0, {"b": "x"}]}, {"a": [1.0, {"b": "x"}]}) == []
    assert RUNNER.differences({"a": 1.0}, {"a": 1.1})
    assert RUNNER.differences({"a": 1.0, "c": 1}, {"a": 1.0})


def _component(run: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in run["components"] if c["id"] == name)


def test_data_that_may_not_leave_stays_inside_without_an_own_tracker(runs: dict[str, dict[str, Any]]) -> None:
    for name in ("experiment-tracking", "model-serving"):
        found = _component(runs["hospital-group"], name)
        assert found["verdict"]["sourcing"] in ("self-host", "hybrid")
        managed = [o for o in found["options"] if o["sourcing"] == "managed"]
        assert managed and all(o["policy_cost"] is None for o in managed)


def test_in_2020_nobody_is_offered_what_came_later(runs: dict[str, dict[str, Any]]) -> None:
    run = runs["marketplace-2020"]
    assert run["as_of"] == "2020-11"
    serving = _component(run, "model-serving")
    assert "sagemaker-serverless" not in {o["system"] for o in serving["options"]}
    assert any(e["system"] == "sagemaker-serverless" for e in serving["excluded"])
    assert serving["anachronisms"]


def test_the_extreme_marketplace_is_split_between_its_own_feature_store_and_an_engine(runs: dict[str, dict[str, Any]]) -> None:
    shares = _component(runs["marketplace-2020"], "feature-store")["p_best_by_sourcing"]
    assert min(shares["build"], shares["self-host"]) > 0.3
    assert shares.get("managed", 0.0) < 0.05


def test_a_team_with_batch_only_pays_for_no_endpoint(runs: dict[str, dict[str, Any]]) -> None:
    found = _component(runs["batch-team-of-three"], "model-serving")
    build = next(o for o in found["options"] if o["id"] == "build")
    assert set(build["own_parts"]) <= {"batch-scoring", "packaging"}


def test_a_probe_takes_the_condition_from_a_verdict(runs: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    """The verdict rests on records made here with the team's own model; without them it is conditional, and nothing
    is excluded by either.
    """
    folder = ROOT / "examples" / "card-payments"
    probed = _component(runs["card-payments"], "model-serving")
    (tmp_path / "profile.yaml").write_bytes((folder / "profile.yaml").read_bytes())
    bare = _component(RUNNER.decide(tmp_path), "model-serving")
    assert "On condition that" in bare["verdict"]["summary"]
    assert "On condition that" not in probed["verdict"]["summary"]
    chosen = next(o for o in probed["options"] if o["id"] == probed["verdict"]["option"])
    found = {r["requirement"]: r for r in chosen["fit"]["reasons"]}["latency p99 <= 100 ms"]
    assert (found["status"], found["grade"]) == ("met", "measured")
    assert json.loads(Path(found["record"]["file"]).read_text(encoding="utf-8"))["value"] == found["record"]["value"]
    assert {o["id"] for o in bare["options"] if o["policy_cost"] is None} == {o["id"] for o in probed["options"] if o["policy_cost"] is None}


def test_the_readme_counts_the_teams() -> None:
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    assert f"decides {words[len(RUNNER.folders())]} example teams" in (ROOT / "README.md").read_text(encoding="utf-8")
