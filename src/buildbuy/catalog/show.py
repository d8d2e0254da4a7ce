"""Catalog entries as a person would want to read them."""

from __future__ import annotations

from typing import Any

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import Catalog
from buildbuy.report.safe import plain

ENDS = ("ended", "closed-to-new", "end-announced")


def listing(catalog: Catalog, component: str | None = None) -> list[dict[str, Any]]:
    """Systems by component: id, how they are offered, and their state at the catalog's month."""
    rows = []
    for name in catalog.components:
        if component not in (None, name):
            continue
        for system in catalog.systems.values():
            if name in system.components:
                rows.append({"component": name, "id": system.id, "name": system.name, "sourcing": ", ".join(system.offers) or "none", "state": state(catalog, system), "owner": system.owners[-1].id})
    return rows


def state(catalog: Catalog, system: s.System) -> str:
    """Whether it can be had at the catalog's month, and what is coming."""
    if not system.offers:
        last = [e for e in system.events if e.kind in ENDS]
        return f"ended {last[-1].when}" if last else "not offered"
    open_ = [o for o in system.offers.values() if not _past(o.available.until, catalog.month) and not _past(o.available.newcomers_until, catalog.month)]
    if not open_:
        ends = [o.available.until for o in system.offers.values() if _past(o.available.until, catalog.month)]
        return f"ended {max(e for e in ends if e)}" if ends else "closed to new customers"
    ahead = [e for e in system.events if e.when > catalog.month]
    return f"offered; {ahead[0].when}: {ahead[0].text}" if ahead else "offered"


def _past(month: str | None, now: str) -> bool:
    return month is not None and month < now


def entry(catalog: Catalog, system_id: str) -> dict[str, Any]:
    """A system's whole entry as data, with the number of facts."""
    system = catalog.systems[system_id]
    return {**system.model_dump(mode="json", exclude_none=True), "state": state(catalog, system)}


def text(catalog: Catalog, system_id: str) -> str:
    """A system's entry as a page."""
    system = catalog.systems[system_id]
    owner = system.owners[-1]
    out = [f"{system.name}  ({system.id})", f"  {system.summary}", f"  {system.homepage}", ""]
    out.append(f"State      {state(catalog, system)}")
    out.append(f"Owner      {owner.id} ({owner.kind}){f' since {owner.since}' if owner.since else ''}")
    out.append(f"Licence    {system.license.value}")
    for component, parts in system.parts.items():
        names = ", ".join(f"{p}{f' (since {f.since})' if f.since else ''}" for p, f in parts.items())
        out.append(f"Covers     {component}: {names}")
        missing = [p for p, part in catalog.components[component].parts.items() if p not in parts and not part.yours] if component in catalog.components else []
        if missing:
            out.append(f"           not: {', '.join(missing)}")
    for sourcing, offer in system.offers.items():
        out += ["", f"{sourcing}, since {offer.available.since}"]
        out.append(f"  runs     {', '.join(d.value for d in offer.deployment)}; {_where(offer)}")
        if sourcing == "managed":
            out.append(f"  proofs   {', '.join(c.value for c in offer.compliance) or 'none found'}")
        if offer.needs:
            out.append(f"  needs    {', '.join(offer.needs)}")
        for plan in offer.plans:
            out += _plan(catalog, system, plan)
        for limit in offer.limits:
            out.append(f"  limit    {limit.metric} {limit.op} {limit.value:g} {limit.unit} ({limit.kind}{'; ' + limit.conditions if limit.conditions else ''})")
        for note in offer.operations:
            out.append(f"  running  {note.value}")
    if system.events:
        out += ["", "Life"]
        out += [f"  {e.when}  {e.kind:<14} {e.text}" for e in sorted(system.events, key=lambda e: e.when)]
    if system.exit:
        out += ["", "Leaving", *(f"  {x.value}" for x in system.exit)]
    out += ["", "Sources"]
    for name, source in system.sources.items():
        page = source.url or source.note or "our own judgement"
        out.append(f"  {name:<16} {source.grade:<12} {source.as_of:<8} {page}" + (f" (via {source.via})" if source.via else ""))
    if state(catalog, system).startswith("offered"):
        out += ["", f"next: buildbuy catalog bill {system.id}"]
    return "\n".join(plain(line) for line in out) + "\n"


def _where(offer: s.Offer) -> str:
    """Where data is kept."""
    if offer.regions:
        return f"data in {', '.join(r.value for r in offer.regions)}"
    return offer.residency.value if offer.residency else "regions not documented"


def _plan(catalog: Catalog, system: s.System, plan: s.Plan) -> list[str]:
    head = f"  plan     {plan.id}: {plan.name}"
    if plan.quote_only:
        head += " (by quote" + (", sourced range below)" if plan.charges else "; no public price)")
    if plan.admits:
        head += f" up to {', '.join(f'{v:g} {k}' for k, v in plan.admits.items())}"
    if plan.available is not None and plan.available.until:
        head += f", ends {plan.available.until}"
    rows = [head]
    for charge in plan.charges:
        rate = catalog.prices[charge.rate.price].rate if charge.rate.price else None
        value, unit = (rate.value, rate.unit) if rate else (charge.rate.value, charge.rate.unit)
        times = f" × {charge.rate.factor:g}" if charge.rate.factor != 1 else ""
        rows.append(f"             {charge.name}: {value} {unit}{times} × {charge.quantity}" + (f", {charge.included:g} included" if charge.included else ""))
    del system
    return rows
