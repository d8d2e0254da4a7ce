"""What commands print as JSON is what their published schemas say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from buildbuy.catalog.load import load
from buildbuy.cli.schema import NAMES
from buildbuy.report.command_schemas import COMMANDS
from buildbuy.report.schemas import schema

ROOT = Path(__file__).parents[2]
Run = Callable[..., Any]
PROFILE = "organisation: {{stage: series-a, ml_people: {people}}}\ncomponents:\n  experiment-tracking: {{current: home-grown, requirements: [{{data_residency: eu}}]}}\n"
FEW = ("--draws", "200")


@pytest.fixture
def teams(tmp_path: Path, buildbuy: Run) -> Path:
    """Two profiles, their runs, and pairs of estimate and actual."""
    for name, people in (("a", 3), ("b", 30)):
        (tmp_path / f"{name}.yaml").write_text(PROFILE.format(people=people), encoding="utf-8")
        assert buildbuy("decide", f"{name}.yaml", *FEW, "--format", "json", "--out", f"{name}.json").code == 0
    (tmp_path / "pairs.csv").write_text("project,estimate,actual\nscoring,3,5\n,2,2.5\n", encoding="utf-8")
    return tmp_path


def calls(command: str) -> Iterator[tuple[str, ...]]:
    """Ways to ask for it that print each part of what it can print."""
    explain = ("explain", "a.yaml", "experiment-tracking")
    yield from {
        "explain": [explain, (*explain, "labour"), (*explain, "mlflow/self-host")],
        "catalog-list": [("catalog", "list"), ("catalog", "list", "-c", "monitoring")],
        "catalog-show": [("catalog", "show", name) for name in [*load().systems][::4]],
        "catalog-bill": [("catalog", "bill", "sagemaker-feature-store"), ("catalog", "bill", "comet", "--set", "users=50")],
        "catalog-check": [("catalog", "check")],
        "catalog-diff": [("catalog", "diff", str(ROOT / "tests" / "data" / "catalog")), ("catalog", "diff", str(ROOT / "src" / "buildbuy" / "catalog" / "data"), "--profile", "a.yaml")],
        "catalog-cases": [("catalog", "cases")],
        "report-diff": [("report", "diff", "a.json", "b.json"), ("report", "diff", "a.json", "a.json")],
        "measure-estimates": [("measure", "estimates", "pairs.csv", "--no-record")],
    }[command]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_printed_is_what_the_schema_says(command: str, buildbuy: Run, teams: Path) -> None:
    made = schema(command)
    Draft202012Validator.check_schema(made)
    for call in calls(command):
        few = FEW if call[0] == "explain" else ()
        ran = buildbuy(*call, *few, "--format", "json")
        assert ran.code == 0, ran.err
        wrong = next(Draft202012Validator(made).iter_errors(json.loads(ran.out)), None)
        assert wrong is None, f"{call}: {wrong}"


@pytest.mark.parametrize("command", COMMANDS)
def test_its_schema_can_be_asked_for_and_is_published(command: str, buildbuy: Run) -> None:
    assert command in NAMES
    ran = buildbuy("schema", command)
    assert ran.code == 0
    published = (ROOT / "schema" / f"{command}.schema.json").read_text(encoding="utf-8")
    assert json.loads(published) == json.loads(ran.out), "renew it: `make schemas`"
