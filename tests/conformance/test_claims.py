"""Every claim against its bar (bars.py); a claim that is known to miss must go on missing, or be
taken off the list.
"""

from __future__ import annotations

import pytest
from findings import CLAIMS, WIDER_CLAIMS
from misses import MISSES

pytestmark = pytest.mark.slow


def _cases() -> list[object]:
    marks = {name: pytest.mark.xfail(strict=True, raises=AssertionError, reason=why) for name, why in MISSES.items()}
    return [pytest.param(claim, id=claim.__name__, marks=marks.get(claim.__name__, ())) for claim in (*CLAIMS, *WIDER_CLAIMS)]


@pytest.mark.parametrize("claim", _cases())
def test_claim(claim):
    finding = claim()
    assert finding.holds, finding.sentence
