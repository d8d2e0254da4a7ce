"""Scans of real repositories against labels set by hand (tests/data/scan_truth). Skipped, and says so,
where a checkout isn't there: `BUILDBUY_SCAN_REPOS=DIR pytest tests/evidence/test_truth.py`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from buildbuy.catalog.load import load
from buildbuy.evidence.repo import scan

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from scan_truth import TRUTH, missing


@pytest.mark.parametrize("path", sorted(TRUTH.glob("*.yaml")), ids=lambda p: p.stem)
def test_a_labelled_repository(path: Path) -> None:
    home = os.environ.get("BUILDBUY_SCAN_REPOS")
    if not home or not (Path(home) / path.stem).is_dir():
        pytest.skip(f"no checkout of {path.stem}: set BUILDBUY_SCAN_REPOS to a folder that holds it")
    truth = yaml.safe_load(path.read_text(encoding="utf-8"))
    result = scan(Path(home) / path.stem, load())
    for names, gone in missing(truth, result).values():
        assert len(gone) <= 0.01 * names, gone
    found = {(c, s["system"]): s for c, x in result["components"].items() for s in x["systems"]}
    wanted = {(s["component"], s["system"]): s for s in truth["systems"]}
    assert {s for _, s in wanted.keys() - found.keys()} == set(truth.get("missed") or ())
    assert {p for k, s in wanted.items() if k in found for p in s["at"] if p not in found[k]["at"]} == set()
    extra = {k for k in found.keys() - wanted.keys() if k[1] not in (truth.get("either") or ())}
    assert len(extra) <= 0.1 * max(len(found), 10), extra
    assert not {s for _, s in found} & set(truth["not"])
    for one in found.values():
        for sign in one["signs"]:
            _stands(Path(home) / path.stem, sign)


def _stands(root: Path, sign: dict[str, Any]) -> None:
    """The line named holds a word of what was found there, unless an alias or a path speaks for it."""
    file, _, line = sign["at"].rpartition(":")
    lines = (root / file).read_text(encoding="utf-8", errors="replace").splitlines()
    assert 1 <= int(line) <= max(len(lines), 1), sign
    if sign["kind"] in ("declared", "image", "kubernetes", "environment"):
        text = lines[int(line) - 1].lower().replace("_", "-")
        first, *rest = sign["found"].lower().replace("_", "-").split(":")
        word = rest[-1] if "<artifactid>" in text and "<groupid>" not in text else first  # a group of Maven's may be a property
        assert word in text, (sign, text)
