"""Which variants stand for each first action, who may be taken, and where a forced exit leads.

All choices are made on search draws; the numbers that reach the user come from fresh ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from buildbuy.decide.switching import Running, running, static_total
from buildbuy.domain.problem import HYBRID_FROM, Option, Problem, Reason
from buildbuy.quantities.units import HOURS_PER_PERSON_MONTH
from buildbuy.questions.ownership import bills
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array
from buildbuy.worlds.world import OPERATIONS_CAP, World

UNPRICED_TOLERATED = 0.05


@dataclass(frozen=True)
class Candidate:
    """The variant that stands for a first action, with its mean static cost on search draws."""

    option: Option
    mean: float

    @property
    def feasible(self) -> bool:
        return not self.option.barred


def candidates(world: World, problem: Problem) -> dict[str, Candidate]:
    """One candidate per first action, by action id: price plans and sets of own parts collapsed to
    the variant of lowest mean (a variant that may be taken goes before one that is barred).
    """
    incumbent = Running(world, problem.incumbent)
    best: dict[str, Candidate] = {}
    for option in _variants(world, problem, incumbent):
        judged = with_world_reasons(world, bills.with_own_scope(problem.names, option))
        one = Candidate(judged, float(np.mean(static_total(world, incumbent, running(world, judged))[0])))
        kept = best.get(judged.action)
        if kept is None or (judged.barred, one.mean) < (kept.option.barred, kept.mean):
            best[judged.action] = one
    return {name: best[name] for name in sorted(best)}


def total(lines: dict[str, Array]) -> Array:
    """Sum of a ledger's lines per draw."""
    return np.asarray(sum(lines.values()))


def _variants(world: World, problem: Problem, incumbent: Running) -> Iterable[Option]:
    by_offer: dict[str, list[Option]] = {}
    for option in problem.options:
        by_offer.setdefault(option.id, []).append(option)
    for group in by_offer.values():
        option = group[0] if len(group) == 1 else _best_plan(world, group, incumbent)
        if not option.lived_without or option.incumbent:
            yield option
            continue
        yield from part_variants(world, problem, option)


def _best_plan(world: World, group: list[Option], incumbent: Running) -> Option:
    def rank(option: Option) -> tuple[bool, float, str]:
        cost, _ = static_total(world, incumbent, running(world, option))
        return option.barred, float(np.mean(cost)), option.plan_id

    return min(group, key=rank)


def part_variants(world: World, problem: Problem, option: Option) -> list[Option]:
    """The cheapest sets of own parts on an engine: one that still counts as the engine's own
    sourcing, one that makes it a hybrid. Parts named by a must are always built.
    """
    missing = tuple(p for p in option.lived_without if p not in option.unbuildable)
    gain = {p: float(np.mean(_build_value(world, p) - _missing_value(world, p))) for p in missing}
    ordered = sorted(missing, key=lambda p: (p not in option.must_parts, gain[p], p))
    forced = len([p for p in option.must_parts if p in missing])
    shares = {p: part.median_share for p, part in problem.parts.items()}
    required = sum(shares[p] for p, part in problem.parts.items() if part.required)
    best: dict[str, tuple[float, Option]] = {}
    for count in range(forced, len(ordered) + 1):
        own = tuple(sorted(ordered[:count]))
        share = sum(shares[p] for p in own) / required
        sourcing = "hybrid" if own and share >= HYBRID_FROM else option.engine_sourcing
        cost = sum(gain[p] for p in own)
        rest = tuple(p for p in option.lived_without if p not in own)
        gap = option.gap
        identity = f"{option.system}/{sourcing}"
        made = replace(option, id=identity, sourcing=sourcing, own_parts=own, lived_without=rest, gap=gap)  # type: ignore[arg-type]
        if sourcing not in best or cost < best[sourcing][0]:
            best[sourcing] = (cost, made)
    return [made for _, made in best.values()]


def _build_value(world: World, part: str) -> Array:
    """Rough present value (n,) of building one part and keeping it (for ordering only)."""
    build = lg.production_hours(world, (part,), 0) * world.hour
    care = world.effort(f"{world.problem.component}.build.upkeep")
    upkeep = np.einsum("mn,m->n", care, world.discount) * lg.own_share(world, (part,)) * world.value("assistants") * world.hour
    return np.asarray(build + upkeep)


def _missing_value(world: World, part: str) -> Array:
    gap = world.value(world.problem.parts[part].gap_share) * world.value_hours * world.hour
    return np.asarray(np.einsum("mn,m->n", world.users, world.discount) * gap)


def with_world_reasons(world: World, option: Option) -> Option:
    """Reasons that need the sampled world: people, dates, money, prices past a plan's caps."""
    if option.incumbent:  # it runs already: no date to meet, and its bill is paid
        return option.with_reasons(tuple(r for r in option.reasons if r.kind not in ("deadline", "cost")))
    used = running(world, option)
    reasons = [r for r in option.reasons if r.kind not in ("deadline", "cost")]
    for requirement in world.problem.requirements:
        if requirement.kind == "deadline" and requirement.comparison is not None:
            lead = used.flows.lead(0)
            late = float(np.mean(lead > requirement.comparison.value))
            reasons.append(Reason(requirement.text, "unmet" if late > 0.5 else "met", f"late in {late:.0%} of modelled worlds", "reference-class", requirement.must, "deadline"))
        if requirement.kind == "cost" and requirement.comparison is not None:
            money = sum((path for name, path in used.flows.calendar.items() if name in lg.MONEY_LINES or name.endswith("machines")), start=np.zeros((1, 1)))
            today = float(np.median(np.broadcast_to(money, (world.months, world.n))[0]))
            reasons.append(Reason(requirement.text, "met" if requirement.comparison.holds(today) else "unmet", f"median today {today:,.0f} USD a month", "documented", requirement.must, "cost"))
    load = steady_hours(used)
    people = float(np.median(world.value("ml_people") + world.value("platform_people")))
    room = people * HOURS_PER_PERSON_MONTH * OPERATIONS_CAP
    if load > room:
        reasons.append(Reason("people to run it", "unmet", f"{load:,.0f} hours a month against {room:,.0f} that {people:.3g} people can give", "reference-class", True, "people"))
    reasons += _priced(world, option)
    return option.with_reasons(tuple(reasons))


def steady_hours(used: Running) -> float:
    """Median hours a month that an option keeps people busy with in the first year (own build
    and operations; the gaps are not work that must be done).
    """
    world, f = used.world, used.flows
    month = min(11, world.months - 1)
    hours = np.zeros(world.n)
    for name in (lg.OPERATIONS, lg.VENDOR):
        if name in f.calendar:
            hours = hours + f.calendar[name][month] / world.hour
    if f.upkeep is not None:
        hours = hours + f.upkeep[month] / world.hour
    return float(np.median(hours))


def _priced(world: World, option: Option) -> list[Reason]:
    from buildbuy.questions.ownership.bills import unpriced_share

    if not option.plan or any(r.kind == "price" for r in option.reasons):
        return []
    share = unpriced_share(world, option.plan)
    if share <= UNPRICED_TOLERATED:
        return []
    why = f"no public price past the caps of {option.plan[0].name}, which are passed in {share:.0%} of modelled months"
    return [Reason("a price", "unknown", why, "assumed", True, "price", f"ask for a quote and put it under `quotes: {{{option.system}: ...}}`")]


def fallbacks(problem: Problem, found: dict[str, Candidate]) -> dict[str, str]:
    """Where each action goes if its owner ends it: the action of another owner with the lowest
    mean that may be taken.
    """
    out = {}
    order = sorted((c for c in found.values() if c.feasible and not c.option.incumbent and not c.option.extends), key=lambda c: (c.mean, c.option.action))
    for name, one in found.items():
        others = [o for o in order if o.option.owner != one.option.owner]
        lasting = [o for o in others if not one.option.anticipated or not o.option.anticipated]
        for other in (lasting or others)[:1]:
            out[name] = other.option.action
    return out
