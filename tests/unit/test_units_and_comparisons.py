"""Units, counts, comparisons and money at the edge: what is read, and what is refused."""

from __future__ import annotations

import pytest

from buildbuy.errors import BadInput
from buildbuy.quantities import comparison, units
from buildbuy.quantities.estimate import parse, parse_number
from buildbuy.quantities.money import Rates, parse_money

RATES = Rates(2026, {"USD": 1.0, "EUR": 1.1, "GBP": 1.25}, {2020: 80.0, 2024: 96.0, 2026: 100.0})


@pytest.mark.parametrize(
    ("given", "expected", "factor"),
    [
        ("ms", "s", 1e-3),
        ("rps", "req/s", 1.0),
        ("qps", "req/second", 1.0),
        ("req/s", "req/month", 730 * 3600),
        ("/s", "req/s", 1.0),
        ("1/s", "req/s", 1.0),
        ("GB", "MB", 1000.0),
        ("GiB", "MiB", 1024.0),
        ("%", "dimensionless", 0.01),
        ("% per year", "1/year", 0.01),
        ("FTE", "person_hour/month", 152.0),
        ("person_months", "person_hour", 152.0),
        ("hours", "person_hour", 1.0),
        ("hours per month", "person_hour/month", 1.0),
        ("USD/hour", "USD/month", 730.0),
        ("$ per month", "USD/year", 12.0),
        ("users", "seat", 1.0),
        ("GB-month", "GB*month", 1.0),
        ("1/seat/month", "1/(seat*month)", 1.0),
        ("per seat per month", "1/(seat*month)", 1.0),
    ],
)
def test_a_unit_is_translated(given: str, expected: str, factor: float) -> None:
    assert units.factor(given, expected) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("GB", "ms"),
        ("req", "req/s"),
        ("seat/s", "req/s"),
        ("model", "feature"),
        ("read_unit", "write_unit"),
        ("USD", "USD/month"),
        ("seat", "USD"),
        ("person_hour", "hour"),
        ("req*req/s", "req/s"),
        ("dimensionless", "GB"),
        ("seat", "dimensionless"),
    ],
)
def test_unlike_dimensions_are_refused(given: str, expected: str) -> None:
    with pytest.raises(BadInput) as caught:
        units.factor(given, expected)
    assert given in str(caught.value)
    assert expected in str(caught.value)


@pytest.mark.parametrize("text", [
    "parsec", "req//s", "req/", "__import__", "a b c", "m**", "(", "é", "GB**9**9**9**9", "GB^999", "GB**(9**9)",
    "(((GB**9)**9)**9)**9", "s*" * 20_000 + "s", "(" * 5000, "s+s", "3 s", "s;s", "s#s", "s**1e400", "\x00", "s**s", "a" * 100_000,
])  # fmt: skip
def test_what_is_no_unit_is_refused_at_once(text: str) -> None:
    with pytest.raises(BadInput):
        units.unit(text)


def test_a_price_per_read_does_not_price_writes() -> None:
    assert units.factor("(USD/read_unit)*(read_unit/month)", "USD/month") == 1.0
    with pytest.raises(BadInput):
        units.factor("(USD/read_unit)*(write_unit/month)", "USD/month")


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("4.1k USD", 4100.0, "USD"),
        ("3M req/s", 3e6, "req/s"),
        ("3 MB", 3.0, "MB"),
        ("3MB", 3.0, "MB"),
        ("2kB", 2.0, "kB"),
        ("1_000,000", 1e6, ""),
        ("-.5 %", -0.5, "%"),
        ("1e3/s", 1000.0, "/s"),
        ("$12", 12.0, "USD"),
        ("€ 12/month", 12.0, "EUR/month"),
        ("2bn req", 2e9, "req"),
    ],
)
def test_a_number_with_a_unit(text: str, value: float, unit: str) -> None:
    found, spelled = parse_number(text)
    assert (found, spelled.replace(" ", "")) == (pytest.approx(value), unit)


@pytest.mark.parametrize(
    "raw",
    [
        None, True, False, "", "many", "1 to", "to 5", "1 to 2 to 3", "9 to 3 ms", "nan", "inf", float("nan"),
        float("inf"), "1e999", [], [1, 2], {}, {"p10": 1}, {"p10": 3, "p50": 2, "p90": 4}, {"one_of": []},
        {"min": 1, "mode": 5, "max": 4}, {"p10": "1 to 2", "p50": 3, "p90": 4}, {"samples": "1, 2"},
        {"p10": 1, "p50": 2, "p90": 3, "p99": 4}, {"one_of": [1], "samples": [1]},
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused(raw: object) -> None:
    with pytest.raises(BadInput):
        parse(raw, "ms")


def test_the_unit_of_the_high_end_serves_both() -> None:
    assert parse("50% to 150% per year", "1/year").points == pytest.approx((0.5, 1.5))
    assert parse("5 to 9 s", "ms").points == pytest.approx((5000, 9000))
    assert parse("500 ms to 2 s", "ms").points == pytest.approx((500, 2000))
    assert parse("3 to 9 person_months", "person_hour").points == pytest.approx((456, 1368))


def test_a_bare_number_is_in_the_expected_unit() -> None:
    assert parse(3, "GB").points == (3.0,)
    assert parse("3", "GB").points == (3.0,)
    assert parse("3", "GB").unit == "GB"


@pytest.mark.parametrize(
    ("raw", "expected", "points"),
    [
        ("1200 USD/month", "USD/month", (1200.0,)),
        ("1000 EUR/month", "USD/month", (1100.0,)),
        ("€1000/month", "USD/month", (1100.0,)),
        ("1000 EUR 2020/month", "USD/month", (1375.0,)),
        ("1000 USD_2024", "USD", (1000 / 0.96,)),
        ("4k USD 2026", "USD", (4000.0,)),
        ("$300 to $500 per month", "USD/month", (300.0, 500.0)),
        ("£100 to £200", "USD", (125.0, 250.0)),
        ("80 EUR/hour", "USD/person_hour", (88.0,)),
        (7, "USD", (7.0,)),
        ({"p10": "10 EUR", "p50": "20 EUR", "p90": "40 EUR"}, "USD", (11.0, 22.0, 44.0)),
    ],
)
def test_money_carries_currency_and_year(raw: object, expected: str, points: tuple[float, ...]) -> None:
    assert parse_money(raw, expected, RATES).points == pytest.approx(points)
    assert parse_money(raw, expected, RATES).unit == expected


@pytest.mark.parametrize("raw", ["5 CHF", "5 USD 1999", "5 GB", "5 USD/month", "5 EUR*EUR"])
def test_unknown_money_is_refused(raw: str) -> None:
    with pytest.raises(BadInput):
        parse_money(raw, "USD", RATES)


@pytest.mark.parametrize(
    ("raw", "op", "value"),
    [
        ("<= 25 ms", "<=", 25.0),
        ("at most 0.1 s", "<=", 100.0),
        ("under 5 ms", "<", 5.0),
        ("≥ 2 s", ">=", 2000.0),
        ("over 7", ">", 7.0),
        ("= 3 ms", "==", 3.0),
        ("25 ms", "<=", 25.0),
        (25, "<=", 25.0),
    ],
)
def test_a_comparison_is_read(raw: object, op: str, value: float) -> None:
    read = comparison.parse(raw, "ms", "<=")
    assert (read.op, read.value, read.unit) == (op, pytest.approx(value), "ms")
    again = comparison.parse(str(read), "ms", ">=")
    assert (again.op, again.value) == (op, pytest.approx(value))


@pytest.mark.parametrize("raw", ["fast", "<= 25 GB", "at most", "<=", None, True, ["<= 5 ms"], "< inf ms"])
def test_what_is_no_comparison_is_refused(raw: object) -> None:
    with pytest.raises(BadInput):
        comparison.parse(raw, "ms", "<=")


@pytest.mark.parametrize(
    ("op", "below", "same", "above"),
    [
        ("<=", True, True, False),
        ("<", True, False, False),
        (">=", False, True, True),
        (">", False, False, True),
        ("==", False, True, False),
    ],
)
def test_a_comparison_holds(op: comparison.Op, below: bool, same: bool, above: bool) -> None:
    rule = comparison.Comparison(op, 10.0, "ms")
    assert (rule.holds(9.9), rule.holds(10.0), rule.holds(10.1)) == (below, same, above)
