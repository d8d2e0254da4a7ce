"""Uncertain quantities: how people write a belief, and its inverse distribution function.

`"a to b"` is a 90% interval: lognormal when both ends are positive, normal otherwise. Also a
plain number, `{p10, p50, p90}`, `{min, mode, max}`, `{mean, sd}` (a normal), `{one_of: [...]}` (equally
likely readings) and `{samples: [...]}`. Inside the engine every estimate is a function of a standard normal
score, so that one stream of scores per driver serves every notation.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from buildbuy.errors import BadInput
from buildbuy.quantities import units

Array = NDArray[np.float64]
Z95 = 1.6448536269514722  # the standard normal's 95% point
Z90 = 1.2815515655446004
Z001 = -3.090232306167813  # its 0.1% point

Kind = Literal["exact", "lognormal", "normal", "split", "triangular", "one_of", "samples"]


@dataclass(frozen=True)
class Estimate:
    """A belief about one number, in a fixed unit.

    `kind` says how `points` are read: exact (v), lognormal and normal (5% and 95% points),
    split (p10, p50, p90: two half-normals that meet in the median, on the log scale where all
    are positive), triangular (min, mode, max), one_of and samples (the values).
    """

    kind: Kind
    points: tuple[float, ...]
    unit: str = ""

    def at(self, z: Array | float) -> Array:
        """Value at standard normal score `z` (any shape): the inverse distribution function."""
        score = np.asarray(z, dtype=np.float64)
        return _INVERSE[self.kind](self.points, score)

    def quantile(self, p: float) -> float:
        """Value below which the share `p` of the belief lies."""
        from scipy.special import ndtri

        return float(self.at(float(ndtri(p))))

    @property
    def is_exact(self) -> bool:
        return self.kind == "exact"

    @property
    def median(self) -> float:
        return float(self.at(0.0))

    @property
    def lowest(self) -> float:
        """The least value it takes; of a belief without a lower end, what one in a thousand lies below."""
        return float(self.at(Z001)) if self.kind in ("normal", "split") else min(self.points)

    def mean(self) -> float:
        """Expected value: closed form where there is one, else by 2,001 midpoint quantiles."""
        if self.kind == "exact":
            return self.points[0]
        if self.kind == "normal":
            return sum(self.points) / 2
        if self.kind == "lognormal":
            mu, sigma = log_parameters(*self.points)
            return math.exp(mu + sigma * sigma / 2)
        if self.kind in ("one_of", "samples", "triangular"):
            return sum(self.points) / len(self.points)
        from scipy.special import ndtri

        return float(np.mean(self.at(ndtri((np.arange(2001) + 0.5) / 2001))))

    def scaled(self, by: float, unit: str | None = None) -> Estimate:
        """The same belief times a positive constant, with another unit if given."""
        if by <= 0:
            raise ValueError("an estimate is scaled by a positive number")
        return Estimate(self.kind, tuple(p * by for p in self.points), self.unit if unit is None else unit)

    def __str__(self) -> str:
        tail = f" {self.unit}" if self.unit else ""
        if self.kind == "exact":
            return f"{brief(self.points[0])}{tail}"
        if self.kind in ("lognormal", "normal"):
            return f"{brief(self.points[0])} to {brief(self.points[1])}{tail}"
        if self.kind == "one_of":
            return " or ".join(brief(p) for p in self.points) + tail
        return f"{brief(self.quantile(0.05))} to {brief(self.quantile(0.95))}{tail}"


def log_parameters(low: float, high: float) -> tuple[float, float]:
    """Mean and sd of ln X for a lognormal with 5% and 95% points `low` and `high` (both > 0)."""
    mu = (math.log(low) + math.log(high)) / 2
    return mu, (math.log(high) - math.log(low)) / (2 * Z95)


def exact(value: float, unit: str = "") -> Estimate:
    return Estimate("exact", (float(value),), unit)


def interval(low: float, high: float, unit: str = "") -> Estimate:
    """The 90% interval from `low` to `high`: lognormal when both are positive, else normal."""
    if low == high:
        return exact(low, unit)
    return Estimate("lognormal" if low > 0 else "normal", (float(low), float(high)), unit)


def _exact(points: tuple[float, ...], z: Array) -> Array:
    return np.full_like(z, points[0])


def _lognormal(points: tuple[float, ...], z: Array) -> Array:
    mu, sigma = log_parameters(points[0], points[1])
    return np.exp(mu + sigma * z)


def _normal(points: tuple[float, ...], z: Array) -> Array:
    low, high = points
    return (low + high) / 2 + (high - low) / (2 * Z95) * z


def _split(points: tuple[float, ...], z: Array) -> Array:
    low, mid, high = points
    step = z / Z90
    if low > 0:
        ratio = np.where(z < 0, math.log(mid / low), math.log(high / mid))
        return mid * np.exp(ratio * step)
    return mid + np.where(z < 0, mid - low, high - mid) * step


def _triangular(points: tuple[float, ...], z: Array) -> Array:
    from scipy.special import ndtr

    low, mode, high = points
    u = ndtr(z)
    turn = (mode - low) / (high - low)
    rising: Array = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.asarray(np.where(u < turn, rising, falling))


def _one_of(points: tuple[float, ...], z: Array) -> Array:
    from scipy.special import ndtr

    values: Array = np.asarray(points, dtype=np.float64)
    return np.asarray(values[np.minimum((ndtr(z) * len(points)).astype(int), len(points) - 1)])


def _samples(points: tuple[float, ...], z: Array) -> Array:
    from scipy.special import ndtr

    values = np.sort(np.asarray(points))
    return np.asarray(np.interp(ndtr(z) * len(values) - 0.5, np.arange(len(values)), values))


_INVERSE = {
    "exact": _exact,
    "lognormal": _lognormal,
    "normal": _normal,
    "split": _split,
    "triangular": _triangular,
    "one_of": _one_of,
    "samples": _samples,
}

_NUMBER = r"[-+]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_SUFFIX = {"k": 1e3, "M": 1e6, "bn": 1e9}
_ONE = re.compile(rf"^\s*(?P<sign>[$€£])?\s*(?P<n>{_NUMBER})\s*(?P<s>k|M|bn)?(?=$|[\s%/$€£A-Za-z])\s*(?P<unit>.*)$")


def parse_number(text: str) -> tuple[float, str]:
    """A number and the unit behind it: "4.1k USD" is (4100.0, "USD").

    `k`, `M` and `bn` count only when they touch the number and no letter follows.
    """
    match = re.match(rf"^\s*(?P<c>[$€£])?\s*(?P<n>{_NUMBER})(?P<rest>.*)$", text, re.DOTALL)
    if not match:
        raise BadInput(f"`{text}` is not a number with a unit", hint="write it like `120 req/s` or `3 to 9 person_months`")
    rest, scale = match["rest"], 1.0
    for suffix, size in _SUFFIX.items():
        if rest.startswith(suffix) and not re.match(r"[A-Za-z]", rest[len(suffix) : len(suffix) + 1]):
            rest, scale = rest[len(suffix) :], size
            break
    value = float(match["n"].replace("_", "").replace(",", "")) * scale
    if not math.isfinite(value):
        raise BadInput(f"`{text}` is not a finite number")
    currency = {"$": "USD", "€": "EUR", "£": "GBP", None: ""}[match["c"]]
    tail = rest.strip()
    return value, f"{currency}{tail}" if not tail or tail.startswith("/") else f"{currency} {tail}".strip()


def parse(raw: object, expected: str, *, convert: Any = None) -> Estimate:
    """Read any notation into an Estimate in unit `expected`.

    `convert(unit) -> factor` translates a unit to the expected one; the default checks the
    dimension with pint and takes a bare number as being in the expected unit already.
    Raises BadInput with what was wrong; the caller adds file, line and key.
    """
    to = convert or (lambda unit: units.factor(unit, expected) if unit else 1.0)
    if isinstance(raw, bool) or raw is None:
        raise BadInput(f"`{raw}` is not a quantity", hint=f"give a number in {expected or 'no unit'}, or a range like `2 to 5`")
    if isinstance(raw, int | float):
        if not math.isfinite(raw):
            raise BadInput(f"`{raw}` is not a finite number")
        return exact(float(raw), expected)
    if isinstance(raw, str):
        return _parse_text(raw, expected, to)
    if isinstance(raw, Mapping):
        return _parse_mapping(raw, expected, to)
    raise BadInput(f"`{raw}` is not a quantity")


def _parse_text(raw: str, expected: str, to: Any) -> Estimate:
    either = [parse_number(x) for x in re.split(r"\s+or\s+", raw.strip())]
    if len(either) > 1:
        return Estimate("one_of", tuple(v * to(unit or either[-1][1]) for v, unit in either), expected)
    parts = re.split(r"\s+to\s+|\s*\.\.\.?\s*|\s*…\s*", raw.strip())
    if len(parts) == 1:
        value, unit = parse_number(parts[0])
        return exact(value * to(unit), expected)
    if len(parts) != 2:
        raise BadInput(f"`{raw}` is not a range", hint="a range has two ends: `2 to 5 ms`")
    (low, low_unit), (high, high_unit) = parse_number(parts[0]), parse_number(parts[1])
    if high_unit.startswith(low_unit):  # "50% to 150% per year", "$300 to $500 per month"
        low_unit = high_unit
    low_value, high_value = low * to(low_unit), high * to(high_unit or low_unit)
    if low_value > high_value:
        raise BadInput(f"`{raw}`: the range runs backwards", why="the low end comes first")
    if low_value == 0 and high_value > 0:
        low_value = high_value / 1e3  # a range from zero: an open lower end, not a normal with negative values
    return interval(low_value, high_value, expected)


def _parse_mapping(raw: Mapping[Any, Any], expected: str, to: Any) -> Estimate:
    keys = set(raw)

    def numbers(*names: str) -> tuple[float, ...]:
        out = []
        for name in names:
            one = parse(raw[name], expected, convert=to)
            if not one.is_exact:
                raise BadInput(f"`{name}` must be one number")
            out.append(one.points[0])
        return tuple(out)

    if keys == {"p10", "p50", "p90"}:
        points = numbers("p10", "p50", "p90")
        if not points[0] <= points[1] <= points[2]:
            raise BadInput("p10, p50 and p90 must rise")
        return exact(points[1], expected) if points[0] == points[2] else Estimate("split", points, expected)
    if keys == {"min", "mode", "max"}:
        points = numbers("min", "mode", "max")
        if not points[0] <= points[1] <= points[2]:
            raise BadInput("min, mode and max must rise")
        return exact(points[0], expected) if points[0] == points[2] else Estimate("triangular", points, expected)
    if keys == {"mean", "sd"}:
        mean, sd = numbers("mean", "sd")
        if sd < 0:
            raise BadInput("an sd is not negative")
        return exact(mean, expected) if sd == 0 else Estimate("normal", (mean - Z95 * sd, mean + Z95 * sd), expected)
    for name in ("one_of", "samples"):
        if keys == {name} and isinstance(raw[name], list | tuple) and raw[name]:
            values = tuple(parse(v, expected, convert=to).points[0] for v in raw[name])
            return Estimate(name, values, expected)
    raise BadInput(
        f"`{', '.join(map(str, raw))}` is not a way to write an estimate",
        hint="use a number, `a to b`, {p10, p50, p90}, {min, mode, max}, {mean, sd}, {one_of: [...]} or {samples: [...]}",
    )


def brief(value: float) -> str:
    """Three significant digits, whole from a thousand on."""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
