"""LitServe: a class behind its server."""

from __future__ import annotations

from buildbuy.probes.supervise import Server
from buildbuy.probes.systems import Place, System, plain_messages


def start(at: Place) -> Server:
    at.copy("litserve")
    port = at.ports[0]
    return Server((at.python, "serve.py"), port, "/health", plain_messages(at), {"PROBE_PORT": str(port), "PATH": at.path})


SYSTEM = System(
    "litserve", "LitServe", "litserve", "litserve", "2026-11",
    {
        "default": ("no batching, its defaults", "onnxruntime's own choice of threads"),
        "tuned": ("batches of 64 at most, gathered for 1 ms at most: fewer calls into the model", "1 onnxruntime thread"),
    },
    1, start,
)  # fmt: skip
