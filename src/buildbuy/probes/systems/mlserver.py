"""MLServer (Seldon): a custom runtime that holds an onnxruntime session.

The list pins uvloop below 0.22: with 0.23 the default settings (an inference process) end in "no current
event loop" while the model loads.
"""

from __future__ import annotations

import json

from buildbuy.probes.supervise import Server
from buildbuy.probes.systems import Place, System, v2_messages


def start(at: Place) -> Server:
    at.copy("mlserver")
    http, grpc, metrics = at.ports
    settings = {"host": "127.0.0.1", "http_port": http, "grpc_port": grpc, "metrics_port": metrics, "debug": False}
    settings["parallel_workers"] = 0 if at.profile == "tuned" and at.workers == 1 else at.workers
    (at.scratch / "settings.json").write_text(json.dumps(settings))
    for name in (f"small-{i}" for i in range(at.models)):
        (at.scratch / name).mkdir()
        (at.scratch / name / "model-settings.json").write_text(json.dumps({"name": name, "implementation": "runtime.Small"}))
    env = {"PYTHONPATH": str(at.scratch)}
    command = (at.python, str(at.environment / "bin" / "mlserver"), "start", str(at.scratch))
    return Server(command, http, "/v2/health/ready", v2_messages(at), env)


SYSTEM = System(
    "mlserver", "MLServer", "mlserver", "mlserver", "2026-11",
    {
        "default": ("inference processes beside the server, its default", "onnxruntime's own choice of threads"),
        "tuned": ("parallel_workers 0, unless more than one is asked for: a small model needs no process of its own and no copy to it", "1 onnxruntime thread"),
    },
    3, start,
)  # fmt: skip
