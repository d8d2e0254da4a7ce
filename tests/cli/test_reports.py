"""Every number on a rendering is run.json's, and the files are what they promise to be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from buildbuy.report import adr, charts, html, markdown, terminal, words

PROFILE = """\
name: A team
organisation: {ml_people: 8, region: us}
components:
  feature-store: {current: {home-grown: since 2024-06}, requirements: [{online_read_p99: "<= 25 ms"}]}
  experiment-tracking: {}
"""
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?(?:e[+-]?\d+)?")
OF_THE_PAGE = {"1", "2", "3", "4", "5", "95", "90", "6", "12", "18", "24", "30", "36", "20", "35", "50", "65", "80"}  # questions, quantiles, months of a table


class Visible(HTMLParser):
    """Text that is read, without styles and the scales of pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.attributes: list[str] = []
        self.skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.skipping or tag == "style" or ("class", "axis") in attrs:
            self.skipping += tag in ("style", "g")
        self.attributes += [v or "" for k, v in attrs if k == "aria-label"]

    def handle_endtag(self, tag: str) -> None:
        self.skipping -= bool(self.skipping and tag in ("style", "g"))

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.text.append(data)


def leaves(data: Any) -> Iterator[Any]:
    if isinstance(data, dict):
        yield from data.keys()
        for value in data.values():
            yield from leaves(value)
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value)
    else:
        yield data


def sayable(run: dict[str, Any]) -> set[str]:
    """Every way in which the run's numbers may be written."""
    out = set(OF_THE_PAGE)
    for leaf in leaves(run):
        if isinstance(leaf, bool) or leaf is None:
            continue
        forms = [str(leaf)]
        if isinstance(leaf, int | float):
            forms += [words.dollars(leaf, run["currency"]), words.number(leaf), f"{leaf:.0%}", f"{leaf:,.0f}", f"{leaf:g}", f"{leaf:,}", f"{leaf:.2f}"]
        else:
            forms.append(words.unit(leaf))
        for form in forms:
            out.update(NUMBER.findall(form))
    for c in run["components"]:
        for case in c["similar_cases"]:
            out.update(NUMBER.findall(words.case_likeness(case)))
    gap = (run["stack"] or {}).get("apart", 0) - (run["stack"] or {}).get("as_decided", 0)
    return out | set(NUMBER.findall(words.dollars(gap))) | {f"{run['horizon_months'] / 12:g}"}


@pytest.fixture
def run(buildbuy: Callable[..., Any], tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "p.yaml").write_text(PROFILE, encoding="utf-8")
    ran = buildbuy("decide", "p.yaml", "--draws", "400", "--format", "json")
    assert ran.code == 0
    found: dict[str, Any] = json.loads(ran.out)
    return found


def test_every_number_on_a_rendering_is_the_runs(run: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "2000")  # no address is broken in two
    seen = Visible()
    seen.feed(html.render(run))
    page = " ".join(seen.text + seen.attributes)
    allowed = sayable(run)
    shown = terminal.Shown(why=True, money=True, sources=True, every=True)
    texts = {"html": page, "markdown": markdown.render(run), "terminal": terminal.render(run, shown, None, to_file=True), **adr.records(run)}
    texts |= {name: " ".join(re.findall(r"<(?:text|desc)[^>]*>([^<]*)<", re.sub(r'<g class="axis">.*?</g>', "", svg))) for name, svg in charts.saved(run).items()}
    for name, text in texts.items():
        strange = {n for n in NUMBER.findall(text) if n not in allowed}
        assert not strange, f"{name}: {sorted(strange)[:20]}"


def test_the_sentence_and_the_standing_come_first(run: dict[str, Any]) -> None:
    seen = Visible()
    seen.feed(html.render({**run, "components": run["components"][:1]}))
    page = " ".join(" ".join(seen.text).split())
    verdict = run["components"][0]["verdict"]
    assert 0 < page.index(verdict["summary"]) < page.index(verdict["standing"]) < page.index("Why: the four questions")


def test_the_page_asks_for_nothing(run: dict[str, Any]) -> None:
    page = html.render(run)
    assert len(page) < 3_000_000
    assert not re.search(r"<(script|img|link|iframe|object|embed)\b|@import|url\(|\bsrc=", page)
    assert "default-src 'none'" in page


def test_the_page_is_the_same_twice(run: dict[str, Any]) -> None:
    assert html.render(run) == html.render(run)


def test_every_picture_has_words_and_numbers_behind_it(run: dict[str, Any]) -> None:
    page = html.render(run)
    assert page.count('role="img"') == page.count("<title>") - 1 == page.count("<desc>") >= 4
    assert page.count("The numbers behind the picture") == page.count("The whole ledger") == len(run["components"])


def test_saved_pictures_stand_alone(buildbuy: Callable[..., Any], tmp_path: Path, run: dict[str, Any]) -> None:
    from xml.etree import ElementTree

    assert buildbuy("decide", "p.yaml", "--draws", "400", "--save", "saved").code == 0
    pictures = sorted((tmp_path / "saved").glob("*.svg"))
    for pixels in (p.with_suffix(".png").read_bytes() for p in pictures):
        assert pixels.startswith(b"\x89PNG") and int.from_bytes(pixels[16:20], "big") == 2 * charts.WIDTH
    assert {p.name for p in pictures} == set(charts.saved(run))
    report = (tmp_path / "saved" / "report.md").read_text(encoding="utf-8")
    assert all(f"]({p.name})" in report for p in pictures)
    for picture in pictures:
        text = picture.read_text(encoding="utf-8")
        root = ElementTree.fromstring(text)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root.attrib["viewBox"] == f"0 0 {root.attrib['width']} {root.attrib['height']}"
        assert not re.search(r"var\(|@media|system-ui", text)


def test_without_the_library_for_pixels_there_are_pictures_and_a_word_about_it(buildbuy: Callable[..., Any], tmp_path: Path, run: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "png", lambda picture: None)
    ran = buildbuy("decide", "p.yaml", "--draws", "300", "--save", "saved")
    assert ran.code == 0 and "pip install 'buildbuy[png]'" in ran.err
    assert list((tmp_path / "saved").glob("*.svg")) and not list((tmp_path / "saved").glob("*.png"))


def test_a_run_of_before_has_no_fans_and_still_renders(run: dict[str, Any]) -> None:
    for c in run["components"]:
        del c["over_time"]
    assert "Cost over time" not in html.render(run)


def test_a_workbook_needs_a_file(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(PROFILE, encoding="utf-8")
    ran = buildbuy("decide", "p.yaml", "--format", "xlsx")
    assert ran.code == 2 and "--out" in ran.err


def test_workbooks_of_one_run_are_the_same_bytes(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(PROFILE, encoding="utf-8")
    for name in ("a.xlsx", "b.xlsx"):
        assert buildbuy("decide", "p.yaml", "-c", "feature-store", "--draws", "300", "--format", "xlsx", "--out", name).code == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def break_even(**changes: Any) -> dict[str, Any]:
    given = {"variable": "users", "label": "users", "unit": "seat", "between": ["a", "b"], "today": 10.0, "crossings": [20.0], "cheaper_above": "b", "share_of_worlds": 0.5, "p5": 5.0, "p50": 20.0, "p95": 80.0}
    return {**given, "quantiles": [5.0 * 2 ** (i * 2 / 9) for i in range(19)], **changes}


def test_a_break_even_is_drawn_against_today() -> None:
    picture = str(charts.break_even(break_even(), {"p5": 8.0, "p95": 13.0}, {}))
    assert picture.count('class="mark"') == 2  # the crossing and its legend
    assert "today, 5% to 95%" in picture
    line = re.search(r'polyline class="line l0" points="([^"]*)"', picture)
    assert line is not None
    points = [tuple(map(float, p.split(","))) for p in line[1].split()]
    assert points == sorted(points, key=lambda p: (p[0], -p[1]))
    upright = re.search(r'line class="line l1" x1="([\d.]+)"', picture)
    assert upright is not None
    assert points[0][0] < float(upright[1]) < points[9][0]


def test_a_break_even_without_a_distribution_is_told_in_words() -> None:
    few = break_even(quantiles=[], crossings=[], share_of_worlds=0.03, p5=None, p50=None, p95=None)
    assert charts.break_even(few, None, {}) is None
    assert "in 3% of single worlds, too few" in charts.break_even_words(few, {})
    before = break_even()
    del before["quantiles"]
    assert charts.break_even(before, None, {}) is None
    assert "in the rest one of them is the cheaper" in charts.break_even_words(before, {})
    assert "in the rest" not in charts.break_even_words(break_even(share_of_worlds=1.0), {})
