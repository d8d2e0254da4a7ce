"""What a product was at a month (YYYY-MM): offered or closed, whose, under which licence, its end known or not."""

from __future__ import annotations

from buildbuy.catalog import schema as s
from buildbuy.quantities.months import after, before

TURNS = ("acquired", "license-change", "closed-to-new", "dormant", "end-announced", "ended")
ENDINGS = ("end-announced", "deprecated", "closed-to-new", "ended")


def closed(offer: s.Offer, now: str) -> str | None:
    """Why nobody new can have an offer at that month; None where one can."""
    a = offer.available
    if after(a.since, now):
        return f"not offered before {a.since}"
    if before(a.until, now):
        return f"ended {a.until}"
    if before(a.newcomers_until, now):
        return f"closed to new customers since {a.newcomers_until}"
    return None


def plan_closed(plan: s.Plan, now: str) -> str | None:
    """Why nobody new can have a plan at that month; None where one can."""
    a = plan.available
    if a is None:
        return None
    if after(a.since, now):
        return f"not offered before {a.since}"
    if before(a.until, now) or before(a.newcomers_until, now):
        return f"closed to newcomers since {a.newcomers_until or a.until}" + (f", ends {a.until}" if a.until else "")
    return None


def announced(system: s.System, available: s.Availability, now: str) -> bool:
    """Whether its end was known at that month: by the month it was announced, or it closed to
    newcomers, or an event of its life says so.
    """
    told = available.announced or available.newcomers_until
    if told is None:
        told = min((e.when for e in system.events if e.kind in ENDINGS), default=available.until)
    return not after(told, now)


def latest(system: s.System, now: str) -> s.Event | None:
    """The latest event known at that month."""
    return max((e for e in system.events if not after(e.when, now)), key=lambda e: e.when, default=None)


def turning_point(system: s.System, now: str) -> s.Event | None:
    """The latest event known at that month that may end what a user has: a sale, another licence, an end."""
    return max((e for e in system.events if e.kind in TURNS and not after(e.when, now)), key=lambda e: e.when, default=None)


def dormant(system: s.System, now: str) -> bool:
    """Whether releases had stopped by that month, with none after."""
    life = sorted((e for e in system.events if e.kind in ("dormant", "released") and not after(e.when, now)), key=lambda e: e.when)
    return bool(life) and life[-1].kind == "dormant"


def as_licensed(system: s.System, now: str) -> s.System:
    """The system with the licence it had at that month."""
    changes = sorted((e for e in system.events if e.kind == "license-change" and e.was and after(e.when, now)), key=lambda e: e.when)
    return system.model_copy(update={"license": s.Statement(value=str(changes[0].was), source=changes[0].source)}) if changes else system


def owner(system: s.System, now: str) -> s.Owner:
    """Who owns the product at that month: the latest owner whose time has begun."""
    begun = [o for o in system.owners if not after(o.since, now)]
    return begun[-1] if begun else system.owners[0]
