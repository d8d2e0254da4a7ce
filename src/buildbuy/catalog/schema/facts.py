"""What every file of the catalog shares: sources, facts with their unit and date, statements."""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, model_validator

from buildbuy.domain.grades import Grade
from buildbuy.errors import BadInput
from buildbuy.quantities import expression, units
from buildbuy.quantities.estimate import Estimate, parse
from buildbuy.quantities.months import month
from buildbuy.strict_yaml import Raw, Strict

ScaleClass = Literal["S", "M", "L", "XL"]
Deployment = Literal["saas", "single-tenant", "customer-vpc", "on-prem", "air-gapped"]
RegionGroup = Literal["us", "eu", "uk", "ca", "apac", "any"]


def _dated(text: str) -> str:
    if text == "undated":
        raise BadInput("`undated` is not a month", why="somebody read it at some time", hint="give the month in which the page was read, and say `page_date: unstated`")
    return month(text)


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


def not_negative(raw: object) -> None:
    """Raises BadInput for an amount below zero, in whatever unit it is."""
    if parse(raw, "", convert=lambda unit: 1.0).lowest < 0:
        raise BadInput(f"`{raw}` is negative", why="it can't be below zero", below=("value",))


Month = Annotated[str, AfterValidator(month)]
AsOf = Annotated[str, AfterValidator(_dated)]
Unit = Annotated[str, AfterValidator(_unit)]
Formula = Annotated[str, AfterValidator(_expression)]
Id = Annotated[str, AfterValidator(_id)]
Name = Annotated[str, AfterValidator(_name)]
Amount = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class Source(Strict):
    """A page a user can open, the month it was true, and how we came to read it.

    A page without a date of its own has `page_date: unstated`; `as_of` is then the month in which it was
    read. Judgement is of the month in which it was made. `disputed`: other readings say something else
    (`note` or `via` says what).
    `grade` documented: read on the owner's own page or repository; secondary: known only from
    someone who read it (`via` says who); reference-class: measured on others; quoted: an offer made
    to you; assumed: our own judgement, said so in `note`. The last two may lack a url. `last_verified` is the
    month somebody last opened the page and found what it is cited for; `as_of` stays as it was.
    """

    url: str | None = None
    as_of: AsOf
    page_date: Literal["unstated"] | None = None
    last_verified: Month | None = None
    grade: Literal["quoted", "documented", "secondary", "reference-class", "assumed"] = "documented"
    via: str | None = None
    title: str | None = None
    note: str | None = None
    disputed: bool = False

    @model_validator(mode="after")
    def _openable(self) -> Source:
        if self.url is None and self.grade not in ("assumed", "quoted"):
            raise BadInput("a source needs a `url`", why="only the grades `assumed` and `quoted` may go without")
        if self.url is not None and not re.fullmatch(r"https?://[^\s<>\"`]+", self.url):
            raise BadInput(f"`{self.url}` is not a page a user can open")
        if self.last_verified and self.last_verified < self.as_of:
            raise BadInput(f"verified {self.last_verified}, before {self.as_of}", hint="`last_verified` lies after `as_of`")
        if self.via and self.grade == "documented":
            raise BadInput("a source read `via` something else is not `documented`", hint="grade it `secondary`")
        return self

    @property
    def dated(self) -> str:
        """Its month in words: the one it states, or the one in which a page without a date was read."""
        return f"read {self.as_of}" if self.page_date else f"of {self.as_of}"


class Sourced(Strict):
    """Anything that names its source in the same file; `as_of` and `grade` override it. `disputed`: readings of it
    differ, as `note` says.
    """

    source: str
    as_of: AsOf | None = None
    grade: Grade | None = None
    note: str | None = None
    disputed: bool = False


class Fact(Sourced):
    """A number (or range) with its unit: 0.25, "3 to 9", {one_of: [60, 600]}; not below zero."""

    value: Raw
    unit: Unit

    @property
    def estimate(self) -> Estimate:
        return parse(self.value, self.unit)

    @model_validator(mode="after")
    def _readable(self) -> Fact:
        _ = self.estimate
        if not self.below_zero:
            not_negative(self.value)
        return self

    @property
    def below_zero(self) -> bool:
        """Whether it makes sense below zero."""
        return False


class Statement(Sourced):
    """A fact in words: a deployment form, a certificate, a region, a known pain."""

    value: str
    conditions: str | None = None


class DeploymentFact(Statement):
    value: Deployment


class Promise(Statement):
    """What a vendor says it keeps to, under `conditions`. `ask` is what its page leaves open: until that is
    answered it is unknown.
    """

    ask: str | None = None


class RegionFact(Promise):
    """A region in which data can be kept."""

    value: RegionGroup


class Prior(Sourced):
    """A range for a quantity the profile leaves out, in `unit`, times `per` where given.

    `per` names an organisation figure (ml_people) or another workload variable.
    """

    value: Raw
    per: Name | None = None
    below_zero: ClassVar[bool] = False

    @model_validator(mode="after")
    def _possible(self) -> Prior:
        if not self.below_zero:
            not_negative(self.value)
        return self


class ChangePrior(Prior):
    """A range for a change, which may go down."""

    below_zero: ClassVar[bool] = True


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

    @model_validator(mode="after")
    def _possible(self) -> EffortCurve:
        for scale in ("S", "M", "L", "XL"):
            raw = getattr(self, scale)
            if parse(raw, self.unit).lowest <= 0:
                raise BadInput(f"`{raw}` is no effort", why="it takes more than nothing", below=(scale,))
        return self
