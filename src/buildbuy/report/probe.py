"""What a probe found, as data and as one page of text."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from buildbuy.probes.compare import bounds, differences, milliseconds, noise
from buildbuy.probes.load import Measured
from buildbuy.probes.requirement import Wanted, few, judge, judge_all
from buildbuy.report.safe import everything
from buildbuy.report.terminal import columns

SHOWN = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99_9": 99.9}
CURVE = (0.0, 25.0, 50.0, 75.0, 90.0, 95.0, 97.5, 99.0, 99.5, 99.75, 99.9, 99.95, 99.99)
WORDS = {"met": "meets it here", "unmet": "does not meet it here", "unknown": "can't be said from this run"}
PROVES = {
    "production": "a run of {seconds:g} s with one request, from this machine, at a steady rate. It doesn't show other requests, bursts, hours of running or the network between your users and the service.",
    "own_model": "a run of {seconds:g} s with your model and payload on {cores} cores that server and generator share. Machines of yours, other payloads, bursts and hours of running may differ; a failure here is no failure there.",
    "stand_in": "a run of {seconds:g} s with a small model of ours on {cores} cores that server and generator share. Your own model, payload and machines decide; a failure here is no failure there.",
}


def result(name: str, runs: Sequence[Measured], wanted: Wanted | None, about: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """One service as plain data: the middle one of its runs by the percentile that matters, and what all of them
    say together. `about` tells what the service is and took, run by run.
    """
    p = wanted.percentile if wanted else 99.0
    counted = [i for i, x in enumerate(runs) if not x.refused] or list(range(len(runs)))
    at = sorted(counted, key=lambda i: runs[i].percentile(p))[len(counted) // 2]
    seen = runs[at]
    judged = judge_all(runs, wanted) if wanted else None
    return {
        "name": name, "rate": seen.load.rate, "seconds": seen.load.seconds, "warmup": seen.load.warmup, "requests": len(seen.latency),
        "failed": seen.failed, "failures": seen.failures, "answered_rate": round(seen.answered_rate, 2), "peak_in_flight": seen.peak_in_flight,
        "latency_ms": {k: milliseconds(seen.percentile(q)) for k, q in SHOWN.items()} | {"max": milliseconds(float(seen.latency.max()))},
        "few_beyond": [f"p{q:g}" for q in SHOWN.values() if few(seen, q)],
        "generator": {"held": round(seen.held, 4), "lag_p99_ms": milliseconds(float(np.quantile(seen.lag, 0.99))), "cpu": round(seen.cpu, 3), "refused": seen.refused or None, "blurred": seen.blurred or None},
        "judged": {"status": judged.status, "measured_ms": milliseconds(judged.measured), "room": round(judged.room, 3), "why": judged.why} if judged else None,
        "runs": {"percentile": f"p{p:g}", "ms": [milliseconds(x.percentile(p)) for x in runs], "counted": len(counted), "interval_ms": bounds(runs, p)},
        "curve": [[q, milliseconds(seen.percentile(q))] for q in CURVE if len(seen.latency) * (1 - q / 100) >= 1],
        "ladder": [], "ladder_ended": "", "cost": [], "about": about[at] if about else None,
    }  # fmt: skip


def rung(seen: Measured, wanted: Wanted | None) -> dict[str, Any]:
    """One step of a ladder of rates."""
    p = wanted.percentile if wanted else 99.0
    judged = judge(seen, wanted) if wanted else None
    status = judged.status if judged else "unknown" if seen.refused else "met" if seen.sustained else "unmet"
    return {"rate": seen.load.rate, "status": status, "measured_ms": milliseconds(seen.percentile(p)), "answered_rate": round(seen.answered_rate, 2), "why": (judged.why if judged else seen.refused) or ""}


def compared(runs: Mapping[str, Sequence[Measured]], again: tuple[str, Sequence[Measured]] | None, p: float) -> dict[str, Any] | None:
    """Which systems can be told from the fastest, by a percentile of their runs; `again` are a second set of
    runs of one of them. None where nothing is comparable.
    """
    def values(seen: Sequence[Measured]) -> list[float]:
        return [x.percentile(p) for x in seen if not x.refused]

    found = apart({k: values(v) for k, v in runs.items()}, (again[0], values(again[1])) if again else None)
    return {"percentile": f"p{p:g}", **found} if found else None


def apart(runs: Mapping[str, Sequence[float]], again: tuple[str, Sequence[float]] | None) -> dict[str, Any] | None:
    """The same of plain figures of runs. None where nothing is comparable."""
    first = runs.get(again[0], ()) if again else ()
    counts = again is not None and first and again[1] and all(math.isfinite(x) and x > 0 for x in (*first, *again[1]))
    noise_ = noise(first, again[1]) if again and counts else None
    found = differences(runs, noise_ or 1.0)
    if not found:
        return None
    return {
        "noise": round(noise_, 3) if noise_ else None, "noise_of": again[0] if again and noise_ else None,
        "pairs": [{"slow": x.slow, "fast": x.fast, "ratio": round(x.ratio, 3), "low": round(x.low, 3), "high": round(x.high, 3), "different": x.different} for x in found],
    }  # fmt: skip


def table(data: dict[str, Any]) -> str:
    """The page in the terminal."""
    data = everything(data)
    machine = data["machine"]
    lines = [head(data), *_rows(data["results"]), *not_measured(data)]
    lines += _generator(data["results"])
    lines += _ladders(data)
    lines += _costs(data["results"])
    if machine["load_before"] > machine["cores"]:
        lines.append("  others were busy on this machine before: take the figures as upper bounds")
    lines += ["", *sentences(data), *_told_apart(data), *decision(data["decision"])]
    return "\n".join(wrapped(lines)) + "\n"


def wrapped(lines: Iterable[str]) -> list[str]:
    """The lines, those that are wider than the terminal broken at spaces and indented by two more."""
    wide, out = columns(), []
    for line in lines:
        indent = line[: len(line) - len(line.lstrip())]
        out += [line] if len(line) <= wide else textwrap.wrap(line, wide, subsequent_indent=indent + "  ", break_long_words=False, break_on_hyphens=False)
    return out


def head(data: dict[str, Any]) -> str:
    """What was probed, and on what machine."""
    machine = data["machine"]
    return f"Probe of {data['what']}: {machine['cores']} cores of {machine['processor']}, {machine['memory_gb']:g} GB, load {machine['load_before']:g} before"


def not_measured(data: dict[str, Any]) -> list[str]:
    """What failed, and why."""
    return [line for x in data["not_measured"] for line in ["", f"  {x['name']}: not measured", f"    {x['why']}"]]


def _rows(results: list[dict[str, Any]]) -> list[str]:
    if not results:
        return []
    wide = max(len(r["name"]) for r in results)
    with_process = any(r["about"] for r in results)
    head = f"  {'':{wide}}  {'req/s':>7} {'p50':>8} {'p95':>8} {'p99':>8} {'p99.9':>8} {'failed':>7}" + (f" {'MB':>6} {'CPU ms/req':>10} {'ready s':>7}" if with_process else "")
    out = ["", head + "   (ms)"]
    for r in results:
        cells = "".join(f" {_cell(r['latency_ms'][k]):>8}" for k in ("p50", "p95", "p99", "p99_9"))
        about = r["about"]
        more = f" {about['memory_mb']:>6.0f} {about['cpu_ms_per_request']:>10.2f} {about['ready_seconds']:>7.1f}" if about else ""
        out.append(f"  {r['name']:{wide}}  {r['answered_rate']:>7.0f}{cells} {r['failed'] / r['requests']:>7.1%}{more}" + ("   refused" if r["generator"]["refused"] else ""))
    return out if max(map(len, out)) <= columns() else ["", *map(_row, results)]


def _row(r: dict[str, Any]) -> str:
    """The same in a sentence, where the terminal is too narrow for the table."""
    about, ms = r["about"], r["latency_ms"]
    told = f"  {r['name']}: {r['answered_rate']:.0f} req/s, ms: p50 {_cell(ms['p50'])}, p95 {_cell(ms['p95'])}, p99 {_cell(ms['p99'])}, p99.9 {_cell(ms['p99_9'])}; {r['failed'] / r['requests']:.1%} failed"
    return told + (f"; {about['memory_mb']:.0f} MB, {about['cpu_ms_per_request']:.2f} CPU ms/req, ready after {about['ready_seconds']:.1f} s" if about else "") + ("; refused" if r["generator"]["refused"] else "")


def _cell(value: float | None) -> str:
    return "failed" if value is None else f"{value:,.2f}" if value < 1000 else f"{value:,.0f}"


def _generator(results: list[dict[str, Any]]) -> list[str]:
    out = []
    for r in results:
        g = r["generator"]
        why = "; ".join(f"{n} x {text}" for text, n in sorted(r["failures"].items(), key=lambda x: -x[1])[:3])
        out += [f"  {r['name']}: {why}"] if why else []
        out += [f"  {r['name']}: refused, {g['refused']}"] if g["refused"] else []
        out += [f"  {r['name']}: {g['blurred']}"] if g["blurred"] else []
    lags = [r["generator"]["lag_p99_ms"] or 0 for r in results]
    if results:
        out += [f"  latency counts from the intended moment; the generator was late by {max(lags):.2f} ms at most in 99% of requests, and took {max(r['generator']['cpu'] for r in results):.0%} of a core"]
    if any(r["runs"]["counted"] > 1 for r in results):
        p = results[0]["runs"]["percentile"]
        out += [f"  figures are of the run in the middle by {p}; the 95% interval of {p} over all runs: " + ", ".join(f"{r['name']} {_between(r['runs']['interval_ms'])}" for r in results)]
    few_beyond = results[0]["few_beyond"] if results else []
    return out + ([f"  few requests lie beyond {', '.join(few_beyond)}: a longer run makes it steadier"] if few_beyond else [])


def _between(ms: list[float] | None) -> str:
    return f"{_cell(ms[0])} to {_cell(ms[1])}" if ms else "none"


def _ladders(data: dict[str, Any]) -> list[str]:
    """The highest rate that each held, and where that ended."""
    out = []
    for r in data["results"]:
        steps = r["ladder"]
        if not steps:
            continue
        held = [x["rate"] for x in steps if x["status"] == "met"]
        last = steps[-1]
        missed = "" if last["status"] == "met" else f"; at {last['rate']:g}: " + (last["why"] or (f"{_cell(last['measured_ms'])} ms" if data["requirement"] else f"{last['answered_rate']:g} answered"))
        end = f"; {r['ladder_ended']}" if r["ladder_ended"] else ""
        out.append(f"  {r['name']}: held up to {max(held):g} req/s{missed}{end}" if held else f"  {r['name']}: not even {steps[0]['rate']:g} req/s{missed}{end}")
    return ["", "Ladder: the rate doubled until the requirement was missed, one run a step", *out] if out else []


def _costs(results: list[dict[str, Any]]) -> list[str]:
    """What a million requests cost on rented machines."""
    costs = [(r["name"], c) for r in results for c in r["cost"]]
    if not costs:
        return []
    c = costs[0][1]
    low, high = c["utilisation"]
    head = f"A million requests, processors only: {c['machine']}, {c['usd_per_hour']:g} USD an hour ({c['grade']}, {c['as_of']}: {c['source']}), a vCPU taken to do what a core here does, machines {low:.0%} to {high:.0%} busy ({c['utilisation_grade']})"
    return ["", head, *(f"  {name}: {x['usd']:g} USD ({x['low']:g} to {x['high']:g}), by {x['basis']}" for name, x in costs)]


def _told_apart(data: dict[str, Any]) -> list[str]:
    """Which systems differ by more than chance and noise."""
    found = data["comparison"]
    if not found:
        return []
    noise_ = f"two sets of runs of {found['noise_of']} lay {found['noise']:.2f} times apart" if found["noise"] else "the noise wasn't measured"
    fast = found["pairs"][0]["fast"]
    slower = [f"{x['slow']} {x['ratio']:.3g} times ({x['low']:.3g} to {x['high']:.3g})" for x in found["pairs"] if x["different"]]
    same = [x["slow"] for x in found["pairs"] if not x["different"]]
    out = [f"By {found['percentile']} {fast} was fastest; slower: {', '.join(slower)}."] if slower else []
    out += [f"{', '.join(same)} can't be told apart from {fast} in these runs."] if same else []
    return [*out, f"Compared by 95% intervals over the runs; {noise_}."]


def changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """How a component's decision changed, from its part of run.json before and after: which requirements a record has
    settled, and what records say of those that stay open.
    """
    a, b = before["verdict"], after["verdict"]
    settled, seen = [], []
    for old, new in ((x, y) for x in before["options"] for y in after["options"] if x["id"] == y["id"]):
        was = {r["requirement"]: r["status"] for r in old["fit"]["reasons"]}
        settled += [{"option": new["id"], "requirement": r["requirement"]} for r in new["fit"]["reasons"] if r["record"] and r["status"] == "met" and was.get(r["requirement"]) == "unknown"]
        seen += [{"option": new["id"], "requirement": r["requirement"], "why": r["why"]} for r in new["fit"]["reasons"] if r["record"] and r["status"] == "unknown"]
    return {"before": a["summary"], "after": b["summary"], "same": a["summary"] == b["summary"], "settled": settled, "seen": seen}


def decision(found: dict[str, Any] | None) -> list[str]:
    """How the decision changed, if one was asked about."""
    if found is None:
        return []
    met = [f"{x['option']} meets {x['requirement']}" for x in found["settled"]]
    head = [f"Settled: {'; '.join(met)}."] if met else []
    head += [f"Open, for {x['option']}: {x['requirement']}: {x['why']}" for x in found["seen"]]
    if found["same"]:
        return ["", *head, f"decide says what it said before: {found['after']}"]
    return ["", *head, f"decide said before: {found['before']}", f"decide says now:    {found['after']}"]


def sentences(data: dict[str, Any]) -> list[str]:
    """Whether the requirement was met, with how much room, and what that says."""
    results = data["results"]
    if not results:
        return ["Nothing was measured."]
    out = [f"{r['name']} {_verdict(r)}" for r in results if r["judged"]] if data["requirement"] else ["No requirement was given: --require \"p99<=20ms @ 300 req/s\" says whether it is met."]
    head = [f"Required: {data['requirement']}"] if data["requirement"] else []
    proves = PROVES[data["proves"]].format(seconds=results[0]["seconds"], cores=data["machine"]["cores"])
    made = [f"{data['converted'][0].upper()}{data['converted'][1:]}."] if data["converted"] else []
    return [*head, *out, *made, f"This shows {proves}"]


def _verdict(r: dict[str, Any]) -> str:
    judged = r["judged"]
    value = "never (failed requests)" if judged["measured_ms"] is None else f"{judged['measured_ms']:.3g} ms"
    if judged["status"] == "met":
        return f"{WORDS['met']}: {value}, {judged['room']:.3g} times faster than needed."
    if judged["status"] == "unknown":
        return f"{WORDS['unknown']}: {judged['why']}."
    short = f"{1 / judged['room']:.3g} times slower than allowed" if judged["room"] else judged["why"]
    return f"{WORDS['unmet']}: {value}, {short}."
