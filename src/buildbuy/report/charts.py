"""Pictures of a run as SVG: drawn from run.json alone, coloured by the page, told in words beside.

Written by hand and not by a plotting library: three pictures need some two hundred lines, take the
page's light and dark colours, weigh a few kilobytes each and carry their own title and description.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from buildbuy.report.safe import plain
from buildbuy.report.words import dollars, number, short, unit

WIDTH = 560
LEFT, RIGHT = 56, 14
LINES = 9
LIGHT = {"ink": "#1b1f24", "soft": "#57606a", "rule": "#d0d7de", "s0": "#0b5cad", "s1": "#b3400e", "s2": "#5b3a9e", "s3": "#0f6b4f", "paper": "#fff"}
DARK = {"ink": "#e6e9ed", "soft": "#a9b3bd", "rule": "#3d444d", "s0": "#6cb2ff", "s1": "#ff9d6b", "s2": "#c3a6ff", "s3": "#5ed3a6", "paper": "#14171a"}
RULES = """
.bg{fill:var(--paper)}text{font:13px system-ui,sans-serif;fill:var(--ink)}.axis text{fill:var(--soft)}.axis line{stroke:var(--rule)}
.band{fill-opacity:.13;stroke-opacity:.6}.line{fill:none;stroke-width:2.2}
.f0{fill:var(--s0)}.f1{fill:var(--s1)}.f2{fill:var(--s2)}.f3{fill:var(--s3)}
.l0{stroke:var(--s0)}.l1{stroke:var(--s1);stroke-dasharray:7 3}.l2{stroke:var(--s2);stroke-dasharray:2 3}.l3{stroke:var(--s3);stroke-dasharray:9 3 2 3}
.mark{fill:var(--paper);stroke:var(--ink);stroke-width:1.6}.whisker{stroke:var(--ink);stroke-width:1.2}.end{text-anchor:end}.mid{text-anchor:middle}
"""


def _variables(colours: dict[str, str]) -> str:
    return "svg{" + ";".join(f"--{k}:{v}" for k, v in colours.items()) + "}"


STYLE = f"\n{_variables(LIGHT)}\n@media(prefers-color-scheme:dark){{{_variables(DARK)}}}{RULES}"
# A file of its own has plain colours and fonts by name: many a viewer knows neither variables nor system-ui.
FONTS = '"Segoe UI","Helvetica Neue",Arial,"Liberation Sans","DejaVu Sans",sans-serif'
PLAIN = re.sub(r"var\(--(\w+)\)", lambda m: LIGHT[m[1]], RULES).replace("system-ui,sans-serif", FONTS)


def names(c: dict[str, Any]) -> dict[str, str]:
    """What each action is called, short enough for a picture."""
    return {o["id"]: short(plain(o["name"])) for o in c["options"]}


def over_time(c: dict[str, Any], currency: str) -> Markup | None:
    """Fans of cumulative cost: the mean, and for the verdict and the runner-up 5% to 95% of worlds."""
    found = c.get("over_time")
    if not found:
        return None
    paths, called = found["actions"], names(c)
    months = len(paths[0]["mean"]) - 1
    top = max(max(p["mean"]) for p in paths)
    top = max(top, *(max(p["p95"]) for p in paths[:2]), 1.0)
    low = min(0.0, *(min(p["p5"]) for p in paths[:2]))
    legend = 20 * len(paths) + 6
    height, up = 300 + legend, 12

    def x(month: float) -> float:
        return float(LEFT + month / months * (WIDTH - LEFT - RIGHT))

    def y(value: float) -> float:
        return float(up + (top - value) / (top - low) * 240)

    out = [_money_axis(_ticks(low, top), y, currency)]
    step = 12 if months >= 24 else 6
    ticks = Markup("").join(Markup('<text class="mid" x="{}" y="{}">{}</text>').format(_c(x(m)), 276, m) for m in range(0, months + 1, step))
    out.append(Markup('<g class="axis">{}<text class="mid" x="{}" y="294">months from today</text></g>').format(ticks, _c(x(months / 2))))
    for i, p in enumerate(paths[:2]):
        there = [f"{_c(x(m))},{_c(y(v))}" for m, v in enumerate(p["p95"])]
        back = [f"{_c(x(m))},{_c(y(v))}" for m, v in reversed(list(enumerate(p["p5"])))]
        out.append(Markup('<polygon class="band f{0} l{0}" points="{1}"/>').format(i, " ".join(there + back)))
    for i, p in enumerate(paths):
        out.append(Markup('<polyline class="line l{}" points="{}"/>').format(i, " ".join(f"{_c(x(m))},{_c(y(v))}" for m, v in enumerate(p["mean"]))))
        at = 316 + 20 * i
        out.append(Markup('<line class="line l{}" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}">{}</text>').format(i, LEFT, LEFT + 34, at - 4, at - 4, LEFT + 42, at, _cut(called.get(p["action"], p["action"]), 60)))
    for cross in found["crossings"]:
        path = next(p for p in paths if p["action"] == cross["between"][0])["mean"]
        low_month = min(int(cross["month"]), months - 1)
        value = path[low_month] + (cross["month"] - low_month) * (path[low_month + 1] - path[low_month])
        out.append(Markup('<circle class="mark" cx="{}" cy="{}" r="4.5"/>').format(_c(x(cross["month"])), _c(y(value))))
    return _svg(height, f"Cost over time: {c['name']}", over_time_words(c, currency), out)


def over_time_words(c: dict[str, Any], currency: str) -> str:
    """What the picture shows, in sentences."""
    found, called = c["over_time"], names(c)
    ends = "; ".join(f"{called.get(p['action'], p['action'])} {dollars(p['mean'][-1], currency)}, 5% to 95% of worlds {dollars(p['p5'][-1], currency)} to {dollars(p['p95'][-1], currency)}" for p in found["actions"])
    text = f"Spent by month {len(found['actions'][0]['mean']) - 1}, on average: {ends}."
    for x in found["crossings"]:
        text += f" The averages of {called.get(x['between'][0])} and {called.get(x['between'][1])} cross in month {x['month']:g}."
    return text


def ledger(c: dict[str, Any], currency: str) -> Markup | None:
    """Bars of the largest ledger lines of the verdict and the runner-up, with 5% to 95% whiskers."""
    pair = ledgers(c)
    if not pair:
        return None
    called = names(c)
    rows = ledger_rows(pair)[:LINES]
    values = [line[k] for _, lines in rows for line in lines if line for k in ("mean", "p5", "p95")]
    top, low = max(*values, 1.0), min(*values, 0.0)
    start = 8

    def x(value: float) -> float:
        return float(start + (value - low) / (top - low) * (WIDTH - start - 70))

    out, at = [], 8
    for i, option in enumerate(pair):
        out.append(Markup('<rect class="f{}" x="8" y="{}" width="14" height="11"/><text x="28" y="{}">{}</text>').format(i, at, at + 10, _cut(called[option["id"]], 64)))
        at += 20
    for label, lines in rows:
        at += 22
        out.append(Markup('<text x="8" y="{}">{}</text>').format(at - 5, _cut(label, 66)))
        for i, line in enumerate(lines):
            if line is None:
                continue
            a, b = sorted((x(0.0), x(line["mean"])))
            out.append(Markup('<rect class="f{}" x="{}" y="{}" width="{}" height="12"/>').format(i, _c(a), at, _c(max(b - a, 0.8))))
            out.append(Markup('<line class="whisker" x1="{}" x2="{}" y1="{}" y2="{}"/>').format(_c(x(line["p5"])), _c(x(line["p95"])), at + 6, at + 6))
            out.append(Markup('<text x="{}" y="{}">{}</text>').format(_c(x(max(line["p95"], line["mean"], 0.0)) + 6), at + 11, dollars(line["mean"], currency)))
            at += 16
    told = [label + ": " + ", ".join(f"{called[o['id']]} {dollars(x['mean'], currency)}" for o, x in zip(pair, lines, strict=True) if x) for label, lines in rows[:4]]
    text = f"Largest lines: {'; '.join(told)}."
    return _svg(at + 10, f"What the money is: {c['name']}", text, out)


def ledgers(c: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdict and the runner-up, those that have a ledger."""
    wanted = (c["verdict"]["option"], c["runner_up"])
    return [o for name in wanted for o in c["options"] if o["id"] == name and o["ledger"]]


def ledger_rows(options: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """Line by line, the options' amounts; the largest first, empty ones left out."""
    lines = [{x["line"]: x for x in o["ledger"] if x["mean"] or x["p5"] or x["p95"]} for o in options]
    every = dict.fromkeys(name for table in lines for name in table)
    largest = {name: max(abs(t[name]["mean"]) for t in lines if name in t) for name in every}
    return [(name, [t.get(name) for t in lines]) for name in sorted(every, key=lambda n: (-largest[n], n))]


def break_even(b: dict[str, Any], today: dict[str, Any] | None, called: dict[str, str]) -> Markup | None:
    """Where two options cost the same: 5% to 95% of single worlds on a log scale, the crossings of
    the averages, and today's value with its own range.
    """
    marks = [v for v in (b["today"], b["p5"], b["p95"], *b["crossings"], *((today["p5"], today["p95"]) if today else ())) if v and v > 0]
    if b["p50"] is None or not b["today"] or len(marks) < 2:
        return None
    low, high = math.log10(min(marks)) - 0.15, math.log10(max(marks)) + 0.15

    def x(value: float) -> float:
        return 12 + (math.log10(value) - low) / (high - low) * (WIDTH - 24)

    out = []
    decades = range(math.ceil(low), math.floor(high) + 1)
    values = [m * 10.0**d for d in range(math.floor(low), math.floor(high) + 1) for m in ((1, 2, 5) if len(decades) < 3 else (1,))]
    axis = [Markup('<line x1="{0}" x2="{0}" y1="8" y2="112"/><text class="mid" x="{0}" y="128">{1}</text>').format(_c(x(v)), number(v)) for v in values if low <= math.log10(v) <= high]
    out.append(Markup('<g class="axis">{}<text class="mid" x="{}" y="146">{}</text></g>').format(Markup("").join(axis), WIDTH // 2, _cut(f"{b['label']}, {unit(b['unit'])} (log scale)", 70)))
    out.append(Markup('<text x="12" y="22">break-even, single worlds</text>{0}<line class="whisker" x1="{1}" x2="{1}" y1="28" y2="56"/>').format(_density(b.get("quantiles", []), x), _c(x(b["p50"]))))
    for cross in b["crossings"]:
        if cross:
            out.append(Markup('<path class="mark" d="M{0} 33l8 9l-8 9l-8-9z"/>').format(_c(x(cross))))
    out.append(Markup('<text x="12" y="80">today</text>'))
    if today and today["p5"] > 0:
        out.append(Markup('<line class="line l1" x1="{}" x2="{}" y1="94" y2="94"/>').format(_c(x(today["p5"])), _c(x(today["p95"]))))
    out.append(Markup('<circle class="f1" cx="{}" cy="94" r="6"/>').format(_c(x(b["today"]))))
    return _svg(154, f"Break-even: {b['label']}", break_even_words(b, called), out)


def _density(quantiles: list[float], x: Any) -> Markup:
    """How closely the worlds lie, between quantiles of equal shares: higher where they are closer."""
    steps = [(x(a), x(b)) for a, b in itertools.pairwise(quantiles) if b > a > 0]
    if not steps:
        return Markup("")
    closest = sorted(1 / (b - a) for a, b in steps)[-3:][0]  # two in one place shouldn't flatten the rest
    bars = [Markup('<rect class="f0" x="{}" y="{}" width="{}" height="{}" opacity=".55"/>').format(_c(a), _c(42 - h / 2), _c(b - a), _c(h)) for a, b in steps for h in (max(2.0, 28 * min(1 / (b - a) / closest, 1.0)),)]
    return Markup("").join(bars)


def break_even_words(b: dict[str, Any], called: dict[str, str]) -> str:
    """The break-even in a sentence or two."""
    one, other = (called.get(x, x) for x in b["between"])
    u = unit(b["unit"])
    at = " and ".join(number(x) for x in b["crossings"])
    averages = f"On average {one} and {other} cost the same at {at} {u}." if at else f"On average {called.get(b['cheaper_above'], b['cheaper_above'])} stays the cheaper of {one} and {other} over the scanned range."
    single = f" Single worlds that cross at all ({b['share_of_worlds']:.0%}) do so between {number(b['p5'])} and {number(b['p95'])}, half of them below {number(b['p50'])}." if b["p50"] is not None else ""
    return f"{averages}{single} Today: {number(b['today'])}. Above the last crossing {called.get(b['cheaper_above'], b['cheaper_above'])} is cheaper." if at else f"{averages}{single} Today: {number(b['today'])}."


def standalone(picture: Markup) -> str:
    """The picture as a file of its own: light, with a size, in colours that any viewer knows."""
    head = r'<svg role="img" viewBox="0 0 (\d+) (\d+)"([^>]*)>'
    return re.sub(head, lambda m: f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{m[1]}" height="{m[2]}" viewBox="0 0 {m[1]} {m[2]}"{m[3]}><style>{PLAIN}</style><rect class="bg" width="100%" height="100%"/>', str(picture), count=1)


def saved(data: dict[str, Any]) -> dict[str, str]:
    """File name to SVG of every picture of a run."""
    out: dict[str, str] = {}
    for c in data["components"]:
        for name, picture in (("over-time", over_time(c, data["currency"])), ("money", ledger(c, data["currency"]))):
            if picture is not None:
                out[f"{c['id']}-{name}.svg"] = standalone(picture)
        for b in c["break_evens"]:
            picture = break_even(b, today(b, c, data), names(c))
            if picture is not None:
                out[f"{c['id']}-break-even-{b['variable']}.svg"] = standalone(picture)
    return out


def png(picture: str) -> bytes | None:
    """A picture file as pixels; None where the library for it isn't installed."""
    try:
        from vl_convert import svg_to_png
    except ImportError:
        return None
    return bytes(svg_to_png(picture, scale=2))


def today(b: dict[str, Any], c: dict[str, Any], data: dict[str, Any]) -> dict[str, Any] | None:
    """The range of today's value, where the driver is the quantity itself."""
    driver = next((d for d in data["drivers"] if d["id"] == f"{c['id']}.{b['variable']}"), None)
    same = driver is not None and b["today"] and driver["value"]["p50"] and abs(driver["value"]["p50"] / b["today"] - 1) < 0.2
    return {**driver["value"], "grade": driver["grade"]} if driver is not None and same else None


def prose(text: str) -> Markup:
    """Text with what stands between backticks set as code; everything escaped."""
    parts = text.split("`")
    if len(parts) % 2 == 0:  # one is left over: none of them is a pair for sure
        return escape(text)
    return Markup("").join(Markup("<code>{}</code>").format(part) if i % 2 else escape(part) for i, part in enumerate(parts))


def _svg(height: int, title: object, text: str, inside: Iterable[Markup]) -> Markup:
    return Markup('<svg role="img" viewBox="0 0 {} {}" aria-label="{}"><title>{}</title><desc>{}</desc>{}</svg>').format(
        WIDTH, height, f"{plain(title)}. {plain(text)}", plain(title), plain(text), Markup("").join(inside)
    )


def _money_axis(values: list[float], y: Any, currency: str) -> Markup:
    rows = [Markup('<line x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text class="end" x="{3}" y="{4}">{5}</text>').format(LEFT, WIDTH - RIGHT, _c(y(v)), LEFT - 6, _c(y(v) + 4), dollars(v, currency)) for v in values]
    return Markup('<g class="axis">{}</g>').format(Markup("").join(rows))


def _ticks(low: float, high: float) -> list[float]:
    """Four or five round values between two."""
    raw = (high - low) / 4
    size = 10 ** math.floor(math.log10(raw))
    step = next(s * size for s in (1, 2, 2.5, 5, 10) if s * size >= raw)
    return [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _c(value: float) -> str:
    return f"{value:.1f}"


def _cut(text: object, most: int) -> Markup:
    shown = plain(text)
    return escape(shown if len(shown) <= most else shown[: most - 1] + "…")
