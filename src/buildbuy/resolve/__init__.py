"""Profile + evidence ⊕ catalog → a Problem: drivers with value, unit, grade, source and date."""

from buildbuy.resolve.problem import resolve

__all__ = ["resolve"]
