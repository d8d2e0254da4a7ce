"""Decide one component: one rule, lowest mean present cost among what may be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from buildbuy.decide import information, policies
from buildbuy.decide.break_even import BreakEven, break_even
from buildbuy.decide.candidates import Candidate, candidates, fallbacks, total
from buildbuy.decide.outcome import (
    ActionResult,
    LedgerLine,
    MustCost,
    Outcome,
    RequiredAdvantage,
    Spread,
)
from buildbuy.decide.policies import Rule
from buildbuy.decide.switching import Running, forced_exit, static_lines, switch
from buildbuy.domain.grades import Standing
from buildbuy.domain.problem import DEFER, NOTHING, Driver, Option, Problem
from buildbuy.questions import migration
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array, Draws
from buildbuy.worlds.endings import ending_month
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import HOURS_PER_PERSON_MONTH, World

SEARCH_DRAWS = 2000
CHUNK = 2500
HORIZONS = (12, 36, 60)
HORIZON_DRAWS = 500
ADVANTAGE = "measured advantage"
Int = NDArray[np.int64]


@dataclass
class Plan:
    """What the search draws settled: variants, fallbacks and rules; the rest is valued afresh."""

    problem: Problem
    found: dict[str, Candidate]
    fallback: dict[str, str]
    rules: dict[str, Rule]
    means: dict[str, float]
    defer_to: str | None = None

    @property
    def feasible(self) -> list[str]:
        return [a for a, c in self.found.items() if c.feasible]


def decide(problem: Problem, *, draws: int = 10_000, seed: int = 0) -> Outcome:
    """The outcome for one component. Deterministic in (problem, draws, seed)."""
    plan = _search(problem, min(SEARCH_DRAWS, draws), seed)
    values = _value(plan, draws, seed)
    return _judge(plan, values, draws, seed)


# -- search --------------------------------------------------------------------------------------


def _search(problem: Problem, n: int, seed: int) -> Plan:
    world = World(problem, Draws(problem.drivers, seed, "search", n))
    found = candidates(world, problem)
    fallback = fallbacks(problem, found)
    plan = Plan(problem, found, fallback, {}, {})
    runnings = {a: Running(world, c.option) for a, c in found.items()}
    incumbent = Running(world, problem.incumbent)
    ready: dict[str, Int] = {}
    for name in plan.feasible:
        lines, s = static_lines(world, incumbent, runnings[name])
        ready[name] = s
        ending = forced_exit(runnings[name], s, runnings[fallback[name]]) if name in fallback else 0.0
        plan.means[name] = float(np.mean(total(lines) + ending - _advantage(world, runnings[name].option, s)))
    if plan.means:
        material = materiality(problem, float(np.mean(world.hour)))
        plan.rules = policies.search(world, {a: runnings[a] for a in plan.means}, ready, plan.means, material)
        if problem.wanted_stated and problem.value_given and problem.incumbent.id == NOTHING and problem.wanted_month:
            plan.defer_to = min(plan.means, key=lambda a: (plan.means[a], a))
    return plan


def materiality(problem: Problem, hour: float) -> float:
    """The smallest difference that counts, USD over the horizon: by default one loaded
    person-week a year.
    """
    s = problem.settings
    return s.materiality_weeks * 40 * hour * s.months / 12


def _advantage(world: World, option: Option, s: Int) -> Array | float:
    """Present value (n,) of a measured advantage that only control brings, from the cutover on."""
    problem = world.problem
    if problem.claim_value is None or not problem.claim_measured or not controlled(option):
        return 0.0
    months = world.discounted[-1] - world.discounted[np.minimum(s, world.months)]
    return np.asarray(world.value(problem.claim_value) * months)


def controlled(option: Option) -> bool:
    """Whether the option has own parts, and so can bring what only control brings."""
    return option.sourcing in ("build", "hybrid")


# -- values on fresh draws -----------------------------------------------------------------------


@dataclass
class Values:
    """Arrays (draws,) per action, collected chunk by chunk."""

    lines: dict[str, dict[str, list[Array]]] = field(default_factory=dict)
    cost: dict[str, list[Array]] = field(default_factory=dict)
    policy: dict[str, list[Array]] = field(default_factory=dict)
    switched: dict[str, list[Array]] = field(default_factory=dict)
    cutover: dict[str, list[Array]] = field(default_factory=dict)
    monthly: dict[str, list[Array]] = field(default_factory=dict)
    exit: dict[str, list[Array]] = field(default_factory=dict)
    ends: dict[str, list[Array]] = field(default_factory=dict)
    labour: dict[str, set[str]] = field(default_factory=dict)
    shared: dict[str, set[str]] = field(default_factory=dict)
    hour: list[Array] = field(default_factory=list)
    scale: list[Array] = field(default_factory=list)
    payroll: list[Array] = field(default_factory=list)
    annuity: float = 0.0
    scores: dict[str, list[Array]] = field(default_factory=dict)


def _value(plan: Plan, draws: int, seed: int) -> Values:
    problem, out = plan.problem, Values()
    sampled: list[str] = []
    for start in range(0, draws, CHUNK):
        stop = min(start + CHUNK, draws)
        world = World(problem, Draws(problem.drivers, seed, "value", stop, start))
        _value_chunk(plan, world, out)
        if start == 0:
            sampled = [n for n in sorted(world.draws.read) if not problem.drivers[n].estimate.is_exact]
        if start < information.DRAWS:
            for name in sampled:
                out.scores.setdefault(name, []).append(world.draws.score(name))
    return out


def _value_chunk(plan: Plan, world: World, out: Values) -> None:
    problem = plan.problem
    incumbent = Running(world, problem.incumbent)
    runnings = {a: Running(world, c.option) for a, c in plan.found.items()}
    out.hour.append(world.hour)
    out.scale.append(world.scale[0])
    out.payroll.append(world.value("ml_people") * world.value("labour") * HOURS_PER_PERSON_MONTH)
    out.annuity = float(world.discounted[-1])
    for name, running in runnings.items():
        lines, s = static_lines(world, incumbent, running)
        advantage = _advantage(world, running.option, s)
        if not isinstance(advantage, float):
            lines[ADVANTAGE] = -advantage
        static = total(lines)
        back = plan.fallback.get(name)
        ending: Array = forced_exit(running, s, runnings[back]) if back else np.zeros(world.n)
        lines[lg.ENDING] = ending
        kept = out.lines.setdefault(name, {})
        for line, value in lines.items():
            kept.setdefault(line, []).append(value)
        out.cost.setdefault(name, []).append(static + ending)
        out.cutover.setdefault(name, []).append(s.astype(np.float64))
        out.labour.setdefault(name, set()).update(running.flows.labour | _old_labour(incumbent))
        out.shared.setdefault(name, set()).update(running.flows.shared)
        out.ends.setdefault(name, []).append((ending_month(world, running.option) < world.months).astype(np.float64))
        leave = migration.exit_cost(world, running.option, runnings[back].option, 0) if back else np.zeros(world.n)
        out.exit.setdefault(name, []).append(leave)
        rule = plan.rules.get(name)
        if rule is not None and plan.found[name].feasible:
            target = runnings[rule.target]
            onward = plan.fallback.get(rule.target)
            cost, happens = policies.policy_cost(world, static, ending, running, s, rule, target, runnings[onward] if onward else None)
            out.policy.setdefault(name, []).append(cost)
            out.switched.setdefault(name, []).append(happens.astype(np.float64))
    if plan.defer_to is not None:
        wait = np.full(world.n, problem.wanted_month, dtype=np.int64)
        base = incumbent.prefix[-1]
        out.policy.setdefault(DEFER, []).append(base + switch(incumbent, np.zeros(world.n, dtype=np.int64), runnings[plan.defer_to], wait))


def _old_labour(incumbent: Running) -> set[str]:
    """Lines about leaving what runs today are hours, apart from its bills."""
    names = {lg.EXIT}
    f = incumbent.flows
    if incumbent.option.id == NOTHING and f.labour:
        names.add(lg.WITHOUT)
    return names


# -- judgement -----------------------------------------------------------------------------------


def _joined(parts: Mapping[str, list[Array]]) -> dict[str, Array]:
    return {name: np.concatenate(value) for name, value in parts.items()}


def spread_of(cost: Array) -> Spread:
    """Mean, quantiles and CVaR (mean of the dearest tenth) of a cost (n,)."""
    p5, p50, p95 = np.quantile(cost, [0.05, 0.5, 0.95])
    dearest = np.sort(cost)[-max(1, len(cost) // 10) :]
    return Spread(float(cost.mean()), float(p5), float(p50), float(p95), float(dearest.mean()))


def _judge(plan: Plan, values: Values, draws: int, seed: int) -> Outcome:
    problem = plan.problem
    cost, policy = _joined(values.cost), _joined(values.policy)
    hour = float(np.concatenate(values.hour).mean())
    material = materiality(problem, hour)
    rules = {a: r for a, r in plan.rules.items() if a in policy and policy[a].mean() < cost[a].mean() - material}
    if plan.defer_to is not None:
        rules[DEFER] = Rule(plan.defer_to, "workload", "wanted", float(problem.wanted_month), "month", problem.wanted_month)
    taken = {a: policy[a] if a in rules else cost[a] for a in plan.feasible}
    if DEFER in rules:
        taken[DEFER] = policy[DEFER]
    actions = sorted(taken)
    table = np.stack([taken[a] for a in actions], axis=1) if actions else np.zeros((draws, 0))
    floor = table.min(axis=1) if actions else np.zeros(draws)
    winners = table.argmin(axis=1) if actions else np.zeros(draws, dtype=int)
    p_best = {a: float(np.mean(winners == i)) for i, a in enumerate(actions)}
    regret = {a: float((taken[a] - floor).mean()) for a in actions}
    tail = {a: spread_of(taken[a] - floor).cvar90 for a in actions}
    objective = {a: float(taken[a].mean()) + problem.settings.risk_aversion * tail[a] for a in actions}
    exits = {a: float(np.concatenate(v).mean()) for a, v in values.exit.items()}
    results = _results(plan, values, cost, policy, rules, p_best, regret, tail, exits, problem, taken)
    ordered = sorted(actions, key=lambda a: (objective[a], a))
    free = _sourcings(plan, actions)
    chosen = best = runner = not_yet = None
    tied: tuple[str, ...] = ()
    if ordered:
        best = ordered[0]
        chosen, tied = _tie(ordered, objective, exits, material)
        runner = next((a for a in ordered if a != chosen), None)
    scores = _joined(values.scores)
    n_info = min(draws, len(next(iter(scores.values()))))
    costs = table[:n_info]
    found = information.effects(dict(problem.drivers), scores, costs) if len(actions) > 0 else []
    standing: Standing = "on assumptions"
    askable: list[information.Effect] = []
    deciding: tuple[Driver, ...] = ()
    flipped: list[information.Flip] = []
    if chosen is not None:
        systems = {plan.found[a].option.system for a in actions if a != DEFER} | {"", "build", "stay"}
        askable = [e for e in found if e.driver.asking_hours is not None and e.driver.used_by in systems]
        flipped = information.flips(askable, costs, actions, chosen)
        standing, deciding = information.rests_on(found, flipped, actions, chosen, runner)
        if _is_new_build(plan, chosen) and standing == "on assumptions":
            others = [a for a in ordered if not _is_new_build(plan, a)]
            if others:
                not_yet, chosen = chosen, others[0]
                runner = not_yet
                tied = ()
                flipped = information.flips(askable, costs, actions, not_yet)
    shown = _shown(problem, float(np.median(np.concatenate(values.scale))))
    by_sourcing: dict[str, float] = {}
    for a in actions:
        by_sourcing[free[a]] = by_sourcing.get(free[a], 0.0) + p_best[a]
    return Outcome(
        problem=problem,
        actions=results,
        chosen=chosen,
        best_by_mean=best,
        runner_up=runner,
        tied=tied,
        standing=standing,
        deciding=deciding,
        not_yet=not_yet,
        p_best_by_sourcing=dict(sorted(by_sourcing.items())),
        most_frequent=max(actions, key=lambda a: (p_best[a], a)) if actions else None,
        expected_regret=regret.get(chosen, 0.0) if chosen else 0.0,
        materiality=material,
        effects=tuple(askable),
        flips=tuple(flipped),
        break_evens=_break_evens(plan, chosen, runner, seed),
        discounts=_discounts(plan, values, taken, chosen),
        multiplier_flip=_multiplier_flip(values, taken, chosen),
        required_advantage=_required_advantage(plan, values, taken, objective),
        must_costs=_must_costs(plan, cost, taken, chosen, not_yet),
        horizons=_horizons(plan, seed),
        hour=hour,
        scale=float(np.median(np.concatenate(values.scale))),
        draws=draws,
        seed=seed,
        shown=shown,
    )


def _sourcings(plan: Plan, actions: list[str]) -> dict[str, str]:
    return {a: "defer" if a == DEFER else plan.found[a].option.sourcing for a in actions}


def _is_new_build(plan: Plan, action: str) -> bool:
    return action != DEFER and plan.found[action].option.new_build


def _tie(ordered: list[str], objective: Mapping[str, float], exits: Mapping[str, float], material: float) -> tuple[str, tuple[str, ...]]:
    """The lowest, unless others lie within materiality: then the one that is cheapest to leave."""
    tied = [a for a in ordered if objective[a] - objective[ordered[0]] < material]
    if len(tied) == 1:
        return ordered[0], ()
    return min(tied, key=lambda a: (exits.get(a, 0.0), objective[a], a)), tuple(tied)


def _results(
    plan: Plan, values: Values, cost: dict[str, Array], policy: dict[str, Array], rules: dict[str, Rule], p_best: dict[str, float],
    regret: dict[str, float], tail: dict[str, float], exits: dict[str, float], problem: Problem, taken: dict[str, Array],
) -> dict[str, ActionResult]:  # fmt: skip
    medians = _medians(plan)
    out = {}
    hour = np.concatenate(values.hour)
    budget = problem.settings.budget
    for name, candidate in plan.found.items():
        ledger, hours = [], 0.0
        for line, parts in values.lines[name].items():
            value = np.concatenate(parts)
            labour = line in values.labour[name]
            p5, p95 = np.quantile(value, [0.05, 0.95])
            ledger.append(LedgerLine(line, float(value.mean()), float(p5), float(p95), line in values.shared[name], labour))
            if labour:
                hours += float((value / hour).mean())
        cut = np.concatenate(values.cutover[name])
        over = None
        if budget is not None:
            over = float(np.mean(cost[name] > budget * values.annuity))
        out[name] = ActionResult(
            action=name,
            option=candidate.option,
            cost=spread_of(cost[name]),
            cost_at_medians=medians[name],
            ledger=tuple(sorted(ledger, key=lambda x: (-abs(x.mean), x.line))),
            monthly=(),
            cutover=tuple(float(q) for q in np.quantile(cut, [0.05, 0.5, 0.95])),  # type: ignore[arg-type]
            labour_hours=hours,
            policy_cost=float(taken[name].mean()) if name in taken else None,
            rule=rules.get(name),
            switches_in=float(np.concatenate(values.switched[name]).mean()) if name in rules else 0.0,
            p_best=p_best.get(name),
            regret=regret.get(name),
            tail_regret=tail.get(name),
            over_budget=over,
            exit_cost=exits[name],
            ends_in=float(np.concatenate(values.ends[name]).mean()),
            fallback=plan.fallback.get(name),
        )
    if DEFER in rules:
        out[DEFER] = _deferred(plan, policy[DEFER], rules[DEFER], p_best, regret, tail)
    return out


def _deferred(plan: Plan, cost: Array, rule: Rule, p_best: dict[str, float], regret: dict[str, float], tail: dict[str, float]) -> ActionResult:
    option = Option(DEFER, f"wait {rule.after_months} months", None, "defer", "none")
    spread = spread_of(cost)
    p5, p95 = spread.p5, spread.p95
    line = LedgerLine(f"{rule.target} from month {rule.after_months}", spread.mean, p5, p95, False, False)
    return ActionResult(
        DEFER, option, spread, spread.p50, (line,), (), (float(rule.after_months),) * 3, 0.0, spread.mean, rule, 1.0,
        p_best[DEFER], regret[DEFER], tail[DEFER], None, 0.0, 0.0, None,
    )  # fmt: skip


def _medians(plan: Plan) -> dict[str, float]:
    """Static cost of every action in the one world where each driver takes its median."""
    world = World(plan.problem, Medians(plan.problem.drivers))
    incumbent = Running(world, plan.problem.incumbent)
    out = {}
    for name, candidate in plan.found.items():
        lines, s = static_lines(world, incumbent, Running(world, candidate.option))
        advantage = _advantage(world, candidate.option, s)
        out[name] = float(np.sum(total(lines) - advantage))
    return out


def _shown(problem: Problem, scale: float) -> dict[str, tuple[float, float, float]]:
    """5%, 50% and 95% points of every driver in its own unit; efforts at today's scale."""
    out = {}
    for name, driver in problem.drivers.items():
        out[name] = tuple(at_score(driver, z, scale) for z in (-1.6448536, 0.0, 1.6448536))
    return out  # type: ignore[return-value]


def at_score(driver: Driver, z: float, scale: float) -> float:
    """Value of a driver at a standard normal score; efforts at a scale, in the shown unit."""
    if driver.curve is None:
        return float(driver.estimate.at(z))
    from buildbuy.quantities.units import factor
    from buildbuy.resolve.drivers import canonical_unit

    x = np.clip(scale, -0.5, 3.5)
    low, mid, high = min(x, 1.0), float(np.clip(x - 1, 0, 1)), max(x - 2, 0.0)
    mu, sigma = (k[0] + (k[1] - k[0]) * low + (k[2] - k[1]) * mid + (k[3] - k[2]) * high for k in (driver.curve.mu, driver.curve.sigma))
    return float(np.exp(mu + sigma * z) / factor(driver.unit, canonical_unit(driver.unit)))


def _break_evens(plan: Plan, chosen: str | None, runner: str | None, seed: int) -> tuple[BreakEven, ...]:
    if chosen is None or runner is None or DEFER in (chosen, runner):
        return ()
    one, other = plan.found[chosen].option, plan.found[runner].option
    return tuple(break_even(plan.problem, seed, v, one, other) for v in plan.problem.break_even)


def _discounts(plan: Plan, values: Values, taken: dict[str, Array], chosen: str | None) -> dict[str, float]:
    """Discount on the bill at which each managed option would have the lowest mean."""
    if chosen is None:
        return {}
    best = min(float(v.mean()) for v in taken.values())
    out = {}
    for name, cost in taken.items():
        bill = values.lines.get(name, {}).get(lg.BILL)
        if bill is None or name == chosen:
            continue
        whole = float(np.concatenate(bill).mean())
        if whole > 0:
            share = (float(cost.mean()) - best) / whole
            if share <= 1:
                out[name] = share
    return out


def _multiplier_flip(values: Values, taken: dict[str, Array], chosen: str | None) -> tuple[float, str] | None:
    """The opportunity multiplier nearest to today's at which another action becomes cheapest."""
    if chosen is None or chosen == DEFER:
        return None

    def labour(name: str) -> float:
        parts = values.lines.get(name, {})
        return sum(float(np.concatenate(v).mean()) for line, v in parts.items() if line in values.labour[name])

    mine, my_labour = float(taken[chosen].mean()), labour(chosen)
    best: tuple[float, str] | None = None
    for name, cost in taken.items():
        if name in (chosen, DEFER):
            continue
        slope = my_labour - labour(name)
        if slope == 0:
            continue
        k = 1 + (float(cost.mean()) - mine) / slope
        if 0.05 < k < 20 and (best is None or abs(np.log(k)) < abs(np.log(best[0]))):
            best = (k, name)
    return best


def _required_advantage(plan: Plan, values: Values, taken: dict[str, Array], objective: Mapping[str, float]) -> RequiredAdvantage | None:
    builds = {a: float(v.mean()) for a, v in taken.items() if _is_new_build(plan, a)}
    if not builds:
        builds = {a: float(np.concatenate(values.cost[a]).mean()) for a, c in plan.found.items() if c.option.new_build}
    others = {a: float(v.mean()) for a, v in taken.items() if not _is_new_build(plan, a)}
    if not builds or not others:
        return None
    build, other = min(builds, key=lambda a: (builds[a], a)), min(others, key=lambda a: (others[a], a))
    monthly = (builds[build] - others[other]) / values.annuity
    payroll = float(np.concatenate(values.payroll).mean())
    claim = plan.problem.claim_value
    chance = None
    if claim is not None and not plan.problem.claim_measured:
        stated = plan.problem.drivers[claim].estimate.mean()
        chance = monthly / stated if stated > 0 else None
    return RequiredAdvantage(monthly, monthly / payroll, other, build, chance)


def _must_costs(plan: Plan, cost: dict[str, Array], taken: dict[str, Array], chosen: str | None, not_yet: str | None) -> tuple[MustCost, ...]:
    """For every must that bars something: the best option without it, and what it would save."""
    now = min((float(v.mean()) for v in taken.values()), default=None)
    out = []
    texts = sorted({r.requirement for c in plan.found.values() for r in c.option.reasons if r.bars and r.kind != "price"})
    for text in texts:
        barred = [a for a, c in plan.found.items() if any(r.requirement == text and r.bars for r in c.option.reasons)]
        freed = [a for a in barred if not _without(plan.found[a].option, text).barred]
        if not freed:
            if now is None:
                out.append(MustCost(text, 0.0, "", tuple(barred)))
            continue
        best = min(freed, key=lambda a: (float(cost[a].mean()), a))
        saving = 0.0 if now is None else max(now - float(cost[best].mean()), 0.0)
        if saving > 0 or now is None:
            out.append(MustCost(text, saving, best, tuple(barred)))
    return tuple(out)


def _without(option: Option, text: str) -> Option:
    return option.with_reasons(tuple(r for r in option.reasons if r.requirement != text))


def _horizons(plan: Plan, seed: int) -> dict[int, str]:
    """The action of lowest static mean over other horizons: it depends how long you keep it."""
    if not plan.feasible:
        return {}
    out = {}
    problem = plan.problem
    for months in HORIZONS:
        shorter = replace(problem, settings=replace(problem.settings, months=months))
        world = World(shorter, Draws(problem.drivers, seed, "search", HORIZON_DRAWS))
        incumbent = Running(world, problem.incumbent)
        means = {}
        for name in plan.feasible:
            running = Running(world, plan.found[name].option)
            lines, s = static_lines(world, incumbent, running)
            means[name] = float(np.mean(total(lines) - _advantage(world, running.option, s)))
        out[months] = min(means, key=lambda a: (means[a], a))
    return out
