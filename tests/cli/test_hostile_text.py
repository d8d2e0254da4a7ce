"""Text from outside (a profile, an overlay, evidence) is shown as harmless text everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from buildbuy.report import safe

CATALOG = Path(__file__).parents[1] / "data" / "catalog"
CODES = "\x1b[31m\x1b]0;owned\x07\x1b[2J\x9b5A\x08\x00\x7f\u202eevil\u2066\u200b\u2028\r"
MARKUP = "<script>alert(1)</script> **bold** _it_ [link](https://example.org/x) ![i](x) | cell | `code` # head\n\n## Injected\n\n- item &amp; ~~s~~ \\<b>"
HOSTILE = CODES + MARKUP
PRINTED = re.compile(r"[^\n\x20-\x7e\u00a0-\uffff\U00010000-\U0010ffff]|[\u00ad\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@pytest.fixture
def hostile(tmp_path: Path, test_catalog: Path) -> tuple[str, ...]:
    """A profile, an overlay and evidence in which every free text is hostile."""
    profile = {
        "name": HOSTILE,
        "organisation": {"ml_people": 6, "region": "us"},
        "have": [HOSTILE],
        "components": {
            "experiment-tracking": {
                "current": {"home-grown": "since 2024-06", "paths": [HOSTILE]},
                "workload": {"users": "6 to 8"},
                "differentiation": {"claim": HOSTILE, "value_monthly": 90, "measured": HOSTILE},
            }
        },
    }
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    for name in ("acorn", "birch", "cedar", "dogwood"):
        data = yaml.safe_load((CATALOG / "systems" / f"{name}.yaml").read_text())
        data |= {"name": f"{name} {HOSTILE}", "summary": HOSTILE, "homepage": HOSTILE}
        data["license"]["value"] = HOSTILE
        for source in data["sources"].values():
            source |= {"title": HOSTILE, "note": HOSTILE}
        for event in data.get("events", ()):
            event["text"] = HOSTILE
        for offer in data["offers"].values():
            for plan in offer["plans"]:
                plan["name"] = HOSTILE
                for charge in plan.get("charges", ()):
                    charge["name"] += HOSTILE
        data["exit"] = [{"value": HOSTILE, "source": next(iter(data["sources"]))}]
        overlay = tmp_path / "mine" / "systems" / f"{name}.yaml"
        overlay.parent.mkdir(parents=True, exist_ok=True)
        overlay.write_text(yaml.safe_dump(data), encoding="utf-8")
    classes = yaml.safe_load((CATALOG / "reference_classes" / "shared.yaml").read_text())
    classes["sources"]["judgement"]["note"] = HOSTILE
    for one in classes["classes"].values():
        one |= {"label": HOSTILE, "how": HOSTILE}
    (tmp_path / "mine" / "reference_classes").mkdir()
    (tmp_path / "mine" / "reference_classes" / "shared.yaml").write_text(yaml.safe_dump(classes), encoding="utf-8")
    record = {"what": "experiment-tracking.users", "value": 7, "method": f"https://example.org/>{HOSTILE}\ud800", "when": "2026-01", "where": HOSTILE}
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / "a.json").write_text(json.dumps(record), encoding="utf-8")
    return ("--catalog", "mine", "--evidence", "found", "--draws", "200")


def harmless(text: str) -> None:
    text.encode("utf-8")
    assert not PRINTED.findall(text)


@pytest.mark.parametrize("columns", [70, 160])
def test_the_page(hostile: tuple[str, ...], buildbuy: Callable[..., Any], columns: int) -> None:
    ran = buildbuy("decide", "p.yaml", *hostile, "--why", "--money", "--sources", columns=columns)
    assert (ran.code, ran.err) == (0, "")
    harmless(ran.out)


@pytest.mark.parametrize("wanted", [(), ("labour",), ("birch/self-host",), ("gaps lived with",)])
def test_explain(hostile: tuple[str, ...], wanted: tuple[str, ...], buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("explain", "p.yaml", "experiment-tracking", *wanted, *hostile, "--depth", "6")
    assert (ran.code, ran.err) == (0, "")
    harmless(ran.out)
    branches = ran.out.splitlines()[1:]
    assert all(x[0] in "├└│ " for x in branches)


@pytest.mark.parametrize("args", [("list",), ("show", "acorn"), ("show", "dogwood"), ("bill", "acorn")])
def test_catalog(args: tuple[str, ...], hostile: tuple[str, ...], buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("catalog", *args, "--catalog", "mine")
    assert ran.code == 0
    harmless(ran.out)


def test_markdown_and_records(hostile: tuple[str, ...], buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    ran = buildbuy("decide", "p.yaml", *hostile, "--format", "markdown", "--save", "saved")
    assert ran.code == 0
    report = (tmp_path / "saved" / "report.md").read_text(encoding="utf-8")
    pictures = re.compile(r"^!\[[^\[\]`<>]*\]\([a-z0-9._-]+\.svg\)$", re.MULTILINE)
    assert pictures.search(report)
    for text in (ran.out, (tmp_path / "saved" / "0001-experiment-tracking.md").read_text(encoding="utf-8"), pictures.sub("", report)):
        harmless(text)
        assert "<script" not in text
        assert "<b>" not in text
        assert not [x for x in text.splitlines() if x.startswith(("## Injected", "- item"))]
        assert "**bold**" not in text
        assert not re.search(r"(?<!\\)\]\(", text)
        assert not re.search(r"(?<!\\)`code", text)
        assert "~~s~~" not in text
        tables = [x for x in text.splitlines() if x.startswith("|")]
        for row in tables:
            assert len(re.findall(r"(?<!\\)\|", row)) in (5, 8)
        rendered = _links(text)
        assert all(re.fullmatch(r"https?://[^\s<>]+", x) for x in rendered)


def test_what_changed_between_two_runs(hostile: tuple[str, ...], buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    for name, seed in (("a", "1"), ("b", "2")):
        assert buildbuy("decide", "p.yaml", *hostile, "--seed", seed, "--format", "json", "--out", f"{name}.json").code == 0
    run = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    run["drivers"][0] |= {"label": HOSTILE, "value": {"p5": 1, "p50": 2, "p95": 3}}
    run["components"][0]["verdict"]["option"] = HOSTILE
    (tmp_path / "b.json").write_text(json.dumps(run), encoding="utf-8")
    ran = buildbuy("report", "diff", "a.json", "b.json")
    assert (ran.code, ran.err) == (0, "")
    harmless(ran.out)


def _links(text: str) -> list[str]:
    return re.findall(r"(?<!\\)<([^>]*)>", text)


def test_json_keeps_the_text_but_escapes_it(hostile: tuple[str, ...], buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("decide", "p.yaml", *hostile, "--format", "json")
    assert ran.code == 0
    harmless(ran.out)
    assert json.loads(ran.out)["name"] == HOSTILE


def test_error_messages(buildbuy: Callable[..., Any], tmp_path: Path, test_catalog: Path) -> None:
    places = [
        {HOSTILE: 1},
        {"organisation": {"stage": HOSTILE}},
        {"organisation": {"ml_people": HOSTILE}},
        {"components": {HOSTILE: {}}},
        {"components": {"experiment-tracking": {"current": HOSTILE}}},
        {"components": {"experiment-tracking": {"parts": [HOSTILE]}}},
        {"components": {"experiment-tracking": {"requirements": [{HOSTILE: 1}]}}},
        {"components": {"experiment-tracking": {"requirements": [{"data_residency": HOSTILE}]}}},
        {"components": {"experiment-tracking": {"wanted_from": HOSTILE}}},
    ]
    for data in places:
        (tmp_path / "p.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
        ran = buildbuy("decide", "p.yaml")
        assert (ran.code, ran.out) == (2, "")
        harmless(ran.err)
        assert ran.err.startswith("error: p.yaml:")


@given(st.text())
def test_plain_text_can_be_printed_and_is_left_alone_the_second_time(text: str) -> None:
    shown = safe.plain(text)
    shown.encode("utf-8")
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", shown)
    assert len(shown.splitlines()) <= 1
    assert safe.plain(shown) == shown


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126)))
def test_escaped_markdown_reads_as_the_text_itself(text: str) -> None:
    escaped = safe.markdown(text)
    read = re.sub(r"\\([\\`*_\[\]|#~])", r"\1", escaped).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert read == text
    assert not re.search(r"(?<!\\)(\\\\)*[`*_\[\]|#~<>]", escaped)


@given(st.recursive(st.text() | st.none() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_escaped_json_is_the_same_data(data: Any) -> None:
    text = safe.json_text(json.dumps(data, ensure_ascii=False))
    text.encode("utf-8")
    assert json.loads(text) == data
    assert not re.search(r"[\x7f-\x9f\u2028-\u202e\ud800-\udfff]", text)


def test_the_html_page(hostile: tuple[str, ...], buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("decide", "p.yaml", *hostile, "--format", "html")
    assert ran.code == 0
    harmless(ran.out)
    assert not re.search(r"<script|<b>|javascript:", ran.out)
    assert "&lt;script&gt;" in ran.out
    links = re.findall(r'href="([^"]*)"', ran.out)
    assert all(re.fullmatch(r"(#[a-z-]+|https?://[^\s<>\"']+)", x) for x in links)


def test_saved_pictures(hostile: tuple[str, ...], buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    assert buildbuy("decide", "p.yaml", *hostile, "--save", "saved").code == 0
    pictures = list((tmp_path / "saved").glob("*.svg"))
    assert pictures
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        harmless(text)
        assert "<script" not in text


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r="])
def test_a_workbook_holds_no_formula_from_outside(start: str, buildbuy: Callable[..., Any], tmp_path: Path, test_catalog: Path) -> None:
    import openpyxl

    bad = f'{start}HYPERLINK("https://example.org","x")'
    profile = {"name": bad, "organisation": {"ml_people": 6, "region": "us"}, "components": {"experiment-tracking": {"differentiation": {"claim": bad, "value_monthly": 90, "measured": bad}}}}
    (tmp_path / "p.yaml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    data = yaml.safe_load((CATALOG / "systems" / "acorn.yaml").read_text())
    data["name"] = bad
    overlay = tmp_path / "mine" / "systems" / "acorn.yaml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text(yaml.safe_dump(data), encoding="utf-8")
    ran = buildbuy("decide", "p.yaml", "--catalog", "mine", "--draws", "200", "--format", "xlsx", "--out", "x.xlsx")
    assert (ran.code, ran.err) == (0, "written: x.xlsx\n")
    cells = [c for sheet in openpyxl.load_workbook(tmp_path / "x.xlsx") for row in sheet.iter_rows() for c in row if c.value is not None]
    assert any("HYPERLINK" in str(c.value) for c in cells)
    assert all(c.data_type != "f" for c in cells if "HYPERLINK" in str(c.value))
    assert all(c.hyperlink is None for c in cells)
