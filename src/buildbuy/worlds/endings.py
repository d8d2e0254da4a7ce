"""When products end. One event per owner: products of one owner end together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from buildbuy.domain.problem import Anticipated, Ceiling, Option
from buildbuy.worlds.world import World

NEVER = 10_000
Int = NDArray[np.int64]


def ending_month(world: World, option: Option) -> Int:
    """Month (n,) in which the option stops running; NEVER where it outlives every horizon.

    The owner's event comes at a constant yearly hazard (exponential waiting time, one score per
    owner); the service runs on for the notice. What is dormant already has had that event, and is
    left after the notice. A known end date of the option comes first if it is earlier; so does a
    quota that the load outgrows, and an anticipated requirement that the option can't meet, where
    it comes true.
    """
    key = f"ending:{option.owner}:{option.owner_kind}:{option.dormant}"
    if key not in world.memo:
        hazard = world.value(f"ending_{option.owner_kind}")
        score = world.draws.score(f"owner.{option.owner}")
        waiting = 0.0 if option.dormant else -np.log(ndtr(-score)) / hazard * 12
        notice = world.value("notice_vendor" if option.owner_kind in ("startup", "company", "hyperscaler") else "notice_open")
        world.memo[key] = np.minimum(np.ceil(waiting + notice), NEVER).astype(np.int64)
    months: Int = world.memo[key]
    if option.end_month is not None:
        months = np.minimum(months, option.end_month)
    for limit in option.limits:
        months = np.minimum(months, outgrown_month(world, limit))
    for one in option.anticipated:
        months = np.minimum(months, np.where(comes(world, one), one.month, NEVER))
    return months


def outgrown_month(world: World, limit: Ceiling) -> Int:
    """Month (n,) in which the load passes a quota that can't be raised; NEVER where it stays within."""
    above = world.level(limit.variable).path > limit.cap
    return np.where(above.any(axis=0), above.argmax(axis=0), NEVER).astype(np.int64)


def comes(world: World, one: Anticipated) -> NDArray[np.bool_]:
    """Where (n,) an anticipated requirement comes true."""
    return np.asarray(ndtr(world.draws.score(one.driver)) < one.probability)
