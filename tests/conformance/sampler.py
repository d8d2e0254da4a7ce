"""A committed, seeded sampler of plausible profiles.

A profile has a class of people and, mostly, the same class of workload; the four classes come in
equal numbers. Figures are drawn log-uniformly from bands around the typical values at S, M, L and XL
that the catalog's components state (people: 3, 30, 150, 600; reads a second: 20, 300, 5,000, 300,000;
...), reaching to about the geometric middle between neighbours, so that the bands tile the whole range.
What a team has, runs, was quoted or counted is drawn from the chances below, our own judgement, flat
and wide. Nothing here was tuned to what comes out; a change of any figure is a change of the population
and belongs in the changelog.
"""

from __future__ import annotations

import math
import random
from typing import Any

SEED = 20261103
N = 520
CLASSES = ("S", "M", "L", "XL")
Range = tuple[float, float]

ML_PEOPLE: dict[str, Range] = {"S": (1, 9), "M": (10, 66), "L": (67, 299), "XL": (300, 1200)}
PLATFORM_SHARE: Range = (0.08, 0.5)  # platform people per ML person
STAGES = {
    "S": ("seed", "seed", "series-a", "series-a", "series-b"),
    "M": ("series-a", "series-b", "series-b", "growth", "enterprise"),
    "L": ("series-b", "growth", "growth", "enterprise", "enterprise"),
    "XL": ("growth", "enterprise", "enterprise"),
}
OTHER_CLASS = 0.15  # chance that the workload is one class below the people, and as much above
REGIONS = {"us": 0.40, "eu": 0.25, "uk": 0.12, "apac": 0.10, "ca": 0.08, None: 0.05}

# What exists already: chance at S, M, L, XL.
HAVE = {
    "kubernetes": (0.30, 0.60, 0.80, 0.95),
    "postgres": (0.70, 0.80, 0.90, 0.95),
    "redis": (0.35, 0.60, 0.75, 0.90),
    "object-storage": (0.80, 0.90, 0.95, 1.00),
    "warehouse": (0.35, 0.70, 0.90, 0.95),
    "scheduler": (0.40, 0.70, 0.90, 0.95),
    "metrics": (0.40, 0.75, 0.90, 0.95),
    "on-call": (0.10, 0.45, 0.80, 0.95),
    "kafka": (0.05, 0.25, 0.60, 0.85),
}
CLOUDS = {"aws": 0.50, "gcp": 0.25, "azure": 0.15, None: 0.10}
DATABRICKS = (0.05, 0.15, 0.30, 0.40)  # a Databricks account, where there is a warehouse

# Workload at S, M, L, XL; each quantity is given with chance GIVEN, else the catalog's prior holds.
GIVEN = 0.75
WORKLOAD: dict[str, dict[str, tuple[str, tuple[Range, Range, Range, Range]]]] = {
    "experiment-tracking": {
        "runs": ("run/month", ((30, 775), (776, 10_900), (11_000, 199_000), (200_000, 4_000_000))),
        "data_stored": ("GB", ((5, 1_000), (50, 10_000), (500, 100_000), (5_000, 1_000_000))),
    },
    "feature-store": {
        "online_reads": ("req/s", ((0.5, 77), (78, 1_220), (1_230, 38_000), (39_000, 1_000_000))),
        "models": ("model", ((1, 14), (15, 109), (110, 948), (950, 5_000))),
        "features": ("feature", ((10, 300), (50, 2_000), (300, 10_000), (1_000, 60_000))),
        "online_data": ("GB", ((0.5, 30), (3, 300), (30, 3_000), (300, 50_000))),
    },
    "model-serving": {
        "requests": ("req/s", ((0.2, 77), (78, 1_220), (1_230, 31_500), (32_000, 500_000))),
        "models": ("model", ((1, 14), (15, 109), (110, 948), (950, 5_000))),
        "cpu_time": ("ms/req", ((1, 60),) * 4),
        "model_memory": ("GB/model", ((0.05, 3),) * 4),
    },
}
USERS_PER_PERSON: Range = (0.6, 1.5)  # tracking: seats per ML person
GPU = 0.20  # chance that some models need a GPU
GPU_SHARE: Range = (0.05, 1.0)  # share of the models
GPU_TIME: Range = (2, 60)  # ms a request, averaged over all requests
BATCH = 0.25  # chance of batch scoring too
BATCH_SCORED: dict[str, Range] = {"S": (1e4, 1e7), "M": (1e5, 1e8), "L": (1e6, 1e9), "XL": (1e7, 1e10)}
GROWTH = 0.30  # chance that growth is given
GROWTH_A_YEAR: Range = (0.05, 1.5)

LISTED = 0.35  # chance that the parts are listed; else what is usual at that scale is required
CORE = {
    "experiment-tracking": ("run-logging", "compare-ui"),
    "feature-store": ("registry", "batch-materialise"),
    "model-serving": ("endpoint", "packaging"),
}
EXTRA = {
    "experiment-tracking": ("artifact-store", "run-search-api", "registry-link", "access-control", "reports-sharing", "sweeps", "alerts"),
    "feature-store": ("online-reads", "point-in-time-join", "streaming-features", "feature-monitoring", "access-control"),
    "model-serving": ("serving-metrics", "rollout", "autoscaling", "dynamic-batching", "multi-model", "gpu-serving", "batch-scoring", "composition"),
}
EXTRA_CHANCE = 0.40

NOTHING, HOME_GROWN = 0.76, 0.12  # the rest run a system
SYSTEMS = {
    "experiment-tracking": ("mlflow", "weights-and-biases", "comet"),
    "feature-store": ("feast",),
    "model-serving": ("fastapi-container", "bentoml", "triton", "ray-serve"),
}
UPKEEP_HOURS: dict[str, Range] = {"S": (2, 60), "M": (8, 200), "L": (40, 800), "XL": (150, 3_000)}
UPKEEP_COUNTED = 0.5

RESIDENCY, OWN_NETWORK, COMPLIANCE = 0.08, 0.03, 0.10
CERTIFICATES = ("soc2", "iso27001", "hipaa", "gdpr")
QUOTED = 0.06
QUOTE_A_SEAT: Range = (15, 400)  # USD a month per ML person
QUOTABLE = {
    "experiment-tracking": ("weights-and-biases", "comet"),
    "feature-store": ("hopsworks", "databricks-feature-store"),
    "model-serving": ("bentocloud", "sagemaker-endpoints"),
}
GAPS = 0.15
GAP_HOURS_A_PERSON: Range = (0.05, 4)  # hours a month lost per ML person; own builds included
GAP_OF = {
    "experiment-tracking": ("mlflow", "weights-and-biases", "sagemaker-managed-mlflow", "build"),
    "feature-store": ("feast", "databricks-feature-store", "sagemaker-feature-store", "build"),
    "model-serving": ("bentoml", "triton", "sagemaker-endpoints", "build"),
}
ESTIMATED = 0.10  # chance of an own estimate of the build
ESTIMATE: dict[str, Range] = {"S": (0.5, 9), "M": (2, 25), "L": (6, 60), "XL": (15, 150)}  # person-months
CREDITS = 0.15  # of S and M with a cloud
CREDIT_USD: Range = (5_000, 100_000)

# The further components: the first teams of the sample with needs for these drawn beside, each from a
# stream of its own, so that none of them moves what is drawn for another.
WIDER_N = 520
WIDER_WORKLOAD: dict[str, dict[str, tuple[str, tuple[Range, Range, Range, Range]]]] = {
    "data-pipeline": {
        "pipelines": ("pipeline", ((2, 28), (29, 252), (253, 2_190), (2_200, 20_000))),
        "task_runs": ("task/month", ((500, 15_800), (15_900, 187_000), (188_000, 2_210_000), (2_220_000, 30_000_000))),
        "task_time": ("minute/task", ((1, 15),) * 4),
    },
    "monitoring": {
        "predictions": ("prediction/s", ((0.2, 77), (78, 1_220), (1_230, 31_500), (32_000, 500_000))),
        "models": ("model", ((1, 14), (15, 109), (110, 948), (950, 5_000))),
        "record_size": ("kB/prediction", ((0.3, 5),) * 4),
    },
    "training-compute": {
        "gpu_hours_large": ("gpu*hour/month", ((20, 2_730), (2_740, 47_400), (47_500, 474_000), (475_000, 5_000_000))),
        "gpu_hours_small": ("gpu*hour/month", ((50, 3_870), (3_880, 38_700), (38_800, 244_000), (245_000, 2_000_000))),
        "jobs": ("job", ((2, 25), (10, 200), (80, 900), (300, 4_000))),
        "busy_share": ("", ((0.3, 0.85),) * 4),
    },
}
WIDER_CORE = {
    "data-pipeline": ("scheduling", "dependencies"),
    "monitoring": ("prediction-logging", "drift-detection"),
    "training-compute": ("gpu-capacity", "job-launching"),
}
WIDER_EXTRA = {
    "data-pipeline": ("retries", "run-history", "alerts", "backfills", "workers", "triggers", "access-control", "lineage"),
    "monitoring": ("data-quality", "performance-tracking", "alerts", "dashboards", "segment-analysis", "access-control", "explanations", "performance-estimation"),
    "training-compute": ("cost-accounting", "queueing", "access-control", "multi-node", "recovery"),
}
WIDER_SYSTEMS = {
    "data-pipeline": ("cron", "airflow", "prefect", "amazon-mwaa"),
    "monitoring": ("prometheus-grafana", "evidently"),
    "training-compute": ("bare-gpu-machines", "aws-ec2-gpu", "lambda-cloud", "slurm"),
}
WIDER_QUOTABLE = {"data-pipeline": ("astronomer-astro", "dagster-plus"), "monitoring": ("arize-ax", "fiddler")}  # GPUs are not sold by the head
WIDER_GAP_OF = {
    "data-pipeline": ("airflow", "prefect", "amazon-mwaa", "build"),
    "monitoring": ("evidently", "arize-ax", "vertex-ai-model-monitoring", "build"),
    "training-compute": ("skypilot", "aws-ec2-gpu", "lambda-cloud", "build"),
}


def profiles(n: int = N, seed: int = SEED) -> list[dict[str, Any]]:
    """`n` profiles in the profile format, a quarter of each class of people, all components each."""
    return [_profile(random.Random(f"{seed}:{i}"), CLASSES[i % 4], i) for i in range(n)]


def wider_profiles(n: int = WIDER_N, seed: int = SEED) -> list[dict[str, Any]]:
    """The first `n` teams of the sample, with the further components in place of the others."""
    return [_wider(team, seed, i) for i, team in enumerate(profiles(n, seed))]


def _wider(team: dict[str, Any], seed: int, index: int) -> dict[str, Any]:
    components = {c: _wider_needs(random.Random(f"{seed}:{index}:{c}"), c, CLASSES[index % 4], team["organisation"]) for c in WIDER_WORKLOAD}
    return {**team, "components": components}


def _wider_needs(rng: random.Random, component: str, people: str, organisation: dict[str, Any]) -> dict[str, Any]:
    step = rng.random()
    shift = -1 if step < OTHER_CLASS else 1 if step > 1 - OTHER_CLASS else 0
    k = min(max(CLASSES.index(people) + shift, 0), 3)
    workload: dict[str, Any] = {}
    for name, (unit, ranges) in WIDER_WORKLOAD[component].items():
        value = between(rng, ranges[k])
        if rng.random() < GIVEN:
            workload[name] = f"{round(value) if unit in ('model', 'pipeline', 'job') else value:.15g} {unit}".strip()
    if rng.random() < GROWTH:
        workload["growth"] = between(rng, GROWTH_A_YEAR)
    needs: dict[str, Any] = {"current": _running(rng, WIDER_SYSTEMS[component], people), "workload": workload}
    if rng.random() < LISTED:
        needs["parts"] = [*WIDER_CORE[component], *(p for p in WIDER_EXTRA[component] if rng.random() < EXTRA_CHANCE)]
    requirements = _requirements(rng, organisation.get("region"))
    if requirements:
        needs["requirements"] = requirements
    ml_people = organisation["ml_people"]
    if rng.random() < QUOTED and component in WIDER_QUOTABLE:
        needs["quotes"] = {rng.choice(WIDER_QUOTABLE[component]): f"{max(ml_people, 3) * between(rng, QUOTE_A_SEAT):.0f} USD/month"}
    if rng.random() < GAPS:
        whom = rng.sample(WIDER_GAP_OF[component], rng.choice((1, 2)))
        needs["gap_hours"] = {x: f"{ml_people * between(rng, GAP_HOURS_A_PERSON):.3g} h/month" for x in whom}
    if rng.random() < ESTIMATED:
        months = between(rng, ESTIMATE[people])
        needs["estimates"] = {"build": f"{months:.3g} to {2 * months:.3g} person_months"}
    return needs


def between(rng: random.Random, low_high: Range) -> float:
    """A log-uniform draw, to three digits."""
    low, high = low_high
    value = math.exp(rng.uniform(math.log(low), math.log(high)))
    return float(f"{value:.3g}")


def one_of(rng: random.Random, chances: dict[Any, float]) -> Any:
    return rng.choices(list(chances), weights=list(chances.values()))[0]


def _profile(rng: random.Random, people: str, index: int) -> dict[str, Any]:
    k = CLASSES.index(people)
    ml_people = max(1, round(between(rng, ML_PEOPLE[people])))
    organisation: dict[str, Any] = {
        "stage": rng.choice(STAGES[people]),
        "ml_people": ml_people,
        "platform_people": max(0.1, float(f"{ml_people * between(rng, PLATFORM_SHARE):.2g}")),
    }
    region = one_of(rng, REGIONS)
    if region:
        organisation["region"] = region
    have = [name for name, chances in HAVE.items() if rng.random() < chances[k]]
    cloud = one_of(rng, CLOUDS)
    if cloud:
        have.append(cloud)
    if "warehouse" in have and rng.random() < DATABRICKS[k]:
        have.append("databricks")
    profile: dict[str, Any] = {"name": f"sampled {index}", "organisation": organisation, "have": have, "components": {}}
    if cloud and k < 2 and rng.random() < CREDITS:
        profile["credits"] = {cloud: f"{between(rng, CREDIT_USD):.0f} USD"}
    for component in WORKLOAD:
        profile["components"][component] = _needs(rng, component, people, ml_people, region)
    return profile


def _needs(rng: random.Random, component: str, people: str, ml_people: int, region: str | None) -> dict[str, Any]:
    step = rng.random()
    shift = -1 if step < OTHER_CLASS else 1 if step > 1 - OTHER_CLASS else 0
    k = min(max(CLASSES.index(people) + shift, 0), 3)
    needs: dict[str, Any] = {"current": _current(rng, component, people), "workload": _workload(rng, component, k, ml_people)}
    if rng.random() < LISTED:
        needs["parts"] = [*CORE[component], *(p for p in EXTRA[component] if rng.random() < EXTRA_CHANCE)]
    requirements = _requirements(rng, region)
    if requirements:
        needs["requirements"] = requirements
    if rng.random() < QUOTED:
        seats = max(ml_people, 3)
        needs["quotes"] = {rng.choice(QUOTABLE[component]): f"{seats * between(rng, QUOTE_A_SEAT):.0f} USD/month"}
    if rng.random() < GAPS:
        whom = rng.sample(GAP_OF[component], rng.choice((1, 2)))
        needs["gap_hours"] = {x: f"{ml_people * between(rng, GAP_HOURS_A_PERSON):.3g} h/month" for x in whom}
    if rng.random() < ESTIMATED:
        months = between(rng, ESTIMATE[people])
        needs["estimates"] = {"build": f"{months:.3g} to {2 * months:.3g} person_months"}
    return needs


def _workload(rng: random.Random, component: str, k: int, ml_people: int) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for name, (unit, ranges) in WORKLOAD[component].items():
        value = between(rng, ranges[k])
        if rng.random() < GIVEN:
            out[name] = f"{round(value) if unit == 'model' else value:g} {unit}"
    if component == "experiment-tracking" and rng.random() < GIVEN:
        out["users"] = f"{max(1, round(ml_people * between(rng, USERS_PER_PERSON)))} seats"
    if component == "model-serving":
        if rng.random() < GPU:
            models = float(out.get("models", f"{between(rng, WORKLOAD[component]['models'][1][k])} model").split()[0])
            out["models"] = f"{max(1, round(models)):g} model"
            out["gpu_models"] = f"{max(1, round(models * between(rng, GPU_SHARE))):g} model"
            out["gpu_time"] = f"{between(rng, GPU_TIME):g} ms/req"
        if rng.random() < BATCH:
            out["batch_scored"] = f"{between(rng, BATCH_SCORED[CLASSES[k]]):.0f} prediction/month"
    if rng.random() < GROWTH:
        out["growth"] = between(rng, GROWTH_A_YEAR)
    return out


def _current(rng: random.Random, component: str, people: str) -> Any:
    return _running(rng, SYSTEMS[component], people)


def _running(rng: random.Random, systems: tuple[str, ...], people: str) -> Any:
    u = rng.random()
    system = rng.choice(systems)
    since = f"{rng.randint(2022, 2026)}-0{rng.randint(1, 9)}"
    counted = rng.random() < UPKEEP_COUNTED
    hours = f"{between(rng, UPKEEP_HOURS[people]):.3g} h/month"
    if u < NOTHING:
        return "nothing"
    if u < NOTHING + HOME_GROWN:
        out: dict[str, Any] = {"home-grown": f"since {since}"}
        if counted:
            out["upkeep"] = hours
        return out
    return {"system": system, "since": since}


def _requirements(rng: random.Random, region: str | None) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    u = rng.random()
    if u < OWN_NETWORK:
        out.append({"data_residency": "own-network"})
    elif u < OWN_NETWORK + RESIDENCY and region:
        out.append({"data_residency": region})
    certificate = rng.choice(CERTIFICATES)
    if rng.random() < COMPLIANCE:
        out.append({"compliance": certificate})
    return out
