"""The public cases that ship: each is whole, in our own few words, and says where it is known from."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import DATA, Catalog, load
from buildbuy.catalog.show import cases
from buildbuy.domain.profile import COMPONENTS

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def test_one_file_a_case_named_by_it(catalog: Catalog) -> None:
    assert {p.stem for p in (DATA / "cases").glob("*.yaml")} == {*catalog.cases}
    assert len(catalog.cases) >= 60
    assert {"experiment-tracking", "feature-store", "model-serving", "data-pipeline", "monitoring", "training-compute"} <= {c.component for c in catalog.cases.values()}


def test_every_sentence_has_a_page_that_can_be_opened(catalog: Catalog) -> None:
    for case in catalog.cases.values():
        told = [case.chose, case.outcome, *case.figures, *case.requirements, *([case.had] if case.had else [])]
        for one in told:
            page = case.sources[one.source]
            assert page.url is not None and page.url.startswith("https://"), case.id
            assert page.grade in ("documented", "secondary"), f"{case.id}: a case is told by somebody, never judged by us"


def test_sentences_are_short_and_fit_into_one_line_of_a_story(catalog: Catalog) -> None:
    for case in catalog.cases.values():
        for one in (case.chose, case.outcome, *case.requirements, *case.figures):
            assert len(one.text) <= 170, f"{case.id}: {one.text}"
            assert not one.text.endswith("."), case.id
            assert "\n" not in one.text


def test_no_label_of_the_back_test_reaches_the_product(catalog: Catalog) -> None:
    for path in (DATA / "cases").glob("*.yaml"):
        assert not re.search("hindsight|confidence", path.read_text(encoding="utf-8")), path.name
    for row in cases(catalog):
        assert "hindsight" not in json.dumps(row)


def test_nobody_came_from_the_future(catalog: Catalog) -> None:
    for case in catalog.cases.values():
        assert case.year <= int(catalog.month[:4])
        assert case.outcome.year is None or case.outcome.year <= int(catalog.month[:4])


def test_vendor_events_are_of_vendors(catalog: Catalog) -> None:
    for case in catalog.cases.values():
        assert (case.kind == "vendor-event") == case.outcome.status.startswith("vendor-"), case.id
        if case.kind == "vendor-event":
            assert case.scale is None and case.chose.sourcing == "managed"


def test_outcomes_and_choices_are_of_more_than_one_kind(catalog: Catalog) -> None:
    """Told by those who built: if only what was kept were left, the cases would be advertisements."""
    outcomes = Counter(c.outcome.status for c in catalog.cases.values())
    assert outcomes["migrated-away"] + outcomes["regretted"] >= 15
    assert {*Counter(c.chose.sourcing for c in catalog.cases.values())} == {"managed", "self-host", "build", "hybrid"}


def test_the_listing_goes_by_component_and_year(catalog: Catalog, buildbuy: Run) -> None:
    rows = json.loads(buildbuy("catalog", "cases", "--format", "json").out)
    assert rows == cases(catalog)
    order = [(COMPONENTS.index(r["component"]), r["year"]) for r in rows]
    assert order == sorted(order) and len(rows) == len(catalog.cases)
    assert all(s.Case.model_validate(r) == catalog.cases[r["id"]] for r in rows)


def test_the_listing_of_one_component_reads_other_names(buildbuy: Run) -> None:
    one, other = (buildbuy("catalog", "cases", "-c", name) for name in ("data-pipeline", "orchestration"))
    assert (one.code, one.err) == (0, "")
    assert one.out == other.out and one.out.startswith("data-pipeline\n")
    wrong = buildbuy("catalog", "cases", "-c", "coffee")
    assert (wrong.code, wrong.out) == (2, "")
    assert "`coffee` is not a component" in wrong.err


def test_an_overlay_adds_a_case_of_your_own(buildbuy: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine" / "cases"
    folder.mkdir(parents=True)
    mine = {
        "id": "us-2024", "organisation": "Us", "component": "feature-store", "year": 2024, "scale": "S",
        "chose": {"sourcing": "managed", "engine": "X", "text": "bought it", "source": "wiki"},
        "outcome": {"status": "kept", "text": "fine", "source": "wiki"}, "sources": {"wiki": {"url": "https://wiki.example.org/x", "as_of": "2024-05"}},
    }  # fmt: skip
    (folder / "us-2024.yaml").write_text(yaml.safe_dump(mine), encoding="utf-8")
    out = buildbuy("catalog", "cases", "-c", "feature-store", "--catalog", "mine").out
    assert "Us, 2024 (scale S): X, managed; kept" in out


def test_every_status_has_words() -> None:
    from buildbuy.report.words import OUTCOMES

    assert {*OUTCOMES} == {*get_args(s.CaseStatus)}
