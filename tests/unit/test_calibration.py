"""The correction that is printed: bounded, in order, and what the page about it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buildbuy.report import calibration

SHARES = st.dictionaries(st.sampled_from(["managed", "self-host", "build", "hybrid", "defer"]), st.floats(0.01, 1), min_size=1).map(lambda d: {k: v / sum(d.values()) for k, v in d.items()})


def test_by_hand() -> None:
    assert calibration.corrected({"managed": 0.8, "build": 0.2}) == pytest.approx({"managed": 0.4 * 0.8 + 0.15, "build": 0.4 * 0.2 + 0.15, "hybrid": 0.15, "self-host": 0.15})
    assert calibration.corrected({}) == {}
    assert calibration.corrected({"defer": 1.0}) == {"defer": 1.0}


@given(SHARES)
def test_it_sums_to_one_and_keeps_the_order(shares: dict[str, float]) -> None:
    found = calibration.corrected(shares)
    assert sum(found.values()) == pytest.approx(1.0)
    assert found.get("defer", 0.0) == shares.get("defer", 0.0)
    kept = sorted((k for k in shares if k != "defer"), key=shares.__getitem__)
    assert [found[k] for k in kept] == sorted(found[k] for k in kept)


def test_the_page_has_the_same_figures() -> None:
    page = (Path(__file__).parents[2] / "docs" / "concepts" / "back-test.md").read_text(encoding="utf-8")
    assert f"four-way w = {calibration.WEIGHT:.2f}" in page
    assert f"average {calibration.STATED:.0%} and were right in {calibration.RIGHT:.0%}" in page
    assert f"{calibration.CASES} scored" in page
