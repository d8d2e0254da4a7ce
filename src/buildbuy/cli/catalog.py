"""`buildbuy catalog`: what the catalog knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from buildbuy import library
from buildbuy.cli import common
from buildbuy.errors import BadInput

HELP = """\
Systems, prices and facts, each with its source and date.

\b
Examples:
  buildbuy catalog list --component feature-store
  buildbuy catalog show feast
  buildbuy catalog bill sagemaker-feature-store --set online_reads="100 req/s" --set row_size="1 kB"
  buildbuy catalog cases -c feature-store             what others decided
  buildbuy catalog check --gate soon                  exit 1 if something is about to change
  buildbuy catalog diff OLD_FOLDER                    what changed since then
  buildbuy catalog new acme-store -c feature-store    a file to fill in
"""


@click.group(help=HELP)
def command() -> None:
    """The group."""


def _overlay(f: Any) -> Any:
    return click.option("--catalog", "overlay", type=click.Path(path_type=Path), help="Folder with your own systems, prices and corrections.")(f)


def _format(f: Any) -> Any:
    return click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)(f)


def _known(catalog: Any, system: str) -> None:
    """Raises BadInput for a system the catalog doesn't have."""
    if system not in catalog.systems:
        raise BadInput(f"the catalog has no system `{system}`", hint=f"known: {', '.join(catalog.systems)}")


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
    from buildbuy.resolve.bill import three_sizes

    catalog = load(overlay)
    _known(catalog, system)
    sizes = three_sizes(catalog, system)
    if form == "json":
        click.echo(common.as_json({**entry(catalog, system), "monthly_bill_at": sizes}), nl=False)
    else:
        click.echo(text(catalog, system, sizes), nl=False)


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
    _known(catalog, system)
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


@command.command("cases", help="Public decisions by others, to compare with: what they had, chose, and what came of it.")
@click.option("--component", "-c", help="Only this component.")
@_overlay
@_format
def cases_(component: str | None, overlay: Path | None, form: str) -> None:
    from buildbuy.catalog.load import load
    from buildbuy.catalog.show import cases
    from buildbuy.domain.profile import component_id
    from buildbuy.report.safe import plain
    from buildbuy.report.words import OUTCOMES, case_choice, case_title

    rows = cases(load(overlay), component_id(component) if component is not None else None)
    if form == "json":
        click.echo(common.as_json(rows), nl=False)
        return
    last = ""
    for row in rows:
        if row["component"] != last:
            click.echo(("\n" if last else "") + row["component"])
            last = row["component"]
        told = row | row["chose"]
        click.echo(plain(f"  {case_title(row)} (scale {row['scale'] or 'unknown'}): {case_choice(told)}; {OUTCOMES[row['outcome']['status']]}"))
        click.echo(plain(f"      {row['chose']['text']} → {row['outcome']['text']}"))
        click.echo(plain(f"      {row['sources'][row['chose']['source']]['url'] or ''}"))
    click.echo(f"\n{len(rows)} cases" if rows else "no cases of that component")


@command.command("check", help="Facts that are stale, second-hand, of undated pages, in dispute, left open, mere ranges or about to change; with --gate, exit 1 if there are any.")
@click.option("--gate", "gates", multiple=True, type=click.Choice(["stale", "second-hand", "undated", "contradictory", "open", "range", "soon"]), help="Fail on this kind (repeatable).")
@click.option("--system", help="Only this system.")
@click.option("--all", "every", is_flag=True, help="Every remark, not the first ten of each kind.")
@_overlay
@_format
def check(gates: tuple[str, ...], system: str | None, every: bool, overlay: Path | None, form: str) -> None:
    from buildbuy.catalog.check import KINDS, counts, remarks
    from buildbuy.catalog.load import load
    from buildbuy.report.safe import plain

    catalog = load(overlay)
    if system is not None:
        _known(catalog, system)
    found = [r for r in remarks(catalog) if system is None or r.where.split(" ")[0] == f"systems:{system}"]
    fired = [r for r in found if r.kind in gates]
    if form == "json":
        rows = [{k: getattr(r, k) for k in ("kind", "where", "said", "why", "as_of", "source")} for r in found]
        click.echo(common.as_json({"counts": counts(catalog), "remarks": rows, "fired": sorted({r.kind for r in fired})}), nl=False)
    else:
        for kind in KINDS:
            rows_of = [r for r in found if r.kind == kind]
            click.echo(f"{kind}: {len(rows_of)}")
            for r in rows_of if every else rows_of[:10]:
                click.echo(plain(f"  {r.where}: {r.said}  ({r.why})"))
            if len(rows_of) > 10 and not every:
                click.echo(f"  … and {len(rows_of) - 10} more (--all)")
        click.echo()
        for key, value in counts(catalog).items():
            shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else f"{value:.0%}" if isinstance(value, float) else f"{value:,}"
            click.echo(f"{key.replace('_', ' '):<34} {shown}")
    if fired:
        click.echo(f"fired: {', '.join(sorted({r.kind for r in fired}))} ({len(fired)})", err=True)
        raise SystemExit(1)


@command.command("diff", help="Which facts changed between two catalogs, and which verdicts that moves. A folder of your own systems, prices and corrections is read on top of the other catalog.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", required=False, type=click.Path(path_type=Path))
@click.option("--profile", "profiles", multiple=True, type=click.Path(path_type=Path), help="Decide this profile with both (repeatable).")
@_format
def diff(old: Path, new: Path | None, profiles: tuple[Path, ...], form: str) -> None:
    """`new` defaults to the catalog that ships with buildbuy. A folder that is no whole catalog lies on top of the
    other one or, where neither is whole, of the one that ships with buildbuy.
    """
    from buildbuy.catalog.diff import changes
    from buildbuy.catalog.load import DATA
    from buildbuy.report.safe import plain

    later = DATA if new is None else new
    before, after = _side(old, later), _side(later, old)
    found = changes(before, after)
    moved = [row for path in profiles for row in _moved(path, before, after)]
    if form == "json":
        rows = [{k: getattr(c, k) for k in ("where", "old", "new", "source")} for c in found]
        click.echo(common.as_json({"old": before.version, "new": after.version, "changes": rows, "verdicts": moved}), nl=False)
        return
    for c in found:
        sign = "+" if c.old is None else "-" if c.new is None else "~"
        said = c.new if c.old is None else c.old if c.new is None else f"{c.old} → {c.new}"
        click.echo(plain(f"{sign} {c.where}: {said}"))
    click.echo(f"{len(found)} facts differ ({before.version}, {before.month} → {after.version}, {after.month})")
    for row in moved:
        change = f"{row['old']} → {row['new']}" if row["old"] != row["new"] else f"{row['new']} as before"
        click.echo(plain(f"{row['profile']}, {row['component']}: {change}; expected cost {row['old_mean']:,.0f} → {row['new_mean']:,.0f} {row['currency']}"))
    if not profiles:
        click.echo("next: --profile PROFILE shows which verdicts that moves", err=True)


def _side(folder: Path, other: Path) -> Any:
    """The catalog of a folder, whole or on top of another."""
    from buildbuy.catalog.load import DATA, load_alone, whole

    if whole(folder) or not folder.is_dir():
        return load_alone(folder)
    base = other if whole(other) else DATA
    made = load_alone(base, folder)
    click.echo(f"{folder} is no whole catalog: read on top of {base}", err=True)
    return made


def _moved(path: Path, before: Any, after: Any) -> list[dict[str, Any]]:
    """The verdicts of a profile's components under both catalogs."""

    given = library.read_profile(path)
    covered = [c for c in given.profile.components if c in before.components and c in after.components]
    old, new = (library.decided(given, tuple(covered), catalog, draws=2000) for catalog in (before, after))
    out = []
    for name in covered:
        a, b = old.outcomes[name], new.outcomes[name]
        cost = [float(o.actions[o.chosen].policy_cost or 0.0) / r.usd_per_currency if o.chosen else 0.0 for o, r in ((a, old), (b, new))]
        out.append({"profile": str(path), "component": name, "old": a.chosen or "no option", "new": b.chosen or "no option", "old_mean": round(cost[0], 2), "new_mean": round(cost[1], 2), "currency": new.currency})
    return out


@command.command("new", help="A file for a system of your own, with a comment at every place to fill in.")
@click.argument("system")
@click.option("--component", "-c", required=True, help="The component it is for.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("catalog"), show_default=True, help="Your catalog folder.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def new_(system: str, component: str, out: Path, force: bool) -> None:
    import re

    from buildbuy.catalog.load import load
    from buildbuy.catalog.skeleton import skeleton
    from buildbuy.domain.profile import component_id

    catalog = load()
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", system):
        raise BadInput(f"`{system}` can't be a system's id", hint="lower-case words joined by hyphens: acme-store")
    name = component_id(component)
    if name not in catalog.components:
        raise BadInput(f"the catalog has no component `{name}`", hint=f"it covers: {', '.join(catalog.components)}")
    path = out / "systems" / f"{system}.yaml"
    if path.exists() and not force:
        raise BadInput("the file exists already", where=str(path), hint="pass --force to overwrite it")
    common.write(path, skeleton(system, catalog.components[name], catalog.month))
    click.echo(f"written: {path}", err=True)
    click.echo(f"next:    fill it in, then buildbuy catalog show {system} --catalog {out}", err=True)


@command.command("pages", help="Reference pages in Markdown: one a system, a comparison per component.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write to.")
@_overlay
def pages_(out: Path, overlay: Path | None) -> None:
    from buildbuy.catalog.load import load
    from buildbuy.catalog.reference import pages
    from buildbuy.resolve.bill import three_sizes

    catalog = load(overlay)
    made = pages(catalog, {name: three_sizes(catalog, name) for name in catalog.systems})
    common.write_all({out / name: text for name, text in made.items()})
    click.echo(f"written: {len(made)} pages to {out}", err=True)
