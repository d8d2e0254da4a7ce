"""Take any one fact out of the catalog: the catalog is refused, or no total falls, or what is missing
is said. A figure that nobody knows is never a cheap one.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import DATA, Catalog, cross_check, load
from buildbuy.decide.candidates import with_world_reasons
from buildbuy.decide.switching import Running, running, static_total
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.questions.ownership import bills
from buildbuy.resolve import resolve
from buildbuy.resolve.drivers import OF_ITS_CLASS
from buildbuy.strict_yaml import read, validate
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

MODELS = {"systems": s.System, "components": s.Component}
Path_ = tuple[str | int, ...]
REGIONS = ("us", "eu", "uk", "apac")


def records(node: Any, path: Path_ = ()) -> Iterator[Path_]:
    """Where a file states a fact: every mapping that names a source."""
    if isinstance(node, dict):
        if path and "source" in node:
            yield path
        for key, value in node.items():
            if path or key != "sources":
                yield from records(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from records(value, (*path, i))


def without(data: Any, path: Path_) -> Any:
    out = copy.deepcopy(data)
    at = out
    for key in path[:-1]:
        at = at[key]
    del at[path[-1]]
    return out


@cache
def files(kind: str) -> dict[str, Any]:
    return {str(path): read(path) for path in sorted((DATA / kind).glob("*.yaml"))}


def every(kind: str) -> list[tuple[str, Path_]]:
    return [(name, path) for name, (data, _) in files(kind).items() for path in records(data)]


def team(region: str = "eu") -> Profile:
    return Profile.model_validate({"organisation": {"ml_people": 25, "stage": "series-a", "region": region}, "components": {name: {} for name in load().components}})


def totals(problem: Problem, system: str | None) -> dict[tuple[str, str], tuple[float, frozenset[str]]]:
    """Mean cost of every option (of a system) by plan, and what bars it."""
    world = World(problem, Draws(problem.drivers, 3, "search", 64))
    today = Running(world, problem.incumbent)
    found = {}
    for option in problem.options:
        if system in (None, option.system):
            judged = with_world_reasons(world, bills.with_own_scope(problem.names, option))
            mean = float(np.mean(static_total(world, today, running(world, judged))[0]))
            found[option.id, option.plan_id] = mean, frozenset(r.requirement for r in judged.reasons if r.bars)
    return found


@cache
def before(component: str, system: str | None) -> tuple[Problem, dict[tuple[str, str], tuple[float, frozenset[str]]]]:
    problem = resolve(team(), component, load())
    return problem, totals(problem, system)


def said(old: Problem, new: Problem, system: str | None) -> bool:
    """Whether what is missing is said: on a figure of the system that is its class's now, or in a note."""
    was = {name for name, x in old.drivers.items() if OF_ITS_CLASS in x.note}
    now = {name for name, x in new.drivers.items() if OF_ITS_CLASS in x.note and x.used_by in (None, "", system)}
    return bool(now - was or set(new.notes) - set(old.notes))


def in_silence(other: Catalog, components: tuple[str, ...], system: str | None) -> list[tuple[str, tuple[str, str], float, float]]:
    """Options whose total falls although nothing says why."""
    found = []
    for component in components:
        problem, old = before(component, system)
        changed = resolve(team(), component, other)
        if said(problem, changed, system):
            continue
        new = totals(changed, system)
        found += [(component, key, mean, new[key][0]) for key, (mean, bars) in old.items() if key in new and new[key][0] < mean - 1 and new[key][1] <= bars]
    return found


def taken_out(kind: str, name: str, path: Path_) -> list[tuple[str, tuple[str, str], float, float]]:
    """What falls in silence with a fact of a file; nothing where the file no longer loads."""
    data, lines = files(kind)[name]
    catalog = load()
    try:
        entry: Any = validate(MODELS[kind], without(data, path), lines, name)
        other = replace(catalog, **{kind: {**getattr(catalog, kind), entry.id: entry}})
        cross_check(replace(other, systems={entry.id: entry}, cases={}) if kind == "systems" else other)  # nothing refers to a system
    except BadInput:
        return []
    if kind == "systems":
        return in_silence(other, tuple(c for c in entry.components if c in catalog.components), entry.id)
    return in_silence(other, (entry.id,), None)


QUICK = [("systems", *x) for x in random.Random(11).sample(every("systems"), 50)] + [("components", *x) for x in random.Random(12).sample(every("components"), 10)]


def test_a_fact_less_never_makes_anything_cheaper_in_silence() -> None:
    assert [x for x in QUICK if taken_out(*x)] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS)
def test_nor_does_any_of_a_thousand(kind: str) -> None:
    facts = every(kind)
    chosen = facts if len(facts) < 500 else random.Random(13).sample(facts, 500)
    assert [x for x in chosen if taken_out(kind, *x)] == []


def test_an_effort_of_its_own_less_is_said() -> None:
    """The one kind of fact whose absence has a stand-in: the component's class. The option says so."""
    catalog = load()
    for name in ("kserve", "clearml", "databricks-data-profiling"):
        for sourcing, offer in catalog.systems[name].offers.items():
            for kind in offer.effort:
                bare = offer.model_copy(update={"effort": {k: v for k, v in offer.effort.items() if k != kind}})
                system = catalog.systems[name].model_copy(update={"offers": {**catalog.systems[name].offers, sourcing: bare}})
                component = system.components[0]
                changed = resolve(team(), component, replace(catalog, systems={**catalog.systems, name: system}))
                assert said(before(component, None)[0], changed, name), (name, kind)


@pytest.mark.parametrize("table", ["classes", "curves", "infrastructure", "prices", "stages"])
def test_what_the_method_or_a_price_plan_asks_for_is_missed(table: str) -> None:
    """Anything taken out of the shared tables: refused by name, or said, or nothing is cheaper for a team anywhere."""
    catalog = load()
    names = list(getattr(catalog, table))
    if table == "prices":
        names = random.Random(14).sample(names, 20)
    for name in names:
        other = replace(catalog, **{table: {k: v for k, v in getattr(catalog, table).items() if k != name}})
        try:
            cross_check(other)
        except BadInput as e:
            assert name in e.what or name in (e.hint or ""), (name, e.what)
            continue
        for region in [r for r in REGIONS if name.endswith(f"_{r}")] or ["eu"]:
            try:
                new = resolve(team(region), "model-serving", other)
            except BadInput as e:
                assert name in e.what
                continue
            old = resolve(team(region), "model-serving", catalog)
            if not said(old, new, None):
                a, b = totals(old, None), totals(new, None)
                assert all(b[key][0] >= a[key][0] - 1 for key in a), (name, region)


def test_no_owner_less_makes_an_ending_rarer_today() -> None:
    catalog = load()
    hazard = {name.removeprefix("ending_"): one.estimate.median for name, one in catalog.classes.items() if name.startswith("ending_")}
    for system in catalog.systems.values():
        for i in range(len(system.owners)):
            rest = system.owners[:i] + system.owners[i + 1 :]
            if rest:
                assert hazard[rest[-1].kind] >= hazard[system.owners[-1].kind], (system.id, system.owners[i].id)


def test_a_plan_without_charges_is_free_only_if_it_says_so() -> None:
    catalog = load()
    system = catalog.systems["comet"]
    offer = system.offers["managed"]
    bare = tuple(p.model_copy(update={"charges": ()}) if p.id == "pro" else p for p in offer.plans)
    other = replace(catalog, systems={**catalog.systems, "comet": system.model_copy(update={"offers": {"managed": offer.model_copy(update={"plans": bare})}})})
    option = next(o for o in resolve(team(), "experiment-tracking", other).options if o.system == "comet")
    assert {step.id: step.priced for step in option.plan} == {"free": True, "pro": False, "enterprise": False}
    assert any(r.kind == "price" and r.bars for r in option.reasons)
