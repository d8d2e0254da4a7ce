"""The user's own tables as the data of the monitors' exercise.

The files are hostile: a script reads them once in an environment of its own, as exercises run (namespaces, bounded time and
memory), and hands on numbers and labels only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from buildbuy.errors import BadInput
from buildbuy.probes.exercise import Exercise, exercise, refused
from buildbuy.probes.supervise import Bounds, NotMeasured, told
from buildbuy.probes.systems import FILES, file_size, placed

REQUIREMENTS = FILES / "table" / "requirements.txt"
MOST_BYTES = 500_000_000
SECONDS = 300.0  # reading may take
BOUNDS = Bounds(memory=4_000_000_000)
REFUSALS = {
    "readable": ("this can't be read as a table", "CSV has commas and a line of names; Parquet is written by pandas, Spark and others"),
    "bounded": ("the table is too large", "a random sample of its rows does, or fewer columns"),
    "usable": ("there is too little to compare", "it takes rows of numbers or categories, as your model reads them"),
}
"""What is wrong, and what to do, by the step of files/table/read.py that refused."""


@dataclass(frozen=True)
class Rows:
    """What every monitor is shown: `file` has the tables as arrays, `how` says what of them."""

    file: Path
    how: str
    input_hash: str


def own_table(file: Path) -> Path:
    """The user's table, if it may be one. Raises BadInput."""
    if file.suffix not in (".csv", ".parquet"):
        raise BadInput("this is not called *.csv or *.parquet", where=str(file), hint="we read CSV and Parquet; a pickle runs code when it is read")
    if not 0 < file_size(file) <= MOST_BYTES or not file.is_file():
        raise BadInput(f"no file of 1 to {MOST_BYTES:,} bytes", where=str(file), hint="a random sample of its rows does")
    return file.resolve()


@contextmanager
def rows(table: Path, reference: Path | None, cache: Path) -> Iterator[Rows]:
    """The tables as every monitor is shown them; they are gone afterwards. Raises BadInput where a file is refused, NotMeasured
    where reading doesn't end well.
    """
    with placed("table", REQUIREMENTS, cache) as at:
        at.copy_exercise("table")
        env = {**at.told, "PROBE_TABLE": str(table), "PROBE_REFERENCE": str(reference or "")}
        try:
            seen = exercise(Exercise((at.python, "read.py"), env, seconds=SECONDS), at.scratch, BOUNDS)
        except NotMeasured as e:
            raise NotMeasured("it could not be read", where=str(table), why=told(e)) from e
        figures = {f.what: f for f in seen.figures}
        refused(table, figures, REFUSALS)
        file = at.scratch / "tables.npz"
        with file.open("rb") as made:
            yield Rows(file, figures["columns"].how, hashlib.file_digest(made, "sha256").hexdigest())
