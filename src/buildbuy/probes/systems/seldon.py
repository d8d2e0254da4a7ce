"""Seldon Core 1's Python wrapper: a class behind `seldon-core-microservice` (Flask, gunicorn).

The list pins setuptools below 81: gunicorn 20.1, the newest that the wrapper allows, imports pkg_resources.
"""

from __future__ import annotations

from buildbuy.probes import supervise
from buildbuy.probes.supervise import NotMeasured, Server
from buildbuy.probes.systems import Place, System, post


def start(at: Place) -> Server:
    if not supervise.namespaces():
        raise NotMeasured("it listens on every address of the machine and has no setting for it: started only in a network of its own")
    at.copy("seldon")
    http, grpc, metrics = at.ports
    command = (
        at.python, str(at.environment / "bin" / "seldon-core-microservice"), "small.Small", "--workers", str(at.workers),
        "--http-port", str(http), "--grpc-port", str(grpc), "--metrics-port", str(metrics),
    )  # fmt: skip
    tuned = ("--threads", "4", "--grpc-workers", "0") if at.profile == "tuned" else ()
    messages = tuple(post("/api/v1.0/predictions", {"data": {"ndarray": at.rows}, "meta": {"tags": {"model": i}}}) for i in range(at.models))
    return Server((*command, *tuned), http, "/health/ping", messages, {})


SYSTEM = System(
    "seldon", "Seldon Core 1 (Python wrapper)", "seldon-core", "seldon", "2026-11",
    {
        "default": ("the wrapper alone, as with seldon.io/no-engine: no orchestrator before it", "1 thread a worker, its default: one request at a time, each on a connection of its own", "a gRPC server beside it, which loads the model too", "onnxruntime's own choice of threads"),
        "tuned": ("the wrapper alone, as with seldon.io/no-engine: no orchestrator before it", "4 threads a worker: one request doesn't wait for another, and connections are kept", "no gRPC server: nobody asks it here", "1 onnxruntime thread"),
    },
    3, start,
)  # fmt: skip
