"""The monitors that changed hands, closed or ended: who is offered when, and why not."""

from __future__ import annotations

import pytest

from buildbuy.catalog.load import load
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
