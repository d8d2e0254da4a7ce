"""ClearML in offline mode: what its client costs a training loop, and what is in the session that would be imported.
A process has one task here: of several in one process, some take minutes to close. Processes with tasks of their own come
first: one that is started by a process with a task counts as a part of it.
"""

import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from clearml import Task
from figures import TUNED, figure, percentiles, timed
from tracking import child, complete, cost, killed, model, without_server

NO_SERVER = "offline mode writes a folder; its server is the vendor's or several containers"
BARE = {"auto_connect_frameworks": False, "auto_connect_arg_parser": False, "auto_connect_streams": False, "auto_resource_monitoring": False}
LATE = 10.0  # seconds
Task.set_offline(True)


def started(name: str) -> Task:
    return Task.init(project_name="probe", task_name=name, reuse_last_task_id=False, **(BARE if TUNED else {}))


def logger(task: Task):
    report = task.get_logger().report_scalar

    def log(step: int, metrics: dict) -> None:
        for name, value in metrics.items():
            report(name, name, value, step)

    return log


def steps(metrics: str) -> set:
    """The steps that lines of events have with all metrics."""
    history: dict = {}
    for line in metrics.splitlines():
        try:
            events = json.loads(line)
        except ValueError:  # cut off
            continue
        for event in events:
            history.setdefault(event["metric"], set()).add(event["iter"])
    return complete(history)


def closed(session: Path) -> set:
    """The steps in the archive of a session that was closed."""
    with zipfile.ZipFile(f"{session}.zip") as archive:
        return steps(archive.read("metrics.jsonl").decode())


def left(session: Path) -> set:
    """The steps in a session's folder, which Task.import_offline_session takes too where the task's own file can be read."""
    json.loads((session / "task.json").read_text())
    metrics = session / "metrics.jsonl"
    return steps(metrics.read_text()) if metrics.exists() else set()


def left_at_last() -> set:
    """The steps that are left of the killed process, also what one beside it still writes."""
    session = Path(Path("session").read_text())
    soon = left(session)
    time.sleep(LATE)
    late = left(session)
    figure("killed_steps_late", len(late - soon), "count", len(late), f"steps found {LATE:g} s later only: a process beside the trainer outlives it and writes on; where a kill ends all, as that of a container does, they are gone too")
    return late


def start() -> None:
    """Init of a task and its close; leaves the seconds in a file."""
    begin = time.perf_counter()
    started("start").close()
    Path("seconds").write_text(str(time.perf_counter() - begin))


def apart(_: int) -> float:
    """Seconds of start() in a process of its own."""
    subprocess.run([sys.executable, sys.argv[0], "start"], check=True)
    return float(Path("seconds").read_text())


if __name__ == "__main__":
    if sys.argv[1:] == ["start"]:
        start()
        sys.exit()
    if sys.argv[1:] == ["child"]:
        task = started("killed")
        Path("session").write_text(str(task.get_offline_mode_folder()))
        child(logger(task))
    percentiles("start", [apart(i) for i in range(3)], "init of a task and its close, nothing logged, each in a process of its own", (50,))
    killed(left_at_last)
    task = started("training")
    session = task.get_offline_mode_folder()
    data = model()
    percentiles("artifact_in", timed(lambda i: task.upload_artifact(f"model{i}", "model.bin", wait_on_upload=True), 5), f"upload_artifact of {len(data) / 1e6:g} MB, which offline mode copies on this disk", (50,))
    cost(logger(task), task.close, lambda: closed(session))
    without_server(NO_SERVER)
