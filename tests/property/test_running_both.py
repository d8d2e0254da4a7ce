"""The months of running both: hours are paid for both, a load that moves over is paid once."""

from __future__ import annotations

import dataclasses

import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.domain.profile import Profile
from buildbuy.quantities.estimate import parse
from buildbuy.questions.ownership import ledger as lg
from buildbuy.resolve import resolve


def test_a_load_that_moves_over_is_paid_once() -> None:
    """The bill of what runs today while both run lies between nothing and all of it, and follows the share that is still paid."""
    profile = Profile.model_validate({"organisation": {"ml_people": 12}, "components": {"model-serving": {"current": "home-grown"}}})
    base = resolve(profile, "model-serving", load())

    def both(share: float) -> float:
        table = {**base.drivers, "still_paid": dataclasses.replace(base.drivers["still_paid"], estimate=parse(share, "dimensionless"))}
        outcome = decide(dataclasses.replace(base, drivers=table), draws=200, seed=1)
        lines = outcome.actions["build"].ledger
        return next(line.mean for line in lines if line.line == lg.DUAL_MONEY)

    none, quarter, whole = both(0.0), both(0.25), both(1.0)
    assert none == pytest.approx(0.0, abs=1e-9)
    assert quarter == pytest.approx(whole / 4)
    assert whole > 0
