"""Repositories made up for a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.evidence.repo import scan

Scan = Callable[[dict[str, str]], dict[str, Any]]


@pytest.fixture(scope="session")
def catalog() -> Any:
    return load()


@pytest.fixture
def scanned(tmp_path: Path, catalog: Any) -> Scan:
    """The scan of a repository that holds these files."""

    def go(files: dict[str, str]) -> dict[str, Any]:
        for name, text in files.items():
            path = tmp_path / "repo" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (tmp_path / "repo").mkdir(exist_ok=True)
        return scan(tmp_path / "repo", catalog)

    return go


def system(result: dict[str, Any], name: str) -> dict[str, Any] | None:
    """What the scan says about a system."""
    return next((s for c in result["components"].values() for s in c["systems"] if s["system"] == name), None)
