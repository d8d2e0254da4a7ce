"""What a notebook shows, and the worked notebook itself."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from buildbuy.errors import BadInput
from buildbuy.library import decide

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "docs" / "guides" / "notebook.ipynb"
TEAM = {"organisation": {"stage": "series-a", "ml_people": "5 to 12"}, "components": {"feature-store": {}, "monitoring": {}}}


def test_a_mapping_is_decided_as_its_file_is(tmp_path: Path) -> None:
    (tmp_path / "profile.yaml").write_text(json.dumps(TEAM))
    one, other = (decide(p, "monitoring", draws=200) for p in (TEAM, tmp_path / "profile.yaml"))
    assert list(one.outcomes) == ["monitoring"]
    assert one.outcomes["monitoring"].actions == other.outcomes["monitoring"].actions
    with pytest.raises(BadInput, match="component"):
        decide({"organisation": {}})


def test_runs_verdicts_and_ledgers_show_themselves() -> None:
    run = decide(TEAM, draws=200)
    outcome = run.outcomes["feature-store"]
    assert outcome.chosen is not None
    shown = outcome._repr_html_()
    assert "Standing: " in shown and "<style" not in shown and shown in run._repr_html_()
    picture = b64decode(shown.split("data:image/svg+xml;base64,")[1].split('"')[0])
    assert picture.startswith(b"<svg") and b"var(" not in picture  # plain colours: any viewer shows them
    ledger = outcome.actions[outcome.chosen]._repr_html_()
    largest = outcome.actions[outcome.chosen].ledger[0]
    assert f"<td>{largest.line}</td><td>{largest.mean:,.0f}</td>" in ledger
    assert f"{outcome.actions[outcome.chosen].cost.mean:,.0f}" in ledger
    assert all(len(repr(x)) < 200 for x in (run, outcome, outcome.actions[outcome.chosen]))


def test_the_worked_notebook_runs_and_shows_what_it_is_stored_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(NOTEBOOK.parent)
    names: dict[str, Any] = {}
    book = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    cells = [c for c in book["cells"] if c["cell_type"] == "code"]
    assert len(cells) >= 5
    for cell in cells:
        source = "".join(cell["source"])
        body, _, last = source.rstrip().rpartition("\n")
        exec(compile(body, str(NOTEBOOK), "exec"), names)
        value = eval(compile(last, str(NOTEBOOK), "eval"), names)
        (output,) = cell["outputs"]
        if "text/html" in output["data"]:
            assert "".join(output["data"]["text/html"]) == value._repr_html_(), "renew it: docs/guides/notebook.py"
        else:
            assert "".join(output["data"]["text/plain"]) == repr(value), "renew it: docs/guides/notebook.py"
    assert str(Path.home()) not in NOTEBOOK.read_text(encoding="utf-8")
