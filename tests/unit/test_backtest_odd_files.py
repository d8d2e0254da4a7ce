"""Odd but valid case files: nothing crashes, and no figure is read as something else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildbuy.backtest.past import past
from buildbuy.backtest.reading import Reading, read
from buildbuy.catalog.load import load as load_catalog
from buildbuy.domain.profile import Profile
from buildbuy.resolve import resolve

CATALOG = load_catalog()
CASE: dict[str, Any] = {"component": "model-serving", "year": 2023, "hindsight_best": "build"}


def reading(**changed: Any) -> Reading:
    """What is read of CASE with some keys changed; the engine must take it."""
    known = past({**CASE, **changed}, "x", CATALOG.month).known
    assert known is not None
    found = read(known, CATALOG)
    json.dumps(found.profile, allow_nan=False)
    resolve(Profile.model_validate(found.profile), known.component, CATALOG, as_of=known.as_of)
    return found


def figure(value: Any, unit: str = "", what: str = "load", as_of: Any = "decision") -> dict[str, Any]:
    return {"scale": [{"what": what, "value": value, "unit": unit, "as_of": as_of}]}


WORKLOAD: list[tuple[dict[str, Any], dict[str, str]]] = [
    (figure("~1.5M", "requests/day"), {"requests": "17.3611 req/s"}),
    (figure("10\u201320", "QPS"), {"requests": "10 to 20 req/s"}),
    (figure("10 \u2014 20 rps"), {"requests": "10 to 20 req/s"}),
    (figure("6\u00a0000", "req/min"), {"requests": "100 req/s"}),
    (figure("5k req/s"), {"requests": "5000 req/s"}),
    (figure(1200.0, "rpm", "traffic"), {"requests": "20 req/s"}),
    (figure("1e3", "predictions per second"), {"requests": "1000 req/s"}),
    (figure("peak of ten thousand", "calls per sec"), {"requests": "2000 to 5000 req/s"}),
    (figure("3 million", "req / hour"), {"requests": "833.333 req/s"}),
    (figure(40, "models", "in production"), {"models": "40 model"}),
    (figure("a dozen", "models", "in production", 2022), {"models": "12 model"}),
    ({"scale": {"what": "models", "value": 7, "unit": "models", "as_of": "decision"}}, {"models": "7 model"}),
    ({"component": "training-compute", **figure("1,5", "TB", "training data")}, {"data_stored": "1500 GB"}),
    ({"component": "training-compute", **figure("100", "GPUs", "fleet")}, {"gpu_hours_large": "21900 to 62050 gpu*hour/month"}),
    ({"component": "orchestration", **figure("8 000", "tasks/week", "ETL")}, {"task_runs": "34761.9 task/month"}),
    ({"component": "Data Pipeline", **figure("1000+", "DAGs", "old ones")}, {"pipelines": "1000 pipeline"}),
    ({"component": "feature_store", **figure("2 billion", "rows", "entities")}, {"online_data": "600 to 8000 GB"}),
]
NOTHING_READ: list[dict[str, Any]] = [
    {}, {"scale": None, "requirements": None, "from": None, "stage_or_size": None}, {"scale": [], "requirements": [], "from": ""}, {"scale": "10 TB/day", "requirements": {}}, figure("10 TB/day"), figure("12", "sales per second"), figure(["50", "req/s"]), figure("unknown", "req/s"), figure("12 million", "users"),
    figure("5", "req/s", as_of="later (2025)"), figure("5", "req/s", as_of=None), figure("8", "GPUs"), figure("99.9", "%", "uptime"), figure(0, "req/s"), figure(True, "req/s"), figure("30", "ms", "model latency"), figure("7B", "parameters", "model"),
    {"from": "\u2014"}, {"requirements": "n/a", "from": ["?"]},
]  # fmt: skip


@pytest.mark.parametrize(("changed", "workload"), WORKLOAD)
def test_figures_written_in_odd_ways(changed: dict[str, Any], workload: dict[str, str]) -> None:
    found = reading(**changed)
    assert found.profile["components"][found.component]["workload"] == workload


@pytest.mark.parametrize("changed", NOTHING_READ)
def test_what_says_nothing_is_read_as_nothing(changed: dict[str, Any]) -> None:
    found = reading(**changed)
    assert found.profile == {"organisation": {}, "have": [], "components": {"model-serving": {"workload": {}, "requirements": []}}}


@pytest.mark.parametrize("component", ["serving", "compute-hosting", "", None, "model-serving, monitoring", 7])
def test_an_unknown_component_is_refused_and_not_guessed(component: Any) -> None:
    found = past({**CASE, "component": component}, "x", CATALOG.month)
    assert found.known is None
    assert found.unusable


@pytest.mark.parametrize("component", ["vector-store", "llm-gateway"])
def test_of_a_component_that_the_catalog_lacks_nothing_is_read(component: str) -> None:
    known = past({**CASE, **figure(5, "req/s"), "component": component}, "x", CATALOG.month).known
    assert known is not None
    assert read(known, CATALOG).profile == {}


@pytest.mark.parametrize("text", ["canary; 99.9% uptime", "canary\n99.9% uptime\n", ["canary", "99.9% uptime"], "canary;\n\n 99.9% uptime;"])
def test_requirements_may_be_one_text(text: Any) -> None:
    found = reading(requirements=text)
    assert found.profile["components"]["model-serving"]["requirements"] == [{"part": "rollout"}, {"availability": ">= 99.9%"}]


def test_a_dash_of_any_kind_is_a_dash() -> None:
    for dash in "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212":
        found = reading(**{"requirements": [f"p99 of 30{dash}50 ms"], "from": f"in{dash}house"})
        needs = found.profile["components"]["model-serving"]
        assert (needs["requirements"], needs["current"]) == ([{"latency_p99": "<= 50 ms"}], "home-grown")


UNITS = {"req/s": 1.0, "rps": 1.0, "QPS": 1.0, "requests per second": 1.0, "req/min": 60.0, "calls per hour": 3600.0, "predictions/day": 86400.0, "queries a week": 604800.0}


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 10**6), st.sampled_from(sorted(UNITS)), st.sampled_from(["{}", "~{}", "about {}", "{}+", "{:,}", "over {}"]))
def test_a_rate_means_the_same_however_it_is_written(count: int, unit: str, form: str) -> None:
    workload = reading(**figure(form.format(count), unit)).profile["components"]["model-serving"]["workload"]
    assert float(workload["requests"].split()[0]) == pytest.approx(count / UNITS[unit], rel=1e-4)
