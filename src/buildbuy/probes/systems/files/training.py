"""The work that a compute framework is given: empty tasks, tasks of a known length, and training steps."""

import statistics
import time

import numpy as np
from figures import figure, percentiles, sized, timed

CORES = 2
ROWS, FEATURES, STEPS = 20_000, 50, 20
FIT = f"{STEPS} passes of logistic regression over {ROWS:,} rows of {FEATURES} features (scikit-learn's SGDClassifier)"


def empty(_=None):
    """A task that does nothing."""


def short(_=None):
    """10 ms of the processor, whatever else runs."""
    begin = time.process_time()
    while time.process_time() < begin + 0.01:
        pass


def shard(seed):
    """Rows of a worker."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(ROWS, FEATURES))
    return rows, (rows @ rng.normal(size=FEATURES) > 0).astype(int)


def fit(seed):
    """Training steps on a shard; their rate in rows a second and the accuracy reached."""
    from sklearn.linear_model import SGDClassifier

    rows, labels = shard(seed)
    model = SGDClassifier(loss="log_loss", random_state=0)
    begin = time.perf_counter()
    for _ in range(STEPS):
        model.partial_fit(rows, labels, classes=[0, 1])
    return ROWS * STEPS / (time.perf_counter() - begin), float(model.score(rows, labels))


def exercise(one, many, name, sent):
    """`one(task, argument)` runs a task elsewhere (in `name`) and waits; `many(task, arguments)` all of a list, as many
    at once as there are cores, `sent` in batches or each by itself.
    """
    many(empty, range(CORES * 2))  # the workers come up
    percentiles("task_round_trip", timed(lambda i: one(empty, i), sized(300, 100), 5), f"an empty task, sent to {name} and waited for")
    count = sized(2000, 200)
    rates = []
    for _ in range(3):
        begin = time.perf_counter()
        many(empty, range(count))
        rates.append(count / (time.perf_counter() - begin))
    figure("tasks_per_second", statistics.median(rates), "1/s", len(rates), f"{count} empty tasks at once to {CORES} workers, {sent}: median of the runs")
    count = sized(200, 40)
    begin = time.perf_counter()
    for i in range(count):
        short(i)
    plain = time.perf_counter() - begin
    begin = time.perf_counter()
    many(short, range(count))
    figure("speedup_10_ms_tasks", plain / (time.perf_counter() - begin), "times", count, f"{count} tasks of 10 ms of the processor: time of a plain loop divided by that on {CORES} workers ({CORES} would be all of it on free cores)")
    _training(many)


def _training(many):
    runs = sized(3, 1)
    plain, apart = [], []
    for i in range(runs):
        begin = time.perf_counter()
        alone = [fit(seed) for seed in range(CORES)]
        plain.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        spread = many(fit, range(CORES))
        apart.append(time.perf_counter() - begin)
        if [accuracy for _, accuracy in alone] != [accuracy for _, accuracy in spread]:
            raise RuntimeError(f"run {i}: the same fit came out differently")
    figure("training_rows_per_second_plain", CORES * ROWS * STEPS / statistics.median(plain), "1/s", runs, f"{CORES} shards one after the other in one process: {FIT}; making the rows counted")
    figure("training_rows_per_second", CORES * ROWS * STEPS / statistics.median(apart), "1/s", runs, f"the same {CORES} shards on {CORES} workers; the same accuracy to the last bit")
