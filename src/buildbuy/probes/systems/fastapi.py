"""FastAPI + uvicorn, the service that a team writes itself: as first written, and with micro-batching."""

from __future__ import annotations

from buildbuy.probes.supervise import Server
from buildbuy.probes.systems import Place, System, plain_messages


def start(at: Place) -> Server:
    at.copy("fastapi")
    app = {"default": "naive:app", "tuned": "batching:app"}[at.profile]
    port = at.ports[0]
    command = (at.python, "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port), "--workers", str(at.workers), "--no-access-log")
    return Server(command, port, "/health", plain_messages(at), {})


SYSTEM = System(
    "fastapi", "FastAPI + uvicorn", "fastapi", "fastapi", "2026-11",
    {
        "default": ("a plain `def` endpoint with a pydantic model, as the tutorial has it", "onnxruntime's own choice of threads"),
        "tuned": ("micro-batching: what waits is run together, without a window, so that a lone request isn't held up", "1 onnxruntime thread: more than the model needs makes it wait for itself"),
    },
    1, start, option="fastapi-container/build",
)  # fmt: skip
