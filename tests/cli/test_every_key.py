"""Every key of a full profile with every kind of wrong value: a message with file and line, or a
problem that can be decided; nothing else ever comes out.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from buildbuy import library
from buildbuy.catalog.load import load
from buildbuy.errors import BadInput

PROFILE: dict[str, Any] = {
    "name": "Everything",
    "currency": "EUR",
    "organisation": {
        "stage": "series-a", "ml_people": 4, "platform_people": "0.5 to 2", "region": "eu", "hourly_cost": "70 EUR/h",
        "growth": {"traffic": "50% per year", "people": 0.2, "models": "0.1 to 0.5", "data": "20% to 80% per year"},
    },
    "have": ["kubernetes"],
    "credits": {"aws": "1000 USD"},
    "method": {"discount_rate": 0.1, "opportunity_multiplier": 1.5, "materiality_weeks": 2, "risk_aversion": 0.1, "budget": "900 USD/month"},
    "components": {
        "experiment-tracking": {
            "current": {"system": "birch", "sourcing": "self-host", "plan": "server", "since": "2024-01", "contract_end": "2026-06", "size": 4000, "paths": ["src"], "upkeep": "4 to 9 h/month", "bill": "90 USD/month"},
            "workload": {"users": "5 to 7", "data_stored": "100 to 300 GB", "call_sites": {"p10": 20, "p50": 40, "p90": 90}, "growth": "50% per year"},
            "parts": ["run-logging", "alerts"],
            "requirements": [
                {"data_residency": "eu", "level": "should", "gap_hours": "2 h/month"},
                {"search_p95": "<= 900 ms", "origin": "anticipated", "probability": 0.4, "when": "2027-01"},
                {"part": "run-logging"},
                {"compliance": "soc2"},
                {"monthly_cost": "<= 5000 USD/month"},
            ],
            "value_monthly": "500 to 900 EUR/month",
            "gap_hours": {"acorn": "3 h/month", "stay": "1 to 4 h/month"},
            "quotes": {"cedar": "700 USD/month"},
            "estimates": {"build": "3 to 6 person_months"},
            "differentiation": {"claim": "faster research", "value_monthly": "100 to 900 USD/month", "measured": "an A/B test"},
            "wanted_from": "2026-03",
        }
    },
}  # fmt: skip
WRONG: dict[str, Any] = {
    "nothing": None, "true": True, "zero": 0, "minus": -3, "minus range": "-9 to -3", "tiny": 1e-300, "vast": 1e300, "half": 0.5,
    "empty": "", "word": "no such thing", "infinite": "inf", "nan": ".nan", "unit": "5 parsec", "other unit": "5 GB", "money": "5 EUR/month",
    "backwards": "9 to 3", "list": [], "texts": ["a", "b"], "lists": [[1], [2]], "mapping": {}, "keys": {"a": {"b": "c"}},
    "half known": {"p10": 1}, "samples": {"samples": [[1], {}]}, "backwards points": {"p10": 9, "p50": 3, "p90": 1}, "codes": "\x1b[2J`*<b>", "month": "2026-13",
}  # fmt: skip


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and item of plain data, the inner nodes too."""
    if path:
        yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from places(value, (*path, key))


def put(data: Any, path: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(data)
    at = changed
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    return changed


def resolved(data: Any, path: Path) -> dict[str, Any]:
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return library.problems(library.read_profile(path), ("experiment-tracking",), catalog=load(), evidence={}, as_of=None, months=36)


@pytest.mark.parametrize("path", list(places(PROFILE)), ids=lambda p: ".".join(map(str, p)))
def test_a_wrong_value_is_refused_where_it_stands_or_makes_sense(path: tuple[Any, ...], tmp_path: Path, test_catalog: Path) -> None:
    refused = 0
    for name, wrong in WRONG.items():
        file = tmp_path / "p.yaml"
        try:
            resolved(put(PROFILE, path, wrong), file)
        except BadInput as e:
            refused += 1
            assert e.where.startswith(f"{file}:"), f"{name}: {e}"
            assert e.what
    assert refused > 0 or path == ("name",) or path[-1] in ("claim", "measured")


def test_the_whole_profile_is_read(tmp_path: Path, test_catalog: Path) -> None:
    problem = resolved(PROFILE, tmp_path / "p.yaml")["experiment-tracking"]
    assert problem.incumbent.system == "birch"
    assert len(problem.requirements) == 5
    assert problem.claim_measured
