"""The published schemas are those the program prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from buildbuy.report.schemas import schema

FOLDER = Path(__file__).parents[2] / "schema"


@pytest.mark.parametrize("name", ["profile", "evidence", "system", "component", "case", "backtest", "probe", "run"])
def test_a_published_schema_is_current(name: str) -> None:
    published = json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))
    assert published == json.loads(json.dumps(schema(name))), "renew it: `make schemas`"
