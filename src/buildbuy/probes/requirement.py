"""What is required of a service, "p99<=20ms @ 300 req/s", and whether a measurement meets it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from buildbuy.domain.problem import Status
from buildbuy.errors import BadInput
from buildbuy.probes.compare import interval
from buildbuy.probes.load import Measured
from buildbuy.quantities import comparison
from buildbuy.questions.probed import BEYOND

HINT = 'write it like "p99<=20ms @ 300 req/s"'
_FORM = re.compile(r"\s*p(\d{1,2}(?:\.\d+)?)\s*([^@]+?)\s*(?:@\s*(.+?)\s*)?", re.ASCII)


@dataclass(frozen=True)
class Wanted:
    """`percentile`% of requests within `limit` seconds, at `rate` a second (None: none was named)."""

    percentile: float
    limit: float
    rate: float | None

    def __str__(self) -> str:
        rate = f" @ {self.rate:g} req/s" if self.rate else ""
        return f"p{self.percentile:g} <= {self.limit * 1000:g} ms{rate}"


@dataclass(frozen=True)
class Judged:
    """A measurement against what was wanted. `room` is limit / measured: 2 is twice as fast as needed."""

    status: Status
    measured: float
    room: float
    why: str


def parse(text: str) -> Wanted:
    """Read a requirement. Raises BadInput."""
    found = _FORM.fullmatch(text)
    if not found:
        raise BadInput(f"`{text}` is not a requirement", where="--require", hint=HINT)
    percentile, compared, rate = float(found[1]), found[2], found[3]
    try:
        limit = comparison.parse(compared, "second", "<=")
        wanted_rate = comparison.parse(rate, "req/second", ">=").value if rate else None
    except BadInput as e:
        raise BadInput(e.what, where="--require", why=e.why, hint=HINT) from e
    if not re.search(r"[a-z]", compared):
        raise BadInput(f"`{compared}` has no unit", where="--require", hint=HINT)
    if limit.op not in ("<=", "<") or not (0 < limit.value < 1000) or not 0 < percentile < 100 or (wanted_rate is not None and not 0 < wanted_rate < math.inf):
        raise BadInput(f"`{text}` can't be measured", where="--require", why="a percentile between 0 and 100, at most so many milliseconds, at a rate above zero", hint=HINT)
    return Wanted(percentile, limit.value, wanted_rate)


def judge(seen: Measured, wanted: Wanted) -> Judged:
    """Whether it was met here. Unknown where the generator was the bottleneck, and where its own
    lateness may be what lies between the figure and the limit; met in spite of it is met.
    """
    gross, net = seen.percentile(wanted.percentile), seen.net_percentile(wanted.percentile)
    room = wanted.limit / gross if math.isfinite(gross) else 0.0
    if seen.refused:
        return Judged("unknown", gross, room, seen.refused)
    if gross <= wanted.limit:
        return Judged("met", gross, room, "")
    if net <= wanted.limit or seen.blurred:
        return Judged("unknown", gross, room, seen.blurred or "only the generator's own lateness lies between the figure and the limit")
    if math.isinf(gross):
        return Judged("unmet", gross, 0.0, f"{seen.failed / len(seen.latency):.1%} of the requests failed")
    return Judged("unmet", gross, room, "")


def judge_all(runs: Sequence[Measured], wanted: Wanted) -> Judged:
    """Repeated runs together. Met where every run met it and the 95% interval of the figure lies within the
    limit; unmet where every run missed it. Refused runs don't count, unless all are.
    """
    counted = [x for x in runs if not x.refused] or list(runs)
    each = [judge(x, wanted) for x in counted]
    middle = sorted(each, key=lambda x: x.measured)[len(each) // 2]
    if len({x.status for x in each}) > 1:
        n = sum(x.status == "met" for x in each)
        return Judged("unknown", middle.measured, middle.room, f"{n} of {len(each)} runs met it")
    bounds = interval([x.measured for x in each])
    if middle.status == "met" and bounds is not None and bounds[1] > wanted.limit:
        return Judged("unknown", middle.measured, middle.room, f"every run met it, but they lie too far apart: the 95% interval reaches {bounds[1] * 1000:.3g} ms")
    return middle


def few(seen: Measured, percentile: float) -> bool:
    """Whether too few requests lie beyond the percentile for it to be steady."""
    return len(seen.latency) * (1 - percentile / 100) < BEYOND
