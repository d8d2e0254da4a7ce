"""Processes of this machine, without a framework: joblib (default), or a pool of the standard library (tuned)."""

import multiprocessing
import time

from figures import TUNED, figure
from joblib import Parallel, delayed
from training import CORES, empty, exercise


def main():
    begin = time.perf_counter()
    pool = multiprocessing.get_context("fork").Pool(CORES) if TUNED else None

    def many(task, arguments):
        if pool:
            return pool.map(task, arguments)
        return Parallel(n_jobs=CORES)(delayed(task)(argument) for argument in arguments)

    def one(task, argument):
        return pool.apply(task, (argument,)) if pool else many(task, [argument])[0]

    one(empty, 0)
    figure("first_task_s", time.perf_counter() - begin, "s", 1, "until the first task came back: the processes start")
    exercise(one, many, "a process of the pool", "in batches of the library's choice")


if __name__ == "__main__":
    main()
