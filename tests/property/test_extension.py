"""Building a missing part on what runs today: the counted hours stay those of what exists."""

from __future__ import annotations

from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.domain.profile import Profile
from buildbuy.questions.ownership import ledger as lg
from buildbuy.resolve import resolve

PARTS = ["endpoint", "packaging", "rollout"]


def lines(current: dict[str, Any]) -> dict[str, dict[str, float]]:
    needs = {"current": current, "parts": PARTS, "workload": {"requests": "50 req/s", "models": 5}}
    profile = Profile.model_validate({"organisation": {"ml_people": 6}, "components": {"model-serving": needs}})
    outcome = decide(resolve(profile, "model-serving", load()), draws=400, seed=4)
    return {name: {x.line: x.mean for x in result.ledger} for name, result in outcome.actions.items()}


def test_hours_counted_on_a_system_are_not_counted_again_for_the_new_part() -> None:
    few, many = lines({"system": "triton", "upkeep": "5 h/month"}), lines({"system": "triton", "upkeep": "50 h/month"})
    assert few["extend"][lg.UPKEEP] == pytest.approx(many["extend"][lg.UPKEEP])
    assert many["extend"][lg.OPERATIONS] == pytest.approx(10 * few["extend"][lg.OPERATIONS])


def test_own_code_keeps_its_care_while_and_after_a_part_is_built_on_it() -> None:
    own = {"home-grown": "since 2024-01", "parts": ["endpoint", "packaging"], "upkeep": "20 h/month"}
    found = lines(own)
    staying = found["stay"][lg.UPKEEP]
    kept = found["extend"][lg.EXISTING] + found["extend"][lg.UNTIL]
    assert found["extend"][lg.UPKEEP] > 0
    assert kept == pytest.approx(staying + sum(v for k, v in found["extend"].items() if k == lg.UNTIL) - _care_before(found), rel=0.15)


def _care_before(found: dict[str, dict[str, float]]) -> float:
    """Care within `until the move`, as a share of all hours of staying."""
    stay = {k: v for k, v in found["stay"].items() if k not in (lg.MACHINES, lg.ENDING) and not k.endswith("machines")}
    return found["extend"][lg.UNTIL] * stay[lg.UPKEEP] / sum(stay.values())
