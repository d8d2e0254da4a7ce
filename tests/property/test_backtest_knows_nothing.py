"""A replay knows what was known then, and nothing else: labels may say anything."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from buildbuy.report.schemas import schema

PAST = Path(__file__).parents[1] / "data" / "past"
LABELS = ("organisation", "decision", "outcome", "hindsight_best", "scale_class", "scale_class_basis", "confidence", "confidence_reason", "sources", "alternatives_considered", "differentiation_claim")
ORGANISATIONS = ("Lyft", "Gojek", "Spotify", "Netflix", "Nobody", "Airbnb", "Coinbase")
REAL: list[dict[str, Any]] = [
    {"id": "one", "component": "feature-store", "year": 2021, "scale": [{"what": "reads", "value": "millions", "unit": "reads/s", "as_of": "decision"}], "from": "in-house", "hindsight_best": "build", "decision": "build"},
    {"id": "two", "component": "data-pipeline", "year": 2019, "requirements": ["retries", "per-task isolation"], "from": "cron", "hindsight_best": "self-host", "decision": "managed"},
    {"id": "three", "component": "training-compute", "year": 2022, "from": "none", "hindsight_best": "managed", "decision": "build"},
]  # fmt: skip


def raw_cases(folder: Path) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    for path in sorted(folder.iterdir()):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        out += data if isinstance(data, list) else [data]
    return out


def scrambled(cases: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Every label swapped with that of another case, organisations with those of the priors."""
    shuffle = random.Random(seed)
    columns = {}
    for key in LABELS:
        values = [c.get(key) for c in cases]
        shuffle.shuffle(values)
        columns[key] = values
    out = []
    for i, one in enumerate(cases):
        labels: dict[str, Any] = {key: columns[key][i] for key in LABELS} | {"organisation": shuffle.choice(ORGANISATIONS), "decision": shuffle.choice(["build", "managed", None])}
        out.append({k: v for k, v in one.items() if k not in LABELS} | {k: v for k, v in labels.items() if v is not None})
    return out


def engine_says(data: dict[str, Any]) -> str:
    """All that the engine was told and answered, as text."""
    return json.dumps([{k: v for k, v in c.items() if k not in ("label", "scored")} for c in data["cases"]])


def test_scrambled_labels_change_no_byte(buildbuy: Callable[..., Any], test_catalog: Path, tmp_path: Path) -> None:
    def run(cases: list[dict[str, Any]], name: str) -> dict[str, Any]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "cases.yaml").write_text(yaml.safe_dump(cases), encoding="utf-8")
        ran = buildbuy("backtest", name, "--draws", "200", "--format", "json")
        assert (ran.code, ran.err) == (0, "")
        return dict(json.loads(ran.out))

    cases = raw_cases(PAST)
    plain = run(cases, "plain")
    for seed in range(2):
        other = run(scrambled(cases, seed), f"scrambled-{seed}")
        assert engine_says(other) == engine_says(plain)
        assert [c["label"] for c in other["cases"]] != [c["label"] for c in plain["cases"]]


def test_nor_on_the_real_catalog_where_priors_have_owners(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    found = []
    for name, cases in (("a", REAL), ("b", scrambled(REAL, 1)), ("c", [{**c, "organisation": "Lyft"} for c in REAL])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cases.yaml").write_text(yaml.safe_dump(cases), encoding="utf-8")
        found.append(json.loads(buildbuy("backtest", name, "--draws", "200", "--format", "json").out))
    assert engine_says(found[0]) == engine_says(found[1]) == engine_says(found[2])
    assert all(c["anachronisms"] for c in found[0]["cases"])


def test_the_json_is_as_published(buildbuy: Callable[..., Any], test_catalog: Path) -> None:
    ran = buildbuy("backtest", PAST, "--draws", "200", "--format", "json")
    Draft202012Validator(schema("backtest")).validate(json.loads(ran.out))
    assert ran.out == buildbuy("backtest", PAST, "--draws", "200", "--format", "json").out


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "no cases in this folder"), ({"a.yaml": "a: [\n"}, "a.yaml:"), ({"a.yaml": "- 1\n"}, "a case is a mapping"), ({"a.yaml": b"\xff\xfe\x00"}, "UTF-8"),
        ({"a.yaml": "id: x\n", "b.yaml": "id: x\n"}, "two cases have the id"),
    ],
)  # fmt: skip
def test_bad_folders_end_in_one_message(files: dict[str, str | bytes], says: str, buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    for name, text in files.items():
        (tmp_path / "cases" / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    ran = buildbuy("backtest", "cases", "--draws", "200", "--out", "x.json")
    assert (ran.code, ran.out, ran.err.count("error:")) == (2, "", 1)
    assert says in ran.err
    assert not (tmp_path / "x.json").exists()


def test_a_file_or_nothing_is_no_folder(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    assert [buildbuy("backtest", x).code for x in ("f", "none")] == [2, 2]


def test_cases_that_all_fall_out_are_still_a_report(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "a.yaml").write_text("component: vector-store\nyear: 2024\nhindsight_best: managed\nid: \"\\e[31mred\"\n")
    ran = buildbuy("backtest", "cases", "--draws", "200")
    assert (ran.code, ran.err) == (0, "")
    assert "0 of 1 cases scored" in ran.out
    assert "\x1b" not in ran.out
