"""Properties of estimates, growth and comparisons, over random beliefs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from buildbuy.quantities.comparison import Comparison
from buildbuy.quantities.comparison import parse as parse_comparison
from buildbuy.quantities.estimate import Estimate, exact, parse
from buildbuy.quantities.growth import faded, log_multiple

SIZES = st.floats(1e-3, 1e9, allow_nan=False).map(lambda x: float(f"{x:.6g}"))
SIGNED = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: float(f"{x:.6g}"))
UNITS = st.sampled_from(["", "ms", "req/s", "USD/month", "person_hour/month", "1/year", "seat", "GB"])
RATIOS = st.floats(1.05, 50)


@st.composite
def notations(draw: st.DrawFn) -> object:
    """Every way to write an estimate, as YAML would hold it."""
    kind = draw(st.sampled_from(["number", "text", "lognormal", "normal", "split", "triangular", "one_of", "samples"]))
    low, ratio, more = draw(SIZES), draw(RATIOS), draw(RATIOS)
    if kind in ("number", "text"):
        return low if kind == "number" else f"{low!r}"
    if kind == "lognormal":
        return f"{low!r} to {low * ratio!r}"
    if kind == "normal":
        start = draw(SIGNED.filter(lambda x: x < 0))
        return f"{start!r} to {start + low!r}"
    if kind == "split":
        return {"p10": low, "p50": low * ratio, "p90": low * ratio * more}
    if kind == "triangular":
        return {"min": low, "mode": low * ratio, "max": low * ratio * more}
    values = draw(st.lists(SIZES, min_size=2, max_size=6, unique=True))
    return {kind: values}


def multiple(annual: np.ndarray, fade: np.ndarray, months: np.ndarray) -> np.ndarray:
    """How many times today's level a quantity has reached."""
    return np.exp(log_multiple(annual, faded(fade, months)))


def close(a: float, b: float, size: float) -> bool:
    """Equal as far as three printed digits go (and for a zero end, one thousandth of the size)."""
    return abs(a - b) <= 0.006 * max(abs(a), abs(b)) + 2e-3 * size


@given(notations(), UNITS)
def test_every_notation_survives_being_printed(raw: object, unit: str) -> None:
    first = parse(raw, unit)
    again = parse(str(first), unit)
    assert again.unit == first.unit == unit
    if first.kind in ("exact", "lognormal", "normal", "one_of"):
        assert again.kind in (first.kind, "exact")
        assert len(again.points) in (len(first.points), 1)
        for a, b in zip(again.points * len(first.points), first.points, strict=False):
            assert close(a, b, 0.0), (str(first), again)
    else:
        ends = [first.quantile(p) for p in (0.05, 0.95)]
        for p, end in zip((0.05, 0.95), ends, strict=True):
            assert close(again.quantile(p), end, max(map(abs, ends)))


def test_alternatives_are_printed_so_that_they_can_be_read_again() -> None:
    made = parse({"one_of": [60, 600]}, "req/s")
    assert str(made) == "60 or 600 req/s"
    assert parse(str(made), "req/s") == made


@given(SIZES, RATIOS)
def test_the_ends_of_a_positive_range_are_its_5_and_95_percent_points(low: float, ratio: float) -> None:
    high = low * ratio
    belief = parse(f"{low!r} to {high!r}", "ms")
    assert belief.kind == "lognormal"
    assert belief.quantile(0.05) == pytest.approx(low, rel=1e-9)
    assert belief.quantile(0.95) == pytest.approx(high, rel=1e-9)
    assert belief.median == pytest.approx(math.sqrt(low * high), rel=1e-9)


@given(SIGNED.filter(lambda x: x < -1e-3), SIZES)
def test_the_ends_of_a_range_through_zero_are_its_5_and_95_percent_points(low: float, width: float) -> None:
    high = low + width
    assume(high > low)
    belief = parse(f"{low!r} to {high!r}", "USD")
    assert belief.kind == "normal"
    assert belief.quantile(0.05) == pytest.approx(low, abs=1e-9 * (abs(low) + abs(high)))
    assert belief.quantile(0.95) == pytest.approx(high, abs=1e-9 * (abs(low) + abs(high)))


@pytest.mark.parametrize("text", ["2 to 9", "0.01 to 100", "-3 to 8", "-9 to -2"])
def test_a_sample_of_a_range_hits_its_ends(text: str) -> None:
    low, high = (float(x) for x in text.split(" to "))
    z = np.random.default_rng(5).standard_normal(400_000)
    sample = parse(text, "").at(z)
    assert np.mean(sample < low) == pytest.approx(0.05, abs=0.0014)
    assert np.mean(sample > high) == pytest.approx(0.05, abs=0.0014)


@pytest.mark.parametrize("text", ["2 to 9", "-3 to 8"])
def test_the_mean_of_a_range_is_that_of_its_distribution(text: str) -> None:
    belief = parse(text, "")
    low, high = belief.points
    if belief.kind == "lognormal":
        sigma = math.log(high / low) / (2 * stats.norm.ppf(0.95))
        expected = stats.lognorm(sigma, scale=math.sqrt(low * high)).mean()
    else:
        expected = (low + high) / 2
    assert belief.mean() == pytest.approx(expected, rel=1e-9)


@given(SIZES, RATIOS, RATIOS)
def test_three_points_are_hit(low: float, first: float, second: float) -> None:
    points = (low, low * first, low * first * second)
    belief = parse(dict(zip(("p10", "p50", "p90"), points, strict=True)), "")
    assert [belief.quantile(p) for p in (0.1, 0.5, 0.9)] == pytest.approx(points, rel=1e-9)


@given(SIGNED, SIZES, SIZES)
def test_three_points_of_any_sign_are_hit(low: float, first: float, second: float) -> None:
    points = (low, low + first, low + first + second)
    belief = parse(dict(zip(("p10", "p50", "p90"), points, strict=True)), "")
    size = max(map(abs, points))
    found = [belief.quantile(p) for p in (0.1, 0.5, 0.9)]
    assert found == pytest.approx(points, rel=1e-6, abs=1e-9 * size)


@given(SIGNED, st.floats(0, 1e3), st.floats(0, 1e3), st.floats(0.001, 0.999))
def test_a_triangle_is_scipys(low: float, rise: float, fall: float, p: float) -> None:
    assume(rise + fall > 1e-3)
    high = low + rise + fall
    assume(low < high)
    belief = parse({"min": low, "mode": low + rise, "max": high}, "")
    theirs = stats.triang(c=(low + rise - low) / (high - low), loc=low, scale=high - low)
    assert belief.quantile(p) == pytest.approx(theirs.ppf(p), abs=1e-6 * (high - low) + 1e-9 * abs(low))
    assert belief.mean() == pytest.approx(theirs.mean(), abs=1e-6 * (high - low) + 1e-9 * abs(low))


@given(notations(), st.lists(st.floats(-4, 4), min_size=2, max_size=20))
def test_a_higher_score_is_never_a_lower_value(raw: object, scores: list[float]) -> None:
    belief = parse(raw, "")
    values = belief.at(np.sort(np.asarray(scores)))
    if belief.kind != "one_of":
        assert (np.diff(values) >= -1e-12 * np.abs(values[1:])).all()
    else:
        assert set(values.tolist()) <= set(belief.points)


@given(notations(), st.floats(0.01, 100))
def test_scaling_scales_every_quantile(raw: object, by: float) -> None:
    belief = parse(raw, "ms")
    for p in (0.05, 0.5, 0.95):
        size = by * max(map(abs, belief.points))
        assert belief.scaled(by).quantile(p) == pytest.approx(by * belief.quantile(p), abs=1e-9 * size)


def test_alternatives_are_equally_likely() -> None:
    z = stats.norm.ppf((np.arange(9000) + 0.5) / 9000)
    values, counts = np.unique(Estimate("one_of", (5.0, 1.0, 3.0)).at(z), return_counts=True)
    assert values.tolist() == [1.0, 3.0, 5.0]
    assert counts.tolist() == [3000, 3000, 3000]


def test_samples_keep_their_median_and_range() -> None:
    rng = np.random.default_rng(3)
    values = rng.gamma(2.0, 3.0, 501)
    belief = parse({"samples": values.tolist()}, "")
    assert belief.median == pytest.approx(np.median(values))
    drawn = belief.at(rng.standard_normal(20_000))
    assert drawn.min() >= values.min()
    assert drawn.max() <= values.max()
    assert drawn.mean() == pytest.approx(values.mean(), rel=0.03)


# -- growth ----------------------------------------------------------------------------------------


@given(st.floats(-0.9, 20), st.floats(0.5, 400), st.integers(0, 120))
def test_growth_is_the_integral_of_a_fading_rate(annual: float, fade: float, month: int) -> None:
    """The level is exp of the sum of the rate over thin slices of time."""
    slices = (np.arange(40_000) + 0.5) / 40_000 * month
    total = np.mean(math.log1p(annual) / 12 * np.exp(-slices / fade)) * month
    found = multiple(np.array([annual]), np.array([fade]), np.array([float(month)]))
    assert found.shape == (1, 1)
    assert found[0, 0] == pytest.approx(math.exp(total), rel=1e-4)


@given(st.floats(-0.9, 20), st.integers(0, 120))
def test_growth_that_never_fades_is_compound(annual: float, month: int) -> None:
    when = np.array([float(month)])
    forever = multiple(np.array([annual]), np.array([np.inf]), when)[0, 0]
    slowly = multiple(np.array([annual]), np.array([1e12]), when)[0, 0]
    assert forever == pytest.approx((1 + annual) ** (month / 12), rel=1e-9)
    assert slowly == pytest.approx(forever, rel=1e-6)


@given(st.floats(-0.9, 20), st.floats(0.5, 100))
def test_growth_saturates(annual: float, fade: float) -> None:
    late = multiple(np.array([annual]), np.array([fade]), np.array([1e5, 2e5]))[:, 0]
    limit = (1 + annual) ** (fade / 12)
    assert late == pytest.approx([limit, limit], rel=1e-9)


@given(st.floats(0.5, 400))
def test_no_growth_stays_put_and_starts_at_one(fade: float) -> None:
    when = np.arange(60.0)
    assert np.array_equal(multiple(np.zeros(1), np.array([fade]), when), np.ones((60, 1)))
    assert multiple(np.array([3.0]), np.array([fade]), np.zeros(1))[0, 0] == 1.0


@given(st.floats(0.01, 5), st.floats(1, 100), st.floats(1.01, 3))
def test_a_longer_fade_grows_further(annual: float, fade: float, longer: float) -> None:
    when = np.arange(1.0, 61.0)
    short, long = (multiple(np.array([annual]), np.array([f]), when)[:, 0] for f in (fade, fade * longer))
    assert (long > short).all()
    assert (np.diff(short) >= 0).all()


# -- comparisons -----------------------------------------------------------------------------------


@given(st.sampled_from(["<=", "<", ">=", ">", "=="]), SIZES, SIZES)
def test_a_comparison_survives_being_printed(op: str, value: float, measured: float) -> None:
    value = float(f"{value:.6g}")
    rule = Comparison(op, value, "ms")  # type: ignore[arg-type]
    again = parse_comparison(str(rule), "ms", "==")
    assert again == rule
    assert again.holds(measured) == eval(f"{measured!r} {op} {value!r}")


def test_an_exact_estimate_has_one_value() -> None:
    belief = exact(4.0, "GB")
    assert belief.at(np.array([-3.0, 0.0, 3.0])).tolist() == [4.0, 4.0, 4.0]
    assert belief.mean() == belief.median == 4.0
