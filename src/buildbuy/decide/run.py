"""One reproducible execution: a profile's components decided, one by one and together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from buildbuy.catalog.schema import Case
from buildbuy.decide.cases import Alike, similar
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.stack import Stack, together
from buildbuy.domain.problem import Problem


@dataclass(frozen=True)
class Run:
    """All outcomes and what they were made with."""

    outcomes: Mapping[str, Outcome]
    stack: Stack | None
    catalog_version: str
    as_of: str
    seed: int
    draws: int
    months: int
    currency: str
    usd_per_currency: float
    price_year: int
    name: str
    similar: Mapping[str, tuple[Alike, ...]] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        """The verdicts in a notebook: sentence, standing, options, the picture of cost over time."""
        from buildbuy.report.notebook import of_run

        return of_run(self)


def run(
    problems: Mapping[str, Problem],
    *,
    draws: int,
    seed: int,
    catalog_version: str,
    as_of: str,
    currency: str = "USD",
    usd_per_currency: float = 1.0,
    price_year: int = 2026,
    name: str = "",
    cases: Iterable[Case] = (),
    progress: Callable[[str], None] = lambda component: None,
) -> Run:
    """Decide every problem with the same seed; `progress` hears which component is next.

    `cases` are matched to each outcome once it is decided; no decision sees them.
    """
    outcomes = {}
    for component in sorted(problems):
        progress(component)
        outcomes[component] = decide(problems[component], draws=draws, seed=seed)
    every = tuple(cases)
    alike = {name: similar(o.problem, o.scale, every, as_of) for name, o in outcomes.items()}
    months = next(iter(problems.values())).settings.months if problems else 0
    return Run(outcomes, together(outcomes), catalog_version, as_of, seed, draws, months, currency, usd_per_currency, price_year, name, alike)
