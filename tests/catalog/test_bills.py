"""Published and worked bills come out of the catalog's price plans, at list prices; and no charge or
minimum of a plan can be left out without one of them moving.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from buildbuy.catalog import schema as s
from buildbuy.catalog.load import Catalog, load
from buildbuy.errors import BadInput
from buildbuy.resolve.bill import month_bill

BILLS = Path(__file__).parent / "bills"
KEYS = {"name", "system", "sourcing", "plan", "given", "monthly_usd", "tolerance", "arithmetic", "source"}
CASES: list[dict[str, Any]] = [case for path in sorted(BILLS.glob("*.yaml")) for case in yaml.safe_load(path.read_text(encoding="utf-8"))]


def test_there_are_cases_and_each_says_how_it_was_worked_out() -> None:
    assert len(CASES) >= 50
    for case in CASES:
        assert {*case} - {"as_of"} == KEYS, case.get("name")  # as_of: a month in which it was sold, for what is closed
        assert case["source"].startswith("https://"), case["name"]
        assert case["arithmetic"]
        assert 0 <= case["tolerance"] <= max(0.02 * case["monthly_usd"], 1), f"{case['name']}: a wide tolerance shows nothing"
    assert len({case["name"] for case in CASES}) == len(CASES)


def bill(case: dict[str, Any], catalog: Catalog) -> list[dict[str, Any]]:
    return month_bill(catalog, case["system"], case["given"], plan=case["plan"], sourcing=case["sourcing"], as_of=case.get("as_of"))


@functools.cache
def printed(index: int) -> list[dict[str, Any]]:
    """The bill of a case from the catalog as it is."""
    return bill(CASES[index], load())


@pytest.mark.parametrize("index", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_bill(index: int) -> None:
    case, rows = CASES[index], printed(index)
    assert {row["plan"] for row in rows} == {case["plan"]}
    for row in rows:
        charges = {c["name"]: c["p50"] for c in row["charges"]}
        assert row["monthly"]["p50"] == pytest.approx(case["monthly_usd"], abs=case["tolerance"]), charges


@pytest.mark.parametrize("index", range(len(CASES)), ids=[case["name"] for case in CASES])
def test_a_bill_is_the_sum_of_its_charges_or_the_plans_minimum(index: int) -> None:
    for row in printed(index):
        assert row["monthly"]["p5"] <= row["monthly"]["p50"] <= row["monthly"]["p95"]
        exact = all(c["p5"] == c["p95"] for c in row["charges"])
        if exact and row["priced"]:
            assert row["monthly"]["p50"] >= sum(c["p50"] for c in row["charges"]) - 0.01


# -- nothing is lowered in silence -----------------------------------------------------------------


def priced_plans(system: s.System) -> Iterator[tuple[str, s.Plan]]:
    """The plans that have a price, listed or a sourced range, by sourcing."""
    for sourcing, offer in system.offers.items():
        yield from ((sourcing, p) for p in offer.plans if p.unpriced is None and (p.charges or p.minimum is not None))


def changed(system: s.System, sourcing: str, plan: s.Plan, **change: Any) -> Catalog:
    """The catalog with one plan changed."""
    offer = system.offers[sourcing]
    plans = tuple(p.model_copy(update=change) if p.id == plan.id else p for p in offer.plans)
    other = system.model_copy(update={"offers": {**system.offers, sourcing: offer.model_copy(update={"plans": plans})}})
    return replace(load(), systems={**load().systems, system.id: other})


def shown(indices: list[int], charge: str) -> bool:
    """Whether a charge stands out in one of these bills: more than the tolerance in nearly every world."""
    for i in indices:
        for row in printed(i):
            found = [c for c in row["charges"] if c["name"] == charge]
            small = row["monthly"]["p50"] > sum(c["p50"] for c in row["charges"]) + CASES[i]["tolerance"]
            if len(found) == 1 and found[0]["p5"] > 2 * CASES[i]["tolerance"] and not small:
                return True
    return False


def moved(indices: list[int], catalog: Catalog) -> bool:
    """Whether a bill differs from the catalog's by more than its tolerance, or can't be computed."""
    for i in indices:
        try:
            rows = bill(CASES[i], catalog)
        except BadInput:
            return True
        if any(abs(a["monthly"]["p50"] - b["monthly"]["p50"]) > CASES[i]["tolerance"] for a, b in zip(rows, printed(i), strict=True)):
            return True
    return False


@pytest.mark.parametrize("name", sorted(load().systems))
def test_without_any_one_charge_or_minimum_of_a_priced_plan_a_bill_here_moves(name: str) -> None:
    system = load().systems[name]
    silent = []
    for sourcing, plan in priced_plans(system):
        indices = [i for i, c in enumerate(CASES) if (c["system"], c["sourcing"], c["plan"]) == (name, sourcing, plan.id)]
        for i, charge in enumerate(plan.charges):
            rest = plan.charges[:i] + plan.charges[i + 1 :]
            if not shown(indices, charge.name) and not moved(indices, changed(system, sourcing, plan, charges=rest)):
                silent.append((plan.id, charge.name))
        if plan.minimum is not None and not moved(indices, changed(system, sourcing, plan, minimum=None)):
            silent.append((plan.id, "the minimum"))
    assert silent == [], f"{name}: no bill in tests/catalog/bills would notice"
