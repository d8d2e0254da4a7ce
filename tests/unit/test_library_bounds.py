"""What Python may ask for is what the command may ask for; anything else is BadInput."""

from __future__ import annotations

from typing import Any

import click
import pytest

from buildbuy.cli import backtest, explain
from buildbuy.cli import decide as command
from buildbuy.domain import bounds
from buildbuy.errors import BadInput
from buildbuy.library import decide

TEAM = {"organisation": {"ml_people": 5}, "components": {"monitoring": {"current": "nothing"}}}
REFUSED = [
    {"as_of": "foo"}, {"as_of": "2026-13"}, {"as_of": 202611}, {"as_of": ""},
    {"horizon": 0}, {"horizon": 5}, {"horizon": 1000}, {"horizon": 36.5},
    {"draws": -5}, {"draws": 1}, {"draws": 10**7}, {"draws": "many"}, {"draws": True},
    {"seed": -1}, {"seed": None},
]  # fmt: skip


@pytest.mark.parametrize("given", REFUSED, ids=str)
def test_what_makes_no_sense_is_bad_input(given: dict[str, Any]) -> None:
    [name] = given
    with pytest.raises(BadInput) as caught:
        decide(TEAM, **given)
    assert caught.value.where == name
    assert caught.value.hint


def test_the_ends_of_what_may_be_asked_for_are_decided() -> None:
    run = decide(TEAM, draws=bounds.DRAWS[0], horizon=bounds.HORIZON[0], seed=0, as_of="2025-01")
    assert (run.draws, run.months, run.as_of) == (200, 6, "2025-01")


@pytest.mark.parametrize("module", [command, explain, backtest])
def test_the_commands_have_the_same_bounds(module: Any) -> None:
    ranges = {p.name: (p.type.min, p.type.max) for p in module.command.params if isinstance(p.type, click.IntRange)}
    for name in ("draws", "seed", "horizon"):
        assert ranges.get(name, bounds.BOUNDS[name]) == bounds.BOUNDS[name]
