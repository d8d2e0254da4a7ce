"""What a picture says beside its bars stands where it can't be taken for something else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from buildbuy.report import charts


def line(name: str, mean: float, p5: float, p95: float) -> dict[str, Any]:
    return {"line": name, "mean": mean, "p5": p5, "p95": p95, "shared": False, "labour": False}


def component(*ledger: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"label": "hours to run one with a name that is rather long, so that it goes all the way", "p5": 1, "p95": 2, "unit": "h", "at_p5": 4_200.0, "at_p95": 29_000.0},
        {"label": "another", "p5": 1, "p95": 2, "unit": "h", "at_p5": 56_000.0, "at_p95": -28_000.0},
    ]
    options = [{"id": name, "name": name, "ledger": list(ledger)} for name in ("one", "other")]
    return {"name": "A component", "verdict": {"option": "one"}, "runner_up": "other", "options": options, "tornado": {"between": ["one", "other"], "difference": 16_000.0, "rows": rows}}


def texts(picture: str) -> list[tuple[float, float, str, bool]]:
    """x, y, text and whether it ends there, of every text of a picture but its axes."""
    found = re.findall(r'<text(?: class="(\w+)")? x="([\d.]+)" y="([\d.]+)">([^<]*)<', re.sub(r'<g class="axis">.*?</g>', "", picture))
    return [(float(x), float(y), text, kind == "end") for kind, x, y, text in found]


def money(picture: str) -> list[tuple[float, float, str, bool]]:
    return [t for t in texts(picture) if re.fullmatch(r"-?\$[\d.]+k?", t[2])]


@pytest.mark.parametrize("ledger", [[line("small, uncertain", 2_900, 0, 90_000), line("large, sure", 47_000, 46_000, 48_000)], [line("credits", -8_000, -20_000, 0), line("bill", 30_000, 3_000, 60_000)]])
def test_means_stand_in_one_column_before_the_bars(ledger: list[dict[str, Any]]) -> None:
    picture = str(charts.ledger(component(*ledger), "USD"))
    told = money(picture)
    assert len(told) == 4
    assert {(x, ends) for x, _, _, ends in told} == {(told[0][0], True)}, "one column"
    bars = [float(x) for x in re.findall(r'<rect class="f\d" x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="12"', picture)]
    whiskers = [float(x) for pair in re.findall(r'<line class="whisker" x1="([\d.]+)" x2="([\d.]+)"', picture) for x in pair]
    assert min(*bars, *whiskers) >= told[0][0] + 4
    assert max(whiskers) <= charts.WIDTH


def test_no_line_of_the_tornado_runs_through_a_text() -> None:
    picture = str(charts.tornado(component(), "USD"))
    lines = [(float(x), float(a), float(b)) for x, a, b in re.findall(r'<line(?: class="whisker")? x1="([\d.]+)" x2="[\d.]+" y1="([\d.]+)" y2="([\d.]+)"', picture)]
    assert len(lines) == 4
    for x, y, text, ends in texts(picture):
        left, right = (x - 8 * len(text), x) if ends else (x, x + 8 * len(text))
        for at, top, bottom in lines:
            assert not (left <= at <= right and top <= y + 3 and bottom >= y - 10), text


def test_the_tornados_amounts_stand_in_two_columns() -> None:
    told = money(str(charts.tornado(component(), "USD")))
    assert [t[2] for t in told] == ["$4.2k", "$29k", "-$28k", "$56k"]
    assert len({x for x, *_ in told}) == 2
