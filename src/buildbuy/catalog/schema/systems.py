"""What a system's file may say: parts, owners, offers and their price plans, events, fingerprints."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from buildbuy.catalog.schema.facts import (
    Amount,
    AsOf,
    DeploymentFact,
    Fact,
    Formula,
    Id,
    Month,
    Name,
    Positive,
    Promise,
    RegionFact,
    Source,
    Sourced,
    Statement,
    Unit,
    not_negative,
)
from buildbuy.domain.grades import Grade
from buildbuy.domain.profile import Cloud, ComponentId
from buildbuy.errors import BadInput
from buildbuy.strict_yaml import Raw, Strict

OwnerKind = Literal["startup", "company", "hyperscaler", "foundation", "community", "own"]
Rents = Literal["aws", "gcp", "azure", "other", "colocation"]
EventKind = Literal[
    "founded", "released", "acquired", "renamed", "license-change", "price-change", "dormant",
    "deprecated", "closed-to-new", "end-announced", "ended", "note",
]  # fmt: skip


class Covered(Sourced):
    """A part that a system covers, and since when.

    `beside` limits that to what stands on another product: a system that has to run today, in any
    component, or a word under `have`. Elsewhere the part is missing.
    """

    since: Month | None = None
    until: Month | None = None
    beside: tuple[str, ...] = ()


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
    `soft-quota` can be raised on request; claims and benchmarks inform but never exclude. `of`: so
    many times another variable ({metric: models, value: 1, of: gpu_models}: nothing but those).
    """

    metric: Name
    op: Literal["<=", ">="] = "<="
    value: Amount
    unit: Unit
    kind: Literal["quota", "soft-quota", "vendor-claim", "benchmark"]
    conditions: str | None = None
    of: Name | None = None

    @property
    def bound(self) -> str:
        """How far it reaches, in words."""
        if self.of is None:
            return f"{self.op} {self.value:g} {self.unit}"
        return f"{self.op} {'' if self.value == 1 else f'{self.value:g} times '}{self.of.replace('_', ' ')}"


class Rate(Strict):
    """A price: a fact of its own, or a reference to an entry of prices/ (times `factor`)."""

    value: Raw | None = None
    unit: Unit | None = None
    source: str | None = None
    as_of: AsOf | None = None
    grade: Grade | None = None
    note: str | None = None
    disputed: bool = False
    price: Id | None = None
    factor: Positive = 1.0

    @model_validator(mode="after")
    def _one_way(self) -> Rate:
        given = self.value is not None
        if given == (self.price is not None):
            raise BadInput("a rate is either a `value` with `unit` and `source`, or a reference `price`")
        if given and (self.unit is None or self.source is None):
            raise BadInput("a rate's `value` needs `unit` and `source`")
        if given:
            not_negative(self.value)
        return self


class Tier(Strict):
    """From `above` on (in the charge's quantity) the rate is `times` the base rate."""

    above: Amount
    times: Amount


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
    included: Amount = 0.0
    included_unit: Unit | None = None
    tiers: tuple[Tier, ...] = ()
    drift: Name | None = None


class Plan(Strict):
    """A price plan or, for self-hosting, a way to set the system up.

    `admits` gives caps by workload variable ({users: 10}); past them the bill follows `next`;
    `admits_source` says whence they are, where that isn't the plan's own source.
    A plan without charges is `free` only if it says so; else its price is unknown.
    `quote_only` marks a plan without a public price: `charges` may then hold a sourced range, or
    only what else the plan needs, with `unpriced` naming what has no price at all. `rents` says
    whose machines a plan that you run yourself stands on, where they are most of what it is: that
    vendor has to be taken on and kept as a managed service's (`colocation`: the place and the power;
    the machines are yours). `service` names a service in it that only its vendor runs (DynamoDB), so that
    it can't stand on machines of one's own. Who leaves before `commitment_months` are over pays the
    bill up to then.
    """

    id: Id
    name: str
    charges: tuple[Charge, ...] = ()
    admits: dict[Name, Amount] = Field(default_factory=dict)
    admits_source: str | None = None
    next: Id | None = None
    minimum: Fact | None = None
    commitment_months: int = Field(default=0, ge=0, le=120)
    quote_only: bool = False
    free: bool = False
    unpriced: str | None = None
    rents: Rents | None = None
    service: str | None = None
    needs: tuple[str, ...] = ()
    available: Availability | None = None
    source: str
    note: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Plan:
        if self.free and (self.charges or self.minimum or self.quote_only or self.unpriced):
            raise BadInput(f"plan `{self.id}` is `free` and has a price", hint="leave `free` out, or the charges")
        if self.admits_source is not None and not self.admits:
            raise BadInput(f"plan `{self.id}` says whence its caps are and has none", hint="leave `admits_source` out, or write `admits`")
        return self

    @property
    def caps(self) -> str:
        """What it admits, in words: "2000 online_reads, 1000 online_data"."""
        return ", ".join(f"{v:g} {k}" for k, v in self.admits.items())

    @property
    def priced(self) -> bool:
        """Whether everything it charges is known."""
        return self.unpriced is None and (bool(self.charges) or self.minimum is not None or self.free)


class Relative(Sourced):
    """How much dearer or cheaper than the component's reference class (1 is the class)."""

    value: Raw
    unit: Literal["dimensionless"] = "dimensionless"

    @model_validator(mode="after")
    def _possible(self) -> Relative:
        not_negative(self.value)
        return self


class Certificate(Promise):
    """A certificate or audit, on these `plans` only (all, if none is named)."""

    plans: tuple[Id, ...] = ()


class Offer(Strict):
    """One way to get a system: managed by a vendor, or run by oneself. `residency` is what its
    pages say about where data is kept, where that names no region one could rely on; `license` its
    licence where that isn't the system's.
    """

    available: Availability
    deployment: tuple[DeploymentFact, ...]
    regions: tuple[RegionFact, ...] = ()
    residency: Statement | None = None
    license: Statement | None = None
    compliance: tuple[Certificate, ...] = ()
    sla: Statement | None = None
    plans: tuple[Plan, ...]
    needs: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    effort: dict[Literal["adopt", "operate"], Relative] = Field(default_factory=dict)
    cloud: Cloud | None = None
    operations: tuple[Statement, ...] = ()

    @model_validator(mode="after")
    def _plans_exist(self) -> Offer:
        ids = [p.id for p in self.plans]
        if len(set(ids)) != len(ids):
            raise BadInput("two plans have the same id")
        for plan in self.plans:
            if plan.next is not None and plan.next not in ids:
                raise BadInput(f"plan `{plan.id}`: next `{plan.next}` is not a plan here")
        for named in (p for c in self.compliance for p in c.plans if p not in ids):
            raise BadInput(f"a certificate names the plan `{named}`, which is not a plan here", hint=f"plans: {', '.join(ids)}")
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
    terraform: tuple[str, ...] = ()  # types, modules and providers; a provider stands for every type that it has
    machines: tuple[str, ...] = ()  # beginnings of machine types, where configuration or code asks for one
    helm: tuple[str, ...] = ()
    env_vars: tuple[str, ...] = ()
    config_files: tuple[str, ...] = ()
    boto3_clients: tuple[str, ...] = ()
    kubernetes_kinds: tuple[str, ...] = ()
    code_patterns: tuple[str, ...] = ()
    go: tuple[str, ...] = ()
    maven: tuple[str, ...] = ()
    cran: tuple[str, ...] = ()
    addresses: dict[str, str] = Field(default_factory=dict)  # variables with a server's address → its maker's domain; elsewhere it is somebody's own server
    beside: tuple[str, ...] = ()  # systems without which its variables and files may be meant for something else
    # what only this system understands, in code, scripts and configuration; `*` is any word, `~` what stands between a setting and its value
    statements: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()  # classes by which other libraries connect to it, wherever they lie, and modules of such libraries


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
