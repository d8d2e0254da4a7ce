"""Profiles of the claims' own: derived from the sampler's by changing what the claim is about.

Each set is a pair or more of lists in the same order, so that a lever is judged on the same teams and
the same draws.
"""

from __future__ import annotations

import functools
import random
from typing import Any

import bars
import sampler
from population import Verdict, catalog, changed, decide_all, outcome, verdict

from buildbuy.decide.outcome import Outcome

Profile = dict[str, Any]
TRACKING, STORE, SERVING = bars.COMPONENTS
PIPELINE, MONITORING, TRAINING = bars.WIDER
REGISTRY = "model-registry"
SIMPLE = ["endpoint", "packaging"]
THROUGHPUT = ["endpoint", "packaging", "dynamic-batching", "multi-model", "gpu-serving"]


@functools.cache
def sampled() -> tuple[Profile, ...]:
    return tuple(sampler.profiles())


@functools.cache
def wider() -> tuple[Profile, ...]:
    return tuple(sampler.wider_profiles())


def classes(*wanted: str) -> list[int]:
    """Indices of the sampled profiles of these classes of people."""
    return [i for i in range(len(sampled())) if sampler.CLASSES[i % 4] in wanted]


def bare(index: int, component: str, **more: Any) -> Profile:
    """A sampled team for which the component is still open: nothing runs, no musts, no own figures."""
    cleared: dict[str, Any] = {"current": "nothing", "requirements": None, "quotes": None, "gap_hours": None, "estimates": None}
    whole = (wider() if component in bars.WIDER else sampled())[index]
    needs = {k: v for k, v in whole["components"].get(component, {}).items() if k not in cleared}
    empty = {**whole, "components": {component: needs}}
    return changed(empty, component, **{"current": "nothing", **more})


def decided(component: str, found: list[tuple[int, Profile]]) -> tuple[Verdict, ...]:
    return tuple(decide_all((i, p, component) for i, p in found))


# -- claims that were added last: a few teams each --------------------------------------------------


@functools.cache
def teams() -> tuple[tuple[tuple[str, Outcome], ...], ...]:
    """The first teams with everything the sampler draws for them, component by component."""
    return tuple(tuple((c, outcome(p, c)) for c in bars.COMPONENTS) for p in sampled()[: bars.FEW])


def every_component(index: int) -> Profile:
    """A sampled team that asks about every component of the catalog."""
    whole = sampled()[index]
    return {**whole, "components": {name: whole["components"].get(name, {}) for name in catalog().components}}


@functools.cache
def storage() -> tuple[tuple[Verdict, Verdict], ...]:
    """Tracking for teams that choose, and the same with three times the data kept."""
    found = [(i, p) for i, p in enumerate(sampled()) if (p["components"][TRACKING].get("current") or {}) != "home-grown"][: bars.FEW]
    more = {f"{TRACKING}.data_stored": 3.0}
    return tuple((verdict(i, p, TRACKING), verdict(i, p, TRACKING, more)) for i, p in found)


# -- exceptions and needs --------------------------------------------------------------------------


@functools.cache
def residency() -> tuple[Verdict, ...]:
    """Tracking, greenfield, metadata may not leave the own network: 100 teams of all classes."""
    must = [{"data_residency": "own-network"}]
    return decided(TRACKING, [(i, bare(i, TRACKING, requirements=must)) for i in range(100)])


def without_heavy_needs(index: int) -> Profile:
    """A sampled S or M team that serves small models on CPUs from an endpoint of its own."""
    profile = bare(index, SERVING, parts=SIMPLE)
    needs = profile["components"][SERVING]
    needs["workload"] = {k: v for k, v in needs["workload"].items() if k not in ("gpu_models", "gpu_time", "batch_scored")}
    return profile


@functools.cache
def simple_serving() -> tuple[Verdict, ...]:
    """S and M teams that need an endpoint and packaging only."""
    return decided(SERVING, [(i, without_heavy_needs(i)) for i in classes("S", "M")[:140]])


@functools.cache
def throughput_serving() -> tuple[Verdict, ...]:
    """The same teams with batching, many models and GPUs needed: half of the models on GPUs."""
    out = []
    for i in classes("S", "M")[:140]:
        rng = random.Random(f"throughput:{i}")
        models = max(2, round(sampler.between(rng, (4, 60))))
        needs = {"models": f"{models} model", "gpu_models": f"{max(1, models // 2)} model", "gpu_time": f"{sampler.between(rng, sampler.GPU_TIME):g} ms/req"}
        out.append((i, changed(without_heavy_needs(i), SERVING, parts=THROUGHPUT, workload=needs)))
    return decided(SERVING, out)


@functools.cache
def stores(exception: str) -> tuple[Verdict, ...]:
    """Feature stores of 48 M and L teams: `ordinary`, or with one of the named exceptions.

    latency: reads must come within 0.5 to 2 ms at the 99th percentile. volume: 0.3 to 3 million reads
    a second. residency: own network only.
    """
    out = []
    for i in classes("M", "L")[:48]:
        rng = random.Random(f"store:{i}")
        latency = sampler.between(rng, (0.5, 2))
        reads = sampler.between(rng, (3e5, 3e6))
        more: dict[str, Any] = {}
        if exception == "latency":
            more = {"requirements": [{"online_read_p99": f"{latency:g} ms"}]}
        elif exception == "volume":
            more = {"workload": {"online_reads": f"{reads:g} req/s"}}
        elif exception == "residency":
            more = {"requirements": [{"data_residency": "own-network"}]}
        out.append((i, bare(i, STORE, **more)))
    return decided(STORE, out)


# -- when to build ---------------------------------------------------------------------------------

IMAGINED: dict[str, list[dict[str, Any]]] = {
    TRACKING: [{"data_residency": "own-network", "origin": "anticipated", "probability": 0.3, "when": "2028-06"}],
    STORE: [
        {"data_residency": "own-network", "origin": "anticipated", "probability": 0.3, "when": "2028-06"},
        {"part": "streaming-features", "origin": "anticipated", "probability": 0.3, "when": "2028-06"},
    ],
    SERVING: [
        {"data_residency": "own-network", "origin": "anticipated", "probability": 0.3, "when": "2028-06"},
        {"part": "multi-model", "origin": "anticipated", "probability": 0.3, "when": "2028-06"},
    ],
}


def series_a() -> list[int]:
    """Indices of 40 sampled S and M teams at Series A."""
    return [i for i in classes("S", "M") if sampled()[i]["organisation"]["stage"] == "series-a"][:40]


@functools.cache
def at_series_a(component: str, imagined: bool) -> tuple[Verdict, ...]:
    more = {"requirements": IMAGINED[component]} if imagined else {}
    return decided(component, [(i, bare(i, component, **more)) for i in series_a()])


@functools.cache
def large(component: str, evidence: bool) -> tuple[Verdict, ...]:
    """32 L and XL teams, greenfield; with `evidence` they bring what W2 asks for.

    That is: a measured saving that only control brings (1 to 20% of the ML payroll), counted gap hours
    of the products (1 to 6 a month per ML person) and of an own build (0.05 to 0.5), and an estimate of
    the build from their own record.
    """
    products = {
        TRACKING: ("mlflow", "weights-and-biases", "comet", "sagemaker-managed-mlflow", "databricks-managed-mlflow", "weights-and-biases-dedicated"),
        STORE: ("feast", "tecton", "hopsworks", "vertex-ai-feature-store", "sagemaker-feature-store", "databricks-feature-store"),
        SERVING: ("triton", "bentoml", "ray-serve", "seldon-core", "mlserver", "bentocloud", "sagemaker-endpoints", "vertex-ai-endpoints"),
    }
    out = []
    for i in classes("L", "XL")[:32]:
        rng = random.Random(f"evidence:{component}:{i}")
        people = sampled()[i]["organisation"]["ml_people"]
        gaps = {x: f"{people * sampler.between(rng, (1, 6)):.3g} h/month" for x in products[component]}
        gaps["build"] = f"{people * sampler.between(rng, (0.05, 0.5)):.3g} h/month"
        value = people * 152 * 100 * sampler.between(rng, (0.01, 0.2))
        months = sampler.between(rng, sampler.ESTIMATE[sampler.CLASSES[i % 4]])
        more: dict[str, Any] = {}
        if evidence:
            more = {
                "gap_hours": gaps,
                "differentiation": {"claim": "control of the read path", "value_monthly": f"{value:.0f} USD/month", "measured": "A/B test, 8 weeks"},
                "estimates": {"build": f"{months:.3g} to {1.5 * months:.3g} person_months"},
            }
        out.append((i, bare(i, component, **more)))
    return decided(component, out)


# -- levers ----------------------------------------------------------------------------------------

PAIRS = 16
CLAIM = {"claim": "ranking by own signals", "value_monthly": "20000 USD/month"}
OWN_CODE = {"home-grown": "since 2024-03", "upkeep": "80 h/month"}
LEVERS: dict[str, dict[str, Any]] = {
    "base": {},
    "a measured claim": {"differentiation": {**CLAIM, "measured": "A/B test, 6 weeks"}},
    "a stated claim": {"differentiation": CLAIM},
    "gaps of a build": {"gap_hours": {"build": "40 h/month"}},
    "more gaps of a build": {"gap_hours": {"build": "160 h/month"}},
    "own network": {"requirements": [{"data_residency": "own-network"}]},
    "in the EU, HIPAA": {"requirements": [{"data_residency": "eu"}, {"compliance": "hipaa"}]},
    "in the EU, HIPAA, wished": {"requirements": [{"data_residency": "eu", "level": "should"}, {"compliance": "hipaa", "level": "should"}]},
    "99.99% available": {"requirements": [{"availability": "99.99 percent"}]},
    "99% available": {"requirements": [{"availability": "99 percent"}]},
    "own code": {"current": OWN_CODE},
    "own code, more upkeep": {"current": {**OWN_CODE, "upkeep": "320 h/month"}},
}
MORE: dict[str, tuple[str, dict[str, float]]] = {  # a lever's profile, with efforts multiplied
    "upkeep x 3": ("base", {"{}.build.upkeep": 3.0}),
    "effort x 3": ("base", {"{}.build.production": 3.0, "{}.build.first_usable": 3.0}),
    "own code, nothing ends, more upkeep": ("own code, more upkeep", {"ending_": 1e-9}),
    "own code, nothing ends": ("own code", {"ending_": 1e-9}),
    "own code, nothing ends, exit x 5": ("own code", {"ending_": 1e-9, "migrate.": 5.0}),
}


@functools.cache
def lever(component: str, name: str) -> tuple[Verdict, ...]:
    """16 sampled teams of all classes with one lever set; all levers share teams and draws."""
    profile, factors = MORE.get(name, (name, {}))
    times = {k.format(component): v for k, v in factors.items()}
    return tuple(decide_all((i, bare(i, component, **LEVERS[profile]), component, times) for i in range(PAIRS)))


ESTIMATE = 12.0  # person-months


@functools.cache
def estimated(component: str) -> tuple[Verdict, ...]:
    """16 S and M teams with an estimate of their own; money isn't discounted, so that the ledger can
    be held against it.
    """
    own = {"build": f"{ESTIMATE:g} person_months"}
    out = [(i, {**bare(i, component, estimates=own), "method": {"discount_rate": 0.0}}) for i in classes("S", "M")[:PAIRS]]
    return decided(component, out)


@functools.cache
def running(component: str, system: str, **times: float) -> tuple[Verdict, ...]:
    """40 sampled teams of all classes that run a system today; `ending_` and `migrate` may be
    multiplied.
    """
    current = {"system": system, "since": "2024-03"}
    factors = {{"migrate": "migrate."}.get(k, k): v for k, v in times.items()}
    return tuple(decide_all((i, bare(i, component, current=current), component, factors) for i in range(40)))


# -- the further components ------------------------------------------------------------------------

TEAMS = 40
RUNNING = {  # what these teams are taken to run where leaving it is the question
    TRACKING: "weights-and-biases", STORE: "feast", SERVING: "bentoml",
    PIPELINE: "amazon-mwaa", MONITORING: "evidently", TRAINING: "lambda-cloud", REGISTRY: "weights-and-biases",
}  # fmt: skip
FURTHER = (PIPELINE, MONITORING, TRAINING, REGISTRY)


def lineage(index: int) -> Profile:
    """A registry that holds 3 to 8 years of lineage; how many models is left to the size of the team."""
    years = sampler.between(random.Random(f"lineage:{index}"), (3, 8))
    return {"lineage_years": f"{years:g} year"}


@functools.cache
def leaving(component: str) -> tuple[Verdict, ...]:
    """The first 40 sampled teams, running RUNNING's system today; of registries with years of lineage."""
    current = {"system": RUNNING[component], "since": "2024-03"}
    return decided(component, [(i, _open(i, component, current=current)) for i in range(TEAMS)])


@functools.cache
def choosing(component: str) -> tuple[Verdict, ...]:
    """The same teams with nothing running."""
    return decided(component, [(i, _open(i, component)) for i in range(TEAMS)])


def _open(index: int, component: str, **more: Any) -> Profile:
    extra = {"workload": lineage(index)} if component == REGISTRY else {}
    return bare(index, component, **more, **extra)
