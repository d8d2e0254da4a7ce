"""`buildbuy probe COMPONENT` for components whose systems are exercised by a script, not loaded over HTTP."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from buildbuy import __version__
from buildbuy.cli import common
from buildbuy.errors import Lacking

Keep = Callable[[list[dict[str, Any]]], None]


def run(component: str, names: str | None, profiles: str, cache: Path | None, size: float, page: dict[str, Any], keep: Keep | None, form: str) -> None:
    """Exercises each system in each profile, in random order, puts what came into `page` and shows it; what fails is
    told and left out, what worked is kept at once. Raises Lacking where nothing could be measured.
    """
    from buildbuy.probes import environments, systems
    from buildbuy.probes.supervise import NotMeasured, namespaces, stop_on_termination
    from buildbuy.report.exercise import table

    chosen = systems.chosen(component, names)
    stop_on_termination()
    if not namespaces():
        click.echo("warning: no right to make namespaces here: what is started shares this machine's network", err=True)
    todo = [(s, p) for s in chosen for p in (systems.PROFILES if profiles == "both" else (profiles,))]
    random.shuffle(todo)  # so that a machine that warms up or fills up favours none
    for i, (system, profile) in enumerate(todo, 1):
        name = f"{system.name}, {profile}"
        _say(f"({i} of {len(todo)}) {name}: environment, services, exercise")
        try:
            made = environments.environment(system.folder, system.requirements, cache or environments.cache())
            one = _exercised(system, profile, made, size)
        except NotMeasured as e:
            page["not_measured"].append({"name": name, "why": f"{e.what}" + (f": {e.why}" if e.why else "")})
            continue
        except (OSError, subprocess.SubprocessError) as e:  # a full disk, say
            page["not_measured"].append({"name": name, "why": getattr(e, "strerror", None) or str(e)})
            continue
        page["results"].append(one)
        if keep:
            keep(_records(f"{component}.{system.id}.{profile}", one, page, hashlib.sha256(system.requirements.read_bytes() + f"{size:g}".encode()).hexdigest()))
    order = [f"{s.name}, {p}" for s in chosen for p in systems.PROFILES]
    page["results"].sort(key=lambda r: order.index(r["name"]))
    click.echo(common.as_json(page) if form == "json" else table(page), nl=False)
    if not page["results"]:
        raise Lacking("no system could be measured", hint="the reasons stand above")


def _exercised(system: Any, profile: str, made: Path, size: float) -> dict[str, Any]:
    """One system in one profile: its figures, and what the system is and took."""
    from buildbuy.probes import environments, supervise
    from buildbuy.probes.exercise import exercise
    from buildbuy.probes.systems import Place
    from buildbuy.report.exercise import result

    with tempfile.TemporaryDirectory(prefix="bb-", ignore_cleanup_errors=True) as folder:
        wanted = system.exercised(Place(made, Path(folder), supervise.free_ports(system.ports), profile, size=size))
        seen = exercise(wanted, Path(folder))
    about = {
        "system": system.id, "profile": profile, "versions": environments.versions(system.requirements), "settings": list(system.settings[profile]),
        "isolated": bool(supervise.namespaces()), "size": size,
    }  # fmt: skip
    return result(f"{system.name}, {profile}", seen, about)


def _records(prefix: str, one: dict[str, Any], page: dict[str, Any], input_hash: str) -> list[dict[str, Any]]:
    """A record for each figure that was taken."""
    from buildbuy.domain.evidence import Evidence
    from buildbuy.strict_yaml import validate

    machine = page["machine"]
    same = {
        "when": page["when"], "where": f"{one['name']}, on {machine['cores']} cores of {machine['processor']}, {machine['memory_gb']:g} GB, exercise of size {one['about']['size']:g}",
        "scope": "probe", "tool_version": __version__, "input_hash": input_hash,
    }  # fmt: skip
    found = [{"what": f"{prefix}.{f['what']}", "value": f["value"], "unit": f["unit"], "method": f["how"], "n": f["n"], **same} for f in one["figures"] if "value" in f]
    return [validate(Evidence, x, {}, "the record").model_dump(mode="json") for x in found]


def _say(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(text, err=True)
