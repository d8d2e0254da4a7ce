"""Every fact of a catalog, one by one, with where it stands and the page behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import Catalog
from buildbuy.strict_yaml import Strict

KINDS = ("components", "systems", "prices", "infrastructure", "classes", "curves", "stages")


@dataclass(frozen=True)
class Located:
    """A fact: its owner ("systems:feast"), the path of keys to it, and its page."""

    owner: str
    path: tuple[str, ...]
    fact: Any
    page: s.Source

    @property
    def where(self) -> str:
        return f"{self.owner} {'.'.join(self.path)}"

    @property
    def as_of(self) -> str:
        return getattr(self.fact, "as_of", None) or self.page.as_of

    @property
    def undated(self) -> bool:
        """Whether its page has no date, so that `as_of` is the month in which it was read."""
        return undated(self.fact, self.page)

    @property
    def disputed(self) -> bool:
        """Whether readings of it differ."""
        return bool(getattr(self.fact, "disputed", False)) or self.page.disputed

    @property
    def grade(self) -> str:
        return getattr(self.fact, "grade", None) or self.page.grade

    @property
    def said(self) -> str:
        """What it states, in a few words."""
        words = _WORDS.get(type(self.fact))
        if words is not None:
            return words(self.fact)
        value, unit = getattr(self.fact, "value", None), getattr(self.fact, "unit", None)
        return f"{value} {unit}" if unit else str(value if value is not None else self.fact.note)


def undated(fact: Any, page: s.Source) -> bool:
    """Whether neither a fact nor its page says of which month it is; judgement is of the month in which it was made."""
    grade = getattr(fact, "grade", None) or page.grade
    return page.page_date is not None and getattr(fact, "as_of", None) is None and grade != "assumed"


def _available(fact: s.Availability) -> str:
    ends = [f"{name} {month}" for name, month in (("newcomers until", fact.newcomers_until), ("ends", fact.until)) if month]
    return ", ".join([f"since {fact.since}", *ends])


_WORDS: dict[type, Callable[[Any], str]] = {
    s.EffortCurve: lambda f: f"{f.S} / {f.M} / {f.L} / {f.XL} {f.unit}",
    s.Event: lambda f: f"{f.when} {f.text}",
    s.Owner: lambda f: f"{f.id} ({f.kind})" + (f" since {f.since}" if f.since else ""),
    s.Availability: _available,
    s.Covered: lambda f: "covered" + (f" since {f.since}" if f.since else "") + (f" until {f.until}" if f.until else ""),
    s.Limit: lambda f: f"{f.metric} {f.op} {f.value:g} {f.unit} ({f.kind})",
    s.Rate: lambda f: f"price {f.price}" if f.price else f"{f.value} {f.unit}",
    s.Plan: lambda f: str(f.name),
}


def facts(catalog: Catalog) -> Iterator[Located]:
    """Every fact that names a source, in a fixed order."""
    for kind in KINDS:
        for name, entry in getattr(catalog, kind).items():
            owner = f"{kind}:{name}"
            for path, one in _records(entry, ()):
                yield Located(owner, path, one, catalog.source(owner, one.source))
    for path, one in _records(catalog.money, ()):
        yield Located("rates:money", path, one, catalog.source("rates:money", one.source))


def _records(entry: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(entry, Strict):
        if isinstance(getattr(entry, "source", None), str):
            yield path, entry
        for name in type(entry).model_fields:
            if name != "sources":
                yield from _records(getattr(entry, name), (*path, name))
    elif isinstance(entry, dict):
        for name, value in entry.items():
            yield from _records(value, (*path, str(name)))
    elif isinstance(entry, tuple):
        for i, value in enumerate(entry):
            yield from _records(value, (*path, _key(value, i)))


def _key(value: Any, index: int) -> str:
    """What names an item of a list: its id or name, else what it says, else its place."""
    for name in ("id", "name", "metric", "when", "value"):
        found = getattr(value, name, None)
        if isinstance(found, str):
            return found if name in ("id", "name", "value") else f"{found}-{index}"
    return str(index)
