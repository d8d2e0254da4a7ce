"""NVIDIA Triton: the real server binary that the nvidia-pytriton wheel carries, on the CPU.

The wheel has the Python backend only, so the ONNX model is run by onnxruntime inside it: this is not
Triton's own ONNX backend, and the server is 2.51.0, older than what NVIDIA ships in containers.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from buildbuy.probes.supervise import NotMeasured, Server
from buildbuy.probes.systems import Place, System, v2_messages

CONFIG = """\
name: "NAME"
backend: "python"
max_batch_size: 64
input [{ name: "inputs", data_type: TYPE_FP32, dims: [WIDTH] }]
output [{ name: "score", data_type: TYPE_FP32, dims: [-1] }]
instance_group [{ kind: KIND_CPU, count: WORKERS }]
"""
BATCHING = "dynamic_batching { max_queue_delay_microseconds: 200 }\n"


def start(at: Place) -> Server:
    at.copy("triton")
    packages = at.environment / "lib" / "python3.11" / "site-packages"
    triton = packages / "pytriton" / "tritonserver"
    config = CONFIG.replace("WIDTH", str(len(at.rows[0]))).replace("WORKERS", str(at.workers)) + (BATCHING if at.profile == "tuned" else "")
    repository = at.scratch / "repository"
    for name in (f"small-{i}" for i in range(at.models)):
        (repository / name / "1").mkdir(parents=True)
        shutil.copy(at.scratch / "model.py", repository / name / "1" / "model.py")
        (repository / name / "config.pbtxt").write_text(config.replace("NAME", name))
    try:
        shutil.copytree(triton / "backends", at.scratch / "backends")
        shutil.copy(triton / "python_backend_stubs" / "3.11" / "triton_python_backend_stub", at.scratch / "backends" / "python")
    except OSError as e:
        raise NotMeasured(f"the wheel lacks what Triton needs: {e.filename}") from e
    http, grpc, metrics = at.ports
    command = (
        str(triton / "bin" / "tritonserver"), f"--model-repository={repository}", f"--backend-directory={at.scratch / 'backends'}",
        "--http-address=127.0.0.1", f"--http-port={http}", "--grpc-address=127.0.0.1", f"--grpc-port={grpc}",
        "--metrics-address=127.0.0.1", f"--metrics-port={metrics}", "--allow-gpu-metrics=false",
    )  # fmt: skip
    env = {
        "LD_LIBRARY_PATH": f"{packages / 'nvidia_pytriton.libs'}:{_libpython(at.python)}", "PATH": at.path,
        "PYTHONPATH": f"{packages}:{at.scratch}",
    }  # fmt: skip
    return Server(command, http, "/v2/health/ready", v2_messages(at), env)


def _libpython(python: str) -> Path:
    """The folder of libpython, which the backend's stub is linked to."""
    code = "import sysconfig; print(sysconfig.get_config_var('LIBDIR'))"
    return Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True, timeout=30).stdout.strip())


SYSTEM = System(
    "triton", "Triton 2.51 (Python backend)", "nvidia-pytriton", "triton", "2026-11",
    {
        "default": ("no batching, Triton's default", "onnxruntime's own choice of threads", "instances on the CPU"),
        "tuned": ("dynamic batching that waits 200 us at most", "1 onnxruntime thread", "instances on the CPU"),
    },
    3, start,
)  # fmt: skip
