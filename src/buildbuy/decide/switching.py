"""Present values: an option run from a cutover on, and a move from one option to another.

With work started at t and lead L the cutover is s = t + L. Calendar lines count from s to the
horizon H; upkeep counts from s + P (production grade) and ages from s, so its present value is
exp(-k·s)·(C1[H] - C1[s+P]) with C1 the prefix sums of the flow times exp(k·m): prefix sums make
every policy cheap and stay exact (the property tests compare with a month-by-month loop).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from buildbuy.domain.problem import NOTHING, Option
from buildbuy.questions import migration
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array
from buildbuy.worlds.endings import NEVER, comes, ending_month
from buildbuy.worlds.flow import Flow, total_of
from buildbuy.worlds.world import World

Int = NDArray[np.int64]
Lines = dict[str, Array]


@dataclass
class Running:
    """An option in one batch of draws. `on` gives it in some of them, priced by the same paths."""

    world: World
    option: Option
    whole: Running | None = None
    static: tuple[Array, Int] | None = None
    _led: tuple[Int | int, Int] | None = None

    def on(self, part: World) -> Running:
        return self if part is self.world else Running(part, self.option, self)

    @cached_property
    def flows(self) -> lg.Flows:
        return self.whole.flows if self.whole is not None else lg.flows(self.world, self.option)

    def calendar(self, line: str) -> Flow | None:
        """One calendar line in these draws; None if the option hasn't got it."""
        found = self.flows.calendar.get(line)
        return None if found is None else found.on(self.world)

    def _sum(self, which: Callable[[str], bool]) -> Flow:
        return total_of(self.world, (flow for line, flow in self.flows.calendar.items() if which(line)))

    @cached_property
    def running(self) -> Flow:
        """The calendar lines' total."""
        return self._sum(lambda line: True) if self.whole is None else self.whole.running.on(self.world)

    @cached_property
    def money(self) -> Flow:
        """The bills among them."""
        return self._sum(lg.is_money) if self.whole is None else self.whole.money.on(self.world)

    @cached_property
    def bills(self) -> Flow:
        """The bills without a measured advantage, which two options side by side don't bring twice."""
        return self._sum(lambda line: lg.is_money(line) and line != lg.ADVANTAGE) if self.whole is None else self.whole.bills.on(self.world)

    @cached_property
    def fixed(self) -> Flow:
        """What the price of an hour leaves as it is."""
        return self._sum(lambda line: line not in self.flows.labour) if self.whole is None else self.whole.fixed.on(self.world)

    @cached_property
    def hours(self) -> Flow:
        """The hours among them without gaps: what keeping it running takes beside a new one."""
        gaps = (lg.GAPS, lg.MISSING, lg.WITHOUT)
        return self._sum(lambda line: line not in gaps and not lg.is_money(line)) if self.whole is None else self.whole.hours.on(self.world)

    @cached_property
    def aged(self) -> Flow | None:
        """Upkeep as if it had been in use since today."""
        return None if self.flows.aged is None else self.flows.aged.on(self.world)

    @cached_property
    def ageing(self) -> Array:
        assert self.flows.ageing is not None
        return self.world.mine(self.flows.ageing)

    @cached_property
    def grade_months(self) -> Int | None:
        grade = self.flows.grade_months
        return None if grade is None else self.world.mine(grade)

    @cached_property
    def _lead_today(self) -> Int:
        return self.flows.lead(self.world, 0) if self.whole is None else self.world.mine(self.whole._lead_today)

    def lead(self, month: Int | int) -> Int:
        """Months (n,) from starting work in a month to first use; the month asked last is remembered."""
        if isinstance(month, int) and month == 0:
            return self._lead_today
        if self._led is None or self._led[0] is not month:
            self._led = (month, self.flows.lead(self.world, month))
        return self._led[1]

    def upkeep_between(self, own_start: Int, begin: Int, end: Int | int) -> Array:
        """Present value (n,) of upkeep from `begin` to `end`, aged since `own_start`."""
        if self.aged is None:
            return np.zeros(self.world.n)
        span = self.aged.paid(np.minimum(begin, end), end)
        return np.asarray(np.exp(-self.ageing * own_start / 12) * span)

    def production_from(self, s: Int) -> Int:
        """Month (n,) in which upkeep begins after a cutover at s."""
        return s if self.grade_months is None else s + self.grade_months

    def start_lines(self, t: Int | int) -> Lines:
        """Present values of the set-up lines if work starts at t, spread over the lead.

        What would be spent past the horizon is not counted.
        """
        w = self.world
        begin = np.full(w.n, t, dtype=np.int64) if isinstance(t, int) else t
        factor = spread(w, begin, begin + self.lead(t))
        return {name: amount(w, t) * factor for name, amount in self.flows.start.items()}

    def finish_lines(self, t: Int | int, s: Int, stop: Int | None = None) -> Lines:
        """Present values of the work from first use (s) to production grade, up to `stop`."""
        if not self.flows.finish:
            return {}
        factor = spread(self.world, s, self.production_from(s), stop)
        return {name: amount(self.world, t) * factor for name, amount in self.flows.finish.items()}


def spread(world: World, begin: Int, end: Int, stop: Int | None = None) -> Array:
    """Discount factor (n,) of an amount spent evenly from `begin` to `end`; what falls past `stop`
    (or the horizon) is not spent.
    """
    m, d = world.months, world.discounted
    last = np.minimum(end, m) if stop is None else np.minimum(np.minimum(end, stop), m)
    first = np.minimum(begin, last)
    at_once = world.at_start[np.minimum(begin, m)]
    inside = begin < m if stop is None else (begin < m) & (begin <= stop)
    length = np.maximum(end - begin, 1)
    return np.asarray(np.where(end > begin, (d[last] - d[first]) / length, at_once * inside))


def moving_lines(world: World, old: Running, new: Running, s: Int, own_start: Int | int = 0, *, ended: bool = False) -> Lines:
    """Present values of leaving `old`, in use since `own_start`, for `new` with the cutover at s
    (within the horizon). What has `ended` can't run beside the new one, and nothing more is owed for it.
    """
    began = np.broadcast_to(np.asarray(own_start, dtype=np.int64), (world.n,))
    if migration.stays_put(old.option, new.option):
        return {} if ended or new.option.extends or new.option.plan_id == old.option.plan_id else contract_lines(old, began, s, new)
    inside = s < world.months
    when = np.where(inside, s, 0)
    discount = world.at_start[when] * inside
    lines = {lg.EXIT: migration.exit_cost(world, old.option, new.option, when, np.maximum(when - began, 0)) * discount}
    if ended:
        return lines
    both = np.minimum(s + migration.dual_months(world, old.option, new.option, when), world.months)
    care = old.upkeep_between(began, np.maximum(old.production_from(began), s), both)
    lines[lg.DUAL] = old.hours.paid(s, both) + care
    bills = old.bills.paid(s, both)
    lines[lg.DUAL_MONEY] = bills if old.option.commitment_months else bills * world.value("still_paid")  # what is signed for is paid
    return lines | contract_lines(old, began, both)


def contract_lines(old: Running, began: Int, since: Int, new: Running | None = None) -> Lines:
    """What a contract signed in month `began` (n,) still asks for from `since` on: the bill it was signed
    for, up to its end. On another plan of the same product (`new`) that plan's bill counts against it.
    """
    world = old.world
    bill = old.calendar(_signed_for(old))
    if not old.option.commitment_months or bill is None:
        return {}
    until = np.maximum(since, np.minimum(began + old.option.commitment_months, world.months))
    signed = bill.at(began)
    instead = None if new is None else new.calendar(_signed_for(new))
    if instead is None:
        return {lg.COMMITMENT: signed * (world.discounted[until] - world.discounted[since])}
    month = np.arange(world.months)[:, None]
    short = np.maximum(signed - instead.path, 0.0) * ((month >= since) & (month < until))
    return {lg.COMMITMENT: world.discount @ short}


def _signed_for(option: Running) -> str:
    return lg.MACHINES if option.option.rents else lg.BILL


def running(world: World, option: Option) -> Running:
    """The option in this world, remembered: its flows are computed once, whatever its reasons."""
    key = f"running:{option.id}:{option.plan_id}:{option.own_parts}:{option.lived_without}:{option.anticipated_parts}"
    if key not in world.memo:
        world.memo[key] = Running(world, option)
    found: Running = world.memo[key]
    found.option = option
    return found


def static_total(world: World, incumbent: Running, option: Running, wait: int = 0) -> tuple[Array, Int]:
    """Cost (n,) of taking an option after `wait` months, without endings, and its cutover; that of now is remembered."""
    if option.static is not None and wait == 0:
        return option.static
    lines, s = static_lines(world, incumbent, option, wait)
    found = np.asarray(sum(lines.values())), s
    if wait == 0:
        option.static = found
    return found


def in_use_from(option: Running, wait: int = 0) -> Int:
    """Month (n,) of first use, past the horizon or not, of an option that work starts on after `wait` months."""
    if option.option.incumbent:
        return np.zeros(option.world.n, dtype=np.int64)
    return option.lead(min(wait, option.world.months - 1)) + wait


def begun(world: World, s: Int, wait: int) -> NDArray[np.bool_]:
    """Where (n,) the work is started: after a wait, only what is in use before the horizon."""
    return np.ones(world.n, dtype=bool) if wait == 0 else s < world.months


def static_lines(world: World, incumbent: Running, option: Running, wait: int = 0) -> tuple[Lines, Int]:
    """The ledger (present values by line) of taking an option after `wait` months, without endings,
    and the month (n,) of its cutover. Before the cutover runs what runs today.
    """
    m = world.months
    s = np.minimum(in_use_from(option, wait), m)
    started = begun(world, s, wait)
    lines: Lines = {}
    if not option.option.incumbent:
        lines = until_lines(incumbent, s)
        lines |= moving_lines(world, incumbent, option, s)
        lines |= {name: value * started for name, value in option.start_lines(wait).items()}
        for name, value in option.finish_lines(wait, s).items():
            lines[name] = lines[name] + value if name in lines else value
    for name, flow in option.flows.calendar.items():
        value = flow.paid(s, m)
        lines[name] = lines[name] + value if name in lines else value
    if option.flows.upkeep is not None:
        lines[lg.UPKEEP] = option.upkeep_between(s, option.production_from(s), m)
    if option.option.anticipated_parts:
        lines[lg.ANTICIPATED] = anticipated_parts(world, option.option) * started
    return lines | lg.common_lines(world), s


def until_lines(incumbent: Running, s: Int) -> Lines:
    """Present values of what runs today up to the cutover; the worth of the months without it
    where nothing does.
    """
    whole = incumbent.running.paid(0, s)
    if incumbent.option.id == NOTHING:
        return {lg.WITHOUT: whole}
    money = incumbent.money.paid(0, s)
    today = np.zeros_like(s)
    return {lg.UNTIL: whole - money + incumbent.upkeep_between(today, today, s), lg.UNTIL_MONEY: money}


def anticipated_parts(world: World, option: Option) -> Array:
    """Present value (n,) of building parts that may come to be needed, and keeping them after."""
    total = np.zeros(world.n)
    for part, one in option.anticipated_parts:
        if one.month < world.months:
            first, rest = lg.build_cost(world, (part,), one.month)
            discount = world.at_start[one.month]
            care = lg.part_upkeep(world, (part,)).paid(one.month, world.months)
            total = total + comes(world, one) * ((first + rest) * discount + care)
    return total


def tail(option: Running, own_start: Int, s: Int) -> Array:
    """Present value (n,) of what an option running since `own_start` would still cost from s on."""
    m = option.world.months
    begin = np.maximum(option.production_from(own_start), s)
    return option.running.paid(s, m) + option.upkeep_between(own_start, begin, m)


def entering(option: Running, t: Int, s: Int) -> Array:
    """Present value (n,) of starting an option at t and running it from the cutover s on."""
    m = option.world.months
    total = option.running.paid(s, m)
    for line in option.start_lines(t).values():
        total = total + line
    for line in option.finish_lines(t, s).values():
        total = total + line
    return total + option.upkeep_between(s, option.production_from(s), m)


def unfinished(option: Running, own_start: Int, s: Int) -> Array:
    """Present value (n,) of the finishing work that a cutover to something else at s saves."""
    if not option.flows.finish:
        return np.zeros(option.world.n)
    whole = sum(option.finish_lines(0, own_start).values(), start=np.zeros(option.world.n))
    spent = sum(option.finish_lines(0, own_start, stop=s).values(), start=np.zeros(option.world.n))
    return whole - spent


class Change(NamedTuple):
    """A change in present value (n,), and the part of it that the price of an hour leaves as it is."""

    cost: Array
    fixed: Array

    @classmethod
    def none(cls, n: int) -> Change:
        return cls(np.zeros(n), np.zeros(n))


def switch(old: Running, own_start: Int, new: Running, t: Int) -> Change:
    """What changes when an option running since `own_start` is left for another with work starting
    at t. Nothing where the cutover would fall past the horizon: then the work is not started.
    """
    out = Change.none(old.world.n)
    which = np.flatnonzero(t < old.world.months)
    if len(which) == 0:
        return out
    world = old.world.some(which)
    old, new, own_start, t = old.on(world), new.on(world), world.mine(own_start), world.mine(t)
    s = t + new.lead(t)
    happens = s < world.months
    s = np.where(happens, s, 0)
    leaving = moving_lines(world, old, new, s, own_start)
    m = world.months
    cost = total(leaving, world) + entering(new, t, s) - tail(old, own_start, s) - unfinished(old, own_start, s)
    fixed = total(leaving, world, lg.is_money) + new.fixed.paid(s, m) - old.fixed.paid(s, m)
    out.cost[which], out.fixed[which] = np.where(happens, cost, 0.0), np.where(happens, fixed, 0.0)
    return out


def total(lines: Lines, world: World, which: Callable[[str], bool] = lambda line: True) -> Array:
    """Sum (n,) of some lines."""
    return sum((value for line, value in lines.items() if which(line)), start=np.zeros(world.n))


def forced_exit(option: Running, own_start: Int, fallback: Running, among: NDArray[np.bool_] | None = None) -> Change:
    """What changes by the option's ending: it runs to its end, then the fallback.

    Work on the fallback starts at the notice's end less its lead (never before today); where the
    lead is longer, the months between are without the component. The fallback's own ending is
    ignored. Zero in draws where the option outlives the horizon, and in those not `among` the
    draws that are looked at.
    """
    whole = option.world
    out = Change.none(whole.n)
    ends = ending_month(whole, option.option)
    hit = ends < whole.months
    which = np.flatnonzero(hit if among is None else hit & among)
    if len(which) == 0:
        return out
    world = whole.some(which)
    option, fallback, own_start, ends = option.on(world), fallback.on(world), world.mine(own_start), world.mine(ends)
    end = np.maximum(ends, own_start)
    lead = fallback.lead(np.minimum(end, world.months - 1))
    t = np.maximum(end - lead, 0)
    s = np.minimum(t + lead, world.months)
    leaving = moving_lines(world, option, fallback, s, own_start, ended=True)
    m = world.months
    out.cost[which] = total(leaving, world) + entering(fallback, t, s) - tail(option, own_start, end) - unfinished(option, own_start, end)
    out.fixed[which] = fallback.fixed.paid(s, m) - option.fixed.paid(end, m)
    if (s > end).any():
        without = lg.value_of_component(world).paid(end, s)
        out.cost[which] += without
        if world.problem.value_given:
            out.fixed[which] += without
    return out


def kept_total(world: World, incumbent: Running, option: Running, fallback: Running | None, wait: int = 0) -> tuple[Array, Int]:
    """Cost (n,) of taking an option after `wait` months and keeping it until it ends, and its cutover."""
    cost, s = static_total(world, incumbent, option, wait)
    among = begun(world, s, wait) if wait else None
    return (cost if fallback is None else cost + forced_exit(option, s, fallback, among).cost), s


__all__ = ["NEVER", "Change", "Running", "begun", "entering", "forced_exit", "in_use_from", "kept_total", "moving_lines", "running", "spread", "static_lines", "static_total", "switch", "tail"]
