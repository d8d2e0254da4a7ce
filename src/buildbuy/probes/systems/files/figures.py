"""What the scripts of exercises share: their settings, timings, figures and services. Standard library only."""

import json
import math
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

PROFILE = os.environ["PROBE_PROFILE"]
TUNED = PROFILE == "tuned"
PORTS = [int(port) for port in os.environ["PROBE_PORTS"].split(",") if port]
SIZE = float(os.environ["PROBE_SIZE"])
_figures: list[dict] = []


def sized(full: int, least: int = 1) -> int:
    """The amount of work of a full exercise, scaled by PROBE_SIZE."""
    return max(least, round(full * SIZE))


def figure(what: str, value: float, unit: str, n: int, how: str) -> None:
    """One named value from n observations, and one sentence: what was done and counted."""
    _add({"what": what, "value": round(float(value), 6), "unit": unit, "n": n, "how": how})


def missing(what: str, why_not: str) -> None:
    """A figure that could not be taken: never a zero."""
    _add({"what": what, "why_not": why_not[:500]})


def percentile(values: list, p: float) -> float:
    """The smallest value that at least p% of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * p / 100) - 1)]


def percentiles(what: str, seconds: list, how: str, shown: tuple = (50, 99)) -> None:
    """Figures such as what_ms_p50 of timings in seconds. One with fewer than three observations beyond its percentile
    is missing.
    """
    for p in shown:
        if p > 50 and len(seconds) * (100 - p) < 300:
            missing(f"{what}_ms_p{p}", f"{len(seconds)} timings are too few for p{p}")
        else:
            figure(f"{what}_ms_p{p}", 1000 * percentile(seconds, p), "ms", len(seconds), how)


def timed(call, n: int, warmup: int = 0) -> list:
    """Seconds each of n calls call(i) took, one after the other, after `warmup` that don't count."""
    for i in range(warmup):
        call(i)
    out = []
    for i in range(warmup, warmup + n):
        begin = time.perf_counter()
        call(i)
        out.append(time.perf_counter() - begin)
    return out


def _add(one: dict) -> None:
    """The file is whole after each figure."""
    _figures.append(one)
    made = Path("figures.json.new")
    made.write_text(json.dumps(_figures))
    made.replace("figures.json")


class Service:
    """A service of the exercise, by its place in the list: it can be ended as by a crash, and started again."""

    def __init__(self, i: int = 0) -> None:
        self.told = json.loads(os.environ["PROBE_SERVICES"])[i]
        self.pid = self.told["pid"]
        self.port = self.told["port"]

    def kill(self) -> None:
        """SIGKILL to it and all in its process group; returns when its port is closed."""
        os.killpg(self.pid, signal.SIGKILL)
        until = time.monotonic() + 20
        while self.up() and time.monotonic() < until:
            time.sleep(0.05)

    def start(self, seconds: float = 600) -> float:
        """Starts it again; seconds until it was ready. Raises TimeoutError."""
        begin = time.monotonic()
        with Path("restarted.log").open("ab") as log:
            self.pid = subprocess.Popen(self.told["command"], env=self.told["env"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True).pid
        while time.monotonic() < begin + seconds:
            if self.up():
                return time.monotonic() - begin
            time.sleep(0.05)
        raise TimeoutError(f"the service was not ready again within {seconds:g} s")

    def up(self) -> bool:
        """Whether it takes connections, or answers 2xx at its path."""
        try:
            if not self.told["path"]:
                socket.create_connection(("127.0.0.1", self.port), 2).close()
                return True
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.told['path']}", timeout=2) as answer:
                return 200 <= answer.status < 300
        except (OSError, urllib.error.URLError):
            return False
