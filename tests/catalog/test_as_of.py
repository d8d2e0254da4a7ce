"""`as_of` shows the world of that month: what was on offer, what it covered, whose it was."""

from __future__ import annotations

import pytest

from buildbuy.catalog.load import load
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.quantities.months import after, before, month_after
from buildbuy.resolve import resolve

MONTHS = ("2013-06", "2017-06", "2019-06", "2020-12", "2022-06", "2023-06", "2024-06", "2025-06", "2026-03")
CATALOG = load()


def then(component: str, as_of: str, *requirements: dict[str, str]) -> Problem:
    return resolve(Profile.model_validate({"components": {component: {"requirements": list(requirements)}}}), component, CATALOG, as_of=as_of)


@pytest.mark.parametrize("component", CATALOG.components)
@pytest.mark.parametrize("as_of", MONTHS)
def test_nothing_of_a_later_month_is_on_offer(component: str, as_of: str) -> None:
    for option in then(component, as_of).options:
        if option.system is None:
            continue
        system = CATALOG.systems[option.system]
        sourcing = option.engine_sourcing if option.engine_sourcing != "none" else "build"
        offer = system.offers[sourcing]
        assert not after(offer.available.since, as_of), option.id
        assert not before(offer.available.until, as_of), option.id
        plans = {p.id: p for p in offer.plans}
        for step in option.plan:
            available = plans[step.id].available
            assert available is None or not after(available.since, as_of), f"{option.id}: {step.id}"
        facts = system.parts[component]
        assert all(not after(facts[p].since, as_of) and not before(facts[p].until, as_of) for p in option.covered), option.id
        if option.engine_sourcing != "none":
            begun = [o for o in system.owners if not after(o.since, as_of)] or [system.owners[0]]
            assert option.owner == begun[-1].id, option.id
        if option.end_month is not None:
            ends = month_after(as_of, option.end_month)
            told = [e for e in system.events if e.kind in ("end-announced", "deprecated", "closed-to-new", "ended")]
            dates = [a.announced or a.newcomers_until for a in (offer.available, *(p.available for p in offer.plans if p.available)) if a.until == ends]
            assert any(d is not None and not after(d, as_of) for d in dates) or any(not after(e.when, as_of) for e in told), f"{option.id}: its end in {ends} was not known"


@pytest.mark.parametrize("as_of", MONTHS)
def test_no_event_of_a_later_month_is_told(as_of: str) -> None:
    for component in CATALOG.components:
        problem = then(component, as_of)
        assert problem.upcoming == ()
        for one in problem.excluded:
            assert "not offered before" in one.why or not any(after(word.strip(",;."), as_of) for word in one.why.split() if word.strip(",;.").count("-") == 1 and word[:2] == "20" and "ends" not in one.why), one.why


@pytest.mark.parametrize(
    ("system", "component", "part", "since"),
    [
        ("neptune", "model-registry", "versions-aliases", "2022-03"),
        ("comet", "model-registry", "versions-aliases", "2020-06"),
        ("comet", "experiment-tracking", "sweeps", "2019-02"),
        ("whylabs", "monitoring", "llm-traces", "2023-06"),
        ("fiddler", "monitoring", "llm-traces", "2024-02"),
        ("hopsworks", "feature-store", "feature-monitoring", "2024-02"),
        ("hopsworks", "feature-store", "streaming-features", "2021-04"),
        ("mlflow", "model-registry", "versions-aliases", "2019-10"),
        ("sagemaker-model-monitor", "monitoring", "drift-detection", "2019-12"),
        ("feast", "feature-store", "online-reads", "2019-01"),
    ],
)
def test_a_part_is_there_from_its_own_month_on(system: str, component: str, part: str, since: str) -> None:
    """Dates of releases and first commits, looked up apart from the catalog; a system is often older than its part."""
    for as_of, there in ((month_after(since, -1), False), (since, True)):
        found = [o for o in then(component, as_of, {"part": part}).options if o.system == system]
        assert all((part in o.covered) == there for o in found)
        assert found or not there


def test_one_maker_is_one_owner() -> None:
    """Products of one maker end together, so they have one owner."""
    for products in (("modal", "modal-endpoints"), ("gcp-gpu", "vertex-ai-endpoints"), ("aws-ec2-gpu", "sagemaker-training"), ("runpod", "runpod-serverless")):
        assert len({CATALOG.systems[name].owners[-1].id for name in products}) == 1, products


@pytest.mark.parametrize(("as_of", "status"), [("2020-06", "met"), ("2024-06", "unmet")])
def test_a_licence_is_the_one_of_that_month(as_of: str, status: str) -> None:
    problem = then("model-serving", as_of, {"license": "open-source"})
    [seldon] = {r.status for o in problem.options if o.system == "seldon-core" for r in o.reasons if r.kind == "license"}
    assert seldon == status


def test_what_is_known_only_from_later_pages_is_listed() -> None:
    problem = then("feature-store", "2021-09", {"data_residency": "eu"})
    assert any("data residency: eu" in a and "by a page of" in a for a in problem.anachronisms)
    assert any("taken to be there from the start" in a for a in problem.anachronisms)
    assert not then("feature-store", CATALOG.month, {"data_residency": "eu"}).anachronisms
