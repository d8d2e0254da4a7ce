"""What a component's file may say: parts, workload, efforts, metrics, what leaving takes."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from buildbuy.catalog.schema.facts import (
    EffortCurve,
    Fact,
    Formula,
    Name,
    Positive,
    Prior,
    ScaleClass,
    Source,
    Unit,
)
from buildbuy.catalog.schema.systems import Charge, Rate, Rents
from buildbuy.domain.problem import TRAFFIC, Way
from buildbuy.domain.profile import Cloud, ComponentId, Growing, Month
from buildbuy.errors import BadInput
from buildbuy.quantities.months import after
from buildbuy.strict_yaml import Strict

EFFORTS = (  # a component's curves that every decision asks for
    "build.first_usable", "build.production", "build.upkeep", "self-host.adopt", "self-host.operate", "managed.integrate", "managed.operate",
)  # fmt: skip


class Work(Strict):
    """Work on a part that is yours in every option: `create` is the effort of each new unit of
    `variable`, `keep` the hours a month each takes (curves of the component's `efforts`).
    """

    variable: Name
    create: str | None = None
    keep: str | None = None


class Part(Strict):
    """A capability a component can need.

    `share`: its part of the whole build effort (ranged; sampled shares are divided by their sum). What is
    `yours` has none: it is no part of that build.
    `required_from`: the scale class from which it is needed by default (null: only when asked).
    `gap_share`: the share of the component's value lost while it is missing.
    `yours`: built in every option (transforms, training code), so no option covers it; `work` is
    what it takes, the same in every option.
    `replaces`: names in the charges of systems that cover it, and what stands for them instead.
    """

    name: str
    about: str
    share: Fact | None = None
    gap_share: Fact | None = None
    required_from: ScaleClass | None = None
    yours: bool = False
    work: Work | None = None
    replaces: dict[Name, Name] = Field(default_factory=dict)


class Variable(Strict):
    """A workload quantity: its unit, how it is asked, its prior and which growth it follows. `way` is
    how it is found out, `measure` says so in words. Who lists the parts they need, and not
    `only_with`, has none of it unless they say so.
    """

    unit: Unit
    label: str
    question: str
    prior: Prior
    growth: Literal[Growing, "none"] = "none"
    measure: str | None = None
    way: Way = "question"
    ask: bool = False
    only_with: str | None = None


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

    `times` names a second variable: models times the years of lineage kept of each. Years that
    `fills_with_use` are no more than those in use, where nothing ran before.
    """

    variable: Name
    times: Name | None = None
    fills_with_use: bool = False
    effort: str
    survives_same_api: bool = False


class Machines(Strict):
    """What own code runs on, and whose machines these are."""

    charges: tuple[Charge, ...] = ()
    rents: Rents | None = None


class BuildNeeds(Machines):
    """What an own build runs on: charges and infrastructure, as a self-host plan has them.

    Its machines can be had since a month; before it, it ran on the `earlier` ones.
    """

    needs: tuple[str, ...] = ()
    since: Month | None = None
    earlier: Machines | None = None

    def at(self, month: str) -> Machines:
        """The machines of a month."""
        return self.earlier if self.earlier is not None and after(self.since, month) else self


class Traffic(Strict):
    """What flows between callers and a service that runs in another cloud than theirs: a quantity like a
    charge's, and by the service's cloud the price of traffic.
    """

    quantity: Formula
    aws: str
    gcp: str
    azure: str

    def charge(self, cloud: Cloud) -> Charge:
        """The charge of a service that runs there."""
        return Charge(name=TRAFFIC, rate=Rate(price=getattr(self, cloud)), quantity=self.quantity)


class Component(Strict):
    id: ComponentId
    name: str
    about: str
    sources: dict[str, Source]
    scale: dict[Name, tuple[Positive, Positive, Positive, Positive]]
    scale_source: str
    parts: dict[str, Part]
    variables: dict[Name, Variable]
    efforts: dict[str, EffortCurve]
    metrics: dict[Name, Metric] = Field(default_factory=dict)
    exit: tuple[ExitSurface, ...]
    build: BuildNeeds
    between_clouds: Traffic | None = None
    break_even: tuple[Name, ...]
    value_share: Fact
    gap_share: dict[Literal["managed", "self-host", "build", "hybrid"], Fact]

    @model_validator(mode="after")
    def _complete(self) -> Component:
        for name in EFFORTS:
            if name not in self.efforts:
                raise BadInput(f"no effort `{name}`", why="every decision about a component asks for it", below=("efforts",))
        for sourcing in ("managed", "self-host", "build"):
            if sourcing not in self.gap_share:
                raise BadInput(f"no gap share of `{sourcing}`", why="every option has gaps", below=("gap_share",))
        for name, part in self.parts.items():
            if part.share is None and not part.yours:
                raise BadInput(f"part `{name}` says no `share`", why="building it would cost nothing", below=("parts", name))
            if part.gap_share is None and not part.yours:
                raise BadInput(f"part `{name}` says no `gap_share`", why="living without it would cost nothing", below=("parts", name))
        return self
