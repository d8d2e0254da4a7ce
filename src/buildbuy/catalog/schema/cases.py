"""What a public case may say."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from buildbuy.catalog.schema.facts import Id, ScaleClass, Source, Sourced
from buildbuy.domain.profile import ComponentId
from buildbuy.errors import BadInput
from buildbuy.strict_yaml import Strict

NeedKind = Literal[
    "residency", "compliance", "license", "latency", "throughput", "freshness", "availability", "cost", "deadline",
]  # fmt: skip
CaseStatus = Literal["kept", "migrated-away", "open-sourced", "regretted", "vendor-exit", "vendor-shutdown", "unknown"]


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
