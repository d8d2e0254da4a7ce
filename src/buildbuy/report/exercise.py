"""What exercises of systems found, as data and as one page of text."""

from __future__ import annotations

from typing import Any

from buildbuy.probes.exercise import Exercised
from buildbuy.report.probe import head, not_measured
from buildbuy.report.safe import everything

TOOK = {
    "ready_seconds": ("services ready", "s"), "seconds": ("whole run", "s"), "cpu_seconds": ("CPU, services too", "s"), "memory_mb": ("peak memory, services too", "MB"),
}  # fmt: skip
MOST_COLUMNS = 4  # of a table that a terminal can show


def result(name: str, seen: Exercised, about: dict[str, Any]) -> dict[str, Any]:
    """One exercised system as plain data."""
    figures = [{"what": f.what, "why_not": f.why_not} if f.value is None else {"what": f.what, "value": f.value, "unit": f.unit, "n": f.n, "how": f.how} for f in seen.figures]
    took = {k: getattr(seen, k) for k in (*TOOK, "shared_fairly_mb", "processes")}
    return {"name": name, "figures": figures, "about": {**about, **took}}


def table(data: dict[str, Any]) -> str:
    """The page in the terminal: a table of figures by system, how each was taken, and what it says."""
    data = everything(data)
    machine, results = data["machine"], data["results"]
    lines = [head(data)]
    for i in range(0, len(results), MOST_COLUMNS):
        lines += ["", *_columns(results[i : i + MOST_COLUMNS])]
    lines += not_measured(data)
    lines += _missing(results)
    lines += _how(results)
    if machine["load_before"] > machine["cores"]:
        lines += ["", "  others were busy on this machine before: take times as upper bounds"]
    return "\n".join([*lines, "", *sentences(data)]) + "\n"


def rows(results: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Label with unit, and one cell a system; a dash where a system has no such figure."""
    by_name = [{f["what"]: f for f in r["figures"]} for r in results]
    names = list(dict.fromkeys(f["what"] for r in results for f in r["figures"]))
    units = {f["what"]: f["unit"] for r in results for f in r["figures"] if "unit" in f}
    figures = [(_label(name, units.get(name, "")), [number(found[name]["value"]) if "value" in found.get(name, {}) else "-" for found in by_name]) for name in names]
    took = [(f"{label}, {unit}", [number(r["about"][key]) for r in results]) for key, (label, unit) in TOOK.items()]
    return figures + took


def number(value: float) -> str:
    """Three significant digits, whole where large."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:.3g}"


def _label(what: str, unit: str) -> str:
    """A unit that the name has already is not said twice."""
    return what if not unit or f"_{unit}" in what or unit == "count" else f"{what}, {unit}"


def _columns(results: list[dict[str, Any]]) -> list[str]:
    cells = rows(results)
    heads = [r["name"].rsplit(", ", 1) for r in results]
    wide = [max(9, *(len(part) for part in head), *(len(row[1][i]) for row in cells)) for i, head in enumerate(heads)]
    first = max(len(label) for label, _ in cells)
    lines = [f"  {'':{first}}" + "".join(f"  {head[i]:>{w}}" for head, w in zip(heads, wide, strict=True)) for i in range(2)]
    return lines + [f"  {label:{first}}" + "".join(f"  {cell:>{w}}" for cell, w in zip(values, wide, strict=True)) for label, values in cells]


def _missing(results: list[dict[str, Any]]) -> list[str]:
    """One line for all that is missing for the same reason."""
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for r in results:
        for f in r["figures"]:
            if "why_not" in f:
                names, whats = found.setdefault(f["why_not"], ({}, {}))
                names[r["name"]] = whats[f["what"]] = None
    lines = [f"  {'; '.join(names)}: no {', '.join(whats)}: {why}" for why, (names, whats) in found.items()]
    return ["", *lines] if lines else []


def _how(results: list[dict[str, Any]]) -> list[str]:
    """One line for all the figures that were taken in the same way."""
    names: dict[str, dict[str, None]] = {}
    for f in (f for r in results for f in r["figures"] if "how" in f):
        names.setdefault(f["how"], {})[f["what"]] = None
    return ["", *(f"  {', '.join(whats)}: {how}" for how, whats in names.items())] if names else []


def sentences(data: dict[str, Any]) -> list[str]:
    """What that does and doesn't prove."""
    if not data["results"]:
        return ["Nothing was measured."]
    return [
        f"This shows one run of each with a small exercise of ours on {data['machine']['cores']} cores that the system, its services and the script share.",
        "What was found, lost or wrong (counts, shares) was so with these versions and settings. Times and memory compare kinds of systems here;"
        " they are not what your data, network and machines will give, and a difference below a third may be noise.",
    ]
