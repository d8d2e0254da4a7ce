"""No managed service is chosen, and nothing else either, on a price that nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from buildbuy.catalog.load import Catalog, load
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.domain.profile import Profile
from buildbuy.questions.ownership import bills
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

TEAMS = {"S": ("seed", 4), "M": ("series-b", 25), "L": ("growth", 120), "XL": ("enterprise", 500)}
COMPONENTS = sorted(load().components)


def decided(component: str, team: str, catalog: Catalog, **needs: object) -> Outcome:
    stage, people = TEAMS[team]
    profile = {"organisation": {"stage": stage, "ml_people": people}, "components": {component: needs}}
    return decide(resolve(Profile.model_validate(profile), component, catalog), draws=64, seed=3)


def without_prices(catalog: Catalog, name: str) -> Catalog:
    """The catalog with every managed plan of a system without a public price."""
    system = catalog.systems[name]
    offer = system.offers["managed"]
    plans = tuple(p.model_copy(update={"charges": (), "minimum": None, "quote_only": True, "unpriced": "everything"}) for p in offer.plans)
    other = system.model_copy(update={"offers": {**system.offers, "managed": offer.model_copy(update={"plans": plans})}})
    return replace(catalog, systems={**catalog.systems, name: other})


@pytest.mark.parametrize("team", TEAMS)
@pytest.mark.parametrize("component", COMPONENTS)
def test_what_may_be_taken_has_a_price_for_the_load_it_will_carry(component: str, team: str) -> None:
    found = decided(component, team, load())
    unknown = {name for name, r in found.actions.items() if any(x.kind == "price" for x in r.option.reasons)}
    assert not {name for name in unknown if found.actions[name].policy_cost is not None}
    assert not unknown & {found.chosen, found.best_by_mean}
    for name, result in found.actions.items():
        if result.option.plan and not any(step.priced for step in result.option.plan):
            assert name in unknown


@pytest.mark.parametrize("component", COMPONENTS)
def test_the_managed_service_with_the_lowest_cost_loses_its_place_with_its_price_and_a_quote_gives_it_back(component: str) -> None:
    before = decided(component, "S", load())
    managed = {r.option.system: r.policy_cost for r in before.actions.values() if r.option.engine_sourcing == "managed" and r.policy_cost is not None}
    name = min(managed, key=lambda x: (managed[x], x))
    assert name is not None
    bare = without_prices(load(), name)
    after = decided(component, "S", bare)
    assert not [r for r in after.actions.values() if r.option.system == name and r.option.engine_sourcing == "managed" and r.policy_cost is not None]
    assert after.chosen is None or after.actions[after.chosen].option.system != name or after.actions[after.chosen].option.engine_sourcing != "managed"
    quoted = decided(component, "S", bare, quotes={name: "10 USD/month"})
    assert [r for r in quoted.actions.values() if r.option.system == name and r.policy_cost is not None]


@pytest.mark.parametrize("component", COMPONENTS)
def test_no_charge_is_ever_below_nothing(component: str) -> None:
    """A share above one in the tail of its range would make a charge a gift. Credits say so in their name."""
    problem = resolve(Profile.model_validate({"organisation": {"stage": "growth", "ml_people": 120}, "components": {component: {}}}), component, load())
    world = World(problem, Draws(problem.drivers, 5, "value", 3000), months=1)
    gifts = {b.name for o in problem.options for step in o.plan for b in step.bills if "included" not in b.name and bills.charge(world, b).path.min() < 0}
    assert gifts == set()
