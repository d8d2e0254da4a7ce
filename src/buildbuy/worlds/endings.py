"""When products end. One event per owner: products of one owner end together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from buildbuy.domain.problem import Option
from buildbuy.worlds.draws import Array
from buildbuy.worlds.world import World

NEVER = 10_000
Int = NDArray[np.int64]


def ending_month(world: World, option: Option) -> Int:
    """Month (n,) in which the option stops running; NEVER where it outlives every horizon.

    The owner's event comes at a constant yearly hazard (exponential waiting time, one score per
    owner); the service runs on for the notice. A known end date of the option comes first if it
    is earlier.
    """
    key = f"ending:{option.owner}:{option.owner_kind}"
    if key not in world.memo:
        hazard = world.value(f"ending_{option.owner_kind}")
        score = world.draws.score(f"owner.{option.owner}")
        waiting = -np.log(ndtr(-score)) / hazard * 12
        notice = world.value("notice_vendor" if option.owner_kind in ("startup", "company", "hyperscaler") else "notice_open")
        world.memo[key] = np.minimum(np.ceil(waiting + notice), NEVER).astype(np.int64)
    months: Int = world.memo[key]
    return months if option.end_month is None else np.minimum(months, option.end_month)


def share_ending(world: World, option: Option) -> Array:
    """Whether (n,) the option ends within the horizon."""
    return np.asarray(ending_month(world, option) < world.months, dtype=np.float64)
