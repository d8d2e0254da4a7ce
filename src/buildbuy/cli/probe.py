"""`buildbuy probe`: measure the real thing against the requirement."""

from __future__ import annotations

import datetime
import functools
import hashlib
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median_high
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from buildbuy.cli import common, exercise
from buildbuy.errors import BadInput, Lacking

if TYPE_CHECKING:
    from buildbuy.probes.asked import Asked
    from buildbuy.probes.load import Load
    from buildbuy.probes.requirement import Wanted
    from buildbuy.probes.session import Ran
    from buildbuy.probes.supervise import Observed

Keep = Callable[[list[dict[str, Any]]], None]
REMOTE_RATE, REMOTE_SECONDS = 1000.0, 120.0
REPEATS = 3
ROWS_HINT = "--table FILE"
_STARTING = ("--systems", "--profile", "--with", "--cache", "--model", "--trust-model", "--payload", "--workers", "--models", "--ladder")
_LOADING = ("--require", "--rate", "--duration", "--warmup", "--connections", "--timeout")
_ASKING = ("--request", "--yes-not-loopback", "--as")
_EXERCISING = ("--size", "--table", "--reference")
MEANINGLESS = {"endpoint": (*_STARTING, *_EXERCISING), "load": (*_ASKING, *_EXERCISING), "exercise": (*_STARTING[4:], *_LOADING, *_ASKING, "--table", "--reference")}
WHY_NOT = {"endpoint": "the endpoint runs already", "load": "{name} is started here and loaded", "exercise": "{name} is exercised by a script, not loaded"}
"""By what is done: options that change nothing, and why."""

HELP = """\
Load a service at a constant arrival rate, measure latency from the moment each request was meant to
leave, and say whether the requirement is met here, with how much room: a service of yours
(--endpoint), or the systems of COMPONENT, each started here in an environment of its own.

\b
Examples:
  buildbuy probe model-serving --require "p99<=20ms @ 300 req/s"
  buildbuy probe model-serving --for profile.yaml --model model.onnx --payload rows.json
  buildbuy probe model-serving --systems fastapi,triton --profile tuned --rate 1000 --ladder --out probe.svg
  buildbuy probe --endpoint http://127.0.0.1:8000/predict --request request.yaml --require "p99<=20ms @ 300 req/s"
  buildbuy probe model-serving --as stay --endpoint http://127.0.0.1:8000/predict --request request.yaml --rate 50
  buildbuy probe experiment-tracking --repeats 3        a script uses each through its own client
  buildbuy probe monitoring --table rows.parquet --reference training.parquet

\b
request.yaml:
  method: POST
  headers:
    content-type: application/json
    authorization: {env: MY_TOKEN, prefix: "Bearer "}     credentials only from the environment
  body: {inputs: [[0.1, 0.2]]}                            or body_file: payload.json
"""


def _number(_: click.Context, option: click.Parameter, value: float) -> float:
    """The value, which may be no `nan`: that lies in every range."""
    if math.isnan(value):
        raise BadInput(f"`{value}` is no number", where=option.opts[0])
    return value


@click.command(help=HELP)
@click.argument("component", required=False)
@click.option("--for", "profile", type=click.Path(path_type=Path), metavar="PROFILE", help="Measure what deciding this profile leaves open: its requirements, at its rate.")
@click.option("--systems", "names", metavar="A,B", help="Only these systems of the component.")
@click.option("--profile", "profiles", type=click.Choice(["default", "tuned", "both"]), default="both", show_default=True, help="Their default settings, tuned ones, or both.")
@click.option("--model", type=click.Path(path_type=Path), help="Your own model (ONNX, or a scikit-learn estimator saved with skops) instead of a small one of ours; with --payload.")
@click.option("--trust-model", "trusted", is_flag=True, help="Of a skops file build the types too that skops doesn't trust (trees among them): I know who made it.")
@click.option("--payload", type=click.Path(path_type=Path), help='Rows for your model, as JSON: {"inputs": [[0.1, 0.2]]}.')
@click.option("--table", type=click.Path(path_type=Path), metavar="FILE", help="Your own logged predictions (CSV or Parquet) instead of tables of ours, for monitoring.")
@click.option("--reference", type=click.Path(path_type=Path), metavar="FILE", help="What --table is compared with (default: two random halves of it).")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Worker processes, replicas or instances of each server.")
@click.option("--models", type=click.IntRange(1, 100), default=1, show_default=True, help="Copies of the model that each server holds, as if they were many, asked in turn.")
@click.option("--with", "versions", multiple=True, metavar="PACKAGE==VERSION", help="Other versions than the tested ones, for one system named with --systems.")
@click.option("--cache", type=click.Path(path_type=Path), help="Where environments are kept (default: buildbuy/probes in your cache).")
@click.option("--endpoint", "url", metavar="URL", help="A service that runs already.")
@click.option("--as", "option", metavar="OPTION", help="Which option of decide the endpoint is: stay, build, or a system and how it is had (sagemaker-endpoints/managed).")
@click.option("--request", "file", type=click.Path(path_type=Path), help="The request to send (YAML; a plain GET without it).")
@click.option("--require", "required", metavar="TEXT", help='What is needed: "p99<=20ms @ 300 req/s".')
@click.option("--rate", type=float, metavar="REQ/S", help="Requests a second (default: the requirement's).")
@click.option("--duration", type=float, default=10.0, show_default=True, metavar="SECONDS", help="Measured seconds.")
@click.option("--warmup", type=float, default=2.0, show_default=True, metavar="SECONDS", help="Seconds at the same rate before, not counted.")
@click.option("--repeats", type=click.IntRange(1, 30), default=None, help=f"Runs of each, started anew in random order.  [default: {REPEATS}; 1 with --endpoint and for exercises]")
@click.option("--ladder", is_flag=True, help="Then double the rate until the requirement isn't met any more.")
@click.option("--connections", type=int, default=256, show_default=True, help="Most connections at once.")
@click.option("--timeout", type=float, default=10.0, show_default=True, metavar="SECONDS", help="A request that takes longer has failed.")
@click.option("--size", type=click.FloatRange(0.01, 10), callback=_number, default=1.0, show_default=True, help="Share of an exercise's usual work.")
@click.option("--yes-not-loopback", "remote", is_flag=True, help="The service is on another machine, and I may load it.")
@click.option("--evidence", "folder", type=click.Path(path_type=Path), help="Where records are written.  [default: .buildbuy/evidence, beside the profile]")
@click.option("--no-record", is_flag=True, help="Only show it.")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Also draw it, as .svg or .png: percentile curves and ladder, or an exercise's figures by system.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(
    component: str | None, profile: Path | None, names: str | None, profiles: str, model: Path | None, payload: Path | None, cache: Path | None, url: str | None, option: str | None, file: Path | None,
    required: str | None, rate: float | None, duration: float, warmup: float, repeats: int | None, ladder: bool, connections: int, timeout: float, remote: bool, folder: Path | None, no_record: bool, out: Path | None, form: str, size: float, workers: int, models: int, trusted: bool, versions: tuple[str, ...], table: Path | None, reference: Path | None,
) -> None:  # fmt: skip
    try:
        import httptools  # noqa: F401
        import psutil  # noqa: F401
    except ImportError as e:
        raise Lacking(f"probes need the package `{e.name}`", hint="pip install 'buildbuy[probe]'") from e
    from buildbuy.probes import environments, systems
    from buildbuy.probes.load import Load
    from buildbuy.probes.requirement import parse

    folder = folder or (profile.parent if profile else Path()) / ".buildbuy" / "evidence"
    keep: Keep = (lambda _: None) if no_record else functools.partial(_keep, folder)
    each = systems.PROFILES if profiles == "both" else (profiles,)
    cache = cache or environments.cache()
    _together(component, profile, url, option)
    if out is not None and out.suffix not in (".svg", ".png"):
        raise BadInput(f"`{out.name}` is not a picture", where="--out", hint="name it .svg or .png")
    own = _own(model, payload, trusted)
    tables = _tables(table, reference)
    need = _needed(profile, component, folder, url, rate, bool(tables)) if profile else None
    if profile and need is None:
        click.echo(f"Nothing to measure: {profile} leaves nothing open that a probe can take: no requirement of performance that is a must.", err=form == "json")
        if form == "json":
            click.echo(common.as_json(_page(component or "nothing", "stand_in", None)), nl=False)
        return
    name = need.component if need else str(component)
    exercised = url is None and not systems.loaded(name)
    _meant(name, url, option, exercised)
    picked = _with(_chosen(name, names, need) if url is None else [], versions, cache)
    if exercised:
        data = exercise.run(name, picked, each, cache, size, repeats or 1, tables, _page(name, "exercise", None), keep)
        _show(data, need, folder, no_record, form, out)
        return
    wanted = parse(required) if required else need.asked.wanted if need else None
    load = Load(_rate(rate, wanted, need), duration, warmup, connections, timeout)
    times = repeats or (1 if url else REPEATS)
    percentiles = sorted({wanted.percentile if wanted else 99.0, *(need.asked.percentiles if need else ())})
    if url is not None:
        data = _endpoint(url, file, load, wanted, remote, keep, times, percentiles, need.component if need else component, option)
    else:
        data = _systems(name, picked, each, load, wanted, cache, own, keep, times, ladder, percentiles, workers, models, trusted, need)
    _show(data, need, folder, no_record, form, out)
    if all(r["generator"]["refused"] for r in data["results"]):
        raise Lacking(f"the result is refused: {data['results'][0]['generator']['refused']}", hint="a lower --rate, a quieter machine, or the generator on another one")


def _rate(rate: float | None, wanted: Wanted | None, need: _Need | None) -> float:
    """The requests a second to load with. Raises BadInput where none is known, or less than is required."""
    least = wanted.rate if wanted else None
    chosen = rate if rate is not None else least or (need.asked.rate if need else None)
    if chosen is None:
        raise BadInput("no rate is given", where="--rate", hint='--rate 300, or in the requirement: --require "p99<=20ms @ 300 req/s"')
    if least and chosen < least:
        raise BadInput(f"--rate {chosen:g} is below the {least:g} req/s of the requirement", where="--rate", hint="leave --rate out")
    return chosen


def _meant(name: str, url: str | None, option: str | None, exercised: bool) -> None:
    """Raises BadInput for options that were given and would change nothing: what has no meaning isn't ignored."""
    from buildbuy.probes.records import LOADED

    if option is not None and name not in LOADED:
        raise BadInput(f"no requirement of {name} is about a service that answers requests", where="--as", hint=f"--as is for {', '.join(LOADED)}; leave it out to measure the service alone")
    context = click.get_current_context()
    given = [x for x in context.command.params if context.get_parameter_source(x.name or "") == ParameterSource.COMMANDLINE]
    of = "endpoint" if url is not None else "exercise" if exercised else "load"
    idle = {*MEANINGLESS[of]} - ({"--table", "--reference"} if name == "monitoring" and exercised else set())
    found = [x.opts[0] for x in given if x.opts[0] in idle]
    if found:
        takes = [x.opts[0] for x in context.command.params if x.opts[0].startswith("--") and x.opts[0] not in idle]
        raise BadInput(f"{' and '.join(found)} would change nothing here", where=", ".join(found), why="only monitoring looks at tables" if {*found} <= {"--table", "--reference"} else WHY_NOT[of].format(name=name), hint=f"leave {'it' if len(found) == 1 else 'them'} out; this takes {', '.join(takes)}")


def _together(component: str | None, profile: Path | None, url: str | None, option: str | None) -> None:
    """Raises BadInput for options that don't go together."""
    if url is None and component is None and profile is None:
        raise BadInput("name a component or an --endpoint, one of them", hint="buildbuy probe model-serving, or --endpoint http://127.0.0.1:8000/predict")
    if url is not None and (component or profile) and option is None:
        raise BadInput("name a component or an --endpoint, one of them", hint="or say which option of the component the service is: --as stay, --as sagemaker-endpoints/managed")
    if option is not None and (url is None or not (component or profile)):
        raise BadInput("--as says which option of a component an endpoint is", where="--as", hint="buildbuy probe model-serving --as stay --endpoint URL")
    if option is not None and not re.fullmatch(r"stay|build|[a-z0-9-]+/(managed|self-host)", option):
        raise BadInput(f"`{option}` is not an option", where="--as", hint="stay, build, or as decide names it: sagemaker-endpoints/managed")


def _show(data: dict[str, Any], need: _Need | None, folder: Path, no_record: bool, form: str, out: Path | None = None) -> None:
    """The page, the picture, and how the decision changed. Raises Lacking where nothing could be measured."""
    from buildbuy.report import exercise as exercised
    from buildbuy.report import probe

    if need is not None and not no_record:
        data["decision"] = _decided(need, folder)
    table = exercised.table if data["proves"] == "exercise" else probe.table
    click.echo(common.as_json(data) if form == "json" else table(data), nl=False)
    if out is not None and data["results"]:
        _draw(data, out)
    if not data["results"]:
        raise Lacking("no system could be measured", hint="the reasons stand above")


def _draw(data: dict[str, Any], out: Path) -> None:
    from buildbuy.report import charts, exercise_chart, probe_chart

    of = exercise_chart if data["proves"] == "exercise" else probe_chart
    picture = charts.standalone(of.picture(data))
    if out.suffix == ".svg":
        common.emit(picture, out)
        return
    pixels = charts.png(picture)
    if pixels is None:
        raise Lacking("a PNG needs the package `vl-convert-python`", hint="pip install 'buildbuy[png]', or --out FILE.svg")
    common.emit_bytes(pixels, out)


@dataclass(frozen=True)
class _Need:
    """A decision before the probe, and what it leaves open."""

    profile: Path
    component: str
    asked: Asked
    before: Any


def _decide(profile: Path, component: str, folder: Path) -> Any:
    """The outcome of a component with what has been measured so far."""
    from buildbuy import library
    from buildbuy.cli.decide import execute

    return execute(library.read_profile(profile), (component,), folder if folder.is_dir() else None, None, 10_000, 0, 36, None)


def _needed(profile: Path, component: str | None, folder: Path, url: str | None, rate: float | None, tables: bool) -> _Need | None:
    """What deciding the profile leaves to a probe. Raises BadInput where it isn't clear of which component, or where only
    the user's own `tables` could tell and there are none.
    """
    from buildbuy import library
    from buildbuy.domain.profile import component_id
    from buildbuy.probes import systems
    from buildbuy.probes.asked import asked
    from buildbuy.probes.records import LOADED
    from buildbuy.questions.probed import stem

    known = library.read_profile(profile).profile.components
    of = [component_id(component)] if component else [x for x in known if x in systems.SYSTEMS] or list(known)
    if len(of) != 1:
        raise BadInput("say which component to measure", where=str(profile), hint=f"buildbuy probe COMPONENT --for {profile}, one of {', '.join(of or systems.SYSTEMS)}")
    run = _decide(profile, of[0], folder)
    can = {systems.system(x).catalog for x in systems.SYSTEMS.get(of[0], ())}
    exercised = url is None and not systems.loaded(of[0])
    found = asked(run.outcomes[of[0]], can, {stem(x.metric) for x in systems.INFORMS.get(of[0], {}).values()} if exercised else None, rate)
    if found is None:
        return None
    if found.rate is None and not exercised:
        raise BadInput("no rate is known to measure at", where=of[0], hint="state it beside the requirement: `rate: 300 req/s`, or --rate 300")
    where_they_run = "measure them where they run: --endpoint URL --as " if of[0] in LOADED else ""
    if not found.systems and url is None:
        raise BadInput(f"none of the options that {of[0]} is left with can be started here", where=str(profile), hint=where_they_run and where_they_run + found.elsewhere[0])
    with_what = f"on your own rows ({ROWS_HINT})" if exercised else "with your own model"
    if exercised and not tables and not found.requirements:
        raise BadInput(f"{found.drivers[0].label} can only be measured {with_what}", where="--table", why=f"{profile} leaves nothing else open that a probe of {of[0]} takes", hint=f"buildbuy probe {of[0]} --for {profile} {ROWS_HINT}")
    texts = "; ".join([*(r.text for r in found.requirements), *(f"{d.label}, worth measuring {with_what}" for d in found.drivers)])
    click.echo(f"{profile} leaves open: {texts}" + (f"; needed at {found.rate:.4g} req/s" if found.rate else "") + (f", {found.features:g} features a request" if found.features else ""), err=True)
    if found.elsewhere and url is None:
        click.echo(f"can't be started here: {', '.join(found.elsewhere)}" + (f"; {where_they_run}OPTION" if where_they_run else ""), err=True)
    return _Need(profile, of[0], found, run)


def _chosen(component: str, names: str | None, need: _Need | None) -> list[Any]:
    """The systems to start: those named, else those the decision asks about, else all."""
    from buildbuy.probes import systems

    every = systems.chosen(component, names)
    return [x for x in every if x.catalog in need.asked.systems] if need and names is None else every


def _with(picked: list[Any], versions: Sequence[str], cache: Path) -> list[Any]:
    """What was picked; with other versions, where there are any, the one system that was named. Raises BadInput."""
    if not versions:
        return picked
    for one in versions:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*==[0-9][A-Za-z0-9.!+]*", one):
            raise BadInput(f"`{one}` is no version of a package", where="--with", hint="write it like mlflow==3.18.0")
    if len(picked) != 1:
        raise BadInput("other versions are of one system", where="--with", hint="name it: --systems mlflow-sqlite --with mlflow==3.18.0")
    return [picked[0].with_versions(versions, cache)]


def _decided(need: _Need, folder: Path) -> dict[str, Any]:
    """How the decision changed by what was measured."""
    from buildbuy.report.probe import changed
    from buildbuy.report.run_json import to_dict

    [before] = to_dict(need.before)["components"]
    [after] = to_dict(_decide(need.profile, need.component, folder))["components"]
    return changed(before, after)


def _endpoint(
    url: str, file: Path | None, load: Load, wanted: Wanted | None, remote: bool, keep: Keep, times: int, percentiles: list[float], component: str | None, option: str | None,
) -> dict[str, Any]:  # fmt: skip
    """Measures one running service."""
    from buildbuy.probes.load import ask, run
    from buildbuy.probes.records import Subject, records
    from buildbuy.probes.request import endpoint
    from buildbuy.report.probe import result

    found = endpoint(url, file)
    if not found.loopback:
        _allowed(found.shown, load, remote, times)
    status, begins = ask(found.target, load.timeout)
    if not 200 <= status < 300:
        raise BadInput(f"the service answers with status {status}, not 2xx", where=found.shown, why=begins.decode("utf-8", "replace")[:200], hint="a request that fails measures nothing; check the address and the request file")
    data = _page(f"the service at {found.shown}", "production", wanted)
    with common.Steps(times) as step:
        seen = []
        for i in range(times):
            step(f"loading {found.shown} with {load.rate:g} req/s, run {i + 1} of {times}")
            seen.append(run(found.target, load))
    data["results"].append(result(found.shown, seen, wanted))
    system, _, sourcing = (option or "").rpartition("/")
    subject = Subject(f"{component}.{option.replace('/', '.')}" if component and option else "endpoint", found.request_hash, (component or "") if option else "", system, sourcing, own=True, features=found.features)
    keep(records(subject, data["results"][0], seen, data, percentiles))
    return data


def _systems(
    component: str, chosen: list[Any], profiles: Sequence[str], load: Load, wanted: Wanted | None, cache: Path, own: Mapping[str, Any], keep: Keep, times: int, ladder: bool, percentiles: list[float], workers: int, models: int, trusted: bool, need: _Need | None,
) -> dict[str, Any]:  # fmt: skip
    """Starts and measures each system in each profile; what fails is told and left out, what worked is kept at
    once. With several runs one system runs in a second set, which shows how far two sets of the same lie apart.
    """
    from buildbuy.probes.records import (
        EFFICIENCY,
        MANY,
        MODEL_MEMORY,
        PLAIN,
        SETTINGS,
        Subject,
        efficiency,
        fingerprint,
        memory,
        records,
    )
    from buildbuy.probes.session import Arm, Session, with_noise
    from buildbuy.report import probe

    arms = with_noise([Arm(s, p, workers=workers, models=models) for s in chosen for p in profiles], times)
    plain = next((x for x in arms if x.system.catalog == PLAIN and x.settings == SETTINGS and not x.again), None)
    many = replace(plain, models=MANY) if plain and own and need and any(d.id == MODEL_MEMORY for d in need.asked.drivers) else None
    arms += [many] if many else []
    common.before_starting()
    minutes = len(arms) * times * (load.seconds + load.warmup + 6) / 60
    model = "your model" if own else "a small model of ours"
    if not own:
        click.echo("without --model and --payload a small model of ours is served: that informs, and settles nothing for yours", err=True)
    click.echo(f"measuring {', '.join(s.name for s in chosen)} with {model} at {load.rate:.4g} req/s: {len(arms)} x {times} run{'s' if times > 1 else ''}, about {minutes:.0f} min" + (", then a ladder of rates" if ladder else ""), err=True)
    data = _page(component, "own_model" if own else "stand_in", wanted)

    def input_hash(system: Any) -> str:
        return fingerprint(system.requirements, f"{workers} {models}".encode(), *((own["model"].read_bytes(), repr(own["rows"]).encode()) if own else ()))

    def measured(ran: Ran[Observed]) -> dict[str, Any]:
        return probe.result(ran.arm.name, [x.measured for x in ran.runs], wanted, [_about(ran.arm, x) for x in ran.runs])

    def subject(one: Arm) -> Subject:
        features = len(own["rows"][0]) if own else None
        return Subject(f"{component}.{one.system.id}.{one.profile}", input_hash(one.system), component, *one.system.catalog, one.settings, bool(own), features)

    def done(ran: Ran[Observed]) -> None:
        if ran.runs and not ran.arm.again:
            cpu = median_high(x.cpu_ms_per_request for x in ran.runs) if ran.arm is plain else None
            keep(records(subject(ran.arm), measured(ran), [x.measured for x in ran.runs], data, percentiles, cpu))

    with _served(own, cache, trusted, data) as served, common.Steps(len(arms) * times) as step:
        found = Session(load, cache, served, wanted, step).run(arms, times, ladder, done)
    for ran in found:
        data["not_measured"] += [{"name": ran.arm.name, "why": why} for why in dict.fromkeys(ran.failed)]
        if ran.runs and not ran.arm.again:
            one = measured(ran)
            one |= {"ladder": [probe.rung(x.measured, wanted) for x in ran.ladder], "ladder_ended": ran.ladder_ended}
            data["results"].append(one | {"cost": _cost(one, data["machine"]["cores"])})
    took = {ran.arm: [x.shared_fairly_mb or x.memory_mb for x in ran.runs] for ran in found}
    if plain and many and took[plain] and took[many]:
        keep(memory(took[plain], took[many], plain.name, data, input_hash(plain.system)))
    cpu = {ran.arm: [x.cpu_ms_per_request for x in ran.runs] for ran in found if ran.runs and not ran.arm.again}
    alone = cpu.get(plain, []) if own and plain else []
    for arm, took_each in cpu.items() if alone else ():
        if arm.system.catalog in EFFICIENCY and arm.settings == SETTINGS:
            keep(efficiency(subject(arm), arm.name, took_each, alone, load.rate, data))
    runs = {ran.arm.name: [x.measured for x in ran.runs] for ran in found if not ran.arm.again}
    again = next(((arms[0].name, [x.measured for x in ran.runs]) for ran in found if ran.arm.again), None)
    data["comparison"] = probe.compared(runs, again, wanted.percentile if wanted else 99.0)
    return data


@contextmanager
def _served(own: Mapping[str, Any], cache: Path, trusted: bool, data: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What is served: the user's model, converted where it is a skops file, as the page then says."""
    from buildbuy.probes.skops import converted
    from buildbuy.report.safe import plain

    if not own or own["model"].suffix != ".skops":
        yield own
        return
    click.echo(f"converting {plain(own['model'])} to ONNX, in an environment of its own", err=True)
    with converted(own["model"], own["rows"], cache, trusted) as made:
        if made.warning:
            click.echo(f"warning: {plain(made.warning)}", err=True)
        data["converted"] = made.how
        yield {**own, "model": made.model}


def _cost(one: dict[str, Any], cores: int) -> list[dict[str, Any]]:
    """What a million requests cost: by the CPU they took, and by the highest rate that was held here."""
    from buildbuy.catalog.load import load
    from buildbuy.probes.cost import per_million

    catalog = load()
    found = []
    if one["about"]["cpu_ms_per_request"] > 0:
        found.append(per_million(one["about"]["cpu_ms_per_request"] / 1000, catalog, f"CPU of all its processes at {one['rate']:g} req/s, idle work included"))
    held = [x["rate"] for x in one["ladder"] if x["status"] == "met"]
    if held:
        found.append(per_million(cores / max(held), catalog, f"all {cores} cores at {max(held):g} req/s, the highest rate held"))
    return found


def _own(model: Path | None, payload: Path | None, trusted: bool) -> dict[str, Any]:
    """The user's model and rows, or nothing. Raises BadInput where only one of them is given."""
    from buildbuy.probes import systems

    if trusted and (model is None or model.suffix != ".skops"):
        raise BadInput("there is no skops file to trust", where="--trust-model", hint="it goes with --model model.skops")
    if model is None and payload is None:
        return {}
    if model is None or payload is None:
        raise BadInput("--model and --payload go together", hint="the payload has the rows that your model takes")
    return {"model": systems.own_model(model), "rows": systems.payload(payload)}


def _tables(table: Path | None, reference: Path | None) -> list[Path]:
    """The user's table and what it is compared with, those that were given. Raises BadInput."""
    from buildbuy.probes.tables import own_table

    if table is None and reference is not None:
        raise BadInput("there is nothing to compare with it", where="--reference", hint="it goes with --table FILE")
    return [own_table(x) for x in (table, reference) if x is not None]


def _about(arm: Any, seen: Any) -> dict[str, Any]:
    """What a system is, and took in one run."""
    return {**arm.system.about(arm.profile), "workers": arm.workers, "models": arm.models, **{k: getattr(seen, k) for k in ("ready_seconds", "memory_mb", "shared_fairly_mb", "processes", "cpu_ms_per_request")}}


def _allowed(shown: str, load: Load, remote: bool, times: int) -> None:
    n = (load.requests + load.unmeasured) * times
    if not remote:
        raise BadInput(f"{shown} is not on this machine", where="--endpoint", why=f"{n:,} requests would be sent to it, {load.rate:g} a second", hint="where you may load it: --yes-not-loopback")
    if load.rate > REMOTE_RATE or (load.seconds + load.warmup) * times > REMOTE_SECONDS:
        raise BadInput(f"at most {REMOTE_RATE:g} req/s for {REMOTE_SECONDS:g} s in all to another machine", where="--rate, --duration", hint="a lower rate, or run the probe beside the service")


def _page(what: str, proves: str, wanted: Wanted | None) -> dict[str, Any]:
    from buildbuy import __version__
    from buildbuy.probes.machine import machine

    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "schema_version": "1", "buildbuy_version": __version__, "when": now, "what": what, "proves": proves, "machine": machine(),
        "requirement": str(wanted) if wanted else None, "converted": None, "table": None, "results": [], "not_measured": [], "comparison": None, "comparisons": [], "decision": None,
    }  # fmt: skip


def _keep(folder: Path, records: list[dict[str, Any]]) -> None:
    """Written together, each whole, none over another; a refused result has none."""
    if not records:
        return
    files: dict[Path, str | bytes] = {}
    for record in records:
        text = common.as_json(record)
        key = hashlib.sha256(text.encode()).hexdigest()[:8]
        files[folder / f"{re.sub(r'[^a-z0-9._-]', '-', record['what'])}.{key}.json"] = text
    common.write_all(files)
    for path in files:
        click.echo(f"written: {path}", err=True)
