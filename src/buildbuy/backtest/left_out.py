"""The catalog a replay is given: without public cases, and without priors drawn from the record of an
organisation whose decisions are replayed.

What is left out is the same for every case, so that who decided can't reach the engine even by way
of what is missing. `RECORDS` names, by row of docs/reference/effort-priors.md, whose record a curve
rests on; a case of an organisation in `STILL_IN` isn't scored on the components named there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from buildbuy.catalog.load import Catalog
from buildbuy.catalog.schema import Component, EffortCurve
from buildbuy.quantities import units
from buildbuy.quantities.estimate import Z95, log_parameters, parse

RECORDS: Mapping[tuple[str, str], str] = {  # (component or "", curve): whose rows
    ("feature-store", "build.first_usable"): "Gojek (B01, B02), Monzo (S09)",
    ("feature-store", "build.production"): "Gojek (B03, B04), Airbnb (B05)",
    ("feature-store", "build.upkeep"): "Gojek (U01)",
    ("data-pipeline", "build.first_usable"): "Spotify (B24), Lyft (B26)",
    ("data-pipeline", "build.production"): "Spotify (B25), Lyft (B27, B28)",
    ("data-pipeline", "build.upkeep"): "Spotify (U04), Lyft (U05)",
    ("training-compute", "build.upkeep"): "Spotify (S10)",
    ("training-compute", "managed.integrate"): "Coinbase (M03), Lyft (M06)",
}
LARGE_ONLY: Mapping[str, str] = {  # shared curves whose rows of that kind stand at L and XL
    "migrate.fixed": "Pinterest (M11)",
    "migrate.dual_running": "Pinterest (M02), Coinbase (M03), LinkedIn (M04), Spotify (M05)",
    "migrate.minutes_per_call_site": "Google (M15), Airbnb (M16)",
}
ALIKE: Mapping[str, tuple[str, ...]] = {  # curves that rest on nothing else, and what stands for them
    "migrate.per_training_job": ("migrate.per_model", "migrate.per_monitor", "migrate.per_registered_model"),
    "migrate.per_workflow_move": ("migrate.per_workflow_rewrite", "migrate.per_model", "migrate.per_monitor"),
}
STILL_IN: Mapping[str, tuple[str, ...]] = {  # organisations whose rows stay, and the components they bear on
    "mozilla": ("data-pipeline", "model-serving"), "wikimedia": ("data-pipeline", "model-serving"), "mit open learning": ("data-pipeline",), "ministry of justice": ("data-pipeline",),
    "cal-itp": ("data-pipeline",), "operate first": ("training-compute", "model-serving"), "open food facts": ("model-serving",), "open-assistant": ("model-serving",),
}  # fmt: skip
SCALES = ("S", "M", "L", "XL")
Knots = tuple[tuple[float, float], ...]  # ln-mean and ln-sd at the four scales


def own_prior(organisation: str, component: str) -> bool:
    """Whether a prior the component's options are priced with is drawn from this organisation and stays."""
    name = organisation.lower()
    return any(re.search(rf"\b{re.escape(who)}\b", name) and component in where for who, where in STILL_IN.items())


def without(catalog: Catalog) -> Catalog:
    """The catalog without public cases and with every curve of `RECORDS`, `LARGE_ONLY` and `ALIKE`
    made from curves that rest on others.
    """
    components = {name: _component(entry, catalog) for name, entry in catalog.components.items()}
    curves = dict(catalog.curves)
    for name in LARGE_ONLY.keys() & curves.keys():
        curves[name] = _written(curves[name], _carried_over(knots(curves[name])))
    for name, others in ALIKE.items():
        known = [catalog.curves[x] for x in others if x in catalog.curves]
        if name in curves and known:
            curves[name] = _written(curves[name], pooled([knots(c) for c in known]))
    return replace(catalog, components=components, curves=curves, cases={})


def _component(entry: Component, catalog: Catalog) -> Component:
    efforts = dict(entry.efforts)
    for component, name in RECORDS:
        others = [c.efforts[name] for x, c in catalog.components.items() if name in c.efforts and (x, name) not in RECORDS]
        if component == entry.id and name in efforts and others:
            efforts[name] = _written(efforts[name], pooled([knots(c) for c in others]))
    return entry.model_copy(update={"efforts": efforts})


def knots(curve: EffortCurve) -> Knots:
    """ln-mean and ln-sd at S, M, L and XL, in hours or months."""
    to = units.factor(curve.unit, units.canonical_unit(curve.unit))
    out = []
    for scale in SCALES:
        points = (parse(getattr(curve, scale), curve.unit).points * 2)[:2]
        mu, sigma = log_parameters(*points)
        out.append((mu + math.log(to), sigma))
    return tuple(out)


def pooled(curves: Iterable[Knots]) -> Knots:
    """One curve for several: at each scale the mixture's mean and sd of the logarithm (each counts
    once; how far they differ adds to how uncertain each is).
    """
    out = []
    for at in zip(*curves, strict=True):
        mean = sum(m for m, _ in at) / len(at)
        out.append((mean, math.sqrt(sum(s * s + (m - mean) ** 2 for m, s in at) / len(at))))
    return tuple(out)


def _carried_over(at: Knots) -> Knots:
    """L and XL carried on from S and M along their slope, and twice as uncertain there as at M."""
    (s, _), (m, sigma) = at[:2]
    return (*at[:2], (m + (m - s), 2 * sigma), (m + 2 * (m - s), 2 * sigma))


def _written(like: EffortCurve, at: Knots) -> EffortCurve:
    """`like` with other knots, in its own unit."""
    to = units.factor(like.unit, units.canonical_unit(like.unit))
    text = {scale: f"{math.exp(mu - Z95 * sigma) / to:.6g} to {math.exp(mu + Z95 * sigma) / to:.6g}" for scale, (mu, sigma) in zip(SCALES, at, strict=True)}
    return like.model_copy(update={**text, "basis": dict.fromkeys(SCALES, "extrapolated"), "note": "replay: rows of organisations whose decisions are replayed are left out"})
