"""`buildbuy probe COMPONENT` for components whose systems are exercised by a script, not loaded over HTTP."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from buildbuy.cli import common
from buildbuy.errors import Lacking

Keep = Callable[[list[dict[str, Any]]], None]


def run(component: str, names: str | None, profiles: Sequence[str], cache: Path, size: float, page: dict[str, Any], keep: Keep, form: str) -> None:
    """Exercises each system in each profile, in random order, puts what came into `page` and shows it; what fails is
    told and left out, what worked is kept at once. Raises Lacking where nothing could be measured.
    """
    from buildbuy.probes import systems
    from buildbuy.probes.exercise import exercise
    from buildbuy.probes.records import figures, fingerprint
    from buildbuy.probes.supervise import FAILURES, told
    from buildbuy.report.exercise import result, table

    chosen = systems.chosen(component, names)
    common.before_starting()
    todo = [(s, p) for s in chosen for p in profiles]
    random.shuffle(todo)  # so that a machine that warms up or fills up favours none
    with common.Steps(len(todo)) as step:
        for system, profile in todo:
            name = f"{system.name}, {profile}"
            step(f"{name}: environment, services, exercise")
            try:
                with system.placed(profile, cache, size=size) as at:
                    seen = exercise(system.exercised(at), at.scratch)
            except FAILURES as e:
                page["not_measured"].append({"name": name, "why": told(e)})
                continue
            one = result(name, seen, {**system.about(profile), "size": size})
            page["results"].append(one)
            keep(figures(f"{component}.{system.id}.{profile}", one, page, fingerprint(system.requirements, f"{size:g}".encode())))
    order = [f"{s.name}, {p}" for s in chosen for p in systems.PROFILES]
    page["results"].sort(key=lambda r: order.index(r["name"]))
    click.echo(common.as_json(page) if form == "json" else table(page), nl=False)
    if not page["results"]:
        raise Lacking("no system could be measured", hint="the reasons stand above")
