"""The page in the terminal: the sentence first, one screen of options, reasons on demand."""

from __future__ import annotations

import io
import os
import sys
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from buildbuy.questions.ownership.ledger import YOURS
from buildbuy.report.safe import everything, plain
from buildbuy.report.words import (
    CASES_NOTE,
    as_asked,
    by_group,
    called,
    case_likeness,
    case_line,
    case_story,
    case_title,
    cash,
    conditions,
    dollars,
    flip,
    load,
    number,
    rests_on,
    structure,
    sure_in,
    tied,
    unit,
    worth,
)

NARROW = 90
SCREEN = 5
ASKED = 3
STANDING_STYLE = {"on evidence": "green", "on reference classes": "yellow", "on assumptions": "magenta"}


@dataclass(frozen=True)
class Shown:
    """Which of the pages on demand are shown."""

    why: bool = False
    money: bool = False
    sources: bool = False
    every: bool = False


def render(data: dict[str, Any], shown: Shown, profile: str | None, *, to_file: bool = False, width: int | None = None) -> str:
    """The run as text for a terminal. Colour only on a terminal and without NO_COLOR."""
    data = everything(data)
    colour = sys.stdout.isatty() and not to_file and not os.environ.get("NO_COLOR")
    buffer = io.StringIO()
    console = Console(
        file=buffer, force_terminal=colour, no_color=not colour, width=width or columns(), highlight=False, emoji=False, markup=False,
        legacy_windows=False, color_system="standard" if colour else None,
    )  # fmt: skip
    for component in data["components"]:
        _component(console, component, data, shown)
        console.print()
    if len(data["components"]) > 1:
        _stack(console, data)
    _next(console, data, profile, shown)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"


def columns() -> int:
    """How wide the page may be: COLUMNS, else the terminal's own width, else 110."""
    if os.environ.get("COLUMNS", "").isdigit():
        return max(40, int(os.environ["COLUMNS"]))
    return os.get_terminal_size().columns if sys.stdout.isatty() else 110


def _component(console: Console, c: dict[str, Any], data: dict[str, Any], shown: Shown) -> None:
    verdict, currency = c["verdict"], data["currency"]
    head = Text()
    head.append(c["name"], style="bold")
    head.append(" · ")
    head.append(_headline(c), style="bold")
    standing = Text(f"standing: {verdict['standing']}", style=STANDING_STYLE[verdict["standing"]])
    if console.width >= NARROW:
        grid = Table.grid(expand=True)
        grid.add_column(ratio=1)
        grid.add_column(justify="right", no_wrap=True)
        grid.add_row(head, standing)
        console.print(grid)
    else:
        console.print(head)
        console.print(standing)
    console.print(Text(f"  {plain(verdict['summary'])}"))
    console.print(Text(f"  {_doubt(c, currency)}"))
    console.print()
    _options(console, c, data, shown)
    console.print()
    for line in _below(c, data, console.width < NARROW):
        console.print(line)
    if shown.why:
        _why(console, c)
    if shown.money:
        _money(console, c, data)
    if shown.sources:
        _sources(console, c, data)


def _headline(c: dict[str, Any]) -> str:
    verdict = c["verdict"]
    if verdict["option"] is None:
        return "no option meets every must"
    if verdict.get("later"):
        return "nothing to decide yet"
    chosen = c["options"][0]["name"]
    return f"not yet a build: {chosen}" if verdict["not_yet"] else str(chosen)


def _doubt(c: dict[str, Any], currency: str) -> str:
    """How sure, and the most valuable thing to find out."""
    if c["verdict"]["option"] is None:
        return "The table shows what bars each option; change or answer one of those to get a verdict."
    sure = f"{sure_in(c)}; being wrong costs {dollars(c['expected_regret'], currency)} on average."
    if c["most_frequent"] and c["most_frequent"] != c["verdict"]["option"]:
        sure += f" Most often best: {c['most_frequent']}."
    if c["measure_next"]:
        m = c["measure_next"][0]
        sure += f" Look first at: {m['label']} ({m['how']}; worth ≈ {dollars(m['evppi'], currency)}, costs ≈ {dollars(m['cost_of_asking'], currency)})."
    return sure


def _options(console: Console, c: dict[str, Any], data: dict[str, Any], shown: Shown) -> None:
    currency = data["currency"]
    years = f"{data['horizon_months'] / 12:g}-year cost, {data['price_year']} {currency}"
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    narrow = console.width < NARROW
    table.add_column("", no_wrap=True)
    table.add_column("first action", overflow="fold", min_width=24)
    table.add_column("cost" if narrow else years, no_wrap=True)
    table.add_column("best in", justify="right", no_wrap=True)
    if not narrow:
        table.add_column("regret", justify="right", no_wrap=True)
        table.add_column("fit", overflow="fold")
    rows, left_out = _picked(c, shown)
    for option in rows:
        mark = "●" if option["id"] == c["verdict"]["option"] else ("○" if option["policy_cost"] is not None else "–")
        spread = option["cost"]
        cost = f"{dollars(spread['mean'], currency):>6} [{dollars(spread['p5'], currency)} … {dollars(spread['p95'], currency)}]"
        if option["missing_price"]:
            cost = f"{dollars(spread['mean'], currency):>6} + a price nobody publishes"
        if option["policy"]["switch_to"] and option["id"] != "defer":
            cost += f" → {dollars(option['policy_cost'], currency)}*"
        share = "" if option["p_best"] is None else f"{option['p_best']:.0%}"
        row = [mark, plain(option["name"]), (dollars(spread["mean"], currency) + (" + ?" if option["missing_price"] else "")) if narrow else cost, share]
        if not narrow:
            regret = "" if option["regret"] is None else dollars(option["regret"], currency)
            row += [regret, _fit(option)]
        style = "bold" if mark == "●" else ("dim" if mark == "–" else None)
        table.add_row(*(Text(x) for x in row), style=style)
    console.print(table)
    if narrow:
        console.print(Text(f"  {years}, mean of modelled worlds; ranges, regret and fit need 90 columns", style="dim"))
    if not narrow and any(o["policy"]["switch_to"] and o["id"] != "defer" for o in rows):
        console.print(Text("  * with the later switch that pays best: --why says which", style="dim"))
    if left_out:
        console.print(Text(f"  … and {left_out} dearer one{'s' if left_out > 1 else ''} (--all)", style="dim"))
    if not shown.every:
        barred: dict[str, list[str]] = {}
        for o in c["options"]:
            if o["policy_cost"] is None:
                barred.setdefault(_bar(o), []).append(plain(o["name"].split(", ")[0].removeprefix("managed: ")))
        if barred:
            console.print(Text("– Barred: " + " · ".join(f"{', '.join(names)} ({why})" for why, names in barred.items()), style="dim"))
    gone = [f"{plain(e['name'])}: {plain(e['why'])}" for e in c["excluded"]]
    if gone:
        console.print(Text("– Not offered: " + " · ".join(gone), style="dim"))


def _picked(c: dict[str, Any], shown: Shown) -> tuple[list[dict[str, Any]], int]:
    """The rows of one screen: the verdict, the cheapest others, what runs today, the best of each
    sourcing; and how many feasible ones are left out.
    """
    feasible = [o for o in c["options"] if o["policy_cost"] is not None]
    if shown.every or not feasible:
        return c["options"], 0
    wanted = {o["id"] for o in feasible[:SCREEN]} | {"stay", "extend", "defer"}
    for sourcing in ("managed", "self-host", "hybrid", "build"):
        wanted |= {o["id"] for o in feasible if o["sourcing"] == sourcing and o["id"] not in ("stay", "extend")} and {
            next(o["id"] for o in feasible if o["sourcing"] == sourcing and o["id"] not in ("stay", "extend"))
        }
    rows = [o for o in feasible if o["id"] in wanted]
    return rows, len(feasible) - len(rows)


def _bar(option: dict[str, Any]) -> str:
    """What bars an option, in a few words."""
    first = next(r for r in option["fit"]["reasons"] if r["bars"])
    if first["status"] == "unmet" or first["requirement"] == "a price":
        return plain(first["why"])
    return plain(f"{first['requirement']} unknown: {first['settle']}")


def _fit(option: dict[str, Any]) -> str:
    reasons = option["fit"]["reasons"]
    met = sum(r["status"] == "met" for r in reasons)
    if_only = len(conditions(option))
    bits = [f"✓ {met} met{f', {if_only} on a condition' if if_only else ''}" if reasons else "✓"] if met or not reasons else []
    bits += [f"✗ {r['requirement']}" for r in reasons if r["status"] == "unmet"]
    bits += [f"? {r['requirement']}" for r in reasons if r["status"] == "unknown"]
    gaps = [g.removeprefix("part: ") for g in option["fit"]["gaps"]]
    if gaps:
        bits.append("without " + ", ".join(gaps))
    return plain(" · ".join(bits))


def _open_questions(c: dict[str, Any]) -> list[str]:
    """What is unknown about the options that may be taken, and how each is settled."""
    seen: dict[str, str] = {}
    for option in c["options"]:
        if option["policy_cost"] is not None:
            for r in option["fit"]["reasons"]:
                if r["status"] == "unknown" and r["settle"]:
                    seen.setdefault(r["requirement"], r["settle"])
    return [f"{text} → {settle}" for text, settle in seen.items()]


def _cases(c: dict[str, Any]) -> Table:
    """The public cases, a line each."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for i, case in enumerate(c["similar_cases"]):
        grid.add_row("" if i else "  Public cases:", Text(plain(case_line(case))))
    return grid


def _below(c: dict[str, Any], data: dict[str, Any], narrow: bool) -> list[Text | Table]:
    currency = data["currency"]
    lines: list[Text | Table] = [Text("  Unknown:  " + plain(" · ".join(_open_questions(c))))] if _open_questions(c) else []
    if c["verdict"]["option"]:
        chosen = next(o for o in c["options"] if o["id"] == c["verdict"]["option"])
        lines += [Text(f"  On a condition:  {plain(' · '.join(conditions(chosen)))}")] if conditions(chosen) else []
    flips = [f"{plain(flip(f, '>', '<'))} → {plain(called(c, f['to']))}" for f in c["flips"][:5]]
    if flips:
        lines.append(Text("  Flips:  " + " · ".join(flips)))
    elif c["verdict"]["option"] and not c["verdict"].get("later"):
        lines.append(Text("  Flips:  no single driver changes the verdict within its own 90% interval."))
    if told := structure(c, currency):
        lines.append(Text(f"  Structure:  {plain(told)}."))
    if c["similar_cases"]:
        lines.append(_cases(c))
    for b in c["break_evens"][:2]:
        if b["p50"] is not None and b["share_of_worlds"] >= 0.1 and b["crossings"]:
            at = " and ".join(number(x) for x in b["crossings"])
            lines.append(Text(f"  Break-even with {plain(called(c, b['between'][1]))}:  on average at {load(at, b)} (today {number(b['today'])}){', ' + tied(b) if tied(b) else ''}, in single worlds between {number(b['p5'])} and {number(b['p95'])}; above it {plain(called(c, b['cheaper_above']))} is cheaper, without later switches."))
    common = [x for x in (c["options"][0]["ledger"] if c["options"] else []) if x["line"].startswith(YOURS)]
    if common:
        lines.append(Text("  In every total, the same for all:  " + " · ".join(f"{plain(x['line'].removeprefix(YOURS))} {dollars(x['mean'], currency)}" for x in common) + ", work that is yours whatever you take."))
    need = c["required_advantage"]
    if need and need["monthly"] > 0:
        lines.append(Text(f"  If you meant to build: it would have to earn {dollars(need['monthly'], currency)} a month beyond {_name(c, need['against'])} ({need['share_of_ml_payroll']:.0%} of your ML payroll)."))
    over = c["options"][0]["chance_over_budget"] if c["options"] else None
    if over is not None:
        lines.append(Text(f"  Budget:  it costs more than you set aside in {over:.0%} of modelled worlds."))
    if told := cash(c, currency):
        lines.append(Text(f"  Cash:  {told}."))
    other = {k: v for k, v in c["horizons"].items() if v != c["horizons"].get(str(data["horizon_months"]), v)}
    if other:
        lines.append(Text("  It depends how long you keep it:  " + " · ".join(f"{int(k) // 12} year{'s' if int(k) > 12 else ''}: {plain(called(c, v))}" for k, v in c["horizons"].items()) + " (without later switches)"))
    for m in c["must_costs"]:
        if m["saving"] > 0:
            whose = "" if m["requirement"] == "people to run it" else "Your must "
            lines.append(Text(f"  {whose}`{plain(m['requirement'])}` costs {dollars(m['saving'], currency)}: without it, {plain(called(c, m['would_be']))}."))
        elif m["would_be"]:
            lines.append(Text(f"  Without the must `{plain(m['requirement'])}`: {plain(called(c, m['would_be']))}."))
    lines += [Text(f"  Note:  {plain(n)}") for n in (*_chosen_method(data), *c["notes"])]
    if c["anachronisms"]:
        lines.append(Text(f"  {len(c['anachronisms'])} prices and efforts were published after {data['as_of']}; they are used, widened by their distance in time."))
    if c["greenfield"] and not c["current_stated"]:
        lines.append(Text("  You did not say what runs today, so this is decided as if nothing did (`current:` in the profile changes that)."))
    if c["measure_next"]:
        lines.append(_measure_next(c["measure_next"][:ASKED], currency, narrow))
    if told := by_group(c, currency):
        lines.append(Text(f"  Worth together:  {told}."))
    lines.append(Text("  Decide again:  " + _again(c)))
    return lines


def _measure_next(rows: list[dict[str, Any]], currency: str, narrow: bool) -> Text | Table:
    """What to find out, dearest first: worth if known for sure, worth as it is asked for, cost of asking."""
    if narrow:
        return Text("  Measure next:  " + " · ".join(f"{m['label']} (≈ {dollars(m['evppi'], currency)}: {m['how']})" for m in rows))
    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    table.add_column("  Measure next", overflow="fold", ratio=2)
    for name in ("worth, if sure", "as asked", "costs"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("how", overflow="fold", ratio=3)
    for m in rows:
        cells = (plain(m["label"]), worth(m, currency), as_asked(m, currency), dollars(m["cost_of_asking"], currency), plain(m["how"]))
        table.add_row(Padding(Text(cells[0]), (0, 0, 0, 2)), *(Text(x) for x in cells[1:]))
    return table


def _chosen_method(data: dict[str, Any]) -> list[str]:
    """Settings of the method that the profile changed."""
    usual = {"discount_rate": 0.12, "opportunity_multiplier": 1.0, "materiality_weeks": 1.0, "risk_aversion": 0.0}
    changed = [f"{k.replace('_', ' ')} {data['method'][k]:g}" for k, v in usual.items() if data["method"][k] != v]
    return [f"decided with {', '.join(changed)}"] if changed else []


def _again(c: dict[str, Any]) -> str:
    out: list[str] = []
    for t in c["triggers"]:
        if t["kind"] == "review":
            out.insert(0, t["date"])
        elif t["kind"] == "event":
            out.append(f"{t['date']}: {plain(t['how'])}")
        elif len(out) < 4:
            out.append(f"{plain(t['label'])} {t['op']} {number(t['value'])} {unit(t['unit'])}".rstrip())
    return ", or ".join(dict.fromkeys(out)) + "."


def _why(console: Console, c: dict[str, Any]) -> None:
    console.print()
    for name, title in (("differentiation", "1 Differentiation"), ("ownership", "2 Ownership"), ("fit", "3 Fit"), ("migration", "4 Migration")):
        console.print(Text(f"  {title}: ", style="bold"), Text(plain(c["questions"][name]["summary"])), sep="")
    for o in c["options"]:
        if o["policy"]["sentence"] and o["policy_cost"] is not None and o["id"] != "defer":
            console.print(Text(f"  * {plain(o['name'])}: {plain(o['policy']['sentence'])} It switches in {o['policy']['switches_in']:.0%} of modelled worlds."))
    console.print()
    if not c["similar_cases"]:
        console.print(Text("  Public cases: none of the catalog's is alike enough."))
        return
    console.print(Text(f"  Public cases ({CASES_NOTE})", style="bold"))
    for case in c["similar_cases"]:
        console.print(Text(f"  {case_title(case)}. {case_story(case)} {case_likeness(case)}"))
        console.print(Text(f"    {case['source']} ({case['grade']}, {case['as_of']})"))
        if case["outcome_source"]:
            console.print(Text(f"    what came of it: {case['outcome_source']}"))


def _money(console: Console, c: dict[str, Any], data: dict[str, Any]) -> None:
    currency = data["currency"]
    wanted = [o for o in c["options"] if o["id"] in (c["verdict"]["option"], c["runner_up"])]
    for option in wanted:
        console.print()
        title = f"  {plain(option['name'])}: present value over {data['horizon_months']} months, {data['price_year']} {currency}"
        console.print(Text(title, style="bold"))
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2))
        table.add_column("line")
        for name in ("mean", "5%", "95%"):
            table.add_column(name, justify="right", no_wrap=True)
        for line in option["ledger"]:
            if line["mean"] or line["p95"] or line["p5"]:
                label = line["line"] + (" (shared)" if line["shared"] else "")
                table.add_row(plain(label), *(f"{line[k]:,.0f}" for k in ("mean", "p5", "p95")))
        table.add_row("total", *(f"{option['cost'][k]:,.0f}" for k in ("mean", "p5", "p95")), style="bold")
        console.print(table)


def _sources(console: Console, c: dict[str, Any], data: dict[str, Any]) -> None:
    console.print()
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("number", "value (5% … 95%)", "grade", "source", "as of"):
        table.add_column(name, overflow="fold")
    for d in data["drivers"]:
        if c["id"] in d["used_in"]:
            v = d["value"]
            value = number(v["p50"]) if v["p5"] == v["p95"] else f"{number(v['p5'])} … {number(v['p95'])}"
            table.add_row(plain(d["label"]), f"{value} {unit(d['unit'])}", d["grade"], rests_on(d["grade"], d["source"]) + plain(d["source"]), d["as_of"])
    console.print(table)


def _stack(console: Console, data: dict[str, Any]) -> None:
    stack = data["stack"]
    if stack is None:
        return
    currency = data["currency"]
    text = f"Together, as decided: {dollars(stack['as_decided'], currency)} ({data['price_year']} {currency})"
    if stack["as_decided"] < stack["apart"]:
        text += f", {dollars(stack['apart'] - stack['as_decided'], currency)} less than one by one because shared infrastructure and a product taken twice count once"
    if not stack["same_as_verdicts"]:
        others = ", ".join(f"{c['name'].lower()}: {_name(c, stack['actions'][c['id']])}" for c in data["components"] if stack["actions"].get(c["id"], c["verdict"]["option"]) != c["verdict"]["option"])
        text += f". Cheaper together, at {dollars(stack['mean'], currency)}, would be {others}"
    console.print(Text(text + "."))
    console.print()


def _name(c: dict[str, Any], action: str) -> str:
    """What an action is called, by its id."""
    return next((plain(o["name"]) for o in c["options"] if o["id"] == action), action)


def _next(console: Console, data: dict[str, Any], profile: str | None, shown: Shown) -> None:
    name = plain(profile) if profile else "profile.yaml"
    component = data["components"][0]["id"]
    steps = []
    if profile is None:
        steps.append(f"buildbuy init --component {component}   keep these answers in a file")
    if not shown.why:
        steps.append(f"buildbuy decide {name} --why --money   reasons and ledgers")
    steps.append(f"buildbuy explain {name} {component}   where each number comes from")
    steps.append(f"buildbuy decide {name} --save decisions/   a decision record for your repository")
    console.print(Text("Next:", style="bold"))
    for step in steps:
        console.print(Text(f"  {step}"))
