"""W&B in offline mode: what its client costs a training loop, and what is in the run's file afterwards."""

import struct
import sys
from pathlib import Path

import wandb
from figures import TUNED, percentiles, timed
from tracking import child, complete, cost, killed, model, without_server
from wandb.proto.wandb_internal_pb2 import Record

NO_SERVER = "offline mode writes a file; its server is the vendor's or a container"
BLOCK = 32768  # the run's file is a LevelDB log with a header of 7 bytes


def started(name: str):
    settings = {"console": "off", "x_disable_stats": True, "disable_git": True, "disable_code": True} if TUNED else {}
    return wandb.init(project="probe", mode="offline", dir=name, settings=wandb.Settings(**settings))


def records(data: bytes):
    """The whole records of a run's file; what is cut off at its end is left out."""
    at, parts = 7, []
    while at + 7 <= len(data):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK
            continue
        size, kind = struct.unpack_from("<HB", data, at + 4)
        if at + 7 + size > len(data) or kind == 0:
            return
        parts.append(data[at + 7 : at + 7 + size])
        at += 7 + size
        if kind in (1, 4):  # whole, or the last part
            yield Record.FromString(b"".join(parts))
            parts = []


def found(folder: str) -> set:
    """The steps that a run's file has with all metrics."""
    history: dict = {}
    for file in Path(folder).glob("wandb/offline-run-*/run-*.wandb"):
        for record in records(file.read_bytes()):
            for item in record.history.item:
                history.setdefault(item.key or ".".join(item.nested_key), set()).add(record.history.step.num)
    return complete(history)


if __name__ == "__main__":
    if sys.argv[1:] == ["child"]:
        run = started("killed")
        child(lambda step, metrics: run.log(metrics, step=step))
    percentiles("start", timed(lambda i: started(f"start{i}").finish(), 3), "init of a run and its finish, nothing logged", (50,))
    run = started("training")
    cost(lambda step, metrics: run.log(metrics, step=step), run.finish, lambda: found("training"))
    run = started("artifact")
    data = model()

    def artefact(i: int) -> None:
        one = wandb.Artifact(f"model{i}", type="model")
        one.add_file("model.bin")
        run.log_artifact(one)

    percentiles("artifact_in", timed(artefact, 5), f"add_file and log_artifact of {len(data) / 1e6:g} MB, which offline mode only stages on this disk", (50,))
    run.finish()
    killed(lambda: found("killed"))
    without_server(NO_SERVER)
