"""A product that is dormant already doesn't wait for its class's chance of going dormant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import synthetic

from buildbuy.catalog.load import load
from buildbuy.domain.profile import Profile
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.endings import ending_month
from buildbuy.worlds.world import World


def test_what_is_dormant_is_left_after_the_notice() -> None:
    alive = synthetic.self_hosted("alpha")
    dormant = replace(alive, dormant=True)
    problem = synthetic.problem([alive], hazard=1e-9)
    world = World(problem, Draws(problem.drivers, 3, "value", 200))
    assert (ending_month(world, alive) > world.months).all()
    assert ending_month(world, dormant) == pytest.approx(np.ceil(world.value("notice_open")))
    known = replace(dormant, end_month=4)
    assert (ending_month(world, known) == 4).all()


@pytest.mark.parametrize(
    ("system", "component", "as_of", "dormant"),
    [
        ("nannyml", "monitoring", "2026-11", True),
        ("nannyml", "monitoring", "2025-06", False),
        ("whylogs", "monitoring", "2026-11", True),
        ("aim", "experiment-tracking", "2026-11", True),
        ("aim", "experiment-tracking", "2025-04", False),
        ("kserve", "model-serving", "2026-11", False),
        ("evidently", "monitoring", "2026-11", False),
    ],
)
def test_dormant_by_the_events_known_then(system: str, component: str, as_of: str, dormant: bool) -> None:
    problem = resolve(Profile.model_validate({"components": {component: {}}}), component, load(), as_of=as_of)
    found = [o for o in problem.options if o.system == system]
    assert found and all(o.dormant == dormant for o in found)
