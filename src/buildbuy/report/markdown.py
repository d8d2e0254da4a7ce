"""The run as Markdown, for a wiki or a pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from buildbuy.report.safe import link
from buildbuy.report.safe import markdown as md
from buildbuy.report.words import (
    CASES_NOTE,
    as_measured,
    by_group,
    called,
    case_likeness,
    case_story,
    case_title,
    cash,
    conditions,
    dollars,
    find_out,
    flip,
    load,
    number,
    structure,
    sure_in,
    tied,
    worth,
)


def render(data: dict[str, Any], pictures: Iterable[str] = ()) -> str:
    """One section per component: verdict, options, reasons, flips, public cases, ledger; `pictures`
    are names of files beside it (`charts.saved`).
    """
    shown = list(pictures)
    out = [f"# Build or buy{': ' + md(data['name']) if data['name'] else ''}", ""]
    out.append(f"As of {data['as_of']}, catalog {data['catalog_version']}, {data['draws']:,} draws, seed {data['seed']}; money is {data['price_year']} {data['currency']}, present value over {data['horizon_months']} months.")
    for c in data["components"]:
        out += ["", f"## {md(c['name'])}", "", *component(c, data)]
        for name in [x for x in shown if x.startswith((f"{c['id']}-over-time", f"{c['id']}-money", f"{c['id']}-tornado", f"{c['id']}-break-even-"))]:
            out += [f"![{md(c['name'])}: {name.removeprefix(c['id'] + '-').removesuffix('.svg').replace('-', ' ')}]({name})", ""]
    if data["stack"] and len(data["components"]) > 1:
        as_decided, apart = (dollars(data["stack"][k], data["currency"]) for k in ("as_decided", "apart"))
        out += ["", "## Together", "", f"As decided: {as_decided} with shared infrastructure and a product taken twice counted once (one by one: {apart})."]
    return "\n".join(out) + "\n"


def component(c: dict[str, Any], data: dict[str, Any]) -> list[str]:
    verdict = c["verdict"]
    out = [f"**{md(verdict['summary'])}**", "", f"Standing: {verdict['standing']}."]
    if verdict["option"]:
        out[-1] += f" {sure_in(c)}; expected regret {dollars(c['expected_regret'], data['currency'])}."
    out += ["", *options_table(c, data), ""]
    out += [f"- {md(e['name'])} is not offered: {md(e['why'])}" for e in c["excluded"]]
    out += ["", "### Why", ""]
    out += [f"{i}. **{name.capitalize()}.** {md(q['summary'])}" for i, (name, q) in enumerate(c["questions"].items(), 1)]
    out += ["", "### What would change it", "", *changes(c, data), "", *cases(c), "### The money", "", *ledger(c, data), ""]
    return out


def options_table(c: dict[str, Any], data: dict[str, Any]) -> list[str]:
    currency = data["currency"]
    rows = ["| | first action | mean | 5% to 95% | best in | regret | fit |", "|---|---|--:|---|--:|--:|---|"]
    for o in c["options"]:
        mark = "●" if o["id"] == c["verdict"]["option"] else ("○" if o["policy_cost"] is not None else "–")
        share = "" if o["p_best"] is None else f"{o['p_best']:.0%}"
        regret = "" if o["regret"] is None else dollars(o["regret"], currency)
        s = o["cost"]
        unknown = " + unknown price" if o["missing_price"] else ""
        rows.append(f"| {mark} | {md(o['name'])} | {dollars(s['mean'], currency)}{unknown} | {dollars(s['p5'], currency)} to {dollars(s['p95'], currency)} | {share} | {regret} | {fit(o)} |")
    return rows


def fit(option: dict[str, Any]) -> str:
    open_ = [r for r in option["fit"]["reasons"] if r["status"] != "met"]
    text = "; ".join([*(f"{r['requirement']}: {r['status']} ({r['why']})" for r in open_), *conditions(option)]) or "met"
    gaps = ", ".join(g.removeprefix("part: ") for g in option["fit"]["gaps"])
    return md(text + (f"; without {gaps}" if gaps else ""))


def changes(c: dict[str, Any], data: dict[str, Any]) -> list[str]:
    out = [f"- {md(flip(f))}: {md(called(c, f['to']))}" for f in c["flips"]]
    out += [f"- must `{m['requirement']}` dropped: {md(called(c, m['would_be']))}" for m in c["must_costs"] if m["would_be"]]
    for b in c["break_evens"]:
        if b["crossings"] and b["p50"] is not None:
            at = " and ".join(number(x) for x in b["crossings"])
            out.append(f"- break-even with {md(called(c, b['between'][1]))}: on average at {md(load(at, b))} (today {number(b['today'])}){', ' + tied(b) if tied(b) else ''}, in single worlds between {number(b['p5'])} and {number(b['p95'])}; above it {md(called(c, b['cheaper_above']))} is cheaper, without later switches")
    if len(set(c["horizons"].values())) > 1:
        out.append("- how long you keep it: " + ", ".join(f"{k} months: {md(called(c, v))}" for k, v in c["horizons"].items()) + " (other horizons without later switches)")
    if told := structure(c, data["currency"]):
        out.append(f"- {md(told)}")
    if told := cash(c, data["currency"]):
        out.append(f"- cash: {told}")
    out += [f"- worth measuring: {md(m['label'])}, {md(find_out(m))} (worth {worth(m, data['currency'])} if known for sure{as_measured(m, data['currency'])}, costs {dollars(m['cost_of_asking'], data['currency'])})" for m in c["measure_next"]]
    if told := by_group(c, data["currency"]):
        out.append(f"- {told}")
    for t in c["triggers"]:
        if t["kind"] in ("event", "review"):
            out.append(f"- {t['date']}: {md(t['how'])}")
    return out or ["- nothing within the drivers' own ranges"]


def cases(c: dict[str, Any], heading: str = "###") -> list[str]:
    """The public cases that are alike, as a section; nothing where none is."""
    if not c["similar_cases"]:
        return []
    out = [f"{heading} Public cases", "", f"{CASES_NOTE[0].upper()}{CASES_NOTE[1:]}.", ""]
    for case in c["similar_cases"]:
        later = f"; what came of it: {link(case['outcome_source'])}" if case["outcome_source"] else ""
        out.append(f"- **{md(case_title(case))}.** {md(case_story(case))} {md(case_likeness(case))} {link(case['source'])} ({md(case['grade'])}, {md(case['as_of'])}){later}")
    return [*out, ""]


def ledger(c: dict[str, Any], data: dict[str, Any]) -> list[str]:
    option = c["options"][0]
    rows = [f"{md(option['name'])}, {data['price_year']} {data['currency']}:", "", "| line | mean | 5% | 95% |", "|---|--:|--:|--:|"]
    for x in option["ledger"]:
        if x["mean"] or x["p95"] or x["p5"]:
            rows.append(f"| {md(x['line'])}{' (shared)' if x['shared'] else ''} | {x['mean']:,.0f} | {x['p5']:,.0f} | {x['p95']:,.0f} |")
    s = option["cost"]
    return [*rows, f"| **total** | **{s['mean']:,.0f}** | {s['p5']:,.0f} | {s['p95']:,.0f} |"]
