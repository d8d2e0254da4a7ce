"""Price plans are data: arithmetic over names is read, everything else is refused."""

from __future__ import annotations

import numpy as np
import pytest

from buildbuy.errors import BadInput
from buildbuy.quantities import expression, units

UNITS = {
    "reads": "read_unit/month", "writes": "write_unit/month", "row": "kB", "users": "seat",
    "read_price": "USD/read_unit", "write_price": "USD/write_unit", "stored": "GB",
}  # fmt: skip
HOSTILE = [
    "__import__('os')", "().__class__", "users.__class__", "users.real", "reads[0]", "reads ** 2", "9 ** 9 ** 9",
    "reads % 2", "reads // 2", "reads << 70", "lambda: 1", "[x for x in reads]", "{1: 2}", "'a' * 9", "b'a'", "f'{users}'",
    "1 if users else 2", "users and 1", "not users", "users > 1", "~users", "+users", "(x := 5)", "await users",
    "eval(1)", "open(users)", "ceil(users, 2)", "ceil()", "max(users)", "max(1, 2, 3)", "max(*users)", "max(a=1, b=2)",
    "ceil.real", "users; users", "import os", "x = 1", "", " ", "1j", "True", "None", "...", "1e999", "9" * 390,
    "(" * 390, "users +", "a b", "\x00", "\ud800", "users\nreads", "# only a comment",
    "1 + " * 200 + "1", "a" * 100_000, "print(users)", "getattr(users, x)", "ceil(ceil)(1)",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: repr(t[:30]))
def test_hostile_input_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        expression.parse(text)


@pytest.mark.parametrize("text", ["__import__", "__builtins__", "__class__ * 2", "os", "eval", "ceil + 1"])
def test_a_name_is_only_ever_looked_up_among_variables_and_units(text: str) -> None:
    parsed = expression.parse(text)
    with pytest.raises(BadInput):
        parsed.unit(UNITS)
    with pytest.raises(KeyError):
        parsed.value({})


def test_a_long_chain_of_signs_is_read_or_refused_but_never_crashes() -> None:
    try:
        read = expression.parse("-" * 399 + "1")
    except BadInput:
        return
    assert read.value({}) == -1


@pytest.mark.parametrize(
    ("text", "env", "value"),
    [
        ("1 + 2 * 3 - 4 / 8", {}, 6.5),
        ("-(a - b) * 2", {"a": 1.0, "b": 4.0}, 6.0),
        ("ceil(a / 3) + floor(a / 3)", {"a": 10.0}, 7.0),
        ("max(a, b) - min(a, b)", {"a": 2.0, "b": 5.0}, 3.0),
        ("a * 1e3", {"a": 0.5}, 500.0),
    ],
)
def test_arithmetic(text: str, env: dict[str, float], value: float) -> None:
    assert expression.parse(text).value(env) == pytest.approx(value)


def test_values_may_be_arrays() -> None:
    made = expression.parse("max(ceil(a / 4), 1) * b").value({"a": np.array([0.0, 4.0, 9.0]), "b": 2.0})
    assert made.tolist() == [2.0, 2.0, 6.0]


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("reads * read_price", "USD/month"),
        ("reads * read_price + writes * write_price", "USD/month"),
        ("reads * ceil(row / (4 * kB)) * read_price", "USD/month"),
        ("users + 3 * seat", "seat"),
        ("max(stored - 500 * GB, 0 * GB)", "GB"),
        ("ceil(users / seat) * seat", "seat"),
        ("1", "dimensionless"),
        ("max(1, 2)", "dimensionless"),
        ("ceil(1.5) * users", "seat"),
        ("max(ceil(users / seat), 1)", "dimensionless"),
    ],
)
def test_the_unit_of_a_result(text: str, like: str) -> None:
    found = units.unit(expression.parse(text).unit(UNITS))
    assert found.dimensionality == units.unit(like).dimensionality


def test_a_price_per_write_does_not_price_reads() -> None:
    for text in ("reads * write_price", "writes * read_price"):
        unit = expression.parse(text).unit(UNITS)
        with pytest.raises(BadInput):
            units.factor(unit, "USD/month")


@pytest.mark.parametrize(
    "text",
    [
        "users + stored", "users + 1", "max(users, stored)", "max(stored, 5)", "reads + writes", "ceil(row)",
        "floor(stored)", "users + unheard_of", "read_price - write_price", "users / 0", "1 / 0", "users / (1 - 1)",
    ],
)  # fmt: skip
def test_sums_of_unlike_things_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        expression.parse(text).unit(UNITS)


@pytest.mark.parametrize(
    ("text", "below"),
    [
        ("users", False), ("2 * users / 3 + ceil(users)", False), ("-users", True), ("-1", True), ("users - 2", True), ("3 * (users - 2)", True),
        ("max(0, users - 2)", False), ("max(users - 3, users - 2)", True), ("min(users, 5)", False), ("2 * (max(1, ceil(users)) - 1)", False), ("max(1, users) - 2", True), ("3 - 2", False), ("-(-users)", False), ("min(users, users - 5)", True), ("ceil(users - 5)", True),
    ],
)  # fmt: skip
def test_what_could_come_out_negative_is_seen(text: str, below: bool) -> None:
    assert expression.parse(text).below_zero == below
