"""Ray Serve: one replica behind its HTTP proxy, on a local cluster of its own."""

from __future__ import annotations

from buildbuy.probes.supervise import Server
from buildbuy.probes.systems import Place, System, plain_messages


def start(at: Place) -> Server:
    at.copy("ray-serve")
    port = at.ports[0]
    env = {"PROBE_PORT": str(port), "PATH": at.path}
    return Server((at.python, "app.py"), port, f"/predict/{at.models - 1}", plain_messages(at), env)  # the last that comes up


SYSTEM = System(
    "ray-serve", "Ray Serve", "ray", "ray-serve", "2026-11",
    {
        "default": ("a deployment a model", "onnxruntime's own choice of threads"),
        "tuned": ("serve.batch, 64 at most, 1 ms at most: fewer calls into the model", "1 onnxruntime thread"),
    },
    1, start,
)  # fmt: skip
