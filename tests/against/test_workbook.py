"""The workbook recalculated by LibreOffice: its totals are the run's, and a changed price changes
them as it does in the engine.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from buildbuy.decide import live
from buildbuy.quantities.estimate import Estimate

OFFICE = shutil.which("soffice")
pytestmark = pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not installed")
PROFILE = """\
organisation: {ml_people: 8, region: us}
currency: EUR
components:
  feature-store: {current: {home-grown: since 2024-06}}
  experiment-tracking: {}
"""


def recalculated(path: Path) -> list[list[str]]:
    """The first sheet as LibreOffice computes it; the file has no values of its own to show."""
    command = [str(OFFICE), "--headless", f"-env:UserInstallation=file://{path.parent}/office", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with path.with_suffix(".csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def without_values(path: Path, to: Path, changes: dict[str, float]) -> None:
    """A copy whose formulas carry no value, with some inputs (by id) replaced."""
    book = openpyxl.load_workbook(path)
    for row in book["Inputs"].iter_rows(min_row=2):
        if row[9].value in changes:
            row[1].value = changes[str(row[9].value)]
    book.save(to)


def totals(rows: list[list[str]]) -> dict[tuple[str, str], float]:
    head = next(i for i, r in enumerate(rows) if r[0] == "component")
    return {(r[0], r[1]): float(r[2]) for r in rows[head + 1 :] if r[0]}


@pytest.fixture
def made(buildbuy: Callable[..., Any], tmp_path: Path) -> Path:
    (tmp_path / "p.yaml").write_text(PROFILE, encoding="utf-8")
    assert buildbuy("decide", "p.yaml", "--draws", "300", "--format", "xlsx", "--out", "run.xlsx", "--save", "saved").code == 0
    return tmp_path


def test_totals_are_the_runs_to_the_cent(made: Path) -> None:
    without_values(made / "run.xlsx", made / "bare.xlsx", {})
    found = totals(recalculated(made / "bare.xlsx"))
    run = json.loads((made / "saved" / "run.json").read_text(encoding="utf-8"))
    wanted = {(c["name"], o["name"]): o["cost_at_medians"] for c in run["components"] for o in c["options"] if o["id"] != "defer"}
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        assert found[key] == pytest.approx(value, abs=0.005), key


def test_a_changed_price_changes_the_totals_as_in_the_engine(made: Path) -> None:
    """The price of an hour a half dearer, and the dearest bill's rate doubled."""
    from buildbuy.catalog.load import load
    from buildbuy.library import decided, read_profile

    given = read_profile(made / "p.yaml")
    run = decided(given, ("feature-store",), load(None), draws=300)
    outcome = run.outcomes["feature-store"]
    base = live.flows(outcome)
    bills = {d: float(abs(f.quantities[d]).sum()) for fs in base.values() for f in fs if f.line == "bill" for d in f.quantities}
    changed = {"labour": 90.0, max(bills, key=lambda d: (bills[d], d)): 0.5}
    drivers = {k: replace(d, estimate=Estimate("exact", (changed[k],), d.unit)) if k in changed else d for k, d in outcome.problem.drivers.items()}
    again = live.flows(replace(outcome, problem=replace(outcome.problem, drivers=drivers)))
    rate = 1 + outcome.problem.settings.discount_rate
    without_values(made / "run.xlsx", made / "dearer.xlsx", changed)
    found = totals(recalculated(made / "dearer.xlsx"))
    names = {o["id"]: o["name"] for c in json.loads((made / "saved" / "run.json").read_text())["components"] if c["id"] == "feature-store" for o in c["options"]}
    moved = 0
    for action, flows in again.items():
        value = sum(float(a) * rate ** (-(m + 0.5) / 12) for f in flows for m, a in enumerate(f.amount)) / run.usd_per_currency
        before = sum(float(a) * rate ** (-(m + 0.5) / 12) for f in base[action] for m, a in enumerate(f.amount)) / run.usd_per_currency
        moved += abs(value - before) > 1
        assert found["Feature store", names[action]] == pytest.approx(value, abs=0.01), action
    assert moved == len(again)
