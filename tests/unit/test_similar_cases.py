"""Which public cases are alike: worked examples, and a second, plainer reading of the rule."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import managed, nothing, own_build, problem, self_hosted, staying

from buildbuy.catalog.schema import Case
from buildbuy.decide.cases import (
    CLASSES,
    ENOUGH,
    KINDS,
    MOST,
    compare,
    kind_of,
    runs_today,
    similar,
)
from buildbuy.domain.problem import Option, Problem, Requirement
from buildbuy.quantities.comparison import Comparison

COMPONENT = "feature-store"
NOW = "2026-11"
PARTS = ("core", "search", "sharing")  # of the made-up problem; all required but `sharing`


def case(**changes: Any) -> Case:
    """A case of scale M of which only that is known."""
    plain = {
        "id": "x-2024", "organisation": "X", "component": COMPONENT, "year": 2024, "scale": "M", "scale_basis": "then",
        "figures": [{"text": "30 people", "when": "then", "source": "page"}],
        "chose": {"sourcing": "build", "text": "built it", "source": "page"},
        "outcome": {"status": "kept", "year": 2025, "text": "in use", "source": "page"},
        "sources": {"page": {"url": "https://example.org", "as_of": "2025-01"}},
    } | changes  # fmt: skip
    return Case.model_validate(plain)


def needs(*kinds: str, parts: tuple[str, ...] = ()) -> list[dict[str, str]]:
    return [{"text": k, "kind": k, "source": "page"} for k in kinds] + [{"text": p, "part": p, "source": "page"} for p in parts]


def had(kind: str) -> dict[str, str]:
    return {"kind": kind, "text": kind, "source": "page"}


def must(kind: str, **more: Any) -> Requirement:
    """A requirement in the words of a case."""
    if kind in ("latency", "throughput", "freshness"):
        comparison = Comparison(">=" if kind == "throughput" else "<=", 5, "x")
        metric = "freshness" if kind == "freshness" else "p99"
        return Requirement(f"{metric}:0", "performance", metric, metric, comparison, **more)
    return Requirement(f"{kind}:0", kind, kind, kind, **more)


def team(*requirements: Requirement, today: Option | None = None, said: bool = True) -> Problem:
    """A made-up problem of the feature store; `today` is what runs, if it was said."""
    made = problem([managed("a"), self_hosted("b"), own_build()], incumbent=today)
    parts = {k: dataclasses.replace(p, required=k != "sharing") for k, p in made.parts.items()}
    return dataclasses.replace(made, component=COMPONENT, requirements=requirements, parts=parts, current_stated=said)


def likeness(p: Problem, scale: float, c: Case) -> float:
    return compare(p, scale, c, NOW).likeness


# -- worked examples -----------------------------------------------------------------------------


def test_scale_alone_counts_for_half() -> None:
    p = team(said=False)
    assert likeness(p, 1.0, case()) == pytest.approx(0.5)  # same place, nothing else known
    assert likeness(p, 1.5, case()) == pytest.approx(0.375)  # (1 - 0.5/2) / 2
    assert likeness(p, 2.0, case()) == pytest.approx(0.25)
    assert likeness(p, 3.0, case()) == likeness(p, 3.5, case()) == 0
    assert likeness(p, 0.2, case()) == pytest.approx(0.3)  # (1 - 0.8/2) / 2


def test_a_class_without_figures_of_its_time_is_never_quite_ours() -> None:
    p = team(said=False)
    guess = case(scale_basis="guess")
    assert likeness(p, 1.0, guess) == likeness(p, 1.5, guess) == pytest.approx(0.375)
    assert likeness(p, 2.0, guess) == pytest.approx(0.25)  # a whole class away is more than the half
    assert likeness(p, 1.0, case(scale=None, figures=[], scale_basis="guess")) == pytest.approx(0.25)


def test_the_same_start_and_shared_needs_add_up_to_a_quarter_each() -> None:
    same = case(requirements=needs("latency"), had=had("home-grown"))
    p = team(must("latency"), today=staying(own_build()))
    found = compare(p, 1.0, same, NOW)
    assert found.likeness == pytest.approx(0.5 + 0.25 / 2 + 0.25)  # one shared need of one named and one that no story tells
    assert found.alike == ("scale M", "both need latency", "both start from own code")
    assert found.differs == ()


def test_needs_count_over_all_that_either_names() -> None:
    # both: latency, core; it: cost, sharing; we: residency -> 2 of 5, and one more
    p = team(must("latency"), must("residency"))
    found = compare(p, 1.0, case(requirements=needs("latency", "cost", parts=("core", "sharing"))), NOW)
    assert found.likeness == pytest.approx(0.5 + 0.25 * 2 / 6)
    assert found.alike == ("scale M", "both need latency and core")
    assert found.differs == ("it also needed cost and sharing", "nothing is said there of where data may lie")


def test_silence_counts_for_nothing_on_either_side() -> None:
    assert likeness(team(must("cost")), 1.0, case(requirements=needs("cost"))) == pytest.approx(0.625)  # our parts: the case names none
    assert likeness(team(), 1.0, case(requirements=needs("cost", "latency", parts=("core",)))) == pytest.approx(0.625)  # its requirements: we state none
    assert likeness(team(must("cost")), 1.0, case(requirements=needs(parts=("core",)))) == pytest.approx(0.625)  # ours: it states none


def test_many_shared_needs_are_more_than_one() -> None:
    one, three = case(requirements=needs("cost")), case(requirements=needs("cost", "latency", "residency"))
    assert likeness(team(must("cost")), 1.0, one) < likeness(team(must("cost"), must("latency"), must("residency")), 1.0, three) < 0.75


def test_a_part_that_is_asked_for_counts_though_it_is_not_usual() -> None:
    c = case(requirements=needs(parts=("sharing",)))
    wanted = Requirement("part:0", "part", "part", "part: sharing", word="sharing", must=False)
    assert likeness(team(), 1.0, c) == pytest.approx(0.5)
    assert likeness(team(wanted), 1.0, c) == pytest.approx(0.625)


def test_a_requirement_that_may_come_is_not_one_yet() -> None:
    later = must("latency", origin="anticipated", probability=0.5, when="2027-01")
    assert likeness(team(later), 1.0, case(requirements=needs("latency"))) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("today", "theirs", "share"),
    [
        (staying(own_build()), "home-grown", 1), (staying(own_build()), "managed", 0), (staying(own_build()), "nothing", 0),
        (staying(managed("a")), "managed", 1), (staying(managed("a")), "self-host", 0.5), (staying(managed("a")), "home-grown", 0),
        (staying(self_hosted("b")), "self-host", 1), (staying(self_hosted("b")), "managed", 0.5), (None, "nothing", 1), (None, "managed", 0),
    ],
)  # fmt: skip
def test_what_runs_today(today: Option | None, theirs: str, share: float) -> None:
    assert likeness(team(today=today), 1.0, case(had=had(theirs))) == pytest.approx(0.5 + 0.25 * share)


def test_what_nobody_said_adds_nothing() -> None:
    assert runs_today(team(said=False)) is None
    assert likeness(team(said=False), 1.0, case(had=had("nothing"))) == pytest.approx(0.5)
    assert likeness(team(), 1.0, case()) == pytest.approx(0.5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_profile_can_ask_for_whatever_a_case_names(kind: str) -> None:
    assert kind_of(must(kind)) == kind


def test_scale_says_which_is_larger_and_how_it_is_known() -> None:
    far = compare(team(said=False), 2.4, case(scale="M", scale_basis="guess"), NOW)
    assert far.differs == ("scale M (our guess), yours is L",)
    near = compare(team(said=False), 1.4, case(figures=[{"text": "30", "when": "later", "source": "page"}], scale_basis="later"), NOW)
    assert near.alike == ("scale M (by later figures)",)
    assert compare(team(said=False), 1.0, case(scale=None, scale_basis="guess"), NOW).differs == ("its scale is unknown",)


def test_time_that_has_passed_is_a_difference() -> None:
    assert compare(team(said=False), 1.0, case(year=2019), NOW).differs == ("decided 7 years earlier",)
    assert compare(team(said=False), 1.0, case(year=2022), NOW).differs == ()


# -- which are shown -----------------------------------------------------------------------------


def test_nothing_from_the_future_is_shown() -> None:
    c = case(year=2024)
    assert similar(team(), 1.0, [c], "2024-05") == ()  # a bare year means its June
    [found] = similar(team(), 1.0, [c], "2024-06")
    assert (found.status, found.year, found.outcome) == ("unknown", None, "not known in 2024-06")
    [found] = similar(team(), 1.0, [c], "2025-06")
    assert (found.status, found.year, found.outcome) == ("kept", 2025, "in use")


def test_another_component_is_never_alike() -> None:
    assert similar(team(), 1.0, [case(component="monitoring")], NOW) == ()


def test_none_where_nothing_is_alike_enough() -> None:
    assert similar(team(), 0.0, [case(scale="XL"), case(scale="M", scale_basis="guess")], NOW) == ()


def test_at_most_three_the_most_alike_first_the_later_of_equals() -> None:
    many = [case(id=f"c-{i}", year=2020 + i) for i in range(5)] + [case(id="best", year=2019, requirements=needs("latency"))]
    found = similar(team(must("latency")), 1.0, many, NOW)
    assert [a.case.id for a in found] == ["best", "c-4", "c-3"]


# -- a second reading of the rule ----------------------------------------------------------------

scales = st.floats(-0.5, 3.5)
kinds = st.lists(st.sampled_from(sorted(KINDS)), unique=True, max_size=4)
todays = st.sampled_from([None, "nothing", "home-grown", "self-host", "managed"])


@st.composite
def some_case(draw: st.DrawFn) -> Case:
    basis = draw(st.sampled_from(["then", "later", "guess"]))
    figures = [] if basis == "guess" else [{"text": "x", "when": basis, "source": "page"}]
    before = draw(todays)
    return case(
        id=f"c-{draw(st.integers(0, 999))}", year=draw(st.integers(2010, 2030)), scale=draw(st.sampled_from([None, *CLASSES])), scale_basis=basis, figures=figures,
        requirements=needs(*draw(kinds), parts=tuple(draw(st.lists(st.sampled_from(PARTS), unique=True)))),
        component=draw(st.sampled_from([COMPONENT, "monitoring"])), had=had(before) if before else None,
        outcome={"status": "kept", "text": "in use", "source": "page"},
    )  # fmt: skip


@st.composite
def some_team(draw: st.DrawFn) -> Problem:
    today = draw(todays)
    runs = {None: None, "nothing": None, "home-grown": staying(own_build()), "self-host": staying(self_hosted("b")), "managed": staying(managed("a"))}[today]
    return team(*(must(k) for k in draw(kinds)), today=runs, said=today is not None)


def by_hand(p: Problem, scale: float, c: Case) -> float:
    """The rule once more: weights added up, one need at a time."""
    if c.scale is None:
        near = 0.5
    else:
        gap = abs(scale - ["S", "M", "L", "XL"].index(c.scale))
        near = 1 - (gap if c.scale_basis == "then" or gap > 0.5 else 0.5) / 2
    if near <= 0:
        return 0.0
    ours = {kind_of(r) for r in p.requirements}
    counted, hits = 1, 0
    if ours and any(n.kind for n in c.requirements):
        for kind in KINDS:
            theirs = any(n.kind == kind for n in c.requirements)
            counted += theirs or kind in ours
            hits += theirs and kind in ours
    for n in c.requirements:
        if n.part is not None:
            counted += 1
            hits += n.part in ("core", "search")
    total = 0.5 + 0.25 * hits / counted
    if c.had is not None and p.current_stated:
        today = "nothing" if p.greenfield else {"none": "home-grown"}.get(p.incumbent.engine_sourcing, p.incumbent.engine_sourcing)
        pair = {c.had.kind, today}
        total += 0.25 if len(pair) == 1 else 0.125 if pair == {"managed", "self-host"} else 0
    return near * total


@given(some_team(), scales, some_case())
def test_the_likeness_is_the_one_by_hand(p: Problem, scale: float, c: Case) -> None:
    found = compare(p, scale, c, NOW)
    assert found.likeness == pytest.approx(by_hand(p, scale, c))
    assert 0 <= found.likeness <= 1
    assert not {*found.alike} & {*found.differs}


@given(some_team(), scales, st.lists(some_case(), max_size=12, unique_by=lambda c: c.id), st.randoms())
def test_the_list_is_what_sorting_all_would_give(p: Problem, scale: float, every: list[Case], random: Any) -> None:
    found = similar(p, scale, every, NOW)
    assert len(found) <= MOST and all(a.likeness >= ENOUGH for a in found)
    allowed = [c for c in every if c.component == COMPONENT and c.year <= 2026]
    ranked = sorted(allowed, key=lambda c: (-round(by_hand(p, scale, c), 9), -c.year, c.id))
    assert [a.case.id for a in found] == [c.id for c in ranked if by_hand(p, scale, c) >= ENOUGH][:MOST]
    shuffled = list(every)
    random.shuffle(shuffled)
    assert similar(p, scale, shuffled, NOW) == found


@given(some_team(), some_case(), st.floats(0, 3), st.floats(0, 3))
def test_nearer_is_never_less_alike(p: Problem, c: Case, one: float, other: float) -> None:
    if c.scale is not None:
        place = CLASSES.index(c.scale)
        near, far = sorted((place + one - 1.5, place + other - 1.5), key=lambda x: abs(x - place))
        assert compare(p, near, c, NOW).likeness >= compare(p, far, c, NOW).likeness - 1e-12


def test_nothing_is_the_incumbent_of_a_greenfield() -> None:
    assert runs_today(team(today=None)) == "nothing" and nothing().engine_sourcing == "none"
