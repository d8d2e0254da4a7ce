"""How long each kind of fact is taken to hold, and how old a fact is.

A page without a date of its own is taken to be UNDATED_MONTHS old, or as old as its reading where that is
longer ago. A fact's age counts from the later of the month it states (`as_of`) and the month somebody last
opened its page and found it unchanged (`last_verified`). Verifying never changes `as_of`: a page
read again says that a price still stands, not that it is new.
"""

from __future__ import annotations

from typing import Any

from buildbuy.catalog import schema as s
from buildbuy.quantities.months import month_of, months_between

UNDATED_MONTHS = 24  # assumed: how old a page is that doesn't say
VALID_MONTHS: tuple[tuple[str, int, tuple[type, ...]], ...] = (
    # kind of fact, months it is taken to hold (assumed, from how often such pages were seen to change), its records
    ("price", 12, (s.Rate, s.Plan)),
    ("availability", 12, (s.Availability, s.Owner)),
    ("limit", 18, (s.Limit,)),
    ("region or certificate", 18, (s.RegionFact, s.DeploymentFact, s.Statement)),
    ("part", 36, (s.Covered,)),
    ("effort or reference class", 60, (s.EffortCurve, s.ReferenceClass, s.Relative, s.Prior)),
)
HISTORY = (s.Event,)  # what happened stays true


def kind_of(owner: str, fact: Any) -> tuple[str, int | None]:
    """What kind of fact it is, and for how many months it is taken to hold (None: for good).

    `owner` is where it stands ("systems:feast", "prices:aws/s3/standard").
    """
    if isinstance(fact, HISTORY):
        return "event", None
    if owner.startswith("prices:"):
        return "price", 12
    for kind, months, records in VALID_MONTHS:
        if isinstance(fact, records):
            return kind, months
    return "figure", 36


def verified(as_of: str, last_verified: str | None) -> str:
    """The month from which a fact's age counts."""
    return month_of(as_of) if last_verified is None else max(month_of(as_of), last_verified)


def age_months(as_of: str, now: str, last_verified: str | None = None, *, undated: bool = False) -> int:
    """How old (or how much too new) a fact is, in months; `undated` where its page doesn't say and `as_of`
    is the month in which it was read.
    """
    known = abs(months_between(verified(as_of, last_verified), now))
    return max(known, UNDATED_MONTHS) if undated and last_verified is None else known
