"""`buildbuy catalog`: what the catalog knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from buildbuy.cli import common
from buildbuy.errors import BadInput

HELP = """\
Systems, prices and facts, each with its source and date.

\b
Examples:
  buildbuy catalog list --component feature-store
  buildbuy catalog show feast
  buildbuy catalog bill sagemaker-feature-store --set online_reads="100 req/s" --set row_size="1 kB"
"""


@click.group(help=HELP)
def command() -> None:
    """The group."""


def _overlay(f: Any) -> Any:
    return click.option("--catalog", "overlay", type=click.Path(path_type=Path), help="Folder with your own systems, prices and corrections.")(f)


def _format(f: Any) -> Any:
    return click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)(f)


@command.command("list", help="Every system, by component.")
@click.option("--component", "-c", help="Only this component.")
@_overlay
@_format
def list_(component: str | None, overlay: Path | None, form: str) -> None:
    from buildbuy.catalog.load import load
    from buildbuy.catalog.show import listing
    from buildbuy.report.safe import plain

    catalog = load(overlay)
    if component is not None and component not in catalog.components:
        raise BadInput(f"the catalog has no component `{component}`", hint=f"it covers: {', '.join(catalog.components)}")
    rows = listing(catalog, component)
    if form == "json":
        click.echo(common.as_json(rows), nl=False)
        return
    last = ""
    for row in rows:
        if row["component"] != last:
            click.echo(("" if not last else "\n") + catalog.components[row["component"]].name)
            last = row["component"]
        click.echo(plain(f"  {row['id']:<28} {row['sourcing']:<20} {row['state']}"))
    click.echo("\nnext: buildbuy catalog show SYSTEM", err=True)


@command.command("show", help="One system: parts, plans, limits, life events, sources.")
@click.argument("system")
@_overlay
@_format
def show(system: str, overlay: Path | None, form: str) -> None:
    from buildbuy.catalog.load import load
    from buildbuy.catalog.show import entry, text

    catalog = load(overlay)
    if system not in catalog.systems:
        raise BadInput(f"the catalog has no system `{system}`", hint=f"known: {', '.join(catalog.systems)}")
    if form == "json":
        click.echo(common.as_json(entry(catalog, system)), nl=False)
    else:
        click.echo(text(catalog, system), nl=False)


@command.command("bill", help="What a plan costs a month for a workload; what you leave out is a range.")
@click.argument("system")
@click.option("--plan", help="The plan's id (default: every plan).")
@click.option("--set", "given", multiple=True, metavar="KEY=VALUE", help="A quantity, such as online_reads=\"100 req/s\".")
@_overlay
@_format
def bill(system: str, plan: str | None, given: tuple[str, ...], overlay: Path | None, form: str) -> None:
    from buildbuy.catalog.load import load
    from buildbuy.report.safe import plain
    from buildbuy.resolve.bill import month_bill

    catalog = load(overlay)
    if system not in catalog.systems:
        raise BadInput(f"the catalog has no system `{system}`", hint=f"known: {', '.join(catalog.systems)}")
    values = {}
    for text in given:
        key, found, value = text.partition("=")
        if not found:
            raise BadInput(f"`{text}` is not KEY=VALUE")
        values[key.strip()] = value.strip()
    rows = month_bill(catalog, system, values, plan=plan)
    if form == "json":
        click.echo(common.as_json(rows), nl=False)
        return
    for row in rows:
        money = f"{row['monthly']['p50']:,.2f} USD a month [{row['monthly']['p5']:,.2f} … {row['monthly']['p95']:,.2f}]"
        if not row["priced"]:
            money = "no public price"
        elif not row["admitted"]:
            caps = ", ".join(f"{cap:g} {name}" for name, cap in row["admits"].items())
            click.echo(f"{row['plan']} ({row['sourcing']}): only up to {caps}, which you exceed")
            continue
        elif row["admitted"] < 1:
            caps = ", ".join(f"{cap:g} {name}" for name, cap in row["admits"].items())
            money += f"; only up to {caps}"
        click.echo(f"{row['plan']} ({row['sourcing']}): {money}")
        for charge in row["charges"]:
            click.echo(plain(f"    {charge['p50']:>12,.2f}  {charge['name']}   ({charge['quantity']}; {charge['grade']}: {charge['source']}, {charge['as_of']})"))
