"""Draws: one stream a driver, the same whatever else is drawn and however it is cut up."""

from __future__ import annotations

import numpy as np
import pytest
import synthetic
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from buildbuy.domain.problem import Driver
from buildbuy.quantities.estimate import exact, interval
from buildbuy.worlds.draws import Draws, scores

NAMES = st.text(min_size=1, max_size=30)


def driver(name: str, **more: object) -> Driver:
    return synthetic.driver(name, interval(2, 9, "ms"), **more)


@given(st.integers(0, 2**63), NAMES, st.integers(0, 300), st.integers(0, 300))
def test_a_stretch_of_a_stream_is_the_same_however_it_is_cut(seed: int, name: str, start: int, length: int) -> None:
    whole = scores(seed, "value", name, 0, start + length)
    assert np.array_equal(scores(seed, "value", name, start, start + length), whole[start:])


@given(st.integers(0, 2**31), st.lists(NAMES, min_size=2, max_size=6, unique=True), st.data())
def test_more_drivers_in_any_order_change_no_draw(seed: int, names: list[str], data: st.DataObject) -> None:
    alone = Draws({names[0]: driver(names[0])}, seed, "value", 50).value(names[0])
    table = {n: driver(n) for n in data.draw(st.permutations(names))}
    crowd = Draws(table, seed, "value", 50)
    for name in data.draw(st.permutations(names)):
        crowd.value(name)
    assert np.array_equal(crowd.value(names[0]), alone)


def test_seeds_streams_and_drivers_have_draws_of_their_own() -> None:
    keys = [(1, "value", "a"), (2, "value", "a"), (1, "search", "a"), (1, "value", "b"), (11, "value", "a")]
    found = [scores(*key, 0, 4000) for key in keys]
    for i, one in enumerate(found):
        for other in found[:i]:
            assert abs(np.corrcoef(one, other)[0, 1]) < 5 / np.sqrt(4000)


def test_scores_are_standard_normal() -> None:
    z = scores(3, "value", "x", 0, 200_000)
    assert np.isfinite(z).all()
    assert stats.kstest(z, "norm").pvalue > 1e-4


@pytest.mark.parametrize("uniform", [0.0, 1.0 - 2.0**-53])
def test_the_most_extreme_uniforms_still_give_finite_values(uniform: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The generator can return 0 and 1 - 2**-53; neither may become an infinite score."""

    class Extreme:
        def __init__(self, bits: object) -> None:
            del bits

        def random(self, n: int) -> np.ndarray:
            return np.full(n, uniform)

    monkeypatch.setattr(np.random, "Generator", Extreme)
    assert np.isfinite(scores(1, "value", "x", 0, 8)).all()


def test_declared_correlation_shows() -> None:
    table = {"base": driver("base"), "a": driver("a", common="base", rho=0.5), "b": driver("b", common="base", rho=0.5)}
    draws = Draws(table, 1, "value", 100_000)
    a, b, base = (draws.score(x) for x in ("a", "b", "base"))
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(0.5, abs=0.015)
    assert np.corrcoef(a, base)[0, 1] == pytest.approx(0.5**0.5, abs=0.015)
    assert a.std() == pytest.approx(1.0, abs=0.01)
    both_ways = Draws(dict(reversed(table.items())), 1, "value", 100_000)
    assert np.array_equal(both_ways.score("a"), a)


def test_what_ifs_pin_one_driver_and_leave_the_rest() -> None:
    table = {"a": driver("a"), "b": driver("b")}
    free, fixed = (Draws(table, 1, "value", 100, fixed=f) for f in ({}, {"a": 7.0}))
    assert (fixed.value("a") == 7.0).all()
    assert np.array_equal(fixed.value("b"), free.value("b"))
    high = Draws(table, 1, "value", 100, fixed_scores={"a": 1.6448536269514722})
    assert high.value("a") == pytest.approx(np.full(100, 9.0))


def test_a_replaced_estimate_keeps_its_scores() -> None:
    a = driver("a")
    wide = synthetic.driver("a", interval(1, 90, "ms"))
    one, other = (Draws({"a": d}, 1, "value", 100) for d in (a, wide))
    assert np.array_equal(one.score("a"), other.score("a"))
    assert (Draws({"a": synthetic.driver("a", exact(4.0))}, 1, "value", 5).value("a") == 4.0).all()
