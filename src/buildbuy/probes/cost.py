"""What a million requests cost on rented machines, from what a probe measured and what the catalog lists."""

from __future__ import annotations

from typing import Any

from buildbuy.catalog.load import Catalog

MACHINE = "aws/ec2/m5.large"
MILLION = 1e6


def per_million(core_seconds: float, catalog: Catalog, basis: str) -> dict[str, Any]:
    """USD for a million requests of `core_seconds` each: seconds x price of a vCPU-second / the share of its
    capacity that a machine is planned for. `basis` says what the seconds were read from. Assumes that a vCPU of
    the listed machine does what a core here does; nothing but processors is counted.
    """
    price, busy = catalog.prices[MACHINE], catalog.classes["utilisation"]
    page = catalog.source(f"prices:{MACHINE}", price.rate.source)
    a_second = price.rate.estimate.median / (price.vcpu or 1) / 3600
    low, middle, high = (busy.estimate.quantile(q) for q in (0.05, 0.5, 0.95))
    usd = [MILLION * core_seconds * a_second / share for share in (middle, high, low)]
    return {
        "usd": _three(usd[0]), "low": _three(usd[1]), "high": _three(usd[2]), "basis": basis, "core_ms": _three(core_seconds * 1000), "machine": price.name, "usd_per_hour": price.rate.estimate.median,
        "grade": price.rate.grade or page.grade, "source": page.url or "", "as_of": price.rate.as_of or page.as_of,
        "utilisation": [round(low, 2), round(high, 2)], "utilisation_grade": busy.grade or catalog.source("classes:utilisation", busy.source).grade,
    }  # fmt: skip


def _three(value: float) -> float:
    return float(f"{value:.3g}")
