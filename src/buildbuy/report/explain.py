"""The derivation of a printed number: option, ledger line, charges, drivers, sources.

Which drivers a line rests on is not declared but watched: the line is computed once more in a
world that notes every driver it reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from buildbuy.decide.outcome import ActionResult, Outcome
from buildbuy.decide.switching import Running, forced_exit, moving_lines
from buildbuy.domain.problem import DEFER, Driver, Option
from buildbuy.errors import BadInput
from buildbuy.questions.ownership import bills
from buildbuy.questions.ownership import ledger as lg
from buildbuy.report.safe import plain
from buildbuy.report.words import dollars, number, option_name, unit
from buildbuy.worlds.draws import Array
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
    lg.DUAL_MONEY: "months of running both × bills of the old one",
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


def tree(outcome: Outcome, wanted: str | None, currency: str, per: float) -> Node:
    """The derivation of `wanted`: an option's id, a ledger line, a driver's id, or a number as
    printed (112k); the verdict's cost if None. Raises BadInput if nothing matches.
    """
    if outcome.chosen is None:
        raise BadInput("there is no verdict to explain", hint="`buildbuy decide` shows which must bars every option")
    if wanted is None:
        return option_node(outcome, outcome.actions[outcome.chosen], currency, per)
    if wanted in outcome.actions:
        return option_node(outcome, outcome.actions[wanted], currency, per)
    if wanted in outcome.problem.drivers:
        return driver_node(outcome, wanted)
    for result in _in_order(outcome):
        for line in result.ledger:
            if line.line == wanted:
                return line_node(outcome, result, line.line, line.mean, currency, per)
    return _by_number(outcome, wanted, currency, per)


def _in_order(outcome: Outcome) -> list[ActionResult]:
    return sorted(outcome.actions.values(), key=lambda r: (r.action != outcome.chosen, r.action))


def _by_number(outcome: Outcome, wanted: str, currency: str, per: float) -> Node:
    match = re.fullmatch(r"[^\d-]*(-?\d[\d,.]*)\s*([kM]?)\s*", wanted)
    if not match:
        raise BadInput(f"`{wanted}` is neither an option, a ledger line, a driver nor a number", hint=f"options: {', '.join(outcome.actions)}")
    value = float(match[1].replace(",", "").rstrip(".")) * {"": 1, "k": 1e3, "M": 1e6}[match[2]]
    shown: list[tuple[float, Callable[[], Node]]] = []
    for result in _in_order(outcome):
        shown.append((result.cost.mean / per, lambda r=result: option_node(outcome, r, currency, per)))  # type: ignore[misc]
        for line in result.ledger:
            shown.append((line.mean / per, lambda r=result, x=line: line_node(outcome, r, x.line, x.mean, currency, per)))  # type: ignore[misc]
    nearest = min(shown, key=lambda s: abs(s[0] - value))
    if abs(nearest[0] - value) > max(0.05 * abs(value), 1):
        raise BadInput(f"no printed number is close to {wanted}", hint="try an option's id or a ledger line; `--money` prints them")
    return nearest[1]()


def option_node(outcome: Outcome, result: ActionResult, currency: str, per: float) -> Node:
    name = option_name(result, outcome.problem)
    months = outcome.problem.settings.months
    lines = tuple(line_node(outcome, result, x.line, x.mean, currency, per) for x in result.ledger if abs(x.mean) >= 0.5)
    text = f"{dollars(result.cost.mean / per, currency)}  mean present cost over {months} months, {name}"
    return Node(text, result.cost.mean / per, "the sum of its ledger lines", lines)


def line_node(outcome: Outcome, result: ActionResult, line: str, mean: float, currency: str, per: float) -> Node:
    drivers = watched(outcome, result, line)
    children: list[Node] = []
    if line in (lg.BILL, lg.MACHINES):
        children += _charges(outcome, result.option, currency, per)
    children += [driver_node(outcome, d) for d in drivers]
    formula = FORMULAS.get(line, "")
    if line.startswith("own parts: "):
        formula = "effort to production grade × share of the parts × this kind of work × price of an hour"
    elif line.startswith(lg.YOURS):
        formula = "new units × effort each, and units × hours a month each, × price of an hour; the same in every option"
    elif line.startswith("shared: "):
        formula = "what it takes to run; only the margin where you have it already; counted once in a stack"
    return Node(f"{dollars(mean / per, currency)}  {line}", mean / per, formula, tuple(children))


def driver_node(outcome: Outcome, name: str) -> Node:
    driver: Driver = outcome.problem.drivers[name]
    p5, p50, p95 = outcome.shown[name]
    value = number(p50) if p5 == p95 else f"{number(p50)} [{number(p5)} … {number(p95)}]"
    detail = f"{driver.grade}: {driver.source} ({driver.as_of})" + (f"; {driver.note}" if driver.note else "")
    return Node(f"{value} {unit(driver.unit)}".strip() + f"  {driver.label}", p50, detail)


def _charges(outcome: Outcome, option: Option, currency: str, per: float) -> list[Node]:
    """Today's bill at the medians, charge by charge."""
    if not option.plan:
        return []
    world = World(outcome.problem, Medians(outcome.problem.drivers))
    step = next((s for s in option.plan if np.all(np.asarray(bills.admitted(world, s))[..., :1] if s.admits else True)), option.plan[-1])
    out = []
    for bill in step.bills:
        path = np.broadcast_to(bills.charge(world, bill), (world.months, 1))
        today = float(path[0, 0])
        out.append(Node(f"{dollars(today / per, currency)} a month today  {bill.name}", today / per, f"{step.name}: rate × ({bill.quantity.text})", (driver_node(outcome, bill.rate),)))
    return out


def watched(outcome: Outcome, result: ActionResult, line: str) -> list[str]:
    """The drivers that computing one line reads, in order of first use."""
    problem = outcome.problem
    if result.action == DEFER:
        return []
    draws = Watching(outcome)
    world = World(replace(problem), draws)
    option = result.option
    start, finish = lg.setup_lines(world, option)
    if line in lg.calendar_lines(world, option):
        lg.calendar_lines(world, option)[line]()
    elif line in start or line in finish:
        for amount in (start.get(line), finish.get(line)):
            if amount is not None:
                amount(0)
    elif line.startswith(lg.YOURS):
        lg.common_lines(world)
    elif line == lg.UPKEEP:
        lg.upkeep_cost(world, option)
        world.value("ageing")
    elif line in (lg.WITHOUT, lg.UNTIL, lg.UNTIL_MONEY):
        running = Running(world, problem.incumbent)
        _ = running.prefix
        lg.lead_months(world, option, 0)
    elif line in (lg.EXIT, lg.DUAL, lg.DUAL_MONEY, lg.COMMITMENT):
        moving_lines(world, Running(world, problem.incumbent), option, np.zeros(1, dtype=np.int64))
    elif line == lg.ENDING and result.fallback:
        from buildbuy.worlds.endings import ending_month

        ending_month(world, option)
        _ = forced_exit
    return _useful(draws.seen, outcome)


def _useful(seen: Iterable[str], outcome: Outcome) -> list[str]:
    return [name for name in dict.fromkeys(seen) if name in outcome.problem.drivers]


def render(node: Node, depth: int = 3) -> str:
    """The tree with box characters, `depth` levels deep."""
    lines = [plain(node.text + (f"   ({node.detail})" if node.detail else ""))]
    lines += _branches(node, "", depth)
    return "\n".join(lines) + "\n"


def _branches(node: Node, indent: str, depth: int) -> list[str]:
    if depth == 0:
        return []
    out = []
    for i, child in enumerate(node.children):
        last = i == len(node.children) - 1
        out.append(f"{indent}{'└─' if last else '├─'} {plain(child.text)}")
        below = indent + ("   " if last else "│  ")
        if child.detail:
            out.append(f"{below}{'│ ' if child.children and depth > 1 else '  '}{plain(child.detail)}")
        out += _branches(child, below, depth - 1)
    return out
