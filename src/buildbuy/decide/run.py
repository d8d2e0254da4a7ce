"""One reproducible execution: a profile's components decided, one by one and together."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from multiprocessing import current_process, get_all_start_methods

from buildbuy.catalog.schema import Case
from buildbuy.decide.cases import Alike, similar
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.side_by_side import side_by_side
from buildbuy.decide.stack import Stack, together
from buildbuy.domain.problem import Problem
from buildbuy.worlds.medians import median_scale

WORTH_A_PROCESS = 3000  # draws x components from which processes gain more than they take to start


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

    def __repr__(self) -> str:
        """The verdicts by their ids: a notebook keeps this text too, and the whole is half a megabyte."""
        return f"<Run {self.name!r}: {', '.join(f'{k}: {o.chosen}' for k, o in self.outcomes.items())}>"

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
    outcomes = decide_all(problems, draws=draws, seed=seed, progress=progress)
    every = tuple(cases)
    alike = {name: similar(o.problem, median_scale(o.problem), every, as_of) for name, o in outcomes.items()}
    months = next(iter(problems.values())).settings.months if problems else 0
    return Run(outcomes, together(outcomes), catalog_version, as_of, seed, draws, months, currency, usd_per_currency, price_year, name, alike)


def decide_all(problems: Mapping[str, Problem], *, draws: int, seed: int, progress: Callable[[str], None] = lambda component: None) -> dict[str, Outcome]:
    """Every problem's outcome, the same as one by one: where the machine has several processors, this
    process and a child on each other one decide them side by side. `progress` hears which component is begun.
    """
    largest_first = sorted(problems, key=lambda name: (-len(problems[name].options), name))
    several = draws * len(problems) >= WORTH_A_PROCESS
    children = min(processors(), len(problems)) - 1 if several else 0
    outcomes = side_by_side(largest_first, lambda name: decide(problems[name], draws=draws, seed=seed), children, progress)
    return {name: replace(outcomes[name], problem=problems[name]) for name in sorted(problems)}


def processors() -> int:
    """Processors this process may use for children of its own: one where it can't have any."""
    if "fork" not in get_all_start_methods() or current_process().daemon:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
