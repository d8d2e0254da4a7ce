"""What a decision asks of probes: the requirements of performance that nobody has measured, and for which options; and
drivers that are worth measuring.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from buildbuy.decide.measuring import worth_asking
from buildbuy.decide.outcome import Outcome
from buildbuy.domain.problem import Driver, Requirement
from buildbuy.probes.records import SETTLED_BY
from buildbuy.probes.requirement import Wanted
from buildbuy.quantities import units
from buildbuy.questions.probed import percentile_of, stem

ANY_RATE = 50.0  # requests a second where none is required: the processor's time of one hardly depends on it


@dataclass(frozen=True)
class Asked:
    """`wanted`: the strictest requirement of latency, at its rate (None where only the rate itself is required, or no
    rate is known). `requirements` are all that are open; `systems` the catalog's (system, sourcing) that they are open for, and
    those that settle the `drivers`; `elsewhere` the options that can only be measured where they run.
    """

    requirements: tuple[Requirement, ...]
    wanted: Wanted | None
    rate: float | None
    systems: frozenset[tuple[str, str]]
    elsewhere: tuple[str, ...]
    drivers: tuple[Driver, ...]

    @property
    def percentiles(self) -> tuple[float, ...]:
        """Those of the requirements."""
        found = {p for r in self.requirements if (p := percentile_of(r.metric)) is not None}
        return tuple(sorted(found))

    @property
    def features(self) -> float | None:
        """The number of features a request must have, if any requirement says so."""
        return max((r.features for r in self.requirements if r.features), default=None)


def asked(outcome: Outcome, can_start: Collection[tuple[str, str]], measures: Collection[str] | None = None, given: float | None = None) -> Asked | None:
    """What the decision about a component leaves open; None where nothing is that a probe can take. `can_start` are the
    (system, sourcing) that a probe can start, `measures` the metrics that its exercise takes without their percentiles (None: it loads, and takes any),
    `given` the rate where the decision knows none.
    """
    open_: dict[str, Requirement] = {}
    systems: set[tuple[str, str]] = set()
    elsewhere: set[str] = set()
    musts = {r.text: r for r in outcome.problem.requirements if r.kind == "performance" and r.must and r.origin != "anticipated" and (measures is None or stem(r.metric) in measures)}
    for result in outcome.actions.values():
        option = result.option
        waiting = [musts[r.requirement] for r in option.reasons if r.status == "unknown" and r.requirement in musts]
        if option.barred or not waiting:
            continue
        key: tuple[str, str] = (option.system or "", "build" if option.engine_sourcing == "none" else option.engine_sourcing)
        if result.action == "build":  # an own build of any kind may rest on the framework that can be started
            keys = {x for x in can_start if x[1] == "build"}
        else:
            keys = {x for x in can_start if x == key}
        systems |= keys
        elsewhere |= set() if keys else {result.action}
        open_ |= {r.id: r for r in waiting}
    drivers = tuple(m.driver for m in worth_asking(outcome.effects, outcome.hour, outcome.scale) if m.driver.id in SETTLED_BY and {*SETTLED_BY[m.driver.id]} <= {*can_start})
    systems |= {x for d in drivers for x in SETTLED_BY[d.id]}
    if not open_ and not drivers:
        return None
    requirements = tuple(open_.values())
    latency = [r for r in requirements if percentile_of(r.metric) is not None and r.comparison is not None]
    rates = [r.comparison.value for r in requirements if r.comparison is not None and r.comparison.unit == "req/s"] + [r.rate for r in requirements if r.rate]
    rate = max(rates, default=given or (ANY_RATE if drivers and not open_ and measures is None else None))
    wanted = None
    if latency and rate is not None:
        strictest = max(latency, key=lambda r: (percentile_of(r.metric) or 0, -(r.comparison.value if r.comparison else 0)))
        assert strictest.comparison is not None
        wanted = Wanted(percentile_of(strictest.metric) or 0, strictest.comparison.value * units.factor(strictest.comparison.unit, "second"), rate)
    return Asked(requirements, wanted, rate, frozenset(systems), tuple(sorted(elsewhere)), drivers)
