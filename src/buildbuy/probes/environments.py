"""Environments of the systems: exact versions from a locked list, made by uv, kept in a cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from buildbuy.errors import Lacking
from buildbuy.probes.supervise import NotMeasured

PYTHON = "3.11"  # what the lists are locked for
DONE = ".complete"
SECONDS = 1800.0  # an install may take


def cache() -> Path:
    """`~/.cache/buildbuy/probes`, or where XDG_CACHE_HOME says."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "buildbuy" / "probes"


def environment(name: str, requirements: Path, folder: Path) -> Path:
    """The virtual environment of a locked list below `folder`, made where it isn't there yet. Raises
    NotMeasured where it can't be had.
    """
    made = folder / f"{name}-{hashlib.sha256(requirements.read_bytes() + PYTHON.encode()).hexdigest()[:12]}"
    if (made / DONE).exists():
        return made
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _locked(folder / f"{made.name}.lock"):
            if not (made / DONE).exists():
                _make(made, requirements)
    except OSError as e:
        raise NotMeasured(f"its environment can't be kept in {folder}: {e.strerror}") from e
    return made


def relocked(wanted: Path, other: Sequence[str], folder: Path) -> Path:
    """A locked list of what `wanted` asks for (a requirements.in) with `other` versions (mlflow==3.18.0) than the tested ones,
    kept below `folder`. Raises NotMeasured where no such set of packages can be had.
    """
    text = "\n".join([wanted.read_text(encoding="utf-8").rstrip(), *other, ""])
    made = folder / "lists" / f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.txt"
    try:
        made.parent.mkdir(parents=True, exist_ok=True)
        asked = made.with_suffix(".in")
        asked.write_text(text, encoding="utf-8")
    except OSError as e:
        raise NotMeasured(f"its list of packages can't be kept in {folder}: {e.strerror}") from e
    if not made.exists():
        part = made.with_suffix(".part")
        _uv("pip", "compile", "--quiet", "--no-annotate", "--no-header", "--no-emit-index-url", "--python-version", PYTHON, str(asked), "-o", str(part))
        part.rename(made)
    return made


def versions(requirements: Path) -> dict[str, str]:
    """Exact versions by package of a locked list."""
    lines = requirements.read_text(encoding="utf-8").splitlines()
    pairs = (line.split(";")[0].strip().split("==") for line in lines if "==" in line)
    return {pair[0]: pair[1] for pair in pairs}


def _make(made: Path, requirements: Path) -> None:
    shutil.rmtree(made, ignore_errors=True)  # what an interrupted install left
    python = sys.executable if f"{sys.version_info.major}.{sys.version_info.minor}" == PYTHON else PYTHON
    _uv("venv", "--quiet", "--python", python, str(made))
    # compiled as pip does it: an orchestrator that compiles itself at each start takes several times as long
    _uv("pip", "install", "--quiet", "--compile-bytecode", "--python", str(made / "bin" / "python"), "-r", str(requirements))
    (made / DONE).touch()


def _uv(*args: str) -> None:
    try:
        from uv import find_uv_bin

        uv = find_uv_bin()
    except (ImportError, FileNotFoundError) as e:
        raise Lacking("probes need uv to make environments", hint="pip install 'buildbuy[probe]'") from e
    try:
        ran = subprocess.run([uv, *args], capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as e:
        raise NotMeasured(f"its environment was not there after {SECONDS:.0f} s") from e
    if ran.returncode:
        raise NotMeasured("its environment can't be had", why=ran.stderr.strip()[-600:])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """One install of an environment at a time."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
