"""Money carries its currency and the year of its prices."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from buildbuy.errors import BadInput
from buildbuy.quantities import units
from buildbuy.quantities.estimate import Estimate, parse

_CURRENCY = re.compile(r"\b(USD|EUR|GBP|CHF|SEK|INR|CAD|AUD|JPY)(?:[_ ]?((?:19|20)\d\d))?\b")


@dataclass(frozen=True)
class Currency:
    """What sentences tell money in; sums are in USD of the catalog's year."""

    name: str = "USD"
    usd_per: float = 1.0

    def told(self, usd: float) -> str:
        """An amount as a sentence tells it: "2,840 EUR"."""
        return f"{usd / self.usd_per:,.0f} {self.name}"


DOLLARS = Currency()


@dataclass(frozen=True)
class Rates:
    """What money of other currencies and years is worth in USD of `year`.

    `usd_per` maps a currency to USD per unit of it, `price_level` a year to the US price level
    (any base). Both come from the catalog, with their sources.
    """

    year: int
    usd_per: Mapping[str, float]
    price_level: Mapping[int, float]

    def currency(self, name: str) -> Currency:
        """A currency with its rate; USD for one without."""
        return Currency(name, self.usd_per[name]) if name in self.usd_per else DOLLARS

    def factor(self, currency: str, year: int | None) -> float:
        """USD of the catalog's year per unit of `currency` in prices of `year`."""
        if currency not in self.usd_per:
            raise BadInput(f"no exchange rate for {currency}", hint=f"known: {', '.join(sorted(self.usd_per))}")
        if year is None or year == self.year:
            return self.usd_per[currency]
        known = sorted(self.price_level)
        if year not in self.price_level:
            raise BadInput(f"no price level for the year {year}", hint=f"known: {known[0]} to {known[-1]}")
        return self.usd_per[currency] * self.price_level[self.year] / self.price_level[year]


def parse_money(raw: object, expected: str, rates: Rates) -> Estimate:
    """Read an amount ("1200 EUR/month", "4k USD 2024", "$300 to $500 per month") in USD of the
    catalog's year; `expected` is its unit ("USD", "USD/month", "USD/hour").
    """
    return parse(raw, expected, convert=reader(expected, rates))


def currency_of(raw: object) -> str:
    """The currency an amount is written in; USD where none is named."""
    found = _CURRENCY.search(str(raw))
    return found[1] if found else "USD"


def reader(expected: str, rates: Rates) -> Callable[[str], float]:
    """What a unit of money as people write it ("EUR/month", "USD 2024") is worth in `expected`."""

    def to_usd(text: str) -> float:
        if not text:
            return 1.0
        found = _CURRENCY.search(text)
        if not found:
            return units.factor(text, expected)
        plain = text[: found.start()] + "USD" + text[found.end() :]
        return units.factor(plain, expected) * rates.factor(found[1], int(found[2]) if found[2] else None)

    return to_usd
