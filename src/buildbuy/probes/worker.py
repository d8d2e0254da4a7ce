"""The process that starts what a probe needs, loads or exercises it and ends it: `python -m buildbuy.probes.worker`.

The plan comes as one line of JSON on stdin, the answer goes as JSON to stdout, the samples to files in
the scratch folder. When stdin closes, everything ends.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import fcntl
import json
import os
import re
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from buildbuy.errors import BuildbuyError
from buildbuy.probes.load import Load, Target, ask, run
from buildbuy.probes.request import written

_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
MOST_LOG = 5_000_000  # bytes read of it
LOG_TAIL = 400  # characters of a server's log that go into a message
POLL = 0.05
LOOK = 0.5  # seconds between looks at the memory of an exercise, once it takes long


def main() -> None:
    """Do what the plan says. Whatever happens, no descendant outlives this."""
    line = sys.stdin.readline()
    if not line:
        return
    plan = json.loads(line)
    scratch = Path(plan["scratch"])
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)  # daemons become our children, not init's
    try:
        if plan["isolated"]:
            _loopback_up()
        threading.Thread(target=_until_closed, args=(scratch,), daemon=True).start()
        answer = (_exercised if "exercise" in plan else _measured)(plan, scratch)
    except (BuildbuyError, OSError) as e:
        answer = {"error": getattr(e, "what", None) or f"{getattr(e, 'strerror', None) or e}", "log": getattr(e, "why", "")}
    finally:
        end_descendants()
    print(json.dumps(answer), flush=True)  # noqa: T201


def _measured(plan: dict[str, Any], scratch: Path) -> dict[str, Any]:
    load = Load(**plan["load"])
    target = Target("127.0.0.1", plan["port"], tuple(map(base64.b64decode, plan["messages"])))
    _free(plan["port"])
    begin = time.monotonic()
    log = scratch / "server.log"
    _wait(_started(plan, scratch, log, plan["file"]), plan, plan["ready"], log)
    ready_seconds = time.monotonic() - begin
    status, begins = ask(target, load.timeout)
    if not 200 <= status < 300:
        raise BuildbuyError(f"it answers the request with status {status}: {begins.decode('utf-8', 'replace')[:200]}", why=_tail(log))
    before = _cpu()
    seen = run(target, load)
    cpu = _cpu() - before
    np.save(scratch / "latency.npy", seen.latency)
    np.save(scratch / "lag.npy", seen.lag)
    rss, pss, processes = _memory()
    return {
        "failures": seen.failures, "cpu": seen.cpu, "elapsed": seen.elapsed, "peak_in_flight": seen.peak_in_flight, "ready_seconds": round(ready_seconds, 2),
        "memory_mb": round(rss / 1e6, 1), "shared_fairly_mb": round(pss / 1e6, 1) if pss else None, "processes": processes,
        "cpu_ms_per_request": round(1000 * cpu / (load.requests + load.unmeasured), 4),
    }  # fmt: skip


def _exercised(plan: dict[str, Any], scratch: Path) -> dict[str, Any]:
    """Starts the services one after the other, then the script, and waits for its end."""
    begin = time.monotonic()
    services = []
    for i, service in enumerate(plan["services"]):
        log = scratch / f"service-{i}.log"
        _free(service["port"])
        process = _started(service, scratch, log, plan["file"])
        _wait(process, service, plan["ready"], log)
        services.append({**service, "pid": process.pid})
    script = plan["exercise"]
    env = {**script["env"], "PROBE_SERVICES": json.dumps(services)}
    log, before, started = scratch / "script.log", _cpu(), time.monotonic()
    process = _started({**script, "env": env}, scratch, log, plan["file"])
    peak = [0, 0, 0]
    while process.poll() is None:
        if time.monotonic() - started > script["seconds"]:
            raise BuildbuyError(f"the script was not done after {script['seconds']:g} s", why=_tail(log))
        peak = [max(pair) for pair in zip(peak, _memory(), strict=True)]
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(min(LOOK, 0.02 + (time.monotonic() - started) / 20))  # one that is soon done has a peak too
    seconds = time.monotonic() - started
    if process.returncode:
        raise BuildbuyError(f"the script ended with code {process.returncode}", why=_tail(log))
    rss, pss, processes = peak
    return {
        "ready_seconds": round(started - begin, 2), "seconds": round(seconds, 2), "cpu_seconds": round(_cpu() - before, 2),
        "memory_mb": round(rss / 1e6, 1), "shared_fairly_mb": round(pss / 1e6, 1) if pss else None, "processes": processes,
    }  # fmt: skip


def _started(what: dict[str, Any], scratch: Path, log: Path, file: int) -> subprocess.Popen[bytes]:
    with log.open("wb") as out:
        return subprocess.Popen(
            what["command"], stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=what["env"], cwd=scratch, start_new_session=True,
            preexec_fn=lambda: _bounded(file),  # noqa: PLW1509  our other thread only waits for the end of stdin
        )  # fmt: skip


def _free(port: int) -> None:
    """Raises BuildbuyError where another process answers on the port: it would be measured in place of ours."""
    with socket.socket() as tried:
        tried.settimeout(1)
        if tried.connect_ex(("127.0.0.1", port)) == 0:
            raise BuildbuyError(f"port {port} is taken by another process")


def _wait(process: subprocess.Popen[bytes], what: dict[str, Any], seconds: float, log: Path) -> None:
    """Waits until a server answers 2xx at its path, or takes connections where it has none. Raises
    BuildbuyError where it ends before, or takes too long.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise BuildbuyError(f"the server ended while it was starting (code {process.returncode})", why=_tail(log))
        with contextlib.suppress(BuildbuyError, OSError):
            if _up(what["port"], what["path"]):
                return
        time.sleep(POLL)
    raise BuildbuyError(f"not ready within {seconds:g} s", why=_tail(log))


def _up(port: int, path: str) -> bool:
    if not path:
        socket.create_connection(("127.0.0.1", port), 2).close()
        return True
    target = Target("127.0.0.1", port, (written("GET", path, {"host": "127.0.0.1"}, b""),))
    return 200 <= ask(target, 2)[0] < 300


def _tail(file: Path) -> str:
    """The first error in a log, which is nearest to the cause, and how the log ends."""
    try:
        with file.open("rb") as log:
            text = log.read(MOST_LOG).decode("utf-8", "replace")
    except OSError:
        return ""
    first = re.search(r"^.*(?:Error|Exception|error)\]? ?: .*$", text, re.MULTILINE)
    end = text[-LOG_TAIL:].strip()
    return f"{first[0].strip()[:LOG_TAIL]}\n{end}" if first and first[0].strip() not in end else end


def _below() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _cpu() -> float:
    """CPU seconds of all descendants, of those that have ended too."""
    own = os.times()
    total = own.children_user + own.children_system
    for process in _below():
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _memory() -> tuple[int, int, int]:
    """Resident bytes, proportional bytes (0 where they can't be read) and number of descendants."""
    rss = pss = 0
    below = _below()
    for process in below:
        with contextlib.suppress(psutil.Error):
            rss += process.memory_info().rss
            pss += getattr(process.memory_full_info(), "pss", 0)
    return rss, pss, len(below)


def end_descendants() -> None:
    """Kills everything below this process, until nothing is left."""
    for _ in range(50):
        below = [p for p in _below() if p.status() != psutil.STATUS_ZOMBIE]
        if not below:
            return
        for process in below:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(below, timeout=0.1)


def _until_closed(scratch: Path) -> None:
    """The tool has gone: end all, leave no files."""
    os.read(sys.stdin.fileno(), 1)
    end_descendants()
    shutil.rmtree(scratch, ignore_errors=True)
    os._exit(1)


def _bounded(file: int) -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file, file))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _loopback_up() -> None:
    """A new network namespace has a loopback that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        got = fcntl.ioctl(s, _SIOCGIFFLAGS, struct.pack("16sh14x", b"lo", 0))
        flags = struct.unpack("16sh14x", got)[1]
        fcntl.ioctl(s, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


if __name__ == "__main__":
    main()
