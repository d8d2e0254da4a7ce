"""Question 1: is the component itself an advantage? A claim of value a month that only control can
bring. Measured, it is a line of every option with own parts; stated, it stays out of the costs and
only says what building would have to earn.
"""

from __future__ import annotations

from buildbuy.domain.problem import Option
from buildbuy.worlds.flow import Flow
from buildbuy.worlds.world import World


def brings_advantage(world: World, option: Option) -> bool:
    """Whether an option brings a claimed advantage: it is measured, and the option has own parts."""
    problem = world.problem
    return problem.claim_value is not None and problem.claim_measured and option.sourcing in ("build", "hybrid")


def advantage(world: World) -> Flow:
    """The measured advantage as a negative cost, USD a month."""
    claim = world.problem.claim_value
    assert claim is not None
    return world.flow(-world.value(claim))


def required_monthly(build: float, other: float, annuity: float) -> float:
    """What building must earn a month beyond the best alternative, USD: the difference of two mean
    present costs over the mean present value of one USD a month while the build is in use.
    """
    return (build - other) / annuity


def chance_needed(monthly: float, claimed: float) -> float | None:
    """The chance a stated claim (USD a month) must have of being true for building to win."""
    return monthly / claimed if claimed > 0 else None
