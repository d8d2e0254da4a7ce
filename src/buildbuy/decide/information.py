"""What each driver could do to the verdict: flips, worth of knowing it, and the standing.

Worth is in the costs' unit (USD of the catalog's year, present value). Actions are columns of `costs`
(n, actions), the verdict's rule is the lowest mean. The conditional mean of the costs given a driver
is a cubic spline in its normal score (Strong, Oakley & Brennan, Medical Decision Making 34(3), 2014:
regression on the same draws instead of nested sampling); flips use the cubic that Hermite
polynomials span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

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
KNOTS = (-1.0, 0.0, 1.0)  # of the spline, on the scale of normal scores
BLOCKS = 40
IN_GROUP = 5  # drivers of a group that are looked at together: those that explain most
BARS = 10
EVERYTHING = "everything"


@dataclass(frozen=True)
class Worth:
    """What knowing something is worth, never below 0, and its standard error by sampling."""

    value: float
    error: float


def evpi(costs: Array) -> Worth:
    """Expected value of perfect information: min_d E[C_d] - E[min_d C_d], for costs C (n, actions).

    The error is that of a mean, with the best action taken as known.
    """
    saved = costs[:, costs.mean(axis=0).argmin()] - costs.min(axis=1)
    return Worth(float(saved.mean()), _error(saved))


def evppi(inputs: Array, costs: Array) -> Worth:
    """Expected value of partial perfect information about one input (n,) or a group (k, n).

    min_d E[C_d] - E[min_d E[C_d | inputs]]; the inner mean is a spline in each input's normal score,
    with products of pairs in a group. Inputs enter by rank, as the worth of knowing an input is
    that of knowing any rising function of it. Averaged over the draws; fits of pure noise are shrunk
    towards nothing (`shrunk`). The error is first-order: by the envelope theorem the choice of an
    action given the inputs adds nothing to it.
    """
    return _together([normal_scores(row) for row in np.atleast_2d(inputs)], gained(costs))


def _together(scores: Sequence[Array], gains: Array) -> Worth:
    """Worth of knowing inputs with these normal scores (n,) at once."""
    terms = [*(spline(z) for z in scores), *((a * b)[None, :] for a, b in combinations(scores, 2))]
    design = np.concatenate(terms)
    return _worth(gains, (with_one(design).T @ fit(design, gains)))


def evppi_blocks(given: Array, costs: Array, blocks: int = BLOCKS) -> Worth:
    """EVPPI of one input (n,) without a model: draws sorted by it, means within equal blocks.

    Strong & Oakley, Medical Decision Making 33(6), 2013. A cross-check: few blocks blur, many fit noise.
    """
    gains = gained(costs)
    means = np.empty_like(gains)
    for block in np.array_split(np.argsort(given, kind="stable"), blocks):
        means[block] = gains[block].mean(axis=0)
    return _worth(gains, means)


def evsi(given: Array, costs: Array, learned: float) -> Worth:
    """Expected value of sample information: of measuring one input (n,) with an error.

    `learned` is the share of the input's variance that the measurement explains (`explained`). See
    `sampled` for the formula; the error is first-order as in `evppi`.
    """
    z, gains = normal_scores(given), gained(costs)
    coefficients = fit(spline(z), gains)
    return Worth(sampled(coefficients, learned), sampling_error(coefficients, learned, spline(z), gains))


def explained(prior: float, error: float) -> float:
    """Share v = s0^2 / (s0^2 + se^2) of an input's variance that a measurement explains, from the prior's
    standard deviation s0 and the measurement's error se, both on one scale.
    """
    return prior * prior / (prior * prior + error * error) if prior > 0 else 0.0


def sampled(coefficients: Array, learned: float = 1.0) -> float:
    """Worth of a measurement that explains `learned` of an input's variance, from the `fit` (terms + 1,
    actions) of the gains.

    The input's score given the measurement's standardised result t is normal with mean sqrt(v) t and
    variance 1 - v; the preposterior mean of each gain is its spline smoothed by that normal, and t is
    standard normal: E_t[max_d E(G_d | t)] - max_d E[G_d]. This is the Gaussian approximation of Jalal &
    Alarid-Escudero (Medical Decision Making 38(2), 2018), with the smoothing done in full instead of term
    by term; exact where gains are linear in a normal input. Integrated over the score's known
    distribution, not over draws. 1 gives EVPPI, 0 nothing.
    """
    return float(_sampled(coefficients, learned))


def _sampled(coefficients: Array, learned: float = 1.0) -> Array:
    """`sampled` of one fit (terms + 1, actions) or many (..., terms + 1, actions)."""
    expected = preposterior(learned) @ coefficients
    return np.asarray(np.maximum(expected.max(axis=-1) @ WEIGHTS - coefficients[..., 0, :].max(axis=-1), 0.0))


def sampling_error(coefficients: Array, learned: float, terms: Array, gains: Array) -> float:
    """Standard error of `sampled`, first-order (the delta method, robust to unequal variances): the worth
    is a linear function of the coefficients while the choice at each result stays as it is. For scores
    whose distribution is known, `gains` (n, actions) are what the fit leaves; for ranks, the whole.
    """
    smooth = preposterior(learned)
    chosen = (smooth @ coefficients).argmax(axis=1)
    if (chosen == chosen[0]).all():
        return 0.0
    picked = np.unique(chosen)
    slope = (WEIGHTS[:, None] * (chosen[:, None] == picked)).T @ smooth
    return _error(((slope @ with_one(terms)) * gains[:, picked].T).sum(axis=0))


@lru_cache(maxsize=64)
def preposterior(learned: float) -> Array:
    """The constant and the spline's terms as expected after a measurement, at NODES of its result:
    (nodes, terms + 1).
    """
    if learned >= 1.0:
        return with_one(spline(NODES)).T
    score = np.sqrt(learned) * NODES[:, None] + np.sqrt(1 - learned) * NODES
    return np.asarray(with_one(spline(score) @ WEIGHTS).T)


def normal_scores(given: Array) -> Array:
    """Standard normal scores (n,) of an input's ranks; equal values share their mean rank."""
    from scipy.special import ndtri

    _, where, counts = np.unique(given, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2
    return np.asarray(ndtri(middle[where] / len(given)), dtype=np.float64)


def gained(costs: Array) -> Array:
    """What each action costs less than the one of lowest mean (n, actions): its own column is 0."""
    return costs[:, [int(costs.mean(axis=0).argmin())]] - costs


def with_one(terms: Array) -> Array:
    """Terms (terms, n) with the constant before them."""
    return np.concatenate([np.ones((1, *terms.shape[1:])), terms])


def fit(terms: Array, gains: Array) -> Array:
    """Coefficients (terms + 1, actions) of gains (n, actions) on the constant and terms (terms, n):
    least squares, fits of noise shrunk.
    """
    middle = terms.mean(axis=1)
    design, mean = terms - middle[:, None], gains.mean(axis=0)
    gram = design @ design.T
    found = np.linalg.solve(gram, design @ (gains - mean))
    fitted = (found * (gram @ found)).sum(axis=0) / len(gains)
    found = found * shrunk(fitted, gains.var(axis=0), len(terms), len(gains))
    return np.concatenate([(mean - middle @ found)[None, :], found])


def shrunk(fitted: Array, total: Array, terms: int, n: int) -> Array:
    """What to multiply fits of `terms` terms by: 1 - (variance expected of a fit of noise) / (variance
    fitted), not below 0: the positive part of James and Stein's rule, which takes most of the upward
    bias from the worth of an input that does nothing and leaves what is real alone.
    """
    noise = np.maximum(total - fitted, 0.0) * terms / n
    return np.asarray(np.maximum(1.0 - np.divide(noise, fitted, out=np.ones_like(fitted), where=fitted > 0), 0.0))


def _worth(gains: Array, expected: Array) -> Worth:
    """Worth of choosing in each draw by its expected gains (n, actions)."""
    chosen = expected.argmax(axis=1)
    rows = np.arange(len(gains))
    value = float(expected[rows, chosen].mean() - expected.mean(axis=0).max())
    return Worth(max(value, 0.0), _error(gains[rows, chosen]))


def _error(values: Array) -> float:
    """Standard error of the mean of values (n,)."""
    return float(values.std() / np.sqrt(len(values)))


def _powers(z: Array) -> Array:
    """A constant, the powers up to the third and the kinks at KNOTS: (4 + knots, ...)."""
    out = np.empty((4 + len(KNOTS), *z.shape))
    out[0], out[1] = 1.0, z
    np.multiply(z, z, out=out[2])
    np.multiply(out[2], z, out=out[3])
    for row, knot in zip(out[4:], KNOTS, strict=True):
        above = np.maximum(z - knot, 0.0)
        np.multiply(above * above, above, out=row)
    return out


def _orthonormal() -> Array:
    """What turns `_powers` into terms that are orthonormal under the normal (terms, powers), by QR."""
    triangle = np.linalg.qr(np.sqrt(WEIGHTS)[:, None] * _powers(NODES).T)[1]
    return np.linalg.inv(triangle * np.sign(np.diag(triangle))[:, None]).T[1:]


_ORTHONORMAL = _orthonormal()


def spline(z: Array) -> Array:
    """Cubic spline terms of normal scores, orthonormal and of mean 0 under the normal: (terms, ...). The
    first three are those of `basis`.
    """
    return np.tensordot(_ORTHONORMAL, _powers(z), axes=1)


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
    else left alone: what a flip is about. `gains` (terms + 1, actions) are the `fit` of what each action
    costs less than the cheapest: `worth`, its standard error and `sampled` are of them.
    """

    driver: Driver
    coefficients: Array
    worth: float
    error: float
    moved: Array
    gains: Array


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
    value of perfect information about the driver alone, in the costs' unit, `error` its standard error.
    Every driver is fitted by a cubic, and again with the spline's kinks where that is worth more than
    half the standard error of the difference between the two cheapest; elsewhere that is its error.
    """
    if not scores:
        return []  # everything is known
    names = sorted(scores)
    n, mean = len(costs), costs.mean(axis=0)
    gains, centred = gained(costs), costs - mean
    average, total = gains.mean(axis=0), gains.var(axis=0)
    z = np.stack([scores[name] for name in names])
    all_coefficients = projected(z, centred).transpose(1, 0, 2)
    lowest = np.argsort(mean, kind="stable")[:2]
    noise = _error(costs[:, lowest[0]] - costs[:, lowest[-1]])
    gain = all_coefficients[:, :, [lowest[0]]] - all_coefficients
    degrees = gain.shape[1]
    smooth = np.zeros((len(names), 1 + degrees + len(KNOTS), len(mean)))  # without kinks
    smooth[:, 0] = average
    smooth[:, 1 : 1 + degrees] = gain * shrunk((gain**2).sum(axis=1), total, degrees, n)[:, None]
    most = evpi(costs).value  # which fits of very long tails can pass
    out = []
    for name, scored, coefficients, cubic, known in zip(names, z, all_coefficients, smooth, _sampled(smooth), strict=True):
        fitted, worth, error = cubic, float(known), noise
        if worth > noise / 2:
            terms = spline(scored)
            fitted = fit(terms, gains)
            worth, error = sampled(fitted), sampling_error(fitted, 1.0, terms, gains - with_one(terms).T @ fitted)
        worth = min(worth, most)
        moved = coefficients
        if own is not None and name in own:
            innovation, weight = own[name]
            moved = projected(innovation[None, :], centred)[:, 0] / np.array([weight, weight**2, weight**3])[:, None]
        out.append(Effect(drivers[name], coefficients, worth, error, moved, fitted))
    return out


@dataclass(frozen=True)
class Group:
    """What knowing several drivers at once is worth, and which of them were looked at."""

    name: str
    worth: Worth
    drivers: tuple[Driver, ...]


def groups(found: list[Effect], scores: Mapping[str, Array], costs: Array, named: Mapping[str, str]) -> tuple[Group, ...]:
    """Worth of each group of drivers (`named`: group by driver id), the dearest first; EVPI before them.

    Of a group the drivers that explain most of the gains' variance are fitted together; the rest would add
    more noise than they know. Knowing a group is worth at least what any driver of it is, and at most EVPI.
    """
    everything, gains = evpi(costs), gained(costs)
    total = np.maximum(gains.var(axis=0), 1e-12)
    out = []
    for name in sorted(set(named.values())):
        members = [e for e in found if named.get(e.driver.id) == name]
        members.sort(key=lambda e: (-float(((e.gains[1:] ** 2).sum(axis=0) / total).max()), e.driver.id))
        top = [e for e in members[:IN_GROUP] if e.gains[1:].any()]
        if not top:
            continue
        best = max(top, key=lambda e: e.worth)
        alone = Worth(best.worth, best.error)
        joint = max(_together([scores[e.driver.id] for e in top], gains), alone, key=lambda w: w.value) if len(top) > 1 else alone
        out.append(Group(name, Worth(min(joint.value, everything.value), joint.error), tuple(e.driver for e in top)))
    out.sort(key=lambda g: (-g.worth.value, g.name))
    return (Group(EVERYTHING, everything, ()), *out)


@dataclass(frozen=True)
class Bar:
    """By how much the other action gets dearer against the chosen one, with a driver at its 5% and at its 95% point."""

    driver: Driver
    low: float
    high: float


def tornado(found: list[Effect], costs: Array, chosen: int, other: int) -> tuple[Bar, ...]:
    """The drivers that move the difference of two actions (columns) most, each moved alone, all else as
    drawn; what could be noise (two standard errors) is left out.
    """
    difference = costs[:, other] - costs[:, chosen]
    noise = _error(difference)
    ends = basis(np.array([-Z95, Z95]))
    least = 2 * noise * float(np.sqrt(((ends[:, 1] - ends[:, 0]) ** 2).sum()))
    bars = []
    for effect in found:
        low, high = (float(x) for x in ends.T @ (effect.moved[:, other] - effect.moved[:, chosen]))
        if abs(high - low) > least:
            bars.append(Bar(effect.driver, low, high))
    return tuple(sorted(bars, key=lambda b: (-abs(b.high - b.low), b.driver.id))[:BARS])


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
    `least`, and two standard errors more. `belongs` says which systems' drivers an action has: a driver of a third system, which
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
    needed = np.maximum(tied + 2 * noise * spread[:, None], least)
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


def at_score(driver: Driver, z: Array | float, scale: float) -> Array:
    """Values of a driver at standard normal scores; efforts at a scale, in the shown unit."""
    if driver.curve is None:
        return driver.estimate.at(z)
    x = np.clip(scale, -0.5, 3.5)
    low, mid, high = min(x, 1.0), float(np.clip(x - 1, 0, 1)), max(x - 2, 0.0)
    mu, sigma = (k[0] + (k[1] - k[0]) * low + (k[2] - k[1]) * mid + (k[3] - k[2]) * high for k in (driver.curve.mu, driver.curve.sigma))
    return np.asarray(np.exp(mu + sigma * z) / factor(driver.unit, canonical_unit(driver.unit)))
