"""Question 4: what leaving costs. Counted from the repository when scanned, else from the
reference class. It enters through switches, forced exits and tie-breaks, never as a penalty.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from buildbuy.domain.problem import NOTHING, Option
from buildbuy.questions.ownership.ledger import overrun
from buildbuy.worlds.draws import Array
from buildbuy.worlds.world import World

Int = NDArray[np.int64]


def exit_hours(world: World, leaving: Option, to: Option, month: Int | int, used: Int | int | None = None) -> Array:
    """Hours (n,) of moving from one option to another in `month`, after `used` months in use (None: long
    enough): fixed work, learning, and per unit of every surface. Surfaces that follow an API survive a
    move inside it. Of what runs today, what was counted in the code takes the place of call sites at one
    prior, and names of its API of learning; the counts grow as call sites do.
    """
    if stays_put(leaving, to):
        return np.zeros(world.n)
    given = world.problem.migrate_estimate
    if given is not None and leaving.incumbent:
        return world.value(given) * overrun(world, given)
    same_api = leaving.api is not None and leaving.api == to.api
    hours = world.effort_at("migrate.fixed", month)
    counted = world.problem.counted if leaving.incumbent else ()
    efforts = {c.effort for c in counted}
    calls = "leave.api_name" in efforts
    if not same_api and not calls:
        hours = hours + world.effort_at("migrate.learning", month)
    for one in counted:
        if not (same_api and one.survives_same_api):
            growth = world.growth(world.problem.variables["call_sites"].growth).at(month)
            hours = hours + world.value(one.count) * growth * world.effort_at(one.effort, month) * one.per_unit
    for surface in world.problem.exit:
        if (same_api and surface.survives_same_api) or (calls and surface.variable == "call_sites"):
            continue
        units = world.level(surface.variable).at(month)
        if surface.times is not None:
            times = world.level(surface.times).at(month)
            filling = surface.fills and used is not None and world.problem.incumbent.id == NOTHING
            units = units * (np.minimum(times, np.asarray(used) / 12) if filling else times)
        per_unit = world.effort_at(surface.effort, month) * surface.per_unit
        hours = hours + units * per_unit
    return np.asarray(hours)


def stays_put(leaving: Option, to: Option) -> bool:
    """Whether nothing has to be moved: there was nothing, or the engine stays the same. A contract stays owed."""
    if leaving.id in (NOTHING, to.id) or to.extends:
        return True
    return leaving.system is not None and leaving.system == to.system and leaving.engine_sourcing == to.engine_sourcing


def exit_cost(world: World, leaving: Option, to: Option, month: Int | int, used: Int | int | None = None) -> Array:
    """Price (n,) of the hours of moving; see `exit_hours`."""
    return np.asarray(exit_hours(world, leaving, to, month, used) * world.hour)


def dual_months(world: World, leaving: Option, to: Option, month: Int | int) -> Int:
    """Months (n,) in which the old option still runs beside the new one."""
    if stays_put(leaving, to):
        return np.zeros(world.n, dtype=np.int64)
    return np.asarray(np.rint(world.effort_at("migrate.dual_running", month)), dtype=np.int64)
