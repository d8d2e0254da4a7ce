"""Comparisons, as requirements state them: "<= 25 ms", "at least 99.9 %"."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from buildbuy.errors import BadInput
from buildbuy.quantities import units
from buildbuy.quantities.estimate import parse_number

Op = Literal["<=", "<", ">=", ">", "=="]
_WORDS: dict[str, Op] = {
    "at most": "<=", "under": "<", "below": "<", "up to": "<=", "at least": ">=", "over": ">",
    "above": ">", "≤": "<=", "≥": ">=", "<=": "<=", "<": "<", ">=": ">=", ">": ">", "==": "==", "=": "==",
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """An operator, a value and its unit."""

    op: Op
    value: float
    unit: str

    def holds(self, measured: float) -> bool:
        """Whether `measured` (in the same unit) satisfies the comparison."""
        return {
            "<=": measured <= self.value,
            "<": measured < self.value,
            ">=": measured >= self.value,
            ">": measured > self.value,
            "==": measured == self.value,
        }[self.op]

    def __str__(self) -> str:
        return f"{self.op} {self.value:g} {self.unit}".strip()


def parse(raw: object, expected: str, default: Op, convert: Callable[[str], float] | None = None) -> Comparison:
    """Read "<= 25 ms" in unit `expected`; a bare quantity takes the metric's natural operator. `convert`
    gives the factor of a unit that is written, where that is more than arithmetic (money).
    """
    factor = convert or (lambda unit: units.factor(unit, expected))
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return Comparison(default, float(raw), expected)
    if not isinstance(raw, str):
        raise BadInput(f"`{raw}` is not a comparison", hint=f"write it like `{default} 25 {expected}`")
    text = raw.strip()
    for word in sorted(_WORDS, key=len, reverse=True):
        if text.lower().startswith(word):
            value, unit = parse_number(text[len(word) :])
            return Comparison(_WORDS[word], value * (factor(unit) if unit else 1.0), expected)
    if not re.match(r"^[\s$€£\d.+-]", text):
        raise BadInput(f"`{raw}` is not a comparison", hint=f"write it like `{default} 25 {expected}`")
    value, unit = parse_number(text)
    return Comparison(default, value * (factor(unit) if unit else 1.0), expected)
