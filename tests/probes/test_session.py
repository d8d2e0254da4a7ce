"""One sitting: order, repeats, failures, an interruption, the ladder; and what `--for` asks and changes."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from buildbuy.decide.measuring import Measurement
from buildbuy.evidence import store
from buildbuy.probes import asked, records, session, supervise, systems
from buildbuy.probes.load import Load, Measured
from buildbuy.probes.requirement import Wanted
from buildbuy.probes.session import Arm, Ran, Session
from buildbuy.probes.supervise import NotMeasured, Observed
from buildbuy.report.schemas import schema

FASTAPI, TRITON, BENTOML = (systems.system(x) for x in ("fastapi", "triton", "bentoml"))
LOAD = Load(100, 1, 0)
WANTED = Wanted(99, 0.02, 100)


def observed(load: Load, ms: float) -> Observed:
    n = load.requests
    return Observed(Measured(load, np.full(n, ms / 1000), np.zeros(n), {}, 0.1, 1.0, 1), 1.0, 100.0, 90.0, 2, 0.5)


def sitting(monkeypatch: pytest.MonkeyPatch, answer: Any) -> tuple[Session, list[Arm]]:
    order: list[Arm] = []

    def fake(_: Session, arm: Arm, load: Load) -> Observed:
        order.append(arm)
        return observed(load, answer(arm, load))

    monkeypatch.setattr(Session, "observed", fake)
    return Session(LOAD, Path("cache"), {}, WANTED, lambda _: None), order


ARMS = [Arm(s, p) for s in (FASTAPI, TRITON, BENTOML) for p in systems.PROFILES]


def test_every_block_holds_every_arm_in_an_order_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    one, order = sitting(monkeypatch, lambda arm, load: 5)
    one.run(ARMS, 6, False, lambda ran: None)
    blocks = [order[i : i + 6] for i in range(0, 36, 6)]
    assert all(Counter(b) == Counter(ARMS) for b in blocks)
    assert len({tuple(b) for b in blocks}) > 1


def test_what_cannot_be_had_is_not_tried_again_and_one_failed_run_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    times: Counter[str] = Counter()

    def answer(arm: Arm, load: Load) -> float:
        times[arm.name] += 1
        if arm.system is TRITON or (arm.system is FASTAPI and times[arm.name] == 2):
            raise NotMeasured("no such thing", why="its log")
        return 5

    one, _ = sitting(monkeypatch, answer)
    done: list[Ran] = []
    found = {x.arm.system.id: x for x in one.run(ARMS[::2], 3, False, done.append)}
    assert {k: (len(x.runs), x.failed) for k, x in found.items()} == {"fastapi": (2, ["no such thing: its log"]), "triton": (0, ["no such thing: its log"]), "bentoml": (3, [])}
    assert sorted(x.arm.system.id for x in done) == ["bentoml", "fastapi", "triton"]


def test_an_interruption_keeps_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(range(100))

    def answer(arm: Arm, load: Load) -> float:
        if next(calls) == 4:
            raise KeyboardInterrupt
        return 5

    one, _ = sitting(monkeypatch, answer)
    done: list[Ran] = []
    with pytest.raises(KeyboardInterrupt):
        one.run(ARMS[::2], 3, False, done.append)
    assert sum(len(x.runs) for x in done) == 4


def test_the_ladder_ends_where_the_requirement_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    one, _ = sitting(monkeypatch, lambda arm, load: load.rate / 50)
    [found] = one.run(ARMS[:1], 1, True, lambda ran: None)
    assert [x.measured.load.rate for x in found.ladder] == [100, 200, 400, 800, 1600]
    one, _ = sitting(monkeypatch, lambda arm, load: 1.0)
    [found] = one.run(ARMS[:1], 1, True, lambda ran: None)
    assert len(found.ladder) == session.MOST_RUNGS
    assert "not climbed beyond 12800" in found.ladder_ended


PROFILE = """\
organisation: {stage: series-b, ml_people: 6, platform_people: 3}
have: [kubernetes, on-call]
components:
  model-serving:
    current: nothing
    parts: [endpoint, packaging]
    requirements:
      - {data_residency: own-network}
      - {latency_p95: "<= 20 ms", rate: 100 req/s}
      - {latency_p99: "<= 50 ms", rate: 80 req/s}
      - {requests: ">= 90 req/s"}
"""


def test_for_a_profile(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The requirements, the rate and the systems come from the profile, and the verdict is no longer conditional."""
    _, order = sitting(monkeypatch, lambda arm, load: 90.0 if arm.system is BENTOML else 4.0 + 0.1 * len(order))
    (tmp_path / "p.yaml").write_text(PROFILE)
    (tmp_path / "rows.json").write_text('{"inputs": [[1, 2]]}')
    ran = buildbuy("probe", "--for", "p.yaml", "--model", systems.MODEL, "--payload", "rows.json", "--profile", "tuned", "--duration", "1", "--out", "p.svg", "--format", "json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert "latency p95 <= 20 ms; latency p99 <= 50 ms; requests >= 90 req/s" in ran.err
    assert "needed at 100 req/s" in ran.err
    assert data["requirement"] == "p99 <= 50 ms @ 100 req/s"
    assert {x.system.id for x in order} == {*systems.SYSTEMS["model-serving"]} - {"litserve", "seldon"}  # no options of the catalog
    decision = data["decision"]
    assert "On condition" in decision["before"]
    assert "On condition" not in decision["after"] or "bentoml" in decision["after"].lower()
    settled = {(x["option"], x["requirement"]) for x in decision["settled"]}
    assert ("triton/self-host", "latency p95 <= 20 ms") in settled
    assert not [x for x in settled if x[0].startswith("bentoml") and "latency" in x[1]]
    assert (tmp_path / "p.svg").read_text().startswith("<svg")
    kept = store.load(tmp_path / ".buildbuy" / "evidence")
    assert {x.probe.metric for x in kept.values() if x.probe and x.probe.system == "triton"} == {"latency_p95", "latency_p99", "requests", "failed_share", "efficiency"}


def test_a_profile_that_leaves_nothing_open(buildbuy, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("organisation: {ml_people: 3}\ncomponents: {model-serving: {current: nothing, workload: {cpu_time: 5 ms/req, model_memory: 0.1 GB/model}}}\n")
    ran = buildbuy("probe", "--for", "p.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert "Nothing to measure" in ran.out


def test_without_the_right_to_make_namespaces_a_warning_says_so(buildbuy, monkeypatch: pytest.MonkeyPatch) -> None:
    sitting(monkeypatch, lambda arm, load: 5.0)
    monkeypatch.setattr(supervise, "namespaces", lambda: ())
    ran = buildbuy("probe", "model-serving", "--systems", "fastapi", "--rate", "100", "--duration", "1", "--no-record")
    assert ran.code == 0
    assert "no right to make namespaces here" in ran.err
    assert "A million requests, processors only" in ran.out


def test_workers_and_models_are_settings_of_their_own(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later failure with fewer workers takes back no pass."""
    sitting(monkeypatch, lambda arm, load: 5.0)
    ran = buildbuy("probe", "model-serving", "--systems", "fastapi", "--profile", "tuned", "--workers", "4", "--models", "3", "--rate", "100", "--duration", "1", "--repeats", "1")
    assert ran.code == 0, ran.err
    kept = store.load(tmp_path / ".buildbuy" / "evidence")
    assert {x.probe.profile for x in kept.values() if x.probe} == {"tuned, 4 workers, 3 models"}


def test_an_endpoint_that_is_an_option_informs_its_fit(buildbuy, stub, tmp_path: Path) -> None:
    ran = buildbuy("probe", "model-serving", "--as", "sagemaker-endpoints/managed", "--endpoint", f"{stub.url}/", "--rate", "40", "--duration", "0.6", "--warmup", "0.1", "--repeats", "2")
    assert ran.code == 0, ran.err
    kept = list(store.load(tmp_path / ".buildbuy" / "evidence").values())
    assert {(x.probe.system, x.probe.sourcing, x.probe.own, x.probe.repeats) for x in kept if x.probe} == {("sagemaker-endpoints", "managed", True, 2)}


def test_a_feature_server_of_ones_own_settles_the_stores_requirement(buildbuy, stub, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "organisation: {stage: series-a, ml_people: 6}\ncomponents:\n  feature-store:\n    current: {home-grown: true, parts: [online-reads]}\n"
        "    requirements:\n      - {online_read_p99: <= 900 ms, rate: 400 req/s}\n      - {online_reads: '>= 400 req/s'}\n"
    )
    ran = buildbuy("probe", "feature-store", "--for", "p.yaml", "--as", "stay", "--endpoint", f"{stub.url}/", "--duration", "2.6", "--warmup", "0.1", "--format", "json")
    assert ran.code == 0, ran.err
    settled = {(x["option"].split("/")[0], x["requirement"]) for x in json.loads(ran.out)["decision"]["settled"]}
    assert settled >= {("stay", "online read p99 <= 900 ms"), ("stay", "online reads >= 400 req/s")}


REGISTRY = "organisation: {stage: series-a, ml_people: 6}\ncomponents:\n  model-registry:\n    requirements:\n      - {lookup_p95: <= 900 ms}\n"


def test_a_requirement_without_a_known_rate_is_measured_at_the_given_one(buildbuy, stub, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(REGISTRY)
    command = ("probe", "--for", "p.yaml", "--as", "mlflow/self-host", "--endpoint", f"{stub.url}/", "--duration", "0.6", "--warmup", "0.1", "--format", "json")
    refused = buildbuy(*command)
    assert (refused.code, "no rate is known" in refused.err, "--rate 300" in refused.err) == (2, True, True)
    ran = buildbuy(*command, "--rate", "400")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    assert data["requirement"] == "p95 <= 900 ms @ 400 req/s"
    assert {(x["option"].split("/")[0], x["requirement"]) for x in data["decision"]["settled"]} == {("mlflow", "lookup p95 <= 900 ms")}


def test_an_endpoint_is_no_option_of_a_component_whose_requirements_it_cannot_answer(buildbuy, stub, tmp_path: Path) -> None:
    ran = buildbuy("probe", "monitoring", "--as", "stay", "--endpoint", f"{stub.url}/", "--rate", "40")
    assert (ran.code, "no requirement of monitoring" in ran.err) == (2, True)
    assert not (tmp_path / ".buildbuy").exists()


@pytest.mark.parametrize(("said", "settled"), [("features: 50\n", True), ("", False)])
def test_a_request_says_how_many_features_it_reads(said: str, settled: bool, buildbuy, stub, tmp_path: Path) -> None:
    need = "{online_read_p99: <= 900 ms, rate: 400 req/s, features: 50}"
    (tmp_path / "p.yaml").write_text(f"organisation: {{stage: series-a, ml_people: 6}}\ncomponents:\n  feature-store:\n    requirements:\n      - {need}\n")
    (tmp_path / "r.yaml").write_text("method: GET\n" + said)
    ran = buildbuy("probe", "--for", "p.yaml", "--as", "feast/self-host", "--endpoint", f"{stub.url}/", "--request", "r.yaml", "--duration", "2.6", "--warmup", "0.1", "--format", "json")
    assert ran.code == 0, ran.err
    assert bool(json.loads(ran.out)["decision"]["settled"]) == settled


def test_without_records_nothing_is_said_of_the_decision(buildbuy, stub, tmp_path: Path) -> None:
    """It was not decided again: what was measured is kept nowhere."""
    (tmp_path / "p.yaml").write_text(REGISTRY)
    ran = buildbuy("probe", "--for", "p.yaml", "--as", "mlflow/self-host", "--endpoint", f"{stub.url}/", "--rate", "40", "--duration", "0.6", "--warmup", "0.1", "--no-record", "--format", "json")
    assert (ran.code, json.loads(ran.out)["decision"]) == (0, None)


def test_a_driver_worth_measuring_is_measured_where_no_requirement_is_open(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The processor's time of a request, first of what this team should measure, in the server that the catalog means by it."""
    _, order = sitting(monkeypatch, lambda arm, load: 4.0)
    (tmp_path / "p.yaml").write_text(
        "organisation: {stage: series-b, ml_people: 12, platform_people: 3}\nhave: [kubernetes, aws, on-call]\ncomponents:\n  model-serving:\n    current: nothing\n"
        "    workload: {requests: 300 to 600 req/s, models: 10}\n    requirements:\n      - {data_residency: own-network}\n"
    )
    (tmp_path / "rows.json").write_text('{"inputs": [[1, 2]]}')
    ran = buildbuy("probe", "--for", "p.yaml", "--model", systems.MODEL, "--payload", "rows.json", "--duration", "1", "--format", "json")
    assert ran.code == 0, ran.err
    assert "leaves open: CPU time per request, worth measuring with your own model" in ran.err
    assert {"fastapi", "triton"} <= {x.system.id for x in order} <= {"fastapi", "bentoml", "mlserver", "triton"}, "and how many times its CPU others take"
    assert {x.models for x in order} == {1}, "its memory is not worth measuring"
    by = {x.what: x for x in store.load(tmp_path / ".buildbuy" / "evidence").values()}
    kept = by["model-serving.cpu_time"]
    assert kept.value == 0.5
    assert by["triton.efficiency"].value == 1.0
    assert kept.where.startswith("FastAPI + uvicorn, tuned"), "threads that wait spin in the default profile"
    found = json.loads(buildbuy("decide", "p.yaml", "--format", "json").out)["components"][0]["measure_next"]
    assert "model-serving.cpu_time" not in [m["driver"] for m in found], "it is known now"


def test_what_a_model_takes_is_the_difference_of_many_and_one(monkeypatch: pytest.MonkeyPatch) -> None:
    data = {"when": "2026-11-26T09:00:00Z", "machine": {"cores": 2, "processor": "x", "memory_gb": 8, "load_before": 1}}
    [one] = records.memory([100.0, 104.0, 90.0], [900.0, 890.0, 940.0], "FastAPI, default", data, "hash")
    assert (one["what"], one["value"], one["unit"], one["n"]) == ("model-serving.model_memory", 0.2, "GB/model", 6)
    assert records.memory([100.0], [99.0], "FastAPI, default", data, "hash") == []


def test_a_server_takes_so_many_times_the_plain_ones_cpu() -> None:
    data = {"when": "2026-11-26T09:00:00Z", "machine": {"cores": 2, "processor": "x", "memory_gb": 8, "load_before": 1}}
    subject = records.Subject("model-serving.triton.tuned", "hash", "model-serving", "triton", "self-host", "tuned", own=True)
    [one] = records.efficiency(subject, "Triton, tuned", [0.9, 0.6, 0.8], [2.0, 1.6, 1.0], 50.0, data)
    assert (one["what"], one["value"], one["unit"], one["n"]) == ("triton.efficiency", 0.5, "dimensionless", 6)
    assert "0.8 by 1.6 ms" in one["method"]
    assert records.efficiency(subject, "Triton, tuned", [0.9], [0.0], 50.0, data) == []


def test_memory_is_measured_where_that_is_worth_it(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every driver is worth measuring here: the plain server runs with one model and with several."""
    _, order = sitting(monkeypatch, lambda arm, load: 4.0)
    monkeypatch.setattr(asked, "worth_asking", lambda effects, hour, scale: [Measurement(e.driver, 1, 0, 1, 0, 0.1, True, "") for e in effects])
    observed_ = Session.observed

    def larger(self: Session, arm: Arm, load: Load) -> Observed:
        return replace(observed_(self, arm, load), shared_fairly_mb=50.0 + 100 * arm.models)

    monkeypatch.setattr(Session, "observed", larger)
    (tmp_path / "p.yaml").write_text("organisation: {stage: series-b, ml_people: 12}\nhave: [kubernetes]\ncomponents:\n  model-serving:\n    current: nothing\n    requirements:\n      - {data_residency: own-network}\n")
    (tmp_path / "rows.json").write_text('{"inputs": [[1, 2]]}')
    ran = buildbuy("probe", "--for", "p.yaml", "--model", systems.MODEL, "--payload", "rows.json", "--duration", "1", "--format", "json")
    assert ran.code == 0, ran.err
    assert {x.models for x in order} == {1, records.MANY}
    [kept] = [x for x in store.load(tmp_path / ".buildbuy" / "evidence").values() if x.what == "model-serving.model_memory"]
    assert kept.value == 0.1
