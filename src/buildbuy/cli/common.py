"""What several commands share: writing results."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from buildbuy.errors import BadInput

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def as_json(data: Any) -> str:
    """JSON text; what a terminal could act on is written as escapes."""
    from buildbuy.report.safe import json_text

    return json_text(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    write_all({path: text})


def write_all(files: Mapping[Path, str | bytes]) -> None:
    """Write several files, each whole, and none if one of them can't be written. A link is followed;
    a device or a pipe is written to, not replaced.
    """
    ready: dict[Path, Path] = {}
    path = next(iter(files))
    try:
        for given, text in files.items():
            data = text.encode("utf-8") if isinstance(text, str) else text
            path = given.resolve() if given.is_symlink() else given
            if path.is_dir():
                raise BadInput("can't write: this is a folder", where=str(path), hint="name a file in it")
            if path.exists() and not path.is_file():
                path.write_bytes(data)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            ready[path] = Path(name)
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(name).chmod(0o644)
        for path, made in ready.items():
            made.replace(path)
    except OSError as e:
        raise BadInput(f"can't write: {e.strerror}", where=str(path), hint="name another place, or make room for it") from e
    finally:
        for made in ready.values():
            made.unlink(missing_ok=True)


def keep_edited(files: Mapping[Path, str]) -> None:
    """Records that exist and differ from what is about to be written are kept beside it, as *.bak."""
    old = {path: path.read_text(encoding="utf-8", errors="replace") for path in files if path.suffix == ".md" and path.is_file()}
    changed = {path.with_suffix(".md.bak"): text for path, text in old.items() if text != files[path]}
    if changed:
        write_all(changed)
        click.echo(f"kept the records that differed: {', '.join(str(p) for p in changed)}", err=True)


def emit(text: str, out: Path | None) -> None:
    """The result, to a file or to stdout (`-`, too)."""
    from buildbuy.report.safe import plain

    if out is None or str(out) == "-":
        click.echo(text, nl=False)
    else:
        write(out, text)
        click.echo(f"written: {plain(out)}", err=True)


def emit_bytes(data: bytes, out: Path | None) -> None:
    """A result that is no text, to a file."""
    from buildbuy.report.safe import plain

    assert out is not None
    write_all({out: data})
    click.echo(f"written: {plain(out)}", err=True)


def before_starting() -> None:
    """Sees to it that a polite kill of the tool ends what it starts, and warns where that shares this
    machine's network.
    """
    from buildbuy.probes.supervise import namespaces, stop_on_termination

    stop_on_termination()
    if not namespaces():
        click.echo("warning: no right to make namespaces here: what is started shares this machine's network", err=True)


class Steps:
    """A line with a bar on stderr while steps go by, on a terminal only. Calling it names the next step."""

    def __init__(self, total: int) -> None:
        self.total, self.begun = total, 0
        self.bar: Progress | None = None
        self.task: TaskID | None = None

    def __enter__(self) -> Steps:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                SpinnerColumn,
                TextColumn,
                TimeElapsedColumn,
            )

            self.bar = Progress(SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("", total=self.total)
            self.bar.start()
        return self

    def __call__(self, text: str) -> None:
        from buildbuy.report.safe import plain

        self.begun += 1
        if self.bar is not None and self.task is not None:
            self.bar.update(self.task, description=plain(text), completed=self.begun - 1, total=max(self.total, self.begun))

    def __exit__(self, *_: object) -> None:
        if self.bar is not None:
            self.bar.stop()


def month(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """A click callback that checks YYYY-MM."""
    from buildbuy.quantities.months import MONTH

    if value is not None and not MONTH.fullmatch(value):
        raise click.BadParameter(f"`{value}` is not a month, written like 2026-10")
    return value
