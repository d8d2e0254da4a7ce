"""MLServer (Seldon): a custom runtime that holds an onnxruntime session.

The list pins uvloop below 0.22: with 0.23 the default settings (an inference process) end in "no current
event loop" while the model loads.
"""

from __future__ import annotations

import json

from buildbuy.probes.supervise import Server
from buildbuy.probes.systems import Place, System, v2_message


def start(at: Place) -> Server:
    at.copy("mlserver")
    http, grpc, metrics = at.ports
    settings = {"host": "127.0.0.1", "http_port": http, "grpc_port": grpc, "metrics_port": metrics, "debug": False}
    if at.profile == "tuned":
        settings["parallel_workers"] = 0
    (at.scratch / "settings.json").write_text(json.dumps(settings))
    (at.scratch / "model-settings.json").write_text(json.dumps({"name": "small", "implementation": "runtime.Small"}))
    env = {"PYTHONPATH": str(at.scratch)}
    command = (at.python, str(at.environment / "bin" / "mlserver"), "start", str(at.scratch))
    return Server(command, http, "/v2/models/small/ready", v2_message("/v2/models/small/infer", at.rows), env)


SYSTEM = System(
    "mlserver", "MLServer", "mlserver", "mlserver", "2026-11",
    {
        "default": ("1 inference process beside the server, its default", "onnxruntime's own choice of threads"),
        "tuned": ("parallel_workers 0: a small model needs no process of its own and no copy to it", "1 onnxruntime thread"),
    },
    3, start,
)  # fmt: skip
