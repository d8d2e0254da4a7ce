"""The verdict: one rule over the valued actions, and everything that is said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from buildbuy.decide import information
from buildbuy.decide.break_even import BreakEven, break_evens
from buildbuy.decide.carriers import carriers
from buildbuy.decide.measuring import group_of
from buildbuy.decide.outcome import (
    ActionResult,
    Later,
    LedgerLine,
    MustCost,
    Outcome,
    RequiredAdvantage,
    Spread,
)
from buildbuy.decide.policies import Rule, pays
from buildbuy.decide.structure import Structure, structures
from buildbuy.decide.switching import Running, kept_total, static_total
from buildbuy.decide.valuation import Plan, Values, materiality, mean_cost
from buildbuy.domain.bounds import HORIZON
from buildbuy.domain.grades import Standing
from buildbuy.domain.problem import DEFER, Driver, Option, Problem
from buildbuy.quantities.estimate import Z95
from buildbuy.questions import differentiation
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World

HORIZONS = (12, 36, 60)
HORIZON_DRAWS = 400
SEEN_IN_USE = 0.5  # share of worlds from which on a wait's end belongs to what is decided
YEAR = 12  # months that should be left of a horizon once it is in use
NEAR = 8  # how many of the cheapest actions could be the best over another horizon


def quantiles(rising: Array, shares: tuple[float, ...]) -> Array:
    """Quantiles (shares, ...) of values that rise along the last axis, linear between ranks as numpy has them; np.sort
    is several times faster than the partition that np.quantile makes.
    """
    last = rising.shape[-1] - 1
    at = np.asarray(shares) * last
    below = at.astype(int)
    low, high = rising[..., below], rising[..., np.minimum(below + 1, last)]
    return np.moveaxis(low + (at - below) * (high - low), -1, 0)


def spread_of(cost: Array) -> Spread:
    """Mean, quantiles and CVaR (mean of the dearest tenth) of a cost (n,)."""
    rising = np.sort(cost)
    p5, p50, p95 = quantiles(rising, (0.05, 0.5, 0.95))
    return Spread(float(cost.mean()), float(p5), float(p50), float(p95), float(rising[-max(1, len(cost) // 10) :].mean()))


@dataclass(frozen=True)
class Ranking:
    """What may be taken, ranked: costs (draws, actions) with each action's best rule."""

    actions: list[str]
    table: Array
    rules: dict[str, Rule]
    p_best: dict[str, float]
    regret: dict[str, float]
    tail: dict[str, float]
    objective: dict[str, float]
    exits: dict[str, float]

    @property
    def ordered(self) -> list[str]:
        return sorted(self.actions, key=lambda a: (self.objective[a], a))

    @property
    def taken(self) -> dict[str, Array]:
        return {a: self.table[:, i] for i, a in enumerate(self.actions)}

    def without(self, barred: set[str]) -> list[str]:
        return [a for a in self.ordered if a not in barred]


@dataclass(frozen=True)
class Choice:
    """The verdict and what it rests on."""

    chosen: str | None = None
    runner_up: str | None = None
    tied: tuple[str, ...] = ()
    not_yet: str | None = None
    standing: Standing = "on assumptions"
    deciding: tuple[Driver, ...] = ()
    effects: tuple[information.Effect, ...] = ()
    flips: tuple[information.Flip, ...] = ()
    groups: tuple[information.Group, ...] = ()
    tornado: tuple[information.Bar, ...] = ()


def judge(plan: Plan, values: Values, draws: int, seed: int) -> Outcome:
    """The outcome from the valued actions."""
    problem = plan.problem
    cost, policy = values.cost, values.policy
    hour = float(values.team["hour"].mean())
    scale = float(np.median(values.team["scale"]))
    material = materiality(problem, hour / problem.settings.opportunity_multiplier)
    ranking = rank(plan, values, cost, policy, material)
    choice = choose(plan, values, ranking, material)
    chosen, taken = choice.chosen, ranking.taken
    held = {a for a in taken if _is_new_build(plan, a)} if choice.not_yet else set()
    free = {a: v for a, v in taken.items() if a not in held}
    later = _later(plan, values, chosen)
    near = [a for a in ranking.ordered if a != DEFER and (a in (chosen, "stay", "build") or a in ranking.ordered[:NEAR])]
    return Outcome(
        later=later,
        problem=problem,
        actions=_results(plan, values, cost, policy, ranking),
        chosen=chosen,
        best_by_mean=next(iter(ranking.ordered), None),
        runner_up=choice.runner_up,
        tied=choice.tied,
        standing=choice.standing,
        deciding=choice.deciding,
        not_yet=choice.not_yet,
        p_best_by_sourcing=_by_sourcing(plan, ranking.p_best),
        most_frequent=max(ranking.actions, key=lambda a: (ranking.p_best[a], a), default=None),
        expected_regret=ranking.regret.get(chosen or "", 0.0),
        materiality=material,
        effects=choice.effects,
        flips=choice.flips,
        groups=choice.groups,
        tornado=() if later else choice.tornado,
        break_evens=_break_evens(plan, chosen, next((a for a in ranking.ordered if a not in (chosen, *choice.tied)), None), seed, material),
        discounts=_discounts(plan, values, free, chosen),
        multiplier_flip=_multiplier_flip(plan, values, free, chosen, set(ranking.rules)),
        assistants_flip=_assistants_flip(values, free, chosen),
        required_advantage=None if later else _required_advantage(plan, values, taken),
        must_costs=() if later else _freshly(plan.must_costs, cost, taken, chosen, material),
        horizons=_horizons(plan, chosen, held, near),
        structures=_structures(plan, chosen, held, near, material),
        hour=hour,
        scale=scale,
        draws=draws,
        seed=seed,
        shown=_shown(problem, scale),
    )


def rank(plan: Plan, values: Values, cost: dict[str, Array], policy: dict[str, Array], material: float) -> Ranking:
    """Costs of what may be taken, with the rules that pay on fresh draws."""
    problem = plan.problem
    rules = {a: r for a, r in plan.rules.items() if a in policy and pays(cost[a], policy[a], material)}
    if plan.defer_to is not None:
        rules[DEFER] = Rule(plan.defer_to, "workload", "wanted", float(problem.wanted_month), "month", problem.wanted_month)
    taken = {a: policy[a] if a in rules else cost[a] for a in plan.feasible}
    if DEFER in rules:
        taken[DEFER] = policy[DEFER]
    actions = sorted(taken)
    n = len(next(iter(cost.values())))
    table = np.stack([taken[a] for a in actions], axis=1) if actions else np.zeros((n, 0))
    floor = table.min(axis=1) if actions else np.zeros(n)
    winners = table.argmin(axis=1) if actions else np.zeros(n, dtype=int)
    tail = {a: spread_of(taken[a] - floor).cvar90 for a in actions}
    return Ranking(
        actions=actions,
        table=table,
        rules=rules,
        p_best={a: float(np.mean(winners == i)) for i, a in enumerate(actions)},
        regret={a: float((taken[a] - floor).mean()) for a in actions},
        tail=tail,
        objective={a: float(taken[a].mean()) + problem.settings.risk_aversion * tail[a] for a in actions},
        exits=values.exit,
    )


def choose(plan: Plan, values: Values, ranking: Ranking, material: float) -> Choice:
    """The verdict by the one rule, its standing, and the gate for new builds on assumptions."""
    if not ranking.actions:
        return Choice()
    chosen, tied = _tie(ranking.ordered, ranking.objective, ranking.exits, material)
    runner = next((a for a in ranking.ordered if a != chosen), None)
    scores = values.scores
    costs = ranking.table[: len(next(iter(scores.values()), ranking.table))]
    systems = {plan.found[a].option.system for a in ranking.actions if a != DEFER} | {"", "build", "stay"}
    drivers = plan.problem.drivers
    inputs = {k: z for k, z in scores.items() if not _is_event(k) and drivers[k].used_by in systems}
    effects = information.effects(dict(drivers), inputs, costs, values.own)
    owners = {a: _owners(plan, a) for a in ranking.actions}
    risk = np.array([ranking.objective[a] - ranking.taken[a].mean() for a in ranking.actions])
    flips = information.flips(effects, costs, ranking.actions, chosen, material, owners, risk)
    standing, deciding = information.rests_on(flips, _carriers(plan, values, chosen, runner))
    not_yet = None
    if _is_new_build(plan, chosen) and standing == "on assumptions":
        builds = {a for a in ranking.actions if _is_new_build(plan, a)}
        others = ranking.without(builds)
        if others:
            not_yet = runner = chosen
            chosen, tied = _tie(others, ranking.objective, ranking.exits, material)
            flips = information.flips(effects, costs, ranking.actions, chosen, material, owners, risk, frozenset(builds))
    names = {e.driver.id: group_of(plan.problem, e.driver) for e in effects}
    groups = information.groups(effects, inputs, costs, names)
    bars = () if runner is None else information.tornado(effects, costs, ranking.actions.index(chosen), ranking.actions.index(runner))
    return Choice(chosen, runner, tied, not_yet, standing, deciding, tuple(effects), tuple(flips), groups, bars)


def _is_event(driver: str) -> bool:
    """Whether a score says that something happens (an owner ends a product, a requirement comes): its
    chance is a driver of its own, the event itself is no input that could be found out.
    """
    return driver.startswith("owner.") or ".anticipated." in driver


def _carriers(plan: Plan, values: Values, chosen: str, runner: str | None) -> tuple[Driver, ...]:
    """What carries the gap to the runner-up, or the cost itself where there is none."""

    def means(action: str) -> dict[str, float]:
        return {line: float(value.mean()) for line, value in values.lines[action].items()}

    one = _comes_to(plan, chosen)
    if runner is None:
        return carriers(plan.problem, {}, means(chosen), one, one)
    return carriers(plan.problem, means(chosen), means(runner), one, _comes_to(plan, runner))


def _comes_to(plan: Plan, action: str) -> Option:
    """What is run in the end: a wait's target, else the action's own option."""
    return plan.found[plan.defer_to if action == DEFER and plan.defer_to else action].option


def _owners(plan: Plan, action: str) -> set[str]:
    """Whose drivers an action has: its system's, an own build's, what runs today's."""
    option = _comes_to(plan, action)
    today = {"stay"} if option.incumbent or option.extends else set()
    return today | {option.system or "build"} | ({"build"} if option.new_build else set())


def _by_sourcing(plan: Plan, p_best: Mapping[str, float]) -> dict[str, float]:
    out: dict[str, float] = {}
    for action, share in sorted(p_best.items()):
        sourcing = "defer" if action == DEFER else plan.found[action].option.sourcing
        out[sourcing] = out.get(sourcing, 0.0) + share
    return dict(sorted(out.items()))


def _is_new_build(plan: Plan, action: str) -> bool:
    return action != DEFER and plan.found[action].option.new_build


def _tie(ordered: list[str], objective: Mapping[str, float], exits: Mapping[str, float], material: float) -> tuple[str, tuple[str, ...]]:
    """The lowest, unless others lie within materiality: then the one that is cheapest to leave."""
    tied = [ordered[0], *(a for a in ordered[1:] if objective[a] - objective[ordered[0]] < material)]
    if len(tied) == 1:
        return ordered[0], ()
    return min(tied, key=lambda a: (exits.get(a, 0.0), objective[a], a)), tuple(tied)


def _results(plan: Plan, values: Values, cost: dict[str, Array], policy: dict[str, Array], ranking: Ranking) -> dict[str, ActionResult]:
    problem, rules = plan.problem, ranking.rules
    means = {a: float(v.mean()) for a, v in ranking.taken.items()}
    medians = _medians(plan)
    out = {}
    hour = values.team["hour"]
    budget = problem.settings.budget
    options = {name: c.option for name, c in plan.found.items()}
    if DEFER in rules:
        options[DEFER] = Option(DEFER, f"wait {problem.wanted_month} month{'s' if problem.wanted_month > 1 else ''}", None, "defer", "none")
    for name, option in options.items():
        whole = policy[name] if name == DEFER else cost[name]
        ledger = _ledger(values, name)
        hours = sum(float((values.lines[name][x.line] / hour).mean()) for x in ledger if x.labour)
        over = None
        if budget is not None:
            over = float(np.mean(whole > budget * values.annuity))
        out[name] = ActionResult(
            action=name,
            option=option,
            cost=spread_of(whole),
            cost_at_medians=medians[name],
            ledger=ledger,
            cutover=tuple(quantiles(np.sort(values.cutover[name]), (0.05, 0.5, 0.95)).tolist()),
            labour_hours=hours,
            policy_cost=means.get(name),
            rule=rules.get(name),
            switches_in=values.switched[name] if name in rules else 0.0,
            p_best=ranking.p_best.get(name),
            regret=ranking.regret.get(name),
            tail_regret=ranking.tail.get(name),
            over_budget=over,
            exit_cost=ranking.exits.get(name, 0.0),  # waiting commits to nothing
            ends_in=values.ends[name],
            fallback=plan.fallback.get(plan.defer_to or "" if name == DEFER else name),
        )
    return out


def _ledger(values: Values, name: str) -> tuple[LedgerLine, ...]:
    """An action's lines, the largest first."""
    names = list(values.lines[name])
    each = np.stack([values.lines[name][line] for line in names])
    p5, p95 = quantiles(np.sort(each), (0.05, 0.95))
    shared, labour = values.shared[name], values.labour[name]
    rows = zip(names, each.mean(axis=1).tolist(), p5.tolist(), p95.tolist(), strict=True)
    lines = [LedgerLine(line, mean, low, high, line in shared, line in labour) for line, mean, low, high in rows]
    return tuple(sorted(lines, key=lambda x: (-abs(x.mean), x.line)))


def _later(plan: Plan, values: Values, chosen: str | None) -> Later | None:
    """That there is nothing to decide yet: waiting is best, and what it is for would be in use before
    the horizon in less than half of the worlds.
    """
    target = plan.defer_to
    if chosen != DEFER or target is None or values.switched[DEFER] >= SEEN_IN_USE:
        return None
    months, wanted = plan.problem.settings.months, plan.problem.wanted_month
    lead = int(np.ceil(quantiles(np.sort(values.cutover[target]), (0.95,))[0]))
    farther = min(wanted + months, HORIZON[1])
    return Later(wanted, max(wanted - lead, 0), lead, target, farther if farther >= wanted + lead + YEAR else None)


def _medians(plan: Plan) -> dict[str, float]:
    """Static cost of every action in the one world where each driver takes its median."""
    world = World(plan.problem, Medians(plan.problem.drivers))
    incumbent = Running(world, plan.problem.incumbent)
    out = {}
    for name, candidate in plan.found.items():
        out[name] = float(static_total(world, incumbent, Running(world, candidate.option))[0][0])
    if plan.defer_to is not None:
        target = Running(world, plan.found[plan.defer_to].option)
        out[DEFER] = float(static_total(world, incumbent, target, plan.problem.wanted_month)[0][0])
    return out


def _shown(problem: Problem, scale: float) -> dict[str, tuple[float, float, float]]:
    """5%, 50% and 95% points of every driver in its own unit; efforts at today's scale."""
    at = np.array([-Z95, 0.0, Z95])
    return {name: tuple(information.at_score(driver, at, scale).tolist()) for name, driver in problem.drivers.items()}


def _break_evens(plan: Plan, chosen: str | None, runner: str | None, seed: int, material: float) -> tuple[BreakEven, ...]:
    if chosen is None or runner is None or DEFER in (chosen, runner):
        return ()
    one, other = plan.found[chosen].option, plan.found[runner].option
    back = {a: plan.found[to].option for a, to in plan.fallback.items()}
    return break_evens(plan.problem, seed, plan.problem.break_even, one, other, back, material)


def _discounts(plan: Plan, values: Values, taken: dict[str, Array], chosen: str | None) -> dict[str, float]:
    """Discount on the bill at which each managed option would have the lowest mean. Where the verdict
    waits for that option, the discount lowers both.
    """
    if chosen is None:
        return {}
    best = min(float(v.mean()) for v in taken.values())
    out = {}
    for name, cost in taken.items():
        bill = values.lines.get(name, {}).get(lg.BILL)
        if bill is None or name in (chosen, DEFER):
            continue
        also = values.lines[DEFER].get(lg.BILL) if chosen == DEFER and name == plan.defer_to else None
        whole = float(bill.mean()) - (0.0 if also is None else float(also.mean()))
        if whole > 0:
            share = (float(cost.mean()) - best) / whole
            if 0 < share <= 1:
                out[name] = share
    return out


def _multiplier_flip(plan: Plan, values: Values, taken: dict[str, Array], chosen: str | None, ruled: set[str]) -> tuple[float, str] | None:
    """The opportunity multiplier nearest to today's at which another action becomes cheapest.

    With policies held, every cost is linear in the price of an hour: its slope is the part of it
    that is hours.
    """
    if chosen is None or chosen == DEFER:
        return None
    now = plan.problem.settings.opportunity_multiplier
    fixed = {a: (values.policy_fixed if a in ruled else values.fixed)[a] for a in taken if a != DEFER}
    slopes = {a: (float(taken[a].mean()) - held) / now for a, held in fixed.items()}
    mine = float(taken[chosen].mean())
    best: tuple[float, str] | None = None
    for name, cost in taken.items():
        if name in (chosen, DEFER) or slopes[name] == slopes[chosen]:
            continue
        k = now + (float(cost.mean()) - mine) / (slopes[chosen] - slopes[name])
        if 0.05 < k < 20 and (best is None or abs(np.log(k / now)) < abs(np.log(best[0] / now))):
            best = (k, name)
    return best


def _assistants_flip(values: Values, taken: dict[str, Array], chosen: str | None) -> tuple[float, str] | None:
    """The factor of coding assistants on all effort of own code (1: as the verdict has it) at which
    another action becomes cheapest, wherever it lies; switches held.
    """
    if chosen is None or chosen == DEFER:
        return None

    def own(name: str) -> float:
        return sum(float(v.mean()) for line, v in values.lines.get(name, {}).items() if line in lg.OWN_CODE or line.startswith("own parts: "))

    mine, best = float(taken[chosen].mean()), None
    for name, cost in taken.items():
        slope = own(chosen) - own(name)
        if name in (chosen, DEFER) or slope == 0:
            continue
        k = 1 + (float(cost.mean()) - mine) / slope
        if 0 < k < 20 and (best is None or abs(k - 1) < abs(best[0] - 1)):
            best = (k, name)
    return best


def _required_advantage(plan: Plan, values: Values, taken: dict[str, Array]) -> RequiredAdvantage | None:
    new = {a for a, c in plan.found.items() if c.option.new_build}
    kept = {a: float(values.cost[a].mean()) for a in new}  # built and kept: a later switch would give it up
    builds = {a: v for a, v in kept.items() if a in taken} or kept
    others = {a: float(v.mean()) for a, v in taken.items() if not _is_new_build(plan, a)}
    if not builds or not others:
        return None
    build, other = min(builds, key=lambda a: (builds[a], a)), min(others, key=lambda a: (others[a], a))
    in_use = values.in_use[build]  # it earns only from first use, and until it ends
    monthly = differentiation.required_monthly(builds[build], others[other], in_use)
    payroll = float(values.team["payroll"].mean())
    claim = plan.problem.claim_value
    chance = None
    if claim is not None and not plan.problem.claim_measured:
        chance = differentiation.chance_needed(monthly, plan.problem.drivers[claim].estimate.mean())
    return RequiredAdvantage(monthly, monthly / payroll, other, build, chance)


def _freshly(musts: tuple[MustCost, ...], cost: dict[str, Array], taken: dict[str, Array], chosen: str | None, material: float) -> tuple[MustCost, ...]:
    """What musts cost, by the fresh draws wherever the option they bar is in the table as it is. A must
    that leaves the verdict as it is and makes no material difference isn't binding.
    """
    now = min((float(v.mean()) for v in taken.values()), default=None)
    out = []
    for m in musts:
        if m.would_be in m.bars:
            mean = float(cost[m.would_be].mean())
            m = replace(m, cost=mean, saving=0.0 if now is None else max(now - mean, 0.0))  # noqa: PLW2901
        if now is None or m.saving > (material if m.would_be == chosen else 0.0) or not m.would_be:
            out.append(m)
    return tuple(out)


def _structures(plan: Plan, chosen: str | None, held: set[str], near: list[str], material: float) -> tuple[Structure, ...]:
    """Structural choices side by side, among the same actions as other horizons."""
    options = {a: c.option for a, c in plan.found.items()}
    return structures(plan.problem, plan.draws, options, plan.fallback, set(near) - held, chosen, material)


def _horizons(plan: Plan, chosen: str | None, held: set[str], near: list[str]) -> dict[int, str]:
    """The action of lowest mean over other horizons, endings included and later switches left out;
    over the run's own it is the verdict. New builds that the verdict holds back stay held back, and
    only `near` actions are looked at.
    """
    problem = plan.problem
    if chosen is None or not set(near) - held:
        return {}
    longest = max(HORIZONS)
    farther = replace(problem, settings=replace(problem.settings, months=longest))
    world = World(farther, plan.draws.part(slice(0, HORIZON_DRAWS)))
    incumbent = Running(world, problem.incumbent)
    runnings = {name: Running(world, c.option) for name, c in plan.found.items()}
    out = {problem.settings.months: chosen}
    for months in {*HORIZONS} - {problem.settings.months}:
        part = world.until(months)
        here = {name: used.on(part) for name, used in runnings.items()}
        means = {name: mean_cost(part, incumbent.on(part), here, plan.fallback, name)[0] for name in sorted(set(near) - held)}
        if plan.defer_to is not None:
            onward = plan.fallback.get(plan.defer_to)
            waited, _ = kept_total(part, incumbent.on(part), here[plan.defer_to], here[onward] if onward else None, problem.wanted_month)
            means[DEFER] = float(np.mean(waited))
        out[months] = min(means, key=lambda a: (means[a], a))
    return dict(sorted(out.items()))
