"""Present values by prefix sums against a plain simulation, month by month, one world at a time.

The simulation shares no code with `decide.switching`: it walks through the months, asks what runs
and what is being paid for, and adds up. Amounts, leads and delays are made up by hypothesis.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buildbuy.decide import switching
from buildbuy.decide.switching import Running
from buildbuy.domain.problem import NOTHING, Option, Settings
from buildbuy.questions.ownership import ledger as lg
from buildbuy.questions.ownership.ledger import Flows
from buildbuy.worlds.world import World

N = 4
LIVED_WITH = (lg.GAPS, lg.MISSING, lg.WITHOUT)


# -- made-up worlds --------------------------------------------------------------------------------


class MadeUp(World):
    """A world whose migration efforts and prices are tables."""

    def __init__(self, months: int, rate: float, hours: dict[str, np.ndarray], hour: np.ndarray) -> None:
        problem: Any = SimpleNamespace(settings=Settings(months=months, discount_rate=rate), exit=(), migrate_estimate=None, counted=(), yours=())
        draws: Any = SimpleNamespace(n=N, part=lambda which: SimpleNamespace(n=len(which)))
        super().__init__(problem, draws)
        self.hours = hours
        self.__dict__["scale"] = np.zeros((months, N))
        self.__dict__["hour"] = hour

    def effort_at(self, driver: str, month: Any) -> Any:
        return self.pick(self.hours[driver], month)

    def value(self, driver: str) -> Any:
        assert driver == "still_paid"
        return np.asarray(self.hour / 200)  # between 0.2 and 1


def option(name: str, **more: Any) -> Option:
    return Option(name, name, name, "managed", "managed", **more)


def table(values: np.ndarray) -> Callable[[World, Any], np.ndarray]:
    """An amount by the month in which work starts."""
    last = len(values) - 1

    def at(world: World, month: Any) -> np.ndarray:
        return values[np.minimum(month, last), world.columns]

    return at


@dataclass
class Made:
    """One option both ways: as the engine sees it, and as plain tables for the simulation."""

    running: Running
    leads: np.ndarray
    starts: dict[str, np.ndarray]
    finishes: dict[str, np.ndarray]

    @property
    def option(self) -> Option:
        return self.running.option


def made(world: World, rng: np.random.Generator, what: Option, shape: dict[str, Any]) -> Made:
    """An option with random flows; `shape` says what it has."""
    m = world.months
    incumbent = what.incumbent
    leads = np.zeros((m + 1, N), int) if incumbent else rng.integers(0, shape["lead"] + 1, (m + 1, N))
    calendar = {lg.BILL: rng.gamma(2, 50, (m, N)), lg.OPERATIONS: rng.gamma(2, 30, (m, 1)) * np.ones(N)}
    calendar[lg.GAPS] = rng.gamma(2, 40, (m, N))
    if what.id == NOTHING:
        calendar = {lg.WITHOUT: rng.gamma(2, 40, (m, N))}
    starts = {} if incumbent else {lg.ADOPTION: rng.gamma(2, 300, (m + 1, N)), "own parts": rng.gamma(2, 500, (m + 1, N))}
    finishes = {"own parts": rng.gamma(2, 400, (m + 1, N))} if shape["grade"] is not None and not incumbent else {}
    grade = rng.integers(0, shape["grade"] + 1, N) if finishes else None
    cared_for = shape["upkeep"] and what.id != NOTHING
    upkeep, ageing = rng.gamma(2, 20, (m, N)), rng.uniform(0, 0.8, N)
    flows = Flows(
        option=what,
        calendar={line: world.flow(path) for line, path in calendar.items()},
        start={k: table(v) for k, v in starts.items()},
        finish={k: table(v) for k, v in finishes.items()},
        upkeep=world.flow(upkeep) if cared_for else None,
        aged=world.flow(upkeep * np.exp(ageing * np.arange(m)[:, None] / 12)) if cared_for else None,
        ageing=ageing if cared_for else None,
        lead=table(leads),
        grade_months=grade,
    )
    running = Running(world, what)
    running.__dict__["flows"] = flows
    return Made(running, leads, starts, finishes)


@dataclass
class Case:
    world: MadeUp
    today: Made
    first: Made
    later: Made


@st.composite
def cases(draw: st.DrawFn, *, nothing: bool | None = None) -> Case:
    months = draw(st.integers(1, 40))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    hours = {
        "migrate.fixed": rng.gamma(2, 30, (months, N)),
        "migrate.learning": rng.gamma(2, 20, (months, N)),
        "migrate.dual_running": rng.uniform(0, draw(st.integers(0, 6)), (months, N)),
    }
    world = MadeUp(months, draw(st.sampled_from([0.0, 0.05, 0.12, 0.4])), hours, rng.uniform(40, 200, N))
    shapes = st.fixed_dictionaries({"lead": st.integers(0, 14), "grade": st.none() | st.integers(0, 12), "upkeep": st.booleans()})
    empty = draw(st.booleans()) if nothing is None else nothing
    today = Option(NOTHING, "nothing", None, "defer", "none", incumbent=True) if empty else option("today", incumbent=True, commitment_months=draw(st.integers(0, 50)))
    return Case(
        world,
        made(world, rng, today, draw(shapes)),
        made(world, rng, option("first"), draw(shapes)),
        made(world, rng, option("later"), draw(shapes)),
    )


# -- the simulation: scalars only ------------------------------------------------------------------


class Purse:
    """What has been spent in one world, in present value, by line."""

    def __init__(self, world: MadeUp, draw: int) -> None:
        self.rate, self.months, self.draw = world.problem.settings.discount_rate, world.months, draw
        self.lines: dict[str, float] = {}

    def pay(self, line: str, amount: float, years: float) -> None:
        self.lines[line] = self.lines.get(line, 0.0) + amount / (1 + self.rate) ** years

    def during(self, line: str, amount: float, month: int) -> None:
        """Money that flows in a month counts in its middle."""
        self.pay(line, amount, (month + 0.5) / 12)

    def evenly(self, line: str, amount: float, begin: int, end: int, stop: int | None = None) -> None:
        """Work of `amount` from month `begin` up to `end`; nothing is paid from `stop` on, nor
        past the horizon. Work that takes no time is paid when it begins.
        """
        if end == begin:
            if begin < self.months and (stop is None or begin <= stop):
                self.pay(line, amount, begin / 12)
            return
        for month in range(begin, end):
            if month < self.months and (stop is None or month < stop):
                self.during(line, amount / (end - begin), month)

    @property
    def total(self) -> float:
        return sum(self.lines.values())


def billed(line: str) -> bool:
    return line in (lg.BILL, lg.MACHINES, lg.CREDITS) or line.endswith("machines")


def run_month(purse: Purse, what: Made, began: int, month: int) -> None:
    """One month of an option that went into use in month `began`."""
    flows, d = what.running.flows, purse.draw
    for line, flow in flows.calendar.items():
        purse.during(line, float(flow.path[month, d]), month)
    care_begins = began + (0 if flows.grade_months is None else int(flows.grade_months[d]))
    if flows.upkeep is not None and month >= care_begins:
        aged = math.exp(float(flows.ageing[d]) * (month - began) / 12)
        purse.during(lg.UPKEEP, float(flows.upkeep.path[month, d]) * aged, month)


def move(purse: Purse, world: MadeUp, old: Made, began: int, cutover: int) -> None:
    """Leave `old`, in use since `began`, with the cutover in a month within the horizon."""
    if old.option.id == NOTHING or cutover >= purse.months:
        return
    d = purse.draw
    hours = float(world.hours["migrate.fixed"][cutover, d] + world.hours["migrate.learning"][cutover, d])
    purse.pay(lg.EXIT, hours * float(world.hour[d]), cutover / 12)
    both = min(cutover + round(float(world.hours["migrate.dual_running"][cutover, d])), purse.months)
    for month in range(cutover, both):
        beside = Purse(world, d)
        run_month(beside, old, began, month)
        for line, v in beside.lines.items():
            if line not in LIVED_WITH:
                name = lg.DUAL_MONEY if billed(line) else lg.DUAL
                share = float(world.hour[d]) / 200 if billed(line) and not old.option.commitment_months else 1.0
                purse.lines[name] = purse.lines.get(name, 0.0) + share * v
    for month in range(both, min(began + old.option.commitment_months, purse.months)):
        signed = float(old.running.flows.calendar[lg.BILL].path[min(began, purse.months - 1), d])
        purse.during(lg.COMMITMENT, signed, month)


def begin(purse: Purse, what: Made, start: int) -> int:
    """Pay for setting an option up from month `start`; the month of its cutover."""
    lead = int(what.leads[start, purse.draw])
    for line, amounts in what.starts.items():
        purse.evenly(line, float(amounts[start, purse.draw]), start, start + lead)
    return start + lead


def finish(purse: Purse, what: Made, start: int, cutover: int, stop: int | None = None) -> None:
    grade = what.running.flows.grade_months
    for line, amounts in what.finishes.items():
        assert grade is not None
        purse.evenly(line, float(amounts[start, purse.draw]), cutover, cutover + int(grade[purse.draw]), stop)


def take(case: Case, draw: int) -> tuple[Purse, int]:
    """Take the first option today, while what runs today goes on until the cutover."""
    world, purse = case.world, Purse(case.world, draw)
    cutover = min(begin(purse, case.first, 0), world.months)
    nothing = case.today.option.id == NOTHING
    for month in range(world.months):
        if month < cutover:
            old = Purse(world, draw)
            run_month(old, case.today, 0, month)
            for line, v in old.lines.items():
                name = lg.WITHOUT if nothing else lg.UNTIL_MONEY if billed(line) else lg.UNTIL
                purse.lines[name] = purse.lines.get(name, 0.0) + v
        else:
            run_month(purse, case.first, cutover, month)
    move(purse, world, case.today, 0, cutover)
    finish(purse, case.first, 0, cutover)
    return purse, cutover


def take_then_switch(case: Case, draw: int, start: int) -> float:
    """Take the first option today and begin work on the later one in month `start`."""
    world, m = case.world, case.world.months
    lead = int(case.later.leads[min(start, m - 1), draw])
    if start >= m or start + lead >= m:
        return take(case, draw)[0].total
    purse = Purse(world, draw)
    ready = min(begin(purse, case.first, 0), m)
    cutover = begin(purse, case.later, start)
    for month in range(m):
        if month < ready:
            run_month(purse, case.today, 0, month)
        elif month < cutover:
            run_month(purse, case.first, ready, month)
        else:
            run_month(purse, case.later, cutover, month)
    move(purse, world, case.today, 0, ready)
    finish(purse, case.first, 0, ready, stop=cutover)
    move(purse, world, case.first, ready, cutover)
    finish(purse, case.later, start, cutover)
    return purse.total


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-6)


# -- the comparison --------------------------------------------------------------------------------


@given(cases())
@settings(deadline=None)
def test_taking_an_option_line_by_line(case: Case) -> None:
    lines, s = switching.static_lines(case.world, case.today.running, case.first.running)
    for draw in range(N):
        purse, cutover = take(case, draw)
        assert s[draw] == cutover
        for line in {*lines, *purse.lines}:
            assert float(np.broadcast_to(lines.get(line, 0.0), N)[draw]) == close(purse.lines.get(line, 0.0)), line


@given(cases())
@settings(deadline=None)
def test_keeping_what_runs_today(case: Case) -> None:
    lines, s = switching.static_lines(case.world, case.today.running, case.today.running)
    assert (s == 0).all()
    for draw in range(N):
        purse = Purse(case.world, draw)
        for month in range(case.world.months):
            run_month(purse, case.today, 0, month)
        assert sum(float(v[draw]) for v in lines.values()) == close(purse.total)


@given(cases(), st.lists(st.integers(0, 45), min_size=N, max_size=N))
@settings(deadline=None)
def test_a_switch(case: Case, after: list[int]) -> None:
    """Work on the later option begins some months after the first is in use."""
    world = case.world
    lines, ready = switching.static_lines(world, case.today.running, case.first.running)
    start = np.minimum(ready + np.asarray(after), world.months).astype(np.int64)
    change = switching.switch(case.first.running, ready, case.later.running, start).cost
    for draw in range(N):
        whole = sum(float(v[draw]) for v in lines.values()) + float(change[draw])
        assert whole == close(take_then_switch(case, draw, int(start[draw])))


@given(cases(), st.integers(0, 40), st.integers(0, 40))
@settings(deadline=None)
def test_what_is_left_of_an_option(case: Case, began: int, since: int) -> None:
    world = case.world
    own_start = np.full(N, min(began, world.months))
    s = np.minimum(own_start + since, world.months)
    found = switching.tail(case.first.running, own_start, s)
    for draw in range(N):
        purse = Purse(world, draw)
        for month in range(int(s[draw]), world.months):
            run_month(purse, case.first, int(own_start[draw]), month)
        assert float(found[draw]) == close(purse.total)


@given(cases(), st.integers(0, 39))
@settings(deadline=None)
def test_entering_an_option(case: Case, start: int) -> None:
    world = case.world
    t = np.full(N, min(start, world.months - 1))
    s = t + case.later.running.lead(t)
    found = switching.entering(case.later.running, t, s)
    for draw in range(N):
        purse = Purse(world, draw)
        cutover = begin(purse, case.later, int(t[draw]))
        for month in range(cutover, world.months):
            run_month(purse, case.later, cutover, month)
        finish(purse, case.later, int(t[draw]), cutover)
        assert float(found[draw]) == close(purse.total)


def with_lead(what: Made, months: int) -> Made:
    """The same option with a lead of so many months, whenever work begins."""
    leads = np.full_like(what.leads, months)
    running = Running(what.running.world, what.option)
    running.__dict__["flows"] = replace(what.running.flows, lead=table(leads))
    return Made(running, leads, what.starts, what.finishes)


@given(cases(nothing=False))
@settings(deadline=None)
def test_with_a_running_a_cutover_at_once_costs_b_and_the_exit(case: Case) -> None:
    world, old, new = case.world, case.today, with_lead(case.later, 0)
    zero = np.zeros(N, np.int64)
    staying = sum(switching.static_lines(world, old.running, old.running)[0].values())
    found = staying + switching.switch(old.running, zero, new.running, zero).cost
    for draw in range(N):
        purse = Purse(world, draw)
        assert begin(purse, new, 0) == 0
        finish(purse, new, 0, 0)
        for month in range(world.months):
            run_month(purse, new, 0, month)
        move(purse, world, old, 0, 0)
        assert float(found[draw]) == close(purse.total)
    taken, s = switching.static_lines(world, old.running, new.running)
    assert (s == 0).all()
    assert found == pytest.approx(sum(taken.values()), rel=1e-9)


@given(cases(nothing=False), st.integers(0, 60))
@settings(deadline=None)
def test_with_a_running_a_cutover_at_the_horizon_costs_a(case: Case, late: int) -> None:
    world, old = case.world, case.today
    zero = np.zeros(N, np.int64)
    begin_at = np.full(N, late, np.int64)
    new = with_lead(case.later, max(world.months - late, 0))
    assert (switching.switch(old.running, zero, new.running, begin_at).cost == 0).all()


@given(cases(), st.integers(1, 6), st.integers(0, 35))
@settings(deadline=None)
def test_a_longer_exit_never_makes_leaving_likelier(case: Case, times: int, start: int) -> None:
    """Every draw in which leaving is worth it with the longer exit is one with the shorter."""
    world = case.world
    ready = switching.static_lines(world, case.today.running, case.first.running)[1]
    t = np.minimum(ready + start, world.months).astype(np.int64)
    short = switching.switch(case.first.running, ready, case.later.running, t).cost
    for name in ("migrate.fixed", "migrate.learning"):
        world.hours[name] = world.hours[name] * times
    long = switching.switch(case.first.running, ready, case.later.running, t).cost
    assert (long >= short - 1e-9 * np.abs(short)).all()
    assert not ((long < 0) & (short >= 0)).any()


def test_the_simulation_can_tell_a_difference() -> None:
    """A month more of lead, an ignored exit or young upkeep would all be seen."""
    rng = np.random.default_rng(1)
    hours = {f"migrate.{k}": np.full((36, N), v) for k, v in (("fixed", 50.0), ("learning", 20.0), ("dual_running", 2.0))}
    world = MadeUp(36, 0.12, hours, np.full(N, 100.0))
    shape = {"lead": 0, "grade": 3, "upkeep": True}
    today, first, later = (made(world, rng, o, shape) for o in (option("today", incumbent=True), option("first"), option("later")))
    case = Case(world, today, first, later)
    base = take_then_switch(case, 0, 12)
    assert take_then_switch(Case(world, today, first, with_lead(later, 1)), 0, 12) != close(base)
    hours["migrate.fixed"] += 1
    assert take_then_switch(case, 0, 12) == pytest.approx(base + 100 * (1 + 1.12**-1), rel=1e-9)
