"""Comet in offline mode: what its client costs a training loop, and what is in the archive that would be uploaded."""

import json
import os
import sys
import zipfile
from pathlib import Path

from comet_ml import OfflineExperiment
from figures import TUNED, figure, percentiles, timed
from tracking import child, complete, cost, killed, model, without_server

NO_SERVER = "offline mode writes an archive; its server is the vendor's"
BARE = {
    "log_code": False, "log_graph": False, "auto_param_logging": False, "auto_metric_logging": False, "parse_args": False, "auto_output_logging": False, "log_env_details": False,
    "log_git_metadata": False, "log_git_patch": False, "disabled": False, "display_summary_level": 0,
}  # fmt: skip


def started(name: str):
    return OfflineExperiment(project_name="probe", workspace="probe", offline_directory=name, **(BARE if TUNED else {}))


def steps(lines) -> set:
    """The steps that messages have with all metrics."""
    history: dict = {}
    for line in lines:
        try:
            metric = json.loads(line)["payload"].get("metric") or {}
        except ValueError:  # cut off
            continue
        if metric.get("step") is not None:
            history.setdefault(metric["metricName"], set()).add(metric["step"])
    return complete(history)


def found(folder: str) -> set:
    """The steps in the archives of a folder, which is what `comet upload` takes."""
    lines: list = []
    for file in Path(folder).glob("*.zip"):
        with zipfile.ZipFile(file) as archive:
            lines += [line for name in archive.namelist() if name == "messages.json" for line in archive.read(name).decode().splitlines()]
    return steps(lines)


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        run = started("killed")
        child(lambda step, metrics: run.log_metrics(metrics, step=step))
    percentiles("start", timed(lambda i: started(f"start{i}").end(), 3), "start of an experiment and its end, nothing logged", (50,))
    run = started("training")
    cost(lambda step, metrics: run.log_metrics(metrics, step=step), run.end, lambda: found("training"))
    run = started("artifact")
    data = model()
    percentiles("artifact_in", timed(lambda i: run.log_asset("model.bin", file_name=f"model{i}", copy_to_tmp=True), 5), f"log_asset of {len(data) / 1e6:g} MB, which offline mode copies on this disk", (50,))
    run.end()
    before = {*Path(os.environ["TMPDIR"]).rglob("messages.json")}
    killed(lambda: found("killed"))
    left = {*Path(os.environ["TMPDIR"]).rglob("messages.json")} - before
    kept = steps(line for file in left for line in file.read_text().splitlines())
    figure("killed_steps_in_temporary_files", len(kept), "count", 1, "the training process is killed: steps in the client's temporary folder, in no archive yet")
    without_server(NO_SERVER)
