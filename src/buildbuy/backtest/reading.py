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

from buildbuy.backtest.numbers import (
    COUNTED,
    EVERY,
    SIZES,
    TENS,
    Range,
    counted,
    measured,
    number,
    rate,
    seconds_each,
)
from buildbuy.backtest.past import Figure, Known
from buildbuy.catalog.load import Catalog
from buildbuy.quantities.estimate import parse
from buildbuy.quantities.months import after, before
from buildbuy.worlds.world import PEOPLE_SCALE, scale_position

NO_ASSISTANTS_BEFORE = "2022-06"  # GitHub Copilot became generally available on 2022-06-21
PEAK = re.compile(r"\b(peaks?|target|(?:load|stress).?tests?|proof.of.concept|poc|trial|maximum|max|burst|up to)\b")
PEAK_OVER_AVERAGE = (2.0, 5.0)  # the catalog's own class, peak_factor
WITHIN_CLASS = 3.0  # people are taken within this factor of the class of the largest figure
DAY = 86_400.0  # a rate for a day or longer is an average, not what must be sustained
MONTH_SECONDS = 2_628_000.0

CALLS = r"\breads?\b|lookup|request|\breqs?\b|quer|\bcalls?\b|evaluation|prediction|inference|\bscor|\bload\b|\bgets?\b|\bqps|\brps|\btps|\b[rq]pm\b"
RATES: dict[str, tuple[tuple[str, str, str, Range], ...]] = {  # component: (pattern, variable, unit, times)
    "feature-store": ((r"write|ingest|event", "online_writes", "row/s", (1, 1)), (CALLS + r"|\bops\b|\boperations?\b", "online_reads", "req/s", (1, 1))),
    "model-serving": ((r"\bbatch|\boffline\b", "batch_scored", "prediction/month", (1, 1)), (CALLS, "requests", "req/s", (1, 1))),
    "monitoring": ((CALLS, "predictions", "prediction/s", (1, 1)),),
    "data-pipeline": ((r"task|job|step", "task_runs", "task/month", (1, 1)), (r"\bruns?\b|execution|workflow|pipeline|\bdags?\b|flow", "task_runs", "task/month", (1, 10))),
    "experiment-tracking": ((r"\bruns?\b|experiment|job|trial", "runs", "run/month", (1, 1)),),
    "training-compute": ((r"gpu.?hours?", "gpu_hours_large", "gpu*hour/month", (1, 1)),),
}  # fmt: skip
MODELS = r"\bmodels?\b|\bapplications?\b|use cases|\bml (projects|services)\b|projects"
VOLUME = re.compile(r"(?:\b|(?<=\d))([KMGTP]i?B|(?:kilo|mega|giga|tera|peta)bytes?)\b", re.IGNORECASE)
STORED = re.compile(r"\b(?:history|historic\w*|data(?:sets?)?|lake|archive|stor(?:e|ed|age))\b(?!.*\b(?:model|file|checkpoint|memory|ram|gpu|request)s?\b)")
VOLUMES = re.compile(r"\d[\d.,]*\s?(?:[KMGTP]i?B|(?:kilo|mega|giga|tera|peta)bytes?)\b", re.IGNORECASE)
BYTES = {"k": 1e-6, "m": 1e-3, "g": 1.0, "t": 1e3, "p": 1e6}
SOME = (2.0, 90.0)  # "terabytes"
ROW_KB = (0.3e-6, 4e-6)  # GB a row: the catalog's own range of row_size
STOCKS: dict[str, tuple[tuple[str, str, str, Range], ...]] = {
    "feature-store": ((MODELS, "models", "model", (1, 1)), (r"\bfeature (?:groups?|views?|tables?|sets?)\b", "feature_views", "feature_view", (1, 1)), (r"\bfeatures?\b(?! (records|rows|groups?|views?|tables?|sets?|vectors?|stores?))", "features", "feature", (1, 1)), (r"records|rows|entities|keys", "online_data", "GB", ROW_KB)),
    "model-serving": ((MODELS, "models", "model", (1, 1)),),
    "monitoring": ((MODELS, "models", "model", (1, 1)),),
    "data-pipeline": ((r"workflows?|pipelines?|\bdags?\b|\bflows?\b|\b(?:cron|etl|scheduled|batch|recurring) jobs?\b", "pipelines", "pipeline", (1, 1)),),
    "experiment-tracking": ((MODELS, "models", "model", (1, 1)),),
    "model-registry": ((MODELS, "models", "model", (1, 1)),),
    "training-compute": ((r"\bgpus?\b|\b(?:[avh]\d00|[bl]\d0+|gb?200|mi\d{3}x?)s?\b", "gpu_hours_large", "gpu*hour/month", (0.3 * 730, 0.85 * 730)), (MODELS, "jobs", "job", (1, 2))),
}  # fmt: skip
ONLINE = re.compile(r"\bonline|redis|cassandra|scylla|dynamo|bigtable|in.memory|cache|key.value")
DATA = {"feature-store": "offline_data", "experiment-tracking": "data_stored", "training-compute": "data_stored", "model-registry": "data_stored"}
PEOPLE = re.compile(r"data scientist|scientists|engineer|practitioner|developer|\b(internal|platform|ml|ai|data|notebook)\W+users?\b|\bpeople\b|\bteam of\b|researcher|modell?ers\b|statistician")
OTHERS = re.compile(r"\bon-?call|\b(?:platform|infrastructure|infra|dev-?ops|sre) (?:team|engineers?|people)|customer|\bserved|company|employee|\bstaff\b|\bfirm\b|organi[sz]ation|monthly|daily|active users|visitor")  # heads, but not of those who do machine learning
INTERNAL = ("experiment-tracking", "data-pipeline", "model-registry", "training-compute")  # whose users are one's own people
OUTSIDE = re.compile(r"\b(?:apps?|products?|sites?|end|analytics|bi|business|dashboards?|mau|dau)\b")
MOST_PEOPLE = 20_000.0
OF_ONE = re.compile(r"\b(?:per|of (?:a|each|every|one|the (?:largest|smallest|average)))[ -](?!second|sec\b|min|hour|hr\b|day|night|week|month|quarter|year|annum|cent|\d)\w+|\b(?:for )?(?:each|every)\b(?! (?:second|minute|hour|day|night|week|month|quarter|year|time|morning|evening|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d))|\w/\s*(?:model|gpu|node|user|pod|instance|host|team|engineer|entity|customer)s?\b")  # said of one of several, no total
ONE_EACH = re.compile(r"\b(?:one|a separate|its own|an own) (?:\w+ )?(?:per|for (?:each|every)) [\w-]+")  # "2,000 models, one per shop" are 2,000
OF_OTHERS = re.compile(r"\b(?:is|are|was|were) (?:said|known|reported|claimed|rumou?red) to\b|\bclaim(?:s|ed|ing)?\b|\baccording to\b|\b(?:other|another|similar|larger) (?:company|companies|firms?|organi[sz]ations?|vendors?)\b|\b(?:their|the) (?:website|vendor|brochure)\b|\belsewhere\b", re.IGNORECASE)  # a figure of somebody else
NO_COUNT = re.compile(r"%|\bper ?cent|[$€£]|\b(?:usd|eur|gbp|dollars?|euros?|latency|milliseconds?|ms|seconds?|minutes?|hours?|days?|weeks?|months?|years?|accuracy)\b")  # a figure of something else than a number of things
SIZED = re.compile(r"\b\d+(?:\.\d+)?\s?(?:b|bn|billion|m|million)[ -]?(?:parameters?|params?)?[ -](?:model\b(?!s)|llm)|\b\d+b\b", re.IGNORECASE)  # "a 7B model"
MOST_THINGS = 1e7  # models, workflows or features that anybody can mean
NO_THINGS = re.compile(r"\b(?:versions?|parameters?|tokens?|size|dimensions?|layers?|cores?|v?cpus?|nodes?|servers?|lines? of code|calls?|requests?|predictions?)\b")
THING = re.compile(r"\b([a-z]{3,})\s*(?:/|\b(?:per|an?|each|every)\b)")
TOGETHER = re.compile(r"\b(?:shar(?:e|ed|es|ing)|clusters?|fleet|pool|in total|altogether|quota)\b")  # of GPUs: all of them, not those of one job
OF_A_JOB = re.compile(r"\b(?:jobs?|models?|runs?|trainings?|fine-?tun\w*|nodes?|peak|burst|up to)\b")
FOR_MONTHS = re.compile(r"\b(?:for|of) (?:about |the next )?(?:[\w-]+ )?(?:weeks|months|years)\b")
FEWEST = 3.0  # things in a need; "one model for all" and "two side by side" are no scale
VALUES = re.compile(r"\bfeatures?( values?)?\s*(/|per\b)")
VALUES_READ = (10.0, 200.0)  # feature values that one request reads; assumed
TEAM = (3.0, 10.0)  # people of a team
HOW_MANY = r"(?:(?!20[0-3]\d\b)\d[\d.,]*k?(?:\s?(?:-|to)\s?\d[\d.,]*k?)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|(?:a )?few|several|(?:a )?handful|(?:a )?couple of hundred|(?:a )?couple|a dozen|tens|dozens|hundreds|thousands)"
ABOUT = r"(?:about |around |roughly |approximately |some |nearly |almost |over |~ ?)?"
UP_TO = r"(?:(?:(?:fewer|less) than|under|below|at most|no more than) )?"
BETWEEN_THEM = r"(?:(?!(?:an?|the|teams?|projects?|models?|with|and|for|in|at|to|years?|months?)\b)[\w/-]+\s+){0,3}"  # "25 ML/data engineers"
ALONE = re.compile(r"\b(?:only|sole|lone|solo|single)\s+(?:(?:data|ml|ai|machine learning|analytics|research)\s+)?(?:scientist|engineer|researcher|practitioner|developer|founder)\b")
EFFORT = re.compile(r"\b(?:hir(?:e|ed|ing)|dedicated|full.?time|save[sd]?|cost|took|take[sn]?|effort|instead of|(?:to|who|would) (?:build|maintain|operate|keep|run) (?:it|this|the|a|such|our))\b", re.IGNORECASE)  # people some work would bind, not those there are
SERVED = re.compile(rf"(?<![\w.])({HOW_MANY})\+?(?: of)?\s+(?:(?:internal|ml|ai|machine learning|research)\s+)?(?:data scientists|data engineers|ml engineers|machine learning engineers|ml practitioners|researchers)\b|\bteam of (?P<team>{HOW_MANY})\b")
OTHER_WORK = re.compile(r"\b(?:back-?end|front-?end|mobile|web|qa|site reliability|sre|dev-?ops|infrastructure|platform)\s+(?:engineers?|developers?)$")  # heads, but of those who do something else
KEEPERS = re.compile(rf"(?<![\w.])({HOW_MANY})\+?\s+(?:ml |data |ai )?(?:platform|infrastructure|infra|dev-?ops|mlops|site reliability|sre)\s+(?:engineers?|people|persons?)\b")
START_UP = (1.0, 30.0)  # scale S or M
NOBODY = "0.05 to 0.5"  # people for platforms where the case says there are none
STAGES = ((r"\bseed\b", "seed"), (r"series[- ]a\b", "series-a"), (r"series[- ]b\b", "series-b"), (r"\bbank\b|enterprise|large (firm|company)|fortune", "enterprise"))

PARTS: dict[str, tuple[tuple[str, str], ...]] = {
    "feature-store": (
        (r"point.in.time|time travel|leakage", "point-in-time-join"), (r"stream|real.?time (?:and batch.{0,12} )?features|real.?time.{0,12}(?:computed|aggregat)|kafka|kinesis|fresh|near.real.time|within (?:a few )?(?:seconds|minutes) of\b", "streaming-features"),
        (r"\bonline\b|latency|(?<!training.)(?<!train.)(?<!train/)serving|production reads|lookups?/s|reads? per|(?:request|inference|prediction|serving) time|real.?time (?:predict|infer|scor|lookup|retriev|read|serv)|(?:predict|infer|scor|decision)\w* (?:\w+ ){0,3}(?:in|at) real.?time", "online-reads"), (r"\bbatch\b|offline|warehouse|bigquery|scheduled|materiali[sz]|\b(?:daily|nightly|hourly|weekly) (?:\w+ ){0,2}(?:push|load|job|run|updat|refresh|comput)", "batch-materialise"),
        (r"shar(e|ing)|re-?us|registry|catalog|definition|discover|\bsearch", "registry"), (r"monitor|drift|quality", "feature-monitoring"), (r"access control|permission|privilege|role.based|user roles|govern|audit", "access-control"),
    ),
    "model-serving": (
        (r"canary|roll.?back|shadow|a/b|gradual|blue.green|(?:without|zero|no).downtime|(?:back to|revert to|while) (?:a|an|the) (?:old|new|previous|earlier)\b", "rollout"), (r"auto.?scal|independent scaling|scale to zero|elastic\b|(?:scal\w*|grow\w*|shrink\w*) (?:\w+ ){0,3}(?:with|by|to|on) (?:the )?(?:traffic|load|demand)|(?:traffic|load|demand) (?:\w+ ){0,2}(?:grow|spik|surg|burst)\w*|bursty|spik(?:y|es)", "autoscaling"), (r"(dynamic|micro|adaptive|request).?batching", "dynamic-batching"),
        (r"many models|multi.?model|thousands of models|hundreds of models|one model per", "multi-model"), (r"\bgpus?\b|deep learning|transformers|llm", "gpu-serving"),
        (r"batch (pred|infer|scor|job|work)|offline (batch|infer|pred)|for batch|and batch", "batch-scoring"), (r"compose|several models per request|ensemble|model (chain|graph)|multi.step", "composition"),
        (r"observab|metrics|monitor|dashboard|datadog|prometheus|grafana|log (?:tool\w*|stack)", "serving-metrics"), (r"one artefact|packag|framework.agnostic|any framework|model.agnostic|portable", "packaging"),
    ),
    "data-pipeline": (
        (r"depend", "dependencies"), (r"retr(y|ies)|\b(?:re-?run|redo)\b|resilien|fault.toleran|recover", "retries"), (r"failure visib|visib\w* (?:\w+ ){0,4}fail|alert|notif|noticed|\b(?:told|paged|informed)\b", "alerts"), (r"back.?fill|historical|catch.?up", "backfills"),
        (r"isolat|per-task|horizontal|own resources|many jobs|tens of thousands of jobs", "workers"), (r"event.driven|trigger|sensor", "triggers"), (r"access control|permission|privilege|role.based|user roles|multi.tenan|govern", "access-control"),
        (r"lineage|version", "lineage"), (r"history|run log|\blogs\b|logging", "run-history"), (r"schedul|cron|\b(?:daily|nightly|hourly|weekly)\b|every (?:day|night|hour|morning)", "scheduling"),
    ),
    "monitoring": (
        (r"drift|distributions?\b|\bskew", "drift-detection"), (r"data.?quality|schema|validation|anomal|column-level|upstream|(?:broken|bad|missing) (?:\w+ )?(?:data|values|columns)|\bnulls?\b", "data-quality"), (r"performance|accuracy|business metric", "performance-tracking"), (r"alert|alarm|catch|notified|noticed|\bknow (?:within|when)", "alerts"),
        (r"segment|cohort|slice|fairness|\bbias", "segment-analysis"), (r"explain|interpret", "explanations"), (r"dashboard", "dashboards"), (r"llm|prompt|trace", "llm-traces"), (r"access control|permission|privilege|role.based|user roles|govern|audit", "access-control"),
        (r"(?:without|no) (?:labels|ground truth)|delayed (labels|ground)|\blabels?\)? (?:\w+ ){0,5}(?:later?|after|delay)", "performance-estimation"),
    ),
    "experiment-tracking": (
        (r"registry|(?:repository|store|catalog\w*|versions?) (?:of|for) (?:\w+ )?models|model versions", "registry-link"), (r"compar|\bbest\b.{0,40}\b(?:runs?|experiments?|models?)\b|side by side|\b(?:one|same|single) (?:chart|plot|view|table)\b", "compare-ui"), (r"artefact|artifact|link code, run", "artifact-store"), (r"\bsearch(?! space)|\bapi\b|quer(?:y|ies)|\b(?:find|found|look up)\b.{0,40}\b(?:runs?|experiments?|results?)\b", "run-search-api"), (r"access control|permission|privilege|role.based|user roles|audit|govern", "access-control"),
        (r"report|shar(e|ing)|collab", "reports-sharing"), (r"sweep|hyper.?parameter", "sweeps"), (r"alert", "alerts"),
    ),
    "training-compute": (
        (r"queue|fair.?share|\bwait|share (resources|gpus)|schedul|priority|quota", "queueing"), (r"multi.?node|distributed|horizontal scale|thousands of gpus|(?:not|n.t) fit (?:on|in|into) (?:a single|one) (?:machine|node|server|instance)|(?:several|multiple|many) (?:nodes|machines|servers)", "multi-node"), (r"cost (account|attribut|show)|chargeback", "cost-accounting"),
        (r"\bspot\b|preempt|checkpoint|fault|recover|restart|resum", "recovery"), (r"access control|permission|privilege|role.based|user roles|multi.tenan", "access-control"),
    ),
    "model-registry": (
        (r"lineage", "lineage"), (r"\bsearch|discover|catalog", "search"), (r"approv|review|sign.?off|four.?eyes|second person", "approval"), (r"audit", "audit-trail"), (r"automated deploy|ci/cd|gitlab|jenkins|github actions|hook|trigger", "deployment-hooks"), (r"access control|permission|privilege|role.based|user roles", "access-control"),
    ),
}  # fmt: skip
LATENCY = {
    "feature-store": {"p95": "online_read_p99", "p99": "online_read_p99"}, "model-serving": {"p50": "latency_p50", "p95": "latency_p95", "p99": "latency_p99"},
    "data-pipeline": {"p95": "start_delay_p95", "p99": "start_delay_p95"}, "model-registry": {"p95": "lookup_p95", "p99": "lookup_p95"}, "experiment-tracking": {"p95": "search_p95", "p99": "log_call_p99"},
}  # fmt: skip
LOAD = {"feature-store": ("online_reads", "req/s"), "model-serving": ("requests", "req/s"), "monitoring": ("predictions", "prediction/s"), "model-registry": ("lookups", "req/s")}
POINT = re.compile(r"\bp(50|90|95|99\.9|999|99)\b|\b(50|90|95|99\.9|99)(?:th|\.9th)? ?(?:percentile|% of\b|per ?cent of\b)", re.IGNORECASE)
LIMIT = re.compile(r"(?:\bp(?P<p>50|90|95|99|999|99\.9)\b)?[^\d]*?(?P<n>\d+(?:\.\d+)?)\s*-?(?P<u>ms|msecs?|millis(?:econds?)?|milliseconds?|secs?|seconds?|s)\b(?!/| of\b)", re.IGNORECASE)
WORDED = ((r"sub-?milliseconds?", "1 ms"), (r"single.digit[ -](?:milliseconds?|ms)", "10 ms"), (r"double.digit[ -](?:milliseconds?|ms)", "100 ms"), (r"sub-?second", "1 second"), (r"half a second", "500 ms"), (r"(?<=within )(?:a|one) second", "1 second"), (r"(?<=under )(?:a|one) second", "1 second"), (r"(?<=below )(?:a|one) second", "1 second"), (r"(?<=than )(?:a|one) second", "1 second"))
NAMES = {name: i for i, name in enumerate(COUNTED, 1)} | {name: 10 * (i + 2) for i, name in enumerate(TENS)}
SPELT_TIME = re.compile(rf"\b({'|'.join(NAMES)})[ -](milliseconds?|ms|seconds?|minutes?|hours?|days?)\b", re.IGNORECASE)  # limits in words
USUAL = re.compile(r"\b(average|mean|median|typical(ly)?|usual(ly)?)\b", re.IGNORECASE)
FROM_TO = re.compile(r"\bfrom\b[^,;]*?\bto\b", re.IGNORECASE)  # "from 600 ms to 200 ms" asks for 200
NO_LIMIT = re.compile(r"\b(?:jobs?|tasks?|runs?) (?:of|lasting|that (?:last|take|run))\b|window|interval|\bevery\b|time-?outs?|retention|cold.?start|session|video|audio|clips?\b", re.IGNORECASE)  # a time that isn't how long an answer may take
STARTS = re.compile(r"start|launch|schedul|delay|latency|overhead|trigger", re.IGNORECASE)
LEAST_UPTIME = 90.0  # a percentage below it speaks of something else
NOTICED = re.compile(r"(?:within|under|than|at most|after)\s+(an?|one|\d+)\s+(minutes?|hours?|days?)\b", re.IGNORECASE)
DELAYS = (("detection_delay", re.compile(r"alert|know|detect|notic|catch|caught|found", re.IGNORECASE)), ("start_time", re.compile(r"\b(?:start|wait|queue)", re.IGNORECASE)))
COLD = re.compile(r"cold.?starts?\b[^\d]{0,25}(\d+(?:\.\d+)?)\s?(ms|milliseconds?|s|secs?|seconds?)\b", re.IGNORECASE)
NINES = ((r"two nines", "99%"), (r"three nines", "99.9%"), (r"four nines", "99.99%"), (r"five nines", "99.999%"))
UPTIME = re.compile(r"(\d\d(?:\.\d+)?)\s*(?:%|per ?cent\b)[^%]*\b(uptime|availab|sla|reliab)|\b(?:uptime|availab\w*|sla)\b[^%\d]*(\d\d(?:\.\d+)?)\s*(?:%|per ?cent\b)", re.IGNORECASE)
BUDGET = re.compile(r"(?:budget of|under|below|at most|less than|max(?:imum)?|no more than)\s*(?P<n>[$€£]?\s*\d[\d,.]*[kM]?)\s*(?P<c>USD|EUR|GBP|dollars?|euros?|pounds)?\s*(?:(?:/|per|a|each)\s*(?P<t>month|year)|(?P<l>month|year|annual)ly|(?P<y>p\.?a\.?)\b)", re.IGNORECASE)
ALLOWED = re.compile(r"\bbudget\b(?!ed)|\bat most\b|\bmay cost\b|\bcost (?:limit|cap)\b", re.IGNORECASE)  # of a figure: what it may cost
AT_MOST = re.compile(r"([$€£]?\s?\d[\d,.]*k?\s*(?:USD|EUR|GBP|dollars?|euros?|pounds)?\s*(?:/|per|a)\s*(?:month|year))\s+(?:at (?:the )?most|or less|max(?:imum)?|tops)\b", re.IGNORECASE)
CURRENCIES = {"dollar": "USD", "euro": "EUR", "pound": "GBP"}
MONEY = re.compile(r"[$€£]|\b(USD|EUR|GBP|cost|budget|spend\w*|bill|price)\b", re.IGNORECASE)
FRESH = re.compile(r"fresh|up to date|stale|\bold(er)?\b|(updated|refreshed|recomputed) (within|every)|delay", re.IGNORECASE)
AGE = re.compile(r"sub-?(second|minute)|(?:within|every|under|below|at most|than|freshness of|freshness:)\s+(a|an|one|\d+)\s*(s|secs?|seconds?|mins?|minutes?|h|hours?)\b|(\d+)[ -]?(s|secs?|second|mins?|minute|h|hour)s?[ -](?:fresh|old|stale)", re.IGNORECASE)
INSIDE = re.compile(r"\bdata\b.{0,30}\b(?:remain|stay|kept|stored|live)\w*\b.{0,25}\b(?:own|our) (?:servers|machines|hardware|infrastructure|network|premises|vpc|account)|(?:must|may|can)(?: ?not|n.t)(?: ever)? leave (?:our|the|their|its) (?:\w+ ){0,2}(?:network|account|vpc|cluster|premises|infrastructure)|\b(?:inside|within|in) (?:our|the|their|its|a|one.s) (?:own )?(?:private )?(?:vpc|(?:aws|gcp|azure|cloud) (?:account|subscription|tenant|project))|without raw data leaving|(data|metadata|nothing).{0,20}(may not|must not|can.?not|never).{0,12}leave|^(?!.*\b(?:cloud|as well|also|too|both|either|from our|hybrid)\b).*\bon-?prem(ise)?s?\b|air.?gap|own network|inside (our|the|its|their) (own )?(network|boundary|perimeter|data cent)", re.IGNORECASE)
REGIONS = re.compile(r"\b(eu|(?-i:US)|uk|canada|apac)\b.{0,15}(residen|only|hosted)|(?:residen\w*|stays?|remains?|kept|stored|processed|hosted) (?:in|inside|within) (?:the )?(eu|(?-i:US)|uk|canada|apac)\b", re.IGNORECASE)  # "us" is no country
COUNTRIES = re.compile(r"\b(?:Germany|France|Ireland|Netherlands|Spain|Italy|Sweden|Poland|Finland|Austria|Belgium|Denmark|Portugal|Europe|European Union)\b")  # of the EU
CERTIFICATES = (("soc2", r"soc.?2"), ("iso27001", r"iso.?27001"), ("hipaa", r"hipaa"), ("gdpr", r"gdpr"), ("pci-dss", r"pci"), ("fedramp", r"fedramp"))
OPEN = re.compile(r"open.source (stack|only|licen)|no proprietary|must be open.source", re.IGNORECASE)
HANDS_OFF = re.compile(r"without operating|no (infrastructure|servers?|cluster)s? to (run|operate|manage)|no devops|no ops\b|fully managed|\bmanaged (service|airflow|offering|platform)|(?<!self.)(?<!eu.)(?<!us.)(?<!uk.)hosted\b(?! (?:in|on|within|inside|by (?:us|ourselves)))|no one to (run|operate)|small ops", re.IGNORECASE)
NO_UPKEEP = re.compile(r"\bno (?!need)(?:[\w/-]+ ){0,4}(?:infrastructure|servers?|clusters?|machines?|docker|kubernetes|vms?)(?: [\w/-]+){0,3} to (?:run|operate|manage|configure|maintain|look after)\b|(?:\bno|none of|without|avoid\w*|free of|spared?)\b[^.;]{0,60}\b(?:dev-?ops|maintenance)\b|(?:someone|somebody) else (?:runs?|operates?|manages?)|(?:\bnot|n.t|never|nobody|no one) wants?(?:ed)? to (?:run|operate|manage|maintain)\b", re.IGNORECASE)
FOR_USERS = re.compile(r"scientists?|\busers?\b|model developers?|\b(?:help|support|involv\w*|tickets?|waiting|depend\w*)\b", re.IGNORECASE)  # who are spared the upkeep: somebody else has it
BATCH = re.compile(r"\bbatch|\boffline\b|\bnightly\b|every night", re.IGNORECASE)
PRICED = re.compile(r"[$€£]\s*\d[\d,.]*\s?(?:k|m|mn|bn|thousand|million)?\b|\b\d[\d,.]*\s?(?:k|m|mn|thousand|million)?\s?(?:USD|EUR|GBP|dollars?|euros?|pounds)\b", re.IGNORECASE)
BATCH_ONLY = re.compile(r"offline batch|batch only|only batch", re.IGNORECASE)

NOTHING = re.compile(r"^(none\b(?! of)|nothing|no\b(?!.?(longer|code|\d)).*|n/a|not applicable|did(?:n.t| not) exist|greenfield)|no (shared )?platform\b|batch predictions only|trained locally", re.IGNORECASE)
WITHOUT = {"model-serving": r"no serving\b", "monitoring": r"no (?:[\w-]+ )?(?:monitoring|observability)\b", "experiment-tracking": r"no (experiment )?tracking\b", "feature-store": r"no feature store\b", "data-pipeline": r"no orchestrat\w*", "model-registry": r"no (model )?registry\b"}  # said further on
UNKNOWN = re.compile(r"^(various|unknown|unclear|not stated|\?)", re.IGNORECASE)
AD_HOC = re.compile(
    r"ad.?hoc|per (team|project|service|model|step)|(?:each|every) (?:\w+ ){0,3}(?:team|scientist|engineer|project|squad|group)\b|by hand|hand.written|manual|notebooks?|one-off|silo|scripts?|embedded|(?:inside|in|within|into) (?:each|every)\b|inside model|duplicated (?:across|by|in|over)|re-?implemented|bespoke|disparate|generic|spreadsheet|\bexcel\b|google sheets|\bwiki\b|laptops?|workstations?|naming convention|shared (?:drive|folder)|separate services|teams (?:\w+ ){0,5}(?:of )?their own\b|their own ways?\b|individual (?:\w+ ){0,2}(?:teams?|scientists?|engineers?)|splintered|scattered|(?:spread|dispersed) (?:over|across|among)|rewriting models|features rebuilt|project-specific",
    re.IGNORECASE,
)  # fmt: skip
FILES = {"experiment-tracking": re.compile(r"\blog files?|tensorboard|e-?mails?|slack|text files", re.IGNORECASE), "model-registry": re.compile(r"\bbuckets?\b|e-?mails?|git.?lfs|bitbucket|artifactory|\bftp\b|docker registry|file (?:server|share|system)", re.IGNORECASE)}  # kept by hand
BOUGHT = re.compile(r"third.?party|\bvendors?\b|off.the.shelf|commercial|\bsaas\b|\bmanaged (?:service|platform|offering)|external (?:provider|service|platform)|outsourced", re.IGNORECASE)  # something one pays for: which isn't said
STRONG_OWN = re.compile(r"in.?house|home.?(?:grown|built|made)|hand.?rolled|custom(?!er)|self.?(made|built|written|developed)", re.IGNORECASE)
RUN_BY = re.compile(r"\b(?:managed|hosted|run|operated|offered) (?:by|on|through|at|with)\s+", re.IGNORECASE)
OWN_RUN = re.compile(r"\bown\b|self.?(run|host|manag)|on (our|its) own|on-?prem|\bon (?:\w+ )?(?:kubernetes|k8s|eks|gke|aks|ec2|vms?)\b|open.source", re.IGNORECASE)
EACH_TEAM = re.compile(r"\b(?:each|every) (?:\w+ ){0,3}(?:team|scientist|engineer|project|squad|group)\b|per[ -](?:team|project)|individual (?:\w+ ){0,2}(?:teams?|scientists?|engineers?)", re.IGNORECASE)
OWN = re.compile(r"in.?house|home.?(?:grown|built|made)|hand.?rolled|\bown\b|custom(?!er)|self.?(made|built|run|written|developed)|internal|monolith|previous|earlier|older|framework|legacy|built|spark|gpu clusters?|kubernetes|service|redis|postgres|mysql|cassandra|dynamo|database|key-value|\btables?\b", re.IGNORECASE)
COMPLAINT = re.compile(  # what is said of something that costs people's time: toil, delay, breakage, limits, or that it should be better than it is
    r"\b(slow|(took|takes|taking) (a )?(very )?long|took (weeks|months|days|hours|long)|(weeks|months|days|hours) (later|to (deploy|ship|launch|iterate|change|release|production))|pain\w*|brittle|fragile|unreliable|unstable|outages?|incidents?|fell over|broken|conflicts?|unscalable|fail(s|ed|ing)|silent"
    r"|duplicat\w*|inconsisten\w*|fragment\w*|silo\w*|disparate|manual\w*|by hand|hand.?written|hand.?offs?|rewrit\w*|re-?implement\w*|rebuilt|one-off|naive|(close to|at|beyond) (capacity|(its|their|the) limits?)"
    r"|outgr[eo]w\w*|(did|does|do|could|can)(n.t| ?not) (scale|keep up)|bottlenecks?|(bill|costs?) (grown|grew|rose|rising)|(growing|rising|high) ([a-z]+ )?costs?|costly|burden|overhead|boilerplate|friction|stitched|block(s|ed|ing)|too (many|slow|expensive|costly|rigid|complex|much)|(?:more and more|too much|a lot of|lots of|most of (?:our|the|their)) (?:time|effort|work)|(?:half|most|much|all) (?:of )?(?:their|our|its|the|his|her) time|time[- ]consuming|fix(?:ing)? (?:issues|bugs)|road-?blocks?|halt(?:s|ed|ing)?|stall(?:s|ed|ing)|hamper\w*|hinder\w*|(?:get|gets|got|getting) in the way|flaky|limited visibility|splintered|scattered|(?:bring|brings|bringing|brought|drive|keep)\b[^,;.]{0,20}\bcosts? down|costs? (?:\w+ )?down\b|hard to|difficult\w*|cumbersome|legacy|dying|unmaintained|no longer maintained|end of life|deprecated"
    r"|technical debt|toil|waste[ds]?|cut|halv(?:e|es|ed|ing)|half the (?:bill|costs?|price)|reduce\w*|less dependence|faster|fast iteration|iterat\w+|velocity|quick\w*|rapid(ly)?(?! (growing|growth|increasing))|speed up(?! (?:your |our |their |the )?(?:code|models?|queries))|cheaper|lower cost|much lower|easier|simpler|productivity|scale beyond)\b",
    re.IGNORECASE,
)  # fmt: skip
DURATION = re.compile(r"^\W*(minutes?|hours?|days?|weeks?|months?)\b", re.IGNORECASE)  # of a figure: how long something takes today
IF_IT_FAILS = re.compile(r"\b(?:when|if|whenever|once|after|before|in case of|on|of|against|surviv\w*|despite|which|that)\b[^,;.]*\b(?:fail\w*|broken|breaks?|outages?|incidents?)", re.IGNORECASE)  # may happen to anything
WORN = re.compile(r"\b(?:issues?|problems?|struggl\w*|crash\w*|long (?:queues?|waits?)|waiting|downtime|shut(?:s|ting)? down|discontinu\w*|sunset\w*|expensive|lack(?:s|ed|ing)?|poor(?:ly)?|insufficient|inadequate|limitations?)\b", re.IGNORECASE)  # of what runs; in a need these are what is looked for
LASTING = re.compile(r"^\W*(?:[\d.,+-]+|a|an|several|a few|many|up to|some)\W+", re.IGNORECASE)
DOES = {  # what ad hoc code does of a component
    "feature-store": ("batch-materialise", "online-reads"), "model-serving": ("endpoint",), "data-pipeline": ("scheduling",), "experiment-tracking": ("run-logging",),
    "monitoring": ("prediction-logging", "alerts"), "training-compute": ("gpu-capacity",), "model-registry": ("artifact-storage",),
}  # fmt: skip
OTHER_NAMES = {  # products as stories call them
    "cron": r"\bcron(tab)?s?\b", "fastapi-container": r"\b(flask|fastapi)\b", "sagemaker-training": r"\bsagemaker( training)?( jobs?)?\b", "sagemaker-endpoints": r"\bsagemaker( endpoints?)?\b", "airflow": r"\bairflow\b",
    "amazon-mwaa": r"\bmwaa\b|managed (workflows for )?(apache )?airflow on aws", "google-cloud-composer": r"\b(cloud )?composer\b", "mlflow": r"\bmlflow\b", "databricks-managed-mlflow": r"databricks.{0,10}mlflow",
    "weights-and-biases": r"weights (&|and) biases|\bw&b\b|\bwandb\b", "seldon-core": r"\bseldon\b", "kserve": r"\bk(f|)serv(e|ing)\b", "lambda-cloud": r"(?<!aws )(?<!amazon )\blambda\b(?! functions?)", "astronomer-astro": r"\bastronomer\b|\bastro\b", "arize-ax": r"\barize\b(?! phoenix)", "neptune": r"\bneptune(\.ai)?\b", "triton": r"\btriton\b", "kubeflow-pipelines": r"\bkubeflow\b", "ray-train": r"\bray\b", "ray-serve": r"\bray\b",
    "anyscale-services": r"\banyscale\b", "prometheus-grafana": r"\b(?:prometheus|grafana)\b", "owned-gpu-cluster": r"\b(?:own(?:ed)?|on-?prem\w*|in-?house|self-?built) (?:gpu |training )?(?:servers|data ?cent(?:er|re)s?|gpus?\b|gpu machines|(?:gpu |training )clusters?)|\bcolocation\b|\bcolocated|\bdgx\b", "prefect": r"\bprefect\b", "dagster": r"\bdagster\b", "argo-workflows": r"\bargo\b", "vertex-ai-endpoints": r"vertex|ai platform", "gcp-gpu": r"\b(gcp|google cloud) (gpu|vm|machine)|\bgpu (instance|vm|machine)s? (on|in|at) (gcp|google)", "aws-ec2-gpu": r"\bec2\b|\b[pg]\d\w*\.\d*x?large\b|\bgpu (instance|vm|machine)s? (on|in|at) (aws|amazon)",
}  # fmt: skip
VENDOR = re.compile(r"^(Amazon|AWS|Google( Cloud)?|Apache|NVIDIA) ")
ORDINARY = ("aim", "chalk", "comet", "feast", "modal", "replicate", "temporal")  # words of their own: products only with a capital
HAVE = (
    ("kubernetes", r"kubernetes|\bk8s\b|\beks\b|\bgke\b"), ("postgres", r"postgres"), ("redis", r"redis"), ("kafka", r"kafka"), ("airflow", r"\bairflow\b"), ("bigquery", r"bigquery"), ("snowflake", r"snowflake"),
    ("databricks", r"databricks"), ("aws", r"\baws\b|amazon|sagemaker"), ("gcp", r"\bgcp\b|google cloud|bigquery|vertex"), ("azure", r"\bazure\b"), ("ecs", r"\becs\b"), ("docker", r"\bdocker\b"),
)  # fmt: skip

NEIGHBOURS = ("kubernetes", "kafka", "bigquery", "snowflake", "databricks", "aws", "gcp", "azure")  # what a need names because it is there
REFUSED = re.compile(r"(?:\b(?:no|not(?! only| just)|never|without)\b(?![^,;:.]*\b(?:leav|mov)\w+)|\b(?:avoid\w*|instead of|rather than|away from|(?:mov|migrat|gett?)\w* off|leaving|free of|independent (?:of|from))\b)[^,;:.]*", re.IGNORECASE)  # named, but not because it is there; "may not leave AWS" is there


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
    allowed = tuple(f"budget of {f.value} {f.unit}" for f in known.figures if ALLOWED.search(f"{f.what} {f.unit}") and PRICED.search(f"{f.value} {f.unit}"))
    for figure in known.figures:
        if f"budget of {figure.value} {figure.unit}" not in allowed:
            _figure(out, figure, organisation, workload)
    _size(out, known.size, organisation, workload)
    requirements = [r for need in (*known.needs, *allowed) for r in _need(out, need, organisation, workload, entry)]
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
    had = REFUSED.sub(" ", f"{known.had}; {known.size}")
    have = [word for word, pattern in HAVE if re.search(pattern, had, re.IGNORECASE) or any(word in _there(need) for need in known.needs)]
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
    if OF_ONE.search(ONE_EACH.sub(" ", text)):
        out.unread.append(f"{figure}: of one of several")
        return
    if OF_OTHERS.search(text):
        out.unread.append(f"{figure}: of somebody else")
        return
    became = _growth(figure, text, found, workload) or _rate(out.component, text, found, workload) or _stock(out.component, text, found, organisation, workload)
    if became is None:
        out.unread.append(f"{figure}: no quantity of {out.component}, or one that is told already")
    else:
        out.note(str(figure), became)


def _growth(figure: Figure, text: str, found: Range, workload: dict[str, str]) -> str | None:
    if "growth" not in text and "growing" not in text:
        return None
    share = found[0] - 1 if re.search(r"\btimes\b|\d\s*x\b|\bx\b|fold", text) else found[0] / 100
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
    return not things or VALUES.search(text) is not None or any(re.search(rf"(?:(?:{pattern})\w*(?: (?:instances?|executions?|runs?))?|\bscored \w+)$", text[: things[-1]]) for pattern, *_ in kinds)


def _stock(component: str, text: str, found: Range, organisation: dict[str, Any], workload: dict[str, str]) -> str | None:
    if seconds_each(text) is not None or NO_COUNT.search(text):
        return None
    if PEOPLE.search(text) or re.search(r"\bteams?\b", text) or (component in INTERNAL and re.search(r"\busers?\b", text) and not OUTSIDE.search(text)):
        return _heads(text, found, organisation)
    volume = VOLUME.search(text)
    if volume:
        return _volume(component, text, volume, found, workload)
    for pattern, variable, unit, times in () if NO_THINGS.search(text) else STOCKS.get(component, ()):
        if re.search(pattern, text) and variable not in workload and (unit == "GB" or found[1] <= MOST_THINGS):
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
    variable = "online_data" if component == "feature-store" and ONLINE.search(text) else DATA.get(component)
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
    keepers = KEEPERS.search(low)
    kept_by = number(keepers[1]) if keepers else None
    if kept_by is not None:
        organisation["platform_people"] = _span(kept_by, (1, 1), 1.0, "").strip()
        became.append(f"platform_people {organisation['platform_people']}")
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
    in 2 teams", "a small team", "the only data scientist", "500 engineers, 20 of them in ML".
    """
    team = _team(text)
    if team:
        return team
    counts = [number(m[1] + m[2]) for m in re.finditer(rf"(?<![\w.])({UP_TO})({HOW_MANY})\+?(?: or so)?(?: of)?\s+{BETWEEN_THEM}(?:data scientists?|scientists?|engineers?|practitioners?|developers?|researchers?|modell?ers|statisticians|quants|ftes?)\b", text) if not OTHER_WORK.search(m[0]) and not re.search(rf"(?:company|firm|organi[sz]ation|business) (?:with|of) {ABOUT}$", text[: m.start()])]
    known = [c for c in counts if c is not None]
    if known:
        return sum(c[0] for c in known), sum(c[1] for c in known)
    if ALONE.search(text):
        return (1.0, 1.0)
    teams = re.search(rf"(?<![\w.])({HOW_MANY})\+?\s+(?:(?!an?\b)[\w/-]+\s+){{0,3}}(?:teams?|squads?)\b", text)
    found = number(teams[1]) if teams else None
    if found is None and re.search(r"\b(?:small|tiny|lean)\b(?:(?!platform|infrastructure|devops)[\w\s,-]){0,25}\bteam\b", text):
        found = (1.0, 1.0)
    return (found[0] * TEAM[0], found[1] * TEAM[1]) if found else None


def _team(text: str) -> Range | None:
    """What is said of the team as a whole: those of a company who do it, what it has grown to, its size."""
    among = re.search(rf"(?<![\w.])({HOW_MANY})\+? (?:of (?:them|whom|which) )?(?:(?:are |is )?work(?:ing|s)? )?(?:in|on|doing) (?:data|ml|machine learning|ai)\b", text)
    grown = re.search(rf"\b(?:grew|grown|growing|expanded|expanding|went|doubled|tripled)\b[^,;.]*\bto (?:a team of )?{ABOUT}({HOW_MANY})\b(?! (?:times|percent|fold|years?|months?)|[%.,]?\d)", text)
    size = re.search(rf"\bteam(?: size(?: of)?\s*[:=]?|\s*[:=(])\s*{ABOUT}({HOW_MANY})\b", text)
    team = re.search(rf"\b(?:team|squad|group|crew) of ({UP_TO}{ABOUT}{HOW_MANY})(?!\+? \w* ?(?:teams|companies|countries|models))|({HOW_MANY})\+?[- ](?:person|people|member|strong)\b(?!.?(?:company|firm|start|business))", text)
    if among and re.search(r"\b(?:employees?|staff|people|engineers|compan\w+|firm|of (?:whom|them|which))\b", text):
        return number(among[1])
    if grown and re.search(r"\b(?:teams?|group|heads?|headcount|people|scientists|engineers)\b", text):
        return number(grown[1])
    if team and not re.search(rf"(?:company|firm|organi[sz]ation) of {re.escape(team[1] or team[2])}", text):
        return number(team[1] or team[2])
    return number(size[1]) if size else None


def _scale(workload: Mapping[str, str], knots: Mapping[str, tuple[float, float, float, float]]) -> float | None:
    """The largest scale position (0 is S, 3 is XL) among the figures given; None without any."""
    found = []
    for variable, at in knots.items():
        if variable in workload:
            found.append(float(scale_position(np.asarray(math.log(parse(workload[variable], "", convert=lambda unit: 1.0).median)), at)))
    return max(found, default=None)


# -- requirements --------------------------------------------------------------------------------


def _need(out: Reading, need: str, organisation: dict[str, Any], workload: dict[str, str], entry: Any) -> list[dict[str, Any]]:
    told = set(workload)
    found = [*_words(need), *_numbers(out.component, need, entry, workload)]
    found += [{"part": part} for pattern, part in PARTS.get(out.component, ()) if part in entry.parts and re.search(pattern, need, re.IGNORECASE)]
    _amounts(out.component, need, workload)
    became = [f"{k}: {v}" for r in found for k, v in r.items()] + [f"{k} {v}" for k, v in workload.items() if k not in told]
    served = None if "ml_people" in organisation or EFFORT.search(need) or OF_ONE.search(need.lower()) else SERVED.search(need.lower())
    if served and (heads := number(served[1] or served["team"])) and heads[0] >= 2 and heads[1] <= MOST_PEOPLE:
        organisation["ml_people"] = _span(heads, (1, 1), 1.0, "").strip()
        became.append(f"ml_people {organisation['ml_people']}")
    if HANDS_OFF.search(need) or (NO_UPKEEP.search(need) and not FOR_USERS.search(need)):
        organisation.setdefault("platform_people", NOBODY)
        became.append(f"platform_people {organisation['platform_people']}")
    if out.component == "model-serving" and BATCH_ONLY.search(need):
        workload.setdefault("requests", "0.001 to 0.5 req/s")
        became.append("requests next to none")
    have = _there(need)
    became += [f"have {word}" for word in have]
    if became:
        out.note(need, *became)
    else:
        out.unread.append(need)
    return found


def _amounts(component: str, need: str, workload: dict[str, str]) -> None:
    """A number of things in a need ("hundreds of models", "3,000 workflows") where none is told by a figure.

    Fewer than three are no scale ("one model for all", "two models side by side").
    """
    text = FOR_MONTHS.sub(" ", ONE_EACH.sub(" ", need.lower()))
    volume = VOLUME.search(text)
    amount = re.search(r"(\d[\d.,]*)\s?$", text[: volume.start()]) if volume else None
    if volume and amount and STORED.search(text) and not OF_ONE.search(text) and not OF_OTHERS.search(text) and seconds_each(text) is None:
        _volume(component, text, volume, number(amount[1]) or SOME, workload)
    if OF_ONE.search(text) or OF_OTHERS.search(text) or NO_COUNT.search(text) or seconds_each(re.sub(r"\b(?:dai|night|hour|week|month)ly (?=\w)", "", text)) is not None or SIZED.search(text):
        return
    for pattern, variable, unit, times in STOCKS.get(component, ()):
        found = counted(text, rf"(?:{pattern})(?<=s)\b") if variable not in workload and (unit != "gpu*hour/month" or TOGETHER.search(text) or not OF_A_JOB.search(text)) else None
        if found is not None and found[0] >= FEWEST and (unit == "GB" or found[1] <= MOST_THINGS):
            workload[variable] = _span(found, times, 1.0, unit)


def _there(need: str) -> list[str]:
    """What a need names because it is there, not because it shall go or stay away."""
    said = REFUSED.sub(" ", need)
    return [word for word, pattern in HAVE if word in NEIGHBOURS and re.search(pattern, said, re.IGNORECASE)]


def _words(need: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    region = REGIONS.search(COUNTRIES.sub("EU", need))
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
    said = need
    for pattern, meant in WORDED:
        said = re.sub(rf"\b{pattern}\b", meant, said, flags=re.IGNORECASE)
    said = SPELT_TIME.sub(lambda m: f"{NAMES[m[1].lower()]} {m[2]}", said)
    fresh = "freshness" in entry.metrics and FRESH.search(need) is not None
    age = AGE.search(said) if fresh else None
    if age:
        amount, unit = (age[2] or age[4] or "1"), (age[1] or age[3] or age[5])[0].lower()
        amount, unit = amount if amount.isdigit() else "1", {"s": "second", "m": "minute", "h": "hour"}[unit]
        found.append({"freshness": f"<= {amount} {unit}"})
    if component in LATENCY and not fresh and not NO_LIMIT.search(need) and (component != "data-pipeline" or STARTS.search(need)):
        found += _limits(component, need, FROM_TO.sub(" ", said), entry)
    for metric, about in DELAYS:
        delay = NOTICED.search(said) if metric in entry.metrics and about.search(need) else None
        if delay:
            found.append({metric: f"<= {delay[1] if delay[1].isdigit() else '1'} {delay[2].lower().rstrip('s')}"})
    start = COLD.search(need)
    nines = next((share for word, share in NINES if re.search(word, need, re.IGNORECASE)), None)
    if start and "cold_start" in entry.metrics:
        found.append({"cold_start": f"<= {start[1]} {'ms' if start[2].lower().startswith('m') else 'second'}"})
    uptime = UPTIME.search(f"{nines} uptime" if nines else need)
    if uptime and float(uptime[1] or uptime[3]) >= LEAST_UPTIME:
        found.append({"availability": f">= {uptime[1] or uptime[3]}%"})
    budget = BUDGET.search(need) or BUDGET.search(AT_MOST.sub(r"at most \1", need))
    if budget and MONEY.search(need):
        amount = budget["n"].strip()
        if (budget["t"] or budget["l"] or "year").lower() != "month":
            value = number(amount.lstrip("$€£ "))
            amount = f"{amount[0] if amount[0] in '$€£' else ''}{value[0] / 12:.6g}" if value else ""
        if amount:
            found.append({"monthly_cost": f"<= {amount} {CURRENCIES.get((budget['c'] or '').lower().rstrip('s'), budget['c']) or ('' if amount[0] in '$€£' else 'USD')}/month".replace(" /", "/")})
    plain = VOLUMES.sub(" ", PRICED.sub(" ", LIMIT.sub(" ", said)))
    rated = None if OF_ONE.search(need.lower()) or OF_OTHERS.search(need) or VALUES.search(need.lower()) else rate(plain)
    if rated is None:
        return found
    load, seconds = rated
    times = (1 / PEAK_OVER_AVERAGE[1], 1 / PEAK_OVER_AVERAGE[0]) if seconds < DAY else (1.0, 1.0)
    if component == "model-serving" and BATCH.search(need):
        if "batch_scored" in entry.variables:
            workload.setdefault("batch_scored", _span(load, (1, 1), MONTH_SECONDS / seconds, "prediction/month"))
    elif component in LOAD and re.search(CALLS, need, re.IGNORECASE):
        metric, unit = LOAD[component]
        if metric in entry.metrics:
            found.append({metric: f">= {load[0] / seconds:.6g} {unit}"})
        if metric in entry.variables and metric not in workload:
            workload[metric] = _span(load, times, 1 / seconds, unit)
    elif not EVERY.search(plain) and number(plain) is not None:
        _rate(component, plain.lower(), (load[0] * times[0], load[1] * times[1]), workload)
    return found


def _limits(component: str, need: str, said: str, entry: Any) -> list[dict[str, Any]]:
    """How long an answer may take: the first time told, and further ones that name their percentile."""
    found: list[dict[str, Any]] = []
    for i, limit in enumerate(LIMIT.finditer(said)):
        after_it = POINT.match(said[limit.end() :].lstrip(" ,(").removeprefix("at ").removeprefix("for ").removeprefix("in ").removeprefix("the "))
        told = limit["p"] or (after_it and (after_it[1] or after_it[2])) or (next((m[1] or m[2] for m in POINT.finditer(said)), None) if i == 0 else None)
        if told is None and i > 0:
            continue
        point = "p50" if told == "50" or (told is None and USUAL.search(need)) else "p95" if told in ("90", "95") else "p99"
        metric = LATENCY[component].get(point)
        if metric is not None and metric in entry.metrics:
            if component == "experiment-tracking":  # two different calls, no percentiles of one
                metric = metric if re.search(r"\blog|writ|record|ingest|call", need, re.IGNORECASE) else "search_p95"
            found.append({metric: f"<= {limit['n']} {'ms' if limit['u'].lower().startswith('m') else 'second'}"})
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
    texts = (known.had, *known.needs, *(str(f) for f in known.figures if DURATION.search(f"{f.unit or LASTING.sub('', str(f.value))}")))
    said = known.had if WORN.search(known.had) else next((t for t in texts if COMPLAINT.search(t if t == known.had else IF_IT_FAILS.sub(" ", t)) or t not in (known.had, *known.needs)), None)
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
    rest = re.sub(r"^\W*no\b[^,;:.]*", "", had, flags=re.IGNORECASE)
    by_hand = any(pattern.search(had) for pattern in (AD_HOC, *(FILES[c] for c in FILES if c == out.component)))
    found: Any
    if rest != had and (_system(out, rest, catalog) or AD_HOC.search(rest)) and not re.match(r"\W*no\b.?(?:longer|code|\d)", had, re.IGNORECASE):
        return _current(out, rest.lstrip(" ,;:."), catalog)  # "no orchestrator, cron jobs on one machine"
    if NOTHING.search(had) or (system is None and re.search(WITHOUT.get(out.component, r"$^"), had, re.IGNORECASE)):
        found = "nothing"
    elif system is not None:
        found = system
    elif by_hand:
        found = {"home-grown": True, "scattered": True, "parts": [p for p in DOES.get(out.component, ()) if p in catalog.components[out.component].parts]}
    elif OWN.search(had) and (STRONG_OWN.search(had) or not BOUGHT.search(had)):
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
    first = min(named)
    by = RUN_BY.search(had)
    rented = min((n for n in named if by and n[0] >= by.end() and set(catalog.systems[n[1]].offers) == {"managed"}), default=first)
    identity = rented[1]
    offers = {k: o for k, o in catalog.systems[identity].offers.items() if not after(o.available.since, out.as_of) and not before(o.available.until, out.as_of)}
    own_run = "self-host" in offers and OWN_RUN.search(had)
    if "build" in offers:
        own = {"system": identity, "parts": [p for p in DOES.get(out.component, ()) if p in catalog.components[out.component].parts]}
        return own | ({"scattered": True} if AD_HOC.search(had) else {})
    sourcing = "self-host" if own_run else next(iter(offers))
    return {"system": identity, "sourcing": sourcing} | ({"scattered": True} if sourcing == "self-host" and EACH_TEAM.search(had) else {})
