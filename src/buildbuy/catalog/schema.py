"""What a catalog file may say. Strict: an unknown, misplaced or duplicate key does not load.

Every fact has a unit, a source and a date. A file lists its `sources` once (a page a user can
open, the month it states, how it was read) and its facts name them.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator, model_validator

from buildbuy.domain.grades import Grade
from buildbuy.domain.profile import ComponentId, Growing
from buildbuy.errors import BadInput
from buildbuy.quantities import expression, units
from buildbuy.quantities.estimate import Estimate, parse
from buildbuy.quantities.months import month
from buildbuy.strict_yaml import Raw, Strict

ScaleClass = Literal["S", "M", "L", "XL"]
OwnerKind = Literal["startup", "company", "hyperscaler", "foundation", "community", "own"]
Deployment = Literal["saas", "single-tenant", "customer-vpc", "on-prem", "air-gapped"]
RegionGroup = Literal["us", "eu", "uk", "ca", "apac", "any"]
Rents = Literal["aws", "gcp", "azure", "other"]
EventKind = Literal[
    "founded", "released", "acquired", "renamed", "license-change", "price-change", "dormant",
    "deprecated", "closed-to-new", "end-announced", "ended", "note",
]  # fmt: skip


NeedKind = Literal[
    "residency", "compliance", "license", "latency", "throughput", "freshness", "availability", "cost", "deadline",
]  # fmt: skip
CaseStatus = Literal["kept", "migrated-away", "open-sourced", "regretted", "vendor-exit", "vendor-shutdown", "unknown"]


def _month_or_undated(text: str) -> str:
    return text if text == "undated" else month(text)


def _unit(text: str) -> str:
    units.unit(text)
    return text


def _expression(text: str) -> str:
    expression.parse(text)
    return text


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._/-]*", text):
        raise BadInput(f"`{text}` is not an id", hint="lower-case letters, digits, dots, dashes and slashes")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text):
        raise BadInput(f"`{text}` is not a name", hint="lower-case letters, digits and underscores")
    return text


Month = Annotated[str, AfterValidator(month)]
AsOf = Annotated[str, AfterValidator(_month_or_undated)]
Unit = Annotated[str, AfterValidator(_unit)]
Formula = Annotated[str, AfterValidator(_expression)]
Id = Annotated[str, AfterValidator(_id)]
Name = Annotated[str, AfterValidator(_name)]


class Source(Strict):
    """A page a user can open, the month it was true, and how we came to read it.

    `grade` documented: read on the owner's own page or repository; secondary: known only from
    someone who read it (`via` says who); reference-class: measured on others; quoted: an offer made
    to you; assumed: our own judgement, said so in `note`. The last two may lack a url. `last_verified` is the
    month somebody last opened the page and found what it is cited for; `as_of` stays as it was.
    """

    url: str | None = None
    as_of: AsOf
    last_verified: Month | None = None
    grade: Literal["quoted", "documented", "secondary", "reference-class", "assumed"] = "documented"
    via: str | None = None
    title: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _openable(self) -> Source:
        if self.url is None and self.grade not in ("assumed", "quoted"):
            raise BadInput("a source needs a `url`", why="only the grades `assumed` and `quoted` may go without")
        if self.url is not None and not re.fullmatch(r"https?://[^\s<>\"`]+", self.url):
            raise BadInput(f"`{self.url}` is not a page a user can open")
        if self.last_verified and self.as_of != "undated" and self.last_verified < self.as_of:
            raise BadInput(f"verified {self.last_verified}, before {self.as_of}", hint="`last_verified` lies after `as_of`")
        if self.via and self.grade == "documented":
            raise BadInput("a source read `via` something else is not `documented`", hint="grade it `secondary`")
        return self


class Sourced(Strict):
    """Anything that names its source in the same file; `as_of` and `grade` override it."""

    source: str
    as_of: AsOf | None = None
    grade: Grade | None = None
    note: str | None = None


class Fact(Sourced):
    """A number (or range) with its unit: 0.25, "3 to 9", {one_of: [60, 600]}."""

    value: Raw
    unit: Unit

    @property
    def estimate(self) -> Estimate:
        return parse(self.value, self.unit)

    @model_validator(mode="after")
    def _readable(self) -> Fact:
        _ = self.estimate
        return self


class Statement(Sourced):
    """A fact in words: a deployment form, a certificate, a region, a known pain."""

    value: str
    conditions: str | None = None


class DeploymentFact(Statement):
    value: Deployment


class RegionFact(Statement):
    value: RegionGroup


class Covered(Sourced):
    """A part that a system covers, and since when."""

    since: Month | None = None
    until: Month | None = None


class Event(Sourced):
    """Something in a system's life that matters to a buyer. `was` is the licence before a `license-change`."""

    when: Month
    kind: EventKind
    text: str
    was: str | None = None


class Owner(Sourced):
    """Who could end the product, from a month on. Products of one owner end together."""

    id: Id
    kind: OwnerKind
    since: Month | None = None


class Availability(Sourced):
    """When the offer could be adopted: `newcomers_until` closes the door, `until` ends the service,
    `announced` is the month in which that end was made known.
    """

    since: Month
    newcomers_until: Month | None = None
    until: Month | None = None
    announced: Month | None = None


class Limit(Sourced):
    """A ceiling, with the conditions under which it was stated.

    `metric` is a workload variable or a requirement of the component. A `quota` is enforced; a
    `soft-quota` can be raised on request; claims and benchmarks inform but never exclude.
    """

    metric: Name
    op: Literal["<=", ">="] = "<="
    value: float
    unit: Unit
    kind: Literal["quota", "soft-quota", "vendor-claim", "benchmark"]
    conditions: str | None = None


class Rate(Strict):
    """A price: a fact of its own, or a reference to an entry of prices/ (times `factor`)."""

    value: Raw | None = None
    unit: Unit | None = None
    source: str | None = None
    as_of: AsOf | None = None
    grade: Grade | None = None
    note: str | None = None
    price: Id | None = None
    factor: float = 1.0

    @model_validator(mode="after")
    def _one_way(self) -> Rate:
        given = self.value is not None
        if given == (self.price is not None):
            raise BadInput("a rate is either a `value` with `unit` and `source`, or a reference `price`")
        if given and (self.unit is None or self.source is None):
            raise BadInput("a rate's `value` needs `unit` and `source`")
        return self


class Tier(Strict):
    """From `above` on (in the charge's quantity) the rate is `times` the base rate."""

    above: float
    times: float


class Charge(Strict):
    """One line of a bill: quantity x rate, after what is included, at least `minimum`.

    `quantity` is an expression over the component's workload variables, the system's own drivers
    and units; quantity x rate must come out as money per time (checked when loading).
    `included` is in the unit of the quantity. `tiers` step the rate down or up. `drift` names the
    reference class of its yearly price change, where the price's own or its kind's doesn't fit.
    """

    name: str
    rate: Rate
    quantity: Formula = "1"
    included: float = 0.0
    included_unit: Unit | None = None
    tiers: tuple[Tier, ...] = ()
    drift: Name | None = None


class Plan(Strict):
    """A price plan or, for self-hosting, a way to set the system up.

    `admits` gives caps by workload variable ({users: 10}); past them the bill follows `next`.
    `quote_only` marks a plan without a public price: `charges` may then hold a sourced range, or
    only what else the plan needs, with `unpriced` naming what has no price at all. `rents` says
    whose machines a plan that you run yourself stands on, where they are most of what it is: that
    vendor has to be taken on and kept as a managed service's. Who leaves before
    `commitment_months` are over pays the bill up to then.
    """

    id: Id
    name: str
    charges: tuple[Charge, ...] = ()
    admits: dict[Name, float] = Field(default_factory=dict)
    next: Id | None = None
    minimum: Fact | None = None
    commitment_months: int = Field(default=0, ge=0, le=120)
    quote_only: bool = False
    unpriced: str | None = None
    rents: Rents | None = None
    needs: tuple[str, ...] = ()
    available: Availability | None = None
    source: str
    note: str | None = None


class Relative(Sourced):
    """How much dearer or cheaper than the component's reference class (1 is the class)."""

    value: Raw
    unit: Literal["dimensionless"] = "dimensionless"


class Offer(Strict):
    """One way to get a system: managed by a vendor, or run by oneself. `residency` is what its
    pages say about where data is kept, where that names no region one could rely on.
    """

    available: Availability
    deployment: tuple[DeploymentFact, ...]
    regions: tuple[RegionFact, ...] = ()
    residency: Statement | None = None
    compliance: tuple[Statement, ...] = ()
    sla: Statement | None = None
    plans: tuple[Plan, ...]
    needs: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    effort: dict[Literal["adopt", "operate"], Relative] = Field(default_factory=dict)
    cloud: Literal["aws", "gcp", "azure"] | None = None
    operations: tuple[Statement, ...] = ()

    @model_validator(mode="after")
    def _plans_exist(self) -> Offer:
        ids = [p.id for p in self.plans]
        if len(set(ids)) != len(ids):
            raise BadInput("two plans have the same id")
        for plan in self.plans:
            if plan.next is not None and plan.next not in ids:
                raise BadInput(f"plan `{plan.id}`: next `{plan.next}` is not a plan here")
        return self


class SystemDriver(Fact):
    """An uncertain quantity of the system's own that its price plans use."""

    label: str


class Fingerprints(Strict):
    """How a scanner recognises the system in a repository."""

    pypi: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    npm: tuple[str, ...] = ()
    docker_images: tuple[str, ...] = ()
    terraform: tuple[str, ...] = ()
    helm: tuple[str, ...] = ()
    env_vars: tuple[str, ...] = ()
    config_files: tuple[str, ...] = ()
    boto3_clients: tuple[str, ...] = ()
    kubernetes_kinds: tuple[str, ...] = ()
    code_patterns: tuple[str, ...] = ()
    go: tuple[str, ...] = ()
    maven: tuple[str, ...] = ()


class System(Strict):
    """A product. `parts` it covers; what it `cannot` have can't be built on it either.

    `offers` is keyed by the engine's own sourcing; a web framework offers `build`."""

    id: Id
    name: str
    summary: str
    homepage: str
    components: tuple[ComponentId, ...]
    sources: dict[str, Source]
    owners: tuple[Owner, ...]
    license: Statement
    api: str | None = None
    parts: dict[ComponentId, dict[str, Covered]]
    cannot: dict[ComponentId, dict[str, Sourced]] = Field(default_factory=dict)
    offers: dict[Literal["managed", "self-host", "build"], Offer] = Field(default_factory=dict)
    drivers: dict[Name, SystemDriver] = Field(default_factory=dict)
    events: tuple[Event, ...] = ()
    exit: tuple[Statement, ...] = ()
    fingerprints: Fingerprints = Fingerprints()

    @field_validator("owners")
    @classmethod
    def _owned(cls, owners: tuple[Owner, ...]) -> tuple[Owner, ...]:
        if not owners:
            raise BadInput("a system has at least one owner")
        return owners


# -- components ------------------------------------------------------------------------------


class Work(Strict):
    """Work on a part that is yours in every option: `create` is the effort of each new unit of
    `variable`, `keep` the hours a month each takes (curves of the component's `efforts`).
    """

    variable: Name
    create: str | None = None
    keep: str | None = None


class Part(Strict):
    """A capability a component can need.

    `share`: its part of the whole build effort (ranged; sampled shares are divided by their sum).
    `required_from`: the scale class from which it is needed by default (null: only when asked).
    `gap_share`: the share of the component's value lost while it is missing.
    `yours`: built in every option (transforms, training code), so no option covers it; `work` is
    what it takes, the same in every option.
    `replaces`: names in the charges of systems that cover it, and what stands for them instead.
    """

    name: str
    about: str
    share: Fact
    gap_share: Fact | None = None
    required_from: ScaleClass | None = None
    yours: bool = False
    work: Work | None = None
    replaces: dict[Name, Name] = Field(default_factory=dict)


class Prior(Sourced):
    """A range for a quantity the profile leaves out, in `unit`, times `per` where given.

    `per` names an organisation figure (ml_people) or another workload variable.
    """

    value: Raw
    per: Name | None = None


class Variable(Strict):
    """A workload quantity: its unit, how it is asked, its prior and which growth it follows."""

    unit: Unit
    label: str
    question: str
    prior: Prior
    growth: Literal[Growing, "none"] = "none"
    measure: str | None = None
    ask: bool = False


class EffortCurve(Strict):
    """90% intervals at S, M, L and XL; values between are interpolated on the log scale."""

    S: str
    M: str
    L: str
    XL: str
    unit: Unit
    source: str
    basis: dict[ScaleClass, Literal["sourced", "extrapolated", "judgement"]]
    note: str | None = None


class Metric(Strict):
    """A word of the requirement vocabulary.

    `kind` performance and capacity are numbers with a unit; residency, boundary, compliance,
    licence and part are words. `op` is the natural comparison.
    """

    kind: Literal["performance", "availability", "cost", "deadline"]
    unit: Unit
    op: Literal["<=", ">="]
    about: str
    settle: str


class ExitSurface(Strict):
    """A thing that must be rewritten or moved on leaving: variable (x `times`) x effort per unit.

    `times` names a second variable: models times the years of lineage kept of each.
    """

    variable: Name
    times: Name | None = None
    effort: str
    survives_same_api: bool = False


class BuildNeeds(Strict):
    """What an own build runs on: charges and infrastructure, as a self-host plan has them."""

    charges: tuple[Charge, ...] = ()
    rents: Rents | None = None
    needs: tuple[str, ...] = ()


class Component(Strict):
    id: ComponentId
    name: str
    about: str
    sources: dict[str, Source]
    scale: dict[Name, tuple[float, float, float, float]]
    scale_source: str
    parts: dict[str, Part]
    variables: dict[Name, Variable]
    efforts: dict[str, EffortCurve]
    metrics: dict[Name, Metric] = Field(default_factory=dict)
    exit: tuple[ExitSurface, ...]
    build: BuildNeeds
    break_even: tuple[Name, ...]
    value_share: Fact
    gap_share: dict[Literal["managed", "self-host", "build", "hybrid"], Fact]


# -- prices, infrastructure, reference classes, rates -------------------------------------------


class Price(Strict):
    """A list price others refer to: a machine, a gigabyte stored, a gigabyte moved.

    `region` is the group it was read for (`any`: one price everywhere); `elsewhere` names the price
    listed for another group. Where neither fits, the class of regional surcharges does.
    """

    name: str
    provider: str
    rate: Fact
    vcpu: float | None = None
    memory_gib: float | None = None
    gpu: str | None = None
    region: RegionGroup = "us"
    elsewhere: dict[RegionGroup, Id] = Field(default_factory=dict)
    drift: Name | None = None


class PriceFile(Strict):
    sources: dict[str, Source]
    prices: dict[Id, Price]


class Infrastructure(Strict):
    """Something systems stand on (Kubernetes, PostgreSQL, an on-call rota).

    `have` lists the words in a profile that mean it exists; then only `margin` of its running
    costs is charged. Shared between components: only a stack counts it once.
    """

    name: str
    have: tuple[str, ...]
    charges: tuple[Charge, ...] = ()
    operate: str | None = None
    margin: Fact


class InfrastructureFile(Strict):
    sources: dict[str, Source]
    infrastructure: dict[str, Infrastructure]


class ReferenceClass(Fact):
    """A driver every component shares: labour, growth, endings, price drift, effort factors."""

    label: str
    how: str | None = None
    cost_of_asking_hours: float | None = None


class ReferenceFile(Strict):
    sources: dict[str, Source]
    classes: dict[str, ReferenceClass] = Field(default_factory=dict)
    curves: dict[str, EffortCurve] = Field(default_factory=dict)


class StagePriors(Strict):
    """What a stage says about an organisation, when nothing better is known."""

    name: str
    ml_people: Prior
    platform_people: Prior
    growth: dict[Growing, Prior]
    runway_months: Prior | None = None


class StageFile(Strict):
    sources: dict[str, Source]
    stages: dict[str, StagePriors]


class MoneyFile(Strict):
    """Exchange rates (USD per unit) and the US price level by year."""

    sources: dict[str, Source]
    year: int
    month: Month
    usd_per: dict[str, Fact]
    price_level: dict[str, Fact]


# -- public cases ------------------------------------------------------------------------------


class CaseFigure(Sourced):
    """How large it was, in words: `then`, when it was decided, or known only of a `later` time."""

    text: str
    when: Literal["then", "later"] = "then"


class CaseNeed(Sourced):
    """Something it had to do. `kind` and `part` are the words in which a profile could ask for it."""

    text: str
    kind: NeedKind | None = None
    part: str | None = None


class CaseBefore(Sourced):
    """What ran before the decision."""

    kind: Literal["nothing", "home-grown", "self-host", "managed"]
    text: str


class CaseChoice(Sourced):
    """What was chosen: how it was sourced, the engine it rests on (none for a build), a sentence."""

    sourcing: Literal["managed", "self-host", "build", "hybrid"]
    engine: str | None = None
    text: str


class CaseOutcome(Sourced):
    """What came of it, as far as `year`. `kept` often means: when its builders wrote about it."""

    status: CaseStatus
    year: int | None = Field(default=None, ge=1990, le=2100)
    text: str


class Case(Strict):
    """A documented decision of an organisation, to be shown beside verdicts; it enters no cost.

    `scale` is our own grouping (null where nothing is known of it). Its basis: figures of `then`, of a
    `later` time, or a `guess`. Of a `vendor-event` the year is that of the event, and the choice what
    its customers had bought.
    """

    id: Id
    kind: Literal["decision", "vendor-event"] = "decision"
    organisation: str
    component: ComponentId
    year: int = Field(ge=1990, le=2100)
    year_approximate: bool = False
    scale: ScaleClass | None
    scale_basis: Literal["then", "later", "guess"] = "guess"
    figures: tuple[CaseFigure, ...] = ()
    requirements: tuple[CaseNeed, ...] = ()
    had: CaseBefore | None = None
    chose: CaseChoice
    outcome: CaseOutcome
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _consistent(self) -> Case:
        if (self.chose.engine is None) != (self.chose.sourcing == "build"):
            raise BadInput("an `engine` is named for everything but a build", below=("chose",))
        if self.outcome.year is not None and self.outcome.year < self.year:
            raise BadInput(f"the outcome of {self.outcome.year} lies before the decision of {self.year}", below=("outcome", "year"))
        basis = {f.when for f in self.figures}
        if self.scale_basis != "guess" and self.scale_basis not in basis:
            raise BadInput(f"no figure is of the time that `scale_basis: {self.scale_basis}` names", hint="a class without figures is a `guess`", below=("scale_basis",))
        return self
