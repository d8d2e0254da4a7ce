"""Exercises: a script uses a system through its own client, inside the system's own environment, and
reports named figures. It runs as servers do: in the same namespaces, with the same bounds and clean-up.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from buildbuy.errors import BadInput
from buildbuy.probes.supervise import QUIET, SPARE, Bounds, NotMeasured, environment, from_worker

SECONDS = 1800.0  # a script may take
BOUNDS = Bounds(ready=600)  # a tracking server of ten processes takes minutes to come up on a busy machine
FILE = "figures.json"
MOST_BYTES, MOST_FIGURES, MOST_TEXT = 1_000_000, 200, 500


@dataclass(frozen=True)
class Ready:
    """A service is up once `port` takes connections, or answers 2xx to a GET of `path` where one is given."""

    port: int
    path: str = ""


@dataclass(frozen=True)
class Service:
    """A process beside the exercise: a database, the system's own server. `env` is all of its environment
    but PATH, HOME and telemetry.
    """

    command: tuple[str, ...]
    env: Mapping[str, str]
    ready: Ready


@dataclass(frozen=True)
class Exercise:
    """A script, and the services that are up before it starts, in their order. The script finds them in
    PROBE_SERVICES (JSON: pid, command, env, port, path), so that it can end one and start it again.
    """

    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    services: tuple[Service, ...] = ()
    seconds: float = SECONDS


@dataclass(frozen=True)
class Figure:
    """One named value in `unit` from `n` observations, `how` it came about; or `why_not`, and no value."""

    what: str
    value: float | None
    unit: str
    n: int
    how: str
    why_not: str


@dataclass(frozen=True)
class Exercised:
    """What a script reported, and what it and its services took: seconds until the services were ready, wall
    and CPU seconds of the script's run, peak memory in MB (`shared_fairly_mb` counts shared pages once; None
    where that can't be read), most processes.
    """

    figures: tuple[Figure, ...]
    ready_seconds: float
    seconds: float
    cpu_seconds: float
    memory_mb: float
    shared_fairly_mb: float | None
    processes: int


def exercise(wanted: Exercise, scratch: Path, bounds: Bounds | None = None, isolated: bool | None = None) -> Exercised:
    """Start the services and the script in `scratch`, wait for its end, read its figures, leave nothing
    running. Raises NotMeasured with the end of a log where a service or the script fails or takes too long, or
    the figures make no sense.
    """
    bounds = bounds or BOUNDS
    plain = {**environment(scratch), **QUIET}
    plan = {
        "exercise": {"command": wanted.command, "env": {**plain, **wanted.env}, "seconds": wanted.seconds},
        "services": [{"command": s.command, "env": {**plain, **s.env}, **asdict(s.ready)} for s in wanted.services],
    }
    answer = from_worker(plan, scratch, bounds, len(wanted.services) * bounds.ready + wanted.seconds + SPARE, isolated)
    return Exercised(figures=read_figures(scratch / FILE), **answer)


def read_figures(file: Path) -> tuple[Figure, ...]:
    """The figures of a script. Raises NotMeasured where they are none."""
    try:
        if file.is_symlink() or file.stat().st_size > MOST_BYTES:
            raise NotMeasured(f"the script's {FILE} is a link or has more than {MOST_BYTES:,} bytes")
        found = json.loads(file.read_bytes())
    except OSError as e:
        raise NotMeasured(f"the script left no {FILE}") from e
    except (ValueError, RecursionError) as e:
        raise NotMeasured(f"the script's {FILE} can't be read: {e}") from e
    if not isinstance(found, list) or not 0 < len(found) <= MOST_FIGURES:
        raise NotMeasured(f"the script's {FILE} is no list of 1 to {MOST_FIGURES} figures")
    figures = tuple(_figure(i, one) for i, one in enumerate(found, 1))
    names = [f.what for f in figures]
    if twice := {name for name in names if names.count(name) > 1}:
        raise NotMeasured(f"the script reports a figure twice: {', '.join(sorted(twice))}")
    return figures


def refused(file: Path, figures: Mapping[str, Figure], steps: Mapping[str, tuple[str, str]]) -> None:
    """Raises BadInput where a script that reads the user's file has refused it: `steps` says what is wrong and what to do,
    by the name of the figure without a value that tells of it.
    """
    for step in steps.keys() & figures.keys():
        what, hint = steps[step]
        raise BadInput(what, where=str(file), why=figures[step].why_not, hint=hint)


def _figure(i: int, one: Any) -> Figure:
    where = f"figure {i} of the script's {FILE}"
    if not isinstance(one, dict) or not isinstance(one.get("what"), str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,79}", one["what"]):
        raise NotMeasured(f"{where} has no name")
    where = f"`{one['what']}` in the script's {FILE}"
    if {*one} == {"what", "why_not"}:
        return Figure(one["what"], None, "", 0, "", _text(one, "why_not", where))
    if {*one} != {"what", "value", "unit", "n", "how"}:
        raise NotMeasured(f"{where} has other keys than what, value, unit, n and how, or what and why_not")
    value, n = one["value"], one["n"]
    if type(value) not in (int, float) or not math.isfinite(value) or type(n) is not int or n < 1:
        raise NotMeasured(f"{where} has no finite value, or no count of observations")
    return Figure(one["what"], float(value), _text(one, "unit", where), n, _text(one, "how", where), "")


def _text(one: dict[str, Any], key: str, where: str) -> str:
    text = one[key]
    if not isinstance(text, str) or not 0 < len(text.strip()) <= MOST_TEXT:
        raise NotMeasured(f"{where} has no `{key}` of 1 to {MOST_TEXT} characters")
    return text.strip()
