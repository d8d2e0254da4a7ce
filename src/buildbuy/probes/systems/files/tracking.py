"""The training loop that experiment trackers are exercised with, and what all of them are asked."""

import hashlib
import math
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from figures import figure, missing, percentiles, sized

METRICS = 10  # a step
_BLOCK = bytes(2_000_000)


def work() -> None:
    """A step of training: a millisecond or so of the processor, which doesn't hold Python's lock."""
    hashlib.sha256(_BLOCK).digest()


def values(step: int) -> dict:
    """The metrics of a step."""
    return {f"metric_{i}": math.sin(step + i) for i in range(METRICS)}


def cost(log, finish, found) -> None:
    """What logging costs a training loop: log(step, values) once a step, finish() until all is written, found() the steps
    that are then in the store with all their metrics.
    """
    steps = sized(1000, 20)
    begin, used = time.perf_counter(), time.process_time()
    for _ in range(steps):
        work()
    bare, bare_used = time.perf_counter() - begin, time.process_time() - used
    seconds = []
    log(0, values(0))  # the first call opens connections
    begin, used = time.perf_counter(), time.process_time()
    for step in range(1, steps + 1):
        work()
        before = time.perf_counter()
        log(step, values(step))
        seconds.append(time.perf_counter() - before)
    logged, logged_used = time.perf_counter() - begin, time.process_time() - used
    before = time.perf_counter()
    finish()
    finished = time.perf_counter() - before
    percentiles("log_step", seconds, f"time in the tracker's client a step of {METRICS} metrics")
    figure("log_metric_ms_mean", 1000 * sum(seconds) / steps / METRICS, "ms", steps * METRICS, f"time in the client over {steps} steps, per metric")
    figure("loop_overhead_ms", 1000 * (logged - bare) / steps, "ms", steps, "wall time a step of the loop with logging, less the same loop without: also what threads of the client take from it")
    figure("loop_overhead_cpu_ms", 1000 * (logged_used - bare_used) / steps, "ms", steps, "the same difference in CPU time of the training process, all its threads: steadier on a busy machine")
    figure("finish_ms", 1000 * finished, "ms", 1, "after the last step, until the client says that all is written")
    figure("steps_lost", steps + 1 - len(found()), "count", steps + 1, "steps logged, less those found afterwards with all their metrics")


def killed(found) -> None:
    """A training process logs steps and is killed (SIGKILL) in the middle: found() gives the steps that are left of it.
    The script is started again with `child` as its argument, and calls child().
    """
    ran = subprocess.run([sys.executable, sys.argv[0], "child"], check=False)
    if ran.returncode != -signal.SIGKILL:
        missing("killed_steps_lost", f"the training process ended with code {ran.returncode} before it was killed")
        return
    time.sleep(2)  # what a process beside it may still write
    done = int(Path("done").read_text())
    figure("killed_steps_lost", done - len(found()), "count", done, "a process logs these steps within seconds and is killed (SIGKILL) right after the last: steps whose call had returned, less those found")


def child(log) -> None:
    """Logs steps, says how many calls have returned, and is killed."""
    steps = sized(200, 20)
    for step in range(steps):
        work()
        log(step, values(step))
    Path("done").write_text(str(steps))
    os.kill(os.getpid(), signal.SIGKILL)


def model() -> bytes:
    """The artefact, model.bin, whose bytes nothing can compress."""
    data = os.urandom(sized(10_000_000, 1_000_000))
    Path("model.bin").write_bytes(data)
    return data


def without_server(why: str) -> None:
    """What only a tracker's server could answer."""
    for name in ("search_ms_p50", "artifact_out_ms_p50", "outage_steps_lost", "server_gone_step_s"):
        missing(name, why)


def complete(history: dict) -> set:
    """The steps that all metrics have, of lists of steps by metric."""
    lists = [set(history.get(f"metric_{i}", ())) for i in range(METRICS)]
    return set.intersection(*lists)
