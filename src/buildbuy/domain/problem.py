"""One component's decision, resolved: drivers, options and what they are judged by. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from buildbuy.domain.evidence import Evidence
from buildbuy.domain.grades import Grade
from buildbuy.quantities.comparison import Comparison
from buildbuy.quantities.estimate import Estimate
from buildbuy.quantities.expression import Expression
from buildbuy.quantities.money import DOLLARS, Currency

Way = Literal["scan", "bill", "traffic", "tickets", "probe", "quote", "estimate", "gap hours", "past estimates", "question"]
Status = Literal["met", "unmet", "unknown"]
Sourcing = Literal["managed", "self-host", "build", "hybrid", "defer"]
NOTHING = "nothing"
STAY = "stay"
DEFER = "defer"
BUILD = "build"
EXTEND = "extend"
RAISE = "ask the vendor to raise it"
TRAFFIC = "traffic between clouds"
MUST_BE_ANSWERED = ("residency", "compliance", "license", "price")
HYBRID_FROM = 0.25  # own-built share of the required parts from which an engine with own parts is a hybrid


@dataclass(frozen=True)
class Curve:
    """ln-effort by scale: mean and sd at S, M, L and XL."""

    mu: tuple[float, float, float, float]
    sigma: tuple[float, float, float, float]


@dataclass(frozen=True)
class Driver:
    """One uncertain input. Its score is standard normal; `estimate.at(score)` is its value.

    With a `curve` the value depends on scale and `estimate` only shows it at today's scale.
    `listed` is a price as its page states it, before ageing widened it. `common` and `rho` declare correlation: score = sqrt(rho)·common + sqrt(1-rho)·own.
    `way` is how it is found out, `how` the question in words, `key` the key of the profile that states it ("" where
    nobody can).
    """

    id: str
    label: str
    estimate: Estimate
    grade: Grade
    source: str
    as_of: str
    curve: Curve | None = None
    common: str | None = None
    rho: float = 0.0
    way: Way = "question"
    how: str = ""
    key: str | None = None
    asking_hours: float | None = 1.0
    note: str = ""
    used_by: str = ""
    listed: Estimate | None = None

    @property
    def unit(self) -> str:
        return self.estimate.unit


@dataclass(frozen=True)
class Bill:
    """One charge, resolved: rate driver x quantity (an expression in base units).

    `to_usd_month` turns rate x quantity into USD a month; `included` is in the quantity's base
    units; `tiers` are (from, times the rate).
    """

    name: str
    rate: str
    quantity: Expression
    to_usd_month: float
    included: float
    tiers: tuple[tuple[float, float], ...]
    drift: str
    scope: str = ""
    regional: str = ""


@dataclass(frozen=True)
class PlanStep:
    """A price plan: its charges hold while every quantity in `admits` stays within its cap. `stands_in`:
    nobody publishes its price, and the charges are those of the plan below it.
    """

    id: str
    name: str
    bills: tuple[Bill, ...]
    admits: Mapping[str, float]
    minimum: str | None
    priced: bool
    stands_in: bool = False


@dataclass(frozen=True)
class Need:
    """Infrastructure an option stands on; `exists` says that only its margin is charged."""

    id: str
    name: str
    bills: tuple[Bill, ...]
    operate: str | None
    margin: str
    exists: bool


@dataclass(frozen=True)
class Reason:
    """One requirement against one option: met, unmet or unknown, and what decided it; `record` is the
    measurement behind it, where there is one. `settle` says what would answer an unknown, or under which
    condition what is met holds.
    """

    requirement: str
    status: Status
    why: str
    grade: Grade
    must: bool
    kind: str
    settle: str = ""
    source: str = ""
    record: Evidence | None = None

    @property
    def bars(self) -> bool:
        """Whether it keeps the option out: an unmet must, or a word (residency, certificate,
        licence, price) that nobody has answered. Other unknowns only make the option conditional.
        """
        return self.must and (self.status == "unmet" or (self.status == "unknown" and self.kind in MUST_BE_ANSWERED))


@dataclass(frozen=True)
class Requirement:
    """Something an option must or should satisfy; performance at `rate` requests a second and with
    `features` a request, where the profile says so. `currency` is what an amount is stated in.
    """

    id: str
    kind: str
    metric: str
    text: str
    comparison: Comparison | None = None
    word: str = ""
    must: bool = True
    origin: Literal["measured", "stated", "anticipated"] = "stated"
    probability: float = 1.0
    when: str | None = None
    gap_hours: str | None = None
    settle: str = ""
    rate: float | None = None
    features: float | None = None
    currency: Currency = DOLLARS


@dataclass(frozen=True)
class Anticipated:
    """A requirement that may come: with the driver's chance, `month` months from today."""

    requirement: str
    driver: str
    probability: float
    month: int


@dataclass(frozen=True)
class Ceiling:
    """A quota that can't be raised: the workload variable and the level it ends at."""

    variable: str
    cap: float


@dataclass(frozen=True)
class Option:
    """A way to have the component: an engine (or none), its plan, and the parts built on it.

    `should_gaps` are drivers of hours lost to unmet shoulds; `anticipated` requirements force it out
    if they come, `anticipated_parts` force a part to be built on it.

    `owner` is who could end it; `end_month` is a known end, in months from today; what is `dormant` has no
    releases any more. `on_plan` is the
    step of its plans that today's median load is on, `age_months` how old own code that runs is.
    `abroad` are the clouds that the user has, where it runs in another.
    `rents` names whose machines an option that you run yourself stands on, where that vendor has to be
    looked after; `service` a service in it that only its vendor runs.
    """

    id: str
    name: str
    system: str | None
    sourcing: Sourcing
    engine_sourcing: Literal["managed", "self-host", "none"]
    plan: tuple[PlanStep, ...] = ()
    covered: tuple[str, ...] = ()
    own_parts: tuple[str, ...] = ()
    lived_without: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    owner: str = "own"
    owner_kind: str = "own"
    end_month: int | None = None
    dormant: bool = False
    api: str | None = None
    cloud: str | None = None
    gap: str = ""
    adopt: str | None = None
    operate: str | None = None
    effort: Mapping[str, str] = field(default_factory=dict)
    onboarding: bool = False
    rents: str | None = None
    service: str | None = None
    abroad: tuple[str, ...] = ()
    incumbent: bool = False
    extends: bool = False
    existing_parts: tuple[str, ...] = ()
    age_months: int = 0
    upkeep_given: str | None = None
    upkeep_prior: str | None = None
    bill_given: str | None = None
    adopt_given: str | None = None
    on_plan: int = 0
    limits: tuple[Ceiling, ...] = ()
    commitment_months: int = 0
    must_parts: tuple[str, ...] = ()
    unbuildable: tuple[str, ...] = ()
    should_gaps: tuple[str, ...] = ()
    anticipated: tuple[Anticipated, ...] = ()
    anticipated_parts: tuple[tuple[str, Anticipated], ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def plan_id(self) -> str:
        return self.plan[0].id if self.plan else ""

    @property
    def plan_paid(self) -> PlanStep | None:
        """The plan that today's median load is on."""
        return self.plan[self.on_plan] if self.plan else None

    @property
    def action(self) -> str:
        """The first action this variant belongs to: `stay`, or engine x sourcing."""
        if self.incumbent:
            return self.id
        if self.existing_parts or self.extends:
            return EXTEND
        return BUILD if self.engine_sourcing == "none" else f"{self.system}/{self.sourcing}"

    @property
    def new_build(self) -> bool:
        return self.sourcing == "build" and not self.incumbent

    @property
    def barred(self) -> bool:
        """Whether any reason keeps it out."""
        return any(r.bars for r in self.reasons)

    def with_reasons(self, reasons: tuple[Reason, ...]) -> Option:
        return replace(self, reasons=reasons)


@dataclass(frozen=True)
class Excluded:
    """A system that isn't an option, and why (ended, closed, not yet there)."""

    system: str
    name: str
    why: str
    source: str


@dataclass(frozen=True)
class Surface:
    """Something to be moved on leaving: variable (path, x `times`) x effort curve per unit. `fills`
    says that `times`, in years, is no more than the time in use where nothing ran before.
    """

    variable: str
    effort: str
    per_unit: float
    survives_same_api: bool
    times: str | None = None
    fills: bool = False


@dataclass(frozen=True)
class Counted:
    """Places of one kind, counted in the code, that leaving what runs today changes: driver of their
    number x effort curve per place.
    """

    count: str
    effort: str
    per_unit: float
    survives_same_api: bool


@dataclass(frozen=True)
class Variable:
    """A workload quantity: the driver of today's level and the class of its growth."""

    name: str
    unit: str
    label: str
    base: float
    growth: str
    level: str
    per: str | None = None


@dataclass(frozen=True)
class Settings:
    """What the method is run with. Money is in USD of the catalog's year; sentences tell it in `currency`."""

    months: int = 36
    discount_rate: float = 0.12
    opportunity_multiplier: float = 1.0
    materiality_weeks: float = 1.0
    risk_aversion: float = 0.0
    budget: float | None = None
    currency: Currency = DOLLARS


@dataclass(frozen=True)
class Part:
    """A part of the component: the driver of its share of the build, and of its gap share."""

    id: str
    name: str
    share: str
    gap_share: str
    required: bool
    median_share: float
    only_must: bool = False


@dataclass(frozen=True)
class Yours:
    """Work on a part that is yours in every option: drivers of the effort per new unit of a
    variable, and of the hours a month that each unit takes (`*_per` turn a unit into their own).
    """

    name: str
    variable: str
    create: str | None
    keep: str | None
    create_per: float = 1.0
    keep_per: float = 1.0


@dataclass(frozen=True)
class Problem:
    """Everything `decide` needs about one component."""

    component: str
    name: str
    settings: Settings
    drivers: Mapping[str, Driver]
    variables: Mapping[str, Variable]
    names: Mapping[str, tuple[str, float]]
    scale: Mapping[str, tuple[float, float, float, float]]
    parts: Mapping[str, Part]
    options: tuple[Option, ...]
    incumbent: Option
    requirements: tuple[Requirement, ...]
    excluded: tuple[Excluded, ...]
    exit: tuple[Surface, ...]
    break_even: tuple[str, ...]
    greenfield: bool
    current_stated: bool = False
    as_of: str = ""
    price_year: int = 0
    wanted_month: int = 0
    wanted_stated: bool = False
    value_given: bool = False
    build_estimate: str | None = None
    yours: tuple[Yours, ...] = ()
    migrate_estimate: str | None = None
    counted: tuple[Counted, ...] = ()
    today_seen: bool = False  # what runs today was seen by a scan
    claim: str = ""
    claim_value: str | None = None
    claim_measured: bool = False
    credits: Mapping[str, float] = field(default_factory=dict)
    upcoming: tuple[tuple[str, str, str], ...] = ()
    anachronisms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
