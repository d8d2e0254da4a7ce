"""What a price plan charges for a workload: USD a month, before discounting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from buildbuy.domain.problem import Bill, Need, Option, PlanStep
from buildbuy.worlds.flow import Flow, total_of
from buildbuy.worlds.world import Int, World


def with_own_scope(names: Mapping[str, object], option: Option) -> Option:
    """The option with charges that know of its own parts: one that replaces a name in them (own
    autoscaling pays for headroom, not for the peak) does so as a covered one would.
    """
    changing = {k.partition(".")[0].removeprefix("+") for k in names if k.startswith("+")}
    own = next((p for p in (*option.own_parts, *option.existing_parts) if p in changing), None)
    if own is None:
        return option
    steps = tuple(replace(s, bills=tuple(replace(b, scope=f"{b.scope.partition('+')[0]}+{own}") for b in s.bills)) for s in option.plan)
    return replace(option, plan=steps)


def tiered(quantity: Any, tiers: tuple[tuple[float, float], ...]) -> Any:
    """Quantity in units of the base rate: what lies above each tier counts `times`."""
    total = quantity
    previous = 1.0
    for above, times in tiers:
        total = total + np.maximum(quantity - above, 0.0) * (times - previous)
        previous = times
    return total


def charge(world: World, bill: Bill) -> Flow:
    """USD a month of one charge: rate x (quantity beyond what is included)."""
    env = {name: world.named(name, bill.scope) for name in bill.quantity.names}
    keys = {name: world.meaning(name, bill.scope) for name in bill.quantity.names}
    quantity = bill.quantity.value_once(env, keys, world.memo.setdefault("quantities", {}))
    if bill.included:
        quantity = np.maximum(quantity - bill.included, 0.0)
    if bill.tiers:
        quantity = tiered(quantity, bill.tiers)
    rate = world.value(bill.rate) * bill.to_usd_month
    if bill.regional:
        rate = rate * world.value(bill.regional)
    return world.flow(quantity * rate)


def charges(world: World, bills: tuple[Bill, ...]) -> Flow:
    """Sum of charges, USD a month, each with the drift of its kind of price."""
    alike: dict[str, list[Flow]] = {}
    for bill in bills:
        alike.setdefault(bill.drift, []).append(charge(world, bill))
    return total_of(world, [total_of(world, alike[drift]).gathered() * world.drift(drift) for drift in sorted(alike)])


def admitted(world: World, step: PlanStep) -> Any:
    """Where (M, n) the workload fits the plan's caps."""
    inside: Any = True
    for variable, cap in step.admits.items():
        inside = inside & (world.level(variable).path <= cap)
    return inside


def plan_bill(world: World, ladder: tuple[PlanStep, ...]) -> Flow:
    """Bill, USD a month: each month the first plan of the ladder that admits the workload; the last
    plan stands where none does.
    """
    total: Flow | None = None
    left: Any = True  # months and draws that no plan so far admits
    for step in ladder:
        cost = charges(world, step.bills)
        if step.minimum is not None:
            cost = world.flow(np.maximum(cost.path, world.value(step.minimum)))
        total = cost if total is None else world.flow(np.where(left, cost.path, total.path))
        left = left & ~np.asarray(admitted(world, step))
        if not np.any(left):
            break
    assert total is not None
    return total


def unpriced_share(world: World, ladder: tuple[PlanStep, ...]) -> float:
    """Share of months and draws that fall on a plan whose price nobody publishes."""
    priced: Any = ladder[-1].priced
    for step in reversed(ladder[:-1]):
        priced = np.where(admitted(world, step), step.priced, priced)
    return float(1 - np.mean(priced))


def need_cost(world: World, need: Need, machine: bool) -> Flow:
    """USD a month of a piece of infrastructure: its machines, or the labour to run it.

    What exists already costs its margin only.
    """
    key = f"need:{need.id}:{machine}"
    if key not in world.memo:
        share = world.value(need.margin) if need.exists else 1.0
        if machine:
            path = charges(world, need.bills)
        else:
            path = world.effort(need.operate) * world.hour if need.operate is not None else Flow(world, {})
        world.memo[key] = path * share
    found: Flow = world.memo[key]
    return found


def grant(world: World, option: Option) -> float:
    """The start-up credits an option can use: those of its cloud; what you run yourself runs where
    the credits are.
    """
    credits = world.problem.credits
    if option.cloud is not None or option.engine_sourcing == "managed":
        return credits.get(option.cloud or "", 0.0)
    return max(credits.values(), default=0.0)


def credit(world: World, option: Option, bill: Flow, start: Int) -> Flow:
    """What start-up credits take off, negative, from the month `start` (n,) in which the option is
    first used until they are used up.
    """
    billed = bill.path * (world.when[:, None] >= start)
    used = np.minimum(np.cumsum(billed, axis=0), grant(world, option))
    return world.flow(-np.diff(used, axis=0, prepend=0.0))
