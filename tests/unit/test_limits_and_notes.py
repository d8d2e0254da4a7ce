"""What a vendor's limit says, what isn't a must of yours, and what is noted of a profile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.domain.problem import TRAFFIC
from buildbuy.domain.profile import Profile
from buildbuy.questions.ownership import bills
from buildbuy.report import words
from buildbuy.resolve import resolve
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World


def serving(**workload: object) -> Profile:
    return Profile.model_validate(
        {
            "organisation": {"ml_people": 12, "platform_people": 4}, "have": ["aws", "kubernetes"],
            "components": {"model-serving": {"current": "nothing", "workload": workload, "parts": ["endpoint", "packaging"]}},
        }
    )  # fmt: skip


@pytest.mark.parametrize(("models", "gpu_models", "barred"), [(1, 1, False), (3, 3, False), (15, 0, True), (15, 3, True)])
def test_an_engine_for_gpu_models_alone_is_barred_by_other_models_and_nothing_else(models: int, gpu_models: int, barred: bool) -> None:
    profile = serving(models=models, gpu_models=gpu_models, gpu_time="200 ms/req", model_memory="8 GB/model")
    problem = resolve(profile, "model-serving", load(), months=36)
    vllm = next(o for o in problem.options if o.id == "vllm/self-host")
    assert any(r.bars for r in vllm.reasons) == barred
    if barred:
        assert f"models {models} within <= gpu models" in [r.requirement for r in vllm.reasons]


def test_a_vendors_limit_is_never_called_a_must_of_yours() -> None:
    profile = serving(requests="50000 req/s", models=25, cpu_time="1 to 2 ms/req")
    outcome = decide(resolve(profile, "model-serving", load(), months=36), draws=400, seed=0)
    limits = {r.requirement for a in outcome.actions.values() for r in a.option.reasons if r.kind == "limit"}
    assert limits
    assert not limits & {m.requirement for m in outcome.must_costs}


@pytest.mark.parametrize(
    ("unit", "label", "text"),
    [
        ("model", "models in production", "2.6 models in production"),
        ("run/month", "tracked runs", "2.6 tracked runs a month"),
        ("gpu*hour/month", "GPU-hours of H100 class", "2.6 GPU-hours of H100 class a month"),
        ("req/s", "online feature requests", "2.6 req/s online feature requests"),
        ("GB", "data kept", "2.6 GB data kept"),
    ],
)
def test_a_level_of_the_workload_names_its_unit_once(unit: str, label: str, text: str) -> None:
    assert words.load("2.6", {"unit": unit, "label": label}) == text


def test_the_plan_that_runs_is_not_offered_again_by_way_of_a_smaller_one() -> None:
    current = {"system": "weights-and-biases", "sourcing": "managed", "plan": "enterprise", "bill": "9000 USD/month"}
    given = {"organisation": {"ml_people": 25}, "components": {"experiment-tracking": {"current": current, "workload": {"users": 25}}}}
    problem = resolve(Profile.model_validate(given), "experiment-tracking", load(), months=36)
    assert not [o for o in problem.options if o.id == "weights-and-biases/managed"]


@pytest.mark.parametrize(("more", "told"), [({}, True), ({"bill": "0 USD/month"}, False)])
def test_machines_that_nobody_priced_are_said_to_be_taken_as_rented(more: dict[str, str], told: bool) -> None:
    given = {"organisation": {"ml_people": 20}, "components": {"training-compute": {"current": {"system": "slurm", "sourcing": "self-host", **more}}}}
    problem = resolve(Profile.model_validate(given), "training-compute", load(), months=36)
    assert any("no `bill` was given for Slurm: its machines are priced as if" in n for n in problem.notes) == told


def test_a_verdict_without_an_alternative_has_no_share_of_worlds() -> None:
    given = {
        "organisation": {"ml_people": 12},
        "components": {"training-compute": {"current": "nothing", "workload": {"gpu_hours_large": "2000 gpu*hour/month"}, "requirements": [{"data_residency": "own-network"}]}},
    }
    outcome = decide(resolve(Profile.model_validate(given), "training-compute", load(), months=36), draws=200, seed=0)
    assert outcome.chosen == "owned-gpu-cluster/self-host"
    assert words.sure_in({"options": [{"policy_cost": 1.0}, {"policy_cost": None}]}) == "The only option that nothing bars"


@pytest.mark.parametrize(("bill", "told"), [("400 USD/month", False), ("40000 USD/month", True), ("0 USD/month", False)])
def test_a_bill_far_from_what_the_workload_comes_to_is_pointed_out(bill: str, told: bool) -> None:
    current = {"system": "sagemaker-feature-store", "sourcing": "managed", "bill": bill}
    workload = {"online_reads": "100 req/s", "online_writes": "50 row/s", "online_data": "20 GB", "row_size": "1 kB", "views_per_read": 1}
    given = {"organisation": {"ml_people": 8}, "components": {"feature-store": {"current": current, "workload": workload}}}
    problem = resolve(Profile.model_validate(given), "feature-store", load(), months=36)
    assert any("lies far from what your workload comes to" in n for n in problem.notes) == told


@pytest.mark.parametrize(
    ("component", "variable", "parts", "requirements", "none"),
    [
        ("model-serving", "requests", ["batch-scoring", "packaging"], [], True),
        ("model-serving", "requests", ["batch-scoring", "endpoint"], [], False),
        ("model-serving", "requests", ["batch-scoring"], [{"requests": ">= 10 req/s"}], False),
        ("model-serving", "requests", None, [], False),
        ("feature-store", "online_reads", ["registry", "point-in-time-join"], [], True),
        ("feature-store", "online_reads", ["registry"], [{"part": "online-reads"}], False),
    ],
)
def test_there_is_no_load_on_a_part_that_is_not_needed(component: str, variable: str, parts: list[str] | None, requirements: list[dict[str, str]], none: bool) -> None:
    given = {"organisation": {"ml_people": 8}, "components": {component: {"parts": parts, "requirements": requirements}}}
    problem = resolve(Profile.model_validate(given), component, load(), months=36)
    level = problem.drivers[problem.variables[variable].level].estimate.quantile(0.95)
    assert (level == 0) == none


@pytest.mark.parametrize(("as_of", "told"), [("2026-11", True), ("2025-02", False)])
def test_what_became_of_todays_vendor_is_said(as_of: str, told: bool) -> None:
    current = {"system": "tecton", "sourcing": "managed", "since": "2022-09"}
    given = Profile.model_validate({"organisation": {"ml_people": 30}, "components": {"feature-store": {"current": current}}})
    notes = resolve(given, "feature-store", load(), months=36, as_of=as_of).notes
    assert ("Tecton, which runs today: Databricks announces that Tecton joins it (2025-08)" in notes) == told


@pytest.mark.parametrize(("have", "abroad"), [(["aws"], ("aws",)), (["gcp"], ()), (["aws", "gcp"], ()), (["kubernetes"], ())])
def test_another_cloud_than_ones_own_is_said(have: list[str], abroad: tuple[str, ...]) -> None:
    given = Profile.model_validate({"organisation": {"ml_people": 8}, "have": have, "components": {"feature-store": {"current": "nothing"}}})
    outcome = decide(resolve(given, "feature-store", load(), months=36), draws=200, seed=0)
    store = outcome.actions["vertex-ai-feature-store/managed"]
    assert store.option.abroad == abroad
    assert ("runs on Google Cloud and what you have on AWS" in words.summary(replace(outcome, chosen=store.action, tied=(), not_yet=None))) == bool(abroad)


@pytest.mark.parametrize(("have", "charged"), [(["aws"], True), (["gcp"], False), (["aws", "gcp"], False), (["kubernetes"], False)])
def test_what_is_read_from_another_cloud_is_paid_by_the_gigabyte(have: list[str], charged: bool) -> None:
    """3,000 req/s of two rows of 1.7 kB are 26.8 TB a month; Google's price of traffic is 0.08 to 0.12 USD a GB."""
    profile = Profile.model_validate(
        {
            "organisation": {"ml_people": 15, "region": "us"}, "have": have,
            "components": {"feature-store": {"workload": {"online_reads": "3000 req/s", "views_per_read": 2, "row_size": "1.7 kB"}}},
        }
    )  # fmt: skip
    made = resolve(profile, "feature-store", load())
    world = World(made, Medians(made.drivers))
    option = next(o for o in made.options if o.id == "vertex-ai-feature-store/managed")
    traffic = [b for b in option.plan[0].bills if b.name == TRAFFIC]
    assert bool(traffic) == charged
    if charged:
        price = 26_800 * 0.098  # the geometric middle of 0.08 to 0.12
        assert bills.charge(world, traffic[0]).path[0, 0] == pytest.approx(price, rel=0.01)


def test_what_runs_today_is_where_its_callers_are() -> None:
    profile = Profile.model_validate({"organisation": {"ml_people": 15}, "have": ["aws"], "components": {"model-serving": {"current": "vertex-ai-endpoints"}}})
    made = resolve(profile, "model-serving", load())
    assert not [b for b in made.incumbent.plan[0].bills if b.name == TRAFFIC]
    assert not made.incumbent.abroad
