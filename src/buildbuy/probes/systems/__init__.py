"""Systems that a probe can start: one file each, with a locked list of packages beside it."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from buildbuy.errors import BadInput
from buildbuy.probes.request import written
from buildbuy.probes.supervise import Server

FILES = Path(__file__).parent / "files"
MODEL = FILES / "model.onnx"
FEATURES = 30
ROW = [round((i * 37 % 101) / 101, 3) for i in range(FEATURES)]
SYSTEMS = {"model-serving": ("fastapi", "bentoml", "mlserver", "ray-serve", "triton")}
PROFILES = ("default", "tuned")


@dataclass(frozen=True)
class Place:
    """Where a server is set up: its environment, a folder of its own, its ports, its profile."""

    environment: Path
    scratch: Path
    ports: list[int]
    profile: str

    @property
    def python(self) -> str:
        return str(self.environment / "bin" / "python")

    def copy(self, folder: str) -> None:
        """The files of a system and the model, into the folder."""
        for file in [*(FILES / folder).iterdir(), MODEL]:
            if file.is_file() and not file.name.startswith("requirements"):
                (self.scratch / file.name).write_bytes(file.read_bytes())


@dataclass(frozen=True)
class System:
    """A system under test. `settings` names, per profile, what is set and why; `tested` is the month in
    which the locked versions were last seen to work; `start` sets the folder up and says what to run.
    """

    id: str
    name: str
    package: str
    folder: str
    tested: str
    settings: Mapping[str, tuple[str, ...]]
    ports: int
    start: Callable[[Place], Server]

    @property
    def requirements(self) -> Path:
        return FILES / self.folder / "requirements.txt"


def system(name: str) -> System:
    """The system of an id."""
    found: System = importlib.import_module(f"buildbuy.probes.systems.{name.replace('-', '_')}").SYSTEM
    return found


def chosen(component: str, names: str | None) -> list[System]:
    """The systems of a component, all or those named. Raises BadInput for one we can't start."""
    if component not in SYSTEMS:
        raise BadInput(f"no system of `{component}` can be started yet", hint=f"known: {', '.join(SYSTEMS)}; or measure your own service with --endpoint")
    known = SYSTEMS[component]
    wanted = [x.strip() for x in names.split(",") if x.strip()] if names else list(known)
    for one in wanted:
        if one not in known:
            raise BadInput(f"`{one}` can't be started", where="--systems", hint=f"known: {', '.join(known)}")
    return [system(one) for one in dict.fromkeys(wanted)]


def plain_message(path: str) -> bytes:
    """One row of features as {"inputs": [[...]]}."""
    return _post(path, {"inputs": [ROW]})


def v2_message(path: str) -> bytes:
    """One row of features in the Open Inference Protocol (KServe v2)."""
    return _post(path, {"inputs": [{"name": "inputs", "shape": [1, FEATURES], "datatype": "FP32", "data": ROW}]})


def _post(path: str, body: object) -> bytes:
    return written("POST", path, {"host": "127.0.0.1", "content-type": "application/json"}, json.dumps(body).encode())
