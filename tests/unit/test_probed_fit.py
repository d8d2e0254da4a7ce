"""Question 3 on measurements: which record of a probe settles a requirement, and which only informs."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildbuy import library
from buildbuy.catalog.load import load
from buildbuy.domain.evidence import Evidence
from buildbuy.domain.problem import Option, Requirement
from buildbuy.errors import BadInput
from buildbuy.evidence import store
from buildbuy.quantities.comparison import Comparison
from buildbuy.questions.fit import judge
from buildbuy.questions.probed import concerning
from buildbuy.report.run_json import to_dict
from buildbuy.resolve import resolve

NEED = Requirement("a", "performance", "latency_p95", "latency p95 <= 20 ms", Comparison("<=", 20.0, "ms"), settle="probe it", rate=300.0)
NUMBER = itertools.count()


def record(value: float = 5.0, **more: Any) -> Evidence:
    probe = {"component": "model-serving", "system": "triton", "sourcing": "self-host", "metric": "latency_p95", "own": True, "profile": "tuned", "rate": 300.0}
    outer = {"unit": "ms", "when": "2026-11-20", **{k: more.pop(k) for k in ("unit", "when", "n") if k in more}}
    made = Evidence.model_validate({"what": "x", "value": value, "method": "load", "n": 5000, "where": "here", "scope": "probe", "probe": probe | more, **outer})
    made._file = f"{next(NUMBER)}.json"
    return made


def judged(*records: Evidence, need: Requirement = NEED) -> tuple[str, str]:
    option = Option("triton/self-host", "Triton", "triton", "self-host", "self-host")
    reason = judge(need, None, None, option, frozenset(), concerning(option, "model-serving", sorted(records, key=lambda x: x.when)))
    assert not reason.bars
    assert (reason.grade == "measured") == (reason.status == "met")
    assert bool(reason.settle) == (reason.status == "unknown")
    return reason.status, reason.why


SETTLES = {
    "a pass": ([record()], "met", "p95 5 ms at 300 req/s, tuned settings"),
    "at the limit": ([record(20.0)], "met", ""),
    "seconds": ([record(0.005, unit="second")], "met", "p95 5 ms"),
    "more requests than needed": ([record(rate=500.0)], "met", ""),
    "a higher percentile within the limit": ([record(metric="latency_p99")], "met", "p99 5 ms"),
    "with default settings only": ([record(40.0), record(profile="default")], "met", "default settings"),
    "an interval within the limit": ([record(interval=[4.0, 19.0], repeats=3)], "met", "3 runs"),
    "failed at a higher rate since": ([record(), record(90.0, rate=900.0, when="2026-11-21")], "met", ""),
    "failed, and passed since": ([record(90.0), record(when="2026-11-21")], "met", ""),
    "other workers failed since": ([record(profile="tuned, 4 workers"), record(90.0, when="2026-11-21")], "met", "tuned, 4 workers"),
    "over few requests": ([record(n=199)], "unknown", "over 199 requests, few of which lie beyond the p95"),
    "over just enough requests": ([record(n=200)], "met", ""),
    "the best of several that can't settle it": ([record(7.0, own=False), record(3.0, own=False), record(9.0, own=False)], "unknown", "p95 3 ms at 300 req/s, tuned settings, 2026-11-20, here, the best of 3 such runs"),
    "with a stand-in": ([record(own=False)], "unknown", "stand-in"),
    "fewer requests than needed": ([record(rate=299.0)], "unknown", "at 299 of the 300 requests"),
    "without a rate": ([record(rate=None)], "unknown", "one after the other, not at the 300"),
    "a lower percentile within the limit": ([record(metric="latency_p50")], "unknown", ""),
    "a failure": ([record(90.0)], "unknown", "a stronger machine may do otherwise"),
    "a higher percentile beyond the limit": ([record(90.0, metric="latency_p99")], "unknown", "can't be told"),
    "an interval across the limit": ([record(interval=[4.0, 21.0], repeats=3)], "unknown", "can't be told from the limit"),
    "passed, and failed since": ([record(), record(90.0, when="2026-11-21")], "unknown", ""),
    "another system": ([record(system="bentoml")], "unknown", "nobody has measured"),
    "the same system, rented": ([record(sourcing="managed")], "unknown", "nobody has measured"),
    "another thing": ([record(metric="cold_start")], "unknown", "nobody has measured"),
    "another component": ([record(component="feature-store")], "unknown", "nobody has measured"),
}  # fmt: skip


@pytest.mark.parametrize("case", SETTLES)
def test_what_a_record_settles(case: str) -> None:
    records, status, said = SETTLES[case]
    found, why = judged(*records)
    assert found == status
    assert said in why


def test_a_large_figure_is_said_in_plain_digits() -> None:
    need = Requirement("a", "performance", "predictions", "predictions >= 100 prediction/s", Comparison(">=", 100.0, "prediction/s"), settle="probe it")
    assert "40,298 prediction/s (95% interval 274 to 29,460,481, 2 runs)" in judged(record(40298.42, metric="predictions", unit="prediction/s", interval=[274.1, 29460481.4], repeats=2, rate=None), need=need)[1]


def test_features_must_be_as_many() -> None:
    need = Requirement("a", "performance", "latency_p95", "x", Comparison("<=", 20.0, "ms"), settle="probe it", features=50.0)
    assert judged(record(features=49), need=need)[0] == "unknown"
    assert judged(record(features=50), need=need)[0] == "met"
    assert "with an unknown number of features a request, not 50" in judged(record(), need=need)[1]


def test_a_rate_to_be_sustained() -> None:
    need = Requirement("a", "performance", "requests", "x", Comparison(">=", 300.0, "req/s"), settle="probe it")
    assert judged(record(300.0, metric="requests", unit="req/s"), need=need)[0] == "met"
    assert judged(record(280.0, metric="requests", unit="req/s"), need=need)[0] == "unknown"


PROFILE = {
    "organisation": {"stage": "series-b", "ml_people": 7},
    "components": {"model-serving": {"current": {"home-grown": "since 2024-01"}, "requirements": [{"latency_p95": "<= 20 ms", "rate": "300 req/s"}, {"latency_p50": "<= 10 ms"}, {"requests": ">= 250 req/s"}]}},
}  # fmt: skip
CATALOG = load()
records_of = st.builds(
    record,
    value=st.floats(0.1, 200), own=st.booleans(), rate=st.none() | st.sampled_from([100.0, 300.0, 1e9]), profile=st.sampled_from(["default", "tuned", ""]),
    system=st.sampled_from(["triton", "bentoml", "fastapi-container", "ray-serve", "sagemaker-endpoints", ""]), sourcing=st.sampled_from(["managed", "self-host", "build", "stay"]),
    metric=st.sampled_from(["latency_p50", "latency_p95", "latency_p99", "latency_p99.9"]), when=st.sampled_from(["2026-10", "2026-11-20", "2026-11-21"]),
)  # fmt: skip


def options(records: list[Evidence]) -> dict[tuple[str, str], dict[str, tuple[str, bool]]]:
    given = library.profile_from(PROFILE)
    problem = resolve(given.profile, "model-serving", CATALOG, evidence={x._file: x for x in records})
    return {(o.id, o.plan_id): {r.requirement: (r.status, r.bars) for r in o.reasons} for o in (*problem.options, problem.incumbent)}


BEFORE = options([])


@settings(max_examples=40, deadline=None)
@given(st.lists(records_of, max_size=6))
def test_no_record_excludes_or_touches_another_option(records: list[Evidence]) -> None:
    found = options(records)
    assert {*found} == {*BEFORE}
    touched = {("stay" if x.probe.sourcing == "stay" else f"{x.probe.system}/{x.probe.sourcing}") for x in records if x.probe}
    touched |= {"build"} if any(x.probe and x.probe.sourcing == "build" and not x.probe.system for x in records) else set()
    for key, reasons in found.items():
        for text, (status, bars) in reasons.items():
            was, barred = BEFORE[key][text]
            assert bars == barred
            assert status == was or (status, was) == ("met", "unknown")
            assert status == was or key[0] in touched


@settings(max_examples=40, deadline=None)
@given(st.lists(records_of, max_size=5), records_of)
def test_a_pass_stays_unless_the_same_settings_failed_since(records: list[Evidence], more: Evidence) -> None:
    before, after = options(records), options([*records, more])
    for key, reasons in before.items():
        for text, (status, _) in reasons.items():
            if status == "met" and after[key][text][0] != "met":
                assert more.probe is not None and key[0] in (f"{more.probe.system}/{more.probe.sourcing}", "stay", "build")


def test_the_run_and_explain_lead_to_the_record(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(record(4.5).model_dump(mode="json")))
    given = library.profile_from(PROFILE)
    run = to_dict(library.decided(given, (), CATALOG, store.load(tmp_path), draws=200))
    [option] = [o for o in run["components"][0]["options"] if o["id"] == "triton/self-host"]
    found = {r["requirement"]: r for r in option["fit"]["reasons"]}["latency p95 <= 20 ms"]
    assert (found["status"], found["grade"], found["record"]["value"], found["record"]["file"]) == ("met", "measured", 4.5, str(tmp_path / "t.json"))
    from buildbuy.report import explain

    outcome = library.decided(given, (), CATALOG, store.load(tmp_path), draws=200).outcomes["model-serving"]
    text = explain.render(explain.tree(outcome, "triton/self-host", "USD", 1.0, run["components"][0]), 3)
    assert f"record {tmp_path / 't.json'}: x = 4.5 ms, 2026-11-20" in text


@pytest.mark.parametrize(("key", "value"), [("value", "fast"), ("value", -3), ("unit", "req/s"), ("unit", "parsec")])
def test_a_value_that_makes_no_sense_names_its_file(key: str, value: object, tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(json.dumps(record().model_dump(mode="json") | {key: value}))
    with pytest.raises(BadInput) as told:
        resolve(library.profile_from(PROFILE).profile, "model-serving", CATALOG, evidence=store.load(tmp_path))
    assert "t.json" in told.value.where


def test_a_probe_of_a_system_that_nobody_knows_is_noted() -> None:
    one = record(system="tritno")
    problem = resolve(library.profile_from(PROFILE).profile, "model-serving", CATALOG, evidence={one._file: one})
    assert "the probe of `tritno` is not read: the catalog has no such system" in problem.notes


def test_the_rate_that_is_needed() -> None:
    """A requirement's own, else that of a requirement of requests, else the load at its upper end, at its peak."""
    def rates(requirements: list[dict[str, Any]], workload: dict[str, Any]) -> list[float | None]:
        needs = {"model-serving": {"requirements": requirements, "workload": workload}}
        problem = resolve(library.profile_from({"organisation": {"ml_people": 4}, "components": needs}).profile, "model-serving", CATALOG)
        return [r.rate for r in problem.requirements]

    peak = CATALOG.classes["peak_factor"].estimate.median
    assert rates([{"latency_p99": "<= 9 ms", "rate": 70}, {"requests": ">= 250 req/s"}], {}) == [70, None]
    assert rates([{"latency_p99": "<= 9 ms"}, {"requests": ">= 250 req/s"}], {}) == [250, None]
    assert rates([{"latency_p99": "<= 9 ms"}], {"requests": "20 to 60 req/s"}) == [pytest.approx(60 * peak, rel=1e-3)]
    [rate] = rates([{"latency_p99": "<= 9 ms"}], {})
    assert rate == pytest.approx(60 * 4 * peak, rel=1e-3)


@pytest.mark.parametrize("more", [{"rate": "fast"}, {"rate": 0}, {"features": "-3"}, {"rate": "5 ms"}])
def test_a_rate_that_is_none_is_told(more: dict[str, Any]) -> None:
    needs = {"model-serving": {"requirements": [{"latency_p99": "<= 9 ms", **more}]}}
    with pytest.raises(BadInput, match=next(iter(more))):
        resolve(library.profile_from({"organisation": {"ml_people": 4}, "components": needs}).profile, "model-serving", CATALOG)


def test_a_rate_belongs_to_performance() -> None:
    needs = {"model-serving": {"requirements": [{"data_residency": "eu", "rate": 5}]}}
    with pytest.raises(BadInput, match="belongs to a requirement of performance"):
        resolve(library.profile_from({"organisation": {"ml_people": 4}, "components": needs}).profile, "model-serving", CATALOG)
