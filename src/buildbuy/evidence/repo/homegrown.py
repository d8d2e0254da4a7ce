"""What a team has built itself, by three kinds of signs together: what a folder imports, what its
functions and classes are called, and what shape it has. Each reason is shown; none alone suffices.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from buildbuy.evidence.repo.python import Module

FRAMEWORKS = {
    "fastapi": "FastAPI", "flask": "Flask", "flask_restful": "Flask", "flask_restx": "Flask", "flask_api": "Flask", "django": "Django", "rest_framework": "Django", "falcon": "Falcon", "starlette": "Starlette",
    "aiohttp": "aiohttp", "tornado": "Tornado", "sanic": "Sanic", "bottle": "Bottle", "litestar": "Litestar", "quart": "Quart", "grpc": "gRPC", "plumber": "plumber", "plumber2": "plumber", "vetiver": "vetiver",
}  # fmt: skip
WEB = frozenset(FRAMEWORKS)
MODELS = frozenset(["torch", "tensorflow", "keras", "onnxruntime", "joblib", "sklearn", "transformers", "xgboost", "lightgbm", "catboost", "spacy", "fasttext", "gensim", "diffusers", "sentence_transformers", "peft", "onnx", "tflite_runtime", "llama_cpp", "timm", "fastai", "paddle", "jax", "deepspeed", "detectron2"])
QUEUES = frozenset(["rq", "celery", "apscheduler", "redis", "dramatiq", "huey", "kombu", "sched", "croniter", "schedule", "pika", "arq"])
STORES = frozenset(["redis", "sqlalchemy", "boto3", "cassandra", "psycopg2", "psycopg", "pymongo", "duckdb", "sqlite3", "aerospike", "pandas", "pyspark"])
STATISTICS = frozenset(["scipy", "numpy", "pandas", "sklearn", "torch", "tensorflow", "statsmodels"])
LAUNCHERS = frozenset(["subprocess", "boto3", "paramiko", "kubernetes", "docker", "google", "googleapiclient", "asyncssh", "fabric"])
FILES = frozenset(["json", "csv", "sqlite3", "pickle", "os", "pathlib", "sqlalchemy", "pymongo", "datetime"])


@dataclass(frozen=True)
class Detector:
    """What makes a folder look like an own part of the stack: imports, telling names, and shape."""

    component: str
    what: str
    imports: frozenset[str]
    names: re.Pattern[str]
    shape: re.Pattern[str]
    also: frozenset[str] = frozenset()
    uses: re.Pattern[str] | None = None  # names of a library whose use tells as much as a name of one's own


def _words(text: str) -> re.Pattern[str]:
    return re.compile(text, re.I)


DETECTORS = (
    Detector("data-pipeline", "a job queue or scheduler", QUEUES, _words(r"enqueue|queue|worker|schedul|cron|run_jobs?$|task_?runner|^dag|orchestrat"), _words(r"retry|retries|backoff|status|state|pending|failed|lock|timeout|job"),
             uses=_words(r"^celery\..*(shared_task|\.task)$|^celery\.Celery$|^rq\.(Queue|Worker|decorators\.job)$|^dramatiq\.actor$|^huey\.(.*task$|\w*Huey$|consumer)|^arq\..*(create_pool|cron)$|^apscheduler\..*(Scheduler|add_job)$|^kombu\..*Consumer")),
    Detector("model-serving", "a model server in a web framework", WEB, _words(r"predict|run_inference|inference_(server|service|handler)|classify|scor(e|ing)_|serv(e|ing)_model|model_serv|^infer($|ence|_(batch|request|model|one|single))|^generate($|_(text|stream|image|token|completion|response|answer)s?)|^completion|^transcri|^embed(ding)?s?$|txt2img|^translate$"), _words(r"load|model|batch|health|predict|infer"), MODELS),
    Detector("feature-store", "a feature lookup layer", STORES, _words(r"feature_?(store|view|registry|group|lookup|repo|service|reader|writer|cache)|get_(online_|historical_|batch_)?features?|point_in_time|^materiali[sz]e(_|$)"), _words(r"register|registry|get|lookup|materiali[sz]e|entity|ttl|point_in_time")),
    Detector("experiment-tracking", "a run logger", FILES, _words(r"(run|experiment|metrics?)_?(logger|tracker|store|writer|registry)|^_?log_(metrics?|params?|artifact)|(start|end|finish)_run|experiment_?track"), _words(r"log|save|write|compare|load|params|metric")),
    Detector("monitoring", "drift or quality checks", STATISTICS, _words(r"drift|population_stability|^psi$|_psi\b|psi_|data_?quality|outlier_?detect|ks_?test"), _words(r"drift|threshold|reference|baseline|alert|score|detect|report|test")),
    Detector("training-compute", "a GPU job launcher", LAUNCHERS, _words(r"(?<!\w)(?!\w*stack)\w*?(launch|submit|provision|terminate|spawn|create|start)_?\w*(batch_?job|train\w*_?job|instance(s|$|_(group|template))|gpu_?(node|job|instance)|training|_vm|spot|training_?pod)|(gpu|spot|training)_?(launcher|manager|runner|scheduler|job)"), _words(r"gpu|instance|batch|train|wait|status|spot|machine|image|job")),
)
# What answers requests, unlike clients, exceptions and types of the same packages.
ANSWERS = re.compile(r"^(fastapi\.(FastAPI|APIRouter)|flask\.(Flask|Blueprint|views)|flask_(restful|restx|api)|falcon|starlette\.(applications|routing|endpoints)|aiohttp\.web|tornado\.(web|httpserver)|sanic|bottle|django\.(views|urls|http)|rest_framework|litestar|quart\.(Quart|Blueprint)|grpc)\b")
_LOADS = re.compile(r"^load_model|predict|inference", re.I)
SMALL = 25  # lines; below, a folder is a wrapper or a script
MANY = 4  # folders side by side that are one thing
LONG = 300  # lines; of a longer file only what is about this counts, of a folder with more only the files


def find(modules: list[tuple[Module, str]], texts: Mapping[str, Any], index: Any, components_of: Mapping[str, tuple[str, ...]], parts: Mapping[str, tuple[str, ...]]) -> list[dict[str, Any]]:
    """Home-grown infrastructure by component and folder, most certain first."""
    folders: dict[str, list[Module]] = defaultdict(list)
    for module, use in modules:
        if use == "core" and not module.path.endswith(".ipynb"):
            folders[module.path.rpartition("/")[0]].append(module)
    found = []
    for detector in DETECTORS:
        for folder, inside in sorted(folders.items()):
            one = _judge(detector, folder, inside, index, components_of, parts.get(detector.component, ()))
            if one:
                found.append(one)
    sizes = [(m.path, m.lines) for inside in folders.values() for m in inside]
    merged = _merged(found)
    for one in merged:
        if one["component"] == "model-serving":  # one endpoint doesn't make a model server of a whole application
            one["paths"] = _narrowed(one, sizes)
    return sorted(merged, key=lambda f: (-f["confidence"], f["component"], f["paths"]))


def _narrowed(found: dict[str, Any], sizes: list[tuple[str, int]]) -> list[str]:
    """The files, where they are few and less than half of what their folder holds; the folder otherwise."""
    folder, files = found["paths"][0], list(found["files"])
    below = sum(lines for path, lines in sizes if folder == "." or path.startswith(folder + "/"))
    return files if below > LONG and found["lines"] < below / 2 and len(files) < 7 else [folder]


def _judge(detector: Detector, folder: str, inside: list[Module], index: Any, components_of: Mapping[str, tuple[str, ...]], parts: tuple[str, ...]) -> dict[str, Any] | None:
    telling: list[tuple[Module, str, int]] = []
    imports: list[tuple[str, str]] = []
    models: list[tuple[str, str]] = []
    members: list[Module] = []
    given = False  # a server of whatever it is given
    stems = {m.path.removesuffix("/__init__.py").rpartition("/")[2].removesuffix(".py") for m in inside if _made_of(detector, m)}
    for module in inside:
        roots = {i.name.partition(".")[0] for i in module.imports}
        if _on_engine(module, detector.component, index, components_of):
            continue
        names = [(module, n, line) for n, line in module.defined if detector.names.search(n)]
        if detector.uses is not None:
            if not _made_of(detector, module) and not any(stems & set(i.name.split(".")) for i in module.imports):
                continue  # a queue in the standard library's sense, or something else that is called so
            names += [(module, u.name, u.line) for u in module.uses if u.kind in ("call", "decorator", "base") and detector.uses.search(u.name)]
        if names or _made_of(detector, module):
            names += [(module, w, 1) for w in module.path.removesuffix("/__init__.py").split("/")[-2:] if detector.names.search(w)]
        here = [(i.name, f"{module.path}:{i.line}") for i in module.imports if i.name.partition(".")[0] in detector.imports and not _otherwise_used(module, i.name)]
        handed = module.handed if detector.component == "model-serving" and here else []
        asked = module.asked if detector.component == "model-serving" and not names and _answers(module) else []
        names += [(module, n, line) for n, line in (*handed, *asked)]
        given = given or bool(handed)
        if names or (here and (detector.component in ("data-pipeline", "training-compute") or detector.also & roots)):
            members.append(module)
            telling += names
            imports += here
        if detector.also & roots:
            models += [(i.name, f"{module.path}:{i.line}") for i in module.imports if i.name.partition(".")[0] in detector.also]
    sizes = {m.path: _size(detector, m, [(n, line) for t, n, line in telling if t is m]) for m in members}
    if not telling or not imports or sum(m.lines if sizes[m.path][1] and _made_of(detector, m) else sizes[m.path][0] for m in members) < SMALL:
        return None
    made = [m for m in members if (_answers(m) if detector.component == "model-serving" else _made_of(detector, m))]
    if detector.component in ("model-serving", "data-pipeline") and not any(m is n for m, _, _ in telling for n in made):
        return None  # what is called so and what could do it are different files
    if detector.component == "model-serving" and not models and not given and not any(re.search(r"predict|inference", n, re.I) for _, n, _ in telling):
        return None
    shapes = [(n, f"{m.path}:{line}") for m in members for n, line in m.defined if detector.shape.search(n)]
    if detector.component == "model-serving":
        shapes += [(last, f"{m.path}:{i.line}") for m in members for i in m.imports if _LOADS.search(last := i.name.rpartition(".")[2])]
    apart = {n for n, _ in shapes} - {n for _, n, _ in telling} if detector.component == "training-compute" else shapes
    if (len(telling) < 2 and len(apart) < 2 and not given) or (detector.component == "experiment-tracking" and not shapes):
        return None  # one name that says both, or runs of which nothing is logged
    reasons = [_reason("imports", imports), _reason("names", [(n, f"{m.path}:{line}") for m, n, line in telling])]
    if shapes:
        reasons.append(_reason("shape", shapes))
    if models:
        reasons.append(_reason("models", models))
    confidence = min(0.9, 0.3 + 0.08 * min(len(telling), 4) + 0.05 * min(len(shapes), 3) + (0.15 if models or given else 0.0))
    words = {w for m in members for n, _ in m.defined for w in re.split(r"_|(?<=[a-z])(?=[A-Z])", n.lower())}
    covered = [p for p in parts if all(any(w.startswith(t.rstrip("s")[:6]) for w in words) for t in p.split("-"))]
    what = f"a model server in {frameworks(n for n, _ in imports)}" if detector.component == "model-serving" else detector.what
    return {"component": detector.component, "what": what, "paths": [folder or "."], "files": sorted(m.path for m in members), "lines": sum(lines for lines, _ in sizes.values()), "confidence": round(confidence, 2), "reasons": reasons, "parts": covered}


def frameworks(names: Iterable[str]) -> str:
    """The web frameworks among imported names, in words."""
    found = sorted({FRAMEWORKS[root] for n in names if (root := n.partition(".")[0]) in FRAMEWORKS})
    return " and ".join(f for f in found if f != "Starlette" or "FastAPI" not in found)


def model_behind(modules: Iterable[Module], paths: set[str], dependants: Mapping[str, set[str]]) -> bool:
    """Whether one of the files at `paths` answers requests and has a model: in its folder, or in a file it imports."""
    [serving] = (d for d in DETECTORS if d.component == "model-serving")
    modules = list(modules)
    answering = {m.path for m in modules if m.path in paths and _answers(m)}
    folders = {p.rpartition("/")[0] for p in answering}
    with_model = [m for m in modules if m.handed or any(i.name.partition(".")[0] in MODELS for i in m.imports) or any(serving.names.search(n) for n, _ in m.defined) or any(u.name.endswith(".load_model") for u in m.uses) or (m.path in answering and m.asked)]
    return any(m.path.rpartition("/")[0] in folders or dependants.get(m.path, set()) & answering for m in with_model)


def _size(detector: Detector, module: Module, telling: list[tuple[str, int]]) -> tuple[int, bool]:
    """Lines of a file that are about this, and whether its own names say so and not only what it calls: all
    lines, unless it is long; then what such names define, and single lines that call a library.
    """
    defined = [(line, module.ends.get(line, line)) for n, line in module.defined if detector.names.search(n)]
    named = bool(defined) or any(line == 1 or "." not in n for n, line in telling)
    if module.lines <= LONG or (named and not defined):
        return module.lines, True
    spans = defined + [(line, next((end for i in range(3) if (end := module.ends.get(line + i))), line)) for _, line in telling]  # a decorator stands above
    return len({i for start, end in spans for i in range(start, end + 1)}), named


def _answers(module: Module) -> bool:
    """Whether a file makes or fills what answers requests."""
    return any(ANSWERS.search(u.name) and not _otherwise_used(module, u.name) for u in (*module.imports, *module.uses))


def _made_of(detector: Detector, module: Module) -> bool:
    """Whether a file imports or uses what such a system is made of: then its name and folder may speak too."""
    return any(u.name.partition(".")[0] in detector.imports and not _otherwise_used(module, u.name) for u in (*module.imports, *module.uses))


def _otherwise_used(module: Module, name: str) -> bool:
    """Whether gRPC is imported to call others (nothing here starts a server or answers for a service), or
    Google's package for something else than machines.
    """
    if name.startswith("google."):
        return not name.startswith(("google.cloud.compute", "google.cloud.batch", "google.cloud.container", "google.cloud.tpu"))
    return name.partition(".")[0] == "grpc" and not any("server" in u.name.lower() or u.name.endswith("Servicer") for u in module.uses)


def _on_engine(module: Module, component: str, index: Any, components_of: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a file imports a product of this component: a layer over it, not an own system. Web
    frameworks and timers are in the catalog for their facts and are no engines.
    """
    systems = {s for name in (*(i.name for i in module.imports), *(u.name for u in module.uses)) for s in index.of_vendor(name)}
    systems |= {s for client, _ in module.clients for s in index.of_vendor(f"boto3:{client}")}
    return any(component in components_of.get(s, ()) for s in systems)


def _reason(kind: str, places: Iterable[tuple[str, str]]) -> dict[str, Any]:
    places = list(places)
    return {"kind": kind, "found": list(dict.fromkeys(n for n, _ in places))[:8], "at": [p for _, p in places][:8]}


def _merged(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Folders below a folder that is found for the same component belong to it, and many in one to each other."""
    kept: list[dict[str, Any]] = []
    beside = Counter((f["component"], f["paths"][0].rpartition("/")[0]) for f in found)
    for one in found:
        parent = one["paths"][0].rpartition("/")[0]
        if parent and beside[one["component"], parent] >= MANY:
            one["paths"] = [parent]
    for one in sorted(found, key=lambda f: (f["component"], f["paths"][0].count("/"))):
        home = next((k for k in kept if k["component"] == one["component"] and f"{one['paths'][0]}/".startswith(k["paths"][0] + "/")), None)
        if home is None:
            kept.append(one)
            continue
        home["files"] = sorted({*home["files"], *one["files"]})
        home["lines"] += one["lines"]
        home["confidence"] = max(home["confidence"], one["confidence"])
        home["parts"] = sorted({*home["parts"], *one["parts"]})
    return kept
