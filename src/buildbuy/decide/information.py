"""What each driver could do to the verdict: flips, worth of knowing it, and the standing.

The conditional mean of every action's cost given one driver is a cubic in the driver's normal
score, fitted for all drivers at once by projection on orthonormal Hermite polynomials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from buildbuy.domain.grades import Grade, Standing, standing, weakest
from buildbuy.domain.problem import Driver
from buildbuy.quantities.estimate import Z95
from buildbuy.quantities.units import canonical_unit, factor
from buildbuy.worlds.draws import Array

GRID = np.linspace(-Z95, Z95, 41)
NODES = np.linspace(-6, 6, 241)  # the lowest of several lines has kinks, which few Gauss nodes miss
WEIGHTS = np.exp(-NODES * NODES / 2)
WEIGHTS = WEIGHTS / WEIGHTS.sum()
DRAWS = 5_000


def basis(z: Array) -> Array:
    """Orthonormal Hermite polynomials of degree 1 to 3: (3, ...)."""
    return np.stack([z, (z * z - 1) / np.sqrt(2.0), (z**3 - 3 * z) / np.sqrt(6.0)])


@dataclass(frozen=True)
class Effect:
    """One driver's effect: fitted costs (actions) at a score, and what knowing it is worth."""

    driver: Driver
    coefficients: Array
    worth: float
    noise: float


@dataclass(frozen=True)
class Flip:
    """The value of a driver past which another action has the lowest expected cost."""

    driver: Driver
    score: float
    above: bool
    to: str


def effects(drivers: dict[str, Driver], scores: dict[str, Array], costs: Array) -> list[Effect]:
    """Effect of every sampled driver on the actions' costs.

    `scores` maps a driver to its (n,) scores, `costs` is (n, actions). `worth` is the expected
    value of perfect information about the driver alone, in the costs' unit; `noise` the standard
    error of the difference between the two cheapest.
    """
    names = sorted(scores)
    n = len(costs)
    mean = costs.mean(axis=0)
    centred = costs - mean
    z = np.stack([scores[name] for name in names])
    all_coefficients = np.stack([shape @ centred / n for shape in basis(z)], axis=1)
    nodes = basis(NODES)
    lowest = np.argsort(mean, kind="stable")[:2]
    noise = float(np.std(centred[:, lowest[0]] - centred[:, lowest[-1]])) / np.sqrt(n)
    out = []
    for name, coefficients in zip(names, all_coefficients, strict=True):
        fitted = mean + nodes.T @ coefficients
        worth = float(mean.min() - WEIGHTS @ fitted.min(axis=1))
        out.append(Effect(drivers[name], coefficients, max(worth, 0.0), noise))
    return out


def flips(
    found: list[Effect], costs: Array, actions: list[str], chosen: str, least: float = 0.0, belongs: Mapping[str, set[str]] | None = None
) -> list[Flip]:
    """Where, inside its own 90% interval, each driver makes another action the cheapest.

    A flip counts only where the difference at the end of the interval exceeds two standard errors
    and `least` (materiality: below it the two are tied anyway). Where the verdict won a tie, the
    flip is where it loses by more than `least`. `belongs` says which systems' drivers an action
    has: a driver of a third system, which only goes along with what two share, is no flip.
    """
    mean = costs.mean(axis=0)
    k = actions.index(chosen)
    noise = np.std(costs - costs[:, k : k + 1], axis=0) / np.sqrt(len(costs))
    out = []
    shapes = basis(GRID)
    spread = np.sqrt((shapes**2).sum(axis=0) + 1)
    for effect in found:
        fitted = mean + shapes.T @ effect.coefficients
        advantage = fitted[:, k : k + 1] - fitted
        for above in (False, True):
            order = range(len(GRID) // 2, len(GRID)) if above else range(len(GRID) // 2, -1, -1)
            end = -1 if above else 0
            if not (advantage[end] > np.maximum(2 * noise * spread[end], least)).any():
                continue
            beyond = advantage - (least if advantage[len(GRID) // 2].max() > 0 else 0.0)
            crossing = next((i for i in order if beyond[i].max() > 0), None)
            if crossing is not None:
                to = actions[int(np.argmax(beyond[crossing]))]
                owner = effect.driver.used_by
                if owner and belongs is not None and owner not in belongs[chosen] | belongs[to]:
                    continue
                out.append(Flip(effect.driver, _between(beyond, crossing, above), above, to))
    return out


def _between(advantage: Array, i: int, above: bool) -> float:
    """Score of the crossing, linear between the grid point where it shows and the one before."""
    j = i - 1 if above else i + 1
    if not 0 <= j < len(GRID):
        return float(GRID[i])
    now, then = advantage[i].max(), advantage[j][int(np.argmax(advantage[i]))]
    return float(GRID[i]) if now == then else float(GRID[i] + (GRID[j] - GRID[i]) * now / (now - then))


def rests_on(flipped: list[Flip], carriers: tuple[Driver, ...]) -> tuple[Standing, tuple[Driver, ...]]:
    """The verdict's standing and the drivers that decide it: the weakest grade among drivers that
    flip it; if none does, among those that carry the gap to the runner-up.
    """
    drivers = tuple({f.driver.id: f.driver for f in flipped}.values()) or carriers
    grades: list[Grade] = [d.grade for d in drivers] or ["assumed"]
    return standing(weakest(grades)), drivers


def at_score(driver: Driver, z: float, scale: float) -> float:
    """Value of a driver at a standard normal score; efforts at a scale, in the shown unit."""
    if driver.curve is None:
        return float(driver.estimate.at(z))
    x = np.clip(scale, -0.5, 3.5)
    low, mid, high = min(x, 1.0), float(np.clip(x - 1, 0, 1)), max(x - 2, 0.0)
    mu, sigma = (k[0] + (k[1] - k[0]) * low + (k[2] - k[1]) * mid + (k[3] - k[2]) * high for k in (driver.curve.mu, driver.curve.sigma))
    return float(np.exp(mu + sigma * z) / factor(driver.unit, canonical_unit(driver.unit)))
