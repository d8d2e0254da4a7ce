"""The pipelines that every orchestrator is put through, what their tasks do (they leave marks in a file),
and what is read from the marks. A system's own script says how it is started, asked and stopped.
"""

import contextlib
import itertools
import json
import os
import signal
import statistics
import time
from pathlib import Path

from figures import figure, missing, sized

TASKS = sized(50, 5)  # of a chain, and of a wide pipeline
BOUND = 90.0  # seconds watched after a worker was killed
DONE = 600.0  # seconds a pipeline may take otherwise
RETRIES = 2
SLOW = 600.0  # a task that lasts until it is killed, the first time
MARKS = Path(__file__).parent / "marks"
CHAIN = [f"t{i}" for i in range(TASKS)]
KILLED = {"before": (), "slow": ("before",), "after": ("slow",)}
PIPELINES = {
    "one": {"t0": ()},
    "chain": {task: tuple(CHAIN[i - 1 : i]) if i else () for i, task in enumerate(CHAIN)},
    "wide": dict.fromkeys(CHAIN, ()),
    "flaky": {"flaky": (), "after": ("flaky",)},
    "hopeless": {"hopeless": (), "after": ("hopeless",)},
    "kill_task": KILLED,
    "kill_worker": KILLED,
}
"""By pipeline its tasks, each with those it waits for."""


def do(pipeline, name):
    """A task: nothing, but a planted failure or a long sleep where its name says so. (Airflow reserves the word `task`.)"""
    _mark(pipeline, name, "begin")
    times = len(marks(pipeline, name, "begin"))
    if name == "hopeless" or (name == "flaky" and times <= RETRIES):
        raise RuntimeError("planted")
    if name == "slow" and times == 1:
        time.sleep(SLOW)
    _mark(pipeline, name, "end")


def marks(pipeline, task=None, what=None):
    """(task, begin or end, process, its parent, seconds since 1970) of what was done, in order."""
    try:
        lines = (MARKS / pipeline).read_text().splitlines()
    except FileNotFoundError:
        return []
    split = (line.split() for line in lines)
    found = [(a, b, int(pid), int(parent), int(ns) / 1e9) for a, b, pid, parent, ns in split]
    return [m for m in found if task in (None, m[0]) and what in (None, m[1])]


def _mark(pipeline, task, what):
    MARKS.mkdir(exist_ok=True)
    line = f"{task} {what} {os.getpid()} {os.getppid()} {time.time_ns()}\n"
    with (MARKS / pipeline).open("a") as file:  # one short write: lines of several processes don't mix
        file.write(line)


def exercise(system):
    """Everything, in order of how little can go wrong. `system` has run(pipeline), state(pipeline) (running, success,
    failed), `standing`, whether processes of it stand between runs, and worker(pid), the processes that are the worker
    of a task that runs in process pid; or `worker` says why a worker can't die apart.
    """
    if system.standing:
        _idle()
    else:
        for what in ("idle_memory_mb", "idle_cpu_percent", "idle_processes"):
            missing(what, "nothing of it stands between runs")
    for part in (_single, _chain, _wide, _flaky, _hopeless):
        _guarded(part, system)
    _guarded(_killed, system, "kill_task")
    if isinstance(system.worker, str):
        missing("kill_worker_noticed_s", system.worker)
    else:
        _guarded(_killed, system, "kill_worker")


def _guarded(part, system, *more):
    try:
        part(system, *more)
    except Exception as e:  # one figure that can't be had doesn't cost the others
        missing(more[0] if more else part.__name__.strip("_"), f"{type(e).__name__}: {e}"[:300])


def _finished(system, pipeline, seconds=DONE):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = system.state(pipeline)
        if state != "running":
            return state
        time.sleep(0.05)
    raise TimeoutError(f"{pipeline} not done after {seconds:.0f} s")


def _run(system, pipeline):
    """Runs a pipeline; seconds from asking to the state that ends it."""
    begin = time.monotonic()
    system.run(pipeline)
    state = _finished(system, pipeline)
    return state, time.monotonic() - begin


def _tree():
    """Its standing processes, and all that they and we have started."""
    import psutil

    services = [psutil.Process(one["pid"]) for one in json.loads(os.environ["PROBE_SERVICES"])]
    return [*services, *(one for top in [psutil.Process(), *services] for one in top.children(recursive=True))]


def _cpu():
    """CPU seconds of all that, of processes that have ended too."""
    import psutil

    own = os.times()
    total = own.children_user + own.children_system
    for process in _tree():
        with contextlib.suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def _idle():
    import psutil

    time.sleep(5)  # what it does at first is not idling
    seconds = sized(20, 3)
    before = _cpu()
    time.sleep(seconds)
    percent = 100 * (_cpu() - before) / seconds
    tree, memory = _tree(), 0
    for process in tree:
        with contextlib.suppress(psutil.Error):
            full = process.memory_full_info()
            memory += getattr(full, "pss", full.rss)
    figure("idle_memory_mb", memory / 1e6, "MB", len(tree), "memory of all its standing processes, pages they share counted once, nothing to do")
    figure("idle_cpu_percent", percent, "% of a core", seconds, f"CPU of all its standing processes over {seconds} s with nothing to do")
    figure("idle_processes", len(tree), "processes", 1, "processes that stand when there is nothing to do")


def _single(system):
    took = []
    for _ in range(3):
        state, seconds = _run(system, "one")
        if state != "success":
            raise RuntimeError(f"a pipeline of one task ended as {state}")
        took.append(seconds)
    figure("one_task_run_s", statistics.median(took), "s", len(took), "median of asking for a run of one empty task until its success is seen")


def _chain(system):
    before = _cpu()
    state, _ = _run(system, "chain")
    cpu = _cpu() - before
    begun, ended = ({m[0]: m[4] for m in marks("chain", what=what)} for what in ("begin", "end"))
    if state != "success" or len(marks("chain", what="end")) != TASKS:
        raise RuntimeError(f"{len(ended)} of {TASKS} tasks were done; the run ended as {state}")
    gaps = sorted(1000 * (begun[b] - ended[a]) for a, b in itertools.pairwise(CHAIN))
    how = f"a chain of {TASKS} empty tasks: from the end of one to the begin of the next"
    figure("task_overhead_ms_p50", statistics.median(gaps), "ms", len(gaps), how)
    figure("cpu_ms_per_task", 1000 * cpu / TASKS, "ms", TASKS, f"CPU of all its processes over the run of that chain, starting it and idling included, divided by {TASKS}: other work on the machine hardly moves it")
    figure("task_overhead_ms_max", gaps[-1], "ms", len(gaps), how + ", the longest")


def _wide(system):
    state, _ = _run(system, "wide")
    ends = [m[4] for m in marks("wide", what="end")]
    if state != "success" or len(ends) != TASKS:
        raise RuntimeError(f"{len(ends)} of {TASKS} tasks were done; the run ended as {state}")
    first = min(m[4] for m in marks("wide", what="begin"))
    figure("tasks_per_minute", 60 * TASKS / (max(ends) - first), "task/minute", TASKS, f"{TASKS} empty tasks that wait for nothing: their number divided by first begin to last end")
    figure("parallel_ms_per_task", 1000 * (max(ends) - first) / TASKS, "ms", TASKS, f"{TASKS} empty tasks that wait for nothing: first begin to last end, divided by their number")


def _flaky(system):
    state, _ = _run(system, "flaky")
    figure("flaky_executions", len(marks("flaky", "flaky", "begin")), "executions", 1, f"a task that fails {RETRIES} times and then succeeds, {RETRIES} retries allowed: times it was begun")
    figure("flaky_run_succeeded", int(state == "success" and len(marks("flaky", "after", "end")) == 1), "of 1 run", 1, "the run ended well and what follows the task was done once")


def _hopeless(system):
    state, _ = _run(system, "hopeless")
    figure("hopeless_executions", len(marks("hopeless", "hopeless", "begin")), "executions", 1, f"a task that always fails, {RETRIES} retries allowed: times it was begun")
    figure("hopeless_run_failed", int(state == "failed" and not marks("hopeless", "after", "begin")), "of 1 run", 1, "the run is shown as failed and what follows the task was not begun")


def _killed(system, pipeline):
    """Kills what runs a task in the middle of it, and watches for as long as BOUND."""
    system.run(pipeline)
    until = time.monotonic() + DONE
    while not marks(pipeline, "slow", "begin"):
        if time.monotonic() > until:
            raise TimeoutError("the task was not begun")
        time.sleep(0.02)
    time.sleep(1)
    pid = marks(pipeline, "slow", "begin")[0][2]
    whom = [pid] if pipeline == "kill_task" else [*system.worker(pid), pid]
    for one in whom:
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    at, killed = time.monotonic(), time.time()
    what = "the process that runs a task" if pipeline == "kill_task" else "all that runs tasks, not the server or scheduler,"
    noticed, state = None, "running"
    while time.monotonic() < at + BOUND:
        state = system.state(pipeline)
        again = [m[4] for m in marks(pipeline, "slow", "begin")[1:]]
        if noticed is None and (again or state != "running"):
            noticed = again[0] - killed if again else time.monotonic() - at
        if state == "success":
            break  # one that is shown as failed may still be begun again as a whole
        time.sleep(0.1)
    if noticed is None:
        missing(f"{pipeline}_noticed_s", f"{what} got SIGKILL in the middle of a task; within {BOUND:.0f} s the task was not begun again and the run was still shown as running")
    else:
        figure(f"{pipeline}_noticed_s", noticed, "s", 1, f"{what} got SIGKILL in the middle of a task: until the task is begun again or the run is no longer shown as running")
    figure(f"{pipeline}_executions", len(marks(pipeline, "slow", "begin")), "executions", 1, f"times the task was begun, {RETRIES} retries allowed, within {BOUND:.0f} s of the kill (1: not taken up again)")
    figure(f"{pipeline}_earlier_executions", len(marks(pipeline, "before", "begin")), "executions", 1, "times the task before it, done before the kill, was done (2: done twice)")
    figure(f"{pipeline}_run_succeeded", int(state == "success" and len(marks(pipeline, "after", "end")) == 1), "of 1 run", 1, f"the run came to a good end by itself within {BOUND:.0f} s of the kill")
