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
from buildbuy.backtest.numbers import measured, number, rate, seconds_each
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
        ("~1.5M", (1.5e6, 1.5e6)), ("10\u201320", (10, 20)), ("10 \u2014 20k", (1e4, 2e4)), ("between 10 and 20", (10, 20)), ("1e6", (1e6, 1e6)), ("5m", (5e6, 5e6)), ("1 000 000", (1e6, 1e6)), ("10,00,000", (1e6, 1e6)), ("1,5 million", (1.5e6, 1.5e6)),
        ("one million", (1e6, 1e6)), ("two hundred", (200, 200)), ("twenty-five", (25, 25)), ("half a million", (5e5, 5e5)), ("several hundred", (200, 600)), ("a few thousand", (2e3, 6e3)), ("a dozen", (12, 12)), ("10 lakh", (1e6, 1e6)),
        ("10s of millions", (2e7, 9e7)), ("100s of models", (200, 900)), ("fewer than 10", (5, 10)), ("up to 10", (10, 10)), ("10 models in a few teams", (10, 10)), ("one endpoint, 500 models", (500, 500)), ("2 billion, with millions of keys", (2e9, 2e9)),
        ("2nd generation", None), ("a", None), ("one-off", None), ("p99", None),
        ("none", None), ("", None), (None, None), (True, None), (-4, None), (float("inf"), None), ("10000000000000000000", None), ([], None),
    ],
)  # fmt: skip
def test_numbers_in_words(text: Any, expected: tuple[float, float] | None) -> None:
    assert number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one endpoint for 500 requests/s", ((500, 500), 1)), ("a few teams make 30 calls per minute", ((30, 30), 60)), ("200 models at 5k QPS", ((5e3, 5e3), 1)), ("3 to 5 million reads a day", ((3e6, 5e6), 86400)),
        ("requests per second", None), ("50 models within a second", None), ("40 models, a second team", None),
    ],
)  # fmt: skip
def test_the_number_of_a_rate_stands_before_its_time(text: str, expected: Any) -> None:
    assert rate(text) == expected


def test_a_need_for_a_rate_over_a_day_is_an_average() -> None:
    assert needs_of(reading("monitoring", needs=["864 predictions a day"]))["workload"] == {"predictions": "0.01 prediction/s"}
    assert needs_of(reading("monitoring", needs=["10 predictions/s"]))["workload"] == {"predictions": "2 to 5 prediction/s"}


def test_times_as_people_write_them() -> None:
    assert [seconds_each(t) for t in ("req/min", "rpm", "rps", "per sec", "nightly", "every night", "per quarter", "runs every 5 minutes", "ML/data engineers", "below half a second")] == [60, 60, 1, 1, 86400, 86400, 7_884_000, 300, None, None]


def test_units_may_begin_with_a_size() -> None:
    assert measured(16, "million queries/month") == (16e6, 16e6)
    assert [seconds_each(t) for t in ("req/s", "calls per day", "QPS", "queries/month", "models")] == [1, 86400, 1, 2_628_000, None]


@pytest.mark.parametrize(("raw", "month"), [(2021, "2021-06"), (2021.0, "2021-06"), ("~2021", "2021-06"), ("2021-03", "2021-03"), ("about 2021 or so", "2021-06"), ("2021-3", "2021-03"), ("March 2021", "2021-03"), ("Q2 2021", "2021-05"), ("early 2021", "2021-03"), ("late 2021", "2021-10"), ("H2 2021", "2021-09"), ("autumn 2021", "2021-10"), ("mid-2021", "2021-06"), ("2021-22", "2021-06"), ("2019/2020", "2019-06"), ("12021", None), ("soon", None), (None, None)])
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
    ("model-serving", ("load", "~1.5M", "req/min"), "requests", "25000 req/s"),
    ("model-serving", ("traffic", "10\u201320", "rps"), "requests", "10 to 20 req/s"),
    ("model-serving", ("traffic", "up to 100", "requests per second"), "requests", "20 to 50 req/s"),
    ("feature-store", ("load", "1 million", "features per second"), "online_reads", "5000 to 100000 req/s"),
    ("model-serving", ("use cases", "fewer than 10", "use cases"), "models", "5 to 10 model"),
    ("training-compute", ("use", 5000, "GPU hours/month"), "gpu_hours_large", "5000 gpu*hour/month"),
    ("model-serving", ("load", 3, "million queries a day"), "requests", "34.7222 req/s"),
    ("training-compute", ("artefacts", 500, "GiB"), "data_stored", "500 GB"),
    ("data-pipeline", ("to be moved", 90, "flows"), "pipelines", "90 pipeline"),
    ("data-pipeline", ("scheduled", 70, "cron jobs"), "pipelines", "70 pipeline"),
    ("data-pipeline", ("load", "6 million", "task instances per month"), "task_runs", "6e+06 task/month"),
    ("feature-store", ("stress test", "40K", "ops/s"), "online_reads", "8000 to 20000 req/s"),
    ("feature-store", ("Redis", 2, "TB"), "online_data", "2000 GB"),
    ("feature-store", ("feature views", 45, "views"), "feature_views", "45 feature_view"),
    ("model-serving", ("traffic growth", "3x", "per year"), "growth", "200% per year"),
    ("model-serving", ("batch predictions", "2 million", "per night"), "batch_scored", "6.08333e+07 prediction/month"),
    ("model-serving", ("models", 800, "models, one per shop"), "models", "800 model"),
    ("training-compute", ("cluster", 32, "H100s"), "gpu_hours_large", "7008 to 19856 gpu*hour/month"),
]


@pytest.mark.parametrize(("component", "figure", "variable", "expected"), FIGURES)
def test_figures_become_workload(component: str, figure: tuple[Any, Any, str], variable: str, expected: str) -> None:
    found = reading(component, figures=[figure])
    assert needs_of(found)["workload"] == {variable: expected}
    assert found.unread == []
    resolve(Profile.model_validate(found.profile), component, CATALOG, as_of="2023-06")


@pytest.mark.parametrize(
    ("figure", "limit"),
    [(("budget", "4,000", "USD per month"), "<= 4,000 USD/month"), (("yearly budget", "$1.2M", "per year"), "<= $100000/month"), (("may cost", 900, "EUR/month"), "<= 900 EUR/month"), (("bill", "$4,000", "per month"), None), (("latency budget", 40, "ms"), None)],
)
def test_a_budget_among_the_figures_is_a_limit_of_cost(figure: tuple[Any, Any, str], limit: str | None) -> None:
    found = reading("model-serving", figures=[figure])
    assert needs_of(found)["requirements"] == ([{"monthly_cost": limit}] if limit else [])
    resolve(Profile.model_validate(found.profile), "model-serving", CATALOG, as_of="2023-06")


NO_FIGURES: list[tuple[str, tuple[Any, Any, str]]] = [
    ("model-serving", ("users of the app", "12 million", "users")), ("model-serving", ("people served", "5 million", "people")), ("feature-store", ("people in the company", 5000, "people")),
    ("training-compute", ("machine per engineer", "one", "instance")), ("feature-store", ("features per model", 200, "features")), ("model-serving", ("load per model", 50, "req/s")), ("model-serving", ("throughput of the largest team", "1 million", "rps")),
    ("model-serving", ("model size", 30, "GB")), ("model-serving", ("model parameters", "7 billion", "parameters")), ("model-serving", ("model latency", 50, "ms")), ("training-compute", ("GPU hours in total", 5000, "hours")),
    ("monitoring", ("share of engineers' time", 30, "%")), ("training-compute", ("time to train a model", 3, "days")), ("data-pipeline", ("volume", 5, "TB/day")), ("data-pipeline", ("sales", 12, "sales per second")),
    ("model-serving", ("traffic of another company", "2 million", "requests per second")), ("model-registry", ("kept", "9,000", "model versions")), ("training-compute", ("largest", "7B", "model")), ("data-pipeline", ("on-call", 2, "engineers")),
    ("data-pipeline", ("users of the app", 4000, "users")), ("model-serving", ("what it costs", "$30,000", "per month")),
]  # fmt: skip


@pytest.mark.parametrize(("component", "figure"), NO_FIGURES)
def test_figures_of_something_else_are_not_read(component: str, figure: tuple[Any, Any, str]) -> None:
    found = reading(component, figures=[figure])
    assert (found.profile["organisation"], needs_of(found)["workload"]) == ({}, {})
    assert len(found.unread) == 1


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
    ("model-serving", "single-digit millisecond latency", [{"latency_p99": "<= 10 ms"}]),
    ("model-serving", "sub-second answers", [{"latency_p99": "<= 1 second"}]),
    ("model-serving", "answers within 2 seconds", [{"latency_p99": "<= 2 second"}]),
    ("model-serving", "typically within 30-300 milliseconds", [{"latency_p50": "<= 300 ms"}]),
    ("model-serving", "one endpoint for 500 requests/s", [{"requests": ">= 500 req/s"}]),
    ("data-pipeline", "tasks start within 5 seconds", [{"start_delay_p95": "<= 5 second"}]),
    ("training-compute", "restart after failures", [{"part": "recovery"}]),
    ("feature-store", "data not older than 10 seconds", [{"freshness": "<= 10 second"}]),
    ("experiment-tracking", "search in under 2 seconds", [{"search_p95": "<= 2 second"}, {"part": "run-search-api"}]),
    ("model-serving", "99.95 percent uptime", [{"availability": ">= 99.95%"}]),
    ("model-serving", "budget of $2,000 a month", [{"monthly_cost": "<= $2,000/month"}]),
    ("monitoring", "data stays inside the EU", [{"data_residency": "eu"}]),
    ("model-serving", "reply within 40 ms at p95", [{"latency_p95": "<= 40 ms"}]),
    ("model-serving", "95% of calls within 70 ms", [{"latency_p95": "<= 70 ms"}]),
    ("model-serving", "p50 of 8 ms, p99 of 45 ms", [{"latency_p50": "<= 8 ms"}, {"latency_p99": "<= 45 ms"}]),
    ("model-serving", "bring p95 from 900 ms to 250 ms", [{"latency_p95": "<= 250 ms"}]),
    ("model-serving", "answers in half a second", [{"latency_p99": "<= 500 ms"}]),
    ("model-serving", "cold starts below 4 s", [{"cold_start": "<= 4 second"}]),
    ("model-serving", "three nines", [{"availability": ">= 99.9%"}]),
    ("model-serving", "keep the bill under $3k per month", [{"monthly_cost": "<= $3k/month"}]),
    ("model-serving", "a budget of 60,000 EUR a year", [{"monthly_cost": "<= 5000 EUR/month"}]),
    ("model-serving", "cost of 900 euros per month at most", [{"monthly_cost": "<= 900 EUR/month"}]),
    ("model-serving", "goes back to the previous version by itself", [{"part": "rollout"}]),
    ("model-serving", "replicas grow and shrink with the traffic", [{"part": "autoscaling"}]),
    ("model-serving", "must stay in Sweden", [{"data_residency": "eu"}]),
    ("model-serving", "runs in our VPC", [{"data_residency": "own-network"}]),
    ("feature-store", "values must not be more than 20 s old", [{"freshness": "<= 20 second"}]),
    ("feature-store", "lookups at prediction time", [{"part": "online-reads"}]),
    ("data-pipeline", "a task can be redone, with its history back-filled", [{"part": "backfills"}, {"part": "run-history"}]),
    ("data-pipeline", "teams have privileges on their own pipelines only", [{"part": "access-control"}]),
    ("experiment-tracking", "a repository of trained models", [{"part": "registry-link"}]),
    ("experiment-tracking", "pages open in 2 seconds", [{"search_p95": "<= 2 second"}]),
    ("training-compute", "does not fit on one machine", [{"part": "multi-node"}]),
    ("monitoring", "how the distribution of inputs changes", [{"part": "drift-detection"}]),
    ("monitoring", "know within 2 hours", [{"detection_delay": "<= 2 hour"}, {"part": "alerts"}]),
    ("monitoring", "labels come in after 40 days", [{"part": "performance-estimation"}]), ("monitoring", "no bias against the old", [{"part": "segment-analysis"}]),
    ("feature-store", "orders may be at most ten seconds old", [{"freshness": "<= 10 second"}]), ("model-serving", "seven milliseconds at the 99th percentile", [{"latency_p99": "<= 7 ms"}]),
    ("training-compute", "small jobs wait less than an hour", [{"start_time": "<= 1 hour"}, {"part": "queueing"}]), ("model-registry", "four eyes see it first", [{"part": "approval"}]), ("experiment-tracking", "curves in one plot", [{"part": "compare-ui"}]),
]
NO_NEEDS = [
    ("model-serving", "10s of thousands of customers"), ("model-serving", "scores over windows of 30 seconds"), ("data-pipeline", "pipelines that end after 60 seconds"), ("model-serving", "reduce 30% of cost, with reliability"), ("model-serving", "less than 100 tickets per month"),
    ("model-serving", "lets us only pay for what we use"), ("model-serving", "runs on-prem and in the cloud"), ("model-serving", "50 requests/s for each customer"), ("model-serving", "self-hosted on our own machines"),
    ("model-serving", "the engine is said to reach 2 million requests per second"), ("model-serving", "4,000 requests a second according to the vendor"), ("experiment-tracking", "no research budget"), ("training-compute", "train a 30B model"), ("training-compute", "jobs on up to 16 GPUs"),
    ("data-pipeline", "jobs of 20 seconds start on time"), ("experiment-tracking", "works on-premise as well"), ("model-serving", "scientists release without help from DevOps"), ("model-serving", "one model for all shops"), ("model-serving", "20 TB of pictures scored in weekly batches"),
]  # fmt: skip


@pytest.mark.parametrize(("component", "need"), NO_NEEDS)
def test_needs_that_only_look_like_a_limit_are_not_read(component: str, need: str) -> None:
    found = reading(component, needs=[need])
    assert (found.profile["organisation"], needs_of(found)) == ({}, {"workload": {}, "requirements": []})
    assert found.unread == [need]


@pytest.mark.parametrize(
    ("component", "need", "workload", "people"),
    [
        ("model-serving", "around 60 production models", {"models": "60 model"}, None), ("data-pipeline", "hundreds of nightly workflows", {"task_runs": "6083.33 to 273750 task/month", "pipelines": "200 to 900 pipeline"}, None), ("data-pipeline", "9,000 task executions a day", {"task_runs": "273750 task/month"}, None),
        ("experiment-tracking", "140 runs per week by 12 researchers", {"runs": "608.333 run/month"}, "12"), ("feature-store", "about 7 TB of history", {"offline_data": "7000 GB"}, None), ("feature-store", "60k writes per second", {"online_writes": "12000 to 30000 row/s"}, None),
        ("training-compute", "40 GPUs shared by everybody", {"gpu_hours_large": "8760 to 24820 gpu*hour/month"}, None), ("model-serving", "12 million rows scored in batches every night", {"batch_scored": "3.65e+08 prediction/month"}, None), 
        ("model-serving", "so that 18 data scientists can release", {}, "18"), ("model-serving", "two full-time data scientists would have been bound", {}, None), ("model-serving", "models for 3 regions", {}, None), ("data-pipeline", "12 engineers maintain pipelines", {}, None),
    ],
)  # fmt: skip
def test_amounts_in_needs(component: str, need: str, workload: dict[str, str], people: str | None) -> None:
    found = reading(component, needs=[need])
    assert needs_of(found)["workload"] == workload
    assert people is None or found.profile["organisation"]["ml_people"] == people
    assert people is not None or workload or "ml_people" not in found.profile["organisation"]
    resolve(Profile.model_validate(found.profile), component, CATALOG, as_of="2023-06")


@pytest.mark.parametrize(
    ("need", "have"),
    [("next to our Kafka and AWS", ["kafka", "aws"]), ("no Kubernetes to look after", []), ("not tied to AWS", []), ("data may not leave AWS", ["aws"]), ("away from Snowflake", []), ("not only on AWS", ["aws"])],
)
def test_what_is_refused_is_not_there(need: str, have: list[str]) -> None:
    assert reading("model-serving", needs=[need]).profile["have"] == have


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
    ("model-serving", "each data scientist deployed models in their own way", {"home-grown": True, "scattered": True, "parts": ["endpoint"]}),
    ("data-pipeline", "no longer maintained in-house scheduler", {"home-grown": True, "complaint": "no longer maintained in-house scheduler"}), ("data-pipeline", "Airflow with no monitoring", {"system": "airflow", "sourcing": "self-host"}),
    ("feature-store", "in-house library with no monitoring", "home-grown"), ("monitoring", "an in-house platform with no monitoring", "nothing"),
    ("model-serving", "in-house service that fell over, with high maintenance costs", {"home-grown": True, "complaint": "in-house service that fell over, with high maintenance costs"}),
    ("training-compute", "AWS Lambda functions", None), ("training-compute", "Lambda machines", {"system": "lambda-cloud", "sourcing": "managed"}), ("experiment-tracking", "tables kept with the aim of comparing runs", "home-grown"),
    ("feature-store", "SageMaker Feature Store", {"system": "sagemaker-feature-store", "sourcing": "managed"}), ("model-registry", "files with naming conventions", {"home-grown": True, "scattered": True, "parts": ["artifact-storage"]}),
    ("training-compute", "one GPU machine on AWS", {"system": "aws-ec2-gpu", "sourcing": "managed"}), ("training-compute", "p3.8xlarge machines", {"system": "aws-ec2-gpu", "sourcing": "managed"}),
    ("model-serving", "teams with serving code of their own", {"home-grown": True, "scattered": True, "parts": ["endpoint"]}), ("model-serving", "a third-party scoring service", None), ("model-serving", "an in-house service beside a vendor's", "home-grown"), ("monitoring", "what customers told us", None),
    ("data-pipeline", "Dagster, each team its own", {"system": "dagster", "sourcing": "self-host", "scattered": True}), ("data-pipeline", "no orchestrator, cron jobs on one machine", {"system": "cron", "parts": ["scheduling"]}), ("data-pipeline", "Airflow hosted by Astronomer", {"system": "astronomer-astro", "sourcing": "managed"}),
    ("data-pipeline", "Airflow, where fixing issues took more and more time", {"system": "airflow", "sourcing": "self-host", "complaint": "Airflow, where fixing issues took more and more time"}), ("feature-store", "Hopsworks on our Kubernetes", {"system": "hopsworks", "sourcing": "self-host"}),
    ("training-compute", "own GPU servers", {"system": "owned-gpu-cluster", "sourcing": "self-host"}), ("monitoring", "dashboards of latency, no ML observability", "nothing"), ("model-registry", "an S3 bucket", {"home-grown": True, "scattered": True, "parts": ["artifact-storage"]}),
    ("experiment-tracking", "MLflow that kept crashing", {"system": "mlflow", "sourcing": "self-host", "complaint": "MLflow that kept crashing"}), ("training-compute", "Slurm with long queues", {"system": "slurm", "sourcing": "self-host", "complaint": "Slurm with long queues"}),
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
        (["for a rapidly growing number of people"], (), None),
        (["find issues in the data", "values kept up to date"], (), None),
        (["speed up our models"], (), None),
        (["somebody hears of it when a release fails"], (), None),
        (["half the bill"], (), "half the bill"),
        ([], (("until a model is live", "several weeks", ""),), "until a model is live several weeks"),
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


HEADS = {
    "a team with 1 lead data scientist, 2 data scientists, 2 machine learning engineers and 1 MLOps engineer": "6", "100+ person ML team": "100", "a handful of ML engineers": "2 to 6", "a small data science team": "3 to 10", "small media company": "1 to 30",
    "for 40 product teams": "120 to 400", "10-20 data scientists": "10 to 20", "10 to 20 engineers": "10 to 20", "in 2021 a team": None, "2 FTE": "2", "small platform team": None, "company of 500 people": None, "the first and only data scientist": "1", "only data scientists": None, "one central applied ML team": "3 to 10", "squad of six": "6", "data team: 6": "6", "team size 12": "12", "team of about 15": "15", "under ten data scientists": "5 to 10", "the team grew from 7 to 60": "60",
    "900 employees, 35 in data": "35", "500 engineers, of whom 20 work on ML": "20", "a company with 2,000 engineers": None, "3 data scientists, 8 backend engineers": "3", "ML team of 4; 30 in data science": "4", "a 500-person company": None, "ML for small businesses": None,
}  # fmt: skip


def test_heads_and_stages() -> None:
    assert reading("model-serving", size="~25 data scientists, ~10 ML/data engineers").profile["organisation"] == {"ml_people": "35"}
    assert reading("model-serving", size="start-up").profile["organisation"] == {"ml_people": "1 to 30"}
    assert reading("model-serving", size="a Series A firm, team of 4").profile["organisation"] == {"ml_people": "4", "stage": "series-a"}
    assert reading("model-serving", size="9 modellers, 2 platform engineers", needs=["no DevOps"]).profile["organisation"] == {"ml_people": "9", "platform_people": "2"}
    for size, people in HEADS.items():
        assert reading("model-serving", size=size).profile["organisation"].get("ml_people") == people, size
    assert reading("data-pipeline", needs=["no DevOps skills"]).profile["organisation"] == {"platform_people": "0.05 to 0.5"}


def test_who_runs_nothing_has_no_platform_people() -> None:
    for need in ("no servers or Docker to maintain", "none of the DevOps work", "we did not want to run clusters ourselves", "hosted"):
        assert reading("model-serving", needs=[need]).profile["organisation"] == {"platform_people": "0.05 to 0.5"}, need
    for need in ("no need for scientists to manage servers", "released without waiting for DevOps", "EU-hosted", "self-hosted", "hosted in our data centre"):
        assert reading("model-serving", needs=[need]).profile["organisation"] == {}, need


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


def test_a_need_is_read_sentence_by_sentence() -> None:
    text = "Answers within 90 ms. For each shop there are 40 requests a second. About 300 models in all, approx. 5 of them large. Batches are of no interest."
    found = past({"component": "model-serving", "year": 2022, "requirements": [text, "no downtime"]}, "x", "2026-11")
    assert found.known is not None
    assert len(found.known.needs) == 5
    assert needs_of(read(found.known, CATALOG))["workload"] == {"models": "300 model"}


@pytest.mark.parametrize(("word", "then"), [("decision", True), ("at the time", True), ("time of the decision", True), ("then", True), ("back then", True), ("at the time of writing", False), ("today", False), ("later", False)])
def test_words_for_the_time_of_the_decision(word: str, then: bool) -> None:
    found = past({"component": "model-serving", "year": 2022, "scale": [{"what": "models", "value": 30, "unit": "models", "as_of": word}]}, "x", "2026-11")
    assert found.known is not None
    assert bool(found.known.figures) == then


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


def test_the_second_hold_out_can_be_replayed() -> None:
    cases = load(PAST.parent / "hold_out", "2026-11")
    assert len(cases) == 16
    assert all(p.known is not None for p in cases)
    for p in cases:
        assert p.known is not None
        resolve(Profile.model_validate(read(p.known, CATALOG).profile), p.known.component, CATALOG, as_of=p.known.as_of)


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
