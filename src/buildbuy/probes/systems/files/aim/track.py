"""Aim through its SDK, on a repository in a folder: logging, search, artefacts, and what a killed trainer leaves.
Reading runs needs an index, which neither the SDK's runs nor its searches write.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from aim import Repo, Run
from aim.sdk.types import QueryReportMode
from figures import TUNED, figure, missing, percentiles, sized, timed
from tracking import child, complete, cost, killed, model

BARE = {"system_tracking_interval": None, "capture_terminal_logs": False}
NO_SERVER = "there is no server: the training process writes the repository itself"


def started(experiment: str) -> Run:
    return Run(repo=".", experiment=experiment, **(BARE if TUNED else {}))


def logger(run: Run):
    """As first written: one call a metric. Tuned: one call a step."""

    def log(step: int, metrics: dict) -> None:
        if TUNED:
            run.track(metrics, step=step)
        else:
            for name, value in metrics.items():
                run.track(value, name=name, step=step)

    return log


def index() -> None:
    subprocess.run(["aim", "storage", "--repo", ".", "reindex", "--yes"], check=True)


def search(query: str) -> list:
    return [one.run for one in Repo(".").query_runs(query, report_mode=QueryReportMode.DISABLED).iter_runs()]


def found(experiment: str) -> set:
    """The steps that the run of an experiment has with all metrics."""
    index()
    (run,) = search(f"run.experiment == '{experiment}'")
    return complete({metric.name: metric.data.indices_list() for metric in run.metrics()})


def searches() -> None:
    """Runs of which every tenth has the wanted parameter, and half of those the wanted metric."""
    n = sized(500, 30)

    def one(i: int) -> None:
        run = started("search")
        run["model"], run["number"] = f"m{i % 10}", i
        run.track(i / n, name="loss", step=0)
        run.close()

    percentiles("create_run", timed(one, n), "a run with 1 metric and 2 parameters, closed", (50,))
    wanted = {i for i in range(n) if i % 10 == 3 and i / n < 0.5}
    got: list = []

    def ask(_: int) -> None:
        got.append({run["number"] for run in search("run.model == 'm3' and run.metrics['loss'].last < 0.5")})

    ask(0)
    figure("search_not_indexed_missed", len(wanted - got.pop()), "count", len(wanted), f"planted runs that a search misses as long as nothing has indexed the {n} closed runs")
    figure("index_ms", 1000 * timed(lambda _: index(), 1)[0], "ms", 1, f"aim storage reindex, a process of its own, with {n} runs")
    percentiles("search", timed(ask, sized(20, 5), 1), f"query_runs over {n} indexed runs by a parameter and a metric, {len(wanted)} match; Aim orders by time only", (50,))
    figure("search_wrong", sum(one != wanted for one in got), "count", len(got), "searches of indexed runs that gave other runs than were planted")


def artefact() -> None:
    data = model()
    back: list = []
    run = started("artifact")
    run.set_artifacts_uri(f"file://{Path.cwd()}/artifacts")
    into = timed(lambda i: run.log_artifact("model.bin", name=f"model{i}", block=True), 5)
    out = timed(lambda i: back.append(run.artifacts[f"model{i}"].download(f"back{i}")), 5)
    run.close()
    size = f"{len(data) / 1e6:g} MB, a copy on this disk"
    percentiles("artifact_in", into, f"log_artifact of {size}", (50,))
    percentiles("artifact_out", out, f"download of {size}", (50,))
    same = sum(hashlib.sha256(Path(p).read_bytes()).digest() == hashlib.sha256(data).digest() for p in back)
    figure("artifacts_damaged", len(back) - same, "count", len(back), "artefacts that came back with other bytes")


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        child(logger(started("killed")))
    percentiles("start", timed(lambda i: started(f"start{i}").close(), 3), "start of a run and its close, nothing logged", (50,))
    training = started("training")
    cost(logger(training), training.close, lambda: found("training"))
    searches()
    artefact()
    killed(lambda: found("killed"))
    for name in ("outage_steps_lost", "server_gone_step_s"):
        missing(name, NO_SERVER)
