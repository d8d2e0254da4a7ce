"""Sentences call options by short names: no two of a component share one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from buildbuy import library
from buildbuy.report.run_json import to_dict
from buildbuy.report.words import short

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*/profile.yaml"))


@pytest.mark.parametrize("profile", EXAMPLES, ids=lambda p: p.parent.name)
def test_short_names_tell_options_apart(profile: Path) -> None:
    for c in to_dict(library.decide(profile, draws=200))["components"]:
        names = Counter(short(o["name"]) for o in c["options"])
        assert [n for n, times in names.items() if times > 1] == []
