"""How well a value is known. Order matters: the first is the best."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, get_args

Grade = Literal["measured", "quoted", "documented", "secondary", "reference-class", "stated", "assumed"]
Standing = Literal["on evidence", "on reference classes", "on assumptions"]
GRADES: tuple[Grade, ...] = get_args(Grade)


def weakest(grades: Iterable[Grade]) -> Grade:
    """The weakest of several grades: what a value derived from all of them carries."""
    return max(grades, key=GRADES.index, default="documented")


def standing(grade: Grade) -> Standing:
    """What a verdict stands on when `grade` is the weakest thing that could flip it."""
    if grade in ("measured", "quoted", "documented"):
        return "on evidence"
    return "on assumptions" if grade == "assumed" else "on reference classes"
