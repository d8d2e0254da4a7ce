"""Drivers from the profile, the evidence and the catalog, in that order of trust."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from buildbuy.catalog import schema as s
from buildbuy.catalog.facts import undated
from buildbuy.catalog.load import Catalog
from buildbuy.domain.evidence import Evidence
from buildbuy.domain.grades import Grade, weakest
from buildbuy.domain.problem import Curve, Driver
from buildbuy.domain.profile import ComponentNeeds, Profile
from buildbuy.errors import BadInput
from buildbuy.quantities import units
from buildbuy.quantities.estimate import Z95, Estimate, interval, log_parameters, parse
from buildbuy.quantities.money import Rates, parse_money
from buildbuy.quantities.units import HOURS_PER_PERSON_MONTH
from buildbuy.questions.probed import stem
from buildbuy.resolve.ageing import aged_price
from buildbuy.worlds.world import along, hinges

ABOVE_ZERO = ("ml_people", "labour")  # what others are divided by
MOST_PEOPLE = 1e6
LARGEST = 1e15  # of any unit; what is beyond is a slip of the pen and would overflow
WIDEST = 1e12  # times, from the low end of a range to its high end
CORRELATION = 0.5  # assumed: how alike the efforts of two systems are in one organisation
PROFILE = "your profile"
OWN_RECORD = "your own estimate or record of a similar job"
COUNT_HOURS = "count the hours in a month of tickets and calendars"
COUNTED = ("infrastructure.", "vendor.upkeep")  # hours that recur, so that a month of tickets shows them
OF_ITS_CLASS = "no figure of its own: that of its class"
LEAVING = "leave."
CURVE_LABELS = {
    "build.first_usable_calendar": "months to a first usable build",
    "build.production_calendar": "months to a production-grade build",
    "vendor.onboarding_effort": "hours to take on a new vendor",
    "vendor.onboarding_calendar": "weeks to take on a new vendor",
    "vendor.upkeep": "hours a year that a vendor takes",
    "infrastructure.kubernetes": "hours a month to run Kubernetes",
    "infrastructure.database": "hours a month to run a database",
    "infrastructure.light": "hours a month to run a light service",
    "infrastructure.on_call": "hours a month for an on-call rota",
    "migrate.fixed": "fixed effort of a migration",
    "migrate.dual_running": "months of running both",
    "migrate.learning": "hours to learn the new API",
    "migrate.minutes_per_call_site": "minutes to change one call site",
    "leave.logging_call": "minutes to change one logging call",
    "leave.read_path": "minutes to change one read",
    "leave.pipeline_definition": "minutes to change one definition",
    "leave.other_call": "minutes to change one other call",
    "leave.deployment_file": "minutes to change one deployment file",
    "leave.api_name": "minutes to find what replaces one name of the API",
    "leave.dependant": "minutes to check one file that depends on a changed one",
    "migrate.per_model": "hours to move one model",
    "migrate.per_monitor": "hours to move one monitor or dashboard",
    "migrate.per_feature_view": "hours to move one feature view",
    "migrate.per_terabyte": "hours to move one terabyte",
    "migrate.per_registered_model": "hours to point one registered model's users elsewhere",
    "migrate.per_lineage_year": "hours to move a year of one model's lineage",
    "migrate.per_training_job": "hours to move one training job",
}
Where = Callable[[tuple[str | int, ...]], str]


def key_of(*at: str | int) -> str:
    """A place in the profile as its key is written."""
    return ".".join(map(str, at))


def _within_reason(estimate: Estimate, raw: object, label: str, positive: bool) -> None:
    """Raises BadInput for a quantity that is negative and mustn't be, or that nobody can mean."""
    if max(map(abs, estimate.points)) > LARGEST:
        raise BadInput(f"`{raw}` is too large", why=f"{label}: more than {LARGEST:g} can't be meant")
    sizes = [abs(p) for p in estimate.points if p]
    if sizes and (max(sizes) > WIDEST * min(sizes) or min(sizes) < 1 / LARGEST):
        raise BadInput(f"`{raw}` is too small a number or too wide a range", why=f"{label}: less than {1 / LARGEST:g}, or ends {WIDEST:g} times apart, can't be meant")
    if positive and estimate.quantile(0.001) < 0:
        raise BadInput(f"`{raw}` is negative", why=f"{label} can't be below zero")


def moved(curve: Curve, scale: float, estimate: Estimate, factor: float) -> Curve:
    """An effort's curve (hours or months) that has, at this scale, the median and spread of an
    estimate in a unit of `factor` hours or months; its slopes stay.
    """
    low, high = estimate.quantile(0.05), estimate.quantile(0.95)
    shift = math.log(estimate.median * factor) - float(along(curve, hinges(np.array([scale])), 0.0)[0])
    return Curve(tuple(m + shift for m in curve.mu), (math.log(high / low) / (2 * Z95),) * 4)  # type: ignore[arg-type]


@dataclass
class Drivers:
    """Collects the drivers of one component; each id is set once."""

    catalog: Catalog
    profile: Profile
    evidence: Mapping[str, Evidence]
    where: Where
    as_of: str
    component: s.Component
    table: dict[str, Driver] = field(default_factory=dict)
    scale: float | None = None  # today's, once it is known

    @property
    def rates(self) -> Rates:
        money = self.catalog.money
        return Rates(
            year=money.year,
            usd_per={k: f.estimate.points[0] for k, f in money.usd_per.items()},
            price_level={int(k): f.estimate.points[0] for k, f in money.price_level.items()},
        )

    @property
    def at(self) -> tuple[str, str]:
        """Where the profile speaks of the component."""
        return "components", self.component.id

    @cached_property
    def probes(self) -> tuple[Evidence, ...]:
        """Records of probes of this component that fit can be judged by, oldest first. Raises BadInput for a
        value that makes no sense.
        """
        found = [x for x in self.evidence.values() if x.scope == "probe" and x.probe is not None and x.probe.component == self.component.id]
        for record in found:
            try:
                _within_reason(parse(record.value, record.unit), record.value, record.what, positive=True)
                for name, spec in self.component.metrics.items():
                    if record.probe is not None and stem(record.probe.metric) == stem(name):
                        units.factor(record.unit, spec.unit)
            except BadInput as e:
                raise BadInput(f"value: {e.what}", where=record._file, why=e.why, hint=e.hint) from e
        return tuple(sorted(found, key=lambda x: (x.when, x.what)))

    def add(self, driver: Driver) -> str:
        """Keep a driver (the first of its id). Evidence about it takes its place, else what the profile
        states under `drivers`, both in its unit.
        """
        if driver.id not in self.table:
            if driver.key is None:
                driver = replace(driver, key=key_of(*self.at, "drivers", driver.id))
            self.table[driver.id] = self._known(driver)
        return driver.id

    def at_scale(self, scale: float) -> None:
        """Today's scale is known: what is stated or measured of an effort holds there."""
        self.scale = scale
        for name, driver in self.table.items():
            if driver.curve is not None:
                self.table[name] = self._known(driver)

    def _known(self, driver: Driver) -> Driver:
        """The driver with what is measured or stated of it. An effort's value holds at today's scale and
        moves from there as its class does.
        """
        if driver.grade == "measured" or (driver.curve is not None and self.scale is None):
            return driver
        found = self.measured(driver.id, driver.unit, positive=driver.curve is not None)
        if found is not None:
            estimate, record = found
            where, what = record._file, "value"
            driver = replace(driver, grade="measured", source=record.method, as_of=record.when, note=f"n={record.n}, {record.where}")
        elif driver.id in self.stated and driver.key == key_of(*self.at, "drivers", driver.id):
            loc = (*self.at, "drivers", driver.id)
            estimate = self._read(driver.id, driver.label, self.stated[driver.id], driver.unit, loc, money="USD" in driver.unit, positive=driver.estimate.quantile(0.001) >= 0)
            where, what = self.where(loc), key_of(*loc)
            driver = replace(driver, grade="quoted" if driver.id.startswith("price.") else "stated", source=PROFILE, as_of=self.as_of, note="")
        else:
            return driver
        curve = None
        if driver.curve is not None:
            if estimate.quantile(0.05) <= 0:
                raise BadInput(f"{what}: too small", where=where, why=f"{driver.label} must be above zero", hint="write a small amount, like 0.1 hours")
            curve = moved(driver.curve, float(self.scale or 0.0), estimate, units.factor(driver.unit, units.canonical_unit(driver.unit)))
        return replace(driver, estimate=estimate, curve=curve, common=None, rho=0.0, listed=None)

    @property
    def stated(self) -> Mapping[str, Any]:
        """What the profile states of single drivers of this component."""
        return self.profile.components.get(self.component.id, ComponentNeeds()).drivers

    def check_stated(self) -> None:
        """Raises BadInput for a stated number that no driver has, or that has a key of its own."""
        for name in self.stated:
            loc = (*self.at, "drivers", name)
            driver = self.table.get(name)
            if driver is None:
                close = difflib.get_close_matches(name, sorted(x for x, y in self.table.items() if y.key == key_of(*self.at, "drivers", x)), 3, cutoff=0.5)
                raise BadInput(f"`{name}` is no number of this decision", where=self.where(loc), hint=f"did you mean {', '.join(f'`{c}`' for c in close)}?" if close else "the `id`s of its drivers stand in run.json (`--format json`)")
            if driver.key != key_of(*loc):
                raise BadInput(f"`{name}` is not stated here", where=self.where(loc), why=f"{driver.label} has a key of its own" if driver.key else f"nobody can know {driver.label}", hint=f"write it under `{driver.key}`" if driver.key else "leave it out")

    def source(self, owner: str, name: str, as_of: str | None, grade: str | None) -> tuple[str, str, Grade]:
        """Page, date and grade of a source named in the file of `owner`."""
        page = self.catalog.source(owner, name)
        text = page.url or (page.note or "our own judgement")
        return text, as_of or page.as_of, grade or page.grade  # type: ignore[return-value]

    def fact(self, driver: str, label: str, fact: s.Fact, owner: str, **more: Any) -> str:
        """A driver straight from a catalog fact."""
        source, as_of, grade = self.source(owner, fact.source, fact.as_of, fact.grade)
        return self.add(Driver(driver, label, fact.estimate, grade, source, as_of, note=fact.note or "", **more))

    def measured(self, what: str, unit: str, *, positive: bool = True) -> tuple[Estimate, Evidence] | None:
        """The newest record of `what` as an estimate in `unit`, if there is one."""
        record = self.evidence.get(what)
        if record is None:
            return None
        try:
            estimate = parse(record.value, record.unit or unit)
            if record.unit and record.unit != unit:
                estimate = estimate.scaled(units.factor(record.unit, unit), unit)
            _within_reason(estimate, record.value, what, positive)
        except BadInput as e:
            raise BadInput(f"value: {e.what}", where=record._file, why=e.why, hint=e.hint) from e
        return estimate, record

    def given(
        self,
        driver: str,
        label: str,
        raw: Any,
        unit: str,
        loc: tuple[str | int, ...],
        *,
        money: bool = False,
        positive: bool = True,
        grade: Grade = "stated",
        **more: Any,
    ) -> str:
        """A driver from a value in the profile; bad values name the file, line and key."""
        estimate = self._read(driver, label, raw, unit, loc, money=money, positive=positive)
        return self.add(Driver(driver, label, estimate, grade, PROFILE, self.as_of, key=key_of(*loc), **more))

    def _read(self, driver: str, label: str, raw: Any, unit: str, loc: tuple[str | int, ...], *, money: bool, positive: bool) -> Estimate:
        """A value of the profile as an estimate; bad values name the file, line and key."""
        if unit == "1/year" and isinstance(raw, str) and raw.rstrip().endswith("%"):
            raw = f"{raw.rstrip()} per year"
        try:
            estimate = parse_money(raw, unit, self.rates) if money else parse(raw, unit)
            _within_reason(estimate, raw, label, positive)
            if driver in ABOVE_ZERO and estimate.quantile(0.001) <= 0:
                raise BadInput(f"`{raw}` is too small", why=f"the number of {label} must be above zero" if driver == "ml_people" else f"the {label} must be above zero")
            if driver.endswith("_people") and estimate.median > MOST_PEOPLE:
                raise BadInput(f"`{raw}` is too large", why=f"{label}: more than {MOST_PEOPLE:,.0f} can't be meant")
            if not positive and estimate.median <= -1:
                raise BadInput(f"`{raw}` shrinks to nothing", why=f"{label} must be above -100% a year", hint="write it like `-10% per year`")
        except BadInput as e:
            key = key_of(*loc)
            raise BadInput(f"{key}: {e.what}", where=self.where(loc), why=e.why, hint=e.hint or f"expected a quantity in {unit}") from e
        return estimate

    # -- what all components share ---------------------------------------------------------

    def shared(self) -> None:
        """Organisation, labour, growth and every reference class."""
        organisation = self.profile.organisation
        stage = self.catalog.stages.get(organisation.stage or "unknown")
        if stage is None:
            raise BadInput(f"the catalog has no stage `{organisation.stage}`", where=self.where(("organisation", "stage")), hint=f"known: {', '.join(self.catalog.stages)}")
        owner = f"stages:{organisation.stage or 'unknown'}"
        for name, label, prior, unit, how in (
            ("ml_people", "people who work on ML", stage.ml_people, "person", "count them"),
            ("platform_people", "people who run platforms", stage.platform_people, "person", "count them"),
            ("runway", "months until the money runs out", stage.runway_months, "month", "ask finance; `runway:` under organisation"),
        ):
            raw = getattr(organisation, name)
            if raw is not None:
                self.given(name, label, raw, unit, ("organisation", name))
            elif prior is not None:
                self.prior(name, label, prior, unit, owner, how=how, asking=0.1, key=f"organisation.{name}")
        self._labour()
        for kind, prior in stage.growth.items():
            label = f"yearly growth of {kind} today"
            raw = organisation.growth.get(kind)
            if raw is not None:
                self.given(f"growth.{kind}", label, raw, "1/year", ("organisation", "growth", kind), positive=False)
            else:
                self.prior(f"growth.{kind}", label, prior, "1/year", owner, how="look at the last twelve months", asking=1, key=f"organisation.growth.{kind}")
        for name, one in self.catalog.classes.items():
            if name.startswith("labour"):
                continue
            key = "" if name.startswith("outside_view") else key_of(*self.at, "workload", name) if name.isidentifier() else None
            self.fact(name, one.label, one, f"classes:{name}", way=one.way, how=one.how or "", key=key, asking_hours=one.cost_of_asking_hours)
        for name in self.catalog.curves:
            if name.startswith(LEAVING):  # asked for where a repository has been counted, and there alone
                continue
            counted = name.startswith(COUNTED)
            self.curve(name, CURVE_LABELS.get(name, name), self.catalog.curves[name], f"curves:{name}", way="tickets" if counted else "estimate", how=COUNT_HOURS if counted else OWN_RECORD, asking_hours=2.0 if counted else 8.0)

    def _labour(self) -> None:
        organisation = self.profile.organisation
        label = "loaded cost of an engineer's hour"
        how = "ask finance for the loaded cost of an ML platform engineer"
        key = ("organisation", "hourly_cost")
        if organisation.hourly_cost is not None:
            self.given("labour", label, organisation.hourly_cost, "USD/person_hour", key, money=True, how=how)
            return
        classes = self.catalog.classes
        name = next(n for n in (f"labour_{organisation.region or 'unknown'}", "labour_unknown") if n in classes)
        self.fact("labour", label, classes[name], f"classes:{name}", how=how, key=key_of(*key), asking_hours=1.0)
        if organisation.region and name == "labour_unknown":
            one = self.table["labour"]
            self.table["labour"] = replace(one, note=f"{OF_ITS_CLASS} (`{organisation.region}` is not in the catalog). {one.note}".rstrip())

    def prior(self, driver: str, label: str, prior: s.Prior, unit: str, owner: str, *, asking: float | None = 1.0, **more: Any) -> str:
        source, as_of, grade = self.source(owner, prior.source, prior.as_of, prior.grade)
        return self.add(
            Driver(driver, label, parse(prior.value, unit), grade, source, as_of, asking_hours=asking, note=prior.note or "", **more)
        )

    def _evidence(self, driver: str, label: str, estimate: Estimate, record: Evidence) -> str:
        return self.add(Driver(driver, label, estimate, "measured", record.method, record.when, note=f"n={record.n}, {record.where}"))

    def curve(self, driver: str, label: str, spec: s.EffortCurve, owner: str, **more: Any) -> str:
        """An effort driver: ln-mean and ln-sd at the four scales, in hours or months."""
        target = units.canonical_unit(spec.unit)
        to = units.factor(spec.unit, target)
        knots = []
        for scale in ("S", "M", "L", "XL"):
            try:
                estimate = parse(getattr(spec, scale), spec.unit)
            except BadInput as e:
                raise BadInput(f"effort `{driver}` at {scale}: {e.what}", where=owner) from e
            low, high = (estimate.points * 2)[:2]
            mu, sigma = log_parameters(low, high)
            knots.append((mu + math.log(to), sigma))
        source, as_of, grade = self.source(owner, spec.source, None, None)
        judged = any(b == "judgement" for b in spec.basis.values())
        grade = weakest([grade, "assumed" if judged else "reference-class"])
        curve = Curve(tuple(k[0] for k in knots), tuple(k[1] for k in knots))  # type: ignore[arg-type]
        shown = parse(spec.M, spec.unit)
        return self.add(Driver(driver, label, shown, grade, source, as_of, curve=curve, note=spec.note or "", **more))

    # -- prices ------------------------------------------------------------------------------

    def rate(self, driver: str, label: str, rate: s.Rate, owner: str) -> tuple[str, str, float]:
        """A price's driver id, its unit and the factor on it; wider with age."""
        if rate.price is not None:
            name = self.local(rate.price)
            price = self.catalog.prices[name]
            return self._price(f"price.{name}", price.name, price.rate, f"prices:{name}"), price.rate.unit, rate.factor
        assert rate.value is not None and rate.unit is not None and rate.source is not None
        fact = s.Fact(value=rate.value, unit=rate.unit, source=rate.source, as_of=rate.as_of, grade=rate.grade, note=rate.note)
        return self._price(driver, label, fact, owner), rate.unit, rate.factor

    def local(self, price: str) -> str:
        """The price listed for the organisation's own region group, else the one named."""
        return self.catalog.prices[price].elsewhere.get(self.profile.organisation.region or "us", price)

    def _price(self, driver: str, label: str, fact: s.Fact, owner: str) -> str:
        source, as_of, grade = self.source(owner, fact.source, fact.as_of, fact.grade)
        stated, page = fact.estimate, self.catalog.source(owner, fact.source)
        estimate = aged_price(stated, as_of, self.as_of, grade, page.last_verified, undated=undated(fact, page))
        return self.add(
            Driver(driver, label, estimate, grade, source, as_of, way="quote", how="ask for a quote", asking_hours=8.0, note=fact.note or "", listed=stated)
        )

    # -- workload ----------------------------------------------------------------------------

    def gap_prior(self, sourcing: str, ml_people: float) -> tuple[Estimate, Grade, float]:
        """Hours a month lost to gaps: value share x people's hours x gap share (all lognormal).

        Returns the estimate, its grade, and the share of its variance that comes from the
        component's value, which all options have in common.
        """
        gap = self.component.gap_share[sourcing].estimate  # type: ignore[index]
        (m1, s1), (m2, s2) = self._value_hours(ml_people), log_parameters(*gap.points[:2])
        mu, sigma = m1 + m2, math.hypot(s1, s2)
        spread = Z95 * sigma
        return interval(math.exp(mu - spread), math.exp(mu + spread), "person_hour/month"), "assumed", s1 * s1 / (sigma * sigma)

    def complaint_prior(self, ml_people: float) -> tuple[Estimate, Grade]:
        """Hours a month lost to what runs today where somebody complains of it: a share of the people's
        hours (class `lost_to_complaint`). A stated complaint says nothing of its size, so it is wide.
        """
        lost = self.table["lost_to_complaint"].estimate
        hours = ml_people * HOURS_PER_PERSON_MONTH
        low, high = (lost.quantile(q) * hours for q in (0.05, 0.95))
        return interval(low, high, "person_hour/month"), "assumed"

    def _value_hours(self, ml_people: float) -> tuple[float, float]:
        """ln-mean and ln-sd of the hours a month that the component is worth: what the user says it is
        worth over the price of an hour, else a share of the ML people's time.
        """
        given = self.table.get(f"{self.component.id}.value_monthly")
        if given is not None and given.estimate.quantile(0.05) > 0:
            low, high = given.estimate.quantile(0.05), given.estimate.quantile(0.95)
            mu, sigma = log_parameters(low, high) if high > low else (math.log(low), 0.0)
            return mu - math.log(self.table["labour"].estimate.median), sigma
        mu, sigma = log_parameters(*self.component.value_share.estimate.points[:2])
        return mu + math.log(ml_people * HOURS_PER_PERSON_MONTH), sigma

    def should_gap(self, driver: str, label: str, key: str) -> str:
        """Hours lost to an unmet `should` nobody put a figure on: 2 to 15% of the component's value."""
        people = self.table["ml_people"].estimate.median
        (m1, s1), (m2, s2) = self._value_hours(max(people, 0.1)), log_parameters(0.02, 0.15)
        mu, spread = m1 + m2, Z95 * math.hypot(s1, s2)
        estimate = interval(math.exp(mu - spread), math.exp(mu + spread), "person_hour/month")
        return self.add(Driver(driver, label, estimate, "assumed", "our own judgement", self.catalog.month, way="gap hours", how="ask the team", key=key, asking_hours=1.0))
