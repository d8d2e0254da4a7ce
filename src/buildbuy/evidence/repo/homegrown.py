"""What a team has built itself, by three kinds of signs together: what a folder imports, what its
functions and classes are called, and what shape it has. Each reason is shown; none alone suffices.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from buildbuy.evidence.repo.python import Module

WEB = frozenset(["fastapi", "flask", "falcon", "starlette", "aiohttp", "tornado", "sanic", "bottle", "django", "litestar", "grpc", "quart"])
MODELS = frozenset(["torch", "tensorflow", "keras", "onnxruntime", "joblib", "sklearn", "transformers", "xgboost", "lightgbm", "catboost", "spacy", "fasttext", "gensim", "diffusers", "sentence_transformers", "peft", "onnx", "tflite_runtime", "llama_cpp", "timm", "fastai", "paddle", "jax", "deepspeed", "detectron2"])
QUEUES = frozenset(["rq", "celery", "apscheduler", "redis", "dramatiq", "huey", "kombu", "sched", "croniter", "schedule", "pika", "arq"])
STORES = frozenset(["redis", "sqlalchemy", "boto3", "cassandra", "psycopg2", "psycopg", "pymongo", "duckdb", "sqlite3", "aerospike", "pandas", "pyspark"])
STATISTICS = frozenset(["scipy", "numpy", "pandas", "sklearn", "torch", "tensorflow", "statsmodels"])
LAUNCHERS = frozenset(["subprocess", "boto3", "paramiko", "kubernetes", "docker", "google", "asyncssh", "fabric"])
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
             uses=_words(r"^celery\..*(shared_task|\.task)$|^celery\.Celery$|^rq\.(Queue|Worker|decorators\.job)$|^dramatiq\.actor$|^huey\..*task$|^arq\..*(create_pool|cron)$|^apscheduler\..*(Scheduler|add_job)$|^kombu\..*Consumer")),
    Detector("model-serving", "a model server in a web framework", WEB, _words(r"predict|run_inference|inference_(server|service|handler)|classify|scor(e|ing)_|serv(e|ing)_model|model_serv|^infer|^generate|^completion|^transcri|^embed(ding)?s?$|txt2img|^translate$"), _words(r"load|model|batch|health|predict|infer"), MODELS),
    Detector("feature-store", "a feature lookup layer", STORES, _words(r"feature_?(store|view|registry|group|lookup|repo|service|reader|writer|cache)|get_(online_|historical_|batch_)?features?|point_in_time|materiali[sz]e"), _words(r"register|registry|get|lookup|materiali[sz]e|entity|ttl|point_in_time")),
    Detector("experiment-tracking", "a run logger", FILES, _words(r"(run|experiment|metrics?)_?(logger|tracker|store|writer|registry)|^_?log_(metrics?|params?|artifact)|(start|end|finish)_run|experiment_?track"), _words(r"log|save|write|compare|load|params|metric")),
    Detector("monitoring", "drift or quality checks", STATISTICS, _words(r"drift|population_stability|^psi$|_psi\b|psi_|data_?quality|outlier_?detect|ks_?test"), _words(r"drift|threshold|reference|baseline|alert|score|detect|report|test")),
    Detector("training-compute", "a GPU job launcher", LAUNCHERS, _words(r"(launch|submit|provision|terminate|spawn|create|start)_?\w*(batch_?job|train\w*_?job|instance|gpu_?(node|job|instance)|training|_vm|spot|training_?pod)|(gpu|spot|training)_?(launcher|manager|runner|scheduler|job)"), _words(r"gpu|instance|batch|train|wait|status|spot|machine|image|job")),
)
SMALL = 25  # lines; below, a folder is a wrapper or a script


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
    return sorted(_merged(found), key=lambda f: (-f["confidence"], f["component"], f["paths"]))


def _judge(detector: Detector, folder: str, inside: list[Module], index: Any, components_of: Mapping[str, tuple[str, ...]], parts: tuple[str, ...]) -> dict[str, Any] | None:
    telling: list[tuple[Module, str, int]] = []
    imports: list[tuple[str, str]] = []
    models: list[tuple[str, str]] = []
    members: list[Module] = []
    for module in inside:
        roots = {i.name.partition(".")[0] for i in module.imports}
        if _on_engine(module, detector.component, index, components_of):
            continue
        names = [(module, n, line) for n, line in module.defined if detector.names.search(n)]
        if detector.uses is not None:
            names += [(module, u.name, u.line) for u in module.uses if u.kind in ("call", "decorator") and detector.uses.search(u.name)]
        if names or _made_of(detector, module):
            names += [(module, w, 1) for w in module.path.removesuffix("/__init__.py").split("/")[-2:] if detector.names.search(w)]
        here = [(i.name, f"{module.path}:{i.line}") for i in module.imports if i.name.partition(".")[0] in detector.imports and not _calls_only(module, i.name)]
        if names or (here and detector.component in ("data-pipeline", "model-serving", "training-compute")):
            members.append(module)
            telling += names
            imports += here
        if detector.also & roots:
            models += [(i.name, f"{module.path}:{i.line}") for i in module.imports if i.name.partition(".")[0] in detector.also]
    size = sum(m.lines for m in members)
    if not telling or not imports or size < SMALL:
        return None
    if detector.component == "model-serving" and not any(m is n for m, _, _ in telling for n in members if _made_of(detector, n)):
        return None  # what predicts and what answers requests are different files
    if detector.component == "model-serving" and not models and not any(re.search(r"predict|inference", n, re.I) for _, n, _ in telling):
        return None
    shapes = [(n, f"{m.path}:{line}") for m in members for n, line in m.defined if detector.shape.search(n)]
    if len(telling) < 2 and len(shapes) < 2:
        return None
    reasons = [_reason("imports", imports), _reason("names", [(n, f"{m.path}:{line}") for m, n, line in telling])]
    if shapes:
        reasons.append(_reason("shape", shapes))
    if models:
        reasons.append(_reason("models", models))
    confidence = min(0.9, 0.3 + 0.08 * min(len(telling), 4) + 0.05 * min(len(shapes), 3) + (0.15 if models else 0.0))
    words = {w for m in members for n, _ in m.defined for w in re.split(r"_|(?<=[a-z])(?=[A-Z])", n.lower())}
    covered = [p for p in parts if all(any(w.startswith(t.rstrip("s")[:6]) for w in words) for t in p.split("-"))]
    return {"component": detector.component, "what": detector.what, "paths": [folder or "."], "files": sorted(m.path for m in members), "lines": size, "confidence": round(confidence, 2), "reasons": reasons, "parts": covered}


def _made_of(detector: Detector, module: Module) -> bool:
    """Whether a file imports what such a system is made of: then its name and folder may speak too."""
    return any(i.name.partition(".")[0] in detector.imports and not _calls_only(module, i.name) for i in module.imports)


def _calls_only(module: Module, name: str) -> bool:
    """Whether gRPC is imported to call others: nothing here starts a server or answers for a service."""
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
    """Folders below a folder that is found for the same component belong to it."""
    kept: list[dict[str, Any]] = []
    for one in sorted(found, key=lambda f: (f["component"], f["paths"][0].count("/"))):
        home = next((k for k in kept if k["component"] == one["component"] and one["paths"][0].startswith(k["paths"][0] + "/")), None)
        if home is None:
            kept.append(one)
            continue
        home["files"] = sorted({*home["files"], *one["files"]})
        home["lines"] += one["lines"]
        home["confidence"] = max(home["confidence"], one["confidence"])
        home["parts"] = sorted({*home["parts"], *one["parts"]})
    return kept
