"""One picture of a probe: latency by percentile, and the ladder of rates where there is one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from buildbuy.report.charts import LEFT, RIGHT, WIDTH, _c, _cut, _svg
from buildbuy.report.safe import everything

COLOURS = 4
PLOT = 230
_SHOWN = (0.0, 50.0, 90.0, 99.0, 99.9, 99.99)
Scale = Callable[[float], float]


def picture(data: dict[str, Any]) -> Markup:
    """Percentile curves of the middle runs on a logarithmic scale (the tail is the point), above the ladders; a
    colour is a system, a dash its settings. `data` is what `probe --format json` prints.
    """
    data = everything(data)
    results, limit = data["results"], _limit(data)
    out, y0 = _curves(results, limit)
    if any(r["ladder"] for r in results):
        more, y0 = _ladder(results, limit, y0 + 34)
        out += more
    for i, r in enumerate(results):
        at = y0 + 20 * (i + 1)
        out.append(Markup('<line {} x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}">{}</text>').format(_look(i), LEFT, LEFT + 34, at - 4, at - 4, LEFT + 42, at, _cut(_told(r), 66)))
    title = f"Probe of {data['what']}" + (f", required {data['requirement']}" if data["requirement"] else "")
    return _svg(round(y0) + 20 * (len(results) + 1), title, "; ".join(_told(r) for r in results), out)


def _limit(data: dict[str, Any]) -> tuple[float, float] | None:
    """The required percentile and its limit in ms."""
    from buildbuy.probes.requirement import parse

    wanted = parse(data["requirement"]) if data["requirement"] else None
    return (wanted.percentile, wanted.limit * 1000) if wanted else None


def _told(r: dict[str, Any]) -> str:
    p, ms = r["runs"]["percentile"], r["latency_ms"]
    value = r["judged"]["measured_ms"] if r["judged"] else ms["p99"]
    return f"{r['name']}: {p} " + ("failed" if value is None else f"{value:.3g} ms at {r['rate']:g} req/s")


def _look(i: int) -> Markup:
    """The line's class and width: the charts' own colours and dashes, thinner the second time round."""
    return Markup('class="line l{}" style="stroke-width:{}"').format(i % COLOURS, 2.2 if i < COLOURS else 1.2)


def _curves(results: list[dict[str, Any]], limit: tuple[float, float] | None) -> tuple[list[Markup], float]:
    values = [v for r in results for _, v in r["curve"] if v] + ([limit[1]] if limit else [])
    far = max((q for r in results for q, _ in r["curve"]), default=99.0)
    shown = [q for q in _SHOWN if q <= far]
    y = _log_scale(values, 24)
    nines = math.log10(100 / (100 - far)) or 1.0

    def x(q: float) -> float:
        return LEFT + math.log10(100 / (100 - q)) / nines * (WIDTH - LEFT - RIGHT)

    out = [_title(14, "ms, by percentile of the requests"), *_decades(values, y), *_foot([(x(q), f"{q:g}%") for q in shown], 24 + PLOT)]
    if limit:
        out.append(_rule(y(limit[1]), f"limit of p{limit[0]:g}: {limit[1]:g} ms"))
    for i, r in enumerate(results):
        points = " ".join(f"{_c(x(q))},{_c(y(v))}" for q, v in r["curve"] if v)
        out.append(Markup('<polyline {} points="{}"/>').format(_look(i), points))
    return out, 24 + PLOT + 24


def _ladder(results: list[dict[str, Any]], limit: tuple[float, float] | None, top: float) -> tuple[list[Markup], float]:
    steps = [x for r in results for x in r["ladder"]]
    values = [x["measured_ms"] for x in steps if x["measured_ms"]]
    if not values:
        return [], top
    values += [limit[1]] if limit else []
    y = _log_scale(values, top + 10)
    low, high = min(x["rate"] for x in steps), max(x["rate"] for x in steps)

    def x(rate: float) -> float:
        return LEFT + 10 + math.log(rate / low) / (math.log(high / low) or 1.0) * (WIDTH - LEFT - RIGHT - 24)

    rates = sorted({s["rate"] for s in steps})
    p = results[0]["runs"]["percentile"]
    out = [_title(top, f"{p} in ms, by req/s (a ring: not met)"), *_decades(values, y), *_foot([(x(r), f"{r:,.4g}") for r in rates], top + 10 + PLOT)]
    if limit:
        out.append(_rule(y(limit[1]), ""))
    for i, r in enumerate(results):
        there = [s for s in r["ladder"] if s["measured_ms"]]
        out.append(Markup('<polyline {} points="{}"/>').format(_look(i), " ".join(f"{_c(x(s['rate']))},{_c(y(s['measured_ms']))}" for s in there)))
        out += [Markup('<circle class="{}" cx="{}" cy="{}" r="3.5"/>').format("mark" if s["status"] != "met" else f"f{i % COLOURS}", _c(x(s["rate"])), _c(y(s["measured_ms"]))) for s in there]
    return out, top + 10 + PLOT + 24


def _log_scale(values: list[float], top: float) -> Scale:
    """Milliseconds to a height: whole decades of them."""
    low, high = _decade(values)
    return lambda v: top + (high - math.log10(v)) / (high - low) * PLOT


def _decade(values: list[float]) -> tuple[int, int]:
    low = math.floor(math.log10(min(values, default=1.0)))
    return low, max(math.ceil(math.log10(max(values, default=10.0))), low + 1)


def _decades(values: list[float], y: Scale) -> list[Markup]:
    low, high = _decade(values)
    ticks = [m * 10.0**d for d in range(low, high + 1) for m in ((1, 3) if high - low < 3 else (1,)) if m == 1 or d < high]
    rows = [Markup('<line x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text class="end" x="{3}" y="{4}">{5}</text>').format(LEFT, WIDTH - RIGHT, _c(y(v)), LEFT - 6, _c(y(v) + 4), f"{v:,.3g}" if v < 1000 else f"{v:,.0f}") for v in ticks]
    return [Markup('<g class="axis">{}</g>').format(Markup("").join(rows))]


def _foot(ticks: list[tuple[float, str]], at: float) -> list[Markup]:
    return [Markup('<g class="axis">{}</g>').format(Markup("").join(Markup('<text class="{}" x="{}" y="{}">{}</text>').format("end" if i == len(ticks) - 1 and len(ticks) > 1 else "mid", _c(x), _c(at + 18), text) for i, (x, text) in enumerate(ticks)))]


def _title(at: float, text: str) -> Markup:
    return Markup('<text x="{}" y="{}">{}</text>').format(LEFT, _c(at), text)


def _rule(at: float, text: str) -> Markup:
    return Markup('<line class="whisker" stroke-dasharray="5 4" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text class="end" x="{1}" y="{3}">{4}</text>').format(LEFT, WIDTH - RIGHT, _c(at), _c(at - 5), text)
