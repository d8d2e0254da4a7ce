"""Documented limits of an offer against the workload of the one world where each driver takes its median (`today`)."""

from __future__ import annotations

import numpy as np

from buildbuy.catalog import schema as s
from buildbuy.domain import problem as d
from buildbuy.quantities import units
from buildbuy.worlds.world import World


def reasons(system: s.System, offer: s.Offer, entry: s.Component, today: World) -> list[d.Reason]:
    """Documented ceilings against today's workload and its median growth."""
    out = []
    for limit in offer.limits:
        if limit.kind not in ("quota", "soft-quota") or limit.metric not in entry.variables:
            continue
        path = today.level(limit.metric).path[:, 0]
        level = float(path[0])
        cap = limit.value * units.factor(limit.unit, entry.variables[limit.metric].unit)
        if limit.kind == "soft-quota" and level <= cap < float(path.max()):
            month = int(np.argmax(path > cap))
            text = f"{limit.metric.replace('_', ' ')} within {limit.op} {limit.value:g} {limit.unit}"
            why = f"passed in month {month} at median growth; a default quota, it can be raised on request"
            out.append(d.Reason(text, "unknown", why, system.sources[limit.source].grade, True, "performance", "ask the vendor to raise it", system.sources[limit.source].url or ""))
        if level <= cap:
            continue
        page = system.sources[limit.source]
        text = f"{limit.metric.replace('_', ' ')} {level:,.0f} within {limit.op} {limit.value:g} {limit.unit}"
        if limit.kind == "quota":
            told = f" ({limit.conditions})" if limit.conditions else ""
            out.append(d.Reason(text, "unmet", f"quota {limit.value:g} {limit.unit}{told}", page.grade, True, "limit", source=page.url or ""))
        else:
            why = f"default quota {limit.value:g} {limit.unit}; it can be raised on request"
            out.append(d.Reason(text, "unknown", why, page.grade, True, "performance", "ask the vendor to raise it", page.url or ""))
    return out


def ceilings(offer: s.Offer, entry: s.Component, today: World) -> tuple[d.Ceiling, ...]:
    """Quotas that can't be raised, as levels of the workload at which the option ends."""
    out = []
    for limit in offer.limits:
        spec = entry.variables.get(limit.metric)
        if limit.kind == "quota" and limit.op == "<=" and spec is not None:
            cap = limit.value * units.factor(limit.unit, spec.unit)
            if float(today.level(limit.metric).at(0)[0]) <= cap:
                out.append(d.Ceiling(limit.metric, cap))
    return tuple(out)
