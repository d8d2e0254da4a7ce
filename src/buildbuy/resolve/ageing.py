"""Facts age: an older fact is less certain, not different. Widening keeps the mean."""

from __future__ import annotations

import math

from buildbuy.catalog.freshness import age_months
from buildbuy.domain.grades import Grade
from buildbuy.quantities.estimate import Z95, Estimate, log_parameters

PRICE_SD_PER_ROOT_YEAR = 0.10  # assumed: list prices drift apart by about 10% in a year
SECOND_HAND_SD = 0.05  # assumed: a figure quoted by someone else may have been misread


def aged_price(estimate: Estimate, as_of: str, now: str, grade: Grade, last_verified: str | None = None, *, undated: bool = False) -> Estimate:
    """The belief in a price once read: wider with age and if second-hand, with the same mean."""
    variance = PRICE_SD_PER_ROOT_YEAR**2 * age_months(as_of, now, last_verified, undated=undated) / 12
    if grade == "secondary":
        variance += SECOND_HAND_SD**2
    return widened(estimate, variance)


def widened(estimate: Estimate, variance: float) -> Estimate:
    """Add `variance` to the log of a positive estimate, keeping its mean.

    Exact and lognormal estimates become lognormal; other notations say already how wide they are.
    """
    if variance <= 0:
        return estimate
    if estimate.kind == "exact" and estimate.points[0] > 0:
        mu, sigma2 = math.log(estimate.points[0]), 0.0
    elif estimate.kind == "lognormal":
        mu, sigma = log_parameters(*estimate.points)
        sigma2 = sigma * sigma
    else:
        return estimate
    wide = math.sqrt(sigma2 + variance)
    centre = mu - variance / 2
    return Estimate("lognormal", (math.exp(centre - Z95 * wide), math.exp(centre + Z95 * wide)), estimate.unit)
