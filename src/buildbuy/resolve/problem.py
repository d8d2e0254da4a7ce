"""Resolve one component: drivers, options and how they fit."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import get_args

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import Catalog
from buildbuy.domain import problem as d
from buildbuy.domain.evidence import Evidence
from buildbuy.domain.grades import Grade
from buildbuy.domain.profile import CLOUDS, COMPONENTS, ComponentNeeds, Growing, Profile
from buildbuy.errors import BadInput
from buildbuy.quantities import units
from buildbuy.quantities.money import parse_money
from buildbuy.quantities.months import months_between
from buildbuy.questions.ownership import bills
from buildbuy.resolve import life
from buildbuy.resolve.drivers import (
    CURVE_LABELS,
    LEAVING,
    OWN_RECORD,
    PROFILE,
    Drivers,
    Where,
    key_of,
)
from buildbuy.resolve.options import Options
from buildbuy.resolve.requirements import requirements
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World

SCALES = ("S", "M", "L", "XL")
FAR_APART = 3.0  # times; between list prices, regions and discounts less is ordinary (judgement)


def resolve(
    profile: Profile,
    component: str,
    catalog: Catalog,
    *,
    evidence: Mapping[str, Evidence] | None = None,
    as_of: str | None = None,
    months: int = 36,
    where: Where = lambda loc: "",
) -> d.Problem:
    """Everything needed to decide `component` for this profile, as of a month.

    `where` locates a key of the profile for error messages. Raises BadInput for values that make
    no sense (wrong unit, unknown part or system, contradictory requirements).
    """
    entry = catalog.components.get(component)
    if entry is None:
        at_component = where(("components", component)) if component in profile.components else ""
        raise BadInput(f"the catalog has no component `{component}` yet", where=at_component, hint=f"it covers: {', '.join(catalog.components)}")
    _check_have(profile, catalog, where)
    now = as_of or catalog.month
    needs = profile.components.get(component, ComponentNeeds())
    drivers = Drivers(catalog, profile, evidence or {}, where, now, entry)
    drivers.shared()
    at: tuple[str | int, ...] = ("components", component)
    _component_drivers(drivers, entry)
    variables = _workload(drivers, entry, needs, at)
    _growth_given(drivers, entry, needs, at)
    names = {"ml_people": ("ml_people", 1.0)}
    for name, one in catalog.classes.items():
        if name.isidentifier():
            names[name] = (name, units.base_factor(one.unit))
    settings = _settings(profile, drivers, months)
    shell = d.Problem(
        component=component, name=entry.name, settings=settings, drivers=drivers.table, variables=variables, names=names,
        scale=dict(entry.scale), parts={}, options=(), incumbent=nothing(), requirements=(),
        excluded=(), exit=(), break_even=entry.break_even, greenfield=True,
    )  # fmt: skip
    today = World(shell, Medians(drivers.table))
    scale = float(today.scale[0, 0])
    drivers.at_scale(scale)
    _value(drivers, entry, needs, at)
    asked = requirements(drivers, entry, needs, at)
    parts = _parts(drivers, entry, needs, asked, scale, at)
    options = Options(drivers, entry, needs, asked, parts, today, names, at)
    incumbent, greenfield = options.incumbent()
    found, excluded = options.all(incumbent)
    incumbent = bills.with_own_scope(names, incumbent)
    found = tuple(bills.with_own_scope(names, o) for o in found)
    claim = _claim(drivers, entry, needs, at)
    drivers.check_stated()
    _only_common(drivers)
    wanted = max(0, months_between(now, needs.wanted_from)) if needs.wanted_from else 0
    return replace(
        shell,
        names=names,
        parts=parts,
        options=found,
        incumbent=incumbent,
        requirements=options.asked_at_rate,
        excluded=excluded,
        exit=_surfaces(drivers, entry),
        counted=_counted(drivers, entry),
        today_seen=bool(needs.current and needs.current.found),
        yours=_yours(drivers, entry),
        greenfield=greenfield,
        current_stated=needs.current is not None,
        as_of=now,
        price_year=catalog.money.year,
        wanted_month=wanted,
        wanted_stated=needs.wanted_from is not None,
        value_given=needs.value_monthly is not None,
        build_estimate=_build_estimate(drivers, needs, at),
        migrate_estimate=_migrate_estimate(drivers, needs, at),
        claim=needs.differentiation.claim if needs.differentiation else "",
        claim_value=claim,
        claim_measured=bool(needs.differentiation and needs.differentiation.measured),
        credits=_credits(profile, drivers),
        upcoming=options.upcoming(found),
        notes=(*_notes(profile, catalog), *_today_measured(incumbent, needs), *_today_turned(incumbent, catalog, now), *_today_assumed(incumbent, needs), *options.notes, *_bill_apart(today, incumbent), *_unread(drivers)),
        anachronisms=tuple(sorted({*options.anachronisms, *_later(drivers)})),
    )


def _later(drivers: Drivers) -> list[str]:
    """Prices and efforts that were published after the month decided about."""
    dated = [x for x in drivers.table.values() if re.fullmatch(r"\d{4}-\d{2}", x.as_of) and x.source != PROFILE]
    return [f"{x.label}: known only since {x.as_of}" for x in dated if months_between(drivers.as_of, x.as_of) > 0 and drivers.as_of != drivers.catalog.month]


def _today_measured(incumbent: d.Option, needs: ComponentNeeds) -> tuple[str, ...]:
    """Where a scan saw what runs today."""
    found = needs.current.found if needs.current else ()
    return (f"what runs today is measured: {incumbent.name}, seen at {', '.join(found[:3])}{f' and {len(found) - 3} more places' if len(found) > 3 else ''}",) if found else ()


def _today_assumed(incumbent: d.Option, needs: ComponentNeeds) -> tuple[str, ...]:
    """What is taken for granted about today's bill where nobody stated it."""
    current = needs.current
    if current is None or incumbent.bill_given is not None or not incumbent.plan:
        return ()
    if incumbent.engine_sourcing == "self-host" and incumbent.rents is not None:
        return (f"no `bill` was given for {incumbent.name}: its machines are priced as if they were {incumbent.plan[0].name}; say what yours cost you a month, 0 where they are paid for",)
    if incumbent.engine_sourcing != "managed":
        return ()
    return (f"no `bill` was given for {incumbent.name}: it is computed from the plan {incumbent.plan_paid.name if incumbent.plan_paid else ''}; your invoice would be better",)


def _today_turned(incumbent: d.Option, catalog: Catalog, now: str) -> tuple[str, ...]:
    """What has become of the owner of what runs today."""
    system = catalog.systems.get(incumbent.system or "")
    event = life.turning_point(system, now) if system else None
    return (f"{incumbent.name}, which runs today: {event.text} ({event.when})",) if event else ()


def _bill_apart(today: World, incumbent: d.Option) -> tuple[str, ...]:
    """Where the stated bill and the one by list for the stated workload lie far apart: other options are
    priced by that workload.
    """
    if incumbent.bill_given is None or not incumbent.plan or not incumbent.plan[incumbent.on_plan].priced:
        return ()
    given, listed = float(today.value(incumbent.bill_given)[0]), float(bills.plan_bill(today, incumbent.plan).path[0, 0])
    if given <= 0 or listed <= 0 or 1 / FAR_APART <= given / listed <= FAR_APART:
        return ()
    told = today.problem.settings.currency.told
    return (
        f"today's bill ({told(given)} a month) lies far from what your workload comes to at list prices ({told(listed)}); "
        "the other options are priced by that workload, so check both",
    )


def _notes(profile: Profile, catalog: Catalog) -> tuple[str, ...]:
    """Words under `have` that no option of any component needs, so that they change nothing; and
    prices that are taken from another region.
    """
    offers = [o for x in catalog.systems.values() for o in x.offers.values()]
    needed = {n for o in offers for n in (*o.needs, *(n for p in o.plans for n in p.needs))} | {n for c in catalog.components.values() for n in c.build.needs}
    clouds = {o.cloud for o in offers if o.cloud}
    known = {word for name in needed for word in catalog.infrastructure[name].have} | {*CLOUDS, *clouds} | _beside(catalog)
    region = profile.organisation.region
    foreign = region not in (None, "us") and f"region_price_{region}" not in catalog.classes
    return (
        *(f"`have: {word}` is not something an option here needs" for word in profile.have if word not in known),
        *((f"cloud prices are those of the United States: no surcharge is known for `{region}`",) if foreign else ()),
    )


def _beside(catalog: Catalog) -> set[str]:
    """Products that some part of a system stands on."""
    return {word for x in catalog.systems.values() for parts in x.parts.values() for fact in parts.values() for word in fact.beside}


def _unread(drivers: Drivers) -> tuple[str, ...]:
    """Measured records that this decision reads nothing from."""
    others = {f"{name}." for name in (*COMPONENTS, *(f"gap.{c}" for c in COMPONENTS))} - {f"{drivers.component.id}.", f"gap.{drivers.component.id}."}
    unread = [what for what, record in sorted(drivers.evidence.items()) if what == record.what and what not in drivers.table and not what.startswith(tuple(others))]
    strangers = {x.probe.system for x in drivers.probes if x.probe and x.probe.system} - {*drivers.catalog.systems}
    return (
        *(f"the evidence about `{what}` is not read: no driver of this decision has that name" for what in unread),
        *(f"the probe of `{name}` is not read: the catalog has no such system" for name in sorted(strangers)),
    )


def _only_common(drivers: Drivers) -> None:
    """Drivers that only carry what their children have in common can't be asked for themselves."""
    parents = {x.common for x in drivers.table.values() if x.common and x.curve is not None}
    for name in parents & set(drivers.table):
        if not name.endswith("build.production"):
            drivers.table[name] = replace(drivers.table[name], asking_hours=None)


def nothing() -> d.Option:
    return d.Option(id=d.NOTHING, name="nothing", system=None, sourcing="defer", engine_sourcing="none", incumbent=True)


def _component_drivers(drivers: Drivers, entry: s.Component) -> None:
    owner = f"components:{entry.id}"
    labels = {
        "build.first_usable": "effort to a first usable own build",
        "build.production": "effort to a production-grade own build",
        "build.upkeep": "team that an own build keeps busy",
        "self-host.adopt": "effort to adopt a self-hosted system",
        "self-host.operate": "hours to run a self-hosted system",
        "managed.integrate": "effort to integrate a managed service",
        "managed.operate": "hours a managed service still takes",
    } | {
        name: f"{what} {part.name.lower()}, per {entry.variables[part.work.variable].unit}"
        for part in entry.parts.values() if part.work is not None
        for name, what in ((part.work.create, "effort of new"), (part.work.keep, "hours a month on")) if name
    }  # fmt: skip
    for name, curve in entry.efforts.items():
        common = {"common": f"{entry.id}.build.production", "rho": 0.7} if name == "build.first_usable" else {}
        key = f"components.{entry.id}.estimates.build" if name == "build.production" else None
        drivers.curve(f"{entry.id}.{name}", labels.get(name, name), curve, owner, way="estimate", how=OWN_RECORD, asking_hours=8.0, key=key, **common)
    drivers.fact(f"{entry.id}.value_share", f"value of the {entry.name.lower()}, as a share of the ML people's time", entry.value_share, owner, way="gap hours", how="ask the team how many hours a month it saves", asking_hours=2.0, key=f"components.{entry.id}.value_monthly")


def _workload(drivers: Drivers, entry: s.Component, needs: ComponentNeeds, at: tuple[str | int, ...]) -> dict[str, d.Variable]:
    known = {*entry.variables, "growth"} | {n for n in drivers.catalog.classes if n.isidentifier()}
    for key in needs.workload:
        if key not in known:
            loc = (*at, "workload", key)
            raise BadInput(f"{'.'.join(map(str, loc))}: `{key}` is not a workload quantity of {entry.id}", where=drivers.where(loc), hint=f"known: {', '.join(sorted(entry.variables))}, growth")
    variables = {}
    for name, spec in entry.variables.items():
        driver = f"{entry.id}.{name}"
        per = spec.prior.per
        found = drivers.measured(driver, spec.unit)
        if found is not None:
            drivers._evidence(driver, spec.label, *found)
            per = None
        elif name in needs.workload:
            drivers.given(driver, spec.label, needs.workload[name], spec.unit, (*at, "workload", name), way=spec.way, how=spec.measure or "", asking_hours=1.0)
            per = None
        elif _without(spec, name, needs):
            note = f"none: {spec.only_with} is not among the parts that you need"
            drivers.given(driver, spec.label, 0, spec.unit, (*at, "workload", name), way=spec.way, how=spec.measure or "", asking_hours=1.0, note=note)
            per = None
        else:
            unit = spec.unit
            drivers.prior(driver, spec.label + (f" (per {per})" if per else ""), spec.prior, unit, f"components:{entry.id}", way=spec.way, how=spec.measure or spec.question, asking=1.0, key=key_of(*at, "workload", name))
        variables[name] = d.Variable(name, spec.unit, spec.label, units.base_factor(spec.unit), spec.growth, driver, per)
    for name in needs.workload:
        if name in drivers.catalog.classes and name not in entry.variables:
            one = drivers.catalog.classes[name]
            drivers.table.pop(name, None)
            drivers.given(name, one.label, needs.workload[name], one.unit, (*at, "workload", name), positive=one.estimate.quantile(0.001) >= 0, way=one.way, how=one.how or "", asking_hours=one.cost_of_asking_hours)
    return variables


def _without(spec: s.Variable, name: str, needs: ComponentNeeds) -> bool:
    """Whether the profile lists the parts it needs, and none that there would be such a load with."""
    asked = any(name in raw or raw.get("part") == spec.only_with for raw in needs.requirements)
    return spec.only_with is not None and needs.parts is not None and spec.only_with not in needs.parts and not asked


def _growth_given(drivers: Drivers, entry: s.Component, needs: ComponentNeeds, at: tuple[str | int, ...]) -> None:
    raw = needs.workload.get("growth")
    if raw is None:
        return
    main = next((entry.variables[v].growth for v in entry.break_even if entry.variables[v].growth != "none"), "traffic")
    table = raw if isinstance(raw, dict) and set(raw) <= {*get_args(Growing)} else {main: raw}
    for kind, value in table.items():
        drivers.table.pop(f"growth.{kind}", None)
        drivers.given(f"growth.{kind}", f"yearly growth of {kind} today", value, "1/year", (*at, "workload", "growth"), positive=False)


def _settings(profile: Profile, drivers: Drivers, months: int) -> d.Settings:
    m = profile.method
    budget = None
    if m.budget is not None:
        budget = _amount(drivers, m.budget, "USD/month", ("method", "budget"))
    return d.Settings(months, m.discount_rate, m.opportunity_multiplier, m.materiality_weeks, m.risk_aversion, budget, drivers.rates.currency(profile.currency))


def _parts(
    drivers: Drivers, entry: s.Component, needs: ComponentNeeds, asked: tuple[d.Requirement, ...], scale: float, at: tuple[str | int, ...]
) -> dict[str, d.Part]:
    """The decidable parts; required are those the profile lists, else those usual at its scale."""
    listed = needs.parts
    for i, name in enumerate(listed or ()):
        if name not in entry.parts:
            loc = (*at, "parts", i)
            raise BadInput(f"`{name}` is not a part of {entry.id}", where=drivers.where(loc), hint=f"known: {', '.join(entry.parts)}")
    musts = {r.word for r in asked if r.kind == "part" and r.origin != "anticipated"}
    out = {}
    for name, part in entry.parts.items():
        if part.yours:
            continue
        owner = f"components:{entry.id}"
        assert part.share is not None and part.gap_share is not None  # the schema sees to it
        share = drivers.fact(f"{entry.id}.part.{name}.share", f"{part.name}: share of the build", part.share, owner, way="estimate", how=OWN_RECORD, asking_hours=4.0)
        gap_id = drivers.fact(f"{entry.id}.part.{name}.gap", f"{part.name}: share of the value lost without it", part.gap_share, owner, way="gap hours", how="ask the team how they would work without it", asking_hours=2.0)
        usual = part.required_from is not None and scale >= SCALES.index(part.required_from) - 0.5
        needed = name in listed if listed is not None else usual
        out[name] = d.Part(name, part.name, share, gap_id, needed or name in musts, part.share.estimate.median, only_must=not needed and name in musts)
    if not any(p.required for p in out.values()):
        raise BadInput(f"no part of {entry.id} is required", where=drivers.where((*at, "parts")), hint="list at least one under `parts`, or leave `parts` out for the usual ones")
    return out


def _surfaces(drivers: Drivers, entry: s.Component) -> tuple[d.Surface, ...]:
    out = []
    for surface in entry.exit:
        curve = drivers.catalog.curves[surface.effort]
        unit = f"({units.canonical_unit(curve.unit)})*({entry.variables[surface.variable].unit})"
        if surface.times is not None:
            unit += f"*({entry.variables[surface.times].unit})"
        per_unit = units.factor(unit, "person_hour" if "person_hour" in unit else "hour")
        out.append(d.Surface(surface.variable, surface.effort, per_unit, surface.survives_same_api, surface.times, surface.fills_with_use))
    return tuple(out)


def _counted(drivers: Drivers, entry: s.Component) -> tuple[d.Counted, ...]:
    """What was counted in the repository of what runs today: each kind's number, measured, with the
    effort of one, which keeps its own grade. Nothing where no call was counted: the priors stand.
    """
    out = []
    for name, curve in drivers.catalog.curves.items():
        what = f"{entry.id}.{name}"
        if not name.startswith(LEAVING) or (found := drivers.measured(what, "call_site")) is None:
            continue
        estimate, record = found
        effort = drivers.curve(name, CURVE_LABELS.get(name, name), curve, f"curves:{name}", way="estimate", how="time the change of a few of them", asking_hours=4.0)
        label = f"{name.removeprefix(LEAVING).replace('_', ' ')}s counted"
        count = drivers.add(d.Driver(what, label, estimate, "measured", record.method, record.when, way="scan", note=f"n={record.n}, {record.where}"))
        out.append(d.Counted(count, effort, units.factor(f"({units.canonical_unit(curve.unit)})*call_site", "hour"), name != f"{LEAVING}deployment_file"))
    return tuple(out)


def _yours(drivers: Drivers, entry: s.Component) -> tuple[d.Yours, ...]:
    """Parts that are yours in every option, with the work they take."""
    out = []
    for part in entry.parts.values():
        if part.work is None:
            continue
        work, unit = part.work, entry.variables[part.work.variable].unit
        create, keep = (f"{entry.id}.{name}" if name else None for name in (work.create, work.keep))
        per = [units.factor(f"({units.canonical_unit(entry.efforts[name].unit)})*({unit})", to) if name else 1.0
               for name, to in ((work.create, "person_hour"), (work.keep, "person_hour/month"))]  # fmt: skip
        out.append(d.Yours(part.name.lower(), work.variable, create, keep, *per))
    return tuple(out)


def _value(drivers: Drivers, entry: s.Component, needs: ComponentNeeds, at: tuple[str | int, ...]) -> None:
    if needs.value_monthly is not None:
        drivers.given(f"{entry.id}.value_monthly", f"what the {entry.name.lower()} is worth a month", needs.value_monthly, "USD/month", (*at, "value_monthly"), money=True, way="gap hours")


def _claim(drivers: Drivers, entry: s.Component, needs: ComponentNeeds, at: tuple[str | int, ...]) -> str | None:
    claim = needs.differentiation
    if claim is None:
        return None
    grade: Grade = "measured" if claim.measured else "stated"
    return drivers.given(f"{entry.id}.advantage", "value a month claimed for control", claim.value_monthly, "USD/month", (*at, "differentiation", "value_monthly"), money=True, grade=grade, how="an A/B test, or a saving on a bill")


def _build_estimate(drivers: Drivers, needs: ComponentNeeds, at: tuple[str | int, ...]) -> str | None:
    raw = needs.estimates.build
    if raw is None:
        return None
    return drivers.given(f"{drivers.component.id}.own_estimate", "your estimate of the build, to production grade", raw, "person_month", (*at, "estimates", "build"))


def _migrate_estimate(drivers: Drivers, needs: ComponentNeeds, at: tuple[str | int, ...]) -> str | None:
    raw = needs.estimates.migrate
    if raw is None:
        return None
    return drivers.given(f"{drivers.component.id}.own_migration", "your estimate of leaving what runs today", raw, "person_hour", (*at, "estimates", "migrate"))


def _check_have(profile: Profile, catalog: Catalog, where: Where) -> None:
    """A word of `have` that is nearly one we know is a slip; other unknown words become notes."""
    known = {*CLOUDS, *_beside(catalog), *(word for spec in catalog.infrastructure.values() for word in spec.have)}
    for i, word in enumerate(profile.have):
        if word not in known:
            close = difflib.get_close_matches(word, sorted(known), 1, cutoff=0.75)
            if close:
                raise BadInput(f"have: `{word}` is not a word we know", where=where(("have", i)), hint=f"did you mean `{close[0]}`? known: {', '.join(sorted(known))}")


def _credits(profile: Profile, drivers: Drivers) -> dict[str, float]:
    return {str(cloud): _amount(drivers, raw, "USD", ("credits", cloud)) for cloud, raw in profile.credits.items()}


def _amount(drivers: Drivers, raw: object, unit: str, loc: tuple[str, ...]) -> float:
    """The median of an amount of money in the profile; bad values name the file, line and key."""
    try:
        amount = parse_money(raw, unit, drivers.rates).median
        if amount < 0:
            raise BadInput(f"`{raw}` is negative")
    except BadInput as e:
        raise BadInput(f"{'.'.join(loc)}: {e.what}", where=drivers.where(loc), why=e.why, hint=e.hint or f"expected an amount in {unit}") from e
    return amount

