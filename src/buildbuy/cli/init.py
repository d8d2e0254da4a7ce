"""`buildbuy init`: a profile from a few questions, on a terminal or by flags."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import click

from buildbuy import library
from buildbuy.cli import common
from buildbuy.errors import BadInput

HELP = """\
Write a profile by answering the few questions that decide. Every answer may be skipped; then a
sourced or assumed range stands in, and the verdict says how much that costs in certainty.

\b
Examples:
  buildbuy init --component feature-store
  buildbuy init --component model-serving --set ml_people=4 --set requests="20 to 60 req/s" --yes
  buildbuy init -c feature-store --set current=home-grown --set have=kubernetes,postgres --yes --out p.yaml
"""
KEYS = "stage, ml_people, platform_people, region, have, current, growth, parts, must, build_estimate, gap_hours.<system>, quote.<system>, or a workload quantity"


@click.command(help=HELP)
@click.option("--component", "-c", "components", multiple=True, metavar="C", help="The component to decide about (repeatable).")
@click.option("--set", "answers", multiple=True, metavar="KEY=VALUE", help=f"An answer given in advance: {KEYS}.")
@click.option("--yes", "-y", is_flag=True, help="Ask nothing; skip what isn't set.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("profile.yaml"), show_default=True)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@click.option("--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", help="Print the profile as JSON instead of writing YAML.")
def command(components: tuple[str, ...], answers: tuple[str, ...], yes: bool, out: Path, force: bool, form: str) -> None:
    if not components:
        raise BadInput("name a component", hint="buildbuy init --component feature-store")
    interactive = sys.stdin.isatty() and not yes
    if form == "yaml" and out.exists() and not force:
        raise BadInput("the file exists already", where=str(out), hint="pass --out another.yaml, or --force to overwrite it")
    data = ask(components, dict(_pair(a) for a in answers), interactive=interactive)
    given = library.profile_from(data)
    from buildbuy.catalog.load import load

    library.problems(given, (), catalog=load(), evidence={}, as_of=None, months=36)  # refuses answers that make no sense
    if form == "json":
        click.echo(common.as_json(data), nl=False)
        return
    common.write(out, to_yaml(data))
    click.echo(f"written: {out}", err=True)
    click.echo(f"next:    buildbuy decide {out}", err=True)


def _pair(text: str) -> tuple[str, str]:
    key, found, value = text.partition("=")
    if not found or not key.strip():
        raise BadInput(f"`{text}` is not KEY=VALUE", hint=f"keys: {KEYS}")
    return key.strip(), value.strip()


def ask(components: tuple[str, ...], answers: dict[str, str] | None = None, *, interactive: bool = True) -> dict[str, Any]:
    """Profile data from answers given in advance and, on a terminal, from questions.

    Raises BadInput for an answer to a question nobody asks.
    """
    from buildbuy.catalog.load import load
    from buildbuy.domain.profile import ALIASES, Region, Stage

    catalog = load()
    left = dict(answers or {})
    for name in components:
        if ALIASES.get(name, name) not in catalog.components:
            raise BadInput(f"`{name}` is not a component the catalog covers", hint=f"one of: {', '.join(catalog.components)}")
    asked = [catalog.components[ALIASES.get(name, name)] for name in components]
    talk = _Talk(left, interactive, catalog, asked[0].id)
    if interactive:
        click.echo("Press enter to skip a question. Ranges are welcome: `2 to 5`, `100 to 300 req/s`.\n", err=True)
    questions: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
        ("stage", "Stage (seed, series-a, series-b, growth, enterprise)?", "skipping leaves growth and head count wide open", get_args(Stage)),
        ("ml_people", "How many people work on ML?", "skipping is costly: labour, gaps and scale all hang on it", ()),
        ("platform_people", "How many people run platforms for them?", "skipping: a range by stage", ()),
        ("region", "Region (us, eu, uk, ca, apac)?", "skipping: labour cost across all regions", get_args(Region)),
    )
    for key, question, skip, among in questions:
        talk.get(key, question, skip, _at("organisation", key), among)
    words = sorted({"aws", "gcp", "azure", *(w for i in catalog.infrastructure.values() for w in i.have)})
    talk.get("have", "What do you run already (kubernetes, postgres, redis, warehouse, aws, ...)?", "skipping: every option is charged for all it needs", _at("have", made=_words), words, listed=True)
    for component in asked:
        _component(talk, catalog, component)
    if left:
        raise BadInput(f"nobody asks for `{next(iter(left))}`", hint=f"keys: {KEYS}")
    return talk.data


Put = Callable[[dict[str, Any], Any], None]


def _at(*keys: str, made: Callable[[Any], Any] = lambda value: value) -> Put:
    """Writes an answer into profile data under `keys`, as what `made` makes of it."""

    def put(data: dict[str, Any], value: Any) -> None:
        for key in keys[:-1]:
            data = data.setdefault(key, {})
        data[keys[-1]] = made(value)

    return put


class _Talk:
    """Answers given in advance first, then the terminal, else nothing; `data` is the profile they make so far."""

    def __init__(self, answers: dict[str, str], interactive: bool, catalog: Any, first: str) -> None:
        self.answers, self.interactive, self.catalog, self.first = answers, interactive, catalog, first
        self.data: dict[str, Any] = {"organisation": {}, "components": {}}

    def get(self, key: str, question: str, skip: str, put: Put | None, among: Iterable[str] = (), listed: bool = False) -> Any:
        """The answer, or None; `put` writes it into the profile.

        On a terminal an answer is asked again that isn't `among` the words it may be (each of a comma-separated
        list, if `listed`), or with which the profile would be refused.
        """
        if key in self.answers:
            value = _plain(self.answers.pop(key))
            if put is not None:
                put(self.data, value)
                if self.interactive:
                    self._decidable(self.data)
            return value
        if not self.interactive:
            return None
        click.echo(click.style(f"  {skip}", dim=True), err=True)
        while True:
            text = click.prompt(question, default="", show_default=False, err=True)
            if not text.strip():
                return None
            wrong = _unknown(text, tuple(among), listed) or self._keep(put, _plain(text))
            if wrong is None:
                return _plain(text)
            click.echo(f"  {wrong}", err=True)

    def _keep(self, put: Put | None, value: Any) -> str | None:
        """Keeps an answer; or says why the profile would be refused with it."""
        tried = deepcopy(self.data)
        if put is not None:
            try:
                put(tried, value)
                self._decidable(tried)
            except BadInput as e:
                return _reason(e)
        self.data = tried
        return None

    def _decidable(self, data: dict[str, Any]) -> None:
        """Raises BadInput for a profile that can't be decided."""
        given = library.profile_from(data if data["components"] else {**data, "components": {self.first: {}}})
        library.problems(given, (), catalog=self.catalog, evidence={}, as_of=None, months=36)


def _reason(error: BadInput) -> str:
    """What is wrong with an answer, without the key that whoever answers never saw."""
    inner = error.__cause__ if isinstance(error.__cause__, BadInput) else error
    return f"{inner.what}" + (f": {inner.why}" if inner.why else "") + (f" ({inner.hint})" if inner.hint else "")


def _words(value: Any) -> list[str]:
    return [x.strip() for x in str(value).split(",") if x.strip()]


def _unknown(value: str, among: tuple[str, ...], listed: bool) -> str | None:
    """Which word of an answer isn't one of those it may be."""
    words = [w.strip() for w in value.split(",")] if listed else [value.strip()]
    wrong = next((w for w in words if w and w not in among), None) if among else None
    if wrong is None:
        return None
    close = difflib.get_close_matches(wrong, among, 1)
    return f"`{wrong}` is not one of: {', '.join(among)}" + (f"; did you mean `{close[0]}`?" if close else "")


def _plain(text: str) -> Any:
    text = text.strip()
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text


def _component(talk: _Talk, catalog: Any, component: Any) -> None:
    at = ("components", component.id)
    talk.data["components"][component.id] = {}
    systems = [s for s in catalog.systems.values() if component.id in s.components and s.offers]
    known = tuple(s.id for s in systems)
    current = talk.get("current", f"What runs today for {component.name.lower()} (a system's id, home-grown, nothing)?", f"skipping: decided as if nothing ran. Systems: {', '.join(known)}", _at(*at, "current"), ("nothing", "home-grown", *known))
    if current == "home-grown":
        talk.get("upkeep", "How many hours a month does it take you (`5 to 15 h/month`)?", "skipping: a reference class, often what decides", _at(*at, "current", made=lambda v: {"home-grown": True, "upkeep": _hours(v)}))
    for name, variable in component.variables.items():
        if variable.ask or name in talk.answers:
            prior = f"skipping: {variable.prior.value} {variable.unit}" + (f" per {variable.prior.per}" if variable.prior.per else "") + ", assumed"
            talk.get(name, f"{variable.question} [{variable.unit}]", prior, _at(*at, "workload", name))
    talk.get("growth", "How fast does the load grow a year (`50% to 150% per year`)?", "skipping: a range by stage", _at(*at, "workload", "growth"))
    names = tuple(k for k, p in component.parts.items() if not p.yours)
    talk.get("parts", f"Which parts do you need ({', '.join(names)})?", "skipping: what is usual at your scale", _at(*at, "parts", made=_words), names, listed=True)
    talk.get("must", "Hard musts (`data_residency: eu, compliance: hipaa`)?", "skipping: nothing is excluded on such grounds", _at(*at, "requirements", made=lambda v: [_must(x) for x in _words(v)]))
    talk.get("build_estimate", "Your own estimate of building it (`4 to 8 person_months`)?", "skipping: a reference class; yours would be corrected by how such estimates turn out", _at(*at, "estimates", "build"))
    for key in [k for k in talk.answers if k.startswith(("gap_hours.", "quote."))]:
        kind, _, who = key.partition(".")
        talk.get(key, "", "", _gap(at, who) if kind == "gap_hours" else _at(*at, "quotes", who))
    if talk.interactive:
        candidate = talk.get("candidate", "Is there a candidate you know well (a system's id)?", "its gaps, in hours a month, often decide", None, known)
        if candidate is not None:
            talk.get("gap", f"How many hours a month would the whole team lose to what {candidate} can't do?", "skipping: a wide assumed range", _gap(at, candidate))
            talk.get("quote", "Do you have a quote for it (`1200 USD/month`)?", "skipping: the list price, if there is one", _at(*at, "quotes", candidate))


def _gap(at: tuple[str, str], system: str) -> Put:
    return _at(*at, "gap_hours", system, made=_hours)


def _hours(value: Any) -> Any:
    return value if isinstance(value, int | float) or "/" in str(value) or "month" in str(value) else f"{value} h/month"


def _must(text: str) -> dict[str, Any]:
    key, found, value = text.partition(":")
    if not found:
        raise BadInput(f"`{text.strip()}` is not a must", hint="write it like `data_residency: eu`")
    return {key.strip(): _plain(value)}


def to_yaml(data: dict[str, Any]) -> str:
    """The profile as YAML a person would write."""
    from buildbuy.strict_yaml import dump

    head = "# A buildbuy profile. Ranges are 90% intervals: `120 to 300 req/s`. What is left out is a range by\n# stage and people. Keys and units: buildbuy schema profile\n"
    return head + dump(data)
