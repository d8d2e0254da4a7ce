"""What exercises of systems found, as data and as one page of text."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from statistics import median, median_high
from typing import Any

from buildbuy.probes.compare import interval
from buildbuy.probes.exercise import Exercised, Figure
from buildbuy.quantities.estimate import brief
from buildbuy.report.probe import apart, decision, head, not_measured, wrapped
from buildbuy.report.safe import everything
from buildbuy.report.terminal import columns

TOOK = {
    "ready_seconds": ("services ready", "s"), "seconds": ("whole run", "s"), "cpu_seconds": ("CPU, services too", "s"), "memory_mb": ("peak memory, services too", "MB"),
}  # fmt: skip
NAME = 16  # characters of a line of a system's name


def result(name: str, runs: Sequence[Exercised], about: dict[str, Any]) -> dict[str, Any]:
    """One exercised system as plain data: of each figure the median of the runs, and what all of them say together."""
    figures: dict[str, list[Figure]] = {}
    for f in (f for one in runs for f in one.figures):
        figures.setdefault(f.what, []).append(f)
    known = {k: [x for one in runs if (x := getattr(one, k)) is not None] for k in (*TOOK, "shared_fairly_mb", "processes")}
    took = {k: median_high(values) if values else None for k, values in known.items()}
    return {"name": name, "figures": [_over_runs(found) for found in figures.values()], "about": {**about, **took, "runs": len(runs)}}


def _over_runs(found: Sequence[Figure]) -> dict[str, Any]:
    taken, values = [f for f in found if f.value is not None], [f.value for f in found if f.value is not None]
    if not taken:
        return {"what": found[0].what, "why_not": found[0].why_not}
    one, missed, sure = taken[0], [f.why_not for f in found if f.value is None], interval(values)
    return {"what": one.what, "value": median(values), "unit": one.unit, "n": one.n, "how": one.how, "runs": values, "missed": missed, "interval": list(sure) if sure else None}


def compared(results: Sequence[dict[str, Any]], again: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Figure by figure, which systems can be told from the lowest; `again` is a second set of runs of one of them,
    under its name. Figures with fewer than two positive values of two systems are left out.
    """
    runs: dict[str, dict[str, list[float]]] = {}
    for r in results:
        for f in r["figures"]:
            if "value" in f:
                runs.setdefault(f["what"], {})[r["name"]] = f["runs"]
    second = {f["what"]: f["runs"] for f in again["figures"] if "value" in f} if again else {}
    found = ((what, apart(values, (again["name"], second[what]) if again and what in second else None)) for what, values in runs.items())
    return [{"what": what, **one} for what, one in found if one is not None]


def table(data: dict[str, Any]) -> str:
    """The page in the terminal: a table of figures by system, how each was taken, and what it says."""
    data = everything(data)
    machine, results = data["machine"], data["results"]
    lines = [head(data), *_tables(results), *not_measured(data)]
    lines += _missing(results)
    lines += _how(results)
    if machine["load_before"] > machine["cores"]:
        lines += ["", "  others were busy on this machine before: take times as upper bounds"]
    return "\n".join(wrapped([*lines, *_told_apart(data["comparisons"], results), "", *sentences(data), *decision(data["decision"])])) + "\n"


def rows(results: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    """Label with unit, and one cell a system; a dash where a system has no such figure."""
    by_name = [{f["what"]: f for f in r["figures"]} for r in results]
    names = list(dict.fromkeys(f["what"] for r in results for f in r["figures"]))
    units = {f["what"]: f["unit"] for r in results for f in r["figures"] if "unit" in f}
    figures = [(label(name, units.get(name, "")), [cell(found.get(name, {})) for found in by_name]) for name in names]
    took = [(f"{label}, {unit}", [brief(r["about"][key]) for r in results]) for key, (label, unit) in TOOK.items()]
    return figures + took


def cell(figure: Mapping[str, Any]) -> str:
    """The value, with half its 95% interval as a share of it where there were several runs; beyond all of it no share
    is said, as such an interval is far from even.
    """
    if "value" not in figure:
        return "-"
    sure = figure.get("interval")
    share = (sure[1] - sure[0]) / 2 / figure["value"] if sure else 0.0
    return brief(figure["value"]) + ((f" ±{share:.0%}" if share <= 1 else " ±>100%") if sure else "")


def label(what: str, unit: str) -> str:
    """A unit that the name has already is not said twice."""
    return what if not unit or f"_{unit}" in what or unit == "count" else f"{what}, {unit}"


def _tables(results: list[dict[str, Any]]) -> list[str]:
    """As many systems side by side as the terminal is wide, the others below."""
    if not results:
        return []
    cells = rows(results)
    heads = [[line for part in r["name"].rsplit(", ", 1) for line in textwrap.wrap(part, NAME, break_on_hyphens=False)] for r in results]
    wide = [max(9, *(len(line) for line in head), *(len(values[i]) for _, values in cells)) for i, head in enumerate(heads)]
    first = min(max(len(label) for label, _ in cells), columns() - 4 - max(wide))  # the widest system has room beside it
    labels = [textwrap.wrap(label, first, subsequent_indent="  ") for label, _ in cells]
    out: list[str] = []
    begin = 0
    while begin < len(results):
        end = begin + 1
        while end < len(results) and 2 + first + sum(2 + w for w in wide[begin : end + 1]) <= columns():
            end += 1
        shown = range(begin, end)
        high = max(len(heads[i]) for i in shown)
        out += ["", *(f"  {'':{first}}" + "".join(f"  {([''] * (high - len(heads[i])) + heads[i])[line]:>{wide[i]}}" for i in shown) for line in range(high))]
        for label, (_, values) in zip(labels, cells, strict=True):
            out += [f"  {line}" for line in label[:-1]]
            out.append(f"  {label[-1]:{first}}" + "".join(f"  {values[i]:>{wide[i]}}" for i in shown))
        begin = end
    return out


def _missing(results: list[dict[str, Any]]) -> list[str]:
    """One line for all that is missing for the same reason."""
    found: dict[str, tuple[dict[str, None], dict[str, None]]] = {}
    for r in results:
        for f in r["figures"]:
            if "why_not" in f:
                names, whats = found.setdefault(f["why_not"], ({}, {}))
                names[r["name"]] = whats[f["what"]] = None
    lines = [f"  {'; '.join(names)}: no {', '.join(whats)}: {why}" for why, (names, whats) in found.items()]
    for r in results:
        for f in r["figures"]:
            if missed := f.get("missed"):
                lines.append(f"  {r['name']}: no {f['what']} in {len(missed)} of {r['about']['runs']} runs: {'; '.join(dict.fromkeys(missed))}")
    return ["", *lines] if lines else []


def _how(results: list[dict[str, Any]]) -> list[str]:
    """One line for all the figures that were taken in the same way."""
    names: dict[str, dict[str, None]] = {}
    for f in (f for r in results for f in r["figures"] if "how" in f):
        names.setdefault(f["how"], {})[f["what"]] = None
    return ["", *(f"  {', '.join(whats)}: {how}" for how, whats in names.items())] if names else []


def _told_apart(comparisons: list[dict[str, Any]], results: list[dict[str, Any]]) -> list[str]:
    """Which systems differ by more than chance and noise, figure by figure."""
    if not comparisons:
        return []
    lines = []
    for one in comparisons:
        more = [f"{x['slow']} {x['ratio']:.3g} times ({x['low']:.3g} to {x['high']:.3g})" for x in one["pairs"] if x["different"]]
        if more:
            lines.append(f"  {one['what']}: lowest {one['pairs'][0]['fast']}; higher: {', '.join(more)}")
    same = [one["what"] for one in comparisons if not any(x["different"] for x in one["pairs"])]
    lines += [f"  none can be told apart by {', '.join(same)}"] if same else []
    zero = dict.fromkeys(f["what"] for r in results for f in r["figures"] if "value" in f and min(f["runs"]) <= 0)
    lines += [f"  not compared where a run has zero, which has no ratio: {', '.join(zero)}"] if zero else []
    lines += [f"  each figure by itself: among {len(comparisons)} one may differ by chance"] if len(comparisons) > 1 else []
    return ["", f"Told apart by 95% intervals over the runs, {_noise(comparisons)}", *lines]


def _noise(comparisons: list[dict[str, Any]]) -> str:
    """How far two sets of runs of the same lay apart, and for which figures that isn't known."""
    known = [one for one in comparisons if one["noise"]]
    if not known:
        return "the noise wasn't measured"
    unknown = [one["what"] for one in comparisons if not one["noise"]]
    largest = f"beyond the noise of each figure: two sets of runs of {known[0]['noise_of']} lay up to {max(one['noise'] for one in known):.2f} times apart"
    return largest + (f"; the noise of {', '.join(unknown)} wasn't measured" if unknown else "")


def sentences(data: dict[str, Any]) -> list[str]:
    """What that does and doesn't prove."""
    if not data["results"]:
        return ["Nothing was measured."]
    counts = [r["about"]["runs"] for r in data["results"]]
    fewest, runs = min(counts), max(counts)
    shown = "one run" if runs == 1 else f"{runs} runs" if fewest == runs else f"{fewest} to {runs} runs"
    if data["table"]:
        return [
            f"This shows {shown} of each on {data['machine']['cores']} cores that the system and the script share, with {data['table']}.",
            "What it takes is what your rows take here: another machine, other columns and other sizes take otherwise. Whether a drift would be found is not in it.",
        ]
    return [
        f"This shows {shown} of each with a small exercise of ours on {data['machine']['cores']} cores that the system, its services and the script share.",
        "What was found, lost or wrong (counts, shares) was so with these versions and settings. Times and memory compare kinds of systems here;"
        " they are not what your data, network and machines will give" + ("." if runs > 1 else ", and a difference below a third may be noise: --repeats 3 tells."),
    ]
