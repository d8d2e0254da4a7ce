"""Scores of a back-test: by hand, at their ends, and against how they are defined."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildbuy.backtest import score
from buildbuy.backtest.past import SOURCINGS
from buildbuy.backtest.report import scored, to_dict
from buildbuy.backtest.score import CLASSES, GROUPS, Scored

SURE = {s: dict.fromkeys(SOURCINGS, 0.0) | {s: 1.0} for s in SOURCINGS}


def case(best: str, shares: Mapping[str, float], said: str = "build", who: str = "x", confidence: float = 0.5) -> Scored:
    return Scored(f"{who}-{best}", who, best, best, confidence, {"ungated": said, "gated": said}, shares, True)


SHARES = st.lists(st.floats(0, 1), min_size=4, max_size=4).map(lambda w: {s: x / (sum(w) or 1.0) for s, x in zip(SOURCINGS, w, strict=True)})
CASES = st.lists(st.builds(case, st.sampled_from(SOURCINGS), SHARES, st.sampled_from(SOURCINGS), st.sampled_from("abcdef"), st.floats(0.1, 1)), min_size=1, max_size=30)


def test_wilson_by_hand() -> None:
    """Wilson's interval of 8 in 10 at z = 1.959964: centre (0.8 + z²/20) / (1 + z²/10), and so on."""
    z, p, n = 1.959963984540054, 0.8, 10
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    assert score.wilson(8, 10) == pytest.approx((centre - half, centre + half), abs=1e-9)


def test_three_ways() -> None:
    assert [score.three(s) for s in SOURCINGS] == ["build", "hybrid", "buy", "buy"]
    assert [score.build_or_not(s) for s in (*SOURCINGS, "")] == ["build", "not", "not", "not", ""]


def test_brier_by_hand() -> None:
    shares = {"build": 0.5, "hybrid": 0.1, "managed": 0.3, "self-host": 0.1}
    assert score.brier_of(shares, "managed", "four_way") == pytest.approx(0.25 + 0.01 + 0.49 + 0.01)
    assert score.brier_of(shares, "managed", "three_way") == pytest.approx(0.25 + 0.01 + 0.36)
    assert score.brier_of(shares, "managed", "build_or_not") == pytest.approx(0.25)
    assert score.brier([case("managed", shares, confidence=0.9), case("build", SURE["build"], confidence=0.1)], "three_way", weighted=True) == pytest.approx(0.9 * 0.62)


def test_rates_weigh_by_confidence() -> None:
    cases = [case("build", SURE["build"], "build", confidence=0.9), case("managed", SURE["build"], "build", confidence=0.3)]
    found = score.rate(cases, "ungated", GROUPS["three_way"])
    assert (found.n, found.hits, found.share) == (2, 1, 0.5)
    assert found.weighted == pytest.approx(0.75)
    assert score.rate([], "ungated", GROUPS["three_way"]).share is None


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ({"build": 0.4, "hybrid": 0.0, "managed": 0.25, "self-host": 0.35}, "self-host"),
        ({"build": 0.4, "hybrid": 0.25, "managed": 0.35, "self-host": 0.0}, "build"),
        ({"build": 0.1, "hybrid": 0.6, "managed": 0.3, "self-host": 0.0}, "hybrid"),
        (dict.fromkeys(SOURCINGS, 0.0), ""),
    ],
)
def test_what_is_cheapest_in_most_worlds_counts_buying_as_one_way(shares: Mapping[str, float], expected: str) -> None:
    assert score.most_frequent(shares) == expected


@given(CASES)
@settings(deadline=None)  # the first example imports scipy
def test_scores_stay_within_their_bounds(cases: list[Scored]) -> None:
    for group in GROUPS:
        top = 1.0 if group == "build_or_not" else 2.0
        found = score.brier(cases, group)
        assert found is not None and -1e-12 <= found <= top + 1e-9
        rate = score.rate(cases, "ungated", GROUPS[group])
        assert rate.low is not None and rate.high is not None and rate.share is not None
        assert rate.low - 1e-12 <= rate.share <= rate.high + 1e-12
        table = score.calibration(score.every_share(cases, group))
        assert sum(b.n for b in table) == len(cases) * len(CLASSES[group])
        assert sum(b.n * (b.came or 0.0) for b in table) == pytest.approx(len(cases))
    assert score.brier(cases, "four_way", score.uniform) == pytest.approx(0.75)


@given(CASES)
def test_hits_of_four_ways_are_hits_of_three_and_of_two(cases: list[Scored]) -> None:
    four, three, two = (score.rate(cases, "ungated", GROUPS[g]).hits for g in ("four_way", "three_way", "build_or_not"))
    assert four <= three <= two


@given(SHARES, st.floats(0, 1))
def test_shrinking_keeps_the_sum_and_the_order(shares: Mapping[str, float], weight: float) -> None:
    found = score.shrunk(shares, weight, SOURCINGS)
    assert sum(found.values()) == pytest.approx((1 - weight) * sum(shares.values()) + weight)
    ranked = sorted(SOURCINGS, key=shares.__getitem__)
    assert all(found[a] <= found[b] + 1e-12 for a, b in pairwise(ranked))


def test_shares_that_are_right_are_left_alone_and_wrong_ones_given_up() -> None:
    right = [case(s, SURE[s], who=f"{s}{i}") for s in SOURCINGS for i in range(3)]
    wrong = [case(s, SURE["build" if s != "build" else "hybrid"], who=f"{s}{i}") for s in SOURCINGS for i in range(3)]
    kept, given_up = score.shrink(right, "four_way"), score.shrink(wrong, "four_way")
    assert kept is not None and given_up is not None
    assert (kept.weight, kept.cross_validated) == (0.0, 0.0)
    assert given_up.weight == 1.0
    assert given_up.cross_validated == pytest.approx(0.75)
    assert score.shrink(right[:5], "four_way") is None


def test_base_rates_are_what_shares_that_say_nothing_shrink_to() -> None:
    """Labels are nine managed to one build and the shares know nothing: base rates score better than equal
    shares, and a case's own organisation is never among them.
    """
    cases = [case("managed", SURE["build"], who=f"m{i}") for i in range(18)] + [case("build", SURE["hybrid"], who=f"b{i}") for i in range(2)]
    rates, equal = score.shrink(cases, "four_way", base_rates=True), score.shrink(cases, "four_way")
    assert rates is not None and equal is not None
    assert rates.weight == 1.0
    managed, build = (1 - 17 / 19) ** 2 + (2 / 19) ** 2, (1 - 1 / 19) ** 2 + (18 / 19) ** 2
    assert rates.cross_validated == pytest.approx((18 * managed + 2 * build) / 20)
    assert rates.cross_validated < equal.cross_validated


def test_an_organisation_never_fits_its_own_weight() -> None:
    """One organisation with many cases the shares got right, three others where they are wrong: its own
    cases are judged with the weight of the others.
    """
    many = [case("build", SURE["build"], who="many") for _ in range(20)]
    others = [case("managed", SURE["build"], who=w) for w in "abc"]
    found = score.shrink(many + others, "four_way")
    assert found is not None
    assert found.weights_high == 1.0, "what the others want of it"
    assert found.weights_low < 0.5


def test_base_rates_leave_out_the_case_itself() -> None:
    cases = [case("build", SURE["build"], who="a"), case("managed", SURE["build"], who="b"), case("managed", SURE["build"], who="c")]
    assert score.of_the_others(cases)(cases[0])["managed"] == 1.0
    assert score.of_the_others(cases)(cases[1])["build"] == 0.5
    assert score.of_the_others(cases[:1])(cases[0])["hybrid"] == 0.25


def test_nothing_to_score_is_no_error() -> None:
    data = to_dict([], catalog_version="x", draws=200, seed=0)
    assert scored([]) == [] and data["cases_scored"] == 0
    assert data["calibration"]["four_way"]["calibrated"] is None
    assert data["brier"]["four_way"]["stated"] is None
