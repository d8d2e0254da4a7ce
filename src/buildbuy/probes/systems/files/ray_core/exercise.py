"""Ray: a local cluster of its own, tasks (default), or actors that are kept (tuned)."""

import time

import ray
from figures import TUNED, figure
from ray.util import ActorPool
from training import CORES, empty, exercise

started = time.perf_counter()
ray.init(address="local", num_cpus=CORES, include_dashboard=False, object_store_memory=200_000_000, _node_ip_address="127.0.0.1", log_to_driver=False)
figure("start_seconds", time.perf_counter() - started, "s", 1, "ray.init of a local cluster, until it returned")


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
