"""Months as text: `2026-10`. A year may stand alone."""

from __future__ import annotations

import re

from buildbuy.errors import BadInput

MONTH = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])")


def month(text: str) -> str:
    """The text, if it is a month. Raises BadInput otherwise."""
    if not MONTH.fullmatch(text):
        raise BadInput(f"`{text}` is not a month", hint="write it like 2026-10")
    return text


def month_of(text: str) -> str:
    """A month from "2026" or "2026-10"; a bare year means its June."""
    return f"{text}-06" if re.fullmatch(r"\d{4}", text) else text


def months_between(earlier: str, later: str) -> int:
    """Whole months from one YYYY-MM to another (negative if it lies before)."""
    (a, b), (c, d) = (map(int, m.split("-")) for m in (earlier, later))
    return (c - a) * 12 + d - b


def month_after(month: str, months: int) -> str:
    """The month that lies `months` later."""
    year, m = map(int, month.split("-"))
    index = year * 12 + m - 1 + months
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def before(a: str | None, b: str) -> bool:
    """Whether `a` lies before month `b`; an open end never does."""
    return a is not None and months_between(month_of(a), b) > 0


def after(a: str | None, b: str) -> bool:
    """Whether `a` lies after month `b`; an open beginning never does."""
    return a is not None and months_between(month_of(a), b) < 0
