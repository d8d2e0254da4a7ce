"""Ray: a local cluster of its own, tasks (default), or actors that are kept (tuned)."""

import time

import ray
from figures import TUNED, figure
from ray.util import ActorPool
from training import CORES, empty, exercise

TRIES = 8  # ray gives up on a node that isn't there after 30 s, which can't be set; a busy machine takes longer


def start():
    """Seconds of the start that worked, and how many it took."""
    for i in range(1, TRIES + 1):
        begin = time.perf_counter()
        try:
            ray.init(address="local", num_cpus=CORES, include_dashboard=False, object_store_memory=200_000_000, _node_ip_address="127.0.0.1", log_to_driver=False)
        except Exception:
            if i == TRIES:
                raise
            ray.shutdown()
        else:
            return time.perf_counter() - begin, i


seconds, tries = start()
figure("start_seconds", seconds, "s", 1, "ray.init of a local cluster, until it returned")
figure("start_tries", tries, "count", 1, "calls of ray.init until one worked: it gives up on a node after 30 s")


@ray.remote
class Worker:
    def run(self, task, argument):
        return task(argument)


workers = [Worker.remote() for _ in range(CORES)] if TUNED else []
pool = ActorPool(workers) if TUNED else None
_remote = {}


def remote(task):
    if task not in _remote:
        _remote[task] = ray.remote(task)
    return _remote[task]


def one(task, argument):
    return ray.get(workers[0].run.remote(task, argument) if TUNED else remote(task).remote(argument))


def many(task, arguments):
    if TUNED:
        return list(pool.map(lambda worker, argument: worker.run.remote(task, argument), list(arguments)))
    return ray.get([remote(task).remote(one) for one in arguments])


begin = time.perf_counter()
one(empty, 0)
figure("first_task_s", time.perf_counter() - begin, "s", 1, "the first task after ray.init: a worker process starts and imports")
exercise(one, many, "an actor" if TUNED else "a worker", "each by itself")
