"""What changed between two catalogs: facts added, gone, or stated differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from buildbuy.catalog.facts import Located, facts
from buildbuy.catalog.load import Catalog


@dataclass(frozen=True)
class Change:
    """One fact in two catalogs; `old` or `new` is None where it is missing."""

    where: str
    old: str | None
    new: str | None
    source: str


def changes(old: Catalog, new: Catalog) -> list[Change]:
    """Every fact that differs in what it states, its grade, its date or its page, by place."""
    before, after = _table(old), _table(new)
    out = []
    for where in sorted({*before, *after}):
        a, b = before.get(where), after.get(where)
        if (a and _stated(a)) != (b and _stated(b)):
            page = (b or a).page.url or ""  # type: ignore[union-attr]
            out.append(Change(where, _words(a, b), _words(b, a), page))
    return out


def _table(catalog: Catalog) -> dict[str, Located]:
    return dict(_numbered(catalog))


def _numbered(catalog: Catalog) -> Iterator[tuple[str, Located]]:
    """Facts by place; a second one of the same name has a number."""
    seen: dict[str, int] = {}
    for one in facts(catalog):
        seen[one.where] = seen.get(one.where, 0) + 1
        yield one.where if seen[one.where] == 1 else f"{one.where} #{seen[one.where]}", one


def _stated(one: Located) -> tuple[str, str, str, str | None]:
    return one.said, one.grade, one.as_of, one.page.url


def _words(one: Located | None, other: Located | None) -> str | None:
    """What it states, with grade, date and page where only they differ."""
    if one is None:
        return None
    if other is not None and one.said == other.said:
        page = "" if one.page.url == other.page.url else f", {one.page.url}"
        return f"{one.said} ({one.grade}, {one.as_of}{page})"
    return one.said
