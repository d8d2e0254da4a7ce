"""`report diff` says what changed and which input did it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROFILE = """\
organisation: {{ml_people: 8, region: us}}
components:
  experiment-tracking: {{workload: {{users: {users}}}{more}}}
"""


@pytest.fixture
def decided(buildbuy: Callable[..., Any], tmp_path: Path) -> Callable[..., Path]:
    def make(name: str, users: str, more: str = "") -> Path:
        (tmp_path / f"{name}.yaml").write_text(PROFILE.format(users=users, more=more), encoding="utf-8")
        assert buildbuy("decide", f"{name}.yaml", "--draws", "300", "--format", "json", "--out", f"{name}.json").code == 0
        return tmp_path / f"{name}.json"

    return make


def test_the_same_run_has_no_change(decided: Callable[..., Path], buildbuy: Callable[..., Any]) -> None:
    one = decided("a", "7")
    ran = buildbuy("report", "diff", one, one)
    assert ran.code == 0 and "as before" in ran.out and "->" not in ran.out


def test_a_changed_input_is_named(decided: Callable[..., Path], buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("report", "diff", decided("a", "7"), decided("b", "70"), "--format", "json")
    found = json.loads(ran.out)["components"][0]
    assert "experiment-tracking.users" in {m["input"] for m in found["inputs"]}
    assert found["costs"]


def test_a_flip_that_was_passed_did_it(decided: Callable[..., Path], buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    one = decided("a", "7")
    run = json.loads(one.read_text(encoding="utf-8"))
    c = run["components"][0]
    driver = next(d for d in run["drivers"] if d["id"] == "experiment-tracking.users")
    c["flips"] = [{"driver": driver["id"], "label": driver["label"], "value": 20, "unit": driver["unit"], "direction": "above", "to": "elsewhere", "grade": "stated"}]
    one.write_text(json.dumps(run), encoding="utf-8")
    c["verdict"]["option"], driver["value"] = "elsewhere", {"p5": 30, "p50": 30, "p95": 30}
    (tmp_path / "b.json").write_text(json.dumps(run), encoding="utf-8")
    ran = buildbuy("report", "diff", one, tmp_path / "b.json")
    assert "-> elsewhere" in ran.out
    assert f"did it: {driver['label']}: 7" in ran.out


def test_what_follows_from_a_changed_input_did_not_do_it(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    """Efforts and gaps move with the number of people: the people did it."""
    for name, people in (("a", 3), ("b", 60)):
        (tmp_path / f"{name}.yaml").write_text(f"organisation: {{ml_people: {people}, region: us}}\ncomponents: {{experiment-tracking: {{}}}}\n", encoding="utf-8")
        assert buildbuy("decide", f"{name}.yaml", "--draws", "300", "--format", "json", "--out", f"{name}.json").code == 0
    found = json.loads(buildbuy("report", "diff", "a.json", "b.json", "--format", "json").out)["components"][0]
    given = [m["input"] for m in found["inputs"] if not m["follows"]]
    assert given == ["ml_people"] and len(found["inputs"]) > 20
    assert set(found["did_it"]) <= set(given)
    shown = buildbuy("report", "diff", "a.json", "b.json").out
    assert "further ranges moved with it" in shown and shown.count("input: ") <= 1


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"components": [1]}', '{"components": []}'])
def test_what_is_no_run_is_one_message(text: str, buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    ran = buildbuy("report", "diff", "x.json", "x.json")
    assert ran.code == 2 and ran.err.startswith("error") and "Traceback" not in ran.err
