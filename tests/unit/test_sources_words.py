"""A page beside a number of our own: what it rests on, not who says it."""

from __future__ import annotations

import pytest

from buildbuy.report.words import rests_on


@pytest.mark.parametrize(
    ("grade", "source", "said"),
    [
        ("assumed", "https://docs.example.org/sizes", "our own judgement, after "),
        ("assumed", "our own judgement, wide on purpose", ""),
        ("documented", "https://docs.example.org/sizes", ""),
        ("stated", "profile", ""),
    ],
)
def test_a_judgement_is_told_from_what_its_page_says(grade: str, source: str, said: str) -> None:
    assert rests_on(grade, source) == said
