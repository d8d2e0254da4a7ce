"""What each driver could do to the verdict: flips, worth of knowing it, and the standing.

The conditional mean of every action's cost given one driver is a cubic in the driver's normal
score, fitted for all drivers at once by projection on orthonormal Hermite polynomials.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    square = z * z
    return np.stack([z, (square - 1) / np.sqrt(2.0), (square - 3) * z / np.sqrt(6.0)])


def projected(z: Array, centred: Array) -> Array:
    """Coefficients (3, drivers, actions) of centred costs (n, actions) on `basis` of scores (drivers, n)."""
    square = z * z
    first, second, third = (x @ centred / len(centred) for x in (z, square, square * z))
    return np.stack([first, second / np.sqrt(2.0), (third - 3 * first) / np.sqrt(6.0)])


@dataclass(frozen=True)
class Effect:
    """One driver's effect: fitted costs (actions) at a score, and what knowing it is worth.

    `coefficients` are of the conditional mean: what is learned about the costs on seeing the driver,
    what it has in common with others included. `moved` are of the mean with the driver moved and all
    else left alone: what a flip is about.
    """

    driver: Driver
    coefficients: Array
    worth: float
    noise: float
    moved: Array


@dataclass(frozen=True)
class Flip:
    """The value of a driver past which another action has the lowest expected cost."""

    driver: Driver
    score: float
    above: bool
    to: str


def effects(drivers: dict[str, Driver], scores: dict[str, Array], costs: Array, own: Mapping[str, tuple[Array, float]] | None = None) -> list[Effect]:
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
    all_coefficients = projected(z, centred).transpose(1, 0, 2)
    nodes = basis(NODES)
    lowest = np.argsort(mean, kind="stable")[:2]
    noise = float(np.std(centred[:, lowest[0]] - centred[:, lowest[-1]])) / np.sqrt(n)
    out = []
    for name, coefficients in zip(names, all_coefficients, strict=True):
        fitted = mean + nodes.T @ coefficients
        worth = float(mean.min() - WEIGHTS @ fitted.min(axis=1))
        moved = coefficients
        if own is not None and name in own:
            innovation, weight = own[name]
            moved = projected(innovation[None, :], centred)[:, 0] / np.array([weight, weight**2, weight**3])[:, None]
        out.append(Effect(drivers[name], coefficients, max(worth, 0.0), noise, moved))
    return out


def flips(
    found: list[Effect],
    costs: Array,
    actions: list[str],
    chosen: str,
    least: float = 0.0,
    belongs: Mapping[str, set[str]] | None = None,
    offset: Array | None = None,
    held: frozenset[str] = frozenset(),
) -> list[Flip]:
    """The values inside each driver's own 90% interval past which another action has the lowest
    expected cost (plus `offset`, what risk aversion adds): every sign change of the best rival's
    advantage over the chosen action.

    One counts only where the advantage past it exceeds two standard errors and `least` (materiality:
    below it the two are tied anyway); where the verdict won a tie, it is where it loses by more than
    `least`. `belongs` says which systems' drivers an action has: a driver of a third system, which
    only goes along with what two share, is no flip. `held` actions are no rivals.
    """
    shift = np.zeros(len(actions)) if offset is None else offset
    mean = costs.mean(axis=0) + shift
    k = actions.index(chosen)
    rivals = [i for i, a in enumerate(actions) if i != k and a not in held]
    if not rivals:
        return []
    noise = np.std(costs[:, rivals] - costs[:, k : k + 1], axis=0) / np.sqrt(len(costs))
    tied = least if (mean[rivals] < mean[k]).any() else 0.0
    shapes = basis(GRID)
    spread = np.sqrt((shapes**2).sum(axis=0) + 1)
    needed = np.maximum(2 * noise * spread[:, None], least)
    out = []
    for effect in found:
        fitted = mean + shapes.T @ effect.moved
        advantage = fitted[:, k : k + 1] - fitted[:, rivals]
        owner = effect.driver.used_by
        if owner and belongs is not None:
            ours = np.array([owner in belongs[chosen] | belongs[actions[i]] for i in rivals])
            advantage = np.where(ours, advantage, -np.inf)
        best = advantage.max(axis=1) - tied
        lost = best > 0
        for i in np.flatnonzero(lost[1:] != lost[:-1]):
            above = bool(lost[i + 1])
            past = _run(lost, int(i) + 1, 1) if above else _run(lost, int(i), -1)
            if not (advantage[past] > needed[past]).any():
                continue
            to = actions[rivals[int(np.argmax(advantage[past[0]]))]]
            part = best[i] / (best[i] - best[i + 1]) if np.isfinite(best[i] - best[i + 1]) else 0.5
            out.append(Flip(effect.driver, float(GRID[i] + part * (GRID[i + 1] - GRID[i])), above, to))
    return out


def _run(lost: NDArray[np.bool_], start: int, step: int) -> list[int]:
    """Indices from `start` on, in one direction, as long as the verdict is lost."""
    out = []
    while 0 <= start < len(lost) and lost[start]:
        out.append(start)
        start += step
    return out


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
