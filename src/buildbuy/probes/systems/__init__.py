"""Systems that a probe can start: one file each, with a locked list of packages beside it."""

from __future__ import annotations

import importlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from buildbuy.errors import BadInput
from buildbuy.probes import environments, supervise
from buildbuy.probes.exercise import Exercise
from buildbuy.probes.load import MOST_BODY
from buildbuy.probes.request import written
from buildbuy.probes.supervise import Server

FILES = Path(__file__).parent / "files"
MODEL = FILES / "model.onnx"
FEATURES = 30
ROW = [round((i * 37 % 101) / 101, 3) for i in range(FEATURES)]
SYSTEMS = {
    "model-serving": ("fastapi", "bentoml", "litserve", "mlserver", "ray-serve", "seldon", "triton"),
    "experiment-tracking": ("mlflow-sqlite", "mlflow-postgresql", "wandb", "comet", "aim", "clearml"),
    "feature-store": ("feast-sqlite", "feast-redis", "feast-postgresql", "own-redis", "own-postgresql"),
    "data-pipeline": ("prefect", "dagster", "airflow", "runner"),
    "monitoring": ("evidently", "whylogs", "nannyml", "psi"),
    "training-compute": ("ray", "joblib"),
}
VARIANTS = {
    "mlflow-sqlite": "mlflow", "mlflow-postgresql": "mlflow", "feast-sqlite": "feast", "feast-redis": "feast", "feast-postgresql": "feast",
    "own-redis": "online_store", "own-postgresql": "online_store",
}  # fmt: skip
"""Systems that share a module, which has a SYSTEMS of its own."""


@dataclass(frozen=True)
class Informs:
    """A figure of an exercise that speaks of a requirement or a driver: the component's metric or variable, the features a read had, the
    requests a second that were under way (None where they came one after the other).
    """

    metric: str
    features: int | None = None
    rate: float | None = None


INFORMS: Mapping[str, Mapping[str, Informs]] = {
    "experiment-tracking": {"log_step_ms_p99": Informs("log_call_p99"), "search_ms_p50": Informs("search_p50")},
    "feature-store": {
        "read_1x10_ms_p99": Informs("online_read_p99", 10), "read_1x50_ms_p99": Informs("online_read_p99", 50),
        "http_read_ms_p99": Informs("online_read_p99", 10, 50.0),  # RATE of files/feast/store.py
    },
    "data-pipeline": {"tasks_per_minute": Informs("task_starts")},
    "monitoring": {"rows_per_s": Informs("predictions"), "analysis_ms_per_prediction": Informs("analysis_time")},
}  # fmt: skip
"""By component: figures of its exercises, by name."""
LARGEST = 3.4e38  # of float32
MOST_MODEL = 500_000_000  # bytes
PROFILES = ("default", "tuned")


@dataclass(frozen=True)
class Place:
    """Where a system is set up: its environment, a folder of its own, its ports, its profile; for an exercise
    its `size` too, the share of the usual work, and the user's `table` (a file of arrays, or none); for a server its worker processes and how many copies of the
    model it holds, which are asked in turn.
    """

    environment: Path
    scratch: Path
    ports: list[int]
    profile: str
    model: Path = MODEL
    rows: list[list[float]] = field(default_factory=lambda: [ROW])
    size: float = 1.0
    table: Path | None = None
    workers: int = 1
    models: int = 1

    @property
    def python(self) -> str:
        return str(self.environment / "bin" / "python")

    @property
    def path(self) -> str:
        """PATH for a server that looks for its own commands."""
        return f"{self.environment / 'bin'}:/usr/bin:/bin"

    @property
    def told(self) -> dict[str, str]:
        """What a script reads from its environment; a service that runs parts of the script needs it too."""
        return {"PROBE_PROFILE": self.profile, "PROBE_PORTS": ",".join(map(str, self.ports)), "PROBE_SIZE": f"{self.size:g}", "PROBE_TABLE": str(self.table or "")}

    def copy(self, folder: str) -> None:
        """The files of a served system and the model, into the folder."""
        self._copy(folder, "served.py")
        (self.scratch / "model.onnx").write_bytes(self.model.read_bytes())

    def copy_exercise(self, folder: str, *shared: str) -> None:
        """The scripts of an exercise, figures.py and what else they share, into the folder."""
        self._copy(folder, "figures.py", *shared)

    def _copy(self, folder: str, *shared: str) -> None:
        for file in [*(FILES / folder).glob("*.py"), *(FILES / name for name in shared)]:
            (self.scratch / file.name).write_bytes(file.read_bytes())


@contextmanager
def placed(folder: str, requirements: Path, cache: Path, ports: int = 0, profile: str = "default", **more: Any) -> Iterator[Place]:
    """An environment of a locked list and an empty folder, which is gone afterwards. Raises NotMeasured."""
    made = environments.environment(folder, requirements, cache)
    with tempfile.TemporaryDirectory(prefix="bb-", ignore_cleanup_errors=True) as scratch:
        yield Place(made, Path(scratch), supervise.free_ports(ports), profile, **more)


@dataclass(frozen=True, eq=False)
class System:
    """A system under test. `settings` names, per profile, what is set and why; `tested` is the month in
    which the locked versions were last seen to work; `locked` a list of other ones. `start` or `exercise` sets the folder up and says what to
    run: a server that is loaded over HTTP, or a script that uses the system.
    """

    id: str
    name: str
    package: str
    folder: str
    tested: str
    settings: Mapping[str, tuple[str, ...]]
    ports: int
    start: Callable[[Place], Server] | None = None
    exercise: Callable[[Place], Exercise] | None = None
    option: str = ""
    locked: Path | None = None

    @property
    def catalog(self) -> tuple[str, str]:
        """The catalog's system and sourcing that a measurement speaks for: its own, self-hosted, unless named."""
        system, _, sourcing = (self.option or f"{self.id}/self-host").partition("/")
        return system, sourcing

    @property
    def requirements(self) -> Path:
        return self.locked or FILES / self.folder / "requirements.txt"

    def with_versions(self, other: Sequence[str], cache: Path) -> System:
        """The same with other versions of packages than those that were tested. Raises NotMeasured."""
        return replace(self, locked=environments.relocked(FILES / self.folder / "requirements.in", other, cache))

    @contextmanager
    def placed(self, profile: str, cache: Path, **more: Any) -> Iterator[Place]:
        """Its environment and an empty folder, which is gone afterwards. Raises NotMeasured."""
        with placed(self.folder, self.requirements, cache, self.ports, profile, **more) as at:
            yield at

    def about(self, profile: str) -> dict[str, Any]:
        """What it is in a profile, as plain data."""
        return {
            "system": self.id, "profile": profile, "versions": environments.versions(self.requirements), "settings": list(self.settings[profile]),
            "isolated": bool(supervise.namespaces()),
        }  # fmt: skip

    def server(self, at: Place) -> Server:
        """Sets the folder up; the server to run, which is told its profile, workers and models."""
        assert self.start is not None
        made = self.start(at)
        return replace(made, env={**made.env, "PROBE_PROFILE": at.profile, "PROBE_WORKERS": str(at.workers), "PROBE_MODELS": str(at.models)})

    def exercised(self, at: Place) -> Exercise:
        """Sets the folder up; the script to run, which is told its profile, ports and size."""
        assert self.exercise is not None
        made = self.exercise(at)
        return replace(made, env={**made.env, **at.told})


def system(name: str) -> System:
    """The system of an id."""
    module = importlib.import_module(f"buildbuy.probes.systems.{VARIANTS.get(name, name).replace('-', '_')}")
    found: System = module.SYSTEMS[name] if name in VARIANTS else module.SYSTEM
    return found


def loaded(component: str) -> bool:
    """Whether the systems of a component are loaded over HTTP, rather than exercised by a script."""
    return component not in SYSTEMS or system(SYSTEMS[component][0]).start is not None


def chosen(component: str, names: str | None) -> list[System]:
    """The systems of a component, all or those named. Raises BadInput for one we can't start."""
    if component not in SYSTEMS:
        raise BadInput(f"no system of `{component}` can be started yet", hint=f"known: {', '.join(SYSTEMS)}; or measure your own service with --endpoint")
    known = SYSTEMS[component]
    wanted = list(known) if names is None else [x.strip() for x in names.split(",") if x.strip()]
    if not wanted:
        raise BadInput("this names no system", where="--systems", hint=f"known: {', '.join(known)}")
    for one in wanted:
        if one not in known:
            raise BadInput(f"`{one}` can't be started", where="--systems", hint=f"known: {', '.join(known)}")
    return [system(one) for one in dict.fromkeys(wanted)]


def payload(file: Path) -> list[list[float]]:
    """The rows of features of a JSON file, {"inputs": [[...]]}. Raises BadInput."""
    hint = '{"inputs": [[0.1, 0.2]]}: rows of equally many numbers, which go to the model\'s first input as float32'
    try:
        if file.stat().st_size > MOST_BODY:
            raise BadInput(f"more than {MOST_BODY:,} bytes", where=str(file))
        rows = json.loads(file.read_bytes())["inputs"]
        fine = len(rows) > 0 and len(rows[0]) > 0 and all(len(row) == len(rows[0]) and all(type(x) in (int, float) and abs(x) <= LARGEST for x in row) for row in rows)
    except OSError as e:
        raise BadInput(f"can't be read: {e.strerror}", where=str(file)) from e
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as e:
        raise BadInput("these are not rows of features", where=str(file), hint=hint) from e
    if not fine:
        raise BadInput("these are not rows of features", where=str(file), hint=hint)
    return [[float(x) for x in row] for row in rows]


def file_size(file: Path) -> int:
    """Bytes of a file of the user's. Raises BadInput."""
    try:
        return file.stat().st_size
    except OSError as e:
        raise BadInput(f"can't be read: {e.strerror}", where=str(file)) from e


def own_model(file: Path) -> Path:
    """The user's model, if it may be one: ONNX and skops are data, a pickle would be code. Raises BadInput."""
    if file.suffix not in (".onnx", ".skops"):
        raise BadInput("this is not called *.onnx or *.skops", where=str(file), hint="we serve ONNX models, and scikit-learn estimators saved with skops; a pickle runs code when it is read")
    if not 0 < file_size(file) <= MOST_MODEL:
        raise BadInput(f"{file_size(file):,} bytes, not between 1 and {MOST_MODEL:,}", where=str(file))
    return file


def plain_messages(at: Place) -> tuple[bytes, ...]:
    """Rows of features as {"inputs": [[...]]}, to /predict/0 and so on, a path a model."""
    return tuple(post(f"/predict/{i}", {"inputs": at.rows}) for i in range(at.models))


def v2_messages(at: Place) -> tuple[bytes, ...]:
    """Rows of features in the Open Inference Protocol (KServe v2), to the models small-0 and so on."""
    inputs = {"name": "inputs", "shape": [len(at.rows), len(at.rows[0])], "datatype": "FP32", "data": [x for row in at.rows for x in row]}
    return tuple(post(f"/v2/models/small-{i}/infer", {"inputs": [inputs]}) for i in range(at.models))


def post(path: str, body: object) -> bytes:
    """A POST of JSON."""
    return written("POST", path, {"host": "127.0.0.1", "content-type": "application/json"}, json.dumps(body).encode())
