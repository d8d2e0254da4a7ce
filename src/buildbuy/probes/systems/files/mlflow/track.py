"""MLflow through its own client: logging, search, artefacts, and what happens when the server goes down."""

import hashlib
import os
import sys
import threading
import time
from pathlib import Path

import mlflow
from figures import SIZE, TUNED, Service, figure, missing, percentiles, sized, timed
from mlflow.entities import Metric, Param
from mlflow.tracking import MlflowClient
from tracking import METRICS, child, complete, cost, killed, model, values, work

DOWN = 3.0  # seconds before the server is started again
PATIENCE = 300.0  # seconds a blocked step is watched in a full exercise
mlflow.set_tracking_uri(os.environ["MLFLOW_TRACKING_URI"])
client = MlflowClient()


def log(step: int, metrics: dict) -> None:
    """As first written: one call a metric. Tuned: one call a step, sent in the background."""
    if TUNED:
        mlflow.log_metrics(metrics, step=step, synchronous=False)
    else:
        for name, value in metrics.items():
            mlflow.log_metric(name, value, step=step)


def finish() -> None:
    if TUNED:
        mlflow.flush_async_logging()


def found(run: str) -> set:
    """The steps that a run has with all their metrics."""
    return complete({f"metric_{i}": [m.step for m in client.get_metric_history(run, f"metric_{i}")] for i in range(METRICS)})


def training() -> None:
    with mlflow.start_run() as run:
        cost(log, finish, lambda: found(run.info.run_id))


def search() -> None:
    """Runs of which every tenth has the wanted parameter, and one tenth of those the wanted metric."""
    n = sized(500, 30)
    experiment = mlflow.create_experiment("search")

    def one(i: int) -> None:
        run = client.create_run(experiment)
        now = int(time.time() * 1000)
        client.log_batch(run.info.run_id, [Metric("loss", i / n, now, 0)], [Param("model", f"m{i % 10}"), Param("number", str(i))])

    percentiles("create_run", timed(one, n), "create_run and log_batch with 1 metric and 2 parameters", (50,))
    wanted = {str(i) for i in range(n) if i % 10 == 3 and i / n < 0.5}
    got: list = []

    def ask(_: int) -> None:
        got.append({r.data.params["number"] for r in client.search_runs([experiment], "params.model = 'm3' and metrics.loss < 0.5", max_results=1000, order_by=["metrics.loss DESC"])})

    how = f"search_runs over {n} runs by a parameter and a metric, ordered, {len(wanted)} match"
    percentiles("search", timed(ask, sized(20, 5), 1), how, (50,))
    figure("search_wrong", sum(one != wanted for one in got), "count", len(got), "searches that gave other runs than were planted")


def artefact() -> None:
    data = model()
    back: list = []
    with mlflow.start_run() as run:
        into = timed(lambda i: mlflow.log_artifact("model.bin", f"copy{i}"), 5)
        out = timed(lambda i: back.append(mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path=f"copy{i}/model.bin", dst_path=f"back{i}")), 5)
    size = f"{len(data) / 1e6:g} MB through the server"
    percentiles("artifact_in", into, f"log_artifact of {size}", (50,))
    percentiles("artifact_out", out, f"download_artifacts of {size}", (50,))
    same = sum(hashlib.sha256(Path(p).read_bytes()).digest() == hashlib.sha256(data).digest() for p in back)
    figure("artifacts_damaged", len(back) - same, "count", len(back), "artefacts that came back with other bytes")


def outage() -> None:
    """The server is killed in the middle of training and started again; the loop goes on as long as its client lets it."""
    service = Service(-1)  # the last: a database may be before it
    returned, raised, slowest = [], [], 0.0
    down = {"from": 0.0, "to": 0.0}
    back = threading.Event()

    def restart() -> None:
        time.sleep(DOWN)
        service.start()
        down["to"] = time.perf_counter()
        back.set()

    with mlflow.start_run() as run:
        step = after = 0
        while after < 10:
            if step == 10:
                finish()
                service.kill()
                down["from"] = time.perf_counter()
                threading.Thread(target=restart, daemon=True).start()
            before = time.perf_counter()
            try:
                work()
                log(step, values(step))
                returned.append(step)
            except Exception as e:
                raised.append((step, type(e).__name__))
            slowest = max(slowest, time.perf_counter() - before)
            step += 1
            after += back.is_set()
            time.sleep(0.25)  # a loop that logs a few times a second: what a long outage leaves to send stays small
        try:
            finish()
        except Exception as e:
            raised.append((step, type(e).__name__))
        lost = set(returned) - found(run.info.run_id)
    figure("outage_s", down["to"] - down["from"], "s", 1, "the server is killed (SIGKILL) after 10 steps and started again 3 s later: until it answered")
    figure("outage_longest_step_s", slowest, "s", step, "longest step of the loop, over the outage and 10 steps after it, 4 a second")
    figure("outage_steps_raised", len(raised), "count", step, "steps in which the client raised an exception: a loop that doesn't catch it ends at the first")
    figure("outage_steps_lost", len(lost), "count", len(returned), "steps whose call had returned without an exception, less those found afterwards")


def gone() -> None:
    """The server doesn't come back."""
    service = Service(-1)  # the last: a database may be before it
    with mlflow.start_run():
        log(0, values(0))
        finish()
        service.kill()
        done: list = []

        def step() -> None:
            begin = time.perf_counter()
            try:
                log(1, values(1))
                done.append((time.perf_counter() - begin, "returned"))
            except Exception as e:
                done.append((time.perf_counter() - begin, type(e).__name__))

        thread = threading.Thread(target=step, daemon=True)
        thread.start()
        patience = max(3.0, PATIENCE * min(1.0, SIZE))
        thread.join(patience)
        how = "the server is killed and stays away: until the next step's call came back (raised or not)"
        if done:
            figure("server_gone_step_s", done[0][0], "s", 1, how)
            figure("server_gone_raised", done[0][1] != "returned", "count", 1, "whether that call raised an exception in the loop")
        else:
            missing("server_gone_step_s", f"the step was still blocked after {patience:g} s, when the exercise stopped looking")
    os._exit(0)  # whatever the client still wants to send


def left() -> set:
    runs = client.search_runs([mlflow.get_experiment_by_name("killed").experiment_id])
    return found(runs[0].info.run_id)


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        mlflow.set_experiment("killed")
        mlflow.start_run()
        child(log)
    training()
    search()
    artefact()
    killed(left)
    outage()
    gone()
