"""Your own estimates and what they took: what they say about your organisation's habit.

ln(actual / estimate) of project i is `organisation + own effect`, organisation ~ N(m0, s0²), own
effect ~ N(0, s²); docs/concepts/outside-view.md has the numbers and where they come from.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buildbuy.errors import BadInput
from buildbuy.quantities.estimate import Z95, parse
from buildbuy.strict_yaml import MAX_BYTES
from buildbuy.strict_yaml import parse as parse_yaml

MOST_PAIRS = 10_000
WIDE = 0.01  # chance below which a spread is called wider than that of projects
HINT = "columns `estimate` and `actual`, each a number of hours or with a unit (`3 person_months`), and `project` if you like"
COLUMNS = {"estimate", "actual", "project", "unit"}


@dataclass(frozen=True)
class Pair:
    """One project's estimate and actual, in the same unit, both above zero."""

    project: str
    estimate: float
    actual: float

    @property
    def log_ratio(self) -> float:
        return math.log(self.actual / self.estimate)


@dataclass(frozen=True)
class Normal:
    """A normal belief."""

    mean: float
    sd: float

    @property
    def interval(self) -> tuple[float, float]:
        """Its 90% interval."""
        return self.mean - Z95 * self.sd, self.mean + Z95 * self.sd


@dataclass(frozen=True)
class Update:
    """Prior, data and posterior of the organisation's effect on ln(actual / estimate)."""

    prior: Normal
    project_sd: float
    n: int
    mean: float
    sd: float | None
    posterior: Normal
    weight: float
    wide: bool


def update(log_ratios: Sequence[float], prior: Normal, project_sd: float) -> Update:
    """The normal-normal update with known spread within (Gelman et al., Bayesian Data Analysis, 2.5):
    precision 1/s0² + n/s², mean the precision-weighted one. `weight` is the data's share in it.
    """
    n = len(log_ratios)
    if n == 0:
        raise ValueError("an update needs data")
    mean = math.fsum(log_ratios) / n
    before, data = 1 / prior.sd**2, n / project_sd**2
    posterior = Normal((before * prior.mean + data * mean) / (before + data), 1 / math.sqrt(before + data))
    squares = math.fsum((x - mean) ** 2 for x in log_ratios)
    return Update(prior, project_sd, n, mean, math.sqrt(squares / (n - 1)) if n > 1 else None, posterior, data / (before + data), _wide(squares, n, project_sd))


def _wide(squares: float, n: int, sd: float) -> bool:
    """Whether the spread would be that wide in fewer than WIDE of samples of projects."""
    from scipy.stats import chi2

    return n > 1 and bool(chi2.sf(squares / sd**2, n - 1) < WIDE)


def read(path: Path) -> tuple[list[Pair], bytes]:
    """The pairs of a CSV or YAML file, and its bytes. Raises BadInput with file and line."""
    try:
        if path.is_dir():
            raise BadInput("this is a folder, not a file", where=str(path), hint=HINT)
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"the file is too large: more than {MAX_BYTES:,} bytes", where=str(path), hint="is this the right file?")
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except FileNotFoundError as e:
        raise BadInput("no such file", where=str(path), hint=HINT) from e
    except UnicodeDecodeError as e:
        raise BadInput("this is not text in UTF-8", where=str(path)) from e
    except OSError as e:
        raise BadInput(f"can't be read: {e.strerror}", where=str(path)) from e
    rows = _yaml(text, str(path)) if path.suffix in (".yaml", ".yml") else _csv(text, str(path))
    pairs = [pair(row, f"{path}:{line}") for line, row in rows]
    if not pairs:
        raise BadInput("no pairs in this file", where=str(path), hint=HINT)
    if len(pairs) > MOST_PAIRS:
        raise BadInput(f"more than {MOST_PAIRS:,} pairs", where=str(path), hint="one row a project, not a task")
    return pairs, raw


def _csv(text: str, where: str) -> list[tuple[int, Mapping[str, Any]]]:
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        names = [(n or "").strip().lower() for n in reader.fieldnames or []]
        _columns(names, f"{where}:1")
        reader.fieldnames = names
        rows: list[tuple[int, Mapping[str, Any]]] = []
        for row in reader:
            if None in row or None in row.values():
                raise BadInput("this row has another number of columns than the first", where=f"{where}:{reader.line_num}", hint=HINT)
            if any(v.strip() for v in row.values()):
                rows.append((reader.line_num, row))
        return rows
    except csv.Error as e:
        raise BadInput(f"this is not valid CSV: {e}", where=where, hint=HINT) from e


def _yaml(text: str, where: str) -> list[tuple[int, Mapping[str, Any]]]:
    data, lines = parse_yaml(text, where)
    if not isinstance(data, list):
        raise BadInput("a list of pairs is expected", where=where, hint="- {project: search, estimate: 3 person_months, actual: 5 person_months}")
    rows: list[tuple[int, Mapping[str, Any]]] = []
    for i, row in enumerate(data):
        at = f"{where}:{lines.get((i,), 1)}"
        if not isinstance(row, Mapping):
            raise BadInput("a pair has `estimate` and `actual`", where=at, hint="- {project: search, estimate: 3 person_months, actual: 5 person_months}")
        _columns(list(row), at)
        rows.append((lines.get((i,), 1), row))
    return rows


def _columns(names: Sequence[str], where: str) -> None:
    if not {"estimate", "actual"} <= set(names) or len(set(names)) != len(names):
        raise BadInput("`estimate` and `actual` are needed, once each", where=where, hint=HINT)
    unknown = [n for n in names if n not in COLUMNS]
    if unknown:
        raise BadInput(f"unknown column `{unknown[0]}`", where=where, hint=HINT)


def pair(row: Mapping[str, Any], where: str) -> Pair:
    """One row as a pair in person-hours (or in whatever both are plain numbers of)."""
    unit = str(row.get("unit") or "").strip()
    values = []
    for name in ("estimate", "actual"):
        raw = row[name]
        if isinstance(raw, str) or (isinstance(raw, int | float) and not isinstance(raw, bool)):
            text = f"{raw}".strip()
            try:
                one = parse(f"{text} {unit}" if unit and _plain(text) else text, "person_hour")
            except BadInput as e:
                raise BadInput(f"{name}: {e.what}", where=where, why=e.why, hint=e.hint or HINT) from e
            if not one.is_exact:
                raise BadInput(f"{name}: `{text}` is a range", where=where, hint="what was said or taken, as one number")
            values.append((one.points[0], bool(unit) or not _plain(text)))
        else:
            raise BadInput(f"{name}: `{raw}` is not a number", where=where, hint=HINT)
    (estimate, one_unit), (actual, other_unit) = values
    if one_unit != other_unit:
        raise BadInput("one of the two has a unit and the other has none", where=where, hint=HINT)
    if estimate <= 0 or actual <= 0:
        raise BadInput("estimate and actual must be above zero", where=where, hint="leave out projects that were never estimated or never finished, and say so when you show the result")
    return Pair(str(row.get("project") or "").strip(), estimate, actual)


def _plain(text: str) -> bool:
    return text.replace(".", "", 1).replace(",", "").replace("_", "").lstrip("+-").isdigit()
