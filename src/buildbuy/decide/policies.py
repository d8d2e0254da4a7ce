"""Policies: a first action and the rule for a later one.

A rule starts work on another option when a workload passes a threshold, or, once, after some
months, when what was learned (gap hours, bill, care hours) exceeds one. The rule of a first action
is the one of lowest mean on search draws; it must beat staying put on fresh draws by more than
materiality and the noise (`pays`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from buildbuy.decide.switching import Change, Running, forced_exit, switch
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array
from buildbuy.worlds.endings import ending_month
from buildbuy.worlds.flow import Flow
from buildbuy.worlds.world import World

Int = NDArray[np.int64]
LOOK_AFTER = (6, 12, 24)
QUANTILES = np.linspace(0.05, 0.95, 19)
CROSSINGS = (1.5, 3.0, 8.0)
FIRST_ACTIONS, TARGETS = 5, 3
SURE = 4.0  # standard errors: many rules of many actions are looked at


@dataclass(frozen=True)
class Rule:
    """Start work on `target` when `metric` exceeds `value`: at the first month it does (workload),
    or only if it does when looked at after `after_months` (learning).
    """

    target: str
    kind: Literal["workload", "learning"]
    metric: str
    value: float
    unit: str
    after_months: int


def metric(world: World, running: Running, name: str) -> Flow:
    """What a rule looks at, for an option in use."""
    if name == "gap_hours":
        return world.users * lg.gap_hours(world, running.option)
    if name == "monthly_bill":
        return running.calendar(lg.BILL) or running.calendar(lg.MACHINES) or Flow(world, {})
    if name == "care_hours":
        care = running.calendar(lg.OPERATIONS) or Flow(world, {})
        return (care if running.flows.upkeep is None else care + running.flows.upkeep) / world.hour
    return world.level(name)


def seen(world: World, running: Running, name: str, month: Int) -> Array:
    """What a rule sees (n,) when it looks in a month."""
    if name == "bill_per_unit":
        load = world.level(world.problem.break_even[0]).at(month)
        return np.asarray(metric(world, running, "monthly_bill").at(month) / np.maximum(load, 1e-9))
    return metric(world, running, name).at(month)


UNITS = {"gap_hours": "person_hour/month", "monthly_bill": "USD/month", "care_hours": "person_hour/month"}


def unit_of(world: World, metric: str) -> str:
    """The unit of what a learning rule looks at."""
    if metric != "bill_per_unit":
        return UNITS[metric]
    unit = world.problem.variables[world.problem.break_even[0]].unit
    return f"USD/month/({unit})" if "/" in unit else f"USD/({unit}*month)"


def begins(world: World, running: Running, rule: Rule, ready: Int) -> Int:
    """Month (n,) in which the rule starts the work; the horizon where it never does."""
    never = world.months
    if rule.kind == "learning":
        look = np.maximum(ready, 0) + rule.after_months
        found = seen(world, running, rule.metric, look)
        return np.where((found > rule.value) & (look < never), look, never).astype(np.int64)
    above = metric(world, running, rule.metric).path > rule.value
    first = np.where(above.any(axis=0), above.argmax(axis=0), never)
    return np.where(first < never, np.maximum(first, ready), never).astype(np.int64)


def policy_cost(
    world: World,
    static: Change,
    ending: Change,
    first: Running,
    ready: Int,
    rule: Rule,
    target: Running,
    target_fallback: Running | None,
) -> tuple[Change, NDArray[np.bool_]]:
    """Present value (n,) of a first action with a rule, and where the switch happens.

    `static` is the first action without endings, `ending` what its own ending adds. Where its
    owner ends it before the cutover, the forced exit comes instead of the switch; where the
    target has ended by then, there is nothing to switch to.
    """
    t = begins(world, first, rule, ready)
    s = np.minimum(t + target.lead(np.minimum(t, world.months - 1)), world.months)
    ended = ending_month(world, first.option) <= s
    gone = ending_month(world, target.option) <= s
    t = np.where(ended | gone, world.months, t).astype(np.int64)
    happens = (t < world.months) & (s < world.months)
    change = switch(first, ready, target, t)
    onward = Change.none(world.n) if target_fallback is None else forced_exit(target, s, target_fallback, happens)
    cost = static.cost + np.where(happens, change.cost + onward.cost, ending.cost)
    return Change(cost, static.fixed + np.where(happens, change.fixed + onward.fixed, ending.fixed)), happens


def search(
    world: World,
    runnings: dict[str, Running],
    ready: dict[str, Int],
    means: dict[str, float],
    materiality: float,
) -> dict[str, Rule]:
    """The best rule of each promising first action, on search draws.

    Only the cheapest first actions can gain enough, and only the cheapest others are targets.
    """
    order = sorted(means, key=lambda a: (means[a], a))
    rules: dict[str, Rule] = {}
    for name in order[:FIRST_ACTIONS]:
        first = runnings[name]
        best: tuple[float, Rule] | None = None
        targets = [o for o in order if o != name and o not in ("stay", "extend") and not _same_engine(first, runnings[o])][:TARGETS]
        for other in targets:
            for gain, rule in _rules(world, first, runnings[other], ready[name], other, materiality):
                if gain > materiality and (best is None or gain > best[0]):
                    best = (gain, rule)
        if best is not None:
            rules[name] = best[1]
    return rules


def pays(cost: Array, policy: Array, materiality: float) -> bool:
    """Whether a first action's cost with its rule (n,) lies below that without, on draws that the rule was not
    chosen on, by more than materiality and than four standard errors of the difference.
    """
    gain = cost - policy
    return bool(gain.mean() > max(materiality, SURE * gain.std() / np.sqrt(len(gain))))


def _same_engine(one: Running, other: Running) -> bool:
    a, b = one.option, other.option
    return a.system is not None and a.system == b.system and a.engine_sourcing == b.engine_sourcing


def _rules(world: World, first: Running, target: Running, ready: Int, name: str, materiality: float) -> list[tuple[float, Rule]]:
    """Every rule for one first action and target, with its gain. A look at which even switching in
    just the right draws would not gain enough is not pursued.
    """
    found: list[tuple[float, Rule]] = []
    hopeful = False
    for after in LOOK_AFTER:
        if after >= world.months - 3:
            continue
        look = np.minimum(ready + after, world.months).astype(np.int64)
        change = switch(first, ready, target, look).cost
        if -np.minimum(change, 0).mean() <= materiality:
            continue
        hopeful = True
        for what in ("gap_hours", "monthly_bill", "bill_per_unit", "care_hours"):
            then = seen(world, first, what, look)
            if np.ptp(then) == 0:
                continue
            thresholds = np.quantile(then, QUANTILES)
            gains = -np.where(then[:, None] > thresholds, change[:, None], 0.0).mean(axis=0)
            k = int(np.argmax(gains))
            found.append((float(gains[k]), Rule(name, "learning", what, _round(thresholds[k]), unit_of(world, what), after)))
    for variable in world.problem.break_even if hopeful else ():
        start = float(np.median(world.start(variable)))
        found += crossings(world, first, target, ready, name, variable, [_round(start * times) for times in CROSSINGS])
    return found


def crossings(world: World, first: Running, target: Running, ready: Int, name: str, variable: str, thresholds: Iterable[float]) -> list[tuple[float, Rule]]:
    """A rule for each threshold of a workload, with its gain."""
    rules = [Rule(name, "workload", variable, value, world.problem.variables[variable].unit, 0) for value in thresholds]
    return [(-float(switch(first, ready, target, begins(world, first, rule, ready)).cost.mean()), rule) for rule in rules]


def _round(value: float) -> float:
    return float(f"{value:.2g}")
