"""A back-test on a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import Any

from buildbuy.report.safe import everything

WIDTH = 118
WIDEST = 128
MOST_LISTED = 12


def render(data: dict[str, Any]) -> str:
    """The table of a back-test's data; every text in it is made plain."""
    data = everything(data)
    lines = [f"Back-test · {data['cases_scored']} of {data['cases_read']} cases scored · catalog {data['catalog_version']} · {data['draws']:,} draws, seed {data['seed']}", f"  {data['note']}", ""]
    for title, subset in (
        ("Agreement with hindsight, 95% interval (weighted by confidence in the label)", "all"),
        ("Only where the organisation's choice and hindsight differ", "choice_and_hindsight_differ"),
        ("Only where the catalog had an engine to offer then", "an_engine_was_on_offer"),
    ):
        lines += [*_hits(title, data["hits"][subset]), ""]
    lines += [*_brier(data), "", *_calibration(data), "", *_differing(data), "", *_cases(data), "", *_unusable(data), "", *_understanding(data)]
    return "\n".join(row.rstrip() for line in lines for row in _wrapped(line)) + "\n"


def _wrapped(line: str) -> list[str]:
    """A line that is too long, broken where a word ends; the rest is indented as it was."""
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(line, WIDEST, subsequent_indent=indent + "  ", replace_whitespace=False, drop_whitespace=False) if len(line) > WIDEST else [line]


def _share(x: float | None) -> str:
    return "–" if x is None else f"{x:.0%}"


def _rate(one: dict[str, Any]) -> str:
    if not one["n"]:
        return "–"
    return f"{one['hits']}/{one['n']} {_share(one['share'])} [{_share(one['low'])}…{_share(one['high'])}] ({_share(one['weighted'])})"


def _hits(title: str, table: dict[str, Any]) -> list[str]:
    head = f"{'':<39}{'build / hybrid / buy':<29}{'four-way':<29}{'build or not':<27}"
    rows = [f"  {_name(who):<37}{_rate(by['three_way']):<29}{_rate(by['four_way']):<29}{_rate(by['build_or_not']):<27}" for who, by in table.items()]
    return [title, head, *rows]


def _name(who: str) -> str:
    return {"ungated": "buildbuy, ungated", "gated": "buildbuy, gated", "most frequent": "  what is cheapest in most worlds", "leaving": "  what-if: what ran before had to go", "build at XL by figures of the time, else self-host": "by scale: XL build, else self-host"}.get(who, who)[:36]


def _brier(data: dict[str, Any]) -> list[str]:
    out = ["Brier score of the stated shares (0 is perfect)", f"{'':<36}{'stated':<10}{'weighted':<10}{'equal':<10}{'base rates':<12}{'shrunk, cross-validated'}"]
    for group, label in (("three_way", "build / hybrid / buy"), ("four_way", "four-way"), ("build_or_not", "build or not")):
        b = data["brier"][group]
        found = b["shrink"]
        rule = "–" if found is None else f"{found['cross_validated']:.3f} with {found['weight']:.2f} x {found['towards']} (folds {found['weights_low']:.2f}…{found['weights_high']:.2f})"
        rates = b["shrink_to_base_rates"]
        rule += "" if rates is None else f"; {rates['cross_validated']:.3f} with {rates['weight']:.2f} x base rates"
        out.append(f"  {label:<34}{_figure(b['stated']):<10}{_figure(b['stated_weighted']):<10}{_figure(b['uniform']):<10}{_figure(b['base_rates_of_others']):<12}{rule}")
    return out


def _figure(x: float | None) -> str:
    return "–" if x is None else f"{x:.3f}"


def _calibration(data: dict[str, Any]) -> list[str]:
    table = data["calibration"]["four_way"]
    out = ["Calibration of all shares, four-way", f"  {'stated':<14}{'n':>5}{'mean':>8}{'came true':>12}"]
    for b in table["table"]:
        shown = "" if not b["n"] else f"{_share(b['stated']):>8}{_share(b['came']):>12}  [{_share(b['came_low'])}…{_share(b['came_high'])}]"
        out.append(f"  {b['low']:.0%} to {b['high']:.0%}".ljust(16) + f"{b['n']:>5}{shown}")
    names = {"three_way": "build / hybrid / buy", "four_way": "four-way", "build_or_not": "build or not"}
    return [*out, *(f"  {names[g]}: {data['calibration'][g]['says']}" for g in names)]


def _differing(data: dict[str, Any]) -> list[str]:
    by_id = {c["id"]: c for c in data["cases"]}
    out = ["Where the organisation's choice and hindsight differ"]
    for one in map(by_id.__getitem__, data["differing"]):
        out.append(f"  {one['id'][:40]:<42}chose {one['label']['decision']:<11}hindsight {one['label']['hindsight_best']:<11}buildbuy {one['ungated'] or 'nothing'}")
    return out if len(out) > 1 else [*out, "  none"]


def _cases(data: dict[str, Any]) -> list[str]:
    out = ["Case by case (✓ right of three ways; gated where that differs)"]
    for c in data["cases"]:
        if not c["scored"]:
            continue
        gate = "" if c["gated"] == c["ungated"] else f", gated {c['gated'] or 'nothing'}"
        share = c["shares"].get(c["ungated"] or "", 0.0)
        out.append(f"  {'✓' if c['label']['right']['three_way'] else '✗'} {c['id'][:38]:<40}{c['as_of']}  best {c['label']['hindsight_best']:<11}said {c['ungated'] or 'nothing'} ({share:.0%}; {c['option'] or '–'}){gate}"[:WIDTH])
    return out


def _unusable(data: dict[str, Any]) -> list[str]:
    return ["Not scored", *(f"  {u['id'][:40]:<42}{u['why']}" for u in data["unusable"])] if data["unusable"] else ["Not scored: none"]


def _understanding(data: dict[str, Any]) -> list[str]:
    """How much was understood, how much of a later time left out, and what later facts were used."""
    cases = [c for c in data["cases"] if c["scored"]]
    missed = [s for c in cases for s in c["not_understood"]]
    late = Counter(a for c in cases for a in c["anachronisms"])
    out = [f"Statements: {sum(len(c['read']) for c in cases)} readings; {len(missed)} not understood, {sum(len(c['not_of_the_time']) for c in cases)} of a later time, {sum(len(c['dropped']) for c in cases)} refused by the engine"]
    out += [f"  not understood: {s[:90]}" for s in missed[:MOST_LISTED]]
    out += [f"  … and {len(missed) - MOST_LISTED} more (--format json has them by case)"] if len(missed) > MOST_LISTED else []
    out.append(f"Anachronisms: {len(late)} later-dated prices, efforts and facts used, {sum(late.values())} times over all cases (--format json lists them by case)")
    return out
