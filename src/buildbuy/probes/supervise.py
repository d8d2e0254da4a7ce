"""Start a real system, load or exercise it, and leave nothing behind.

A worker process starts the server and loads it, or runs a script beside its services. Where the kernel lets us, both live in network,
process and mount namespaces of their own: nothing can phone home, no port clashes, and everything
ends with the worker. Elsewhere they share the loopback, and the worker ends every descendant. The
worker dies when the pipe to us closes, so also after kill -9 of the tool.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import psutil

from buildbuy.errors import BuildbuyError, Lacking
from buildbuy.probes.load import Load, Measured

QUIET = {
    "DO_NOT_TRACK": "1", "BENTOML_DO_NOT_TRACK": "True", "RAY_USAGE_STATS_ENABLED": "0", "FEAST_USAGE": "False", "MLFLOW_DISABLE_TELEMETRY": "true",
    "SCARF_ANALYTICS": "false", "GX_ANALYTICS_ENABLED": "false", "HF_HUB_OFFLINE": "1",
    "WANDB_ERROR_REPORTING": "false", "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DAGSTER_DISABLE_TELEMETRY": "1",
    "WHYLOGS_NO_ANALYTICS": "True", "NML_DISABLE_USAGE_LOGGING": "1",
}  # fmt: skip
"""Telemetry off, also where there is no namespace to keep it in."""
LOOK = 0.5  # seconds between looks at the memory of the tree
SPARE = 90.0  # seconds a worker may take beyond start, load and timeouts


@dataclass(frozen=True)
class Server:
    """How a server is started and asked. `ready_path` answers 2xx once it is up; `messages` are the
    whole HTTP requests that are measured, sent in turn; `env` is all of its environment but PATH, HOME and telemetry.
    """

    command: tuple[str, ...]
    port: int
    ready_path: str
    messages: tuple[bytes, ...]
    env: Mapping[str, str]


@dataclass(frozen=True)
class Bounds:
    """Seconds until ready, memory of the whole tree in bytes, largest file in bytes."""

    ready: float = 90.0
    memory: int = 8_000_000_000
    file: int = 1_000_000_000


@dataclass(frozen=True)
class Observed:
    """A load and what the server took: seconds until ready, memory in MB (`shared_fairly_mb` counts
    pages that processes share once), CPU in ms a request.
    """

    measured: Measured
    ready_seconds: float
    memory_mb: float
    shared_fairly_mb: float | None
    processes: int
    cpu_ms_per_request: float


class NotMeasured(BuildbuyError):
    """A system could not be measured; the others go on."""

    exit_code = 3


FAILURES = (NotMeasured, OSError, subprocess.SubprocessError)  # of one system: the others go on


def told(failure: Exception) -> str:
    """Why a system could not be measured: its own words, or the system's (a full disk, say)."""
    if isinstance(failure, NotMeasured):
        return failure.what + (f": {failure.why}" if failure.why else "")
    return getattr(failure, "strerror", None) or str(failure)


@functools.cache
def namespaces() -> tuple[str, ...]:
    """The command that gives a worker namespaces of its own; empty where that isn't allowed."""
    if sys.platform != "linux" or not shutil.which("unshare"):
        return ()
    as_root = () if os.geteuid() == 0 else ("--user", "--map-root-user")
    command = ("unshare", *as_root, "--net", "--pid", "--mount", "--ipc", "--fork", "--kill-child", "--mount-proc")
    try:
        tried = subprocess.run([*command, "true"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return command if tried.returncode == 0 else ()


def free_ports(n: int) -> list[int]:
    """Ports nobody listens on: any where the network is our own, else such as the system hands out."""
    if namespaces():
        return list(range(8000, 8000 + n))
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def observe(server: Server, load: Load, scratch: Path, bounds: Bounds | None = None, isolated: bool | None = None) -> Observed:
    """Start `server` in `scratch`, load it, stop it. Raises NotMeasured with the end of its log."""
    bounds = bounds or Bounds()
    plan = {
        "command": server.command, "port": server.port, "path": server.ready_path, "messages": [base64.b64encode(x).decode() for x in server.messages],
        "env": {**environment(scratch), **QUIET, **server.env}, "load": asdict(load),
    }  # fmt: skip
    return _observed(from_worker(plan, scratch, bounds, bounds.ready + load.warmup + load.seconds + 2 * load.timeout + SPARE, isolated), load, scratch)


def from_worker(plan: Mapping[str, Any], scratch: Path, bounds: Bounds, seconds: float, isolated: bool | None) -> dict[str, Any]:
    """What a worker answers that does `plan` within `seconds`; afterwards nothing of it is left running. Raises
    NotMeasured with the end of a log.
    """
    wrap = namespaces() if isolated is None or isolated else ()
    plan = {**plan, "ready": bounds.ready, "file": bounds.file, "isolated": bool(wrap), "scratch": str(scratch)}
    command = [*wrap, sys.executable, "-P", "-m", "buildbuy.probes.worker"]
    try:
        worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, cwd=scratch)
    except OSError as e:
        raise Lacking(f"can't start a process: {e.strerror}") from e
    try:
        said, complained = _follow(worker, plan, seconds, bounds.memory)
    finally:
        _end(worker)
    if not said:
        raise NotMeasured(f"the probe's worker ended ({worker.returncode}): {complained[-300:]}")
    answer: dict[str, Any] = json.loads(said)
    if "error" in answer:
        raise NotMeasured(answer["error"], why=answer.get("log", ""))
    return answer


def _follow(worker: subprocess.Popen[bytes], plan: Mapping[str, Any], seconds: float, memory: int) -> tuple[str, str]:
    """Sends the plan and waits for the answer, with an eye on memory and time."""
    assert worker.stdin is not None and worker.stdout is not None and worker.stderr is not None
    try:
        worker.stdin.write(json.dumps(plan).encode() + b"\n")
        worker.stdin.flush()  # and left open: its end is the worker's end
    except BrokenPipeError:
        return "", _rest(worker.stderr)
    until = time.monotonic() + seconds
    while True:
        try:
            worker.wait(LOOK)
            return _rest(worker.stdout), _rest(worker.stderr)
        except subprocess.TimeoutExpired:
            if time.monotonic() > until:
                raise NotMeasured(f"not done after {seconds:.0f} s") from None
            if (used := tree_memory(worker.pid)) > memory:
                raise NotMeasured(f"it took {used / 1e9:.1f} GB of memory, more than the {memory / 1e9:.1f} allowed") from None


def _rest(stream: IO[bytes]) -> str:
    return stream.read(1_000_000).decode("utf-8", "replace").strip()


def _end(worker: subprocess.Popen[bytes]) -> None:
    """Ends the worker and, where there is no namespace to do it, everything below it."""
    below = _tree(worker.pid)
    for stream in (worker.stdin, worker.stdout, worker.stderr):
        if stream is not None:
            try:
                stream.close()
            except BrokenPipeError:
                continue
    if worker.poll() is None:
        try:
            worker.wait(3)  # it ends its descendants itself when the pipe closes
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
    for process in below:
        if process.is_running() and process.pid != worker.pid:
            process.kill()
    psutil.wait_procs(below, timeout=3)


def _tree(pid: int) -> list[psutil.Process]:
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def tree_memory(pid: int) -> int:
    """Resident bytes of a process and all below it."""
    total = 0
    for process in _tree(pid):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total


def environment(scratch: Path) -> dict[str, str]:
    """What a started process sees: nothing of the user's own environment, no credentials."""
    return {"PATH": os.defpath, "HOME": str(scratch), "TMPDIR": str(scratch), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _observed(answer: dict[str, Any], load: Load, scratch: Path) -> Observed:
    latency, lag = np.load(scratch / "latency.npy"), np.load(scratch / "lag.npy")
    measured = Measured(load, latency, lag, answer["failures"], answer["cpu"], answer["elapsed"], answer["peak_in_flight"])
    names = ("ready_seconds", "memory_mb", "shared_fairly_mb", "processes", "cpu_ms_per_request")
    return Observed(measured, **{name: answer[name] for name in names})


class Terminated(KeyboardInterrupt):
    """A polite kill."""

    signal = signal.SIGTERM


def stop_on_termination() -> None:
    """Makes a polite kill of the tool end like Ctrl-C, so that what it started is ended."""

    def stop(_: int, __: Any) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, stop)
