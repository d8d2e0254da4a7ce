"""What a probe found, as data and as one page of text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from buildbuy.probes.load import Measured
from buildbuy.probes.requirement import Wanted, few, judge
from buildbuy.report.safe import everything

SHOWN = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p99_9": 99.9}
WORDS = {"met": "meets it here", "unmet": "does not meet it here", "unknown": "can't be said from this run"}
PROVES = {
    "production": "a run of {seconds:g} s with one request, from this machine, at a steady rate. It doesn't show other requests, bursts, hours of running or the network between your users and the service.",
    "own_model": "a run of {seconds:g} s with your model and payload on {cores} cores that server and generator share. Machines of yours, other payloads, bursts and hours of running may differ; a failure here is no failure there.",
    "stand_in": "a run of {seconds:g} s with a small model of ours on {cores} cores that server and generator share. Your own model, payload and machines decide; a failure here is no failure there.",
}


def milliseconds(seconds: float) -> float | None:
    """Rounded; None for a request that never came back."""
    return round(seconds * 1000, 3) if math.isfinite(seconds) else None


def result(name: str, seen: Measured, wanted: Wanted | None, about: dict[str, Any] | None = None) -> dict[str, Any]:
    """One measured service as plain data."""
    judged = judge(seen, wanted) if wanted else None
    return {
        "name": name, "rate": seen.load.rate, "seconds": seen.load.seconds, "warmup": seen.load.warmup, "requests": len(seen.latency),
        "failed": seen.failed, "failures": seen.failures, "answered_rate": round(seen.answered_rate, 2), "peak_in_flight": seen.peak_in_flight,
        "latency_ms": {k: milliseconds(seen.percentile(p)) for k, p in SHOWN.items()} | {"max": milliseconds(float(seen.latency.max()))},
        "few_beyond": [f"p{p:g}" for p in SHOWN.values() if few(seen, p)],
        "generator": {"held": round(seen.held, 4), "lag_p99_ms": milliseconds(float(np.quantile(seen.lag, 0.99))), "cpu": round(seen.cpu, 3), "refused": seen.refused or None, "blurred": seen.blurred or None},
        "judged": {"status": judged.status, "measured_ms": milliseconds(judged.measured), "room": round(judged.room, 3), "why": judged.why} if judged else None,
        "about": about,
    }  # fmt: skip


def table(data: dict[str, Any]) -> str:
    """The page in the terminal."""
    data = everything(data)
    machine = data["machine"]
    lines = [f"Probe of {data['what']}: {machine['cores']} cores of {machine['processor']}, {machine['memory_gb']:g} GB, load {machine['load_before']:g} before"]
    lines += _rows(data["results"])
    lines += [line for x in data["not_measured"] for line in ["", f"  {x['name']}: not measured", f"    {x['why']}"]]
    lines += _generator(data["results"])
    if machine["load_before"] > machine["cores"]:
        lines.append("  others were busy on this machine before: take the figures as upper bounds")
    lines += ["", *sentences(data)]
    return "\n".join(lines) + "\n"


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
    return out


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
    few_beyond = results[0]["few_beyond"] if results else []
    return out + ([f"  few requests lie beyond {', '.join(few_beyond)}: a longer run makes it steadier"] if few_beyond else [])


def sentences(data: dict[str, Any]) -> list[str]:
    """Whether the requirement was met, with how much room, and what that says."""
    results = data["results"]
    if not results:
        return ["Nothing was measured."]
    out = [f"{r['name']} {_verdict(r)}" for r in results if r["judged"]] if data["requirement"] else ["No requirement was given: --require \"p99<=20ms @ 300 req/s\" says whether it is met."]
    head = [f"Required: {data['requirement']}"] if data["requirement"] else []
    proves = PROVES[data["proves"]].format(seconds=results[0]["seconds"], cores=data["machine"]["cores"])
    return [*head, *out, f"This shows {proves}"]


def _verdict(r: dict[str, Any]) -> str:
    judged = r["judged"]
    value = "never (failed requests)" if judged["measured_ms"] is None else f"{judged['measured_ms']:.3g} ms"
    if judged["status"] == "met":
        return f"{WORDS['met']}: {value}, {judged['room']:.3g} times faster than needed."
    if judged["status"] == "unknown":
        return f"{WORDS['unknown']}: {judged['why']}."
    short = f"{1 / judged['room']:.3g} times slower than allowed" if judged["room"] else judged["why"]
    return f"{WORDS['unmet']}: {value}, {short}."
