"""Published and worked bills come out of the catalog's price plans, at list prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from buildbuy.catalog.load import load
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


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_bill(case: dict[str, Any]) -> None:
    rows = month_bill(load(), case["system"], case["given"], plan=case["plan"], sourcing=case["sourcing"], as_of=case.get("as_of"))
    assert {row["plan"] for row in rows} == {case["plan"]}
    for row in rows:
        charges = {c["name"]: c["p50"] for c in row["charges"]}
        assert row["monthly"]["p50"] == pytest.approx(case["monthly_usd"], abs=case["tolerance"]), charges


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_bill_is_the_sum_of_its_charges_or_the_plans_minimum(case: dict[str, Any]) -> None:
    for row in month_bill(load(), case["system"], case["given"], plan=case["plan"], sourcing=case["sourcing"], as_of=case.get("as_of")):
        assert row["monthly"]["p5"] <= row["monthly"]["p50"] <= row["monthly"]["p95"]
        exact = all(c["p5"] == c["p95"] for c in row["charges"])
        if exact and row["priced"]:
            assert row["monthly"]["p50"] >= sum(c["p50"] for c in row["charges"]) - 0.01
