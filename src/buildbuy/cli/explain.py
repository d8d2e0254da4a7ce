"""`buildbuy explain`: where a number comes from."""

from __future__ import annotations

from pathlib import Path

import click

from buildbuy import library
from buildbuy.cli import common
from buildbuy.domain import bounds

HELP = """\
The derivation tree of a printed number, down to sources, measurements or assumptions. NUMBER is a
number as printed (112k, 38%), an option's id, a ledger line, a driver's id, or what a number is
called (cash, workload); the verdict's cost, or what bars every option, if left out.

\b
Examples:
  buildbuy explain profile.yaml feature-store
  buildbuy explain profile.yaml feature-store 112k
  buildbuy explain profile.yaml feature-store feast/self-host --depth 3
  buildbuy explain profile.yaml feature-store labour
"""


@click.command(help=HELP)
@click.argument("profile", type=click.Path(path_type=Path))
@click.argument("component")
@click.argument("number", required=False)
@click.option("--repo", type=click.Path(path_type=Path), help="Scan this repository first.")
@click.option("--evidence", type=click.Path(path_type=Path), help="Folder of measured evidence.")
@click.option("--catalog", "overlay", type=click.Path(path_type=Path), help="Folder with your own systems, prices and corrections.")
@click.option("--draws", type=click.IntRange(*bounds.DRAWS), default=10_000, show_default=True)
@click.option("--seed", type=click.IntRange(*bounds.SEED), default=0, show_default=True)
@click.option("--horizon", type=click.IntRange(*bounds.HORIZON), default=36, show_default=True, metavar="MONTHS")
@click.option("--as-of", callback=common.month, metavar="YYYY-MM")
@click.option("--depth", type=click.IntRange(1, 6), default=3, show_default=True)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(
    profile: Path, component: str, number: str | None, repo: Path | None, evidence: Path | None, overlay: Path | None, draws: int, seed: int, horizon: int,
    as_of: str | None, depth: int, form: str,
) -> None:  # fmt: skip
    from buildbuy.cli.decide import execute
    from buildbuy.domain.profile import component_id
    from buildbuy.report import explain
    from buildbuy.report.run_json import to_dict

    given = library.read_profile(profile)
    from buildbuy.evidence.store import beside

    evidence = evidence or beside(profile)
    name = component_id(component)
    run = execute(given, (name,), evidence, overlay, draws, seed, horizon, as_of, repo)
    [shown] = to_dict(run)["components"]
    node = explain.tree(run.outcomes[name], number, run.currency, run.usd_per_currency, shown)
    if form == "json":
        click.echo(common.as_json(node.to_dict()), nl=False)
    else:
        click.echo(explain.render(node, depth), nl=False)
