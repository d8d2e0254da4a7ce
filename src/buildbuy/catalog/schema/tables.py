"""Tables that systems and components share: prices, infrastructure, reference classes, stages, money."""

from __future__ import annotations

from pydantic import Field

from buildbuy.catalog.schema.facts import (
    Amount,
    ChangePrior,
    EffortCurve,
    Fact,
    Id,
    Month,
    Name,
    Positive,
    Prior,
    RegionGroup,
    Source,
)
from buildbuy.catalog.schema.systems import Charge
from buildbuy.domain.problem import Way
from buildbuy.domain.profile import Growing
from buildbuy.strict_yaml import Strict


class Price(Strict):
    """A list price others refer to: a machine, a gigabyte stored, a gigabyte moved.

    `region` is the group it was read for (`any`: one price everywhere); `elsewhere` names the price
    listed for another group. Where neither fits, the class of regional surcharges does. `pinned` names
    the reference class of what a price of `any` region is multiplied by for who must stay in one.
    """

    name: str
    provider: str
    rate: Fact
    vcpu: Positive | None = None
    memory_gib: Positive | None = None
    gpu: str | None = None
    region: RegionGroup = "us"
    elsewhere: dict[RegionGroup, Id] = Field(default_factory=dict)
    pinned: Name | None = None
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
    """A driver every component shares: labour, growth, endings, price drift, effort factors. `way` is
    how it is found out, `how` says so in words. What may lie below zero (a drift) is `signed`.
    """

    label: str
    way: Way = "question"
    how: str | None = None
    cost_of_asking_hours: Amount | None = None
    signed: bool = False

    @property
    def below_zero(self) -> bool:
        """Whether it makes sense below zero."""
        return self.signed


class ReferenceFile(Strict):
    sources: dict[str, Source]
    classes: dict[str, ReferenceClass] = Field(default_factory=dict)
    curves: dict[str, EffortCurve] = Field(default_factory=dict)


class StagePriors(Strict):
    """What a stage says about an organisation, when nothing better is known."""

    name: str
    ml_people: Prior
    platform_people: Prior
    growth: dict[Growing, ChangePrior]
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
