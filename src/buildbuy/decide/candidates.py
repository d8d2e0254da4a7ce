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
from buildbuy.worlds.endings import outgrown_month
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


def candidates(world: World, problem: Problem, ignoring: str = "") -> dict[str, Candidate]:
    """One candidate per first action, by action id: price plans and sets of own parts collapsed to
    the variant of lowest mean (a variant that may be taken goes before one that is barred).

    Reasons about the requirement `ignoring` are left out.
    """
    incumbent = Running(world, problem.incumbent)
    best: dict[str, Candidate] = {}
    for option in _variants(world, problem, incumbent):
        judged = with_world_reasons(world, bills.with_own_scope(problem.names, option))
        if ignoring:
            judged = judged.with_reasons(tuple(r for r in judged.reasons if r.requirement != ignoring))
        one = Candidate(judged, float(np.mean(static_total(world, incumbent, running(world, judged))[0])))
        kept = best.get(judged.action)
        if kept is None or (judged.barred, one.mean) < (kept.option.barred, kept.mean):
            best[judged.action] = one
    return {name: best[name] for name in sorted(best)}


def without(problem: Problem, text: str) -> Problem:
    """The problem without one requirement; a part that only it asks for is no longer needed."""
    part = text.removeprefix("part: ")
    gone = {part} if part in problem.parts and problem.parts[part].only_must else set()

    def relaxed(option: Option) -> Option:
        return replace(
            option,
            reasons=tuple(r for r in option.reasons if r.requirement not in (text, f"{text}, if it comes")),
            must_parts=tuple(p for p in option.must_parts if p != part),
            own_parts=tuple(p for p in option.own_parts if p not in gone),
            lived_without=tuple(p for p in option.lived_without if p not in gone),
            anticipated=tuple(a for a in option.anticipated if a.requirement != text),
            anticipated_parts=tuple(x for x in option.anticipated_parts if x[1].requirement != text),
        )

    parts = {name: replace(p, required=p.required and name not in gone) for name, p in problem.parts.items()}
    rest = tuple(r for r in problem.requirements if r.text != text)
    return replace(problem, options=tuple(map(relaxed, problem.options)), incumbent=relaxed(problem.incumbent), parts=parts, requirements=rest)


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
    return np.asarray(build + lg.part_upkeep(world, (part,)).paid(0, world.months))


def _missing_value(world: World, part: str) -> Array:
    gap = world.value(world.problem.parts[part].gap_share) * world.value_hours * world.hour
    return np.asarray(world.users.paid(0, world.months) * gap)


def with_world_reasons(world: World, option: Option) -> Option:
    """Reasons that need the sampled world: people, dates, money, prices past a plan's caps; and
    those that need to know which parts the variant builds or lives without.
    """
    settled = tuple(_part_settled(r, option) for r in option.reasons if r.kind not in ("deadline", "cost"))
    if option.incumbent:  # it runs already: no date to meet, and a bill that is known is paid
        return option.with_reasons(tuple(r for r in settled if r.kind != "price" or option.bill_given is None))
    used = running(world, option)
    reasons = [*settled, *_outgrown(world, option)]
    for requirement in world.problem.requirements:
        if requirement.kind == "deadline" and requirement.comparison is not None:
            lead = used.lead(0)
            late = float(np.mean(lead > requirement.comparison.value))
            reasons.append(Reason(requirement.text, "unmet" if late > 0.5 else "met", f"late in {late:.0%} of modelled worlds", "reference-class", requirement.must, "deadline"))
        if requirement.kind == "cost" and requirement.comparison is not None:
            today = float(np.median(used.bills.at(0)))
            if any(r.kind == "price" for r in reasons):
                reasons.append(Reason(requirement.text, "unknown", "it has no public price", "assumed", requirement.must, "price", "ask for a quote"))
            else:
                reasons.append(Reason(requirement.text, "met" if requirement.comparison.holds(today) else "unmet", f"median today {requirement.currency.told(today)} a month", "documented", requirement.must, "cost"))
    load = steady_hours(used)
    people = float(np.median(world.value("ml_people") + world.value("platform_people")))
    room = people * HOURS_PER_PERSON_MONTH * OPERATIONS_CAP
    if load > room:
        reasons.append(Reason("people to run it", "unmet", f"{load:,.0f} hours a month against {room:,.0f} that {people:.3g} people can give", "reference-class", True, "people"))
    reasons += _priced(world, option)
    return option.with_reasons(tuple(reasons))


def _part_settled(reason: Reason, option: Option) -> Reason:
    """A requirement for a part, now that it is known whether the variant builds or lacks it."""
    if reason.kind != "part":
        return reason
    part = reason.requirement.removeprefix("part: ")
    if part in option.lived_without:
        return replace(reason, status="unmet", why="it is not there, and not built either")
    if part in option.own_parts:
        return replace(reason, status="met", why="built on it")
    return replace(reason, status="met", why="covered")


def _outgrown(world: World, option: Option) -> list[Reason]:
    """Quotas within today's load that it may outgrow within the horizon."""
    out = []
    for limit in option.limits:
        late = outgrown_month(world, limit)
        share = float(np.mean(late < world.months))
        if share > 0.005:
            unit = world.problem.variables[limit.variable].unit
            when = float(np.median(late[late < world.months]))
            why = f"outgrown in {share:.0%} of modelled worlds, there after {when:.0f} months in the middle; it is left then"
            out.append(Reason(f"{limit.variable.replace('_', ' ')} within {limit.cap:,.6g} {unit}", "met", why, "documented", False, "limit"))
    return out


def steady_hours(used: Running) -> float:
    """Median hours a month that an option keeps people busy with in the first year (own build,
    operations, the infrastructure it needs; the gaps are not work that must be done).
    """
    world, f = used.world, used.flows
    month = min(11, world.months - 1)
    hours = np.zeros(world.n)
    for name, flow in f.calendar.items():
        if name in (lg.OPERATIONS, lg.VENDOR) or (name in f.shared and not lg.is_money(name)):
            hours = hours + flow.at(month) / world.hour
    if f.upkeep is not None:
        hours = hours + f.upkeep.at(month) / world.hour
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
