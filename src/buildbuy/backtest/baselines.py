"""Rules a reader could follow without any model, given what the replay is given and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from buildbuy.backtest.reading import Reading

VERY_LARGE = 2.5  # scale position from which a case is XL; 0 is S, 3 is XL
SIMPLE = 0.5  # ... up to which it is S
DEMANDING = ("dynamic-batching", "multi-model", "gpu-serving", "autoscaling", "composition")  # parts of serving that a web framework lacks


def _asked(reading: Reading, key: str) -> set[Any]:
    needs = reading.profile["components"][reading.component]
    return {r[key] for r in needs["requirements"] if key in r}


def matrix(reading: Reading) -> str:
    """The article's matrix: buy, as a managed service first (W3); self-host where metadata may not
    leave (M1x); build a feature store for very large serving or residency (M2); a web framework for
    simple serving, an open engine for more (M3).
    """
    inside = bool(_asked(reading, "data_residency"))
    if reading.component == "feature-store":
        return "build" if inside or (reading.scale is not None and reading.scale >= VERY_LARGE) else "managed"
    if reading.component == "model-serving":
        simple = reading.scale is not None and reading.scale <= SIMPLE and not _asked(reading, "part") & set(DEMANDING)
        return "build" if simple else "self-host"
    return "self-host" if inside else "managed"


def by_scale(reading: Reading) -> str:
    """Build where figures of the time put it at XL, else run an open-source product."""
    return "build" if reading.scale is not None and reading.scale >= VERY_LARGE else "self-host"


BASELINES: Mapping[str, Callable[[Reading], str]] = {
    "always self-host": lambda reading: "self-host",
    "always managed": lambda reading: "managed",
    "always build": lambda reading: "build",
    "the framework's matrix": matrix,
    "build at XL by figures of the time, else self-host": by_scale,
}
