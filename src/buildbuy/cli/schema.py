"""`buildbuy schema`: JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

import click

from buildbuy.cli import common

NAMES = ("profile", "evidence", "system", "component", "case", "scan", "backtest", "probe", "run")


@click.command(help="Print the JSON Schema of NAME.\n\n\b\nExamples:\n  buildbuy schema profile\n  buildbuy schema run > run.schema.json")
@click.argument("name", type=click.Choice(NAMES), metavar="NAME")
def command(name: str) -> None:
    from buildbuy.report.schemas import schema

    click.echo(common.as_json(schema(name)), nl=False)
