"""How often the answers agree with hindsight, and whether the stated shares can be believed.

Pure functions on scored cases. Intervals are Wilson's, 95%. The Brier score is the mean over cases
of the sum over classes of (share - 1 if it is the label, else 0) squared: 0 is perfect, 2 the worst;
for build or not it is the usual one of a single event, 0 to 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from buildbuy.backtest.past import SOURCINGS

BINS = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0)
WEIGHTS = tuple(i / 20 for i in range(21))  # candidate weights of the uniform share
FEW = 10  # cases below which no rule is fitted
Group = Callable[[str], str]


def three(sourcing: str) -> str:
    """build, hybrid, or buy (managed or self-host)."""
    return "buy" if sourcing in ("managed", "self-host") else sourcing


def build_or_not(sourcing: str) -> str:
    return "build" if sourcing == "build" else "not" if sourcing else ""


GROUPS: Mapping[str, Group] = {"three_way": three, "four_way": lambda s: s, "build_or_not": build_or_not}
CLASSES: Mapping[str, tuple[str, ...]] = {"three_way": ("build", "hybrid", "buy"), "four_way": SOURCINGS, "build_or_not": ("build", "not")}


@dataclass(frozen=True)
class Scored:
    """One case: its label, the organisation's choice, and what was said of it."""

    id: str
    organisation: str
    best: str
    decision: str
    confidence: float
    said: Mapping[str, str]  # by who says it: ungated, gated, each baseline
    shares: Mapping[str, float]
    engines: bool  # whether the catalog had anything but own code then


@dataclass(frozen=True)
class Rate:
    """Hits of n, their share with Wilson's 95% interval, and the share weighted by confidence."""

    n: int
    hits: int
    share: float | None
    low: float | None
    high: float | None
    weighted: float | None


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Wilson's 95% score interval of a proportion (Wilson 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(hits, n).proportion_ci(confidence_level=0.95, method="wilson")
    return float(interval.low), float(interval.high)


def rate(cases: Sequence[Scored], who: str, group: Group) -> Rate:
    """How often `who` says what hindsight holds best."""
    right = [group(c.said[who]) == group(c.best) for c in cases]
    n, hits = len(cases), sum(right)
    if n == 0:
        return Rate(0, 0, None, None, None, None)
    weight = sum(c.confidence for c in cases)
    weighted = sum(c.confidence for c, hit in zip(cases, right, strict=True) if hit) / weight if weight else None
    return Rate(n, hits, hits / n, *wilson(hits, n), weighted)


def grouped(shares: Mapping[str, float], group: str) -> dict[str, float]:
    """Shares by the classes of a group; what adds up to less than one stays less than one."""
    out = dict.fromkeys(CLASSES[group], 0.0)
    for sourcing, share in shares.items():
        out[GROUPS[group](sourcing)] += share
    return out


def most_frequent(shares: Mapping[str, float]) -> str:
    """The sourcing with the largest share in the largest of the three ways; "" without shares."""
    ways = grouped(shares, "three_way")
    way = max(ways, key=lambda w: ways[w])
    inside = [s for s in SOURCINGS if three(s) == way]
    return max(inside, key=lambda s: shares.get(s, 0.0)) if ways[way] > 0 else ""


def brier_of(shares: Mapping[str, float], best: str, group: str) -> float:
    """The Brier score of one case."""
    return _off(grouped(shares, group), best, group)


def _off(by_class: Mapping[str, float], best: str, group: str) -> float:
    """How far shares by class lie from the label."""
    label = GROUPS[group](best)
    if group == "build_or_not":
        return (by_class["build"] - (label == "build")) ** 2
    return sum((share - (name == label)) ** 2 for name, share in by_class.items())


def brier(cases: Sequence[Scored], group: str, shares: Callable[[Scored], Mapping[str, float]] = lambda c: c.shares, *, weighted: bool = False) -> float | None:
    """Mean Brier score, each case counted once or by its confidence; None without cases."""
    weights = [c.confidence if weighted else 1.0 for c in cases]
    total = sum(weights)
    return sum(w * brier_of(shares(c), c.best, group) for c, w in zip(cases, weights, strict=True)) / total if total else None


def uniform(case: Scored) -> Mapping[str, float]:
    return dict.fromkeys(SOURCINGS, 1 / len(SOURCINGS))


def of_the_others(cases: Sequence[Scored]) -> Callable[[Scored], Mapping[str, float]]:
    """Shares of the labels among the cases of other organisations: knowing only the base rates."""

    def shares(case: Scored) -> Mapping[str, float]:
        others = [c.best for c in cases if _family(c) != _family(case)]
        return {s: others.count(s) / len(others) for s in SOURCINGS} if others else uniform(case)

    return shares


def _family(case: Scored) -> str:
    """Cases of one organisation stand or fall together."""
    return case.organisation.lower() or case.id


@dataclass(frozen=True)
class Bin:
    """Shares stated between two bounds: their mean, and how often the class was the best."""

    low: float
    high: float
    n: int
    stated: float | None
    came: float | None
    came_low: float | None
    came_high: float | None


def calibration(pairs: Iterable[tuple[float, bool]]) -> list[Bin]:
    """A table of stated shares against what came true; the last bin includes its upper bound."""
    every = list(pairs)
    out = []
    for low, high in pairwise(BINS):
        inside = [(p, hit) for p, hit in every if low <= p < high or (high == BINS[-1] and p == high)]
        n, hits = len(inside), sum(hit for _, hit in inside)
        if n == 0:
            out.append(Bin(low, high, 0, None, None, None, None))
        else:
            out.append(Bin(low, high, n, sum(p for p, _ in inside) / n, hits / n, *wilson(hits, n)))
    return out


def every_share(cases: Sequence[Scored], group: str) -> list[tuple[float, bool]]:
    """Each class's share of each case, and whether it was the best."""
    return [(min(max(share, 0.0), 1.0), name == GROUPS[group](c.best)) for c in cases for name, share in grouped(c.shares, group).items()]


def verdicts(cases: Sequence[Scored], group: str) -> list[tuple[float, bool]]:
    """The share of each ungated verdict's class, and whether it was the best."""
    return [(grouped(c.shares, group)[GROUPS[group](c.said["ungated"])], GROUPS[group](c.said["ungated"]) == GROUPS[group](c.best)) for c in cases if c.said["ungated"]]


def shrunk(shares: Mapping[str, float], weight: float, classes: Sequence[str], towards: Mapping[str, float] | None = None) -> dict[str, float]:
    """(1 - weight) x share + weight x what it goes towards: equal shares (knowing nothing) unless given."""
    return {name: (1 - weight) * shares.get(name, 0.0) + weight * (1 / len(classes) if towards is None else towards.get(name, 0.0)) for name in classes}


@dataclass(frozen=True)
class Shrink:
    """The weight that would have been best on all cases, the Brier score when every organisation's
    cases are shrunk with the weight best on the others', and the range of those weights.
    """

    weight: float
    cross_validated: float
    stated: float
    weights_low: float
    weights_high: float


def shrink(cases: Sequence[Scored], group: str, *, base_rates: bool = False) -> Shrink | None:
    """How much of the equal share, or of the base rates of other organisations' labels, makes the
    stated ones best, judged on organisations left out.
    """
    families = sorted({_family(c) for c in cases})
    if len(cases) < FEW or len(families) < 3:
        return None
    others = of_the_others(cases)
    table = {c.id: [_shrunk_brier(c, w, group, grouped(others(c), group) if base_rates else None) for w in WEIGHTS] for c in cases}

    def best(among: Sequence[Scored]) -> int:
        return min(range(len(WEIGHTS)), key=lambda i: (math.fsum(table[c.id][i] for c in among), i))

    chosen = {family: best([c for c in cases if _family(c) != family]) for family in families}
    judged = math.fsum(table[c.id][chosen[_family(c)]] for c in cases) / len(cases)
    stated = math.fsum(table[c.id][0] for c in cases) / len(cases)
    return Shrink(WEIGHTS[best(cases)], judged, stated, WEIGHTS[min(chosen.values())], WEIGHTS[max(chosen.values())])


def _shrunk_brier(case: Scored, weight: float, group: str, towards: Mapping[str, float] | None = None) -> float:
    return _off(shrunk(grouped(case.shares, group), weight, CLASSES[group], towards), case.best, group)
