"""What there is to know where there is nothing to choose, nothing uncertain, or nothing but uncertainty."""

from __future__ import annotations

import dataclasses
import math

import pytest
import synthetic

from buildbuy.decide.component import decide
from buildbuy.decide.measuring import worth_asking
from buildbuy.decide.outcome import Outcome
from buildbuy.domain.problem import Problem
from buildbuy.quantities.estimate import exact, interval


def two(**changes: object) -> Problem:
    made = synthetic.problem([synthetic.managed("a"), synthetic.managed("b")])
    return dataclasses.replace(made, drivers={**made.drivers, **changes})  # type: ignore[dict-item]


def certain() -> Problem:
    """Two equal services, everything known but when they end, which is never."""
    made = two()
    known = {
        name: dataclasses.replace(d, estimate=exact(d.estimate.median, d.unit), curve=None if d.curve is None else dataclasses.replace(d.curve, sigma=(0.0,) * 4))
        for name, d in made.drivers.items() if not name.startswith("owner.")
    }  # fmt: skip
    return two(**known)


def asked(outcome: Outcome) -> list[str]:
    return [m.driver.id for m in worth_asking(outcome.effects, outcome.hour, outcome.scale)]


def nothing_to_know(outcome: Outcome) -> bool:
    return all(e.worth == 0 for e in outcome.effects) and not outcome.flips and all(g.worth.value == 0 for g in outcome.groups) and not asked(outcome)


def test_with_one_option_there_is_nothing_to_know() -> None:
    outcome = decide(synthetic.problem([synthetic.managed("a")]), draws=200, seed=1)
    assert outcome.chosen == "a/managed"
    assert nothing_to_know(outcome)
    assert (outcome.tornado, outcome.break_evens) == ((), ())


@pytest.mark.parametrize("draws", [1, 200])
def test_where_all_is_certain_and_equal_it_is_a_tie_and_nothing_to_know(draws: int) -> None:
    outcome = decide(certain(), draws=draws, seed=1)
    assert set(outcome.tied) == {"a/managed", "b/managed"}
    assert nothing_to_know(outcome)


def test_of_what_is_all_but_unknown_nothing_is_worth_more_than_everything() -> None:
    """Twelve orders of magnitude: fits of such tails are no answer, and none is given."""
    wide = {
        "gap.a": synthetic.driver("gap.a", interval(1e-6, 1e6, "person_hour/month")),
        "toy.users": synthetic.driver("toy.users", interval(1e-3, 1e6, "seat")),
    }
    outcome = decide(two(**wide), draws=200, seed=1)
    everything = outcome.groups[0].worth.value
    assert all(math.isfinite(e.worth) and math.isfinite(e.error) and e.worth <= everything for e in outcome.effects)
    assert all(g.worth.value <= everything for g in outcome.groups)
    assert asked(outcome) == []
