"""The reference pages in docs/reference are those of the catalog."""

from __future__ import annotations

from pathlib import Path

from buildbuy.catalog.load import load
from buildbuy.catalog.reference import pages
from buildbuy.resolve.bill import three_sizes

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
BY_HAND = {"effort-priors.md", "part-shares.md"}


def test_the_pages_are_those_of_the_catalog_and_no_other_is_left() -> None:
    """`make reference` renews them."""
    catalog = load()
    wanted = pages(catalog, {name: three_sizes(catalog, name) for name in catalog.systems})
    there = {p.relative_to(REFERENCE).as_posix() for p in REFERENCE.rglob("*.md")}
    assert there - BY_HAND == {*wanted}
    assert there >= BY_HAND
    stale = [name for name, text in wanted.items() if (REFERENCE / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run `make reference`"
