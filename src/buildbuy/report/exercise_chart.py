"""One picture of an exercise: a panel for each figure that differs between the systems, a dot for each of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from buildbuy.report.charts import RIGHT, WIDTH, _c, _cut, _svg, _ticks
from buildbuy.report.exercise import TOOK, cell, label
from buildbuy.report.safe import everything

NAMES, CELLS = 196, 96  # room for the names at the left, for the values at the right
START, END = NAMES + 10, WIDTH - RIGHT - CELLS
ROW, TITLE, FOOT = 17, 24, 30
LOG_FROM = 20  # largest over smallest value from which the axis is logarithmic


@dataclass(frozen=True)
class _Axis:
    """From a value to its place across the picture."""

    low: float
    high: float
    log: bool

    def x(self, value: float) -> float:
        low, high, at = (math.log10(v) if self.log else v for v in (self.low, self.high, value))
        return START + (at - low) / (high - low) * (END - START)

    @property
    def ticks(self) -> list[float]:
        if not self.log:
            return [v for v in _ticks(self.low, self.high) if v <= self.high]
        decades = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        wide = len(decades) > 7
        return [10.0**d for d in decades if self.low <= 10.0**d <= self.high and (not wide or d % 2 == 0)]


def picture(data: dict[str, Any]) -> Markup:
    """Dots of the medians and lines of their 95% intervals over the runs, with the words of the table. `data` is what
    `probe --format json` prints.
    """
    data = everything(data)
    results = data["results"]
    names = [r["name"] for r in results]
    sure = any(f.get("interval") for r in results for f in r["figures"])
    head = "a dot a system, a line its 95% interval over the runs" if sure else "a dot a system, of one run or of runs that were all the same"
    out, at = [Markup('<text x="8" y="16">{}</text>').format(_cut(f"{data['what']}: {head}", 80))], 28.0
    told = []
    for title, figures in _panels(results):
        out += _panel(title, names, figures, at)
        at += TITLE + ROW * len(names) + FOOT
        told.append(f"{title}: " + ", ".join(f"{name} {cell(f)}" for name, f in zip(names, figures, strict=True) if "value" in f))
    return _svg(round(at), f"Probe of {data['what']}", "; ".join(told), out)


def _panels(results: Sequence[dict[str, Any]]) -> list[tuple[str, list[Mapping[str, Any]]]]:
    """Titles, and the figure of each system (empty where it has none), of what isn't the same in all."""
    by_name = [{f["what"]: f for f in r["figures"] if "value" in f} for r in results]
    every = dict.fromkeys(what for found in by_name for what in found)
    panels = [(label(what, next(f[what]["unit"] for f in by_name if what in f)), [f.get(what, {}) for f in by_name]) for what in every]
    panels += [(f"{words}, {unit}", [{"value": r["about"][key]} for r in results]) for key, (words, unit) in TOOK.items()]
    return [(title, figures) for title, figures in panels if len(results) == 1 or len({f["value"] for f in figures if "value" in f}) > 1]


def _axis(figures: Sequence[Mapping[str, Any]]) -> _Axis:
    """All values with their intervals; linear ones begin at zero."""
    values = [v for f in figures if "value" in f for v in (f["value"], *(f.get("interval") or ()))]
    low, high = min(values), max(values)
    if low > 0 and high / low > LOG_FROM:
        return _Axis(10 ** (math.log10(low) - 0.1), 10 ** (math.log10(high) + 0.1), True)
    low, high = min(low, 0.0), max(high, 0.0)
    return _Axis(low, high + (high - low) * 0.04 if high > low else low + 1.0, False)


def _panel(title: str, names: Sequence[str], figures: Sequence[Mapping[str, Any]], top: float) -> list[Markup]:
    axis = _axis(figures)
    below = top + TITLE + ROW * len(names)
    out = [Markup('<text x="8" y="{}" style="font-weight:600">{}</text>').format(_c(top + 15), _cut(title + (" (log scale)" if axis.log else ""), 74))]
    marks = [Markup('<line x1="{0}" x2="{0}" y1="{1}" y2="{2}"/><text class="mid" x="{0}" y="{3}">{4}</text>').format(_c(axis.x(v)), _c(top + TITLE), _c(below), _c(below + 14), f"{v:,.3g}" if v < 1000 else f"{v:,.0f}") for v in axis.ticks]
    out.append(Markup('<g class="axis">{}</g>').format(Markup("").join(marks)))
    for i, (name, f) in enumerate(zip(names, figures, strict=True)):
        y = top + TITLE + ROW * (i + 0.5)
        out.append(Markup('<text class="end" x="{}" y="{}">{}</text><text class="end" x="{}" y="{}">{}</text>').format(NAMES, _c(y + 4), _short(name), WIDTH - RIGHT, _c(y + 4), cell(f)))
        if "value" in f:
            low, high = f.get("interval") or (f["value"], f["value"])
            out.append(Markup('<line class="whisker" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><circle class="f0" cx="{3}" cy="{2}" r="4.5"/>').format(_c(axis.x(low)), _c(axis.x(high)), _c(y), _c(axis.x(f["value"]))))
    return out


def _short(name: str) -> Markup:
    """A name that fits beside the panel, with its profile whole."""
    system, _, profile = name.rpartition(", ")
    return Markup("{}, {}").format(_cut(system, 28 - len(profile)), profile) if system else _cut(name, 30)
