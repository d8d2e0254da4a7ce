"""What a probe's records say about a requirement of performance.

A pass is `met` only where it was measured with the user's own model or payload, at the required rate and
number of features at least, over enough requests for its percentile. Everything else leaves the requirement unknown, with what was seen: a stand-in
is another model, and a failure on a weaker machine is none on the one that production gets.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from buildbuy.domain.evidence import Evidence, Probed
from buildbuy.domain.grades import Grade
from buildbuy.domain.problem import STAY, Option, Reason, Requirement, Status
from buildbuy.quantities import units
from buildbuy.quantities.comparison import Comparison
from buildbuy.quantities.estimate import brief, parse

BEYOND = 10  # samples beyond a percentile below which it is little more than the slowest few
_PERCENTILE = re.compile(r"(.+)_p(\d+(?:\.\d+)?)")


def concerning(option: Option, component: str, probes: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """The records of probes of this way to have the component. What was measured of a product says nothing
    about own code that runs today, and what a team runs itself nothing about a service that is rented.
    """
    sourcing = "build" if option.engine_sourcing == "none" else option.engine_sourcing
    own_code_today = option.id == STAY and sourcing == "build"

    def same(p: Probed) -> bool:
        if p.sourcing == STAY:
            return option.id == STAY
        return p.sourcing == sourcing and p.system == (option.system or "") and not own_code_today

    return tuple(x for x in probes if x.probe is not None and x.probe.component == component and same(x.probe))


def stem(metric: str) -> str:
    """A metric without its percentile: latency of latency_p99."""
    found = _PERCENTILE.fullmatch(metric)
    return found[1] if found else metric


def percentile_of(metric: str) -> float | None:
    """The percentile of a metric, 99 of latency_p99; None where it is no percentile."""
    found = _PERCENTILE.fullmatch(metric)
    return float(found[2]) if found else None


def by_probe(requirement: Requirement, probes: Sequence[Evidence], settle: str) -> Reason | None:
    """The requirement judged by records, oldest first; None where none is about it."""
    assert requirement.comparison is not None
    compared = requirement.comparison
    told = [x for x in probes if _bound(x, requirement) is not None]
    if not told:
        return None
    full = [x for x in told if not _lacking(x, requirement)]
    failed = [x for x in full if _fails(x, requirement)]
    passed = [x for x in full if _passes(x, requirement) and not any(_newer_failure(y, x) for y in failed)]
    if passed:
        best = passed[-1]
        return _reason(requirement, "met", f"measured: {_said(best, compared)}", best, "")
    if full:
        last = full[-1]
        outcome = "beyond the limit there" if last in failed else "which can't be told from the limit" if not _passes(last, requirement) else "and not met by another run since"
        return _reason(requirement, "unknown", f"measured: {_said(last, compared)}; {outcome}, and a stronger machine may do otherwise", last, settle)
    few = min(len(_lacking(x, requirement)) for x in told)
    near = [x for x in told if len(_lacking(x, requirement)) == few]
    best = min(near, key=lambda x: _values(x, compared)[0] * (1 if compared.holds(-math.inf) else -1))
    of = f", the best of {len(near)} such runs" if len(near) > 1 else ""
    return _reason(requirement, "unknown", f"a probe saw {_said(best, compared)}{of}, but {' and '.join(_lacking(best, requirement))}", best, settle)


def _reason(requirement: Requirement, status: Status, why: str, record: Evidence, settle: str) -> Reason:
    grade: Grade = "measured" if status == "met" else "assumed"
    return Reason(requirement.text, status, why, grade, requirement.must, requirement.kind, settle, record._file, record)


def _bound(record: Evidence, requirement: Requirement) -> str | None:
    """What a record can show of a requirement: "both" for the same metric, "pass" for a higher percentile
    (within the limit, so is a lower one), "fail" for a lower one; None for another thing.
    """
    assert record.probe is not None
    measured, asked = record.probe.metric, requirement.metric
    if measured == asked:
        return "both"
    of, wanted = percentile_of(measured), percentile_of(asked)
    if of is None or wanted is None or stem(measured) != stem(asked):
        return None
    return "pass" if of > wanted else "fail"


def _values(record: Evidence, compared: Comparison) -> tuple[float, float]:
    """The interval of what was measured, in the requirement's unit."""
    assert record.probe is not None
    one = parse(record.value, record.unit)
    low, high = record.probe.interval or (one.quantile(0.05), one.quantile(0.95))
    factor = units.factor(record.unit, compared.unit)
    return low * factor, high * factor


def _passes(record: Evidence, requirement: Requirement) -> bool:
    """Whether the whole interval keeps the limit."""
    assert requirement.comparison is not None
    return _bound(record, requirement) != "fail" and all(requirement.comparison.holds(x) for x in _values(record, requirement.comparison))


def _fails(record: Evidence, requirement: Requirement) -> bool:
    """Whether no part of the interval keeps the limit."""
    assert requirement.comparison is not None
    return _bound(record, requirement) != "pass" and not any(requirement.comparison.holds(x) for x in _values(record, requirement.comparison))


def _newer_failure(failed: Evidence, passed: Evidence) -> bool:
    """Whether a later run of the same settings takes a pass back: at a rate that isn't higher."""
    a, b = failed.probe, passed.probe
    assert a is not None and b is not None
    return failed.when > passed.when and a.profile == b.profile and (a.rate or 0.0) <= (b.rate or float("inf"))


def _lacking(record: Evidence, requirement: Requirement) -> list[str]:
    """Why a record can't settle the requirement, however good its figure is."""
    p = record.probe
    assert p is not None
    out = []
    if not p.own:
        out.append("with a stand-in of ours, not with what is yours (model, payload, data)")
    percentile = percentile_of(p.metric)
    if percentile is not None and record.n * (100 - percentile) < 100 * BEYOND:
        out.append(f"over {record.n:,} requests, few of which lie beyond the p{percentile:g}")
    if requirement.rate is not None and p.rate is None:
        out.append(f"one after the other, not at the {requirement.rate:.4g} requests a second that are needed")
    elif requirement.rate is not None and (p.rate or 0.0) < requirement.rate * (1 - 1e-9):
        out.append(f"at {p.rate:.4g} of the {requirement.rate:.4g} requests a second that are needed")
    if requirement.features is not None and (p.features or 0) < requirement.features:
        out.append(f"with {p.features or 'an unknown number of'} features a request, not {requirement.features:g}")
    return out


def _said(record: Evidence, compared: Comparison) -> str:
    """The figure with its interval, rate, settings, date and machine."""
    p = record.probe
    assert p is not None
    of = _PERCENTILE.fullmatch(p.metric)
    name = f"p{of[2]} " if of else ""
    low, high = _values(record, compared)
    value = parse(record.value, record.unit).median * units.factor(record.unit, compared.unit)
    spread = f" (95% interval {brief(low)} to {brief(high)}, {p.repeats} runs)" if p.interval else ""
    rate = f" at {p.rate:.4g} req/s" if p.rate and p.metric.rpartition("_p")[0] else ""
    settings = f", {p.profile} settings" if p.profile else ""
    return f"{name}{brief(value)} {compared.unit}{spread}{rate}{settings}, {record.when[:10]}, {record.where}"
