"""How free text of past decisions becomes a profile: worked examples of each rule, and rubbish."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from buildbuy.backtest import left_out
from buildbuy.backtest.numbers import measured, number, seconds_each
from buildbuy.backtest.past import Figure, Known, load, month_known, past, sourcing
from buildbuy.backtest.reading import Reading, read
from buildbuy.catalog.load import load as load_catalog
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.resolve import resolve

CATALOG = load_catalog()
PAST = Path(__file__).parents[1] / "data" / "past"


def reading(component: str, as_of: str = "2023-06", **known: Any) -> Reading:
    figures = tuple(Figure(*f) for f in known.pop("figures", ()))
    needs = tuple(known.pop("needs", ()))
    return read(Known(component, as_of, figures=figures, needs=needs, **known), CATALOG)


def needs_of(found: Reading) -> dict[str, Any]:
    return dict(found.profile["components"][found.component])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (30, (30, 30)), ("30+", (30, 30)), ("1,000", (1000, 1000)), ("2.5k", (2500, 2500)), ("16 million", (16e6, 16e6)), ("10-20", (10, 20)), ("3 to 5 million", (3e6, 5e6)),
        ("hundreds of thousands", (2e5, 9e5)), ("tens of thousands", (2e4, 9e4)), ("millions", (2e6, 9e6)), ("a few", (2, 6)), ("three", (3, 3)),
        ("none", None), ("", None), (None, None), (True, None), (-4, None), (float("inf"), None), ("10000000000000000000", None), ([], None),
    ],
)  # fmt: skip
def test_numbers_in_words(text: Any, expected: tuple[float, float] | None) -> None:
    assert number(text) == expected


def test_units_may_begin_with_a_size() -> None:
    assert measured(16, "million queries/month") == (16e6, 16e6)
    assert [seconds_each(t) for t in ("req/s", "calls per day", "QPS", "queries/month", "models")] == [1, 86400, 1, 2_628_000, None]


@pytest.mark.parametrize(("raw", "month"), [(2021, "2021-06"), (2021.0, "2021-06"), ("~2021", "2021-06"), ("2021-03", "2021-03"), ("about 2021 or so", "2021-06"), ("12021", None), ("soon", None), (None, None)])
def test_a_bare_year_means_its_june(raw: Any, month: str | None) -> None:
    assert month_known(raw) == month


@pytest.mark.parametrize(("word", "expected"), [("Self-Hosted", "self-host"), ("buy", "managed"), ("in-house", "build"), ("unclear", ""), (None, ""), (3, "")])
def test_words_for_a_sourcing(word: Any, expected: str) -> None:
    assert sourcing(word) == expected


FIGURES: list[tuple[str, tuple[Any, Any, str], str, str]] = [
    ("feature-store", ("reads", "millions", "lookups/s"), "online_reads", "2e+06 to 9e+06 req/s"),
    ("feature-store", ("records", 2, "billion rows"), "online_data", "600 to 8000 GB"),
    ("model-serving", ("load", 86400, "requests/day"), "requests", "1 req/s"),
    ("model-serving", ("peak load", 100, "req/s"), "requests", "20 to 50 req/s"),
    ("model-serving", ("applications", "hundreds", "ML applications"), "models", "200 to 900 model"),
    ("data-pipeline", ("jobs", 1000, "jobs/day"), "task_runs", "30416.7 task/month"),
    ("data-pipeline", ("workflows", 80, "DAGs"), "pipelines", "80 pipeline"),
    ("training-compute", ("fleet", 100, "GPUs"), "gpu_hours_large", "21900 to 62050 gpu*hour/month"),
    ("training-compute", ("data sets", "terabytes with billions of rows", ""), "data_stored", "2000 to 90000 GB"),
    ("monitoring", ("growth", 100, "percent/year"), "growth", "100% per year"),
    ("monitoring", ("growth", 5, "times per year"), "growth", "400% per year"),
]


@pytest.mark.parametrize(("component", "figure", "variable", "expected"), FIGURES)
def test_figures_become_workload(component: str, figure: tuple[Any, Any, str], variable: str, expected: str) -> None:
    found = reading(component, figures=[figure])
    assert needs_of(found)["workload"] == {variable: expected}
    assert found.unread == []
    resolve(Profile.model_validate(found.profile), component, CATALOG, as_of="2023-06")


NEEDS: list[tuple[str, str, list[dict[str, str]]]] = [
    ("feature-store", "P999 within 50 ms", [{"online_read_p99": "<= 50 ms"}]),
    ("feature-store", "point-in-time joins", [{"part": "point-in-time-join"}]),
    ("feature-store", "features fresh within 5 minutes", [{"freshness": "<= 5 minute"}, {"part": "streaming-features"}]),
    ("model-serving", "canary and roll-back", [{"part": "rollout"}]),
    ("model-serving", "p95 under 100 ms at 500 requests/s", [{"latency_p95": "<= 100 ms"}, {"requests": ">= 500 req/s"}]),
    ("model-serving", "99.9% uptime", [{"availability": ">= 99.9%"}]),
    ("monitoring", "raw data must not leave", [{"data_residency": "own-network"}]),
    ("monitoring", "EU data residency, SOC 2", [{"data_residency": "eu"}, {"compliance": "soc2"}]),
    ("data-pipeline", "under 500 USD/month", [{"monthly_cost": "<= 500 USD/month"}]),
    ("data-pipeline", "open-source only", [{"license": "open-source"}]),
]


@pytest.mark.parametrize(("component", "need", "expected"), NEEDS)
def test_needs_become_requirements(component: str, need: str, expected: list[dict[str, str]]) -> None:
    found = reading(component, needs=[need])
    assert needs_of(found)["requirements"] == expected
    assert found.unread == []
    resolve(Profile.model_validate(found.profile), component, CATALOG, as_of="2023-06")


HAD: list[tuple[str, str, Any]] = [
    ("feature-store", "none", "nothing"), ("model-serving", "no shared platform", "nothing"), ("monitoring", "various", None), ("monitoring", "", None),
    ("data-pipeline", "in-house Meson", "home-grown"), ("feature-store", "a key-value layout on Redis", "home-grown"),
    ("monitoring", "monitors per model", {"home-grown": True, "scattered": True, "parts": ["prediction-logging", "alerts"]}),
    ("monitoring", "brittle checks by hand", {"home-grown": True, "scattered": True, "parts": ["prediction-logging", "alerts"], "complaint": "brittle checks by hand"}),
    ("data-pipeline", "an in-house scheduler that outgrew its database", {"home-grown": True, "complaint": "an in-house scheduler that outgrew its database"}),
    ("model-serving", "a Flask app per model", {"system": "fastapi-container", "parts": ["endpoint"], "scattered": True}),
    ("model-serving", "a Flask app", {"system": "fastapi-container", "parts": ["endpoint"]}),
    ("training-compute", "SageMaker training jobs", {"system": "sagemaker-training", "sourcing": "managed"}),
    ("data-pipeline", "Airflow run on our own", {"system": "airflow", "sourcing": "self-host"}),
    ("data-pipeline", "Dagster", {"system": "dagster", "sourcing": "self-host"}),
]  # fmt: skip


@pytest.mark.parametrize(("component", "had", "expected"), HAD)
def test_what_ran_before(component: str, had: str, expected: Any) -> None:
    found = reading(component, had=had)
    assert needs_of(found).get("current") == expected
    resolve(Profile.model_validate(found.profile), component, CATALOG, as_of="2023-06")


@pytest.mark.parametrize(
    ("needs", "figures", "said"),
    [
        (["rapid deployment"], (), "rapid deployment"),
        (["p99 below 50 ms", "cut the time from idea to production"], (), "cut the time from idea to production"),
        ([], (("problem to production", 14, "weeks on average"),), "problem to production 14 weeks on average"),
        (["p99 below 50 ms"], (("load", 50, "req/s"),), None),
        (["canary releases"], (), None),
    ],
)
def test_a_complaint_is_in_a_need_to_be_better_or_in_how_long_it_takes(needs: list[str], figures: Any, said: str | None) -> None:
    found = reading("model-serving", had="in-house service", needs=needs, figures=figures)
    current = needs_of(found)["current"]
    assert current == ({"home-grown": True, "complaint": said} if said else "home-grown")
    assert said not in found.unread
    assert needs_of(reading("model-serving", had="nothing", needs=needs, figures=figures))["current"] == "nothing", "nothing runs that could be complained of"


def test_a_product_that_did_not_exist_then_is_not_what_ran() -> None:
    assert "current" not in needs_of(reading("data-pipeline", as_of="2016-06", had="Dagster"))


def test_heads_and_stages() -> None:
    assert reading("model-serving", size="~25 data scientists, ~10 ML/data engineers").profile["organisation"] == {"ml_people": "35"}
    assert reading("model-serving", size="start-up").profile["organisation"] == {"ml_people": "1 to 30"}
    assert reading("model-serving", size="a Series A firm, team of 4").profile["organisation"] == {"ml_people": "4", "stage": "series-a"}
    assert reading("data-pipeline", needs=["no DevOps skills"]).profile["organisation"] == {"platform_people": "0.05 to 0.5"}


def test_people_follow_the_largest_figure_where_none_are_told() -> None:
    found = reading("model-serving", figures=[("load", 5000, "req/s")])
    assert found.scale == pytest.approx(2.0)
    assert found.profile["organisation"]["ml_people"] == "50 to 450"


def test_there_were_no_coding_assistants_before_2022_06() -> None:
    assert needs_of(reading("monitoring", as_of="2021-06"))["workload"] == {"assistants": "1"}
    assert needs_of(reading("monitoring", as_of="2022-06"))["workload"] == {}


def test_figures_of_a_later_or_no_stated_time_are_not_known() -> None:
    raw = {
        "component": "model-serving", "year": 2020, "hindsight_best": "build",
        "scale": [{"what": "a", "value": 1, "unit": "req/s", "as_of": "later (2022)"}, {"what": "b", "value": 2, "unit": "req/s"}, {"what": "c", "value": 3, "unit": "req/s", "as_of": "decision"}, {"what": "d", "value": 4, "unit": "req/s", "as_of": 2019}, {"what": "e", "value": 5, "unit": "req/s", "as_of": 2021}, "many requests"],
        "stage_or_size": {"note": "90 people", "as_of": "later (2022)"},
    }  # fmt: skip
    found = past(raw, "x", "2026-11")
    assert found.known is not None
    assert [f.what for f in found.known.figures] == ["c", "d"]
    assert found.known.size == ""
    assert len(found.unread) == 5


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**16) | st.floats() | st.text(max_size=30) | st.sampled_from(["hundreds of req/s", "p99 under 0 ms", "under $1e9 a month", "Airflow", "none", "99% uptime", "99999 %", "peak 1e400 QPS", "0 users", "-3 to -1 models"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["what", "value", "unit", "as_of", "note", "x"]), inner, max_size=4),
    max_leaves=8,
)
KEYS = st.sampled_from(["id", "organisation", "year", "scale_class", "scale", "stage_or_size", "requirements", "from", "decision", "outcome", "hindsight_best", "confidence", "sources", "kind", "neighbour"])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(KEYS, VALUES), st.sampled_from([*CATALOG.components, None, 7, "coffee"]), st.sampled_from([2021, "2023-02", None, "x", 3e300]))
def test_whatever_a_file_says_is_read_or_refused(raw: dict[str, Any], component: Any, year: Any) -> None:
    found = past({**raw, "component": component, "year": year}, "x", CATALOG.month)
    if found.known is None:
        assert found.unusable
        return
    profile = read(found.known, CATALOG).profile
    json.dumps(profile, allow_nan=False)
    with contextlib.suppress(BadInput):  # a need that makes no sense: the replay drops it and says so
        resolve(Profile.model_validate(profile), found.known.component, CATALOG, as_of=found.known.as_of)


def test_the_invented_cases_load() -> None:
    cases = {p.id: p for p in load(PAST, "2026-11")}
    assert len(cases) == 20
    assert {i for i, p in cases.items() if p.known is None} == {"odd-year", "odd-ahead", "odd-unknown-component", "odd-no-component", "odd-neighbour", "odd-event"}
    assert (cases["odd-confidence"].label.best, cases["odd-confidence"].label.confidence) == ("managed", 0.5)
    assert cases["beech-2023"].label.confidence == 0.6


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [("a.yaml", "just words\n", "a case is a mapping"), ("a.yaml", "a: {b\n", "not valid YAML"), ("a.yaml", "", "a case is a mapping"), ("a.yaml", "- {id: x}\n- {id: x}\n", "two cases have the id"), ("a.yaml", "a: &x 1\n", "anchors"), ("a.txt", "x", "no cases")],
)  # fmt: skip
def test_bad_folders_are_one_message(name: str, text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadInput, match=says):
        load(tmp_path, "2026-11")


def test_priors_drawn_from_a_replayed_organisation_stay_out() -> None:
    """Whatever such a curve says, the replay's catalog says the same."""
    without = left_out.without(CATALOG)
    assert without.cases == {}
    other = {c: e.model_copy(update={"efforts": {n: curve.model_copy(update={"S": "900 to 901", "M": "900 to 901", "L": "900 to 901", "XL": "900 to 901"}) if (c, n) in left_out.RECORDS else curve for n, curve in e.efforts.items()}}) for c, e in CATALOG.components.items()}
    told = {n: curve.model_copy(update={"L": "900 to 901", "XL": "900 to 901"} | ({"S": "900 to 901", "M": "900 to 901"} if n in left_out.ALIKE else {})) if n in left_out.LARGE_ONLY or n in left_out.ALIKE else curve for n, curve in CATALOG.curves.items()}
    again = left_out.without(dataclasses.replace(CATALOG, components=other, curves=told))
    assert again.components == without.components
    assert again.curves == without.curves
    assert all(key in {(c, n) for c, e in CATALOG.components.items() for n in e.efforts} for key in left_out.RECORDS)
    assert {*left_out.LARGE_ONLY, *left_out.ALIKE} <= {*CATALOG.curves}


def test_a_case_of_an_organisation_whose_record_stays_is_set_aside() -> None:
    assert left_out.own_prior("Wikimedia Foundation", "model-serving")
    assert not left_out.own_prior("Wikimedia Foundation", "feature-store")
    assert not left_out.own_prior("", "model-serving")


@pytest.mark.parametrize("name", ["Gojek", "Monzo", "Airbnb", "Spotify", "Lyft", "Coinbase", "Pinterest", "LinkedIn", "Google"])
def test_every_organisation_left_out_is_named_in_the_docs(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "concepts" / "back-test.md").read_text(encoding="utf-8")
    assert name in page
    assert any(name in who for who in (*left_out.RECORDS.values(), *left_out.LARGE_ONLY.values()))
