"""What to find out next: worth of each driver, of the measurement there is for it, and what asking costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from buildbuy.decide.information import Effect, at_score, explained, sampled
from buildbuy.domain.problem import Driver
from buildbuy.quantities.estimate import Z95

Way = Literal["scan", "bill", "traffic", "tickets", "probe", "quote", "estimate", "gap hours", "past estimates", "question"]

# How far an answer lies from the truth: sd of its logarithm (of the amount itself for yearly rates and what can
# be negative, which is what 0.1 means there as well: ten points). `estimate` is the outside view's sd for one
# project, 0.352 = sqrt(0.326^2 + 0.132^2); `past estimates` is that of the mean of six pairs, 0.326 / sqrt(6). The
# others are assumed, and printed with every worth that rests on them.
ERROR: Mapping[Way, float] = MappingProxyType({
    "scan": 0.1, "bill": 0.05, "traffic": 0.15, "tickets": 0.3, "probe": 0.15, "quote": 0.05, "estimate": 0.352,
    "gap hours": 0.5, "past estimates": 0.133, "question": 0.1,
})  # fmt: skip
PAST_ESTIMATES = "outside_view_organisation"
NOT_ASKED = ("outside_view_project", "infrastructure", "build.", "migrate", "vendor")


@dataclass(frozen=True)
class Measurement:
    """A driver that is worth asking for. Money in USD of the catalog's year.

    `worth` is EVPPI with its standard error, `measured` the EVSI of the way there is to measure it, whose
    error is `precision` (sd, of the logarithm if `relative`).
    """

    driver: Driver
    worth: float
    error: float
    measured: float
    cost: float
    way: Way
    precision: float
    relative: bool
    how: str
    answer: str


def worth_asking(effects: Iterable[Effect], component: str, hour: float, scale: float) -> list[Measurement]:
    """What to find out, by worth net of the cost of asking at `hour` USD an hour.

    A driver is left out where it has been measured, can't be asked for, is worth less than two standard
    errors, or where the measurement there is for it is worth less than it costs.
    """
    found = []
    for effect in effects:
        driver = effect.driver
        if driver.asking_hours is None or driver.grade == "measured" or driver.id.startswith(NOT_ASKED):
            continue
        cost = driver.asking_hours * hour
        if effect.worth <= max(cost, 2 * effect.error):
            continue
        way = way_of(driver)
        prior, relative = spread(driver, scale)
        measured = min(sampled(effect.gains, round(explained(prior, ERROR[way]), 4)), effect.worth)
        if measured > cost:
            found.append(Measurement(driver, effect.worth, effect.error, measured, cost, way, ERROR[way], relative, how_of(driver, way), answer_of(driver, component, way)))
    return sorted(found, key=lambda m: (m.cost - m.worth, m.driver.id))


def spread(driver: Driver, scale: float) -> tuple[float, bool]:
    """Standard deviation of what is believed of a driver, from its 90% interval; and whether it is that of
    the logarithm.
    """
    low, high = at_score(driver, -Z95, scale), at_score(driver, Z95, scale)
    if low > 0 and driver.unit != "1/year":
        return math.log(high / low) / (2 * Z95), True
    return (high - low) / (2 * Z95), False


def way_of(driver: Driver) -> Way:
    """How a driver is found out, by what it is and what its question reads."""
    if driver.id == PAST_ESTIMATES:
        return "past estimates"
    if driver.id.startswith("gap.") or driver.id.endswith((".gap", ".value_share", ".value_monthly")):
        return "gap hours"
    if driver.listed is not None or "quote" in driver.how:
        return "quote"
    words: tuple[tuple[str, Way], ...] = (
        ("repository", "scan"), ("load test", "probe"), ("invoice", "bill"), ("tickets", "tickets"), ("metrics", "traffic"),
        ("job log", "traffic"), ("similar job", "estimate"),
    )  # fmt: skip
    for word, way in words:
        if word in driver.how:
            return way
    return "estimate" if driver.curve is not None or driver.id.startswith("effort.") else "question"


def how_of(driver: Driver, way: Way) -> str:
    """The command or the question."""
    if way == "scan":
        return "buildbuy scan . --out profile.yaml"
    if way == "past estimates":
        return "buildbuy measure estimates FILE (six finished projects or more: estimate and actual)"
    if way == "estimate" and driver.id.startswith("effort."):
        return "your own estimate or record of a similar job"
    return driver.how or f"ask: {driver.label}?"


def answer_of(driver: Driver, component: str, way: Way) -> str:
    """Where the answer goes: a key of the profile, a record of evidence, or nothing where a command
    writes it itself or an effort can only be corrected in a catalog of one's own.
    """
    name, at = driver.id, f"components.{component}"
    own = {
        "labour": "organisation.hourly_cost",
        f"{component}.value_share": f"{at}.value_monthly",
        f"{component}.build.production": f"{at}.estimates.build",
        f"{component}.stay.upkeep": f"{at}.current.upkeep",
    }
    if name in own:
        return own[name]
    if name.startswith(f"gap.{component}."):
        return f"{at}.gap_hours.{name.removeprefix(f'gap.{component}.')}"
    if name in ("ml_people", "platform_people") or name.startswith("growth."):
        return f"organisation.{name}"
    if name.startswith(("adopt.", "integrate.")):
        return f"{at}.estimates.adopt.{name.partition('.')[2].split('/')[0]}"
    if way in ("scan", "past estimates") or driver.curve is not None:
        return ""
    return f".buildbuy/evidence/*.json, what: {name}"
