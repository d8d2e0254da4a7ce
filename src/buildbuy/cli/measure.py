"""`buildbuy measure`: records of what was measured."""

from __future__ import annotations

import datetime
import hashlib
from pathlib import Path
from typing import Any

import click

from buildbuy.cli import common
from buildbuy.errors import BadInput

WHAT = "outside_view_organisation"


@click.group(help="Measure what a decision rests on, and keep it as a record that `decide` reads.")
def command() -> None:
    """See the subcommands."""


ESTIMATES = """\
What your own estimates were worth: how far your organisation overruns, from pairs of estimate and
actual, one row a finished project (CSV with `estimate`, `actual` and, if you like, `project` and
`unit`; or a YAML list of the same).

The pairs update what is known of other organisations; `decide` reads the record that is written.

\b
Examples:
  buildbuy measure estimates projects.csv
  buildbuy measure estimates projects.yaml --format json --no-record
"""


@command.command(help=ESTIMATES)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--evidence", "folder", type=click.Path(path_type=Path), default=Path(".buildbuy") / "evidence", show_default=True, help="Where the record is written: beside your profile.")
@click.option("--no-record", is_flag=True, help="Only show it.")
@click.option("--when", metavar="YYYY-MM[-DD]", help="When it was measured (default: today).")
@click.option("--catalog", "overlay", type=click.Path(path_type=Path), help="Folder with your own systems, prices and corrections.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def estimates(file: Path, folder: Path, no_record: bool, when: str | None, overlay: Path | None, form: str) -> None:
    from buildbuy.catalog.load import load
    from buildbuy.evidence.estimates import Normal, read, update
    from buildbuy.quantities.estimate import Z95, Estimate
    from buildbuy.report.estimates import render, to_dict

    def normal(estimate: Estimate) -> Normal:
        if estimate.kind != "normal":
            raise BadInput("the outside view's classes must be normal", where="reference_classes", hint="a range that begins below zero, or {mean, sd}")
        low, high = estimate.points
        return Normal(estimate.mean(), (high - low) / (2 * Z95))

    pairs, raw = read(file)
    classes = load(overlay).classes
    prior, own = normal(classes[WHAT].estimate), normal(classes["outside_view_project"].estimate)
    found = update([p.log_ratio for p in pairs], prior, own.sd)
    record = _record(found, file, raw, when or datetime.date.today().isoformat())
    data = to_dict(found, pairs, record.model_dump(mode="json"))
    if not no_record:
        path = folder / f"{WHAT}.{_key(record)}.json"
        if path.exists():
            click.echo(f"recorded before: {path}", err=True)
        else:
            common.write(path, common.as_json(data["record"]))
            click.echo(f"written: {path}", err=True)
    click.echo(common.as_json(data) if form == "json" else render(data), nl=False)


def _record(found: Any, file: Path, raw: bytes, when: str) -> Any:
    from buildbuy import __version__
    from buildbuy.domain.evidence import Evidence
    from buildbuy.strict_yaml import validate

    prior, posterior = found.prior, found.posterior
    data = {
        "what": WHAT,
        "value": {"mean": round(posterior.mean, 6), "sd": round(posterior.sd, 6)},
        "unit": "dimensionless",
        "method": f"normal-normal update of N({prior.mean:.3g}, {prior.sd:.3g}²) by your pairs of estimate and actual, spread within {found.project_sd:.3g}",
        "n": found.n,
        "when": when,
        "where": file.name,
        "tool_version": __version__,
        "input_hash": hashlib.sha256(raw).hexdigest(),
    }
    return validate(Evidence, data, {}, "--when" if when else str(file))


def _key(record: Any) -> str:
    """Eight characters that differ with what was read and what came of it."""
    return hashlib.sha256(f"{record.input_hash}{record.value}{record.when}".encode()).hexdigest()[:8]
