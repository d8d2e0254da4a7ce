"""Training compute: prices are those of the organisation's region, and rented machines have a vendor."""

from __future__ import annotations

from typing import Any

import pytest

from buildbuy.catalog import load as loading
from buildbuy.catalog.load import load
from buildbuy.domain.problem import Option, Problem
from buildbuy.domain.profile import Profile
from buildbuy.questions.ownership import bills
from buildbuy.resolve import resolve
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World


@pytest.fixture(autouse=True, scope="module")
def fresh() -> None:
    """Other modules load catalogs of their own in place of the real one."""
    loading._load.cache_clear()


def problem(**given: Any) -> Problem:
    return resolve(Profile.model_validate({**given, "components": {"training-compute": {}}}), "training-compute", load())


def option(found: Problem, identity: str, plan: str) -> Option:
    [one] = [o for o in found.options if o.id == identity and o.plan_id == plan]
    return one


def large(one: Option) -> tuple[str, str]:
    """The price of the large GPUs and the surcharge of the region on it."""
    bill = next(b for b in one.plan[0].bills if b.name.startswith("large GPUs"))
    return bill.rate, bill.regional


def test_a_price_listed_for_the_region_stands_and_carries_no_surcharge() -> None:
    eu, us = problem(organisation={"region": "eu"}), problem(organisation={"region": "us"})
    assert large(option(us, "gcp-gpu/managed", "on-demand")) == ("price.gcp/gpu/h100", "")
    assert large(option(eu, "gcp-gpu/managed", "on-demand")) == ("price.gcp/gpu/h100/eu", "")


def test_a_price_that_is_the_same_everywhere_carries_no_surcharge_and_one_of_elsewhere_does() -> None:
    eu = problem(organisation={"region": "eu"})
    assert large(option(eu, "runpod/managed", "on-demand")) == ("price.runpod/gpu/h100", "")
    assert large(option(eu, "aws-ec2-gpu/managed", "on-demand")) == ("price.aws/gpu/h100", "region_price_eu")


def test_a_vendor_that_charges_for_a_chosen_region_charges_whoever_must_stay_in_one() -> None:
    """A price that holds anywhere may not hold for data that is bound to a place."""

    def surcharges(component: str, identity: str, *needs: dict[str, Any]) -> dict[str, str]:
        found = resolve(Profile.model_validate({"organisation": {"region": "eu"}, "components": {component: {"requirements": list(needs)}}}), component, load())
        one = next(o for o in found.options if o.id == identity)
        return {b.name: b.regional for b in one.plan[0].bills}

    eu = {"data_residency": "eu"}
    dearer = {"large GPUs": "region_price_modal", "small GPUs": "region_price_modal", "CPU": "region_price_modal", "memory": "region_price_modal", "volumes": ""}
    assert surcharges("training-compute", "modal/managed", eu) == dearer
    assert set(surcharges("model-serving", "modal-endpoints/managed", eu).values()) == {"region_price_modal"}
    assert set(surcharges("training-compute", "runpod/managed", eu).values()) == {""}
    unbound = ({**eu, "level": "should"}, {**eu, "origin": "anticipated", "when": "2027-06"}, {"data_residency": "own-network"})
    for free in ((), *((one,) for one in unbound)):
        assert set(surcharges("training-compute", "modal/managed", *free).values()) == {""}


def test_the_surcharge_of_a_chosen_region_is_in_the_bill() -> None:
    def monthly(*needs: dict[str, Any]) -> float:
        found = resolve(Profile.model_validate({"components": {"training-compute": {"requirements": list(needs)}}}), "training-compute", load())
        today = World(found, Medians(found.drivers))
        return float(bills.plan_bill(today, option(found, "modal/managed", "starter").plan).path[0, 0])

    assert 1.4 < monthly({"data_residency": "us"}) / monthly() < 1.75


def test_a_core_of_modal_costs_the_same_for_training_and_for_serving() -> None:
    cores = {c.rate.price for name in ("modal", "modal-endpoints") for p in load().systems[name].offers["managed"].plans for c in p.charges if "CPU" in c.name}
    assert cores == {"modal/cpu"}
    assert load().prices["modal/cpu"].rate.estimate.median == pytest.approx(0.0000131 * 3600 / 2)


def test_rents_of_gpus_drift_by_their_own_class_and_long_contracts_do_not() -> None:
    found = problem()
    drifts = {o.plan_id: next(b for b in o.plan[0].bills if b.name.startswith("large GPUs")).drift for o in found.options if o.id == "aws-ec2-gpu/managed"}
    assert drifts == {"on-demand": "drift_gpu", "blocks": "drift_gpu", "one-year": "drift_gpu", "three-years": "drift_fixed"}


def test_whoever_runs_a_launcher_on_rented_machines_takes_their_vendor_on_too() -> None:
    new, known = problem(), problem(have=["aws"])
    assert option(new, "skypilot/self-host", "aws").onboarding
    assert option(new, "build", "build").onboarding
    assert not option(known, "skypilot/self-host", "aws").onboarding
    assert option(known, "skypilot/self-host", "on-demand").onboarding
    assert option(known, "skypilot/self-host", "aws").cloud == "aws"


def test_a_bare_tool_with_nothing_built_on_it_is_no_option() -> None:
    profile = {"components": {"training-compute": {"parts": ["gpu-capacity"]}}}
    found = resolve(Profile.model_validate(profile), "training-compute", load())
    assert "bare-gpu-machines" not in {o.system for o in found.options}
    assert "bare-gpu-machines" in {o.system for o in problem().options}


def test_owning_spreads_the_price_so_that_its_present_value_is_the_price() -> None:
    """1/life + r/2 + r²·life/12 is the annuity of a continuous rate r within half a percent."""
    from math import exp

    r = load().systems["owned-gpu-cluster"].drivers["capital_cost"].estimate.median
    for life in (3, 4, 5, 6):
        rate = 1 / life + r / 2 + r * r * life / 12
        assert abs(rate * (1 - exp(-r * life)) / r - 1) < 0.005


@pytest.mark.parametrize(("as_of", "price"), [("2019-06", "price.aws/gpu/h100"), ("2022-09", "price.aws/gpu/h100"), ("2022-10", "price.runpod/gpu/h100"), (None, "price.runpod/gpu/h100")])
@pytest.mark.parametrize("today", ["nothing", "home-grown"])
def test_own_code_rents_what_could_be_rented_then(as_of: str | None, price: str, today: str) -> None:
    profile = Profile.model_validate({"components": {"training-compute": {"current": today}}})
    found = resolve(profile, "training-compute", load(), as_of=as_of)
    own = [o for o in found.options if o.engine_sourcing == "none" and o.system is None]
    assert {o.id for o in own} == ({"build"} if today == "nothing" else {"build", "stay"})
    assert {large(o)[0] for o in own} == {price}


@pytest.mark.parametrize(("as_of", "plans"), [("2018-06", set()), ("2020-06", {"aws"}), ("2026-11", {"aws", "one-year", "three-years"})])
def test_a_scheduler_has_the_plans_whose_machines_were_there(as_of: str, plans: set[str]) -> None:
    found = resolve(Profile.model_validate({"components": {"training-compute": {}}}), "training-compute", load(), as_of=as_of)
    assert {o.plan_id for o in found.options if o.system == "slurm"} == plans
