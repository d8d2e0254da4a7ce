"""`buildbuy decide`: the main job."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from buildbuy import library
from buildbuy.cli import common
from buildbuy.domain import bounds
from buildbuy.errors import BadInput

HELP = """\
A verdict per component, with costs, reasons, standing and confidence.

\b
Examples:
  buildbuy decide --component feature-store          ask a few questions, then answer
  buildbuy decide profile.yaml                       everything in the profile
  buildbuy decide profile.yaml --component feature-store --why --money
  buildbuy decide profile.yaml --format json --out run.json
  buildbuy decide --repo .                           scan a repository, then decide
  buildbuy decide profile.yaml --format html --out report.html
  buildbuy decide profile.yaml --format xlsx --out ledger.xlsx
  buildbuy decide profile.yaml --save decisions/     one decision record per component
"""


@click.command(help=HELP)
@click.argument("profile", required=False, type=click.Path(path_type=Path))
@click.option("--component", "-c", "components", multiple=True, metavar="C", help="Only this component (repeatable).")
@click.option("--repo", type=click.Path(path_type=Path), help="Scan this repository first: what runs today, and what leaving touches.")
@click.option("--evidence", type=click.Path(path_type=Path), help="Folder of measured evidence (default: .buildbuy/evidence beside the profile).")
@click.option("--catalog", "overlay", type=click.Path(path_type=Path), help="Folder with your own systems, prices and corrections.")
@click.option("--draws", type=click.IntRange(*bounds.DRAWS), default=10_000, show_default=True, help="Sampled worlds.")
@click.option("--seed", type=click.IntRange(*bounds.SEED), default=0, show_default=True)
@click.option("--horizon", type=click.IntRange(*bounds.HORIZON), default=36, show_default=True, metavar="MONTHS")
@click.option("--as-of", callback=common.month, metavar="YYYY-MM", help="Decide as of this month (default: the catalog's).")
@click.option("--format", "form", type=click.Choice(["table", "json", "markdown", "html", "xlsx"]), default="table", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write the result to a file.")
@click.option("--save", type=click.Path(path_type=Path), help="Write run.json, one decision record (MADR) per component, and a Markdown report with its pictures (SVG, PNG) to a folder.")
@click.option("--why", is_flag=True, help="The four questions, in words.")
@click.option("--money", is_flag=True, help="The ledger of the verdict and the runner-up.")
@click.option("--all", "every", is_flag=True, help="Every option, barred ones included.")
@click.option("--sources", is_flag=True, help="Every number behind the verdict with its grade, source and date.")
def command(
    profile: Path | None, components: tuple[str, ...], repo: Path | None, evidence: Path | None, overlay: Path | None, draws: int, seed: int,
    horizon: int, as_of: str | None, form: str, out: Path | None, save: Path | None, why: bool, money: bool, every: bool, sources: bool,
) -> None:  # fmt: skip
    from buildbuy.report import adr, markdown
    from buildbuy.report.run_json import to_dict

    if form == "xlsx" and (out is None or str(out) == "-"):
        raise BadInput("a workbook can't be printed", where="--out", hint="name a file: --out ledger.xlsx")
    given = library.read_profile(profile) if profile is not None else None if repo else _given(profile, components)
    if evidence is None and profile is not None:
        from buildbuy.evidence.store import beside

        evidence = beside(profile)
    run = execute(given, components, evidence, overlay, draws, seed, horizon, as_of, repo)
    data = to_dict(run)
    if save is not None:
        records = {save / name: text for name, text in adr.records(data).items()}
        common.keep_edited(records)
        from buildbuy.report import charts

        pictures = charts.saved(data)
        report = {save / "report.md": markdown.render(data, pictures)}
        pixels = {save / name.replace(".svg", ".png"): made for name, svg in pictures.items() if (made := charts.png(svg)) is not None}
        common.write_all({**records, **report, **{save / name: svg for name, svg in pictures.items()}, **pixels, save / "run.json": common.as_json(data)})
        click.echo(f"written: {save / 'run.json'} and {len(data['components'])} decision record(s)", err=True)
        if pictures and not pixels:
            click.echo("pictures are SVG only; for PNG, too: pip install 'buildbuy[png]'", err=True)
    if form == "json":
        common.emit(common.as_json(data), out)
    elif form == "markdown":
        common.emit(markdown.render(data), out)
    elif form == "html":
        from buildbuy.report import html

        common.emit(html.render(data), out)
    elif form == "xlsx":
        from buildbuy.report import workbook

        common.emit_bytes(workbook.render(run, data), out)
    else:
        from buildbuy.report import terminal

        shown = terminal.Shown(why=why, money=money, sources=sources, every=every)
        common.emit(terminal.render(data, shown, str(profile) if profile else None, to_file=out is not None), out)


def _given(profile: Path | None, components: tuple[str, ...]) -> library.Given:
    if profile is not None:
        return library.read_profile(profile)
    if not components:
        raise BadInput("give a profile, or a --component to be asked about", hint="buildbuy decide --component feature-store")
    if not sys.stdin.isatty():
        raise BadInput("no profile given and no terminal to ask on", hint=f"buildbuy init --component {components[0]} --out profile.yaml")
    from buildbuy.cli.init import ask, to_yaml

    answers = ask(components)
    given = library.profile_from(answers)
    keep = click.prompt("Keep these answers in a file? (a name, or enter for no)", default="", show_default=False, err=True).strip()
    if keep and not Path(keep).exists():
        common.write(Path(keep), to_yaml(answers))
        click.echo(f"written: {keep}\n", err=True)
    elif keep:
        click.echo(f"{keep} exists already; not overwritten\n", err=True)
    return given


def execute(
    given: library.Given | None, components: tuple[str, ...], evidence: Path | None, overlay: Path | None, draws: int, seed: int,
    horizon: int, as_of: str | None, repo: Path | None = None,
) -> Any:  # fmt: skip
    """Load, resolve and decide, with progress on stderr."""
    from buildbuy.catalog.load import load
    from buildbuy.evidence.store import load as load_evidence

    catalog, kept = load(overlay), load_evidence(evidence)
    if repo is not None:
        from buildbuy.cli.scan import with_repo

        given, kept = with_repo(repo, given, components, catalog, kept)
    assert given is not None
    with _progress() as step:
        return library.decided(given, components, catalog, kept, draws=draws, seed=seed, horizon=horizon, as_of=as_of, progress=step)


class _progress:
    """A line on stderr per component, on a terminal only."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()

    def __enter__(self) -> Any:
        return self.step

    def step(self, component: str, number: int, total: int) -> None:
        if self.live:
            click.echo(f"\r\033[Kdeciding {component} ({number} of {total})", err=True, nl=False)

    def __exit__(self, *_: object) -> None:
        if self.live:
            click.echo("\r\033[K", err=True, nl=False)
