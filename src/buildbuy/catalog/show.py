"""Catalog entries as a person would want to read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import Catalog
from buildbuy.domain.profile import COMPONENTS
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


def cases(catalog: Catalog, component: str | None = None) -> list[dict[str, Any]]:
    """Public cases by component and year, as data, their sources included."""
    rows = [c.model_dump(mode="json") for c in catalog.cases.values() if component in (None, c.component)]
    return sorted(rows, key=lambda c: (COMPONENTS.index(c["component"]), c["year"], c["id"]))


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


def text(catalog: Catalog, system_id: str, sizes: Mapping[str, list[dict[str, Any]]] | None = None) -> str:
    """A system's entry as a page; `sizes` are its bills at three scales."""
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
            out.append(f"  proofs   {'; '.join(map(proof, offer.compliance)) or 'none found'}")
        if offer.needs:
            out.append(f"  needs    {', '.join(offer.needs)}")
        for plan in offer.plans:
            out += _plan(catalog, system, plan)
        for limit in offer.limits:
            out.append(f"  limit    {limit.metric} {limit.bound} ({limit.kind}{'; ' + limit.conditions if limit.conditions else ''})")
        for note in offer.operations:
            out.append(f"  running  {note.value}")
    out += _sizes(catalog, system, sizes or {})
    out += _life(catalog, system)
    if system.exit:
        out += ["", "Leaving", *(f"  {x.value}" for x in system.exit)]
    out += ["", "Sources"]
    for name, source in system.sources.items():
        page = source.url or source.note or "our own judgement"
        seen = f", verified {source.last_verified}" if source.last_verified else ""
        out.append(f"  {name:<16} {source.grade:<12} {source.dated.removeprefix('of '):<12} {page}{seen}" + (f" (via {source.via})" if source.via else ""))
    if state(catalog, system).startswith("offered"):
        out += ["", f"next: buildbuy catalog bill {system.id}"]
    return "\n".join(plain(line) for line in out) + "\n"


def _sizes(catalog: Catalog, system: s.System, sizes: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """A month's bill by plan at three sizes."""
    if not sizes:
        return []
    component = catalog.components[next(c for c in system.components if c in catalog.components)]
    out = ["", "What it costs a month at three sizes, USD (without people; `catalog bill` for yours)"]
    for i, (size, rows) in enumerate(sizes.items()):
        load = ", ".join(f"{component.variables[name].label} {knots[i]:,.0f} {component.variables[name].unit}" for name, knots in component.scale.items())
        out.append(f"  {size}   {load}")
        for row in rows:
            month = row["monthly"]
            money = f"{month['p50']:>10,.0f}  [{month['p5']:,.0f} … {month['p95']:,.0f}]"
            if not row["priced"]:
                money = "no public price"
            elif row["admitted"] < 0.5:
                money = "past this plan's caps"
            out.append(f"        {row['name']:<44.44} {money}")
    return out


def _life(catalog: Catalog, system: s.System) -> list[str]:
    """What happened and what is coming, oldest first, with a line for today."""
    if not system.events:
        return []
    rows = [(e.when, f"  {e.when}  ● {e.kind:<14} {e.text}") for e in system.events]
    rows += [(o.since, f"  {o.since}  ● {'owner':<14} {o.id}") for o in system.owners if o.since and all(e.when != o.since for e in system.events)]
    rows.append((f"{catalog.month}~", f"  {catalog.month}  ─ today ─"))
    return ["", "Life", *(text for _, text in sorted(rows))]


def _where(offer: s.Offer) -> str:
    """Where data is kept."""
    if offer.regions:
        return f"data in {', '.join(r.value for r in offer.regions)}"
    return offer.residency.value if offer.residency else "regions not documented"


def _by_quote(plan: s.Plan) -> str:
    """What is known of a price that is not public."""
    if plan.unpriced is not None:
        return f": {plan.unpriced}" + ("; below is what else it takes" if plan.charges else "")
    return ", sourced range below" if plan.charges else "; no public price"


def _plan(catalog: Catalog, system: s.System, plan: s.Plan) -> list[str]:
    head = f"  plan     {plan.id}: {plan.name}"
    if plan.quote_only:
        head += f" (by quote{_by_quote(plan)})"
    elif plan.free:
        head += " (free)"
    elif not plan.priced:
        head += " (no price in the catalog)"
    if plan.admits:
        grade = system.sources[plan.admits_source].grade if plan.admits_source else ""
        head += f" up to {plan.caps}{f' ({grade})' if grade else ''}"
    if plan.available is not None and plan.available.until:
        head += f", ends {plan.available.until}"
    rows = [head]
    for charge in plan.charges:
        rate = catalog.prices[charge.rate.price].rate if charge.rate.price else None
        value, unit = (rate.value, rate.unit) if rate else (charge.rate.value, charge.rate.unit)
        times = f" × {charge.rate.factor:g}" if charge.rate.factor != 1 else ""
        rows.append(f"             {charge.name}: {value} {unit}{times} × {charge.quantity}" + (f", {charge.included:g} included" if charge.included else ""))
    return rows


def proof(certificate: s.Certificate) -> str:
    """A certificate with the conditions and plans it holds under, and what its page leaves open."""
    said = [certificate.conditions, f"plan {', '.join(certificate.plans)} only" if certificate.plans else None, f"open: {certificate.ask}" if certificate.ask else None]
    return certificate.value + (f" ({'; '.join(x for x in said if x)})" if any(said) else "")
