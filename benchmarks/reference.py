"""The ledgers a second time, written as plainly as speed allows: an outer loop over months, an
inner one over lines, arrays over draws. It shares no code with `questions` or `decide`; what it
takes over are driver values, scores and the text of the price plans' expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import CodeType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from buildbuy.domain.problem import NOTHING, Bill, Need, Option, PlanStep, Problem, Yours
from buildbuy.quantities.units import base_factor

Array = NDArray[np.float64]
Values = Callable[[str], Array]
PEOPLE = (3.0, 30.0, 150.0, 600.0)
PERSON_MONTH = 152.0
SETUP = {"design and implementation": 0.6, "testing": 0.25, "documentation": 0.07, "onboarding": 0.08}
FUNCTIONS = {"__builtins__": {}, "ceil": np.ceil, "floor": np.floor, "max": np.maximum, "min": np.minimum}
NOT_RUNNING = ("gaps lived with", "missing parts lived without", "months without it")


def position(level: Array, knots: tuple[float, ...]) -> Array:
    """Where a level lies between the typical ones: 0 at S, 1 at M, 2 at L, 3 at XL."""
    k, x = np.log(knots), np.log(np.maximum(level, 1e-12))
    which = np.searchsorted(k[1:3], x, side="right")
    return np.clip(which + (x - k[which]) / (k[which + 1] - k[which]), -0.5, 3.5)


def between(knots: tuple[float, ...], pieces: tuple[Array, Array, Array]) -> Array | float:
    """Straight lines through the knots at 0, 1, 2 and 3, continued past both ends."""
    out: Array | float = knots[0]
    for piece, low, high in zip(pieces, knots, knots[1:], strict=False):
        if high != low:
            out = out + (high - low) * piece
    return out


class Month:
    """What every option sees of one month, worked out once."""

    def __init__(self, of: Reference, m: int) -> None:
        self.of, self.m, self.years = of, m, m / 12
        self.weight = (1 + of.rate) ** (-(m + 0.5) / 12)
        self.at_once = (1 + of.rate) ** (-m / 12)
        self.kept: dict[Any, Any] = {}

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def growth(self, kind: str) -> Array | float:
        if kind == "none":
            return 1.0
        return self.once(("growth", kind), lambda: self._growth(kind))

    def _growth(self, kind: str) -> Array:
        run = self.once("run", lambda: -np.expm1(-self.m / self.of.value("fade")) * self.of.value("fade") / 12)
        return np.exp(self.of.log_growth(kind) * run)

    @property
    def load_growth(self) -> Array | float:
        main = self.of.problem.break_even
        return self.growth(self.of.problem.variables[main[0]].growth if main else "people")

    def level(self, variable: str) -> Array:
        spec = self.of.problem.variables[variable]
        return self.once(("level", variable), lambda: self.growth(spec.growth) * self.of.level_today(variable))

    @property
    def scale(self) -> Array:
        return self.once("scale", self._scale)

    def _scale(self) -> Array:
        people = position(self.growth("people") * self.of.value("ml_people"), PEOPLE)
        work = [position(self.level(name), knots) for name, knots in self.of.problem.scale.items()]
        return (people + np.maximum.reduce(work)) / 2 if work else people

    @property
    def pieces(self) -> tuple[Array, Array, Array]:
        """How far the scale has come on the way from S to M, from M to L, and beyond L."""
        x = self.scale
        return self.once("pieces", lambda: (np.minimum(x, 1), np.clip(x - 1, 0, 1), np.maximum(x - 2, 0)))

    def center(self, driver: str) -> Array | float:
        shape = self.of.problem.drivers[driver].curve
        return self.once(("mu", shape.mu), lambda: between(shape.mu, self.pieces))

    def effort(self, driver: str) -> Array:
        return self.once(("effort", driver), lambda: self._effort(driver))

    def _effort(self, driver: str) -> Array:
        shape = self.of.problem.drivers[driver].curve
        wide = self.once(("sigma", shape.sigma), lambda: between(shape.sigma, self.pieces))
        return np.exp(self.center(driver) + wide * self.of.score(driver))

    def yours(self, work: Yours, from_nothing: bool) -> Array:
        """Hours in this month of work that is the same in every option: new units, and all there are."""
        return self.once(("yours", work.name), lambda: self._yours(work, from_nothing))

    def _yours(self, work: Yours, from_nothing: bool) -> Array:
        units, hours = self.level(work.variable), self.of.zero
        before = self.of.units.get(work.name, self.of.zero if from_nothing else units)
        self.of.units[work.name] = units
        if work.create is not None:
            hours = hours + np.maximum(units - before, 0.0) * self.effort(work.create) * work.create_per
        if work.keep is not None:
            hours = hours + units * self.effort(work.keep) * work.keep_per
        return hours

    # -- money -------------------------------------------------------------------------------------

    def name(self, name: str, scope: str) -> Any:
        names, variables = self.of.problem.names, self.of.problem.variables
        system, _, part = scope.partition("+")
        if name == "load_growth":
            return self.load_growth
        for key in ([f"+{part}.{name}"] if part else []) + [f"{system}.{name}", name]:
            if key in names:
                driver, base = names[key]
                return self.once(("name", key), lambda: self.of.value(driver) * base)  # noqa: B023
        if name in variables:
            return self.once(("name", name), lambda: self.level(name) * variables[name].base)
        return self.of.once(("unit", name), lambda: base_factor(name))

    def charge(self, bill: Bill) -> Array:
        names = {name: self.name(name, bill.scope) for name in bill.quantity.names}
        quantity = eval(self.of.program(bill.quantity.text), FUNCTIONS, names)
        if bill.included:
            quantity = np.maximum(quantity - bill.included, 0.0)
        priced = quantity
        for i, (above, times) in enumerate(bill.tiers):
            before = bill.tiers[i - 1][1] if i else 1.0
            priced = priced + (times - before) * np.maximum(quantity - above, 0.0)
        return priced * self.of.unit_price(bill) * self.drift(bill.drift)

    def drift(self, name: str) -> Array:
        return self.once(("drift", name), lambda: (1 + self.of.value(name)) ** self.years)

    def plan(self, ladder: tuple[PlanStep, ...]) -> Array:
        cost = self.step(ladder[-1])
        for step in ladder[-2::-1]:
            fits: Any = True
            for variable, cap in step.admits.items():
                fits = fits & (self.level(variable) <= cap)
            cost = np.where(fits, self.step(step), cost)
        return cost

    def step(self, step: PlanStep) -> Array:
        cost = sum((self.charge(b) for b in step.bills), start=self.of.zero)
        return cost if step.minimum is None else np.maximum(cost, self.of.value(step.minimum))

    def need(self, need: Need, machines: bool) -> Array:
        return self.once(("need", need.id, machines), lambda: self._need(need, machines))

    def _need(self, need: Need, machines: bool) -> Array:
        if machines:
            cost = sum((self.charge(b) for b in need.bills), start=self.of.zero)
        else:
            cost = self.effort(str(need.operate)) * self.of.hour
        return cost * self.of.value(need.margin) if need.exists else cost


class Reference:
    """Static ledgers of options: present values (n,) by line, endings left out."""

    def __init__(self, problem: Problem, value: Values, score: Values, n: int, again: Callable[[str, str], Array]) -> None:
        self.problem, self.value, self.score, self.n, self.again = problem, value, score, n, again
        self.rate, self.months = problem.settings.discount_rate, problem.settings.months
        self.zero = np.zeros(n)
        self.hour = value("labour") * problem.settings.opportunity_multiplier
        self.kept: dict[Any, Any] = {}
        self.units: dict[str, Array] = {}  # of work that is yours in every option, a month ago

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def log_growth(self, kind: str) -> Array:
        return self.once(("growth", kind), lambda: np.log1p(self.value(f"growth.{kind}")))

    def level_today(self, variable: str) -> Array:
        spec = self.problem.variables[variable]
        if spec.per is None:
            return self.value(spec.level)
        per = self.value("ml_people") if spec.per == "ml_people" else self.level_today(spec.per)
        return self.value(spec.level) * per

    def unit_price(self, bill: Bill) -> Array:
        def price() -> Array:
            rate = self.value(bill.rate) * bill.to_usd_month
            return rate * self.value(bill.regional) if bill.regional else rate

        return self.once(("price", bill.rate, bill.to_usd_month, bill.regional), price)

    def program(self, text: str) -> CodeType:
        """The catalog's own expression as Python: checked before, and faster than walking it."""
        return self.once(("program", text), lambda: compile(text.strip(), "quantity", "eval"))

    def share(self, parts: Iterable[str]) -> Array:
        table = self.problem.parts
        whole = self.once("shares", lambda: sum(self.value(p.share) for p in table.values()))
        return sum((self.value(table[p].share) for p in parts), start=self.zero) / whole

    def ledgers(self, options: Iterable[Option]) -> dict[str, dict[str, Array]]:
        first = Month(self, 0)
        today = Line(self, self.problem.incumbent, first)
        lines = [Line(self, option, first) for option in options]
        for m in range(self.months):
            month = first if m == 0 else Month(self, m)
            now = today.running(month)
            care = today.care(month, today.cutover)
            for line in lines:
                line.spend(month, today.option, now, care)
        return {line.option.action: line.close() for line in lines}


class Line:
    """One option on its way through the months."""

    def __init__(self, of: Reference, option: Option, first: Month) -> None:
        self.of, self.option, self.first = of, option, first
        self.spent: dict[str, Array] = {}
        self.credited = of.zero
        self.parts = option.own_parts or option.existing_parts
        self.start: dict[str, Array] = {}
        self.finish: dict[str, Array] = {}
        self.lead = self.grade = self.cutover = np.zeros(of.n)
        self.money = "bill" if option.engine_sourcing == "managed" else "machines and storage"
        self.share = of.share(self.parts) if self.parts else of.zero
        self.lost = of.zero
        if option.lived_without:
            table = of.problem.parts
            self.lost = np.minimum(sum(of.value(table[p].gap_share) for p in option.lived_without), 1.0)
        if not option.incumbent:
            self.set_up()
        self.until_first = np.zeros(of.n)
        self.until_grade = np.zeros(of.n)
        self.both = np.zeros(of.n)
        self.signed = of.zero

    def set_up(self) -> None:
        of, option, first = self.of, self.option, self.first
        people = 0.5 * (of.value("ml_people") + of.value("platform_people"))
        if option.adopt:
            hours = first.effort(option.adopt) * self.relative("adopt")
            self.start["adoption"] = hours * of.hour
            months = hours / PERSON_MONTH
            self.lead = months / np.minimum(people, np.maximum(1.5, months**0.62 / 2.5))
        if option.onboarding:
            self.start["vendor onboarding"] = first.effort("vendor.onboarding_effort") * of.hour
            self.lead = self.lead + first.effort("vendor.onboarding_calendar")
        if option.own_parts:
            name = of.problem.component
            whole = first.effort(f"{name}.build.production")
            usable = np.minimum(first.effort(f"{name}.build.first_usable") / whole, 1.0)
            hours = self.build_hours(whole)
            for work, part in SETUP.items():
                self.start[f"own parts: {work}"] = part * usable * hours * of.hour
                self.finish[f"own parts: {work}"] = part * (1 - usable) * hours * of.hour
            early, late = (first.effort(f"build.{x}_calendar") for x in ("first_usable", "production"))
            narrow = self.share**0.38
            self.lead = np.maximum(self.lead, np.maximum(early * narrow, usable * hours / PERSON_MONTH / people))
            self.grade = np.rint(np.maximum(late - early, 0) * narrow)
        self.lead = np.rint(np.minimum(self.lead, 600))
        self.cutover = np.minimum(self.lead, of.months)

    def build_hours(self, whole: Array) -> Array:
        of = self.of
        if of.problem.build_estimate is None:
            return whole * self.share * of.value("assistants")
        overrun = np.exp(of.value("outside_view_organisation") + of.again("outside_view_project", of.problem.build_estimate))
        required = of.share(p for p, part in of.problem.parts.items() if part.required)
        return of.value(of.problem.build_estimate) * PERSON_MONTH * overrun * self.share / np.maximum(required, 1e-9)

    def relative(self, kind: str) -> Array | float:
        return self.of.value(self.option.effort[kind]) if kind in self.option.effort else 1.0

    # -- one month -------------------------------------------------------------------------------

    def running(self, month: Month) -> dict[str, Array]:
        """USD of every line that runs with the calendar, in one month."""
        of, option = self.of, self.option
        users = month.growth("people")
        if option.id == NOTHING:
            return {"months without it": self.worth(month) * users if month.m >= of.problem.wanted_month else of.zero}
        out: dict[str, Array] = {}
        if option.bill_given is not None:
            out[self.money] = self.known_bill(month)
        elif option.plan:
            out[self.money] = month.plan(option.plan)
        if option.extends and option.existing_parts:
            hours = self.existing_hours(month, f"{of.problem.component}.build.upkeep")
            out["upkeep of the parts that exist"] = hours * of.hour * np.exp(np.log1p(of.value("ageing")) * month.m / 12)
        if option.upkeep_given is not None and not option.existing_parts:
            out["operations"] = self.known_hours(month, option.operate) * of.hour
        elif option.upkeep_given is None and option.operate is not None:
            out["operations"] = month.effort(option.operate) * self.relative("operate") * of.hour
        if option.engine_sourcing == "managed" or option.rents:
            out["vendor management"] = month.effort("vendor.upkeep") * of.hour
        for need in option.needs:
            if need.bills:
                out[f"shared: {need.name}, machines"] = month.need(need, machines=True)
            if need.operate:
                out[f"shared: {need.name}, operations"] = month.need(need, machines=False)
        out["gaps lived with"] = users * of.value(option.gap) * of.hour
        if option.lived_without:
            out["missing parts lived without"] = users * self.lost * self.value_hours * of.hour
        credits = of.problem.credits
        somewhere = option.cloud is None and option.engine_sourcing != "managed"
        grant = max(credits.values(), default=0.0) if somewhere else credits.get(option.cloud or "", 0.0)
        if grant and self.money in out:
            used = np.minimum(self.credited + out[self.money] * (month.m >= self.lead), grant)
            out["start-up credits"] = self.credited - used
            self.credited = used
        return out

    @property
    def value_hours(self) -> Array:
        of = self.of
        if of.problem.value_given:
            return of.value(f"{of.problem.component}.value_monthly") / of.hour
        return of.value(f"{of.problem.component}.value_share") * of.value("ml_people") * PERSON_MONTH

    def worth(self, month: Month) -> Array:
        given = self.of.problem.value_given
        return self.of.value(f"{self.of.problem.component}.value_monthly") if given else self.value_hours * self.of.hour

    def known_bill(self, month: Month) -> Array:
        subscription = self.option.engine_sourcing == "managed" and self.option.cloud is None
        drift = month.drift("drift_saas" if subscription else "drift_cloud")
        return self.of.value(str(self.option.bill_given)) * month.load_growth * drift

    def known_hours(self, month: Month, curve: str | None) -> Array:
        known = self.of.value(str(self.option.upkeep_given))
        if curve is None:
            return known * month.growth("people")
        return known * np.exp(month.center(curve) - self.first.center(curve))

    def existing_hours(self, month: Month, curve: str) -> Array:
        if self.option.upkeep_given is not None:
            return self.known_hours(month, curve)
        older = (1 + self.of.value("ageing")) ** (self.option.age_months / 12)
        if self.option.upkeep_prior is None:
            return month.effort(curve) * self.share * self.of.value("assistants") * older
        return month.effort(self.option.upkeep_prior) * self.of.value("assistants") * older

    def care(self, month: Month, since: Array) -> Array:
        """USD of own parts' upkeep in a month, for parts in use since month `since`."""
        of, option = self.of, self.option
        if not self.parts:
            return of.zero
        curve = f"{of.problem.component}.build.upkeep"
        if option.own_parts:
            hours = month.effort(curve) * self.share * of.value("assistants")
        else:
            hours = self.existing_hours(month, curve)
        ageing = of.once("ageing", lambda: np.log1p(of.value("ageing")))
        return hours * of.hour * np.exp(ageing * (month.m - since) / 12)

    def add(self, line: str, amount: Array) -> None:
        self.spent[line] = self.spent[line] + amount if line in self.spent else amount

    def spend(self, month: Month, today: Option, now: dict[str, Array], care: Array) -> None:
        """Everything one month costs if this option is taken; `now` and `care` are what runs today."""
        m, weight = month.m, month.weight
        for yours in self.of.problem.yours:
            self.add(f"yours in every option: {yours.name}", month.yours(yours, today.id == NOTHING) * self.of.hour * weight)
        used = m >= self.cutover
        for line, amount in self.running(month).items():
            self.add(line, amount * (used * weight))
        if self.parts:
            self.add("upkeep of own parts", self.care(month, self.cutover) * ((m >= self.cutover + self.grade) * weight))
        if self.option.incumbent:
            return
        before = ~used * weight
        if today.id == NOTHING:
            self.add("months without it", sum(now.values()) * before)
        else:
            money = sum((v for k, v in now.items() if billed(k)), start=np.zeros(1))
            self.add("what runs today, until the move: bills", money * before)
            self.add("what runs today, until the move: hours", (sum(now.values()) - money + care) * before)
        working = np.where(self.lead > 0, (m < self.lead) * weight / np.maximum(self.lead, 1), m == 0)
        self.until_first = self.until_first + working
        finishing = used & (m < self.cutover + self.grade)
        at_once = (self.grade == 0) & (m == self.cutover)
        self.until_grade = self.until_grade + finishing * weight / np.maximum(self.grade, 1) + at_once * month.at_once
        if not stays(today, self.option):
            self.leave(month, today, now, care)
        elif today.commitment_months and not self.option.extends and today.plan_id != self.option.plan_id:
            ours = self.running(month).get("machines and storage" if self.option.rents else "bill", 0.0)
            self.owe(month, today, now, used, ours)

    def leave(self, month: Month, today: Option, now: dict[str, Array], care: Array) -> None:
        m, here = month.m, month.m == self.cutover
        same = today.api is not None and today.api == self.option.api
        hours = month.effort("migrate.fixed") if same else month.effort("migrate.fixed") + month.effort("migrate.learning")
        for surface in self.of.problem.exit:
            if not (same and surface.survives_same_api):
                many = month.level(surface.times) if surface.times else 1.0
                hours = hours + month.level(surface.variable) * many * month.effort(surface.effort) * surface.per_unit
        self.add("migration", hours * self.of.hour * (here * month.at_once))
        self.both = np.where(here, m + np.rint(month.effort("migrate.dual_running")), self.both)
        moved = m >= self.cutover
        while_both = (moved & (m < self.both)) * month.weight
        kept = {k: v for k, v in now.items() if k not in NOT_RUNNING}
        money = sum((v for k, v in kept.items() if billed(k)), start=np.zeros(1))
        still = 1.0 if today.commitment_months else self.of.value("still_paid")
        self.add("running both: bills", money * still * while_both)
        self.add("running both: hours", (sum(kept.values()) - money + care) * while_both)
        self.owe(month, today, now, moved & (m >= self.both), 0.0)

    def owe(self, month: Month, today: Option, now: dict[str, Array], where: Array, ours: Array | float) -> None:
        """The rest of today's contract, less what the new bill counts against it."""
        signed = "machines and storage" if today.rents else "bill"
        if today.commitment_months and signed in now:
            self.signed = now[signed] if month.m == 0 else self.signed
            owed = where & (month.m < today.commitment_months)
            self.add("remaining contract", np.maximum(self.signed - ours, 0.0) * (owed * month.weight))

    def close(self) -> dict[str, Array]:
        for work, factor in ((self.start, self.until_first), (self.finish, self.until_grade)):
            for line, amount in work.items():
                self.add(line, amount * factor)
        return self.spent


def billed(line: str) -> bool:
    """Whether a line of an option in use is a bill, and not hours."""
    return line in ("bill", "machines and storage", "start-up credits") or line.endswith("machines")


def stays(old: Option, new: Option) -> bool:
    """Whether taking `new` leaves nothing."""
    same = old.system is not None and (old.system, old.engine_sourcing) == (new.system, new.engine_sourcing)
    return old.id in (NOTHING, new.id) or new.extends or same
