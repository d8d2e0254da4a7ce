"""What carries the gap between the verdict and the runner-up: ledger lines, and behind each the
drivers that make its amount.
"""

from __future__ import annotations

from collections.abc import Mapping

from buildbuy.domain.problem import NOTHING, Driver, Option, Problem
from buildbuy.questions.ownership import ledger as lg

CARRIED = 0.8  # the share of the gap whose drivers count


def carriers(problem: Problem, chosen: Mapping[str, float], other: Mapping[str, float], one: Option, two: Option) -> tuple[Driver, ...]:
    """Drivers behind the ledger lines that carry 80% of what makes `two` dearer than `one`.

    `chosen` and `other` are the two ledgers' means by line; lines in favour of `two` don't count.
    """
    gaps = {line: other.get(line, 0.0) - chosen.get(line, 0.0) for line in {*chosen, *other}}
    whole = sum(max(g, 0.0) for g in gaps.values())
    found: dict[str, None] = {}
    so_far = 0.0
    for line in sorted(gaps, key=lambda x: (-gaps[x], x)):
        if so_far >= CARRIED * whole or gaps[line] <= 0:
            break
        so_far += gaps[line]
        for option in (two, one):
            if line in (other if option is two else chosen):
                found |= dict.fromkeys(behind(problem, line, option))
    return tuple(problem.drivers[name] for name in found if name in problem.drivers)


def behind(problem: Problem, line: str, option: Option) -> tuple[str, ...]:
    """The drivers that make a line's amount, apart from the price of an hour and the workload."""
    component, today = problem.component, problem.incumbent
    build = problem.build_estimate or f"{component}.build.production"
    upkeep = option.upkeep_given or option.upkeep_prior or f"{component}.build.upkeep"
    worth = f"{component}.value_monthly" if problem.value_given else f"{component}.value_share"
    table: dict[str, tuple[str | None, ...]] = {
        lg.OPERATIONS: (option.upkeep_given or option.operate,),
        lg.VENDOR: ("vendor.upkeep",),
        lg.GAPS: (option.gap, *option.should_gaps),
        lg.MISSING: tuple(problem.parts[p].gap_share for p in option.lived_without),
        lg.ADOPTION: (option.adopt,),
        lg.ONBOARDING: ("vendor.onboarding_effort",),
        lg.UPKEEP: (f"{component}.build.upkeep" if option.own_parts else upkeep,),
        lg.EXISTING: (upkeep,),
        lg.ANTICIPATED: (f"{component}.build.production",),
        lg.WITHOUT: (worth,),
        lg.EXIT: ("migrate.fixed",),
        lg.DUAL: ("migrate.dual_running",),
        lg.DUAL_MONEY: ("migrate.dual_running", "still_paid"),
        lg.ENDING: (f"ending_{option.owner_kind}",),
        "measured advantage": (problem.claim_value,),
    }
    if line in (lg.BILL, lg.MACHINES):
        return (option.bill_given,) if option.bill_given else tuple(b.rate for step in option.plan for b in step.bills)
    if line in (lg.UNTIL, lg.UNTIL_MONEY) and today.id != NOTHING:
        return behind(problem, lg.UPKEEP if today.existing_parts else lg.OPERATIONS, today)
    if line.startswith("own parts: "):
        return (build,)
    for need in option.needs:
        if line.startswith(f"shared: {need.name},"):
            return tuple(x for x in (need.operate, need.margin if need.exists else None) if x)
    return tuple(x for x in table.get(line, ()) if x)
