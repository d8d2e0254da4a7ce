"""Growth that fades: an annual rate that holds today and dies away with a time constant."""

from __future__ import annotations

import numpy as np

from buildbuy.quantities.estimate import Array

STEEPEST_FALL = -0.99


def faded(fade_months: Array, months: Array) -> Array:
    """Months (M, n) at today's rate that come to the same growth as `months` of a fading one."""
    when = months[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.isinf(fade_months), when, fade_months * -np.expm1(-when / fade_months))


def log_multiple(annual: Array, effective: Array) -> Array:
    """ln of how many times today's level a quantity has reached, for `faded` months (M, n).

    `annual` (n,) is the growth per year as it runs today (0.5 is +50%), `fade_months` (n,) the
    time constant with which the rate dies away (inf: it never does), `months` (M,) the time from
    today. Returns (M, n). The rate at month t is ln(1+annual)·exp(-t/fade) a year, so the level
    is exp(ln(1+annual)/12 · fade·(1 - exp(-t/fade))), which saturates. Rates below -99% a year (the
    tail of a belief that is normal) count as -99%.
    """
    return np.asarray(np.log1p(np.maximum(annual, STEEPEST_FALL)) / 12 * effective)
