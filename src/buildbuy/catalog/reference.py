"""Generated reference pages: one a system, and a comparison per component."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import Catalog
from buildbuy.catalog.show import proof, state
from buildbuy.report.safe import link
from buildbuy.report.safe import markdown as md

Sizes = Mapping[str, list[dict[str, Any]]]
HEAD = "<!-- Written by `make reference` from the catalog; change the catalog, not this page. -->"


def pages(catalog: Catalog, sizes: Mapping[str, Sizes]) -> dict[str, str]:
    """Path to text of every page; `sizes` are the bills at three scales by system."""
    out = {f"systems/{name}.md": system_page(catalog, system, sizes.get(name, {})) for name, system in catalog.systems.items()}
    out |= {f"components/{name}.md": component_page(catalog, component, sizes) for name, component in catalog.components.items()}
    rows = [f"- [{md(c.name)}](components/{name}.md)" for name, c in catalog.components.items()]
    out["README.md"] = "\n".join([HEAD, "# The catalog", "", f"Catalog {catalog.version}, month {catalog.month}.", "", *rows, "", "[Effort priors](effort-priors.md): the rows behind the effort curves. [Part shares](part-shares.md): the counts behind the parts' shares of a build.", ""])
    return out


def component_page(catalog: Catalog, component: s.Component, sizes: Mapping[str, Sizes]) -> str:
    """What a component consists of, and its systems side by side."""
    out = [HEAD, f"# {md(component.name)}", "", md(component.about), "", "## Parts", "", "| part | what it is | needed from | share of the build |", "|---|---|---|---|"]
    for name, part in component.parts.items():
        needed = "yours in every option" if part.yours else part.required_from or "when asked"
        share = "" if part.yours or part.share is None else md(part.share.value)
        out.append(f"| `{name}` | {md(part.about)} | {needed} | {share} |")
    systems = [x for x in catalog.systems.values() if component.id in x.components]
    names = [n for n, p in component.parts.items() if not p.yours]
    out += ["", "## Systems", "", "A month's bill is the median at list prices, without people, at the typical workload of S, M and L: " + _loads(component) + ". The range and what lies behind it stand on each system's page.", ""]
    out += ["| system | offered | state | owner | parts it covers | lacks | bill at S | M | L | data kept in | certificates |", "|---|---|---|---|---|---|--:|--:|--:|---|---|"]
    for system in systems:
        covered = [p for p in names if p in system.parts.get(component.id, {})]
        regions = sorted({r.value for o in system.offers.values() for r in o.regions})
        proofs = sorted({c.value for o in system.offers.values() for c in o.compliance})
        bills = [_cheapest(sizes.get(system.id, {}).get(size, [])) for size in ("S", "M", "L")]
        out.append(
            f"| [{md(system.name)}](../systems/{system.id}.md) | {', '.join(system.offers) or 'no longer'} | {md(state(catalog, system))} | {md(system.owners[-1].id)} | "
            f"{len(covered)} of {len(names)} | {md(', '.join(n for n in names if n not in covered))} | {' | '.join(bills)} | {md(', '.join(regions))} | {md(', '.join(proofs))} |"
        )
    return "\n".join([*out, ""])


def _loads(component: s.Component) -> str:
    return "; ".join(f"{md(component.variables[name].label)} {', '.join(f'{k:,.0f}' for k in knots[:3])} {md(component.variables[name].unit)}" for name, knots in component.scale.items())


def _cheapest(rows: list[dict[str, Any]]) -> str:
    """The lowest bill among the plans that fit; a plan without a price is no bill."""
    fitting = [r["monthly"]["p50"] for r in rows if r["priced"] and r["admitted"] >= 0.5]
    if fitting:
        return f"{min(fitting):,.0f}"
    return "no price" if rows else "–"


def system_page(catalog: Catalog, system: s.System, sizes: Sizes) -> str:
    """A system's entry with every fact's page."""
    owner = system.owners[-1]
    out = [HEAD, f"# {md(system.name)}", "", md(system.summary), "", f"{link(system.homepage)} · id `{system.id}` · {md(state(catalog, system))}", ""]
    out += ["| | |", "|---|---|", f"| owner | {md(owner.id)} ({owner.kind}){f' since {owner.since}' if owner.since else ''} {_at(system, owner)} |", f"| licence | {md(system.license.value)} {_at(system, system.license)} |"]
    for component, parts in system.parts.items():
        covered = ", ".join(f"{p}{f' (since {f.since})' if f.since else ''}" for p, f in parts.items())
        out.append(f"| covers of [{component}](../components/{component}.md) | {md(covered)} |")
    for sourcing, offer in system.offers.items():
        out += ["", f"## {sourcing.capitalize()}", "", f"Since {offer.available.since}." + _ends(offer.available)]
        out += [f"- runs: {md(', '.join(d.value for d in offer.deployment))}", f"- data in: {md(', '.join(r.value for r in offer.regions) or 'not documented')}"]
        if sourcing == "managed":
            out.append("- certificates: " + ("; ".join(f"{md(proof(c))} {_at(system, c)}" for c in offer.compliance) or "none found"))
        if offer.sla:
            out.append(f"- promise: {md(offer.sla.value)} {_at(system, offer.sla)}")
        if offer.needs:
            out.append(f"- needs: {md(', '.join(offer.needs))}")
        out += ["", "| plan | charge | rate | quantity | included | page |", "|---|---|---|---|---|---|"]
        for plan in offer.plans:
            out += _plan(catalog, system, plan)
        if offer.limits:
            out += ["", "| limit | kind | conditions | page |", "|---|---|---|---|"]
            out += [f"| {x.metric} {md(x.bound)} | {x.kind} | {md(x.conditions or '')} | {_at(system, x)} |" for x in offer.limits]
        out += ["", *(f"- {md(n.value)} {_at(system, n)}" for n in offer.operations)]
    out += _bills(catalog, system, sizes)
    if system.events:
        out += ["", "## Life", "", *(f"- {e.when} {e.kind}: {md(e.text)} {_at(system, e)}" for e in sorted(system.events, key=lambda e: e.when))]
    if system.exit:
        out += ["", "## Leaving", "", *(f"- {md(x.value)} {_at(system, x)}" for x in system.exit)]
    out += ["", "## Pages", ""]
    for name, source in system.sources.items():
        page = link(source.url) if source.url else md(source.note or "our own judgement")
        out.append(f"- <a id=\"{name}\"></a>`{name}` {source.grade}, {source.dated.removeprefix('of ')}{f', verified {source.last_verified}' if source.last_verified else ''}: {page}{f' (via {md(source.via)})' if source.via else ''}")
    return "\n".join([*out, ""])


def _at(system: s.System, fact: s.Sourced) -> str:
    """A link to the page behind a fact, on the same page."""
    return _page(system, fact.source, fact.grade)


def _page(system: s.System, source: str, grade: str | None = None) -> str:
    return f"[{grade or system.sources[source].grade}](#{source})"


def _ends(available: s.Availability) -> str:
    said = [f" Closed to newcomers from {available.newcomers_until}." if available.newcomers_until else "", f" Ends {available.until}." if available.until else ""]
    return "".join(said)


def _plan(catalog: Catalog, system: s.System, plan: s.Plan) -> list[str]:
    note = " by quote" if plan.quote_only else ""
    whence = f", {_page(system, plan.admits_source)}" if plan.admits_source else ""
    caps = f" (up to {md(plan.caps)}{whence})" if plan.admits else ""
    name = f"{md(plan.name)}{note}{caps}"
    if not plan.charges:
        return [f"| {name} | {'free' if plan.free else 'no public price'} | | | | {_page(system, plan.source)} |"]
    rows = []
    for charge in plan.charges:
        price = catalog.prices[charge.rate.price] if charge.rate.price else None
        rate = f"{price.rate.value} {price.rate.unit}" if price else f"{charge.rate.value} {charge.rate.unit}"
        times = f" × {charge.rate.factor:g}" if charge.rate.factor != 1 else ""
        page = md(charge.rate.price) if charge.rate.price else _page(system, str(charge.rate.source), charge.rate.grade)
        rows.append(f"| {name} | {md(charge.name)} | {md(rate)}{times} | `{charge.quantity}` | {f'{charge.included:g}' if charge.included else ''} | {page} |")
    return rows


def _bills(catalog: Catalog, system: s.System, sizes: Sizes) -> list[str]:
    if not sizes:
        return []
    component = catalog.components[next(c for c in system.components if c in catalog.components)]
    out = ["", "## What it costs a month, USD", "", f"Medians and 90% ranges at list prices, without people. Workload at S, M and L: {_loads(component)}.", "", "| plan | S | M | L |", "|---|--:|--:|--:|"]
    names = [r["name"] for r in next(iter(sizes.values()))]
    for i, name in enumerate(names):
        cells = []
        for rows in sizes.values():
            row = rows[i]
            month = row["monthly"]
            if not row["priced"]:
                cells.append("no public price")
            elif row["admitted"] < 0.5:
                cells.append("past its caps")
            else:
                cells.append(f"{month['p50']:,.0f} \\[{month['p5']:,.0f} … {month['p95']:,.0f}\\]")
        out.append(f"| {md(name)} | {' | '.join(cells)} |")
    return out
