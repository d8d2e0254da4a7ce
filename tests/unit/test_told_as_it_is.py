"""What is said of a month to come, of a plan without a price, and of a unit that doesn't fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.domain.problem import Problem
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.resolve import resolve
from buildbuy.resolve.bill import month_bill


def tracking(since: str, as_of: str | None) -> Problem:
    given: dict[str, Any] = {"components": {"experiment-tracking": {"current": {"system": "mlflow", "sourcing": "self-host", "since": since}}}}
    return resolve(Profile.model_validate(given), "experiment-tracking", load(), as_of=as_of)


@pytest.mark.parametrize(("since", "as_of"), [("2027-01", None), ("2028-01", "2027-06")])
def test_what_runs_cannot_begin_later(since: str, as_of: str | None) -> None:
    with pytest.raises(BadInput, match="lies ahead"):
        tracking(since, as_of)


@pytest.mark.parametrize(("since", "said"), [("2024-06", True), ("2023-01", False), ("2022-01", False)])
def test_an_earlier_month_says_that_it_did_not_run_yet(since: str, said: bool) -> None:
    assert ("what runs today: said to run since 2024-06" in tracking(since, "2023-01").anachronisms) == said


def test_a_plan_without_a_price_lists_no_charges_of_another() -> None:
    rows = {r["plan"]: r for r in month_bill(load(), "hopsworks", {})}
    assert len(rows["pay-as-you-go"]["charges"]) == 5
    assert (rows["enterprise"]["priced"], rows["enterprise"]["charges"]) == (False, [])


def test_charges_that_an_unpriced_plan_has_of_its_own_are_listed() -> None:
    own = next(p for p in load().systems["prefect-cloud"].offers["managed"].plans if p.unpriced and p.charges)
    [row] = month_bill(load(), "prefect-cloud", {}, plan=own.id)
    assert not row["priced"] and row["charges"]


def refused(folder: Path, *prices: str) -> BadInput:
    """What a catalog with these prices of one's own, from the third line of its file on, is refused with."""
    mine = folder / "prices" / "mine.yaml"
    mine.parent.mkdir()
    mine.write_text('sources: {quote: {url: "https://example.org/quote", as_of: 2026-01}}\nprices:\n' + "".join(f"  {p}\n" for p in prices))
    with pytest.raises(BadInput) as caught:
        load(folder)
    return caught.value


def test_a_price_of_ones_own_with_a_wrong_unit_is_found_in_ones_own_file(tmp_path: Path) -> None:
    error = refused(
        tmp_path,
        "ours/other: {name: other, provider: test, rate: {value: 1, unit: USD/hour, source: quote}}",
        "aws/dynamodb/storage: {name: ours, provider: test, rate: {value: 0.07, unit: USD/hour, source: quote}}",
    )
    assert error.where.startswith(f"{tmp_path / 'prices' / 'mine.yaml'}:4"), error.where
    assert "aws/dynamodb/storage" in error.what and "USD/hour" in error.what
    assert "systems/" in error.why


def test_what_stands_for_a_price_elsewhere_is_found_in_ones_own_file_too(tmp_path: Path) -> None:
    error = refused(tmp_path, "azure/gpu/t4/eu: {name: ours, provider: test, region: eu, rate: {value: 0.07, unit: USD/GB, source: quote}}")
    assert error.where.startswith(f"{tmp_path / 'prices' / 'mine.yaml'}:3"), error.where
