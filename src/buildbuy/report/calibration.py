"""What decided cases say about the shares of modelled worlds, and the rule that corrects them.

The figures are those of docs/concepts/back-test.md: 51 public cases, catalog 2026.11, four-way. The
weight is judged on organisations left out; it is renewed with `buildbuy backtest` and not by hand.
"""

from __future__ import annotations

from collections.abc import Mapping

from buildbuy.backtest.past import SOURCINGS
from buildbuy.backtest.score import shrunk

CASES = 51
WEIGHT = 0.60  # of the equal share, 0.55 to 0.65 over the folds
STATED, RIGHT = 0.64, 0.39  # what the verdicts' sourcings had of the worlds, and how often they were right
NOTE = f"share of modelled worlds, no probability: in {CASES} decided cases the verdict's sourcing had {STATED:.0%} of them and was right in {RIGHT:.0%}"


def corrected(by_sourcing: Mapping[str, float]) -> dict[str, float]:
    """Shares by sourcing, shrunk towards a quarter each; `defer`, which no case knows, keeps its share and
    the others share the rest. Empty where nothing may be taken.
    """
    deferred = by_sourcing.get("defer", 0.0)
    rest = 1.0 - deferred
    if not by_sourcing or rest <= 0:
        return dict(by_sourcing)
    found = shrunk({s: by_sourcing.get(s, 0.0) / rest for s in SOURCINGS}, WEIGHT, SOURCINGS)
    out = {s: share * rest for s, share in found.items()}
    return {**out, "defer": deferred} if "defer" in by_sourcing else out
