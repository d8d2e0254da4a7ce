"""Records of evidence from what a probe measured."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, median_high
from typing import Any

from buildbuy import __version__
from buildbuy.domain.evidence import Evidence
from buildbuy.probes.compare import bounds, milliseconds
from buildbuy.probes.load import Measured
from buildbuy.probes.systems import Informs
from buildbuy.strict_yaml import validate

LOADED = {"model-serving": ("latency", "requests"), "feature-store": ("online_read", "online_reads"), "model-registry": ("lookup", "lookups")}
"""By component: the metrics of what answers requests, latency without its percentile and the rate that is held."""

CPU_TIME, MODEL_MEMORY, ANALYSIS_TIME = "model-serving.cpu_time", "model-serving.model_memory", "monitoring.analysis_time"
PLAIN, MANY = ("fastapi-container", "build"), 5
BY_HAND = ("prometheus-grafana", "build")
WORK = {("evidently", "self-host"): "evidently.evidently_work", ("nannyml", "self-host"): "nannyml.nannyml_work"}
EFFICIENCY = {(system, "self-host"): f"{system}.efficiency" for system in ("bentoml", "mlserver", "triton")}
SETTLED_BY = {
    CPU_TIME: (PLAIN,), MODEL_MEMORY: (PLAIN,), **{driver: (PLAIN, system) for system, driver in EFFICIENCY.items()},
    ANALYSIS_TIME: (BY_HAND,), **{driver: (BY_HAND, system) for system, driver in WORK.items()},
}  # fmt: skip
SETTINGS = "tuned"
"""The drivers that probes settle with the user's own model or rows, and the systems it takes: an own build is what the catalog means,
and EFFICIENCY and WORK are how many times its CPU a product takes. MANY models tell what one takes. The settings: with onnxruntime's own choice of threads those that wait for work
spin, and a request was seen to take 22 ms of the processor at 50 req/s, 1.6 ms with one thread; a PSI by hand is less than
the tests of drift that the catalog means.
"""


@dataclass(frozen=True)
class Subject:
    """What a result speaks for: the option of a component that decide knows, and with whose model. A service
    that was loaded without saying which option it is has no `component`, and informs no decision.
    """

    prefix: str
    input_hash: str
    component: str = ""
    system: str = ""
    sourcing: str = ""
    profile: str = ""
    own: bool = False
    features: int | None = None


def records(subject: Subject, one: dict[str, Any], runs: Sequence[Measured], data: dict[str, Any], percentiles: Sequence[float], cpu_ms: float | None = None) -> list[dict[str, Any]]:
    """Records of the percentiles, the rate held and the failed share; none of a result that was refused. `cpu_ms`
    a request in the plain server is the model's own, and settles that driver of a decision.
    """
    generator = one["generator"]
    counted = [x for x in runs if not x.refused]
    if not counted:
        return []
    times = f" x {len(counted)} runs, each started anew" if len(counted) > 1 else ""
    method = (
        f"open-loop load at {one['rate']:g} req/s for {one['seconds']:g} s{times} after {one['warmup']:g} s, latency from the intended moment;"
        f" generator late by {generator['lag_p99_ms']:g} ms at p99, held {generator['held']:.1%}"
        + (f"; {data['converted']}" if data["converted"] else "")
    )
    n = sum(len(x.latency) for x in counted)
    common = {"method": method, "n": n, **_made(data, f"{one['name']}, from", f"load {data['machine']['load_before']:g} before", subject.input_hash)}
    held = min(one["rate"] if x.sustained else min(x.answered_rate, one["rate"]) for x in counted)
    latency, held_metric = LOADED.get(subject.component, LOADED["model-serving"])
    values: dict[str, tuple[float, str, list[float] | None]] = {
        "failed_share": (round(sum(x.failed for x in counted) / n, 6), "dimensionless", None),
        held_metric: (round(held, 2), "req/s", None),
    }  # fmt: skip
    for p in percentiles:
        each = sorted(x.percentile(p) for x in counted)
        middle = milliseconds(each[len(each) // 2])
        if middle is not None and milliseconds(each[-1]) is not None:  # one that never came back has no figure
            values[f"{latency}_p{p:g}"] = (middle, "ms", bounds(counted, p))
    made = []
    if subject.own and cpu_ms is not None:
        values["cpu_time"] = (cpu_ms, "ms/req", None)
    for metric, (value, unit, interval) in values.items():
        probe = _probe(subject, metric, one["rate"], subject.features, len(counted), interval)
        prefix = subject.component if metric == "cpu_time" else subject.prefix
        record = {"what": f"{prefix}.{metric}", "value": value, "unit": unit, **common, "probe": probe}
        made.append(_valid(record))
    return made


def memory(alone: Sequence[float], many: Sequence[float], name: str, data: dict[str, Any], input_hash: str) -> list[dict[str, Any]]:
    """The record of what one more model takes: from the memory (MB) of the runs of the plain server with one and with
    MANY copies. Nothing where that is no amount.
    """
    one = (median(many) - median(alone)) / (MANY - 1) / 1000
    if one <= 0:
        return []
    method = f"memory of the server with {MANY} copies of the model less that with one, medians of {len(many)} and {len(alone)} runs, divided by {MANY - 1}"
    made = _made(data, f"{name}, on", f"load {data['machine']['load_before']:g} before", input_hash)
    return [_valid({"what": MODEL_MEMORY, "value": round(one, 6), "unit": "GB/model", "method": method, "n": len(many) + len(alone), **made})]


def figures(subject: Subject, informs: Mapping[str, Informs], one: dict[str, Any], data: dict[str, Any]) -> list[dict[str, Any]]:
    """A record for each figure of an exercise that was taken; those that speak of a requirement say of which, and one that
    settles a driver is called by it.
    """
    same = _made(data, f"{one['name']}, on", f"exercise of size {one['about']['size']:g}", subject.input_hash)
    made = []
    for f in (f for f in one["figures"] if "value" in f):
        of = informs.get(f["what"])
        probe = None if of is None else _probe(subject, of.metric, of.rate, of.features, len(f["runs"]), f["interval"])
        what = f"{subject.component}.{of.metric}" if of and _settles(subject, of.metric) else f"{subject.prefix}.{f['what']}"
        method = f["how"] + _over(f) + (f"; {data['table']}" if subject.own else "")
        made.append(_valid({"what": what, "value": f["value"], "unit": f["unit"], "method": method, "n": f["n"], **same, "probe": probe}))
    return made


def _settles(subject: Subject, metric: str) -> bool:
    """Whether what was measured is the driver that the catalog means."""
    return subject.own and subject.profile == SETTINGS and SETTLED_BY.get(f"{subject.component}.{metric}") == ((subject.system, subject.sourcing),)


def work(subject: Subject, figure: str, one: dict[str, Any], by_hand: dict[str, Any], data: dict[str, Any]) -> list[dict[str, Any]]:
    """The record of how many times the CPU of an analysis by hand a system takes on the user's own rows, from a figure of both."""
    a, b = (next((f for f in of["figures"] if f["what"] == figure and "value" in f), None) for of in (one, by_hand))
    if a is None or b is None or b["value"] <= 0:
        return []
    method = f"{figure} of {one['name']} divided by that of {by_hand['name']}, {a['value']:.4g} by {b['value']:.4g}: {a['how']}; {data['table']}"
    same = _made(data, f"{one['name']}, on", f"exercise of size {one['about']['size']:g}", subject.input_hash)
    return [_ratio(subject, WORK[subject.system, subject.sourcing], a["value"] / b["value"], len(a["runs"]), None, {"method": method, "n": a["n"], **same})]


def efficiency(subject: Subject, name: str, cpu: Sequence[float], plain: Sequence[float], rate: float, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The record of how many times the CPU of the plain server a server takes for a request with the user's model, from what
    each run of both took (ms).
    """
    a, b = median_high(cpu), median_high(plain)
    if b <= 0:
        return []
    method = f"the processor's time of a request at {rate:g} req/s divided by that of the plain server, {a:.4g} by {b:.4g} ms, medians of {len(cpu)} and {len(plain)} runs"
    same = _made(data, f"{name}, on", f"load {data['machine']['load_before']:g} before", subject.input_hash)
    return [_ratio(subject, EFFICIENCY[subject.system, subject.sourcing], a / b, len(cpu), rate, {"method": method, "n": len(cpu) + len(plain), **same})]


def _ratio(subject: Subject, what: str, value: float, repeats: int, rate: float | None, rest: dict[str, Any]) -> dict[str, Any]:
    probe = _probe(subject, what.partition(".")[2], rate, None, repeats, None)
    return _valid({"what": what, "value": round(value, 4), "unit": "dimensionless", **rest, "probe": probe})


def _over(figure: Mapping[str, Any]) -> str:
    """What the value is of, where there were several runs."""
    sure = figure["interval"]
    return f"; median of {len(figure['runs'])} runs" + (f", 95% interval {sure[0]:.4g} to {sure[1]:.4g}" if sure else "") if len(figure["runs"]) > 1 else ""


def _probe(subject: Subject, metric: str, rate: float | None, features: int | None, repeats: int, interval: list[float] | None) -> dict[str, Any] | None:
    """What fit must know of a record; nothing where it speaks for no option."""
    if not subject.component:
        return None
    return {
        "component": subject.component, "system": subject.system, "sourcing": subject.sourcing, "metric": metric, "own": subject.own, "profile": subject.profile,
        "rate": rate, "features": features, "repeats": repeats, "interval": interval,
    }  # fmt: skip


def fingerprint(requirements: Path, *more: bytes) -> str:
    """Of what was measured: versions, and what else decides it (the user's model and rows, the work's size)."""
    return hashlib.sha256(requirements.read_bytes() + b"".join(more)).hexdigest()


def _made(data: dict[str, Any], where: str, state: str, input_hash: str) -> dict[str, Any]:
    """What all records of one page have: when, where and with what they were made."""
    machine = data["machine"]
    return {
        "when": data["when"], "where": f"{where} {machine['cores']} cores of {machine['processor']}, {machine['memory_gb']:g} GB, {state}",
        "scope": "probe", "tool_version": __version__, "input_hash": input_hash,
    }  # fmt: skip


def _valid(record: dict[str, Any]) -> dict[str, Any]:
    return validate(Evidence, record, {}, "the record").model_dump(mode="json")
