"""Decision records in the MADR form, one per component. The same run gives the same bytes."""

from __future__ import annotations

from typing import Any

from buildbuy.report import markdown
from buildbuy.report.safe import is_page, link
from buildbuy.report.safe import markdown as md
from buildbuy.report.words import (
    as_measured,
    called,
    dollars,
    find_out,
    flip,
    number,
    rests_on,
    sure_in,
    unit,
    worth,
)


def records(data: dict[str, Any]) -> dict[str, str]:
    """File name to text, in the order of the components."""
    return {f"{i:04d}-{c['id']}.md": record(c, data) for i, c in enumerate(data["components"], 1)}


def record(c: dict[str, Any], data: dict[str, Any]) -> str:
    verdict, currency = c["verdict"], data["currency"]
    review = next(t["date"] for t in c["triggers"] if t["kind"] == "review")
    status = "proposed"
    out = ["---", f"status: {status}", f"date: {data['as_of']}", f"review-by: {review}", f"standing: {verdict['standing']}", "---", ""]
    out += [f"# {md(c['name'])}: {md(verdict['summary'].split('. ')[0].rstrip('.'))}", "", "## Context and problem statement", ""]
    out.append(f"Decided with buildbuy {data['buildbuy_version']} and catalog {data['catalog_version']} as of {data['as_of']} ({data['draws']:,} draws, seed {data['seed']}). Money is {data['price_year']} {currency}, present value over {data['horizon_months']} months.")
    out += ["", f"Runs today: {md(c['today'])}. " + (f"Required: {md('; '.join(c['requirements']))}." if c["requirements"] else "No requirement was stated.")]
    stated = [d for d in data["drivers"] if c["id"] in d["used_in"] and d["grade"] in ("stated", "measured", "quoted")]
    out += ["", *(f"- {md(d['label'])}: {number(d['value']['p5'])} to {number(d['value']['p95'])} {md(unit(d['unit']))} ({d['grade']})" for d in stated)]
    out += ["", "## Decision drivers", ""]
    deciding = [f"- {md(flip(f))}: it would be {md(called(c, f['to']))} (grade: {f['grade']})" for f in c["flips"]]
    out += deciding or ["- no single driver changes the verdict within its own 90% interval"]
    out += ["", "## Considered options", "", *markdown.options_table(c, data)]
    out += [f"- not offered: {md(e['name'])}, {md(e['why'])}" for e in c["excluded"]]
    out += ["", "## Decision outcome", "", md(verdict["summary"])]
    if verdict["option"]:
        out.append(f"{sure_in(c)}; expected regret {dollars(c['expected_regret'], currency)}.")
    out += ["", "### Consequences", ""]
    out += [f"- {name.capitalize()}: {md(q['summary'])}" for name, q in c["questions"].items()]
    out += ["", "### Confirmation", "", "Decide again when one of these happens:", "", *_triggers(c)]
    if c["measure_next"]:
        out += ["", "Worth measuring first:", ""]
        out += [f"- {md(m['label'])}: {md(find_out(m))} (worth {worth(m, currency)} if known for sure{as_measured(m, currency)}, costs {dollars(m['cost_of_asking'], currency)})" for m in c["measure_next"]]
    out += ["", *markdown.cases(c, "##"), "## More information", "", *markdown.ledger(c, data), "", *_sources(c, data)]
    return "\n".join(out) + "\n"


def _triggers(c: dict[str, Any]) -> list[str]:
    out = []
    for t in c["triggers"]:
        if t["kind"] in ("event", "review"):
            out.append(f"- {t['date']}: {md(t['how'])}")
        else:
            out.append(f"- {md(t['label'])} {md(t['op'])} {number(t['value'])} {md(unit(t['unit']))} ({md(t['how'])}): {md(called(c, t['then']))}")
    return out


def _sources(c: dict[str, Any], data: dict[str, Any]) -> list[str]:
    pages: dict[str, tuple[str, str]] = {}
    for d in data["drivers"]:
        if c["id"] in d["used_in"] and is_page(d["source"]) and not rests_on(d["grade"], d["source"]):
            pages.setdefault(d["source"], (d["grade"], d["as_of"]))
    return ["Sources:", "", *(f"- {link(url)} ({grade}, {as_of})" for url, (grade, as_of) in sorted(pages.items()))]
