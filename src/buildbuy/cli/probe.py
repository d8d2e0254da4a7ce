"""`buildbuy probe`: measure the real thing against the requirement."""

from __future__ import annotations

import datetime
import functools
import hashlib
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from buildbuy.cli import common, exercise
from buildbuy.errors import BadInput, Lacking

Keep = Callable[[list[dict[str, Any]]], None]
REMOTE_RATE, REMOTE_SECONDS = 1000.0, 120.0

HELP = """\
Load a service at a constant arrival rate, measure latency from the moment each request was meant to
leave, and say whether the requirement is met here, with how much room: a service of yours
(--endpoint), or the systems of COMPONENT, each started here in an environment of its own.

\b
Examples:
  buildbuy probe model-serving --require "p99<=20ms @ 300 req/s"
  buildbuy probe model-serving --systems fastapi,triton --profile tuned --rate 1000
  buildbuy probe --endpoint http://127.0.0.1:8000/predict --request request.yaml --require "p99<=20ms @ 300 req/s"
  buildbuy probe --endpoint http://127.0.0.1:8000/health --rate 50 --duration 5
  buildbuy probe experiment-tracking                    a script uses each through its own client

\b
request.yaml:
  method: POST
  headers:
    content-type: application/json
    authorization: {env: MY_TOKEN, prefix: "Bearer "}     credentials only from the environment
  body: {inputs: [[0.1, 0.2]]}                            or body_file: payload.json
"""


@click.command(help=HELP)
@click.argument("component", required=False)
@click.option("--systems", "names", metavar="A,B", help="Only these systems of the component.")
@click.option("--profile", "profiles", type=click.Choice(["default", "tuned", "both"]), default="both", show_default=True, help="Their default settings, tuned ones, or both.")
@click.option("--model", type=click.Path(path_type=Path), help="Your own model (ONNX) instead of a small one of ours; with --payload.")
@click.option("--payload", type=click.Path(path_type=Path), help='Rows for your model, as JSON: {"inputs": [[0.1, 0.2]]}.')
@click.option("--cache", type=click.Path(path_type=Path), help="Where environments are kept (default: buildbuy/probes in your cache).")
@click.option("--endpoint", "url", metavar="URL", help="A service that runs already.")
@click.option("--request", "file", type=click.Path(path_type=Path), help="The request to send (YAML; a plain GET without it).")
@click.option("--require", "required", metavar="TEXT", help='What is needed: "p99<=20ms @ 300 req/s".')
@click.option("--rate", type=float, metavar="REQ/S", help="Requests a second (default: the requirement's).")
@click.option("--duration", type=float, default=10.0, show_default=True, metavar="SECONDS", help="Measured seconds.")
@click.option("--warmup", type=float, default=2.0, show_default=True, metavar="SECONDS", help="Seconds at the same rate before, not counted.")
@click.option("--connections", type=int, default=256, show_default=True, help="Most connections at once.")
@click.option("--timeout", type=float, default=10.0, show_default=True, metavar="SECONDS", help="A request that takes longer has failed.")
@click.option("--size", type=click.FloatRange(0.01, 10), default=1.0, show_default=True, help="Share of an exercise's usual work.")
@click.option("--yes-not-loopback", "remote", is_flag=True, help="The service is on another machine, and I may load it.")
@click.option("--evidence", "folder", type=click.Path(path_type=Path), default=Path(".buildbuy") / "evidence", show_default=True, help="Where the record is written: beside your profile.")
@click.option("--no-record", is_flag=True, help="Only show it.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def command(
    component: str | None, names: str | None, profiles: str, model: Path | None, payload: Path | None, cache: Path | None, url: str | None, file: Path | None, required: str | None, rate: float | None, duration: float, warmup: float, connections: int, timeout: float,
    remote: bool, folder: Path, no_record: bool, form: str, size: float,
) -> None:  # fmt: skip
    try:
        import httptools  # noqa: F401
        import psutil  # noqa: F401
    except ImportError as e:
        raise Lacking(f"probes need the package `{e.name}`", hint="pip install 'buildbuy[probe]'") from e
    from buildbuy.probes import systems

    if component is not None and url is None and not systems.loaded(component):
        if required or rate is not None or model or payload:
            raise BadInput(f"{component} is exercised by a script, not loaded", where="--require, --rate, --model, --payload", hint=f"buildbuy probe {component} takes --systems, --profile, --size")
        exercise.run(component, names, profiles, cache, size, _page(component, "exercise", None), None if no_record else functools.partial(_keep, folder), form)
        return
    from buildbuy.probes.load import Load
    from buildbuy.probes.requirement import parse

    wanted = parse(required) if required else None
    chosen = rate if rate is not None else wanted.rate if wanted else None
    if chosen is None:
        raise BadInput("no rate is given", where="--rate", hint='--rate 300, or in the requirement: --require "p99<=20ms @ 300 req/s"')
    if wanted and wanted.rate and chosen < wanted.rate:
        raise BadInput(f"--rate {chosen:g} is below the {wanted.rate:g} req/s of the requirement", where="--rate", hint="leave --rate out")
    load = Load(chosen, duration, warmup, connections, timeout)
    if (url is None) == (component is None):
        raise BadInput("name a component or an --endpoint, one of them", hint="buildbuy probe model-serving, or --endpoint http://127.0.0.1:8000/predict")
    keep: Keep = (lambda _: None) if no_record else functools.partial(_keep, folder)
    if url is not None:
        data = _endpoint(url, file, load, wanted, remote, keep)
    else:
        data = _systems(str(component), names, profiles, load, wanted, cache, _own(model, payload), keep)
    click.echo(common.as_json(data) if form == "json" else _table(data), nl=False)
    if not data["results"]:
        raise Lacking("no system could be measured", hint="the reasons stand above")
    if all(r["generator"]["refused"] for r in data["results"]):
        raise Lacking(f"the result is refused: {data['results'][0]['generator']['refused']}", hint="a lower --rate, a quieter machine, or the generator on another one")


def _table(data: dict[str, Any]) -> str:
    from buildbuy.report.probe import table

    return table(data)


def _endpoint(url: str, file: Path | None, load: Any, wanted: Any, remote: bool, keep: Keep) -> dict[str, Any]:
    """Measures one running service."""
    from buildbuy.probes.load import ask, run
    from buildbuy.probes.request import endpoint
    from buildbuy.report.probe import result

    found = endpoint(url, file)
    if not found.loopback:
        _allowed(found.shown, load, remote)
    status, begins = ask(found.target, load.timeout)
    if not 200 <= status < 300:
        raise BadInput(f"the service answers with status {status}, not 2xx", where=found.shown, why=begins.decode("utf-8", "replace")[:200], hint="a request that fails measures nothing; check the address and the request file")
    _say(f"loading {found.shown} with {load.rate:g} req/s for {load.warmup:g} + {load.seconds:g} s")
    data = _page(f"the service at {found.shown}", "production", wanted)
    seen = run(found.target, load)
    data["results"].append(result(found.shown, seen, wanted))
    keep(_records("endpoint", data["results"][0], data, found.request_hash, wanted))
    return data


def _systems(component: str, names: str | None, profiles: str, load: Any, wanted: Any, cache: Path | None, own: dict[str, Any], keep: Keep) -> dict[str, Any]:
    """Starts and measures each system in each profile, in random order; what fails is told and left out, what
    worked is kept at once.
    """
    from buildbuy.probes import environments, systems
    from buildbuy.probes.supervise import NotMeasured, namespaces, stop_on_termination
    from buildbuy.report.probe import result

    chosen = systems.chosen(component, names)
    stop_on_termination()
    if not namespaces():
        click.echo("warning: no right to make namespaces here: what is started shares this machine's network", err=True)
    data = _page(component, "own_model" if own else "stand_in", wanted)
    todo = [(s, p) for s in chosen for p in (systems.PROFILES if profiles == "both" else (profiles,))]
    random.shuffle(todo)  # so that a machine that warms up or fills up favours none
    for i, (system, profile) in enumerate(todo, 1):
        name = f"{system.name}, {profile}"
        _say(f"({i} of {len(todo)}) {name}: environment, start, load of {load.warmup:g} + {load.seconds:g} s")
        try:
            made = environments.environment(system.id, system.requirements, cache or environments.cache())
            seen, about = _observed(system, profile, made, load, own)
        except NotMeasured as e:
            data["not_measured"].append({"name": name, "why": f"{e.what}" + (f": {e.why}" if e.why else "")})
            continue
        except (OSError, subprocess.SubprocessError) as e:  # a full disk, say
            data["not_measured"].append({"name": name, "why": getattr(e, "strerror", None) or str(e)})
            continue
        one = result(name, seen, wanted, about)
        data["results"].append(one)
        keep(_records(f"{component}.{system.id}.{profile}", one, data, _hash(system.requirements, own), wanted))
    order = [f"{s.name}, {p}" for s in chosen for p in systems.PROFILES]
    data["results"].sort(key=lambda r: order.index(r["name"]))
    return data


def _own(model: Path | None, payload: Path | None) -> dict[str, Any]:
    """The user's model and rows, or nothing. Raises BadInput where only one of them is given."""
    from buildbuy.probes import systems

    if model is None and payload is None:
        return {}
    if model is None or payload is None:
        raise BadInput("--model and --payload go together", hint="the payload has the rows that your model takes")
    return {"model": systems.onnx(model), "rows": systems.payload(payload)}


def _observed(system: Any, profile: str, made: Path, load: Any, own: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """One system in one profile: the load's result, and what the system is and took."""
    from buildbuy.probes import environments, supervise
    from buildbuy.probes.systems import Place

    with tempfile.TemporaryDirectory(prefix="bb-", ignore_cleanup_errors=True) as folder:
        server = system.server(Place(made, Path(folder), supervise.free_ports(system.ports), profile, **own))
        seen = supervise.observe(server, load, Path(folder))
    took = {k: getattr(seen, k) for k in ("ready_seconds", "memory_mb", "shared_fairly_mb", "processes", "cpu_ms_per_request")}
    versions = environments.versions(system.requirements)
    about = {"system": system.id, "profile": profile, "versions": versions, "settings": list(system.settings[profile]), "isolated": bool(supervise.namespaces()), **took}
    return seen.measured, about


def _hash(requirements: Path, own: dict[str, Any]) -> str:
    """Of what was measured: versions, and the user's model and rows."""
    parts = requirements.read_bytes() + (own["model"].read_bytes() + repr(own["rows"]).encode() if own else b"")
    return hashlib.sha256(parts).hexdigest()


def _allowed(shown: str, load: Any, remote: bool) -> None:
    n = load.requests + load.unmeasured
    if not remote:
        raise BadInput(f"{shown} is not on this machine", where="--endpoint", why=f"{n:,} requests would be sent to it, {load.rate:g} a second", hint="where you may load it: --yes-not-loopback")
    if load.rate > REMOTE_RATE or load.seconds + load.warmup > REMOTE_SECONDS:
        raise BadInput(f"at most {REMOTE_RATE:g} req/s for {REMOTE_SECONDS:g} s in all to another machine", where="--rate, --duration", hint="a lower rate, or run the probe beside the service")


def _page(what: str, proves: str, wanted: Any) -> dict[str, Any]:
    from buildbuy import __version__
    from buildbuy.probes.machine import machine

    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "schema_version": "1", "buildbuy_version": __version__, "when": now, "what": what, "proves": proves, "machine": machine(),
        "requirement": str(wanted) if wanted else None, "results": [], "not_measured": [],
    }  # fmt: skip


def _records(prefix: str, one: dict[str, Any], data: dict[str, Any], input_hash: str, wanted: Any) -> list[dict[str, Any]]:
    """The required percentile (p99 without a requirement) and the failed share, unless it was refused."""
    from buildbuy import __version__
    from buildbuy.domain.evidence import Evidence
    from buildbuy.strict_yaml import validate

    generator, machine = one["generator"], data["machine"]
    if generator["refused"]:
        return []
    p = f"{wanted.percentile:g}" if wanted else "99"
    value = one["judged"]["measured_ms"] if wanted else one["latency_ms"]["p99"]
    method = (
        f"open-loop load at {one['rate']:g} req/s for {one['seconds']:g} s after {one['warmup']:g} s, latency from the intended moment;"
        f" generator late by {generator['lag_p99_ms']:g} ms at p99, held {generator['held']:.1%}"
    )
    common_keys = {
        "method": method, "n": one["requests"], "when": data["when"], "where": f"{one['name']}, from {machine['cores']} cores of {machine['processor']}, {machine['memory_gb']:g} GB",
        "scope": "probe", "tool_version": __version__, "input_hash": input_hash,
    }  # fmt: skip
    values = {"failed_share": (round(one["failed"] / one["requests"], 6), "dimensionless"), **({f"latency_p{p}": (value, "ms")} if value is not None else {})}
    found = [{"what": f"{prefix}.{k}", "value": v, "unit": unit, **common_keys} for k, (v, unit) in values.items()]
    return [validate(Evidence, x, {}, "the record").model_dump(mode="json") for x in found]


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


def _say(text: str) -> None:
    from buildbuy.report.safe import plain

    if sys.stderr.isatty():
        click.echo(plain(text), err=True)
