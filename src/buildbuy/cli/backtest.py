"""`buildbuy backtest`: documented decisions replayed with what was known then."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from buildbuy.cli import common
from buildbuy.domain import bounds

HELP = """\
Replay documented decisions with what was known then, and score the answers against hindsight.

DIR holds one YAML file a case. Who decided, what was chosen and what came of it go to the score
alone; docs/concepts/back-test.md says what a case has and what the figures do not prove.

\b
Examples:
  buildbuy backtest cases/
  buildbuy backtest cases/ --format json --out backtest.json
"""


@click.command(help=HELP)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--draws", type=click.IntRange(*bounds.DRAWS), default=2_000, show_default=True, help="Sampled worlds a case.")
@click.option("--seed", type=click.IntRange(*bounds.SEED), default=0, show_default=True)
@click.option("--catalog", "overlay", type=click.Path(path_type=Path), help="Folder with your own systems, prices and corrections.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write the result to a file.")
def command(folder: Path, draws: int, seed: int, overlay: Path | None, form: str, out: Path | None) -> None:
    from buildbuy.backtest.left_out import without
    from buildbuy.backtest.past import load as load_cases
    from buildbuy.backtest.replay import replay
    from buildbuy.backtest.report import to_dict
    from buildbuy.catalog.load import load
    from buildbuy.report.backtest import render

    catalog = load(overlay)
    cases = load_cases(folder, catalog.month)
    replays = replay(cases, without(catalog), draws=draws, seed=seed, progress=_progress(len(cases)))
    if sys.stderr.isatty():
        click.echo("\r\033[K", err=True, nl=False)
    data = to_dict(replays, catalog_version=catalog.version, draws=draws, seed=seed)
    common.emit(common.as_json(data) if form == "json" else render(data), out)


def _progress(total: int) -> Callable[[str], None]:
    """Says on a terminal's stderr which case is next."""
    done = 0

    def step(name: str) -> None:
        nonlocal done
        done += 1
        if sys.stderr.isatty():
            click.echo(f"\r\033[Kreplaying {name[:60]} ({done} of {total})", err=True, nl=False)

    return step
