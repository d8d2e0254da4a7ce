"""`buildbuy report`: what is done with runs that are made already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from buildbuy.cli import common
from buildbuy.errors import BadInput


@click.group(help="Work with runs that are made already.")
def command() -> None:
    """See the subcommands."""


@command.command(help="What changed between two runs, and which input did it.\n\n\b\nExamples:\n  buildbuy report diff before/run.json after/run.json")
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def diff(run_a: Path, run_b: Path, form: str) -> None:
    from buildbuy.report.difference import difference, render
    from buildbuy.report.safe import everything

    a, b = read(run_a), read(run_b)
    try:
        found = difference(a, b)
        text = common.as_json(found) if form == "json" else render(everything(found), b["currency"])
    except (KeyError, TypeError, AttributeError, StopIteration) as e:
        raise BadInput(f"not a run of this version: {e}", where=f"{run_a}, {run_b}", hint="`buildbuy decide PROFILE --format json --out run.json` writes one") from e
    click.echo(text, nl=False)


def read(path: Path) -> dict[str, Any]:
    """A run.json, or the one in a folder. Raises BadInput."""
    path = path / "run.json" if path.is_dir() else path
    hint = "`buildbuy decide PROFILE --format json --out run.json` writes one"
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as e:
        raise BadInput(f"can't read: {e.strerror}", where=str(path), hint=hint) from e
    except (ValueError, RecursionError) as e:
        raise BadInput(f"not JSON: {e}", where=str(path), hint=hint) from e
    if not isinstance(data, dict) or not isinstance(data.get("components"), list):
        raise BadInput("this JSON is no run", where=str(path), hint=hint)
    return data
