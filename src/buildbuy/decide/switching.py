"""Present values: an option run from a cutover on, and a move from one option to another.

With work started at t and lead L the cutover is s = t + L. Calendar lines count from s to the
horizon H; upkeep counts from s + P (production grade) and ages from s, so its present value is
exp(-k·s)·(C1[H] - C1[s+P]) with C1 the prefix sums of the flow times exp(k·m): prefix sums make
every policy cheap and stay exact (the property tests compare with a month-by-month loop).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from buildbuy.domain.problem import NOTHING, Option
from buildbuy.questions import migration
from buildbuy.questions.ownership import ledger as lg
from buildbuy.worlds.draws import Array
from buildbuy.worlds.endings import NEVER, comes, ending_month
from buildbuy.worlds.world import World

Int = NDArray[np.int64]
Lines = dict[str, Array]


@dataclass
class Running:
    """An option in one batch of draws, with the prefix sums that price it from any month on."""

    world: World
    option: Option
    static: tuple[Array, Int] | None = None

    @cached_property
    def flows(self) -> lg.Flows:
        return lg.flows(self.world, self.option)

    @cached_property
    def prefix(self) -> Array:
        """Discounted prefix sums (M+1, n) of the calendar lines' total."""
        total = sum(self.flows.calendar.values(), start=np.zeros((1, 1)))
        return self._prefix(total)

    @cached_property
    def money_prefix(self) -> Array:
        """The bills among them."""
        total = sum((v for k, v in self.flows.calendar.items() if lg.is_money(k)), start=np.zeros((1, 1)))
        return self._prefix(total)

    @cached_property
    def bills_prefix(self) -> Array:
        """The bills without a measured advantage, which two options side by side don't bring twice."""
        total = sum((v for k, v in self.flows.calendar.items() if lg.is_money(k) and k != lg.ADVANTAGE), start=np.zeros((1, 1)))
        return self._prefix(total)

    @cached_property
    def hours_prefix(self) -> Array:
        """The hours among them without gaps: what keeping it running takes beside a new one."""
        gaps = (lg.GAPS, lg.MISSING, lg.WITHOUT)
        total = sum((v for k, v in self.flows.calendar.items() if k not in gaps and not lg.is_money(k)), start=np.zeros((1, 1)))
        return self._prefix(total)

    @cached_property
    def upkeep_prefix(self) -> Array | None:
        f = self.flows
        if f.upkeep is None or f.ageing is None:
            return None
        return self._prefix(f.upkeep * np.exp(f.ageing * (self.world.when[:, None] / 12)))

    def _prefix(self, path: Array) -> Array:
        out = np.zeros((self.world.months + 1, self.world.n))
        rows = np.broadcast_to(path, (self.world.months, self.world.n))
        for month, weight in enumerate(self.world.discount):  # row by row: several times faster than cumsum down the columns
            np.multiply(rows[month], weight, out=out[month + 1])
            out[month + 1] += out[month]
        return out

    def at(self, prefix: Array, month: Int) -> Array:
        """Prefix sum (n,) at a month per draw."""
        return np.take(prefix, self.world.flat(month, self.world.months))

    def calendar_from(self, s: Int) -> Array:
        return np.asarray(self.prefix[-1] - self.at(self.prefix, s))

    def upkeep_between(self, own_start: Int, begin: Int, end: Int) -> Array:
        """Present value (n,) of upkeep from `begin` to `end`, aged since `own_start`."""
        if self.upkeep_prefix is None:
            return np.zeros(self.world.n)
        assert self.flows.ageing is not None
        span = self.at(self.upkeep_prefix, end) - self.at(self.upkeep_prefix, np.minimum(begin, end))
        return np.asarray(np.exp(-self.flows.ageing * own_start / 12) * span)

    def production_from(self, s: Int) -> Int:
        """Month (n,) in which upkeep begins after a cutover at s."""
        return s if self.flows.grade_months is None else s + self.flows.grade_months

    def start_lines(self, t: Int | int) -> Lines:
        """Present values of the set-up lines if work starts at t, spread over the lead.

        What would be spent past the horizon is not counted.
        """
        w = self.world
        begin = np.full(w.n, t, dtype=np.int64) if isinstance(t, int) else t
        end = begin + self.flows.lead(t)
        factor = spread(w, begin, end)
        return {name: amount(t) * factor for name, amount in self.flows.start.items()}

    def finish_lines(self, t: Int | int, s: Int, stop: Int | None = None) -> Lines:
        """Present values of the work from first use (s) to production grade, up to `stop`."""
        if not self.flows.finish:
            return {}
        factor = spread(self.world, s, self.production_from(s), stop)
        return {name: amount(t) * factor for name, amount in self.flows.finish.items()}


def spread(world: World, begin: Int, end: Int, stop: Int | None = None) -> Array:
    """Discount factor (n,) of an amount spent evenly from `begin` to `end`; what falls past `stop`
    (or the horizon) is not spent.
    """
    m, d = world.months, world.discounted
    last = np.minimum(end, m) if stop is None else np.minimum(np.minimum(end, stop), m)
    first = np.minimum(begin, last)
    at_once = (1 + world.problem.settings.discount_rate) ** (-np.minimum(begin, m) / 12)
    inside = begin < m if stop is None else (begin < m) & (begin <= stop)
    length = np.maximum(end - begin, 1)
    return np.asarray(np.where(end > begin, (d[last] - d[first]) / length, at_once * inside))


def moving_lines(world: World, old: Running, new: Option, s: Int, own_start: Int | int = 0, *, ended: bool = False) -> Lines:
    """Present values of leaving `old`, in use since `own_start`, for `new` with the cutover at s
    (within the horizon). What has `ended` can't run beside the new one.
    """
    if migration.stays_put(old.option, new):
        return {}
    inside = s < world.months
    when = np.where(inside, s, 0)
    discount = (1 + world.problem.settings.discount_rate) ** (-when / 12) * inside
    lines = {lg.EXIT: migration.exit_cost(world, old.option, new, when) * discount}
    if ended:
        return lines
    both = np.minimum(s + migration.dual_months(world, old.option, new, when), world.months)
    began = np.broadcast_to(np.asarray(own_start, dtype=np.int64), (world.n,))
    care = old.upkeep_between(began, np.maximum(old.production_from(began), s), both)
    lines[lg.DUAL] = old.at(old.hours_prefix, both) - old.at(old.hours_prefix, s) + care
    lines[lg.DUAL_MONEY] = old.at(old.bills_prefix, both) - old.at(old.bills_prefix, s)
    bill = old.flows.calendar.get(lg.MACHINES if old.option.rents else lg.BILL)
    if old.option.commitment_months and bill is not None:
        until = np.maximum(both, np.minimum(began + old.option.commitment_months, world.months))
        signed = world.pick(np.broadcast_to(bill, (world.months, world.n)), began)  # a contract is for what it was signed for
        lines[lg.COMMITMENT] = signed * (world.discounted[until] - world.discounted[both])
    return lines


def running(world: World, option: Option) -> Running:
    """The option in this world, remembered: its flows are computed once, whatever its reasons."""
    key = f"running:{option.id}:{option.plan_id}:{option.own_parts}:{option.lived_without}:{option.anticipated_parts}"
    if key not in world.memo:
        world.memo[key] = Running(world, option)
    found: Running = world.memo[key]
    found.option = option
    return found


def static_total(world: World, incumbent: Running, option: Running) -> tuple[Array, Int]:
    """Cost (n,) of taking an option now, without endings, and its cutover; remembered."""
    if option.static is None:
        lines, s = static_lines(world, incumbent, option)
        option.static = (np.asarray(sum(lines.values())), s)
    return option.static


def static_lines(world: World, incumbent: Running, option: Running) -> tuple[Lines, Int]:
    """The ledger (present values by line) of taking an option now, without endings, and the
    month (n,) of its cutover. Before the cutover runs what runs today.
    """
    m = world.months
    if option.option.incumbent:
        s = np.zeros(world.n, dtype=np.int64)
        lines: Lines = {}
    else:
        s = np.minimum(option.flows.lead(0), m)
        lines = until_lines(incumbent, s)
        lines |= moving_lines(world, incumbent, option.option, s)
        lines |= option.start_lines(0)
        for name, value in option.finish_lines(0, s).items():
            lines[name] = lines[name] + value if name in lines else value
    weight = world.discount[:, None] * (world.when[:, None] >= s)
    for name, path in option.flows.calendar.items():
        value = np.einsum("mn,mn->n", np.broadcast_to(path, weight.shape), weight)
        lines[name] = lines[name] + value if name in lines else value
    if option.flows.upkeep is not None:
        lines[lg.UPKEEP] = option.upkeep_between(s, option.production_from(s), np.full(world.n, m))
    if option.option.anticipated_parts:
        lines[lg.ANTICIPATED] = anticipated_parts(world, option.option)
    return lines | lg.common_lines(world), s


def until_lines(incumbent: Running, s: Int) -> Lines:
    """Present values of what runs today up to the cutover; the worth of the months without it
    where nothing does.
    """
    whole = incumbent.at(incumbent.prefix, s)
    if incumbent.option.id == NOTHING:
        return {lg.WITHOUT: whole}
    money = incumbent.at(incumbent.money_prefix, s)
    today = np.zeros_like(s)
    return {lg.UNTIL: whole - money + incumbent.upkeep_between(today, today, s), lg.UNTIL_MONEY: money}


def anticipated_parts(world: World, option: Option) -> Array:
    """Present value (n,) of building parts that may come to be needed, and keeping them after."""
    total = np.zeros(world.n)
    for part, one in option.anticipated_parts:
        if one.month < world.months:
            first, rest = lg.build_cost(world, (part,), one.month)
            discount = (1 + world.problem.settings.discount_rate) ** (-one.month / 12)
            care = lg.part_upkeep(world, (part,))
            after = world.discount * (world.when >= one.month)
            total = total + comes(world, one) * ((first + rest) * discount + np.einsum("mn,m->n", care, after))
    return total


def tail(option: Running, own_start: Int, s: Int) -> Array:
    """Present value (n,) of what an option running since `own_start` would still cost from s on."""
    m = np.full(option.world.n, option.world.months)
    begin = np.maximum(option.production_from(own_start), s)
    return option.calendar_from(s) + option.upkeep_between(own_start, begin, m)


def entering(option: Running, t: Int, s: Int) -> Array:
    """Present value (n,) of starting an option at t and running it from the cutover s on."""
    total = option.calendar_from(s)
    for line in option.start_lines(t).values():
        total = total + line
    for line in option.finish_lines(t, s).values():
        total = total + line
    m = np.full(option.world.n, option.world.months)
    return total + option.upkeep_between(s, option.production_from(s), m)


def unfinished(option: Running, own_start: Int, s: Int) -> Array:
    """Present value (n,) of the finishing work that a cutover to something else at s saves."""
    if not option.flows.finish:
        return np.zeros(option.world.n)
    whole = sum(option.finish_lines(0, own_start).values(), start=np.zeros(option.world.n))
    spent = sum(option.finish_lines(0, own_start, stop=s).values(), start=np.zeros(option.world.n))
    return whole - spent


def switch(old: Running, own_start: Int, new: Running, t: Int) -> Array:
    """Change in present value (n,) when an option running since `own_start` is left for another
    with work starting at t. Zero where the cutover would fall past the horizon: then the work is
    not started.
    """
    world = old.world
    begun = np.minimum(t, world.months - 1)
    s = begun + new.flows.lead(begun)
    happens = (t < world.months) & (s < world.months)
    s = np.where(happens, s, 0)
    leaving = sum(moving_lines(world, old, new.option, s, own_start).values(), start=np.zeros(world.n))
    change = leaving + entering(new, begun, s) - tail(old, own_start, s) - unfinished(old, own_start, s)
    return np.asarray(np.where(happens, change, 0.0))


def forced_exit(option: Running, own_start: Int, fallback: Running) -> Array:
    """Change in present value (n,) from the option's ending: run to its end, then the fallback.

    Work on the fallback starts at the notice's end less its lead (never before today); where the
    lead is longer, the months between are without the component. The fallback's own ending is
    ignored. Zero in draws where the option outlives the horizon.
    """
    world = option.world
    ends = ending_month(world, option.option)
    hit = ends < world.months
    if not hit.any():
        return np.zeros(world.n)
    end = np.where(hit, np.maximum(ends, own_start), 0)
    lead = fallback.flows.lead(np.minimum(end, world.months - 1))
    t = np.maximum(end - lead, 0)
    s = np.minimum(t + lead, world.months)
    without: Array | float = 0.0
    if (s > end).any():
        if "without" not in world.memo:
            world.memo["without"] = option._prefix(lg.value_of_component(world))
        without = option.at(world.memo["without"], s) - option.at(world.memo["without"], end)
    leaving = sum(moving_lines(world, option, fallback.option, s, own_start, ended=True).values(), start=np.zeros(world.n))
    change = leaving + entering(fallback, t, s) - tail(option, own_start, end) - unfinished(option, own_start, end) + without
    return np.asarray(np.where(hit, change, 0.0))


def kept_total(world: World, incumbent: Running, option: Running, fallback: Running | None) -> tuple[Array, Int]:
    """Cost (n,) of taking an option now and keeping it until it ends, and its cutover."""
    cost, s = static_total(world, incumbent, option)
    return (cost if fallback is None else cost + forced_exit(option, s, fallback)), s


__all__ = ["NEVER", "Running", "entering", "forced_exit", "kept_total", "moving_lines", "running", "spread", "static_lines", "static_total", "switch", "tail"]
