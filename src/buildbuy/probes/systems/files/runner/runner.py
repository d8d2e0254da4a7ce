"""What a team writes first instead of an orchestrator: cron calls `runner.py work` each minute; state and
retries are rows in SQLite. `tuned` runs each task in a process of its own, as many as there are cores.
"""

import fcntl
import multiprocessing
import multiprocessing.connection
import os
import sqlite3
import sys
import time
import traceback
from pathlib import Path

from figures import TUNED
from pipelines import PIPELINES, RETRIES, do

HERE = Path(__file__).parent
CORES = os.cpu_count() or 1


def database():
    connection = sqlite3.connect(HERE / "runs.db", timeout=30, isolation_level=None)
    if TUNED:
        connection.executescript("pragma journal_mode=wal; pragma synchronous=normal;")
    connection.execute("create table if not exists tasks (run integer, pipeline text, task text, state text, tries integer, primary key (run, task))")
    return connection


def ask(db, pipeline):
    """A new run, for the next call of `work`."""
    with db:
        run = db.execute("select coalesce(max(run), 0) + 1 from tasks").fetchone()[0]
        db.executemany("insert into tasks values (?, ?, ?, 'waiting', 0)", [(run, pipeline, task) for task in PIPELINES[pipeline]])


def state(db, pipeline):
    """How the newest run of a pipeline stands."""
    states = {row[0] for row in db.execute("select state from tasks where pipeline = ? and run = (select max(run) from tasks where pipeline = ?)", (pipeline, pipeline))}
    if states == {"done"}:
        return "success"
    return "failed" if "failed" in states and not states & {"waiting", "running"} else "running"


def work(db):
    """Works off every run that isn't finished. What an earlier call left as running died with it: one try more."""
    db.execute("update tasks set state = case when tries > ? then 'failed' else 'waiting' end where state = 'running'", (RETRIES,))
    running = {}
    while True:
        for run, pipeline, task, tries in _ready(db):
            if len(running) >= (CORES if TUNED else 1):
                break
            db.execute("update tasks set state = 'running', tries = ? where run = ? and task = ?", (tries + 1, run, task))
            if TUNED:
                process = multiprocessing.get_context("fork").Process(target=do, args=(pipeline, task))
                process.start()
                running[process.sentinel] = (process, run, task, tries + 1)
            else:
                _ended(db, run, task, tries + 1, _survived(pipeline, task))
        if running:
            for sentinel in multiprocessing.connection.wait(list(running)):
                process, run, task, tries = running.pop(sentinel)
                process.join()
                _ended(db, run, task, tries, process.exitcode == 0)
        elif not _ready(db):
            return


def _survived(pipeline, task):
    try:
        do(pipeline, task)
    except Exception:
        traceback.print_exc()
        return False
    return True


def _ended(db, run, task, tries, well):
    state = "done" if well else "waiting" if tries <= RETRIES else "failed"
    db.execute("update tasks set state = ? where run = ? and task = ?", (state, run, task))
    if state == "failed":  # what waits for it never will be done
        db.execute("update tasks set state = 'skipped' where run = ? and state = 'waiting'", (run,))


def _ready(db):
    rows = db.execute("select run, pipeline, task, state, tries from tasks where run in (select run from tasks where state = 'waiting') order by run").fetchall()
    states = {(run, task): state for run, _, task, state, _ in rows}
    return [(run, p, task, tries) for run, p, task, state, tries in rows if state == "waiting" and all(states[run, up] == "done" for up in PIPELINES[p][task])]


def main():
    with (HERE / "work.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # an earlier call still works
        work(database())


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] == "forever":  # as a service manager would keep it
        while True:
            main()
            time.sleep(0.2)
    main()
