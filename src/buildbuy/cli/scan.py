"""`buildbuy scan`: what a repository uses, what it has built, and what leaving would cost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from buildbuy import library
from buildbuy.cli import common
from buildbuy.errors import BadInput

HELP = """\
The stack in use per component, home-grown infrastructure, lock-in and effort from history, each with
file and line. Nothing of the repository is run, and no value of a variable is kept.

\b
Examples:
  buildbuy scan .                                    one page
  buildbuy scan ../api ../training --format json
  buildbuy scan . --out profile.yaml                 a draft profile, and records beside it
  buildbuy decide --repo .                           scan and decide in one go
"""


@click.command(help=HELP)
@click.argument("repos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="REPO…")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="Write a draft profile (YAML), and records to .buildbuy/evidence beside it.")
@click.option("--force", is_flag=True, help="Overwrite an existing profile.")
@click.option("--people", type=click.FloatRange(0, min_open=True), help="People on the payroll over the history: caps its effort.")
@click.option("--catalog", "overlay", type=click.Path(path_type=Path), help="Folder with your own systems, prices and corrections.")
@click.option("--max-seconds", type=click.FloatRange(0, min_open=True), default=600.0, show_default=True, help="Time for each repository; what is left then is counted as not read.")
@click.option("--no-cache", is_flag=True, help="Read everything again, and keep nothing.")
def command(repos: tuple[Path, ...], form: str, out: Path | None, force: bool, people: float | None, overlay: Path | None, max_seconds: float, no_cache: bool) -> None:
    from buildbuy.catalog.load import load
    from buildbuy.report import scan as report

    if out is not None and out.exists() and not force:
        raise BadInput("the file exists already", where=str(out), hint="pass --out another.yaml, or --force to overwrite it")
    catalog = load(overlay)
    results = scanned(repos, catalog, people=people, cached=not no_cache, seconds=max_seconds)
    if out is not None:
        _write(out, results, catalog)
    if form == "json":
        click.echo(common.as_json({"schema_version": results[0]["schema_version"], "repositories": results}), nl=False)
    else:
        click.echo("\n".join(map(report.table, results)), nl=False)


def scanned(repos: tuple[Path, ...], catalog: Any, *, people: float | None = None, cached: bool = True, seconds: float = 600.0) -> list[dict[str, Any]]:
    """The scan of each repository, with progress on stderr where that is a terminal."""
    from buildbuy.evidence.repo import scan

    live = sys.stderr.isatty()

    def show(text: str) -> None:
        if live:
            click.echo(f"\r\033[K{text}", err=True, nl=False)

    cache = Path(".buildbuy") / "cache" if cached else None
    try:
        return [scan(repo, catalog, people=people, cache=cache, progress=show, seconds=seconds) for repo in repos]
    finally:
        if live:
            click.echo("\r\033[K", err=True, nl=False)


def drafted(results: list[dict[str, Any]], catalog: Any) -> tuple[dict[str, Any], dict[str, Any], list[str]]:
    """One draft profile of several repositories, the records for it, and notes. What the first one
    uses in a component stands.
    """
    from buildbuy.evidence.repo import draft

    def accepts(component: str, current: dict[str, Any]) -> None:
        library.problems(library.profile_from({"components": {component: {"current": current}}}), (), catalog=catalog, evidence={}, as_of=None, months=36)

    whole: dict[str, Any] = {}
    records: dict[str, Any] = {}
    notes: list[str] = []
    for result in results:
        data, said = draft.profile(result, catalog.month, accepts)
        notes += said
        fresh = {c: n for c, n in data["components"].items() if c not in whole.get("components", {})}
        records.update(draft.records(result, fresh, catalog.month))
        if not whole:
            whole = data
        else:
            whole["components"].update(fresh)
    return whole, records, notes


def with_repo(repo: Path, given: library.Given | None, components: tuple[str, ...], catalog: Any, kept: dict[str, Any]) -> tuple[library.Given, dict[str, Any]]:
    """The profile with `current` filled from a scan where it says nothing, and the evidence with what
    was counted where no record is kept. Without a profile, the draft is one.
    """
    from buildbuy.domain.profile import ComponentNeeds, component_id

    data, records, notes = drafted(scanned((repo,), catalog), catalog)
    for note in notes:
        click.echo(f"note: {note}", err=True)
    if given is None:
        wanted = {component_id(c) for c in components}
        if not data["components"] and not wanted:
            raise BadInput("no system of the catalog and no own ML infrastructure was found", where=str(repo), hint="name the component: --component feature-store")
        data["components"] = {**data["components"], **{c: {} for c in wanted if c not in data["components"]}}
        given = library.profile_from(data)
        return given, {**records, **kept}
    named = dict(given.profile.components)
    for component, needs in data["components"].items():
        own = named.get(component)
        if own is not None and own.current is None:
            fresh = ComponentNeeds.model_validate(needs)
            named[component] = own.model_copy(update={"current": fresh.current})
        elif own is None or (own.current and own.current.system != needs["current"].get("system")):
            records = {k: v for k, v in records.items() if not k.startswith((f"{component}.call_sites", f"{component}.leave."))}
    return library.Given(given.profile.model_copy(update={"components": named}), given.lines, given.where), {**records, **kept}


def _write(out: Path, results: list[dict[str, Any]], catalog: Any) -> None:
    from buildbuy.cli.init import to_yaml

    data, records, notes = drafted(results, catalog)
    head = "".join(f"# {line}\n" for line in ["A draft from `buildbuy scan`: say who you are under `organisation`, and what you have under `have`.", *notes])
    folder = out.parent / ".buildbuy" / "evidence"
    files = {out: head + to_yaml(data)}
    files |= {folder / f"{what}.{record.input_hash[:8]}.json": common.as_json(record.model_dump(mode="json")) for what, record in records.items()}
    common.write_all(files)
    click.echo(f"written: {out}" + (f", and {len(records)} record(s) in {folder}" if records else ""), err=True)
    if data["components"]:
        click.echo(f"next:    buildbuy decide {out}", err=True)
    else:
        click.echo(f"next:    nothing was found: name what you decide about, buildbuy decide {out} --component feature-store", err=True)
