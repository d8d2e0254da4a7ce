"""Valuing a component's actions: search draws settle variants, fallbacks and rules; fresh draws give
the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buildbuy.decide import information, policies
from buildbuy.decide.candidates import Candidate, candidates, fallbacks, without
from buildbuy.decide.outcome import MustCost
from buildbuy.decide.policies import Rule
from buildbuy.decide.switching import (
    Change,
    Lines,
    Running,
    begun,
    forced_exit,
    kept_total,
    running,
    static_lines,
    total,
)
from buildbuy.domain.problem import DEFER, NOTHING, Problem
from buildbuy.quantities.units import HOURS_PER_PERSON_MONTH
from buildbuy.questions import migration
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.endings import ending_month
from buildbuy.worlds.world import World

SEARCH_DRAWS, SEARCH_SHARE, SEARCH_LEAST = 2000, 4, 500  # a quarter of the draws chooses as well as 2,000 where more aren't valued either
CHUNK, BATCH = 2500, 10_000
Int = NDArray[np.int64]


@dataclass
class Plan:
    """What the search draws settled: variants, fallbacks and rules; the rest is valued afresh."""

    problem: Problem
    draws: Draws
    found: dict[str, Candidate]
    fallback: dict[str, str]
    rules: dict[str, Rule]
    means: dict[str, float]
    defer_to: str | None = None
    must_costs: tuple[MustCost, ...] = ()

    @property
    def feasible(self) -> list[str]:
        return [a for a, c in self.found.items() if c.feasible]


# -- search --------------------------------------------------------------------------------------


def search_draws(draws: int) -> int:
    """How many worlds choose variants and rules for a valuation on `draws` fresh ones."""
    return min(draws, SEARCH_DRAWS, max(draws // SEARCH_SHARE, SEARCH_LEAST))


def search(problem: Problem, n: int, seed: int) -> Plan:
    world = World(problem, Draws(problem.drivers, seed, "search", n))
    found = candidates(world, problem)
    fallback = fallbacks(problem, found)
    plan = Plan(problem, world.draws, found, fallback, {}, {})
    runnings = {a: running(world, c.option) for a, c in found.items()}
    incumbent = Running(world, problem.incumbent)
    ready: dict[str, Int] = {}
    for name in plan.feasible:
        plan.means[name], ready[name] = mean_cost(world, incumbent, runnings, fallback, name)
    plan.must_costs = cost_of_musts(world, problem, found, plan.means)
    if plan.means:
        material = materiality(problem, float(np.mean(world.value("labour"))))
        plan.rules = policies.search(world, {a: runnings[a] for a in plan.means}, ready, plan.means, material)
        known = problem.value_given or problem.wanted_month >= problem.settings.months  # within the horizon nothing is lost then
        if problem.wanted_stated and known and problem.incumbent.id == NOTHING and problem.wanted_month:
            plan.defer_to = min(plan.means, key=lambda a: (plan.means[a], a))
    world.memo.clear()  # what runs in it refers back to it
    return plan


def mean_cost(world: World, incumbent: Running, runnings: Mapping[str, Running], fallback: Mapping[str, str], name: str) -> tuple[float, Int]:
    """Mean cost of an action with its ending, without a later switch, and its cutover (n,)."""
    cost, s = kept_total(world, incumbent, runnings[name], runnings[fallback[name]] if name in fallback else None)
    return float(np.mean(cost)), s


def cost_of_musts(world: World, problem: Problem, found: Mapping[str, Candidate], means: Mapping[str, float]) -> tuple[MustCost, ...]:
    """For every must that makes the best dearer: the best without it, on the same draws. A vendor's own limit can't be
    given up: it is named only where nothing is left.
    """
    now = min(means.values(), default=None)
    no_musts = ("price",) if now is None else ("price", "limit")
    barring = {r.requirement for c in found.values() for r in c.option.reasons if r.bars and r.kind not in no_musts}
    musts = {r.text for r in problem.requirements if r.must and (r.kind == "part" or r.origin == "anticipated")}
    incumbent = Running(world, problem.incumbent)
    out = []
    for text in sorted(barring | musts):
        bars = tuple(a for a, c in found.items() if any(r.requirement == text and r.bars for r in c.option.reasons))
        relaxed = without(problem, text)
        free = candidates(world, relaxed, ignoring=text)
        runnings = {a: running(world, c.option) for a, c in free.items()}
        back = fallbacks(relaxed, free)
        costs = {a: mean_cost(world, incumbent, runnings, back, a)[0] for a, c in free.items() if c.feasible}
        if not costs:
            if now is None:
                out.append(MustCost(text, 0.0, "", 0.0, bars))
            continue
        best = min(costs, key=lambda a: (costs[a], a))
        saving = 0.0 if now is None else now - costs[best]
        if now is None or saving > 0.5:
            out.append(MustCost(text, saving, best, costs[best], bars))
    return tuple(out)


def materiality(problem: Problem, labour: float) -> float:
    """The smallest difference that counts, USD over the horizon: by default one person-week a
    year at the loaded cost of an hour (the opportunity multiplier is no part of it).
    """
    s = problem.settings
    return s.materiality_weeks * 40 * labour * s.months / 12


# -- values on fresh draws -----------------------------------------------------------------------


@dataclass
class Values:
    """What every action comes to: arrays (n,) filled chunk by chunk, and means where no more is asked for."""

    n: int
    lines: dict[str, dict[str, Array]] = field(default_factory=dict)
    cost: dict[str, Array] = field(default_factory=dict)
    policy: dict[str, Array] = field(default_factory=dict)
    cutover: dict[str, Array] = field(default_factory=dict)
    fixed: dict[str, float] = field(default_factory=dict)  # the part of the cost that the price of an hour leaves as it is
    policy_fixed: dict[str, float] = field(default_factory=dict)
    switched: dict[str, float] = field(default_factory=dict)
    exit: dict[str, float] = field(default_factory=dict)
    ends: dict[str, float] = field(default_factory=dict)
    in_use: dict[str, float] = field(default_factory=dict)
    team: dict[str, Array] = field(default_factory=dict)  # the price of an hour, today's scale, the payroll
    labour: dict[str, set[str]] = field(default_factory=dict)
    shared: dict[str, set[str]] = field(default_factory=dict)
    annuity: float = 0.0
    scores: dict[str, Array] = field(default_factory=dict)
    own: dict[str, tuple[Array, float]] = field(default_factory=dict)

    def keep(self, store: dict[str, Array], name: str, part: NDArray[Any], start: int) -> None:
        """Values of the draws from `start` on."""
        if name not in store:
            store[name] = np.zeros(self.n)
        store[name][start : start + len(part)] = part

    def keep_ledger(self, name: str, lines: Lines, cutover: Int, run: Running, incumbent: Running, start: int) -> None:
        """An action's lines (present values of the draws from `start` on), which of them are hours and which are
        shared, and its cutover; `run` is what is run in the end.
        """
        for line, value in lines.items():
            self.keep(self.lines.setdefault(name, {}), line, value, start)
        self.labour.setdefault(name, set()).update(run.flows.labour | _old_labour(incumbent))
        self.shared.setdefault(name, set()).update(run.flows.shared)
        self.keep(self.cutover, name, cutover, start)

    def mean(self, store: dict[str, float], name: str, part: NDArray[Any]) -> None:
        """A chunk's share of a mean over all draws."""
        store[name] = store.get(name, 0.0) + float(part.sum()) / self.n


def value(plan: Plan, draws: int, seed: int) -> Values:
    """Every action on fresh draws, chunk by chunk; drivers are sampled once for a batch of chunks."""
    problem, out = plan.problem, Values(draws)
    for start in range(0, draws, BATCH):
        n = min(BATCH, draws - start)
        whole = Draws(problem.drivers, seed, "value", start + n, start)
        for a in range(0, n, CHUNK):
            _value_chunk(plan, World(problem, whole.part(slice(a, min(a + CHUNK, n)))), out, start + a)
        if start == 0:
            first = whole.part(slice(0, min(n, information.DRAWS)))
            for name in sorted(whole.read):
                if not problem.drivers[name].estimate.is_exact:
                    out.scores[name] = first.score(name)
                    if problem.drivers[name].common is not None:
                        innovation, weight = whole.innovation(name)
                        out.own[name] = (innovation[: first.n], weight)
    return out


def _value_chunk(plan: Plan, world: World, out: Values, start: int) -> None:
    problem = plan.problem
    incumbent = Running(world, problem.incumbent)
    runnings = {a: Running(world, c.option) for a, c in plan.found.items()}
    out.keep(out.team, "hour", world.hour, start)
    out.keep(out.team, "scale", world.scale[0], start)
    out.keep(out.team, "payroll", world.value("ml_people") * world.value("labour") * HOURS_PER_PERSON_MONTH, start)
    out.annuity = float(world.discounted[-1])
    kept = {*plan.fallback.values(), *(rule.target for rule in plan.rules.values()), plan.defer_to}
    for name in plan.found:
        used = runnings[name] if name in kept else runnings.pop(name)  # its paths go once it is valued
        lines, s = static_lines(world, incumbent, used)
        labour = used.flows.labour | _old_labour(incumbent)
        static = Change(total(lines, world), total(lines, world, lambda line: line not in labour))  # noqa: B023
        back = plan.fallback.get(name)
        ending = forced_exit(used, s, runnings[back]) if back else Change.none(world.n)
        lines[lg.ENDING] = ending.cost
        out.keep_ledger(name, lines, s, used, incumbent, start)
        out.keep(out.cost, name, static.cost + ending.cost, start)
        out.mean(out.fixed, name, static.fixed + ending.fixed)
        over = np.minimum(ending_month(world, used.option), world.months)
        out.mean(out.ends, name, over < world.months)
        out.mean(out.in_use, name, world.discounted[np.maximum(over, s)] - world.discounted[s])
        leave = migration.exit_cost(world, used.option, runnings[back].option, 0) if back else np.zeros(world.n)
        out.mean(out.exit, name, leave)
        rule = plan.rules.get(name)
        if rule is not None and plan.found[name].feasible:
            target = runnings[rule.target]
            onward = plan.fallback.get(rule.target)
            cost, happens = policies.policy_cost(world, static, ending, used, s, rule, target, runnings[onward] if onward else None)
            out.keep(out.policy, name, cost.cost, start)
            out.mean(out.policy_fixed, name, cost.fixed)
            out.mean(out.switched, name, happens)
    if plan.defer_to is not None:
        later, onward = runnings[plan.defer_to], plan.fallback.get(plan.defer_to)
        lines, s = static_lines(world, incumbent, later, problem.wanted_month)
        taken = begun(world, s, problem.wanted_month)
        lines[lg.ENDING] = forced_exit(later, s, runnings[onward], taken).cost if onward else np.zeros(world.n)
        out.keep_ledger(DEFER, lines, s, later, incumbent, start)
        out.keep(out.policy, DEFER, total(lines, world), start)
        out.mean(out.switched, DEFER, taken)
        out.mean(out.ends, DEFER, taken & (ending_month(world, later.option) < world.months))


def _old_labour(incumbent: Running) -> set[str]:
    """Lines about leaving what runs today are hours, apart from its bills."""
    names = {lg.EXIT, lg.UNTIL, lg.DUAL}
    f = incumbent.flows
    if incumbent.option.id == NOTHING and f.labour:
        names.add(lg.WITHOUT)
    return names


