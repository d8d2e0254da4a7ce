"""What deciding one component gives: numbers per action, the verdict, and what could change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from buildbuy.decide.break_even import BreakEven
from buildbuy.decide.information import Bar, Effect, Flip, Group
from buildbuy.decide.policies import Rule
from buildbuy.decide.structure import Structure
from buildbuy.domain.grades import Standing
from buildbuy.domain.problem import DEFER, Driver, Option, Problem


@dataclass(frozen=True)
class Spread:
    """Mean, quantiles and the mean of the dearest tenth of a cost, in USD of the catalog's year."""

    mean: float
    p5: float
    p50: float
    p95: float
    cvar90: float


@dataclass(frozen=True)
class LedgerLine:
    """One line's present value; `labour` lines scale with the price of an hour."""

    line: str
    mean: float
    p5: float
    p95: float
    shared: bool
    labour: bool


@dataclass(frozen=True)
class ActionResult:
    """A first action: its variant, static cost by line, and its cost with the best later rule.

    `p_best`, `regret` and `policy_cost` are None for actions that a must bars.
    """

    action: str
    option: Option
    cost: Spread
    cost_at_medians: float
    ledger: tuple[LedgerLine, ...]
    cutover: tuple[float, float, float]
    labour_hours: float
    policy_cost: float | None
    rule: Rule | None
    switches_in: float
    p_best: float | None
    regret: float | None
    tail_regret: float | None
    over_budget: float | None
    exit_cost: float
    ends_in: float
    fallback: str | None

    def __repr__(self) -> str:
        """What it is and its mean cost, in a line."""
        return f"<ActionResult {self.action}: {self.cost.mean:,.0f} USD>"

    def _repr_html_(self) -> str:
        """The ledger in a notebook."""
        from buildbuy.report.notebook import of_ledger

        return of_ledger(self)


@dataclass(frozen=True)
class RequiredAdvantage:
    """What building would have to earn a month beyond the best that isn't a new build.

    `chance_needed` is the chance a stated claim would need to be true for building to win.
    """

    monthly: float
    share_of_ml_payroll: float
    against: str
    build: str
    chance_needed: float | None


@dataclass(frozen=True)
class MustCost:
    """What a binding must costs: the best verdict without it, its mean cost, and by how much that is
    cheaper (0 where nothing may be taken as it is).
    """

    requirement: str
    saving: float
    would_be: str
    cost: float
    bars: tuple[str, ...]


@dataclass(frozen=True)
class Later:
    """Nothing to decide yet: the component is wanted after `wanted` months, and what the wait is for
    would not be in use within the horizon. To be decided again after `again` months (`lead` before it
    is wanted), or over `horizon` months, where one that holds it can be asked for.
    """

    wanted: int
    again: int
    lead: int
    target: str
    horizon: int | None


@dataclass(frozen=True)
class Outcome:
    """Everything known about one component's decision; see design: one verdict rule."""

    problem: Problem
    actions: Mapping[str, ActionResult]
    chosen: str | None
    best_by_mean: str | None
    runner_up: str | None
    tied: tuple[str, ...]
    standing: Standing
    deciding: tuple[Driver, ...]
    not_yet: str | None
    p_best_by_sourcing: Mapping[str, float]
    most_frequent: str | None
    expected_regret: float
    materiality: float
    effects: tuple[Effect, ...]
    flips: tuple[Flip, ...]
    break_evens: tuple[BreakEven, ...]
    discounts: Mapping[str, float]
    multiplier_flip: tuple[float, str] | None
    assistants_flip: tuple[float, str] | None
    required_advantage: RequiredAdvantage | None
    must_costs: tuple[MustCost, ...]
    horizons: Mapping[int, str]
    structures: tuple[Structure, ...]
    hour: float
    scale: float
    draws: int
    seed: int
    shown: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    tornado: tuple[Bar, ...] = ()
    later: Later | None = None

    def comes_to(self, result: ActionResult) -> ActionResult:
        """The action whose option is taken in the end: a wait's target, else the action itself."""
        return self.actions[result.rule.target] if result.action == DEFER and result.rule is not None else result

    def wait(self, result: ActionResult) -> int:
        """Months before work on an action's option starts."""
        return result.rule.after_months if result.action == DEFER and result.rule is not None else 0

    def __repr__(self) -> str:
        """The verdict by its id: a notebook keeps this text too, and the whole is half a megabyte."""
        return f"<Outcome {self.problem.component}: {self.chosen} ({self.standing})>"

    def _repr_html_(self) -> str:
        """The verdict in a notebook."""
        from buildbuy.report.notebook import of_outcome

        return of_outcome(self)
