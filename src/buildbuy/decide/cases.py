"""Public cases that are like a problem: shown beside a verdict, never priced.

Whether a case is shown depends on the problem alone, not on what is recommended, and nothing here
can reach a cost. The likeness is the share of what is compared that is known to be alike:

    near x (1/2 + needs/4 + today/4)

`near` falls from 1 at the same scale to 0 two classes away, on the log scale; a class that rests on
later figures or a guess is never nearer than half a class, an unknown one counts as a class away.
`needs` is the share of what either had to meet that both had to, with one need more on top, as no
story tells all: requirements count where both sides state some, parts where the case names some.
`today` is 1 if the same kind of thing ran before, 1/2 if products did, run by whomever. What is
unknown adds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from buildbuy.catalog.schema import Case
from buildbuy.domain.problem import Problem, Requirement
from buildbuy.quantities.months import after

MOST = 3
ENOUGH = 0.3  # less alike than this isn't shown: about a scale class away, with nothing else in common
REACH = 2.0  # scale classes over which likeness fades
UNSURE = 0.5  # classes that one with no figures of its own time counts as away, at least
LONG_AGO = 5  # years from which the time between is a difference worth a word
CLASSES = ("S", "M", "L", "XL")
KINDS = {
    "residency": "where data may lie", "compliance": "certificates or audits", "license": "the licence", "latency": "latency",
    "throughput": "throughput", "freshness": "freshness", "availability": "availability", "cost": "cost", "deadline": "a deadline",
}  # fmt: skip
BEFORE = {"nothing": "nothing", "home-grown": "own code", "self-host": "a self-hosted product", "managed": "a managed service"}


@dataclass(frozen=True)
class Alike:
    """A case, how alike it is (0..1) and in what; its outcome (status, year, words) as far as it was
    known at the time.
    """

    case: Case
    likeness: float
    alike: tuple[str, ...]
    differs: tuple[str, ...]
    status: str
    year: int | None
    outcome: str


def similar(problem: Problem, scale: float, cases: Iterable[Case], as_of: str) -> tuple[Alike, ...]:
    """The most alike cases of a component decided by `as_of`, at most MOST; none below ENOUGH.

    `scale` is the problem's position: 0 is S, 3 is XL. What came of a case later than `as_of` is
    withheld. Of equally alike ones the later comes first.
    """
    known = (c for c in cases if c.component == problem.component and not after(str(c.year), as_of))
    found = [a for a in (compare(problem, scale, c, as_of) for c in known) if a.likeness >= ENOUGH]
    found.sort(key=lambda a: (-round(a.likeness, 9), -a.case.year, a.case.id))
    return tuple(found[:MOST])


def compare(problem: Problem, scale: float, case: Case, as_of: str) -> Alike:
    """One case against a problem of the same component."""
    alike: list[str] = []
    differs: list[str] = []
    near = _near(scale, case, alike, differs)
    needs = _needs(problem, case, alike, differs)
    today = _today(problem, case, alike, differs)
    years = int(as_of[:4]) - case.year
    if years >= LONG_AGO:
        differs.append(f"decided {years} years earlier")
    known: tuple[str, int | None, str] = (case.outcome.status, case.outcome.year, case.outcome.text)
    if known[1] is not None and after(str(known[1]), as_of):
        known = ("unknown", None, f"not known in {as_of}")
    return Alike(case, near * (0.5 + 0.25 * needs + 0.25 * today), tuple(alike), tuple(differs), *known)


def _near(scale: float, case: Case, alike: list[str], differs: list[str]) -> float:
    if case.scale is None:
        differs.append("its scale is unknown")
        return 1 - 1 / REACH
    away = abs(scale - CLASSES.index(case.scale))
    basis = {"then": "", "later": " (by later figures)", "guess": " (our guess)"}[case.scale_basis]
    if away <= 0.5:
        alike.append(f"scale {case.scale}{basis}")
    else:
        mine = CLASSES[round(min(max(scale, 0.0), 3.0))]
        differs.append(f"scale {case.scale}{basis}, yours is {mine}")
    if case.scale_basis != "then":
        away = max(away, UNSURE)
    return max(0.0, 1 - away / REACH)


def _needs(problem: Problem, case: Case, alike: list[str], differs: list[str]) -> float:
    """Shared needs over all that either side names, and one more."""
    asked = [r for r in problem.requirements if r.origin != "anticipated"]
    mine = {kind_of(r) for r in asked if r.kind != "part"}
    parts = {p.id for p in problem.parts.values() if p.required} | {r.word for r in asked if r.kind == "part"}
    theirs = {n.kind for n in case.requirements if n.kind is not None}
    named = {n.part for n in case.requirements if n.part is not None}
    for where, words, kinds, which in (
        (alike, "both need", mine & theirs, named & parts),
        (differs, "it also needed", theirs - mine, named - parts),
        (differs, "nothing is said there of", mine - theirs, set()),
    ):
        found = [KINDS[k] for k in KINDS if k in kinds] + [_part(problem, p) for p in sorted(which)]
        if found:
            where.append(f"{words} {_listed(found)}")
    counted = len(named) + (len(mine | theirs) if mine and theirs else 0)
    return (len(mine & theirs) + len(named & parts)) / (counted + 1)


def kind_of(requirement: Requirement) -> str:
    """A requirement's kind in the words of the cases."""
    if requirement.kind != "performance" or requirement.comparison is None:
        return requirement.kind
    if requirement.metric.startswith("freshness"):
        return "freshness"
    return "latency" if requirement.comparison.op in ("<=", "<") else "throughput"


def _part(problem: Problem, part: str) -> str:
    return problem.parts[part].name.lower() if part in problem.parts else part.replace("-", " ")


def _today(problem: Problem, case: Case, alike: list[str], differs: list[str]) -> float:
    mine = runs_today(problem)
    if mine is None or case.had is None:
        return 0.0
    theirs = case.had.kind
    if theirs == mine:
        alike.append(f"both start from {BEFORE[mine]}")
        return 1.0
    differs.append(f"it started from {BEFORE[theirs]}, you from {BEFORE[mine]}")
    return 0.5 if {mine, theirs} == {"managed", "self-host"} else 0.0


def runs_today(problem: Problem) -> str | None:
    """What kind of thing runs today: nothing, home-grown, self-host or managed; None if unsaid."""
    if not problem.current_stated:
        return None
    if problem.greenfield:
        return "nothing"
    engine = problem.incumbent.engine_sourcing
    return "home-grown" if engine == "none" else engine


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
