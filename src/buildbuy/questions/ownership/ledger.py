"""The ledger of an option: what it costs to set up, to run month by month, and to keep.

Three clocks: start lines are spent while it is set up, finish lines from first use to production
grade, calendar lines run with the calendar, and upkeep grows with the months since the option's
own start. Money is nominal real money; `decide.switching` discounts it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from buildbuy.domain.problem import NOTHING, Need, Option
from buildbuy.quantities.units import HOURS_PER_PERSON_MONTH
from buildbuy.questions import differentiation
from buildbuy.questions.ownership import bills
from buildbuy.worlds.draws import Array
from buildbuy.worlds.flow import Flow
from buildbuy.worlds.world import World, along

Int = NDArray[np.int64]
Month = Int | int
Amount = Callable[[World, Month], Array]

SETUP_TEAM = 1.5  # person-months a month that a small adoption can use (assumed)
# COCOMO, organic: months = 2.5 x person-months^0.38. So a narrow build is sooner done, and a large
# adoption has the people that such a schedule implies, effort^0.62 / 2.5.
SCHEDULE_POWER, SCHEDULE_MONTHS = 0.38, 2.5
SPLIT = {"design and implementation": 0.6, "testing": 0.25, "documentation": 0.07, "onboarding": 0.08}

BILL = "bill"
MACHINES = "machines and storage"
OPERATIONS = "operations"
VENDOR = "vendor management"
GAPS = "gaps lived with"
MISSING = "missing parts lived without"
CREDITS = "start-up credits"
ADOPTION = "adoption"
ONBOARDING = "vendor onboarding"
UPKEEP = "upkeep of own parts"
EXISTING = "upkeep of the parts that exist"
WITHOUT = "months without it"
UNTIL = "what runs today, until the move: hours"
UNTIL_MONEY = "what runs today, until the move: bills"
EXIT = "migration"
DUAL = "running both: hours"
DUAL_MONEY = "running both: bills"
COMMITMENT = "remaining contract"
ENDING = "forced exit (net)"
ANTICIPATED = "parts that may come to be needed"
ADVANTAGE = "measured advantage"
YOURS = "yours in every option: "
OWN_CODE = frozenset({UPKEEP, EXISTING})
MONEY_LINES = frozenset({BILL, MACHINES, CREDITS, COMMITMENT, UNTIL_MONEY, DUAL_MONEY, ADVANTAGE})


def is_money(line: str) -> bool:
    """Whether a line is a bill; every other calendar line is hours at the price of an hour."""
    return line in MONEY_LINES or line.endswith("machines")




@dataclass(frozen=True)
class Flows:
    """One option's money in one batch of draws.

    `calendar` lines are USD a month; `start` and `finish` give the amount (n,) if work starts in a
    month; `upkeep` is multiplied by exp(ageing·years since its own start) and begins `grade_months`
    (n,) after first use (`aged` is what it comes to if it started today). `lead` gives the months (n,) from starting work to first use. Amounts are
    recipes: they are asked for in a world or in some of its draws.
    """

    option: Option
    calendar: dict[str, Flow]
    start: dict[str, Amount] = field(default_factory=dict)
    finish: dict[str, Amount] = field(default_factory=dict)
    upkeep: Flow | None = None
    aged: Flow | None = None
    ageing: Array | None = None
    lead: Callable[[World, Month], Int] = lambda world, month: np.zeros(world.n, dtype=np.int64)
    grade_months: Int | None = None
    shared: frozenset[str] = frozenset()
    labour: frozenset[str] = frozenset()


def flows(world: World, option: Option) -> Flows:
    """Every line of an option. `nothing` costs what the months without the component are worth."""
    if option.id == NOTHING:
        return Flows(option, {WITHOUT: value_of_component(world)}, labour=without_is_labour(world))
    lines = calendar_lines(world, option)
    calendar = {name: line() for name, line in lines.items()}
    if money_line(option) in calendar and bills.grant(world, option):
        calendar[CREDITS] = bills.credit(world, option, calendar[money_line(option)], lead_months(world, option, 0))
    upkeep = upkeep_cost(world, option)
    start, finish = setup_lines(option)
    return Flows(
        option=option,
        calendar=calendar,
        start=start,
        finish=finish,
        upkeep=upkeep,
        aged=upkeep * world.drift("ageing") if upkeep is not None else None,
        ageing=np.log1p(world.value("ageing")) if upkeep is not None else None,
        lead=lambda w, t: lead_months(w, option, t),
        grade_months=_grade_months(world, option) if option.own_parts else None,
        shared=frozenset(name for name in lines if name.startswith("shared: ")),
        labour=frozenset(
            name
            for name in (*calendar, *start, *finish, UPKEEP, ANTICIPATED, *(f"{YOURS}{y.name}" for y in world.problem.yours))
            if not is_money(name) and not (name == MISSING and world.problem.value_given)
        ),
    )


def setup_lines(option: Option) -> tuple[dict[str, Amount], dict[str, Amount]]:
    """Start and finish lines; what runs already has neither."""
    start: dict[str, Amount] = {}
    finish: dict[str, Amount] = {}
    if option.incumbent:
        return start, finish
    if option.adopt:
        start[ADOPTION] = lambda w, t: _hours(w, option, "adopt", t) * w.hour
    if option.onboarding:
        start[ONBOARDING] = lambda w, t: w.effort_at("vendor.onboarding_effort", t) * w.hour
    if option.own_parts:
        work = _once(lambda w, t: build_cost(w, option.own_parts, t))
        for name, share in SPLIT.items():
            start[f"own parts: {name}"] = _slice(work, share, 0)
            finish[f"own parts: {name}"] = _slice(work, share, 1)
    return start, finish


def money_line(option: Option) -> str:
    """What an option's own bill is called."""
    return BILL if option.engine_sourcing == "managed" else MACHINES


def calendar_lines(world: World, option: Option) -> dict[str, Callable[[], Flow]]:
    """The lines that run with the calendar, each a recipe for its flow in USD a month."""
    lines: dict[str, Callable[[], Flow]] = {}
    given = option.upkeep_given
    if option.bill_given is not None:
        bill = option.bill_given
        lines[money_line(option)] = lambda: known_bill(world, option, world.value(bill))
    elif option.plan:
        lines[money_line(option)] = lambda: bills.plan_bill(world, option.plan)
    operate = option.operate
    if given is not None and not option.existing_parts:
        lines[OPERATIONS] = lambda: _scaled(world, operate, world.value(given)) * world.hour
    elif given is None and operate is not None:
        lines[OPERATIONS] = lambda: world.effort(operate) * _relative_effort(world, option, "operate") * world.hour
    if option.engine_sourcing == "managed" or option.rents:
        lines[VENDOR] = lambda: world.effort("vendor.upkeep") * world.hour
    if option.extends and option.existing_parts:
        lines[EXISTING] = lambda: existing_upkeep(world, option) * world.drift("ageing")
    for need in option.needs:
        if need.bills:
            lines[f"shared: {need.name}, machines"] = _need_line(world, need, machine=True)
        if need.operate:
            lines[f"shared: {need.name}, operations"] = _need_line(world, need, machine=False)
    if differentiation.brings_advantage(world, option):
        lines[ADVANTAGE] = lambda: differentiation.advantage(world)
    lines[GAPS] = lambda: gap_cost(world, option)
    if option.lived_without:
        lines[MISSING] = lambda: missing_cost(world, option)
    return lines


def _need_line(world: World, need: Need, *, machine: bool) -> Callable[[], Flow]:
    return lambda: bills.need_cost(world, need, machine)


def known_bill(world: World, option: Option, today: Array) -> Flow:
    """A bill known today: it grows with the component's main load and drifts as prices do.

    A list price's steps and caps don't apply to it: what was negotiated isn't on the list.
    """
    drift = "drift_saas" if option.engine_sourcing == "managed" and option.cloud is None else "drift_cloud"
    return world.load_growth * today * world.drift(drift)


def _scaled(world: World, curve: str | None, today: Array) -> Flow:
    """Hours known today, growing along the scale as the reference class does."""
    if curve is None:
        return world.users * today

    def growing(home: World) -> Array:
        mu = along(home.curve(curve), home.pieces, 0.0)
        return np.asarray(np.exp(mu - mu[0]))

    return world.shared(f"scaled:{curve}", growing) * today


def _relative_effort(world: World, option: Option, kind: str) -> Array | float:
    return world.value(option.effort[kind]) if kind in option.effort else 1.0


def overrun(world: World, project: str) -> Array:
    """The outside view on an estimate made inside (n,): what one's organisation and this project
    make of it. See docs/concepts/outside-view.md; reference-class actuals never carry it.
    """
    return np.asarray(np.exp(world.value("outside_view_organisation") + world.draws.again("outside_view_project", project)))


def _hours(world: World, option: Option, kind: str, month: Month) -> Array:
    assert option.adopt is not None
    if kind == "adopt" and option.adopt_given is not None:
        return world.value(option.adopt_given) * overrun(world, option.adopt_given)
    return np.asarray(world.effort_at(option.adopt, month) * _relative_effort(world, option, kind))


def own_share(world: World, parts: tuple[str, ...]) -> Array:
    """Share (n,) of the whole component's build effort that these parts make up."""
    if "shares" not in world.memo:
        world.memo["shares"] = sum(world.value(p.share) for p in world.problem.parts.values())
    table = world.problem.parts
    chosen = sum((world.value(table[p].share) for p in parts), start=np.zeros(world.n))
    return np.asarray(chosen / world.memo["shares"])


def production_hours(world: World, parts: tuple[str, ...], month: Month) -> Array:
    """Hours (n,) to build parts to production grade, if work starts in `month`.

    From the reference class, or from the user's own estimate for all required parts, corrected by
    the outside view (which never touches reference-class actuals).
    """
    problem = world.problem
    if problem.build_estimate is not None:
        required = tuple(p for p, part in problem.parts.items() if part.required)
        hours = world.value(problem.build_estimate) * HOURS_PER_PERSON_MONTH * overrun(world, problem.build_estimate)
        return np.asarray(hours * own_share(world, parts) / np.maximum(own_share(world, required), 1e-9))
    hours = world.effort_at(f"{problem.component}.build.production", month)
    return np.asarray(hours * own_share(world, parts) * world.value("assistants"))


def first_share(world: World, month: Month) -> Array:
    """Share (n,) of the production-grade effort that the first usable version takes."""
    component = world.problem.component
    first = world.effort_at(f"{component}.build.first_usable", month)
    whole = world.effort_at(f"{component}.build.production", month)
    return np.asarray(np.minimum(first / whole, 1.0))


def build_cost(world: World, parts: tuple[str, ...], month: Month) -> tuple[Array, Array]:
    """What parts cost (n,) to a first usable version, and from there to production grade."""
    usable = first_share(world, month)
    whole = production_hours(world, parts, month) * world.hour
    return usable * whole, (1 - usable) * whole


def _slice(work: Callable[[World, Month], tuple[Array, Array]], share: float, which: int) -> Amount:
    return lambda w, t: np.asarray(share * work(w, t)[which])


def _once(make: Callable[[World, Month], tuple[Array, Array]]) -> Callable[[World, Month], tuple[Array, Array]]:
    """Remembers the answer for the month asked last: four lines share one computation."""
    last: list[tuple[World, Month, tuple[Array, Array]]] = []

    def remembered(world: World, month: Month) -> tuple[Array, Array]:
        if not last or last[0][0] is not world or last[0][1] is not month:
            last[:] = [(world, month, make(world, month))]
        return last[0][2]

    return remembered


def upkeep_cost(world: World, option: Option) -> Flow | None:
    """Care of own code, before it ages: of the new own parts, else of what exists."""
    if option.own_parts:
        return part_upkeep(world, option.own_parts)
    return existing_upkeep(world, option) if option.existing_parts else None


def existing_upkeep(world: World, option: Option) -> Flow:
    """Care of today's own code: the hours the user counted, else the reference class's."""
    if option.upkeep_given is not None:
        hours = _scaled(world, f"{world.problem.component}.build.upkeep", world.value(option.upkeep_given))
        return hours * world.hour
    older = np.exp(np.log1p(world.value("ageing")) * (option.age_months / 12))  # it has aged since it was made
    if option.upkeep_prior is None:
        return part_upkeep(world, option.existing_parts) * older
    return world.effort(option.upkeep_prior) * (world.value("assistants") * world.hour * older)


def part_upkeep(world: World, parts: tuple[str, ...]) -> Flow:
    """Care of parts by the reference class's team at that scale, before it ages."""
    share = own_share(world, parts) * world.value("assistants") * world.hour
    return world.effort(f"{world.problem.component}.build.upkeep") * share


def gap_cost(world: World, option: Option) -> Flow:
    """What living with an option's gaps costs: hours of the whole team, at their price."""
    lost = gap_hours(world, option)
    for should in option.should_gaps:
        lost = lost + world.value(should)
    return world.users * (lost * world.hour)


def gap_hours(world: World, option: Option) -> Array:
    """Hours a month (n,) that the whole team loses to an option's gaps today."""
    return world.value(option.gap)


def missing_cost(world: World, option: Option) -> Flow:
    """What living without required parts costs: shares of the component's value."""
    table = world.problem.parts
    lost = sum((world.value(table[p].gap_share) for p in option.lived_without), start=np.zeros(world.n))
    return world.users * (np.minimum(lost, 1.0) * world.value_hours * world.hour)


def common_lines(world: World) -> dict[str, Array]:
    """Present values (n,) of the work that is yours in every option, by line: the same in all of
    them, so it is shown and moves no comparison. With nothing running, the first stock of units is
    made in the first month.
    """
    if "common" not in world.memo:
        paid = {line: hours.on(world).paid(0, world.months) for line, hours in yours_hours(world.home).items()}
        world.memo["common"] = {line: hours * world.hour for line, hours in paid.items()}
    return dict(world.memo["common"])


def yours_hours(world: World) -> dict[str, Flow]:
    """Hours a month of the work that is yours in every option, by line."""
    if "yours" not in world.memo:
        lines = {}
        for yours in world.problem.yours:
            level = world.level(yours.variable)
            hours = Flow(world, {})
            if yours.create is not None:
                path = level.path
                first = path[:1] if world.problem.incumbent.id == NOTHING else np.zeros_like(path[:1])
                new = np.concatenate([first, np.maximum(np.diff(path, axis=0), 0.0)])
                hours = hours + world.effort(yours.create) * new * yours.create_per
            if yours.keep is not None:
                hours = hours + level * world.effort(yours.keep) * yours.keep_per
            lines[f"{YOURS}{yours.name}"] = hours
        world.memo["yours"] = lines
    found: dict[str, Flow] = world.memo["yours"]
    return found


def value_of_component(world: World) -> Flow:
    """What having the component is worth a month, from the month it is wanted."""
    problem = world.problem
    if problem.value_given:
        today = world.value(f"{problem.component}.value_monthly")
    else:
        today = world.value_hours * world.hour
    wanted = world.shared("wanted", lambda home: np.where(home.when >= problem.wanted_month, 1.0, 0.0)[:, None])
    return world.users * today * wanted


def without_is_labour(world: World) -> frozenset[str]:
    return frozenset() if world.problem.value_given else frozenset({WITHOUT})


def lead_months(world: World, option: Option, month: Month) -> Int:
    """Whole months (n,) from starting work to first use: calendar time, stretched where the
    effort exceeds what the people available can give.
    """
    if option.incumbent or option.id == NOTHING:
        return np.zeros(world.n, dtype=np.int64)
    lead = np.zeros(world.n)
    if option.adopt:
        work = _hours(world, option, "adopt", month) / HOURS_PER_PERSON_MONTH
        team = np.minimum(world.capacity, np.maximum(SETUP_TEAM, work ** (1 - SCHEDULE_POWER) / SCHEDULE_MONTHS))
        lead = work / team
    if option.onboarding:
        lead = lead + world.effort_at("vendor.onboarding_calendar", month)
    if option.own_parts:
        share = own_share(world, option.own_parts)
        hours = first_share(world, month) * production_hours(world, option.own_parts, month)
        calendar = world.effort_at("build.first_usable_calendar", month) * share**SCHEDULE_POWER
        stretched = hours / HOURS_PER_PERSON_MONTH / world.capacity
        lead = np.maximum(lead, np.maximum(calendar, stretched))
    return np.asarray(np.rint(np.minimum(lead, 600)), dtype=np.int64)


def _grade_months(world: World, option: Option) -> Int:
    """Whole months (n,) from first use to production grade of the own parts."""
    share = own_share(world, option.own_parts) ** SCHEDULE_POWER
    first = world.effort_at("build.first_usable_calendar", 0)
    whole = world.effort_at("build.production_calendar", 0)
    return np.asarray(np.rint(np.maximum(whole - first, 0.0) * share), dtype=np.int64)
