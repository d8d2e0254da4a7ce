"""Steps of a derivation: an option, its ledger lines, their charges, drivers and sources.

Which drivers a line rests on is not declared but watched: the line is computed once more in a
world that notes every driver it reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from buildbuy.decide.outcome import ActionResult, Outcome
from buildbuy.decide.switching import Running, moving_lines
from buildbuy.domain.problem import DEFER, Driver, Option, Reason
from buildbuy.quantities.months import month_after
from buildbuy.questions.ownership import bills
from buildbuy.questions.ownership import ledger as lg
from buildbuy.report.words import dollars, number, option_name, rests_on, unit
from buildbuy.worlds.draws import Array
from buildbuy.worlds.endings import ending_month
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World

FORMULAS = {
    lg.BILL: "sum of the plan's charges, month by month, with the price drift; discounted from the cutover on",
    lg.MACHINES: "sum of the set-up's charges, month by month, with the price drift; discounted from the cutover on",
    lg.OPERATIONS: "hours a month at your scale × price of an hour; discounted from the cutover on",
    lg.VENDOR: "hours a year for renewal, review and access ÷ 12 × price of an hour",
    lg.GAPS: "hours a month the whole team loses × price of an hour, growing with the people",
    lg.MISSING: "share of the component's value lost without these parts × value in hours × price of an hour",
    lg.ADOPTION: "effort at your scale × price of an hour, spread over the lead time",
    lg.ONBOARDING: "hours of security, legal and purchasing work × price of an hour",
    lg.UPKEEP: "team of the reference class at your scale × share of own parts × price of an hour, rising with age, from production grade on",
    lg.EXISTING: "hours that today's own code takes × price of an hour, rising with age",
    lg.WITHOUT: "value of having the component, for the months until it is usable",
    lg.UNTIL: "hours that what runs today takes, until the cutover",
    lg.UNTIL_MONEY: "bills of what runs today, until the cutover",
    lg.EXIT: "fixed work + learning + things to move × effort each, × price of an hour, at the cutover",
    lg.DUAL: "months of running both × hours that the old one takes",
    lg.DUAL_MONEY: "months of running both × bills of the old one × what is still paid of them while the load moves over (all of what is signed for)",
    lg.ENDING: "in worlds where the owner ends it: migration, set-up and running of what follows, less what it would still have cost",
}


@dataclass(frozen=True)
class Node:
    """One step of a derivation."""

    text: str
    value: float | None = None
    detail: str = ""
    children: tuple[Node, ...] = field(default_factory=tuple)

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "value": self.value, "detail": self.detail, "children": [c.to_dict() for c in self.children]}


class Watching(Medians):
    """The median world, noting every driver it is asked for."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.problem.drivers)
        self.seen: list[str] = []

    def score(self, driver: str) -> Array:
        if driver in self.drivers:
            self.seen.append(driver)
        return super().score(driver)

    def value(self, driver: str) -> Array:
        self.seen.append(driver)
        return super().value(driver)


def named_line(outcome: Outcome, result: ActionResult, line: str, mean: float, currency: str, per: float) -> Node:
    """A ledger line that says whose it is."""
    node = line_node(outcome, result, line, mean, currency, per)
    return replace(node, text=f"{node.text}, {option_name(result, outcome.problem)}")


def option_node(outcome: Outcome, result: ActionResult, currency: str, per: float) -> Node:
    name = option_name(result, outcome.problem)
    months = outcome.problem.settings.months
    lines = tuple(line_node(outcome, result, x.line, x.mean, currency, per) for x in result.ledger if abs(x.mean) >= 0.5)
    text = f"{dollars(result.cost.mean / per, currency)}  mean present cost over {months} months, {name}"
    taken = outcome.comes_to(result)
    how = "the sum of its ledger lines" + ("" if taken is result else f": nothing before month {outcome.wait(result)}, then {option_name(taken, outcome.problem)}")
    return Node(text, result.cost.mean / per, how, (*bars(result.option), *lines, *_measured(taken.option), *_wanted(outcome, result)))


def bars(option: Option) -> Iterator[Node]:
    """What bars an option, why, and what would settle it."""
    yield from (reason_node(r) for r in option.reasons if r.bars)


def reason_node(r: Reason) -> Node:
    """One requirement against one option."""
    settle = (Node(f"to settle it: {r.settle}"),) if r.settle else ()
    return Node(f"{'barred, ' if r.bars else ''}{r.status}: {r.requirement}", None, f"{r.why} ({r.grade}{': ' if r.source else ''}{r.source})", settle)


def _wanted(outcome: Outcome, result: ActionResult) -> Iterator[Node]:
    """From when a wait's component is wanted."""
    if result.action == DEFER:
        wanted, months = outcome.wait(result), outcome.problem.settings.months
        what = "nothing of it falls within the horizon" if wanted >= months else f"in use within the horizon in {result.switches_in:.0%} of modelled worlds"
        yield Node(f"{wanted} months  until {month_after(outcome.problem.as_of, wanted)}, from when it is wanted", wanted, f"stated: `wanted_from` in the profile; {what}")


def _measured(option: Option) -> Iterator[Node]:
    """What was measured of the option against its requirements, and the record that says so."""
    for reason in option.reasons:
        if (found := reason.record) is not None:
            where = f"record {found._file}: {found.what} = {found.value} {found.unit}, {found.when}, n={found.n}, {found.where}"
            yield Node(f"{reason.status}: {reason.requirement}", None, f"{reason.why}", (Node(where, None, found.method),))


def line_node(outcome: Outcome, result: ActionResult, line: str, mean: float, currency: str, per: float) -> Node:
    drivers = watched(outcome, result, line)
    result = outcome.comes_to(result)
    children: list[Node] = []
    if line in (lg.BILL, lg.MACHINES):
        children += _charges(outcome, result.option, currency, per)
    children += [driver_node(outcome, d) for d in drivers]
    formula = FORMULAS.get(line, "")
    if line.startswith("own parts: "):
        formula = "effort to production grade × share of the parts × this kind of work × price of an hour"
    elif line.startswith(lg.YOURS):
        formula = "new units × effort each, and units × hours a month each, × price of an hour; the same in every option"
    elif line == lg.ENDING:
        formula += known_end(outcome, result)
    elif line.startswith("shared: "):
        formula = "what it takes to run; only the margin where you have it already; counted once in a stack"
    return Node(f"{dollars(mean / per, currency)}  {line}", mean / per, formula, tuple(children))


def known_end(outcome: Outcome, result: ActionResult) -> str:
    """What is known about the option's end, beside its owner's hazard."""
    option, bits = result.option, []
    if option.end_month is not None:
        bits.append(f"it is announced to end in {option.end_month} months")
    if option.dormant:
        bits.append("it is dormant: it is left after the notice")
    bits += [f"it is left where `{a.requirement}` comes ({a.probability:.0%}, in {a.month} months)" for a in option.anticipated]
    bits += [f"it is left where {x.variable.replace('_', ' ')} passes {x.cap:,.6g}" for x in option.limits]
    return "; " + "; ".join(bits) if bits else ""


def driver_node(outcome: Outcome, name: str) -> Node:
    driver: Driver = outcome.problem.drivers[name]
    p5, p50, p95 = outcome.shown[name]
    value = number(p50) if p5 == p95 else f"{number(p50)} [{number(p5)} … {number(p95)}]"
    detail = f"{driver.grade}: {rests_on(driver.grade, driver.source)}{driver.source} ({driver.as_of})" + (f"; {driver.note}" if driver.note else "")
    return Node(f"{value} {unit(driver.unit)}".strip() + f"  {driver.label}", p50, detail)


def stated_under(driver: Driver) -> tuple[Node, ...]:
    """Where a number that is only assumed or read can be stated."""
    return (Node(f"state your own under {driver.key}"),) if driver.key and driver.grade not in ("measured", "quoted", "stated") else ()


def _charges(outcome: Outcome, option: Option, currency: str, per: float) -> list[Node]:
    """Today's bill at the medians, charge by charge."""
    if not option.plan:
        return []
    world = World(outcome.problem, Medians(outcome.problem.drivers))
    step = next((s for s in option.plan if np.all(np.asarray(bills.admitted(world, s))[..., :1] if s.admits else True)), option.plan[-1])
    out = []
    for bill in step.bills:
        today = float(bills.charge(world, bill).at(0)[0])
        out.append(Node(f"{dollars(today / per, currency)} a month today  {bill.name}", today / per, f"{step.name}: rate × ({bill.quantity.text})", (driver_node(outcome, bill.rate),)))
    return out


def watched(outcome: Outcome, result: ActionResult, line: str) -> list[str]:
    """The drivers that computing one line reads, in order of first use."""
    problem, result = outcome.problem, outcome.comes_to(result)
    draws = Watching(outcome)
    world = World(replace(problem), draws)
    option = result.option
    start, finish = lg.setup_lines(option)
    if line in lg.calendar_lines(world, option):
        lg.calendar_lines(world, option)[line]()
    elif line in start or line in finish:
        for amount in (start.get(line), finish.get(line)):
            if amount is not None:
                amount(world, 0)
    elif line.startswith(lg.YOURS):
        lg.common_lines(world)
    elif line == lg.UPKEEP:
        lg.upkeep_cost(world, option)
        world.value("ageing")
    elif line in (lg.WITHOUT, lg.UNTIL, lg.UNTIL_MONEY):
        running = Running(world, problem.incumbent)
        _ = running.running
        lg.lead_months(world, option, 0)
    elif line in (lg.EXIT, lg.DUAL, lg.DUAL_MONEY, lg.COMMITMENT):
        moving_lines(world, Running(world, problem.incumbent), Running(world, option), np.zeros(1, dtype=np.int64))
    elif line == lg.ENDING and result.fallback:
        ending_month(world, option)
    return _useful(draws.seen, outcome)


def _useful(seen: Iterable[str], outcome: Outcome) -> list[str]:
    return [name for name in dict.fromkeys(seen) if name in outcome.problem.drivers]
