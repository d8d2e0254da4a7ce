"""Repeated runs: intervals, noise, and which systems are called different."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from buildbuy.probes import compare
from buildbuy.probes.load import Load, Measured
from buildbuy.probes.requirement import Wanted, judge_all
from buildbuy.report.probe import compared, result

positive = st.floats(0.01, 1000)


@given(st.lists(positive, min_size=2, max_size=10), st.floats(0.1, 10))
def test_an_interval_holds_the_typical_value_and_scales(values: list[float], times: float) -> None:
    found = compare.interval(values)
    assert found is not None
    assert found[0] <= stats.gmean(values) * (1 + 1e-9) and stats.gmean(values) <= found[1] * (1 + 1e-9)
    scaled = compare.interval([x * times for x in values])
    assert scaled == pytest.approx(tuple(x * times for x in found), rel=1e-6)


def test_one_run_or_one_that_never_ended_has_no_interval() -> None:
    assert compare.interval([3.0]) is None
    assert compare.interval([3.0, math.inf]) is None


def test_the_interval_covers_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    draws = rng.lognormal(0.0, 0.5, (2000, 3))
    covered = np.mean([low <= 1.0 <= high for low, high in (compare.interval(list(x)) or (0, 0) for x in draws)])
    assert 0.93 < covered < 0.97


def test_the_same_system_is_rarely_called_different() -> None:
    """Two of five that are the same differ in fewer than 5% of sittings, the confidence being shared."""
    rng = np.random.default_rng(2)
    wrong = sum(any(x.different for x in compare.differences({str(i): list(rng.lognormal(0, 0.3, 4)) for i in range(2)}, 1.0)) for _ in range(1000))
    assert wrong < 80


@settings(max_examples=50)
@given(st.floats(1.0, 3.0))
def test_only_what_lies_beyond_the_noise_is_different(noise: float) -> None:
    fast, slow = [1.0, 1.01, 0.99], [2.0, 2.02, 1.98]
    [found] = compare.differences({"a": fast, "b": slow}, noise)
    assert (found.fast, found.slow) == ("a", "b")
    assert found.different == (found.low > noise)
    assert found.low < 2.0 < found.high


def test_the_interval_of_a_ratio_is_welchs() -> None:
    a, b = [1.0, 1.3, 1.1, 0.9], [2.0, 3.1, 2.6]
    [found] = compare.differences({"a": a, "b": b}, 1.0)
    told = stats.ttest_ind(np.log(b), np.log(a), equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((math.exp(told.low), math.exp(told.high)))


def seen(ms: float, refused: bool = False) -> Measured:
    load = Load(100, 1)
    return Measured(load, np.full(100, ms / 1000), np.full(100, 5.0 if refused else 0.0), {}, 0.1, 1.0, 1)


JUDGED = {
    "every run within": ([5, 6, 7], "met"),
    "every run beyond": ([50, 60, 70], "unmet"),
    "some within": ([5, 6, 70], "unknown"),
    "within, too far apart to be sure": ([1, 5, 19], "unknown"),
    "one run within": ([19], "met"),
}


@pytest.mark.parametrize("case", JUDGED)
def test_runs_are_judged_together(case: str) -> None:
    values, status = JUDGED[case]
    assert judge_all([seen(x) for x in values], Wanted(99, 0.02, 100)).status == status


def test_a_refused_run_does_not_count_unless_all_are() -> None:
    wanted = Wanted(99, 0.02, 100)
    assert judge_all([seen(5), seen(5.1), seen(900, refused=True)], wanted).status == "met"
    assert judge_all([seen(900, refused=True)], wanted).status == "unknown"
    one = result("x", [seen(5), seen(6), seen(900, refused=True)], wanted)
    assert (one["runs"]["counted"], one["latency_ms"]["p99"]) == (2, 6.0)


def test_a_second_set_of_the_same_gives_the_noise() -> None:
    runs = {"a": [seen(1.0), seen(1.1), seen(1.05)], "b": [seen(1.5), seen(1.6), seen(1.55)]}
    quiet = compared(runs, ("a", [seen(1.02), seen(1.1), seen(1.04)]), 99)
    loud = compared(runs, ("a", [seen(1.7), seen(1.8), seen(1.75)]), 99)
    assert quiet is not None and loud is not None
    assert (quiet["pairs"][0]["different"], loud["pairs"][0]["different"]) == (True, False)
    assert loud["noise"] > 1.6
