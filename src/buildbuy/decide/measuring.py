"""What to find out next: worth of each driver, of the measurement there is for it, and what asking costs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from buildbuy.decide.information import Effect, at_score, explained, sampled
from buildbuy.domain.problem import Driver, Problem, Way
from buildbuy.quantities.estimate import Z95

# How far an answer lies from the truth: sd of its logarithm (of the amount itself for yearly rates and what can
# be negative, which is what 0.1 means there as well: ten points). `estimate` is the outside view's sd for one
# project, 0.352 = sqrt(0.326^2 + 0.132^2); `past estimates` is that of the mean of six pairs, 0.326 / sqrt(6). The
# others are assumed, and printed with every worth that rests on them.
ERROR: Mapping[Way, float] = MappingProxyType({
    "scan": 0.1, "bill": 0.05, "traffic": 0.15, "tickets": 0.3, "probe": 0.15, "quote": 0.05, "estimate": 0.352,
    "gap hours": 0.5, "past estimates": 0.133, "question": 0.1,
})  # fmt: skip
COMMANDS: Mapping[Way, str] = MappingProxyType({
    "scan": "buildbuy scan . --out profile.yaml",
    "past estimates": "buildbuy measure estimates FILE (six finished projects or more: estimate and actual)",
})  # fmt: skip


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
    precision: float
    relative: bool
    how: str


def worth_asking(effects: Iterable[Effect], hour: float, scale: float) -> list[Measurement]:
    """What to find out, by worth net of the cost of asking at `hour` USD an hour.

    A driver is left out where it has been measured, can't be asked for, is worth less than two standard
    errors, or where the measurement there is for it is worth less than it costs.
    """
    found = []
    for effect in effects:
        driver = effect.driver
        if driver.asking_hours is None or driver.grade == "measured":
            continue
        cost = driver.asking_hours * hour
        if effect.worth <= max(cost, 2 * effect.error):
            continue
        precision = ERROR[driver.way]
        prior, relative = spread(driver, scale)
        measured = min(sampled(effect.gains, round(explained(prior, precision), 4)), effect.worth)
        if measured > cost:
            found.append(Measurement(driver, effect.worth, effect.error, measured, cost, precision, relative, COMMANDS.get(driver.way) or driver.how or f"ask: {driver.label}?"))
    return sorted(found, key=lambda m: (m.cost - m.worth, m.driver.id))


def group_of(problem: Problem, driver: Driver) -> str:
    """The group that a driver is looked at with: what one would find out in one go."""
    name, hours = driver.id, ("person", "FTE", "call_site")
    if driver.way == "gap hours":
        return "gap hours"
    if name == "labour" or driver.way in ("estimate", "tickets", "past estimates") or name.startswith(("outside_view", "ageing", "vendor")):
        return "labour"
    if "USD" in driver.unit or name.startswith(("drift_", "region_price")):
        return "prices"
    if name.startswith(("ending_", "notice_")):
        return "endings"
    if name.startswith(("growth.", "fade")) or name.endswith("_people") or name in {v.level for v in problem.variables.values()}:
        return "workload"
    return "labour" if any(x in driver.unit for x in hours) else "machines"


def spread(driver: Driver, scale: float) -> tuple[float, bool]:
    """Standard deviation of what is believed of a driver, from its 90% interval; and whether it is that of
    the logarithm.
    """
    low, high = at_score(driver, np.array([-Z95, Z95]), scale).tolist()
    if low > 0 and driver.unit != "1/year":
        return math.log(high / low) / (2 * Z95), True
    return (high - low) / (2 * Z95), False
