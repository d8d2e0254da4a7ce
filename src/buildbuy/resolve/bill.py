"""What a system's plans cost a month for a workload, at list prices: for `catalog bill` and the
tests against published bills.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from buildbuy.catalog.load import Catalog
from buildbuy.domain.problem import Option, Problem
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.quantities.estimate import parse
from buildbuy.questions.ownership import bills
from buildbuy.resolve.problem import resolve
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.world import PEOPLE_SCALE, World

DRAWS = 1001  # odd: the middle draw of every driver is its median


class Even(Draws):
    """Draws whose scores are evenly spaced in probability (in the order of random ones), so that the
    median of a bill with one uncertain price is that price's median and not a sample's.
    """

    def _own(self, driver: str) -> Array:
        ranks = super()._own(driver).argsort().argsort()
        return np.asarray(ndtri((ranks + 0.5) / self.n))


def month_bill(
    catalog: Catalog, system: str, given: Mapping[str, Any], *, plan: str | None = None, sourcing: str | None = None, ml_people: float | None = None,
    component: str | None = None, as_of: str | None = None,
) -> list[dict[str, Any]]:
    """One row per plan: `monthly` {p5, p50, p95} USD and its charges, for the first month. One that is not
    `priced` and has no charges of its own is as dear as the plan below it, for want of a better figure.

    `given` sets workload quantities, reference classes or the system's own drivers; the rest keeps
    its range, per head of `ml_people` where that is given. A system of several components is billed
    for each, or for `component` only. `as_of` bills what was
    sold in an earlier month. Raises BadInput for names nobody knows and for systems that are not offered then.
    """
    entry = catalog.systems[system]
    rows: list[dict[str, Any]] = []
    for name in entry.components:
        if name not in catalog.components or component not in (None, name):
            continue
        known = catalog.components[name]
        own = {k: v for k, v in given.items() if k in entry.drivers}
        workload = {k: v for k, v in given.items() if k not in own}
        for key in workload:
            if key not in known.variables and key not in catalog.classes:
                raise BadInput(f"`{key}` is not a quantity {entry.name} is billed by", hint=f"known: {', '.join([*known.variables, *entry.drivers])}")
        covered = entry.parts.get(name, {})
        loads = {v.only_with for v in known.variables.values()}
        there = [n for n, fact in covered.items() if not fact.beside]
        parts = list(dict.fromkeys((*there[:1], *(n for n in there if n in loads))))
        if "build" in entry.offers:  # a bare tool is an option only with something built on it
            parts += [n for n, p in known.parts.items() if n not in covered and not p.yours and not p.replaces][:1]
        organisation = {} if ml_people is None else {"ml_people": ml_people}
        profile = Profile.model_validate({"organisation": organisation, "components": {name: {"workload": workload, "parts": parts}}})
        problem = resolve(profile, name, catalog, as_of=as_of)
        fixed: dict[str, Any] = {f"{system}.{k}": _value(entry.drivers[k].unit, v) for k, v in own.items()}
        listed = {k: replace(d, estimate=d.listed) if d.listed else d for k, d in problem.drivers.items()}
        world = World(problem, Even(listed, 0, "bill", DRAWS, fixed=fixed), months=1)
        for option in problem.options:
            if option.system == system and (sourcing is None or sourcing in (option.sourcing, option.engine_sourcing)):
                rows += _rows(world, option, problem)
    if not rows:
        raise BadInput(f"{entry.name} has no plan that can be bought today", hint=f"`buildbuy catalog show {system}` says why")
    chosen = [r for r in rows if plan is None or r["plan"] == plan]
    if not chosen:
        raise BadInput(f"{entry.name} has no plan `{plan}`", hint=f"known: {', '.join(dict.fromkeys(r['plan'] for r in rows))}")
    return chosen


SIZES = dict(zip("SML", PEOPLE_SCALE, strict=False))  # ML people


def three_sizes(catalog: Catalog, system: str) -> dict[str, list[dict[str, Any]]]:
    """The bills of a system at S, M and L: the component's typical workload at that scale, the rest
    as wide as it is for a team of that size. Empty for a system that can't be bought.
    """
    component = next((c for c in catalog.systems[system].components if c in catalog.components), None)
    if component is None:
        return {}
    out = {}
    for i, (size, people) in enumerate(SIZES.items()):
        given = {name: knots[i] for name, knots in catalog.components[component].scale.items()}
        try:
            out[size] = month_bill(catalog, system, given, ml_people=people, component=component)
        except BadInput:
            return {}
    return out


def _value(unit: str, raw: Any) -> float:
    return parse(raw, unit).median


def _rows(world: World, option: Option, problem: Problem) -> list[dict[str, Any]]:
    out = []
    for step in option.plan:
        charges = [(b, bills.charge(world, b).at(0)) for b in step.bills]
        total = sum((c for _, c in charges), start=np.zeros(world.n))
        if step.minimum is not None:
            total = np.maximum(total, world.value(step.minimum))
        admits = dict(step.admits)
        out.append(
            {
                "plan": step.id,
                "name": step.name,
                "sourcing": option.sourcing,
                "priced": step.priced,
                "admits": admits,
                "admitted": round(float(np.mean(np.broadcast_to(bills.admitted(world, step), (1, world.n)))), 4),
                "monthly": _points(total),
                "charges": [
                    {
                        "name": b.name, "quantity": b.quantity.text, **_points(c), "grade": problem.drivers[b.rate].grade,
                        "source": problem.drivers[b.rate].source, "as_of": problem.drivers[b.rate].as_of,
                    }
                    for b, c in charges
                    if not step.stands_in
                ],
            }
        )  # fmt: skip
    return out


def _points(values: Any) -> dict[str, float]:
    p5, p50, p95 = np.quantile(values, [0.05, 0.5, 0.95])
    return {"p5": round(float(p5), 4), "p50": round(float(p50), 4), "p95": round(float(p95), 4)}
