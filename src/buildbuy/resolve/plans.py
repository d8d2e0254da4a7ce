"""What an option is charged: price plans and their ladders, quotes, the infrastructure it stands on; a driver for each
rate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import rate_unit
from buildbuy.domain import problem as d
from buildbuy.quantities import expression, units
from buildbuy.quantities.months import after
from buildbuy.resolve.drivers import Drivers
from buildbuy.worlds.world import World

SECONDS = units.MONTH_HOURS * 3600


@dataclass
class Plans:
    """Makes price plans; what their charges name beside the workload is added to `names`. `pinned` is
    whether everything must stay in one region.
    """

    drivers: Drivers
    names: dict[str, tuple[str, float]]
    pinned: bool = False

    def ladder(self, system: s.System, sourcing: str, offer: s.Offer, plan: s.Plan, more: tuple[s.Charge, ...] = ()) -> tuple[d.PlanStep, ...]:
        """The plan and what follows past its caps, each with what comes on top (`more`); an unpriced step repeats the
        one below it.
        """
        steps: list[d.PlanStep] = []
        seen: set[str] = set()
        current: s.Plan | None = plan
        while current is not None and current.id not in seen:
            seen.add(current.id)
            step = self.step(f"{system.id}/{sourcing}", current.id, current.name, (*current.charges, *more), current.admits, current.minimum, f"systems:{system.id}", current.priced, offer.cloud, scope=system.id)
            if not current.priced and not current.charges and steps:
                step = replace(step, bills=steps[-1].bills, minimum=steps[-1].minimum, stands_in=True)
            steps.append(step)
            following = current.next
            current = next((p for p in offer.plans if p.id == following and not (p.available and after(p.available.since, self.drivers.as_of))), None)
        return tuple(steps)

    def step(
        self, who: str, plan: str, name: str, charges: tuple[s.Charge, ...], admits: Mapping[str, float], minimum: s.Fact | None,
        owner: str, priced: bool, cloud: str | None, scope: str = "",
    ) -> d.PlanStep:  # fmt: skip
        """One price plan, with a driver for each of its rates."""
        bills = tuple(self._bill(c, who, plan, owner, cloud, scope) for c in charges)
        least = None
        if minimum is not None:
            least = self.drivers.fact(f"price.{who}.{plan}.minimum", f"{name}: minimum", minimum, owner)
        return d.PlanStep(plan, name, bills, dict(admits), least, priced)

    def quoted(self, system: s.System, raw: Any, ladder: tuple[d.PlanStep, ...], engine: str, at: tuple[str | int, ...]) -> tuple[d.PlanStep, ...]:
        """The user's quote: it replaces a managed plan's bill, and adds a licence to self-hosting."""
        driver = self.drivers.given(f"quote.{system.id}", f"{system.name}: quoted price", raw, "USD/month", (*at, "quotes", system.id), money=True, grade="quoted", note="for today's load; it is taken to grow with it")
        bill = d.Bill("quoted price", driver, expression.parse("load_growth"), 1.0, 0.0, (), "drift_saas")
        if engine == "self-host":
            return tuple(replace(step, bills=(*step.bills, bill), priced=True) for step in ladder)
        return (d.PlanStep("quote", "your quote", (bill,), {}, None, True),)

    def needs(self, wanted: tuple[str, ...]) -> tuple[d.Need, ...]:
        """The infrastructure an option stands on; what the user has costs its margin."""
        have = set(self.drivers.profile.have)
        out = []
        for name in dict.fromkeys(wanted):
            spec = self.drivers.catalog.infrastructure[name]
            owner = f"infrastructure:{name}"
            margin = self.drivers.fact(f"infrastructure.{name}.margin", f"share of {spec.name} that one more user of it costs", spec.margin, owner)
            bills = tuple(self._bill(c, "", name, owner, None, "") for c in spec.charges)
            out.append(d.Need(name, spec.name, bills, spec.operate, margin, bool(have & set(spec.have))))
        return tuple(out)

    def _bill(self, charge: s.Charge, who: str, plan: str, owner: str, cloud: str | None, scope: str) -> d.Bill:
        slug = re.sub(r"[^a-z0-9]+", "-", charge.name.lower()).strip("-")
        system = self.drivers.catalog.systems.get(scope)
        label = f"{system.name + ', ' if system else ''}{charge.name}"
        driver, _, factor = self.drivers.rate(f"price.{who}.{plan}.{slug}", label, charge.rate, owner)
        quantity = expression.parse(charge.quantity)
        if system is not None:
            for name, fact in system.drivers.items():
                if name in quantity.names:
                    key = f"{scope}.{name}"
                    self.drivers.fact(key, fact.label, fact, f"systems:{scope}", way="probe", how="a load test of it with your own data", used_by=scope)
                    self.names[key] = (key, units.base_factor(fact.unit))
        included = charge.included * (units.base_factor(charge.included_unit) if charge.included_unit else 1.0)
        on_cloud = charge.rate.price is not None or cloud is not None
        price = self.drivers.catalog.prices[self.drivers.local(charge.rate.price)] if charge.rate.price else None
        drift = charge.drift or (price.drift if price else None) or ("drift_cloud" if on_cloud else "drift_saas")
        return d.Bill(
            charge.name, driver, quantity, units.base_factor(rate_unit(charge.rate, self.drivers.catalog)) * factor * SECONDS,
            included, tuple((t.above, t.times) for t in charge.tiers), drift, scope, self._surcharge(price) if on_cloud else "",
        )  # fmt: skip

    def _surcharge(self, price: s.Price | None) -> str:
        """The class of what the place multiplies a price by; none where the price is that of the place."""
        own = self.drivers.profile.organisation.region
        if price is not None and price.region == "any":
            return price.pinned or "" if self.pinned else ""
        name = f"region_price_{own}"
        placed = price is not None and price.region == own
        return name if not placed and name in self.drivers.catalog.classes else ""


def on_today(ladder: tuple[d.PlanStep, ...], today: World) -> int:
    """The step of the ladder that today's median load is on."""
    for i, step in enumerate(ladder):
        if all(float(today.level(v).at(0)[0]) <= cap for v, cap in step.admits.items()):
            return i
    return max(len(ladder) - 1, 0)


def price_reasons(option: d.Option, today: World) -> list[d.Reason]:
    """A reason where the workload falls on a plan whose price nobody publishes, today or later."""
    inside: Any = np.zeros((today.months, 1), dtype=bool)
    unpriced: Any = np.zeros((today.months, 1), dtype=bool)
    for step in option.plan:
        admits: Any = np.ones((today.months, 1), dtype=bool)
        for variable, cap in step.admits.items():
            admits = admits & (today.level(variable).path <= cap)
        here = admits & ~inside
        inside = inside | here
        if not step.priced:
            unpriced = unpriced | here
    last = option.plan[-1]
    unpriced = unpriced | ~inside if not last.priced else unpriced
    if not unpriced.any():
        return []
    months = int(np.argmax(unpriced[:, 0]))
    when = "today" if months == 0 else f"from month {months}"
    ask = f"ask for a quote and put it under `quotes: {{{option.system}: ...}}`"
    return [d.Reason("a price", "unknown", f"no public price for your size {when} ({last.name})", "assumed", True, "price", ask)]
