"""The options of a component: every offer that exists at that month, plan by plan, and an own
build; and what runs today.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

from buildbuy.catalog import schema as s
from buildbuy.domain import problem as d
from buildbuy.domain.profile import CLOUDS, ComponentNeeds, Current
from buildbuy.errors import BadInput
from buildbuy.quantities.estimate import interval, parse
from buildbuy.quantities.months import after, before, months_between
from buildbuy.questions.fit import judge, pins_a_region
from buildbuy.questions.probed import concerning
from buildbuy.resolve import life, limits, plans
from buildbuy.resolve.drivers import (
    CORRELATION,
    COUNT_HOURS,
    OF_ITS_CLASS,
    OWN_RECORD,
    Drivers,
    key_of,
)
from buildbuy.worlds.world import World


@dataclass
class Options:
    """Builds the options of one component."""

    drivers: Drivers
    entry: s.Component
    needs: ComponentNeeds
    asked: tuple[d.Requirement, ...]
    parts: Mapping[str, d.Part]
    today: World
    names: dict[str, tuple[str, float]]
    at: tuple[str | int, ...]
    anachronisms: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    @property
    def now(self) -> str:
        return self.drivers.as_of

    @cached_property
    def plans(self) -> plans.Plans:
        return plans.Plans(self.drivers, self.names, any(pins_a_region(r) for r in self.asked))

    @cached_property
    def asked_at_rate(self) -> tuple[d.Requirement, ...]:
        """What is asked, each performance at the rate it must hold at: its own, that of a requirement of
        requests, else today's load at the upper end of what is believed of it, at its usual peak.
        """
        name = next((m for m, spec in self.entry.metrics.items() if spec.kind == "performance" and m in self.entry.variables and self.entry.variables[m].unit == "req/s"), None)
        if name is None:
            return self.asked
        stated = [r.comparison.value for r in self.asked if r.metric == name and r.comparison is not None and r.origin != "anticipated"]
        return tuple(replace(r, rate=r.rate or max(stated, default=0.0) or self._peak(name)) if r.kind == "performance" and r.metric != name else r for r in self.asked)

    def _peak(self, name: str) -> float:
        driver, per = self.drivers.table[f"{self.entry.id}.{name}"], self.entry.variables[name].prior.per
        given = driver.grade in ("measured", "stated", "quoted") or per is None
        times = 1.0 if given else self.drivers.table[per].estimate.median if per in self.drivers.table else 1.0
        peak = self.drivers.table.get("peak_factor")
        return driver.estimate.quantile(0.95) * times * (peak.estimate.median if peak else 1.0)

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(p for p, part in self.parts.items() if part.required)

    @property
    def ml_people(self) -> float:
        return float(self.today.value("ml_people")[0])

    # -- everything that could be taken ------------------------------------------------------

    def all(self, incumbent: d.Option) -> tuple[tuple[d.Option, ...], tuple[d.Excluded, ...]]:
        """Options (one per offer and plan) and the systems that are none, with the reason."""
        self._check_names()
        found: list[d.Option] = [] if incumbent.id == d.NOTHING else [incumbent]
        excluded: list[d.Excluded] = []
        for system in self.drivers.catalog.systems.values():
            if self.entry.id not in system.components:
                continue
            if not system.offers:
                excluded.append(self._ended(system))
            for sourcing, offer in system.offers.items():
                why = life.closed(offer, self.now)
                if why:
                    excluded.append(d.Excluded(system.id, f"{system.name} ({sourcing})", why, self._page(system, offer.available.source)))
                    continue
                if incumbent.system == system.id and incumbent.engine_sourcing == sourcing:
                    found += self._other_plans(system, sourcing, offer, incumbent)
                    continue
                for plan in offer.plans:
                    reason = life.plan_closed(plan, self.now)
                    if reason:
                        assert plan.available is not None
                        excluded.append(d.Excluded(system.id, f"{system.name}, {plan.name}", reason, self._page(system, plan.available.source)))
                    elif all(plan.id != other.next for other in offer.plans if life.plan_closed(other, self.now) is None):
                        option = self._from_offer(system, sourcing, offer, plan)
                        if option is not None:
                            found.append(option)
        found.append(self._own_build())
        missing = tuple(p for p in self.required if p not in (*incumbent.covered, *incumbent.existing_parts))
        scattered = self.needs.current is not None and self.needs.current.scattered
        if incumbent.id == d.STAY and missing and not scattered:
            found.append(self._extension(incumbent, missing))
        return tuple(sorted(found, key=lambda o: (o.id, o.plan_id))), tuple(sorted(excluded, key=lambda e: e.name))

    def _other_plans(self, system: s.System, sourcing: str, offer: s.Offer, incumbent: d.Option) -> list[d.Option]:
        """Other plans of what runs today: the same product and gaps, nothing to leave, and a share
        of a first adoption to set it up.
        """
        out = []
        have = {step.id for step in incumbent.plan}
        for plan in offer.plans:
            if plan.id in have or life.plan_closed(plan, self.now) is not None or any(plan.id == o.next for o in offer.plans):
                continue
            option = self._from_offer(system, sourcing, offer, plan)
            if option is not None and option.plan_paid != incumbent.plan_paid:
                out.append(replace(option, gap=incumbent.gap, operate=incumbent.operate, upkeep_given=incumbent.upkeep_given, onboarding=False, adopt_given=None, effort={**option.effort, "adopt": "replan"}))
        return out

    def _check_names(self) -> None:
        known = {s_id for s_id, s_ in self.drivers.catalog.systems.items() if self.entry.id in s_.components}
        tables: tuple[tuple[str, Mapping[str, Any], set[str]], ...] = (
            ("gap_hours", self.needs.gap_hours, {"build", "stay"}), ("quotes", self.needs.quotes, set()), ("estimates.adopt", self.needs.estimates.adopt, set()),
        )  # fmt: skip
        for kind, table, extra in tables:
            for key in table:
                if key.split("/")[0] not in known | extra:
                    loc = (*self.at, *kind.split("."), key)
                    raise BadInput(f"`{key}` is not a system for {self.entry.id}", where=self.drivers.where(loc), hint=f"known: {', '.join(sorted(known | extra))}")

    def _page(self, system: s.System, source: str) -> str:
        return system.sources[source].url or ""

    def _ended(self, system: s.System) -> d.Excluded:
        last = life.latest(system, self.now)
        why = f"{last.text} ({last.when})" if last else "no longer offered"
        return d.Excluded(system.id, system.name, why, self._page(system, last.source) if last else system.homepage)

    # -- one option --------------------------------------------------------------------------

    def _replaced(self, system: s.System, covered: frozenset[str]) -> None:
        """Names that a covered part replaces in the system's charges (autoscaling: peak by headroom)."""
        for part, spec in self.entry.parts.items():
            for name, by in spec.replaces.items():
                self.names[f"+{part}.{name}"] = self.names[by]
                if part in covered:
                    self.names[f"{system.id}.{name}"] = self.names[by]

    def _covered(self, system: s.System) -> frozenset[str]:
        out = set()
        for name, fact in system.parts.get(self.entry.id, {}).items():
            if fact.since is None and self.past:
                self._later(system, fact, f"its {name}, taken to be there from the start")
            if after(fact.since, self.now):
                self.anachronisms.add(f"{system.name}: {name} only since {fact.since}")
                continue
            if not before(fact.until, self.now) and self._beside(system, fact):
                out.add(name)
        return frozenset(out)

    def _beside(self, system: s.System, fact: s.Covered) -> bool:
        """Whether what a part stands on is there: its product's own endpoints, say. Who runs the system
        today has it.
        """
        current = self.needs.current
        return not fact.beside or (current is not None and current.system == system.id) or bool(set(fact.beside) & self.drivers.profile.there)

    @property
    def past(self) -> bool:
        """Whether an earlier month than the catalog's is decided about."""
        return after(self.drivers.catalog.month, self.now)

    def _later(self, system: s.System, fact: s.Sourced, what: str) -> None:
        """Keeps in mind that a page of a later month says so."""
        page = system.sources[fact.source]
        if after(fact.as_of or page.as_of, self.now):
            self.anachronisms.add(f"{system.name}: {what}, by a page {f'of {fact.as_of}' if fact.as_of else page.dated}")

    def _from_offer(self, system: s.System, sourcing: str, offer: s.Offer, plan: s.Plan) -> d.Option | None:
        covered = self._covered(system)
        if not covered & set(self.required):
            return None
        engine = "none" if sourcing == "build" else sourcing
        missing = tuple(p for p in self.required if p not in covered)
        if engine == "none" and not missing:
            return None  # nothing of one's own on a bare tool: no build, and no one who runs it
        own = missing if engine == "none" else ()
        self._replaced(system, covered)
        owner = life.owner(system, self.now) if engine != "none" else None
        kind = owner.kind if owner else "own"
        identity = owner.id if owner else "own"
        self._ending_driver(identity, kind)
        quote = self.needs.quotes.get(f"{system.id}/{sourcing}")
        if quote is None and (engine == "managed" or "managed" not in system.offers):
            quote = self.needs.quotes.get(system.id)
        cloud = offer.cloud or self._cloud(plan.rents)
        abroad = self._abroad(system, cloud)
        ladder = self.plans.ladder(system, sourcing, offer, plan, self._traffic(cloud) if abroad else ())
        if quote is not None:
            ladder = self.plans.quoted(system, quote, ladder, engine, self.at)
        known_end = [a.until for a in (offer.available, plan.available) if a is not None and a.until and life.announced(system, a, self.now)]
        option = d.Option(
            id=f"{system.id}/{sourcing}",
            name=system.name,
            system=system.id,
            sourcing=sourcing,  # type: ignore[arg-type]
            engine_sourcing=engine,  # type: ignore[arg-type]
            plan=ladder,
            covered=tuple(p for p in self.required if p in covered),
            own_parts=own,
            lived_without=() if own else missing,
            unbuildable=tuple(p for p in missing if p in system.cannot.get(self.entry.id, {})),
            must_parts=tuple(p for p in missing if p in {r.word for r in self.asked if r.kind == "part" and r.must and r.origin != "anticipated"}),
            needs=self.plans.needs((*offer.needs, *plan.needs)),
            owner=identity,
            owner_kind=kind,
            end_month=months_between(self.now, min(known_end)) if known_end else None,
            dormant=life.dormant(system, self.now),
            commitment_months=plan.commitment_months,
            limits=limits.ceilings(offer, self.entry, self.today),
            on_plan=plans.on_today(ladder, self.today),
            api=system.api,
            cloud=cloud,
            gap=self._gap("build" if engine == "none" else system.id, engine, sourcing),
            adopt=None if engine == "none" else self._effort(system, sourcing, offer, "adopt"),
            operate=None if engine == "none" else self._effort(system, sourcing, offer, "operate"),
            adopt_given=None if engine == "none" else self._adopt_given(system, sourcing),
            effort=self._relative(system, sourcing, offer),
            onboarding=(engine == "managed" or plan.rents is not None) and (offer.cloud or plan.rents or "") not in self.drivers.profile.have,
            rents=plan.rents,
            service=plan.service,
            abroad=abroad,
        )
        return self._judged(system, offer, option, covered)

    def _abroad(self, system: s.System, cloud: str | None) -> tuple[str, ...]:
        """The clouds that the user has, where this is another. What runs today is where its callers are."""
        own = tuple(c for c in CLOUDS if c in self.drivers.profile.have)
        runs = self.needs.current is not None and self.needs.current.system == system.id
        return own if cloud in CLOUDS and cloud not in own and not runs else ()

    def _traffic(self, cloud: Any) -> tuple[s.Charge, ...]:
        """What the traffic to another cloud is charged, where the component says how much flows."""
        return (self.entry.between_clouds.charge(cloud),) if self.entry.between_clouds else ()

    def _cloud(self, rents: str | None) -> Any:
        """The cloud, if it is one whose credits a profile may hold."""
        return rents if rents in CLOUDS else None

    def _own_build(self) -> d.Option:
        self._ending_driver("own", "own")
        machines = self.entry.build.at(self.now)
        option = d.Option(
            id=d.BUILD,
            name="own build",
            system=None,
            sourcing="build",
            engine_sourcing="none",
            plan=(self.plans.step("own", "build", "own machines", machines.charges, {}, None, f"components:{self.entry.id}", True, None),),
            own_parts=self.required,
            needs=self.plans.needs(self.entry.build.needs),
            cloud=self._cloud(machines.rents),
            onboarding=machines.rents is not None and machines.rents not in self.drivers.profile.have,
            rents=machines.rents,
            gap=self._gap("build", "none", "build"),
        )
        return self._judged(None, None, option, frozenset(self.required))

    def _extension(self, incumbent: d.Option, missing: tuple[str, ...]) -> d.Option:
        share = sum(self.parts[p].median_share for p in missing) / sum(self.parts[p].median_share for p in self.required)
        gap = incumbent.gap
        if incumbent.engine_sourcing == "none":
            sourcing = "build"
            if self._complaint:  # of what it lacks, and this builds it
                gap = self._gap("build", "none", "build")
        else:
            sourcing = "hybrid" if share >= d.HYBRID_FROM else incumbent.engine_sourcing
        return replace(
            incumbent, gap=gap, id=d.EXTEND, name=f"{incumbent.name} + {', '.join(missing)}", sourcing=sourcing,  # type: ignore[arg-type]
            incumbent=False, extends=True, own_parts=missing, lived_without=(), adopt=None, onboarding=False,
        )  # fmt: skip

    # -- what runs today -----------------------------------------------------------------------

    def incumbent(self) -> tuple[d.Option, bool]:
        """What runs today, and whether that is nothing (greenfield)."""
        from buildbuy.resolve.problem import nothing

        current = self.needs.current
        if current is None or current.kind == "nothing":
            return nothing(), True
        if current.since and after(current.since, self.now):
            if self.past:
                self.anachronisms.add(f"what runs today: said to run since {current.since}")
            else:
                raise BadInput(f"`since: {current.since}` lies ahead", where=self.drivers.where((*self.at, "current")), hint=f"it is {self.now}; use --as-of, or say `nothing`")
        upkeep = self._hours(current.upkeep, "stay.upkeep", "hours a month that what runs today takes", ("current", "upkeep"))
        bill = None
        renewal = next((self.needs.quotes[k] for k in (f"{current.system}/managed", current.system or "") if k in self.needs.quotes), None)
        if renewal is not None:
            bill = self.drivers.given(f"{self.entry.id}.stay.bill", "the bill after renewal, as quoted", renewal, "USD/month", (*self.at, "quotes", str(current.system)), money=True, grade="quoted", note="for today's load; it is taken to grow with it")
        elif current.bill is not None:
            bill = self.drivers.given(f"{self.entry.id}.stay.bill", "today's bill", current.bill, "USD/month", (*self.at, "current", "bill"), money=True, grade="quoted")
        ends = months_between(self.now, current.contract_end) if current.contract_end else 0
        age = max(months_between(current.since, self.now), 0) if current.since else 0
        common: dict[str, Any] = {"incumbent": True, "age_months": age, "upkeep_given": upkeep, "bill_given": bill, "commitment_months": max(ends, 0)}
        if current.kind == "home-grown":
            return self._own_code(current, "your own code", common), False
        system = self.drivers.catalog.systems.get(current.system or "")
        loc = (*self.at, "current", "system")
        if system is None or self.entry.id not in system.components:
            known = [x for x, y in self.drivers.catalog.systems.items() if self.entry.id in y.components]
            raise BadInput(f"`{current.system}` is not a system for {self.entry.id} in the catalog", where=self.drivers.where(loc), hint=f"known: {', '.join(known)}, or `home-grown`")
        if not system.offers:
            raise BadInput(f"{system.name} no longer runs: {self._ended(system).why}", where=self.drivers.where(loc), hint="say `nothing`, or what replaced it")
        if "build" in system.offers:
            stay = self._own_code(current, f"your own code on {system.name}", common)
            if current.plan is not None:
                offer = system.offers["build"]
                plan = self._plan_named(system, offer, current.plan)
                ladder = self.plans.ladder(system, "build", offer, plan)
                stay = replace(stay, plan=ladder, needs=self.plans.needs((*offer.needs, *plan.needs)), rents=plan.rents)
            return stay, False
        sourcing: Any = current.sourcing or self._sourcing_assumed(system, current)
        if sourcing not in system.offers:
            raise BadInput(f"{system.name} is not offered {sourcing}", where=self.drivers.where(loc), hint=f"it is: {', '.join(system.offers)}")
        offer = system.offers[sourcing]
        if before(offer.available.until, self.now):
            raise BadInput(f"{system.name} no longer runs: {life.closed(offer, self.now)}", where=self.drivers.where(loc), hint="say `nothing`, or what replaced it")
        plan = self._plan_named(system, offer, current.plan) if current.plan else self._plan_assumed(system, offer)
        if after(offer.available.since, self.now):
            self.anachronisms.add(f"{system.name} runs today, though it is offered only since {offer.available.since}")
        option = self._from_offer(system, sourcing, offer, plan)
        if option is None:
            covered = self._covered(system)
            raise BadInput(f"{system.name} covers none of the required parts", where=self.drivers.where(loc), hint=f"it covers: {', '.join(sorted(covered))}")
        option = replace(option, id=d.STAY, adopt=None, onboarding=False, gap=self._gap(d.STAY, sourcing, sourcing), **common)
        return replace(option, reasons=self._reasons(system, offer, option, self._covered(system))), False

    def _sourcing_assumed(self, system: s.System, current: Current) -> str:
        """How what runs today is run, where the profile doesn't say: as its plan is, else the first way
        of the catalog, which is noted.
        """
        of_plan = [name for name, offer in system.offers.items() if current.plan in {p.id for p in offer.plans}]
        first, *others = of_plan or system.offers
        if others and not of_plan:
            self.notes.append(f"it isn't said how {system.name} is run today: taken is {first}; if it is {' or '.join(others)}, say so (`current: {{sourcing: ...}}`)")
        return first

    def _plan_assumed(self, system: s.System, offer: s.Offer) -> s.Plan:
        """The plan of what runs today, where the profile names none: the one that asks for least that
        isn't there, then for most that is, then the first of the catalog; noted where there is a choice.
        """
        followers = {p.next for p in offer.plans}
        sold = [p for p in offer.plans if p.id not in followers and not (p.available and (after(p.available.since, self.now) or before(p.available.until, self.now)))]
        plan, *others = sorted(sold or offer.plans[:1], key=lambda p: self._there(offer, p))
        if others:
            rest = ", ".join(f"`{p.id}` ({p.name})" for p in others)
            self.notes.append(f"no plan was given for {system.name}, which runs today: taken is `{plan.id}` ({plan.name}), which goes best with what you have; if it is another, say so (`current: {{plan: ...}}`): {rest}")
        return plan

    def _there(self, offer: s.Offer, plan: s.Plan) -> tuple[int, int]:
        """How much of what a plan stands on is not there, and how much is, as a negative number."""
        have = set(self.drivers.profile.have)
        needs: list[set[str]] = [set(self.drivers.catalog.infrastructure[n].have) for n in dict.fromkeys((*offer.needs, *plan.needs))]
        rented: list[set[str]] = [{plan.rents}] if plan.rents else []
        there = [bool(have & words) for words in (*needs, *rented)]
        return there.count(False), -there.count(True)

    def _plan_named(self, system: s.System, offer: s.Offer, name: str) -> s.Plan:
        """The plan the profile names under `current`."""
        plan = next((p for p in offer.plans if p.id == name), None)
        if plan is None:
            raise BadInput(f"{system.name} has no plan `{name}`", where=self.drivers.where((*self.at, "current", "plan")), hint=f"known: {', '.join(p.id for p in offer.plans)}")
        return plan

    def _own_code(self, current: Current, name: str, common: Mapping[str, Any]) -> d.Option:
        """What runs today where that is code of one's own: the parts it has (all that are needed,
        unless the profile says which), the rest lived without.
        """
        for i, part in enumerate(current.parts or ()):
            if part not in self.parts:
                loc = (*self.at, "current", "parts", i)
                raise BadInput(f"`{part}` is not a part of {self.entry.id}", where=self.drivers.where(loc), hint=f"known: {', '.join(self.parts)}")
        have = tuple(p for p in current.parts or self.required if p in self.parts)
        lacking = tuple(p for p in self.required if p not in have)
        base = replace(self._own_build(), own_parts=(), id=d.STAY, name=name, onboarding=False)
        prior = None if common["upkeep_given"] else self._upkeep_prior(have)
        stay = replace(base, existing_parts=have, lived_without=lacking, gap=self._gap(d.STAY, "none", "build"), upkeep_prior=prior, **common)
        return replace(stay, reasons=self._reasons(None, None, stay, frozenset(self.required)))

    def _upkeep_prior(self, parts: tuple[str, ...]) -> str:
        """Hours a month that today's own code takes, where nobody counted them: the reference
        class's team times the median share of the build that these parts make up.
        """
        base = self.drivers.table[f"{self.entry.id}.build.upkeep"]
        assert base.curve is not None
        whole = sum(p.median_share for p in self.parts.values())
        share = sum(self.parts[p].median_share for p in parts) / whole
        curve = d.Curve(tuple(m + math.log(share) for m in base.curve.mu), base.curve.sigma)  # type: ignore[arg-type]
        driver = replace(
            base, id=f"{self.entry.id}.stay.upkeep", label="hours a month that what runs today takes", curve=curve,
            estimate=interval(1.0, 2.0, "person_hour/month"), common=base.id, rho=CORRELATION, way="tickets", how=COUNT_HOURS, asking_hours=1.0,
            key=key_of(*self.at, "current", "upkeep"),
        )  # fmt: skip
        return self.drivers.add(driver)

    def _hours(self, raw: Any, name: str, label: str, loc: tuple[str | int, ...]) -> str | None:
        driver = f"{self.entry.id}.{name}"
        found = self.drivers.measured(driver, "person_hour/month")
        if found is not None:
            return self.drivers._evidence(driver, label, *found)
        if raw is None:
            return None
        return self.drivers.given(driver, label, raw, "person_hour/month", (*self.at, *loc), way="tickets", how=COUNT_HOURS, asking_hours=1.0)

    # -- pieces ------------------------------------------------------------------------------

    def _effort(self, system: s.System, sourcing: str, offer: s.Offer, kind: Literal["adopt", "operate"]) -> str:
        """The component's class of efforts, as one system's; it says so where nothing sets the system apart."""
        name = {("managed", "adopt"): "managed.integrate"}.get((sourcing, kind), f"{sourcing}.{kind}")
        base = self.drivers.table[f"{self.entry.id}.{name}"]
        verb = "integrate" if name == "managed.integrate" else kind
        identity = f"{verb}.{system.id}/{sourcing}"
        label = {"integrate": "effort to integrate", "adopt": "effort to adopt", "operate": "hours to run"}[verb]
        note = base.note if kind in offer.effort else f"{OF_ITS_CLASS}. {base.note}".rstrip()
        key = None if verb == "operate" else self._estimate_key(f"{system.id}/{sourcing}")
        return self.drivers.add(replace(base, id=identity, label=f"{label} {system.name}", common=base.id, rho=CORRELATION, used_by=system.id, key=key, note=note))

    def _estimate_key(self, system: str) -> str:
        """Where the team's own estimate of adopting a system goes."""
        return key_of(*self.at, "estimates", "adopt", system)

    def _relative(self, system: s.System, sourcing: str, offer: s.Offer) -> dict[str, str]:
        out: dict[str, str] = {}
        for kind, fact in offer.effort.items():
            verb = "integrate" if (sourcing, kind) == ("managed", "adopt") else kind
            own = f"{verb}.{system.id}/{sourcing}"
            if own in self.drivers.stated or own in self.drivers.evidence:
                continue  # what is known of the system itself is no longer relative to its class
            source, as_of, grade = self.drivers.source(f"systems:{system.id}", fact.source, fact.as_of, fact.grade)
            identity = f"effort.{system.id}/{sourcing}.{kind}"
            label = f"{system.name}: {kind} effort against its class"
            out[kind] = self.drivers.add(d.Driver(identity, label, parse(fact.value, "dimensionless"), grade, source, as_of, way="estimate", how=OWN_RECORD, note=fact.note or "", asking_hours=8.0))
        return out

    def _gap(self, who: str, engine: str, sourcing: str) -> str:
        key = who if who in ("build", d.STAY) else f"{who}/{engine}"
        driver = f"gap.{self.entry.id}.{key}"
        system = self.drivers.catalog.systems.get(who)
        name = system.name if system else {"build": "an own build", d.STAY: "what runs today"}.get(who, who)
        label = f"hours a month the team loses to the gaps of {name}"
        how = "ask the team how many hours a month they lose to it"
        if who != d.STAY:
            how = f"ask the team what {name} would not do for them, in hours a month"
        for candidate in (key, who):
            if candidate in self.needs.gap_hours:
                return self.drivers.given(driver, label, self.needs.gap_hours[candidate], "person_hour/month", (*self.at, "gap_hours", candidate), way="gap hours", how=how, asking_hours=2.0)
        if who == d.STAY and self._complaint:
            estimate, grade = self.drivers.complaint_prior(max(self.ml_people, 0.1))
            lost = self.drivers.table["lost_to_complaint"]
            note = f"somebody complains of it: {self._complaint}"
            return self.drivers.add(d.Driver(driver, label, estimate, grade, lost.source, lost.as_of, how=how, asking_hours=2.0, way="gap hours", used_by=who, note=note, key=key_of(*self.at, "gap_hours", key)))
        estimate, grade, rho = self.drivers.gap_prior(sourcing, max(self.ml_people, 0.1))
        source, as_of, _ = self.drivers.source(f"components:{self.entry.id}", self.entry.value_share.source, None, None)
        return self.drivers.add(d.Driver(driver, label, estimate, grade, source, as_of, common=self._common_value(), rho=rho, way="gap hours", how=how, asking_hours=2.0, used_by=who, key=key_of(*self.at, "gap_hours", key)))

    @property
    def _complaint(self) -> str | None:
        """What is complained of in what runs today, where nobody said how many hours that takes."""
        current = self.needs.current
        return None if current is None or d.STAY in self.needs.gap_hours else current.complaint

    def _common_value(self) -> str:
        """The driver whose spread all gaps share: the component's worth."""
        given = f"{self.entry.id}.value_monthly"
        return given if given in self.drivers.table else f"{self.entry.id}.value_share"

    def _ending_driver(self, owner: str, kind: str) -> None:
        source = self.drivers.table.get(f"ending_{kind}")
        if source is None:
            raise BadInput(f"no reference class for endings of {kind}")
        self.drivers.add(d.Driver(f"owner.{owner}", f"whether and when {owner} ends it", interval(-1.6449, 1.6449), source.grade, source.source, source.as_of, key="", asking_hours=None))

    # -- fit ---------------------------------------------------------------------------------

    def _judged(self, system: s.System | None, offer: s.Offer | None, option: d.Option, covered: frozenset[str]) -> d.Option:
        """The option with its reasons, its unmet shoulds, and what may force it out later."""
        reasons = self._reasons(system, offer, option, covered)
        gaps, forced, parts = [], [], []
        for requirement, reason in zip(self.asked, reasons, strict=False):
            if requirement.origin == "anticipated":
                one = self._anticipated(requirement)
                if requirement.kind == "part" and requirement.word not in (*option.own_parts, *covered, *self.required):
                    parts.append((requirement.word, one))
                elif requirement.must and replace(reason, must=True, kind=requirement.kind).bars:
                    forced.append(one)
            elif not requirement.must and requirement.gap_hours and reason.status == "unmet":
                gaps.append(requirement.gap_hours)
        return replace(option, reasons=reasons, should_gaps=tuple(gaps), anticipated=tuple(forced), anticipated_parts=tuple(parts))

    def _anticipated(self, requirement: d.Requirement) -> d.Anticipated:
        assert requirement.when is not None
        driver = f"{self.entry.id}.anticipated.{requirement.id}"
        self.drivers.add(d.Driver(driver, f"whether `{requirement.text}` comes", interval(-1.6449, 1.6449), "stated", "your profile", self.now, key="", asking_hours=None))
        return d.Anticipated(requirement.text, driver, requirement.probability, max(months_between(self.now, requirement.when), 0))

    def _reasons(self, system: s.System | None, offer: s.Offer | None, option: d.Option, covered: frozenset[str]) -> tuple[d.Reason, ...]:
        then = None if system is None else life.as_licensed(system, self.now)
        probes = concerning(option, self.entry.id, self.drivers.probes)
        reasons = [judge(r, then, offer, option, covered, probes) for r in self.asked_at_rate]
        if system is not None and self.past:
            self._judged_later(system, reasons)
        if offer is not None and system is not None:
            reasons += limits.reasons(system, offer, self.entry, self.today)
        if option.plan:
            reasons += plans.price_reasons(option, self.today)
        return tuple(reasons)

    def _judged_later(self, system: s.System, reasons: list[d.Reason]) -> None:
        """Keeps in mind which requirements pages of a later month decide."""
        for reason in reasons:
            page = next((p for p in system.sources.values() if p.url and p.url == reason.source), None)
            if page is not None and after(page.as_of, self.now):
                self.anachronisms.add(f"{system.name}: {reason.requirement} {reason.status}, by a page {page.dated}")

    def _adopt_given(self, system: s.System, sourcing: str) -> str | None:
        """The team's own estimate of adopting a system, to be corrected by the outside view."""
        for key in (f"{system.id}/{sourcing}", system.id):
            raw = self.needs.estimates.adopt.get(key)
            if raw is not None:
                label = f"your estimate of adopting {system.name}"
                return self.drivers.given(f"own_estimate.{system.id}/{sourcing}", label, raw, "person_hour", (*self.at, "estimates", "adopt", key), used_by=system.id)
        return None

    def upcoming(self, options: tuple[d.Option, ...]) -> tuple[tuple[str, str, str], ...]:
        """Dated events still to come in the lives of the systems at stake: (month, system, text)."""
        out: set[tuple[str, str, str]] = set()
        if self.now != self.drivers.catalog.month:
            return ()  # what was announced by then isn't known; later events would be hindsight
        for option in options:
            system = self.drivers.catalog.systems.get(option.system or "")
            for event in system.events if system else ():
                if after(event.when, self.now):
                    out.add((event.when, option.system or "", event.text))
        return tuple(sorted(out))
