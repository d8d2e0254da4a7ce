"""Real systems that probes start: a light selection in `make test`, all of them in `make test-probes`."""

from __future__ import annotations

from typing import Any

import pytest

from buildbuy.probes import systems

LIGHT = {("fastapi", "tuned"), ("wandb", "default"), ("whylogs", "tuned"), ("joblib", "default")}
"""One each of four components: what is installed within seconds and done within a minute."""


def real(*names: str) -> list[Any]:
    """Parameters (name, profile) of these systems."""
    pairs = [(name, profile) for name in names for profile in systems.PROFILES]
    return [pytest.param(*pair, id="-".join(pair), marks=pytest.mark.slow if pair in LIGHT else pytest.mark.probes) for pair in pairs]
