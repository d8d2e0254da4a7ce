"""The one world in which every driver takes its median."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from buildbuy.domain.problem import Driver, Problem
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.world import World


class Medians(Draws):
    """A single draw with all scores zero. Endings are left out (the median product lives on)."""

    def __init__(self, drivers: Mapping[str, Driver]) -> None:
        super().__init__(drivers, 0, "medians", 1)

    def _own(self, driver: str) -> Array:
        return np.zeros(1)

    def score(self, driver: str) -> Array:
        return np.full(1, 8.0) if driver.startswith("owner.") else np.zeros(1)


def median_scale(problem: Problem) -> float:
    """Scale today (0 is S, 3 is XL) in that world: of the problem alone, whatever is drawn."""
    return float(World(problem, Medians(problem.drivers)).scale[0, 0])
