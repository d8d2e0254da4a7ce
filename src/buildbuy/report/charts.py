"""Pictures of a run as SVG: drawn from run.json alone, coloured by the page, told in words beside.

Written by hand and not by a plotting library: three pictures need some two hundred lines, take the
page's light and dark colours, weigh a few kilobytes each and carry their own title and description.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterable
from typing import Any

from markupsafe import Markup, escape

from buildbuy.report.safe import plain
from buildbuy.report.words import dollars, number, short, tied, unit

WIDTH = 560
LEFT, RIGHT = 56, 14
COLUMN = 62  # where the amounts beside a picture's bars end
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
    """Bars of the largest ledger lines of the verdict and the runner-up, with 5% to 95% whiskers. The means
    stand in a column before the bars: at a whisker's end they would make what is uncertain look large.
    """
    pair = ledgers(c)
    if not pair:
        return None
    called = names(c)
    rows = ledger_rows(pair)[:LINES]
    values = [line[k] for _, lines in rows for line in lines if line for k in ("mean", "p5", "p95")]
    top, low = max(*values, 1.0), min(*values, 0.0)
    start = COLUMN + 8

    def x(value: float) -> float:
        return float(start + (value - low) / (top - low) * (WIDTH - start - RIGHT))

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
            out.append(Markup('<text class="end" x="{}" y="{}">{}</text>').format(COLUMN, at + 11, dollars(line["mean"], currency)))
            at += 16
    told = [label + ": " + ", ".join(f"{called[o['id']]} {dollars(x['mean'], currency)}" for o, x in zip(pair, lines, strict=True) if x) for label, lines in rows[:4]]
    text = f"Largest lines: {'; '.join(told)}."
    return _svg(at + 10, f"What the money is: {c['name']}", text, out)


def ledgers(c: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdict and the runner-up, those that have a ledger; none where there is nothing to decide yet."""
    if c["verdict"].get("later"):
        return []
    wanted = (c["verdict"]["option"], c["runner_up"])
    return [o for name in wanted for o in c["options"] if o["id"] == name and o["ledger"]]


def ledger_rows(options: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """Line by line, the options' amounts; the largest first, empty ones left out."""
    lines = [{x["line"]: x for x in o["ledger"] if x["mean"] or x["p5"] or x["p95"]} for o in options]
    every = dict.fromkeys(name for table in lines for name in table)
    largest = {name: max(abs(t[name]["mean"]) for t in lines if name in t) for name in every}
    return [(name, [t.get(name) for t in lines]) for name in sorted(every, key=lambda n: (-largest[n], n))]


def break_even(b: dict[str, Any], today: dict[str, Any] | None, called: dict[str, str]) -> Markup | None:
    """Where two options cost the same: the share of worlds whose break-even lies lower, on a log
    scale, the crossings of the averages, and today's value with its own range.
    """
    lowest_first = b.get("quantiles")
    if not lowest_first or not b["today"]:
        return None
    curve = [(0.05 + 0.05 * i, value) for i, value in enumerate(lowest_first)]
    around = (today["p5"], today["p95"]) if today and today["p5"] > 0 else ()
    marks = [v for v in (b["today"], curve[0][1], curve[-1][1], *b["crossings"], *around) if v]
    low, high = math.log10(min(marks)) - 0.1, math.log10(max(marks)) + 0.1

    def x(value: float) -> float:
        return LEFT + (math.log10(value) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(share: float) -> float:
        return 128 - 100 * share

    spaced = (1, 2, 5) if high - low < 2.5 else (1,)
    values = [m * 10.0**d for d in range(math.floor(low), math.floor(high) + 1) for m in spaced]
    axis = [Markup('<text class="end" x="{}" y="{}">{}%</text><line x1="{}" x2="{}" y1="{}" y2="{}"/>').format(LEFT - 6, _c(y(p) + 4), round(100 * p), LEFT, WIDTH - RIGHT, _c(y(p)), _c(y(p))) for p in (0.0, 0.5, 1.0)]
    axis += [Markup('<line x1="{0}" x2="{0}" y1="28" y2="133"/><text class="mid" x="{0}" y="147">{1}</text>').format(_c(x(v)), number(v)) for v in values if low <= math.log10(v) <= high]
    axis.append(Markup('<text class="mid" x="{}" y="166">{}</text>').format((LEFT + WIDTH - RIGHT) // 2, _cut(f"{b['label']}, {unit(b['unit'])} (log scale)", 70)))
    out = [Markup('<g class="axis">{}</g>').format(Markup("").join(axis))]
    if around:
        out.append(Markup('<rect class="band f1" x="{}" y="28" width="{}" height="100"/>').format(_c(x(around[0])), _c(max(x(around[1]) - x(around[0]), 1))))
    bands = [(x(10**low if t["low"] is None else t["low"]), x(10**high if t["high"] is None else t["high"])) for t in b.get("ties") or ()]
    bands = [(max(a, LEFT), min(z, WIDTH - RIGHT)) for a, z in bands if a < WIDTH - RIGHT and z > LEFT]
    out += [Markup('<rect class="band f2" x="{}" y="28" width="{}" height="100"/>').format(_c(a), _c(max(z - a, 1))) for a, z in bands]
    points = [f"{_c(x(value))},{_c(y(share))}" for share, value in curve]
    out.append(Markup('<polygon class="band f0" points="{}"/><polyline class="line l0" points="{}"/>').format(" ".join([*points, f"{_c(x(curve[-1][1]))},128", f"{_c(x(curve[0][1]))},128"]), " ".join(points)))
    out.append(Markup('<line class="line l1" x1="{0}" x2="{0}" y1="20" y2="128"/><text class="{1}" x="{0}" y="15">today</text>').format(_c(x(b["today"])), "end" if x(b["today"]) > WIDTH - 60 else "mid"))
    out += [_diamond(x(cross), 128) for cross in b["crossings"] if cross]
    legend = [
        (Markup('<line class="line l0" x1="{}" x2="{}" y1="186" y2="186"/>').format(LEFT, LEFT + 34), "worlds whose break-even lies lower, of those that have one"),
        (Markup('<line class="line l1" x1="{}" x2="{}" y1="206" y2="206"/>').format(LEFT, LEFT + 34), "today, 5% to 95%" if around else "today"),
        *([(_diamond(LEFT + 17, 226), "where the averages cross")] if b["crossings"] else []),
    ]
    if bands:
        at = 186 + 20 * len(legend)
        legend.append((Markup('<rect class="band f2" x="{}" y="{}" width="34" height="12"/>').format(LEFT, at - 6), "where the averages differ by less than what matters"))
    out += [sign + Markup('<text x="{}" y="{}">{}</text>').format(LEFT + 42, 190 + 20 * i, text) for i, (sign, text) in enumerate(legend)]
    return _svg(176 + 20 * len(legend), f"Break-even: {b['label']}", break_even_words(b, called), out)


def tornado(c: dict[str, Any], currency: str) -> Markup | None:
    """Bars of what the runner-up costs more than the verdict, each input alone at its 5% and 95% point."""
    found = c.get("tornado")
    if not found:
        return None
    rows, middle = found["rows"], found["difference"]
    values = [v for r in rows for v in (r["at_p5"], r["at_p95"])] + [middle, 0.0]
    low, high = min(values), max(values)
    start, end = COLUMN + 8, WIDTH - COLUMN - 8

    def x(value: float) -> float:
        return float(start + (value - low) / ((high - low) or 1.0) * (end - start))

    out, at = [], 26
    for r in rows:
        at += 23
        out.append(Markup('<text x="8" y="{}">{}</text>').format(at - 6, _cut(r["label"], 72)))
        for i, key in enumerate(("at_p5", "at_p95")):
            a, b = sorted((x(middle), x(r[key])))
            out.append(Markup('<rect class="f{}" x="{}" y="{}" width="{}" height="12"/>').format(i, _c(a), at, _c(max(b - a, 0.8))))
        out.append(Markup('<line class="whisker" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/><g class="axis"><line x1="{3}" x2="{3}" y1="{1}" y2="{2}"/></g>').format(_c(x(middle)), at - 1, at + 13, _c(x(0.0))))
        left, right = sorted((r["at_p5"], r["at_p95"]))
        out.append(Markup('<text class="end" x="{}" y="{}">{}</text><text class="end" x="{}" y="{}">{}</text>').format(COLUMN, at + 11, dollars(left, currency), WIDTH - 4, at + 11, dollars(right, currency)))
        at += 14
    out.append(Markup('<g class="axis"><text class="mid" x="{}" y="{}">0</text></g>').format(_c(x(0.0)), at + 18))
    out.append(Markup('<rect class="f0" x="8" y="4" width="14" height="11"/><text x="28" y="14">input at its 5% point</text><rect class="f1" x="220" y="4" width="14" height="11"/><text x="240" y="14">at its 95% point</text>'))
    return _svg(at + 24, f"What moves the difference: {c['name']}", tornado_words(c, currency), out)


def tornado_words(c: dict[str, Any], currency: str) -> str:
    """What the tornado shows, in sentences."""
    found, called = c["tornado"], names(c)
    one, other = (called.get(a, a) for a in found["between"])
    more = found["difference"]
    text = f"On average {other} costs {dollars(abs(more), currency)} {'more' if more >= 0 else 'less'} than {one}."
    first = found["rows"][0]
    return f"{text} Most depends on {first['label']}: {dollars(first['at_p5'], currency)} at {number(first['p5'])} {unit(first['unit'])}".rstrip() + f", {dollars(first['at_p95'], currency)} at {number(first['p95'])}."


def _diamond(x: float, y: float) -> Markup:
    return Markup('<path class="mark" d="M{} {}l7 7l-7 7l-7-7z"/>').format(_c(x), _c(y - 7))


def break_even_words(b: dict[str, Any], called: dict[str, str]) -> str:
    """The break-even in a few sentences."""
    one, other = (called.get(x, x) for x in b["between"])
    u, above = unit(b["unit"]), called.get(b["cheaper_above"], b["cheaper_above"])
    at = " and ".join(number(x) for x in b["crossings"])
    text = f"On average {one} and {other} cost the same at {at} {u}." if at else f"On average {above} stays the cheaper of {one} and {other} over the scanned range."
    if b["p50"] is not None:
        text += f" Single worlds that cross at all ({b['share_of_worlds']:.0%}) do so between {number(b['p5'])} and {number(b['p95'])}, half of them below {number(b['p50'])}"
        text += "." if b["share_of_worlds"] == 1 else "; in the rest one of them is the cheaper over the whole scanned range."
    else:
        text += f" They cross in {b['share_of_worlds']:.0%} of single worlds, too few for a distribution."
    told = tied(b)
    if told:
        text += f" They are {told}: there the averages differ by less than what matters."
    return f"{text} Today: {number(b['today'])}." + (f" Above the last crossing {above} is cheaper." if at else "")


def standalone(picture: Markup) -> str:
    """The picture as a file of its own: light, with a size, in colours that any viewer knows."""
    head = r'<svg role="img" viewBox="0 0 (\d+) (\d+)"([^>]*)>'
    return re.sub(head, lambda m: f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{m[1]}" height="{m[2]}" viewBox="0 0 {m[1]} {m[2]}"{m[3]}><style>{PLAIN}</style><rect class="bg" width="100%" height="100%"/>', str(picture), count=1)


def saved(data: dict[str, Any]) -> dict[str, str]:
    """File name to SVG of every picture of a run."""
    out: dict[str, str] = {}
    for c in data["components"]:
        for name, picture in (("over-time", over_time(c, data["currency"])), ("money", ledger(c, data["currency"])), ("tornado", tornado(c, data["currency"]))):
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
    if raw < sys.float_info.min:
        return [low]  # nothing lies between that could be written
    size = 10 ** math.floor(math.log10(raw))
    step = next(s * size for s in (1, 2, 2.5, 5, 10) if s * size >= raw)
    return [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _c(value: float) -> str:
    return f"{value:.1f}"


def _cut(text: object, most: int) -> Markup:
    shown = plain(text)
    return escape(shown if len(shown) <= most else shown[: most - 1] + "…")
