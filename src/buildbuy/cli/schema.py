"""`buildbuy schema`: JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

import click

from buildbuy.cli import common

INPUTS = ("profile", "evidence", "system", "component", "case")
OUTPUTS = (
    "scan", "backtest", "probe", "run", "explain", "catalog-list", "catalog-show", "catalog-bill", "catalog-check", "catalog-diff", "catalog-cases", "report-diff", "measure-estimates",
)  # fmt: skip
NAMES = (*INPUTS, *OUTPUTS)


HELP = f"""\
Print the JSON Schema of NAME: what is read ({", ".join(INPUTS)}), or what a command prints with
--format json ({", ".join(OUTPUTS)}).

\b
Examples:
  buildbuy schema profile
  buildbuy schema run > run.schema.json
  buildbuy schema catalog-check
"""


@click.command(help=HELP)
@click.argument("name", type=click.Choice(NAMES), metavar="NAME")
def command(name: str) -> None:
    from buildbuy.report.schemas import schema

    click.echo(common.as_json(schema(name)), nl=False)
