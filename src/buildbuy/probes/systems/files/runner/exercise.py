"""The hand-written runner, called by cron (default) or kept by a service manager (tuned), both played here."""

import subprocess
import sys
import threading
import time
from pathlib import Path

from figures import TUNED, figure
from pipelines import PIPELINES, do, exercise
from runner import ask, database, state


class Runner:
    standing = TUNED

    def __init__(self):
        self.process = self._start("forever") if TUNED else None
        threading.Thread(target=self._keep, daemon=True).start()

    def _start(self, *how):
        with Path("runner.log").open("ab") as log:
            return subprocess.Popen([sys.executable, "runner.py", *how], stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _keep(self):
        """The service manager starts what died anew; cron calls each minute."""
        while True:
            time.sleep(1 if TUNED else 60)
            if not TUNED:
                self._start().wait()
            elif self.process.poll() is not None:
                self.process = self._start("forever")

    def run(self, pipeline):
        ask(database(), pipeline)
        if not TUNED:  # by hand; the next minute would start it too
            self.process = self._start()

    def state(self, pipeline):
        db = database()
        try:
            return state(db, pipeline)
        finally:
            db.close()

    def worker(self, _):
        return [self.process.pid]


def plain():
    """The same chain as plain calls in one process."""
    begin = time.perf_counter()
    for task in PIPELINES["chain"]:
        do("plain", task)
    count = len(PIPELINES["chain"])
    figure("plain_call_ms", 1000 * (time.perf_counter() - begin) / count, "ms", count, "the same empty tasks, with their marks, as plain calls in one process: nothing kept, nothing retried")


plain()
exercise(Runner())
