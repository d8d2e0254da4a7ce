"""BentoML: a service class behind `bentoml serve`."""

from __future__ import annotations

from buildbuy.probes.supervise import Server
from buildbuy.probes.systems import Place, System, post


def start(at: Place) -> Server:
    at.copy("bentoml")
    port = at.ports[0]
    command = (at.python, "-m", "bentoml", "serve", "service:Small", "--host", "127.0.0.1", "--port", str(port), "-q")
    env = {"BENTOML_HOME": str(at.scratch / "bentoml")}
    return Server(command, port, "/readyz", tuple(post("/predict", {"inputs": at.rows, "which": i}) for i in range(at.models)), env)


SYSTEM = System(
    "bentoml", "BentoML", "bentoml", "bentoml", "2026-11",
    {
        "default": ("a service as the documentation has it", "onnxruntime's own choice of threads"),
        "tuned": ("Python's garbage collector off in the service: its pauses were seen to make the p99", "1 onnxruntime thread"),
    },
    1, start,
)  # fmt: skip
