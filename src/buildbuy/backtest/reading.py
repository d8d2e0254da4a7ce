"""From what was known to a profile, by the rules of docs/concepts/back-test.md, and nothing else.

The rules are tables of patterns, made from the vocabulary of components and not from any case's
outcome. A statement may meet several rules; one that meets none is kept in `unread`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from buildbuy.backtest.numbers import SIZES, Range, measured, number, rate, seconds_each
from buildbuy.backtest.past import Figure, Known
from buildbuy.catalog.load import Catalog
from buildbuy.quantities.estimate import parse
from buildbuy.quantities.months import after, before
from buildbuy.worlds.world import PEOPLE_SCALE, scale_position

NO_ASSISTANTS_BEFORE = "2022-06"  # GitHub Copilot became generally available on 2022-06-21
PEAK = re.compile(r"\b(peaks?|target|load.?test|maximum|max|burst|up to)\b")
PEAK_OVER_AVERAGE = (2.0, 5.0)  # the catalog's own class, peak_factor
WITHIN_CLASS = 3.0  # people are taken within this factor of the class of the largest figure
DAY = 86_400.0  # a rate for a day or longer is an average, not what must be sustained
MONTH_SECONDS = 2_628_000.0

CALLS = r"\breads?\b|lookup|request|\breqs?\b|quer|\bcalls?\b|evaluation|prediction|inference|\bscor|\bload\b|\bgets?\b|\bqps|\brps|\btps|\b[rq]pm\b"
RATES: dict[str, tuple[tuple[str, str, str, Range], ...]] = {  # component: (pattern, variable, unit, times)
    "feature-store": ((r"write|ingest|event", "online_writes", "row/s", (1, 1)), (CALLS, "online_reads", "req/s", (1, 1))),
    "model-serving": ((CALLS, "requests", "req/s", (1, 1)),),
    "monitoring": ((CALLS, "predictions", "prediction/s", (1, 1)),),
    "data-pipeline": ((r"task|job|step", "task_runs", "task/month", (1, 1)), (r"\bruns?\b|execution|workflow|pipeline|\bdags?\b|flow", "task_runs", "task/month", (1, 10))),
    "experiment-tracking": ((r"\bruns?\b|experiment|job|trial", "runs", "run/month", (1, 1)),),
    "training-compute": ((r"gpu.?hours?", "gpu_hours_large", "gpu*hour/month", (1, 1)),),
}  # fmt: skip
MODELS = r"\bmodels?\b|\bapplications?\b|use cases|\bml (projects|services)\b|projects"
VOLUME = re.compile(r"(?:\b|(?<=\d))([KMGTP]i?B|(?:kilo|mega|giga|tera|peta)bytes?)\b", re.IGNORECASE)
BYTES = {"k": 1e-6, "m": 1e-3, "g": 1.0, "t": 1e3, "p": 1e6}
SOME = (2.0, 90.0)  # "terabytes"
ROW_KB = (0.3e-6, 4e-6)  # GB a row: the catalog's own range of row_size
STOCKS: dict[str, tuple[tuple[str, str, str, Range], ...]] = {
    "feature-store": ((MODELS, "models", "model", (1, 1)), (r"\bfeatures?\b(?! (records|rows))", "features", "feature", (1, 1)), (r"records|rows|entities|keys", "online_data", "GB", ROW_KB)),
    "model-serving": ((MODELS, "models", "model", (1, 1)),),
    "monitoring": ((MODELS, "models", "model", (1, 1)),),
    "data-pipeline": ((r"workflows?|pipelines?|\bdags?\b", "pipelines", "pipeline", (1, 1)),),
    "experiment-tracking": ((MODELS, "models", "model", (1, 1)),),
    "model-registry": ((MODELS, "models", "model", (1, 1)),),
    "training-compute": ((r"\bgpus?\b", "gpu_hours_large", "gpu*hour/month", (0.3 * 730, 0.85 * 730)), (MODELS, "jobs", "job", (1, 2))),
}  # fmt: skip
DATA = {"feature-store": "offline_data", "experiment-tracking": "data_stored", "training-compute": "data_stored", "model-registry": "data_stored"}
PEOPLE = re.compile(r"data scientist|scientists|engineer|practitioner|developer|\b(internal|platform|ml|ai|data|notebook)\W+users?\b|\bpeople\b|\bteam of\b|researcher")
OTHERS = re.compile(r"customer|\bserved|company|employee|\bstaff\b|\bfirm\b|organi[sz]ation|monthly|daily|active users|visitor")  # heads, but not of those who do machine learning
MOST_PEOPLE = 20_000.0
OF_ONE = re.compile(r"\b(?:per|of (?:a|each|every|one|the (?:largest|smallest|average)))[ -](?!second|sec\b|min|hour|hr\b|day|night|week|month|quarter|year|annum|cent|\d)\w+|\b(?:for )?(?:each|every)\b(?! (?:second|minute|hour|day|night|week|month|year|\d))|\w/\s*(?:model|gpu|node|user|pod|instance|host|team|engineer|entity|customer)s?\b")  # said of one of several, no total
NO_COUNT = re.compile(r"%|\bper ?cent|[$€£]|\b(?:usd|eur|gbp|dollars?|euros?|latency|milliseconds?|ms|seconds?|minutes?|hours?|days?|weeks?|months?|years?|accuracy)\b")  # a figure of something else than a number of things
NO_THINGS = re.compile(r"\b(?:parameters?|tokens?|size|dimensions?|layers?|cores?|v?cpus?|nodes?|servers?|lines? of code|calls?|requests?|predictions?)\b")
THING = re.compile(r"\b([a-z]{3,})\s*(?:/|\b(?:per|an?|each|every)\b)")
VALUES = re.compile(r"\bfeatures?( values?)?\s*(/|per\b)")
VALUES_READ = (10.0, 200.0)  # feature values that one request reads; assumed
TEAM = (3.0, 10.0)  # people of a team
HOW_MANY = r"(?:(?!20[0-3]\d\b)\d[\d.,]*k?(?:\s?(?:-|to)\s?\d[\d.,]*k?)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|(?:a )?few|several|(?:a )?handful|(?:a )?couple of hundred|(?:a )?couple|a dozen|tens|dozens|hundreds|thousands)"
BETWEEN_THEM = r"(?:(?!(?:an?|the|teams?|projects?|models?|with|and|for|in|at|to|years?|months?)\b)[\w/-]+\s+){0,3}"  # "25 ML/data engineers"
START_UP = (1.0, 30.0)  # scale S or M
NOBODY = "0.05 to 0.5"  # people for platforms where the case says there are none
STAGES = ((r"\bseed\b", "seed"), (r"series[- ]a\b", "series-a"), (r"series[- ]b\b", "series-b"), (r"\bbank\b|enterprise|large (firm|company)|fortune", "enterprise"))

PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "feature-store": (
        (r"point.in.time|time travel|leakage", "point-in-time-join"), (r"stream|real.?time features|kafka|kinesis|fresh|near.real.time", "streaming-features"),
        (r"\bonline\b|low.latency|serving|production reads|lookups?/s|reads? per", "online-reads"), (r"\bbatch\b|offline|warehouse|bigquery|scheduled|materiali[sz]", "batch-materialise"),
        (r"shar(e|ing)|re-?us|registry|catalog|definition|discover|search", "registry"), (r"monitor|drift|quality", "feature-monitoring"), (r"access control|permission|govern|audit", "access-control"),
    ),
    "model-serving": (
        (r"canary|roll.?back|shadow|a/b|gradual|blue.green", "rollout"), (r"auto.?scal|independent scaling|scale to zero|elastic\b", "autoscaling"), (r"(dynamic|micro|adaptive|request).?batching", "dynamic-batching"),
        (r"many models|multi.?model|thousands of models|hundreds of models|one model per", "multi-model"), (r"\bgpus?\b|deep learning|transformers|llm", "gpu-serving"),
        (r"batch (pred|infer|scor|job|work)|offline (batch|infer|pred)|for batch|and batch", "batch-scoring"), (r"compose|several models per request|ensemble|model (chain|graph)|multi.step", "composition"),
        (r"observab|metrics|monitor", "serving-metrics"), (r"one artefact|packag|framework.agnostic|any framework|model.agnostic|portable", "packaging"),
    ),
    "data-pipeline": (
        (r"depend", "dependencies"), (r"retr(y|ies)|resilien|fault.toleran|recover", "retries"), (r"failure visib|alert|notif", "alerts"), (r"backfill|historical|catch.?up", "backfills"),
        (r"isolat|per-task|horizontal|own resources|many jobs|tens of thousands of jobs", "workers"), (r"event.driven|trigger|sensor", "triggers"), (r"access control|permission|multi.tenan|govern", "access-control"),
        (r"lineage|version", "lineage"), (r"history|run log", "run-history"), (r"schedul|cron", "scheduling"),
    ),
    "monitoring": (
        (r"drift", "drift-detection"), (r"data.?quality|schema|validation|anomal|column-level", "data-quality"), (r"performance|accuracy|business metric", "performance-tracking"), (r"alert|alarm|catch", "alerts"),
        (r"segment|cohort|slice|fairness", "segment-analysis"), (r"explain|interpret", "explanations"), (r"dashboard", "dashboards"), (r"llm|prompt|trace", "llm-traces"), (r"access control|permission|govern|audit", "access-control"),
        (r"without labels|delayed (labels|ground)", "performance-estimation"),
    ),
    "experiment-tracking": (
        (r"registry", "registry-link"), (r"compar", "compare-ui"), (r"artefact|artifact|link code, run", "artifact-store"), (r"search|api\b|quer", "run-search-api"), (r"access control|permission|audit|govern", "access-control"),
        (r"report|shar(e|ing)|collab", "reports-sharing"), (r"sweep|hyper.?parameter", "sweeps"), (r"alert", "alerts"),
    ),
    "training-compute": (
        (r"queue|share (resources|gpus)|schedul|priority|quota", "queueing"), (r"multi.?node|distributed|horizontal scale|thousands of gpus", "multi-node"), (r"cost (account|attribut|show)|chargeback", "cost-accounting"),
        (r"\bspot\b|preempt|checkpoint|fault|recover|restart|resum", "recovery"), (r"access control|permission|multi.tenan", "access-control"),
    ),
    "model-registry": (
        (r"lineage", "lineage"), (r"search|discover|catalog", "search"), (r"approv|review|sign.?off", "approval"), (r"audit", "audit-trail"), (r"automated deploy|ci/cd|hook|trigger", "deployment-hooks"), (r"access control|permission", "access-control"),
    ),
}  # fmt: skip
LATENCY = {
    "feature-store": {"p95": "online_read_p99", "p99": "online_read_p99"}, "model-serving": {"p50": "latency_p50", "p95": "latency_p95", "p99": "latency_p99"},
    "data-pipeline": {"p95": "start_delay_p95", "p99": "start_delay_p95"}, "model-registry": {"p95": "lookup_p95", "p99": "lookup_p95"}, "experiment-tracking": {"p95": "search_p95", "p99": "log_call_p99"},
}  # fmt: skip
LOAD = {"feature-store": ("online_reads", "req/s"), "model-serving": ("requests", "req/s"), "monitoring": ("predictions", "prediction/s"), "model-registry": ("lookups", "req/s")}
LIMIT = re.compile(r"(?:\bp(?P<p>50|90|95|99|999|99\.9)\b)?[^\d]*?(?P<n>\d+(?:\.\d+)?)\s*-?(?P<u>ms|msecs?|millis(?:econds?)?|milliseconds?|secs?|seconds?|s)\b(?!/| of\b)", re.IGNORECASE)
WORDED = ((r"sub-?milliseconds?", "1 ms"), (r"single.digit (?:milliseconds?|ms)", "10 ms"), (r"double.digit (?:milliseconds?|ms)", "100 ms"), (r"sub-?second", "1 second"))  # limits in words
USUAL = re.compile(r"\b(average|mean|median|typical(ly)?|usual(ly)?)\b", re.IGNORECASE)
NO_LIMIT = re.compile(r"window|interval|\bevery\b|time-?outs?|retention|cold.?start|session|video|audio|clips?\b", re.IGNORECASE)  # a time that isn't how long an answer may take
STARTS = re.compile(r"start|launch|schedul|delay|latency|overhead|trigger", re.IGNORECASE)
LEAST_UPTIME = 90.0  # a percentage below it speaks of something else
UPTIME = re.compile(r"(\d\d(?:\.\d+)?)\s*(?:%|per ?cent\b)[^%]*\b(uptime|availab|sla|reliab)|\b(?:uptime|availab\w*|sla)\b[^%\d]*(\d\d(?:\.\d+)?)\s*(?:%|per ?cent\b)", re.IGNORECASE)
BUDGET = re.compile(r"(?:budget of|under|below|at most|less than|max(?:imum)?|no more than)\s*(?P<n>[$€£]?\s*\d[\d,.]*k?)\s*(?P<c>USD|EUR|GBP)?\s*(?:/|per|a)\s*month", re.IGNORECASE)
MONEY = re.compile(r"[$€£]|\b(USD|EUR|GBP|cost|budget|spend\w*|bill|price)\b", re.IGNORECASE)
FRESH = re.compile(r"fresh|up to date|stale|\bold(er)?\b|(updated|refreshed|recomputed) (within|every)|delay", re.IGNORECASE)
AGE = re.compile(r"sub-?(second|minute)|(?:within|every|older than|freshness of)\s+(\d+)\s*(seconds?|minutes?|hours?)|(\d+)\s*(second|minute|hour)s? (?:fresh|old)", re.IGNORECASE)
INSIDE = re.compile(r"without raw data leaving|(data|metadata|nothing).{0,20}(may not|must not|can.?not|never).{0,12}leave|^(?!.*cloud).*\bon-?prem(ise)?s?\b|air.?gap|own network|inside (our|the|its|their) (own )?(network|boundary|perimeter|data cent)", re.IGNORECASE)
REGIONS = re.compile(r"\b(eu|(?-i:US)|uk|canada|apac)\b.{0,15}(residen|only|hosted)|(?:residen\w*|stays?|remains?|kept|hosted) (?:in|inside|within) (?:the )?(eu|(?-i:US)|uk|canada|apac)\b", re.IGNORECASE)  # "us" is no country
CERTIFICATES = (("soc2", r"soc.?2"), ("iso27001", r"iso.?27001"), ("hipaa", r"hipaa"), ("gdpr", r"gdpr"), ("pci-dss", r"pci"), ("fedramp", r"fedramp"))
OPEN = re.compile(r"open.source (stack|only|licen)|no proprietary|must be open.source", re.IGNORECASE)
HANDS_OFF = re.compile(r"without operating|no (infrastructure|servers?|cluster)s? to (run|operate|manage)|no devops|no ops\b|fully managed|\bmanaged (service|airflow|offering|platform)|(?<!self.)hosted\b|no one to (run|operate)|small ops", re.IGNORECASE)
BATCH_ONLY = re.compile(r"offline batch|batch only|only batch", re.IGNORECASE)

NOTHING = re.compile(r"^(none\b(?! of)|nothing|no\b(?!.?(longer|code|\d)).*|n/a|not applicable|did(?:n.t| not) exist|greenfield)|no (shared )?platform\b|batch predictions only|trained locally", re.IGNORECASE)
WITHOUT = {"model-serving": r"no serving\b", "monitoring": r"no monitoring\b", "experiment-tracking": r"no (experiment )?tracking\b", "feature-store": r"no feature store\b", "data-pipeline": r"no orchestrat\w*", "model-registry": r"no (model )?registry\b"}  # said further on
UNKNOWN = re.compile(r"^(various|unknown|unclear|not stated|\?)", re.IGNORECASE)
AD_HOC = re.compile(
    r"ad.?hoc|per (team|project|service|model|step)|(?:each|every) (?:\w+ ){0,3}(?:team|scientist|engineer|project|squad|group)\b|by hand|hand.written|manual|notebooks?|one-off|silo|scripts?|embedded|inside (each|model)|re-?implemented|bespoke|disparate|generic|spreadsheet|\bexcel\b|google sheets|\bwiki\b|laptops?|workstations?|naming convention|shared (?:drive|folder)|separate services|rewriting models|features rebuilt|project-specific",
    re.IGNORECASE,
)  # fmt: skip
OWN = re.compile(r"in.?house|home.?(?:grown|built|made)|hand.?rolled|\bown\b|custom|self.?(made|built|run|written|developed)|internal|monolith|previous|earlier|older|framework|legacy|built|spark|gpu clusters?|kubernetes|service|redis|postgres|mysql|cassandra|dynamo|database|key-value|\btables?\b", re.IGNORECASE)
COMPLAINT = re.compile(  # what is said of something that costs people's time: toil, delay, breakage, limits, or that it should be better than it is
    r"\b(slow|(took|takes|taking) (a )?(very )?long|took (weeks|months|days|hours|long)|(weeks|months|days|hours) (later|to (deploy|ship|launch|iterate|change|release|production))|pain\w*|brittle|fragile|unreliable|unstable|outages?|incidents?|fell over|broken|conflicts?|unscalable|fail(s|ed|ing)|silent"
    r"|duplicat\w*|inconsisten\w*|fragment\w*|silo\w*|disparate|manual\w*|by hand|hand.?written|hand.?offs?|rewrit\w*|re-?implement\w*|rebuilt|one-off|naive|(close to|at|beyond) (capacity|(its|their|the) limits?)"
    r"|outgr[eo]w\w*|(did|does|do|could|can)(n.t| ?not) (scale|keep up)|bottlenecks?|(bill|costs?) (grown|grew|rose|rising)|(growing|rising|high) ([a-z]+ )?costs?|costly|burden|overhead|boilerplate|friction|stitched|block(s|ed|ing)|too (many|slow|expensive|costly|rigid|complex|much)|hard to|difficult\w*|cumbersome|legacy|dying|unmaintained|no longer maintained|end of life|deprecated"
    r"|technical debt|toil|waste[ds]?|cut|reduce\w*|less dependence|faster|fast iteration|iterat\w+|velocity|quick\w*|rapid(ly)?(?! (growing|growth|increasing))|speed up|cheaper|lower cost|much lower|easier|simpler|productivity|scale beyond)\b",
    re.IGNORECASE,
)  # fmt: skip
DURATION = re.compile(r"^\W*(minutes?|hours?|days?|weeks?|months?)\b", re.IGNORECASE)  # of a figure: how long something takes today
DOES = {  # what ad hoc code does of a component
    "feature-store": ("batch-materialise", "online-reads"), "model-serving": ("endpoint",), "data-pipeline": ("scheduling",), "experiment-tracking": ("run-logging",),
    "monitoring": ("prediction-logging", "alerts"), "training-compute": ("gpu-capacity",), "model-registry": ("artifact-storage",),
}  # fmt: skip
OTHER_NAMES = {  # products as stories call them
    "cron": r"\bcron(tab)?s?\b", "fastapi-container": r"\b(flask|fastapi)\b", "sagemaker-training": r"\bsagemaker( training)?( jobs?)?\b", "sagemaker-endpoints": r"\bsagemaker( endpoints?)?\b", "airflow": r"\bairflow\b",
    "amazon-mwaa": r"\bmwaa\b|managed (workflows for )?(apache )?airflow on aws", "google-cloud-composer": r"\b(cloud )?composer\b", "mlflow": r"\bmlflow\b", "databricks-managed-mlflow": r"databricks.{0,10}mlflow",
    "weights-and-biases": r"weights (&|and) biases|\bw&b\b|\bwandb\b", "seldon-core": r"\bseldon\b", "kserve": r"\bk(f|)serv(e|ing)\b", "lambda-cloud": r"(?<!aws )(?<!amazon )\blambda\b(?! functions?)", "astronomer-astro": r"\bastronomer\b|\bastro\b", "arize-ax": r"\barize\b(?! phoenix)", "neptune": r"\bneptune(\.ai)?\b", "triton": r"\btriton\b", "kubeflow-pipelines": r"\bkubeflow\b", "ray-train": r"\bray\b", "ray-serve": r"\bray\b",
    "prefect": r"\bprefect\b", "dagster": r"\bdagster\b", "argo-workflows": r"\bargo\b", "vertex-ai-endpoints": r"vertex|ai platform", "gcp-gpu": r"\b(gcp|google cloud) (gpu|vm|machine)|\bgpu (instance|vm|machine)s? (on|in|at) (gcp|google)", "aws-ec2-gpu": r"\bec2\b|\b[pg]\d\w*\.\d*x?large\b|\bgpu (instance|vm|machine)s? (on|in|at) (aws|amazon)",
}  # fmt: skip
VENDOR = re.compile(r"^(Amazon|AWS|Google( Cloud)?|Apache|NVIDIA) ")
ORDINARY = ("aim", "chalk", "comet", "feast", "modal", "replicate", "temporal")  # words of their own: products only with a capital
HAVE = (
    ("kubernetes", r"kubernetes|\bk8s\b|\beks\b|\bgke\b"), ("postgres", r"postgres"), ("redis", r"redis"), ("kafka", r"kafka"), ("airflow", r"\bairflow\b"), ("bigquery", r"bigquery"), ("snowflake", r"snowflake"),
    ("databricks", r"databricks"), ("aws", r"\baws\b|amazon|sagemaker"), ("gcp", r"\bgcp\b|google cloud|bigquery|vertex"), ("azure", r"\bazure\b"), ("ecs", r"\becs\b"), ("docker", r"\bdocker\b"),
)  # fmt: skip

NEIGHBOURS = ("kubernetes", "kafka", "bigquery", "snowflake", "databricks", "aws", "gcp", "azure")  # what a need names because it is there


@dataclass
class Reading:
    """A profile and what it was made of: `read` (statement, what it became), `unread` statements."""

    component: str
    as_of: str
    profile: dict[str, Any] = field(default_factory=dict)
    read: list[tuple[str, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    scale: float | None = None

    def note(self, text: str, *became: str) -> None:
        self.read += [(text, b) for b in became]


def read(known: Known, catalog: Catalog) -> Reading:
    """The profile a past decision is replayed with; depends on `known` and the catalog alone."""
    out = Reading(known.component, known.as_of)
    entry = catalog.components.get(known.component)
    if entry is None:
        return out
    organisation: dict[str, Any] = {}
    workload: dict[str, str] = {}
    for figure in known.figures:
        _figure(out, figure, organisation, workload)
    _size(out, known.size, organisation, workload)
    requirements = [r for need in known.needs for r in _need(out, need, organisation, workload, entry)]
    out.scale = _scale(workload, entry.scale)
    if "ml_people" not in organisation and "stage" not in organisation and out.scale is not None:
        people = float(np.exp(np.interp(out.scale, range(4), np.log(PEOPLE_SCALE))))
        organisation["ml_people"] = f"{people / WITHIN_CLASS:.4g} to {people * WITHIN_CLASS:.4g}"
        out.note("the largest figure", f"ml_people {organisation['ml_people']}")
    if after(NO_ASSISTANTS_BEFORE, known.as_of) and "assistants" in catalog.classes:
        workload["assistants"] = "1"
    needs: dict[str, Any] = {"workload": workload, "requirements": _distinct(requirements)}
    current = _current(out, known.had, catalog)
    if current is not None:
        needs["current"] = _complained(out, known, current)
    have = [word for word, pattern in HAVE if re.search(pattern, f"{known.had} {known.size}", re.IGNORECASE) or any(word in NEIGHBOURS and re.search(pattern, need, re.IGNORECASE) for need in known.needs)]
    out.profile = {"organisation": organisation, "have": have, "components": {known.component: needs}}
    return out


# -- figures -----------------------------------------------------------------------------------


def _span(found: Range, times: Range, by: float, unit: str) -> str:
    low, high = found[0] * times[0] * by, found[1] * times[1] * by
    return f"{low:.6g} {unit}" if math.isclose(low, high) else f"{low:.6g} to {high:.6g} {unit}"


def _figure(out: Reading, figure: Figure, organisation: dict[str, Any], workload: dict[str, str]) -> None:
    text = f"{figure.what} {figure.unit} {figure.value if isinstance(figure.value, str) else ''}".lower()
    found = measured(figure.value, figure.unit)
    if found is None:
        out.unread.append(f"{figure}: no number")
        return
    if OF_ONE.search(text):
        out.unread.append(f"{figure}: of one of several")
        return
    became = _growth(figure, text, found, workload) or _rate(out.component, text, found, workload) or _stock(out.component, text, found, organisation, workload)
    if became is None:
        out.unread.append(f"{figure}: no quantity of {out.component}, or one that is told already")
    else:
        out.note(str(figure), became)


def _growth(figure: Figure, text: str, found: Range, workload: dict[str, str]) -> str | None:
    if "growth" not in text and "growing" not in text:
        return None
    share = found[0] - 1 if re.search(r"\btimes\b|\bx\b|fold", text) else found[0] / 100
    if not -0.9 <= share <= 20:
        return None
    workload["growth"] = f"{100 * share:.4g}% per year"
    return f"growth {workload['growth']}"


def _rate(component: str, text: str, found: Range, workload: dict[str, str]) -> str | None:
    seconds = seconds_each(text)
    kinds = RATES.get(component, ())
    if seconds is None or VOLUME.search(text) or not _counted(text, kinds):
        return None
    for pattern, variable, unit, times in kinds:
        if re.search(pattern, text) and variable not in workload:
            per = MONTH_SECONDS / seconds if unit.endswith("month") else 1 / seconds
            low, high = (1 / PEAK_OVER_AVERAGE[1], 1 / PEAK_OVER_AVERAGE[0]) if PEAK.search(text) else (1.0, 1.0)
            if variable == "online_reads" and VALUES.search(text):
                low, high = low / VALUES_READ[1], high / VALUES_READ[0]
            workload[variable] = _span(found, (times[0] * low, times[1] * high), per, unit)
            return f"{variable} {workload[variable]}"
    return None


def _counted(text: str, kinds: tuple[tuple[str, str, str, Range], ...]) -> bool:
    """Whether what is counted before the time ("sales" of "12 sales per second") is of these kinds, or isn't said."""
    things = [m.end(1) for m in THING.finditer(text) if m[1].removesuffix("s") not in SIZES]
    return not things or VALUES.search(text) is not None or any(re.search(rf"(?:{pattern})\w*$", text[: things[-1]]) for pattern, *_ in kinds)


def _stock(component: str, text: str, found: Range, organisation: dict[str, Any], workload: dict[str, str]) -> str | None:
    if seconds_each(text) is not None or NO_COUNT.search(text):
        return None
    if PEOPLE.search(text) or re.search(r"\bteams?\b", text):
        return _heads(text, found, organisation)
    volume = VOLUME.search(text)
    if volume:
        return _volume(component, text, volume, found, workload)
    for pattern, variable, unit, times in () if NO_THINGS.search(text) else STOCKS.get(component, ()):
        if re.search(pattern, text) and variable not in workload:
            workload[variable] = _span(found, times, 1.0, unit)
            return f"{variable} {workload[variable]}"
    return None


def _heads(text: str, found: Range, organisation: dict[str, Any]) -> str | None:
    if "ml_people" in organisation or OTHERS.search(text) or found[1] > MOST_PEOPLE:
        return None
    times = TEAM if re.search(r"\bteams?\b(?! of)", text) and not PEOPLE.search(text) else (1.0, 1.0)
    organisation["ml_people"] = _span(found, times, 1.0, "").strip()
    return f"ml_people {organisation['ml_people']}"


def _volume(component: str, text: str, volume: re.Match[str], found: Range, workload: dict[str, str]) -> str | None:
    variable = DATA.get(component)
    if variable is None or variable in workload:
        return None
    many = SOME if volume[1].endswith("bytes") and number(text[: volume.start()]) is None else found
    workload[variable] = _span(many, (1, 1), BYTES[volume[1][0].lower()], "GB")
    return f"{variable} {workload[variable]}"


def _size(out: Reading, text: str, organisation: dict[str, Any], workload: dict[str, str]) -> None:
    if not text:
        return
    low = text.lower()
    became: list[str] = []
    if "ml_people" not in organisation:
        people = _people(low)
        if people is None and re.search(r"start.?up|\bsmall (?:[\w-]+ )?(?:company|firm|business)\b", low):
            people = START_UP
        if people is not None:
            organisation["ml_people"] = _span(people, (1, 1), 1.0, "").strip()
            became.append(f"ml_people {organisation['ml_people']}")
    stage = next((s for pattern, s in STAGES if re.search(pattern, low)), None)
    if stage:
        organisation["stage"] = stage
        became.append(f"stage {stage}")
    projects = re.search(r"([\w+~]+)\s+(ml )?(projects|models|use cases|applications)", low)
    count = number(projects[1]) if projects and not OF_ONE.search(low) else None
    variable = "jobs" if out.component == "training-compute" else "models"
    if count is not None and variable not in workload and any(v == variable for _, v, *_ in STOCKS.get(out.component, ())):
        workload[variable] = _span(count, (1, 1), 1.0, "job" if variable == "jobs" else "model")
        became.append(f"{variable} {workload[variable]}")
    if became:
        out.note(text, *became)
    else:
        out.unread.append(text)


def _people(text: str) -> Range | None:
    """Heads in a note: "team of 3", "~25 data scientists, ~10 engineers", "a 12-person team", "20 projects
    in 2 teams", "a small team".
    """
    team = re.search(rf"team of ({HOW_MANY})|({HOW_MANY})\+?[- ](?:person|people|member|strong)\b(?!.?(?:company|firm|start|business))", text)
    if team and (heads := number(team[1] or team[2])) and not re.search(rf"(?:company|firm|organi[sz]ation) of {re.escape(team[1] or team[2])}", text):
        return heads
    counts = [number(m[1]) for m in re.finditer(rf"(?<![\w.])({HOW_MANY})\+?(?: of)?\s+{BETWEEN_THEM}(?:data scientists?|scientists?|engineers?|practitioners?|developers?|researchers?|ftes?)\b", text)]
    known = [c for c in counts if c is not None]
    if known:
        return sum(c[0] for c in known), sum(c[1] for c in known)
    teams = re.search(rf"(?<![\w.])({HOW_MANY})\+?\s+(?:(?!an?\b)[\w/-]+\s+){{0,2}}teams?\b", text)
    found = number(teams[1]) if teams else None
    if found is None and re.search(r"\b(?:small|tiny|lean)\b(?:(?!platform|infrastructure|devops)[\w\s,-]){0,25}\bteam\b", text):
        found = (1.0, 1.0)
    return (found[0] * TEAM[0], found[1] * TEAM[1]) if found else None


def _scale(workload: Mapping[str, str], knots: Mapping[str, tuple[float, float, float, float]]) -> float | None:
    """The largest scale position (0 is S, 3 is XL) among the figures given; None without any."""
    found = []
    for variable, at in knots.items():
        if variable in workload:
            found.append(float(scale_position(np.asarray(math.log(parse(workload[variable], "", convert=lambda unit: 1.0).median)), at)))
    return max(found, default=None)


# -- requirements --------------------------------------------------------------------------------


def _need(out: Reading, need: str, organisation: dict[str, Any], workload: dict[str, str], entry: Any) -> list[dict[str, Any]]:
    found = [*_words(need), *_numbers(out.component, need, entry, workload)]
    found += [{"part": part} for pattern, part in PARTS.get(out.component, ()) if part in entry.parts and re.search(pattern, need, re.IGNORECASE)]
    became = [f"{k}: {v}" for r in found for k, v in r.items()]
    if HANDS_OFF.search(need):
        organisation["platform_people"] = NOBODY
        became.append(f"platform_people {NOBODY}")
    if out.component == "model-serving" and BATCH_ONLY.search(need):
        workload.setdefault("requests", "0.001 to 0.5 req/s")
        became.append("requests next to none")
    have = [word for word, pattern in HAVE if word in NEIGHBOURS and re.search(pattern, need, re.IGNORECASE)]
    became += [f"have {word}" for word in have]
    if became:
        out.note(need, *became)
    else:
        out.unread.append(need)
    return found


def _words(need: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    region = REGIONS.search(need)
    if INSIDE.search(need):
        found.append({"data_residency": "own-network"})
    elif region:
        found.append({"data_residency": {"canada": "ca"}.get((region[1] or region[3]).lower(), (region[1] or region[3]).lower())})
    found += [{"compliance": word} for word, pattern in CERTIFICATES if re.search(rf"\b{pattern}\b", need, re.IGNORECASE)]
    if OPEN.search(need):
        found.append({"license": "open-source"})
    return found


def _numbers(component: str, need: str, entry: Any, workload: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    age = AGE.search(need) if FRESH.search(need) else None
    if age and "freshness" in entry.metrics:
        amount, unit = (age[2] or age[4] or "1"), (age[1] or age[3] or age[5]).rstrip("s")
        found.append({"freshness": f"<= {amount} {unit}"})
    said = need
    for pattern, meant in WORDED:
        said = re.sub(rf"\b{pattern}\b", meant, said, flags=re.IGNORECASE)
    limit = LIMIT.search(said)
    if limit and not age and component in LATENCY and not NO_LIMIT.search(need) and (component != "data-pipeline" or STARTS.search(need)):
        point = "p50" if limit["p"] == "50" or (limit["p"] is None and USUAL.search(need)) else "p95" if limit["p"] in ("90", "95") else "p99"
        metric = LATENCY[component].get(point)
        if metric is not None and metric in entry.metrics:
            if component == "experiment-tracking":  # two different calls, no percentiles of one
                metric = "search_p95" if re.search(r"search|list|quer|open|compar", need, re.IGNORECASE) else metric
            unit = "ms" if limit["u"].lower().startswith("m") else "second"
            found.append({metric: f"<= {limit['n']} {unit}"})
    uptime = UPTIME.search(need)
    if uptime and float(uptime[1] or uptime[3]) >= LEAST_UPTIME:
        found.append({"availability": f">= {uptime[1] or uptime[3]}%"})
    budget = BUDGET.search(need)
    if budget and MONEY.search(need):
        found.append({"monthly_cost": f"<= {budget['n'].strip()} {budget['c'] or ('' if budget['n'][0] in '$€£' else 'USD')}/month".replace(" /", "/")})
    rated = rate(LIMIT.sub(" ", said))
    if rated is not None and component in LOAD and re.search(CALLS, need, re.IGNORECASE) and not OF_ONE.search(need.lower()) and not VALUES.search(need.lower()):
        load, seconds = rated
        metric, unit = LOAD[component]
        if metric in entry.metrics:
            found.append({metric: f">= {load[0] / seconds:.6g} {unit}"})
        if metric in entry.variables and metric not in workload:
            times = (1 / PEAK_OVER_AVERAGE[1], 1 / PEAK_OVER_AVERAGE[0]) if seconds < DAY else (1.0, 1.0)
            workload[metric] = _span(load, times, 1 / seconds, unit)
    return found


def _distinct(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each metric once, the first statement of it; parts and certificates once each."""
    seen: set[Any] = set()
    out = []
    for one in found:
        [(key, value)] = one.items()
        mark = (key, value) if key in ("part", "compliance") else key
        if mark not in seen:
            seen.add(mark)
            out.append(one)
    return out


# -- what ran before -----------------------------------------------------------------------------


def _complained(out: Reading, known: Known, current: Any) -> Any:
    """What ran before with the first complaint there is of it: in its own words, in a need to be better
    than it, or in a figure of how long something takes.
    """
    if current == "nothing":
        return current
    texts = (known.had, *known.needs, *(str(f) for f in known.figures if DURATION.search(f.unit)))
    said = next((t for t in texts if COMPLAINT.search(t) or t not in (known.had, *known.needs)), None)
    if said is None:
        return current
    out.note(said, "current: complaint")
    out.unread[:] = [u for u in out.unread if u != said and not u.startswith(f"{said}: ")]
    return {**({"home-grown": True} if isinstance(current, str) else current), "complaint": said}


def _current(out: Reading, had: str, catalog: Catalog) -> Any:
    """What ran before, as `current` of a profile; None where that isn't said."""
    if not had or UNKNOWN.search(had):
        if had:
            out.unread.append(f"from: {had}")
        return None
    system = _system(out, had, catalog)
    found: Any
    if NOTHING.search(had) or (system is None and re.search(WITHOUT.get(out.component, r"$^"), had, re.IGNORECASE)):
        found = "nothing"
    elif system is not None:
        found = system
    elif AD_HOC.search(had):
        found = {"home-grown": True, "scattered": True, "parts": [p for p in DOES.get(out.component, ()) if p in catalog.components[out.component].parts]}
    elif OWN.search(had):
        found = "home-grown"
    else:
        out.unread.append(f"from: {had}")
        return None
    out.note(f"from: {had}", f"current: {found if isinstance(found, str) else ', '.join(f'{k} {v}' for k, v in found.items())}")
    return found


def _system(out: Reading, had: str, catalog: Catalog) -> dict[str, Any] | None:
    """The product named first that existed then, as what runs today."""
    named: list[tuple[int, str]] = []
    for system in catalog.systems.values():
        if out.component not in system.components:
            continue
        pattern = OTHER_NAMES.get(system.id, rf"\b{re.escape(VENDOR.sub('', system.name))}\b")
        if system.name.lower() in ORDINARY:
            pattern = f"(?-i:{pattern})"
        match = re.search(pattern, had, re.IGNORECASE)
        if match and any(not after(o.available.since, out.as_of) and not before(o.available.until, out.as_of) for o in system.offers.values()):
            named.append((match.start(), system.id))
    if not named:
        return None
    identity = min(named)[1]
    offers = {k: o for k, o in catalog.systems[identity].offers.items() if not after(o.available.since, out.as_of) and not before(o.available.until, out.as_of)}
    own_run = "self-host" in offers and re.search(r"\bown\b|self.?(run|host)|on (our|its) own", had, re.IGNORECASE)
    if "build" in offers:
        own = {"system": identity, "parts": [p for p in DOES.get(out.component, ()) if p in catalog.components[out.component].parts]}
        return own | ({"scattered": True} if AD_HOC.search(had) else {})
    return {"system": identity, "sourcing": "self-host" if own_run else next(iter(offers))}
