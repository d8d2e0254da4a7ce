"""What own estimates are worth, as data and on a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from buildbuy.evidence.estimates import Normal, Pair, Update
from buildbuy.quantities.estimate import Z95
from buildbuy.report.safe import plain


def to_dict(found: Update, pairs: Sequence[Pair], record: dict[str, Any]) -> dict[str, Any]:
    """Prior, data, posterior; the factor on a next project's estimate; the record."""
    return {
        "what": "ln(actual / estimate), the organisation's part",
        "prior": _normal(found.prior),
        "data": {
            "n": found.n, "mean": _r(found.mean), "sd": None if found.sd is None else _r(found.sd), "weight": _r(found.weight), "wider_than_projects": found.wide,
            "pairs": [{"project": p.project, "ratio": _r(p.actual / p.estimate), "log_ratio": _r(p.log_ratio)} for p in pairs],
        },
        "posterior": _normal(found.posterior),
        "next_estimate_times": {"prior": _factor(found.prior, found.project_sd), "posterior": _factor(found.posterior, found.project_sd)},
        "project_sd": _r(found.project_sd),
        "record": record,
    }  # fmt: skip


def _normal(one: Normal) -> dict[str, float]:
    low, high = one.interval
    return {"mean": _r(one.mean), "sd": _r(one.sd), "p5": _r(low), "p95": _r(high)}


def _factor(one: Normal, project_sd: float) -> dict[str, float]:
    """What a next project's estimate is multiplied by: exp of the organisation's part and its own."""
    sd = math.hypot(one.sd, project_sd)
    return {"p5": _r(math.exp(one.mean - Z95 * sd)), "p50": _r(math.exp(one.mean)), "mean": _r(math.exp(one.mean + sd * sd / 2)), "p95": _r(math.exp(one.mean + Z95 * sd))}


def _r(x: float) -> float:
    return round(x, 6) + 0.0


def render(data: dict[str, Any]) -> str:
    """The update on a terminal."""
    prior, seen, posterior = data["prior"], data["data"], data["posterior"]
    before, after = data["next_estimate_times"]["prior"], data["next_estimate_times"]["posterior"]
    spread = "" if seen["sd"] is None else f", spread {seen['sd']:.3f}"
    lines = [
        "What your estimates are worth: ln(actual / estimate), your organisation's part",
        f"  prior      N({prior['mean']:.3f}, {prior['sd']:.3f}²)   90%: {prior['p5']:+.3f} to {prior['p95']:+.3f}   other organisations",
        f"  data       {seen['n']} pair{'s' * (seen['n'] != 1)}, mean {seen['mean']:+.3f}{spread}   they weigh {seen['weight']:.0%}, the prior {1 - seen['weight']:.0%}",
        f"  posterior  N({posterior['mean']:.3f}, {posterior['sd']:.3f}²)   90%: {posterior['p5']:+.3f} to {posterior['p95']:+.3f}",
        "",
        "  Your next estimate is multiplied by",
        f"    before   {before['p50']:.2f} in the middle, {before['p5']:.2f} to {before['p95']:.2f} in nine of ten",
        f"    now      {after['p50']:.2f} in the middle, {after['p5']:.2f} to {after['p95']:.2f} in nine of ten (each project's own part, {data['project_sd']:.3f}, included)",
    ]
    if seen["wider_than_projects"]:
        lines += ["", f"  Your pairs differ more from one another ({seen['sd']:.2f}) than whole projects do ({data['project_sd']:.2f}): these look like tasks.", "  Add tasks up to projects first; a task's spread says little about a project's."]
    worst = sorted((p for p in seen["pairs"] if p["project"]), key=lambda p: -abs(p["log_ratio"]))[:3]
    if worst:
        lines += ["", "  Farthest off: " + " · ".join(f"{plain(p['project'])[:40]} {p['ratio']:.2f}" for p in worst)]
    return "\n".join(lines) + "\n"
