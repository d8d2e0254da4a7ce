"""Documented limits of an offer against the workload of the one world where each driver takes its median (`today`)."""

from __future__ import annotations

import numpy as np

from buildbuy.catalog import schema as s
from buildbuy.domain import problem as d
from buildbuy.quantities import units
from buildbuy.worlds.draws import Array
from buildbuy.worlds.world import World


def reasons(system: s.System, offer: s.Offer, entry: s.Component, today: World) -> list[d.Reason]:
    """Documented ceilings against today's workload and its median growth."""
    out = []
    for limit in offer.limits:
        if limit.kind not in ("quota", "soft-quota") or limit.metric not in entry.variables:
            continue
        name = limit.metric.replace("_", " ")
        path = today.level(limit.metric).path[:, 0]
        cap = _cap(limit, entry, today)
        over = path > cap
        if not over.any():
            continue
        page, month = system.sources[limit.source], int(np.argmax(over))
        level = f"{path[0]:,.0f}" if path[0] >= 100 else f"{path[0]:.3g}"
        text = f"{name} {level} within {limit.bound}" if month == 0 else f"{name} within {limit.bound} (passed in month {month})"
        if limit.kind == "soft-quota":
            why = "a default quota, passed at median growth; it can be raised on request"
            out.append(d.Reason(text, "unknown", why, page.grade, True, "performance", d.RAISE, page.url or ""))
        elif month == 0:
            told = f" ({limit.conditions})" if limit.conditions else ""
            out.append(d.Reason(text, "unmet", f"quota {limit.bound}{told}", page.grade, True, "limit", source=page.url or ""))
    return out


def _cap(limit: s.Limit, entry: s.Component, today: World) -> Array | float:
    """The ceiling in the unit of what it caps, by month where it follows another variable."""
    cap = limit.value * units.factor(limit.unit, entry.variables[limit.of or limit.metric].unit)
    return cap if limit.of is None else cap * today.level(limit.of).path[:, 0]


def ceilings(offer: s.Offer, entry: s.Component, today: World) -> tuple[d.Ceiling, ...]:
    """Quotas that can't be raised, as levels of the workload at which the option ends."""
    out = []
    for limit in offer.limits:
        spec = entry.variables.get(limit.metric)
        if limit.kind == "quota" and limit.op == "<=" and limit.of is None and spec is not None:
            cap = limit.value * units.factor(limit.unit, spec.unit)
            if float(today.level(limit.metric).at(0)[0]) <= cap:
                out.append(d.Ceiling(limit.metric, cap))
    return tuple(out)
