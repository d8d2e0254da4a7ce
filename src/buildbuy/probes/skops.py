"""A scikit-learn estimator saved with skops, converted once to the ONNX that every system serves.

The file is hostile: a script reads it in an environment of its own, as exercises run (namespaces, bounded time and
memory), and builds no type that skops doesn't trust by itself, unless the user says that the file may be trusted.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from buildbuy.probes import environments
from buildbuy.probes.exercise import Exercise, Figure, exercise, refused
from buildbuy.probes.supervise import Bounds, NotMeasured, told
from buildbuy.probes.systems import FILES, MOST_MODEL, placed

REQUIREMENTS = FILES / "skops" / "requirements.txt"
SECONDS = 300.0  # a conversion may take
BOUNDS = Bounds(memory=4_000_000_000, file=MOST_MODEL)
REFUSALS = {
    "readable": ("this can't be read as a skops file", "save the estimator with skops.io.dump(model, 'model.skops')"),
    "trusted": (
        "it has types that skops doesn't trust, and we trust none for you: their content may run code or read memory that isn't theirs",
        "where you made the file yourself or trust who did: --trust-model; else save it again with types that skops trusts (trees aren't among them)",
    ),
    "usable": ("scikit-learn can't use it on these rows", "the payload has the rows that your model takes; a classifier needs predict_proba"),
    "convertible": ("skl2onnx can't convert it", "give another form of it as --model model.onnx, or measure a service of yours with --endpoint"),
    "faithful": ("converted to ONNX it answers otherwise than in scikit-learn", "its inputs are float32 there: what needs more digits must be shifted or scaled before it is sent; or measure a service of yours with --endpoint"),
}
"""What is wrong, and what to do, by the step of files/skops/convert.py that refused."""


@dataclass(frozen=True)
class Converted:
    """The ONNX model, how it came about, and what differs between where it was saved and here (or nothing)."""

    model: Path
    how: str
    warning: str


@contextmanager
def converted(file: Path, rows: Sequence[Sequence[float]], cache: Path, trusted: bool = False) -> Iterator[Converted]:
    """The estimator of `file` as ONNX, which answers as scikit-learn does on `rows`; it is gone afterwards. `trusted`: types
    that skops doesn't trust are built too. Raises BadInput where the file is refused, NotMeasured where its conversion
    doesn't end well.
    """
    with placed("skops", REQUIREMENTS, cache) as at:
        at.copy_exercise("skops", "served.py")
        shutil.copyfile(file, at.scratch / "model.skops")
        (at.scratch / "rows.json").write_text(json.dumps(rows))
        try:
            seen = exercise(Exercise((at.python, "convert.py"), {**at.told, "PROBE_TRUSTED": "yes" if trusted else "no"}, seconds=SECONDS), at.scratch, BOUNDS)
        except NotMeasured as e:
            raise NotMeasured("it could not be converted to ONNX", where=str(file), why=told(e)) from e
        how, warning = read(file, {f.what: f for f in seen.figures})
        yield Converted(at.scratch / "model.onnx", how, warning)


def read(file: Path, figures: dict[str, Figure]) -> tuple[str, str]:
    """How the model came about, and a warning or nothing, from the script's figures. Raises BadInput where it
    refused the file.
    """
    refused(file, figures, REFUSALS)
    by = environments.versions(REQUIREMENTS)["skl2onnx"]
    how = f"the model was converted from skops to ONNX (skl2onnx {by}), so that latency is of ONNX, not of scikit-learn; {figures['difference'].how}"
    older = figures.get("same_version")
    return how, f"{file}: {older.why_not}; it may answer otherwise than there" if older else ""
