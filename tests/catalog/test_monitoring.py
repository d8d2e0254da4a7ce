"""The monitors that changed hands, closed or ended: who is offered when, and why not."""

from __future__ import annotations

from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.domain import problem as d
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.resolve import resolve


def problem(as_of: str | None = None, **needs: object) -> Problem:
    return resolve(Profile.model_validate({"organisation": {"ml_people": 25}, "components": {"monitoring": needs}}), "monitoring", load(), as_of=as_of)


def offered(found: Problem) -> set[str | None]:
    return {o.system for o in found.options}


@pytest.mark.parametrize(
    ("system", "before", "why"),
    [("whylabs", "2024-06", "ended 2025-03"), ("sagemaker-model-monitor", "2024-06", "closed to new customers since 2026-07"), ("evidently-cloud", "2024-06", "ended 2026-06")],
)
def test_what_closed_is_offered_before_and_explained_after(system: str, before: str, why: str) -> None:
    assert any(o.system == system and o.engine_sourcing == "managed" for o in problem(before).options)
    now = problem()
    assert not any(o.system == system and o.engine_sourcing == "managed" for o in now.options)
    [gone] = [e for e in now.excluded if e.system == system]
    assert gone.why == why
    assert gone.source.startswith("https://")


def test_who_is_inside_a_closed_service_may_stay() -> None:
    assert problem(current="sagemaker-model-monitor").incumbent.system == "sagemaker-model-monitor"


def test_phoenix_no_longer_watches_predictions() -> None:
    assert "arize-phoenix" in offered(problem("2024-06"))
    assert "arize-phoenix" not in offered(problem())
    assert "arize-phoenix" in offered(problem(parts=["llm-traces"]))


def test_predictions_have_no_public_price_at_arize_and_fiddler() -> None:
    for option in problem().options:
        if option.system in ("arize-ax", "fiddler"):
            assert any(r.kind == "price" and r.status == "unknown" for r in option.reasons), option.id


def test_ground_truth_is_work_of_ones_own_whatever_is_bought() -> None:
    found = problem()
    [yours] = found.yours
    assert (yours.name, yours.variable) == ("ground truth", "models")
    assert not any("ground-truth" in (*o.covered, *o.own_parts, *o.lived_without) for o in found.options)


@pytest.mark.parametrize(
    ("system", "stated"),
    [
        ("databricks-data-profiling", {"have": ["databricks"]}),
        ("vertex-ai-model-monitoring", {"components": {"model-serving": {"current": {"system": "vertex-ai-endpoints"}}}}),
        ("vertex-ai-model-monitoring", {"have": ["vertex-ai-endpoints"]}),
    ],
)
def test_a_part_that_stands_on_another_product_is_covered_only_beside_it(system: str, stated: dict[str, Any]) -> None:
    """Logs of a platform's own endpoints are no gift to a team that serves its models elsewhere."""

    def option(more: dict[str, Any]) -> d.Option:
        components = {"monitoring": {}, **more.get("components", {})}
        profile = Profile.model_validate({"organisation": {"ml_people": 6}, **more, "components": components})
        return next(o for o in resolve(profile, "monitoring", load()).options if o.system == system)

    assert "prediction-logging" in option({}).lived_without
    assert "prediction-logging" in option(stated).covered


def test_a_platform_is_run_by_whoever_takes_a_product_of_it() -> None:
    """A Databricks workspace has to be looked after: in full where there is none, at its margin where there is."""
    for component in ("monitoring", "feature-store", "experiment-tracking", "model-registry"):
        for have, exists in (([], False), (["databricks"], True)):
            profile = Profile.model_validate({"organisation": {"ml_people": 6}, "have": have, "components": {component: {}}})
            needs = [n for o in resolve(profile, component, load()).options if (o.system or "").startswith("databricks") for n in o.needs if n.id == "databricks"]
            assert needs and all(n.exists is exists and n.operate for n in needs), component
