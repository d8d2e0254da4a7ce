"""Requirements as the profile states them, in the vocabulary of the component."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from buildbuy.catalog import schema as s
from buildbuy.domain.problem import Requirement
from buildbuy.domain.profile import ComponentNeeds
from buildbuy.errors import BadInput
from buildbuy.quantities import comparison
from buildbuy.quantities.money import Currency, currency_of, reader
from buildbuy.quantities.months import MONTH, months_between
from buildbuy.resolve.drivers import Drivers, key_of

WORDS = {
    "data_residency": ("residency", ("us", "eu", "uk", "ca", "apac", "own-network")),
    "compliance": ("compliance", ("soc2", "iso27001", "hipaa", "gdpr", "pci-dss", "fedramp")),
    "license": ("license", ("open-source", "no-agpl", "no-bsl")),
}
QUALIFIERS = {"origin", "level", "probability", "when", "gap_hours", "rate", "features"}
ORIGINS = ("measured", "stated", "anticipated")
_OPPOSITE = {"<=": (">=", ">"), "<": (">=", ">"), ">=": ("<=", "<"), ">": ("<=", "<")}


def requirements(drivers: Drivers, entry: s.Component, needs: ComponentNeeds, at: tuple[str | int, ...]) -> tuple[Requirement, ...]:
    """All requirements of a component, checked. Raises BadInput for unknown words and for two
    that contradict each other.
    """
    out = [_one(drivers, entry, raw, (*at, "requirements", i), i) for i, raw in enumerate(needs.requirements)]
    for i, one in enumerate(out):
        for other in out[:i]:
            _consistent(drivers, one, other, (*at, "requirements", i))
    return tuple(out)


def _one(drivers: Drivers, entry: s.Component, raw: dict[str, Any], loc: tuple[str | int, ...], index: int) -> Requirement:
    vocabulary = {*WORDS, "part", *entry.metrics}
    named = [k for k in raw if k not in QUALIFIERS]
    if len(named) != 1:
        raise BadInput(
            f"a requirement names one thing, this one {len(named)}: {', '.join(named) or 'none'}",
            where=drivers.where(loc),
            hint=f"write `- {{data_residency: eu}}`; known: {', '.join(sorted(vocabulary))}",
        )
    metric = named[0]
    where = drivers.where((*loc, metric))
    if metric not in vocabulary:
        raise BadInput(f"`{metric}` is not a requirement of {entry.id} we know", where=where, hint=f"known: {', '.join(sorted(vocabulary))}")
    must = _choice(raw.get("level", "must"), ("must", "should"), "level", where) == "must"
    origin = _choice(raw.get("origin", "stated"), ORIGINS, "origin", where)
    probability = raw.get("probability", 1.0)
    if isinstance(probability, bool) or not isinstance(probability, int | float) or not 0 <= probability <= 1:
        raise BadInput(f"`{probability}` is not a probability", where=where, hint="a number from 0 to 1")
    common: dict[str, Any] = {"must": must, "origin": origin, "probability": float(probability), "when": raw.get("when")}
    when = raw.get("when")
    if when is not None and not MONTH.fullmatch(str(when)):
        raise BadInput(f"`when: {when}` is not a month", where=where, hint="write it like 2027-06")
    if origin == "anticipated" and when is None:
        raise BadInput("an anticipated requirement says when it may come", where=where, hint="add `when: 2027-06` and, if you can, `probability: 0.3`")
    if origin == "anticipated" and "probability" not in raw:
        common["probability"] = 0.5
    if not must and metric != "part":
        label = f"hours a month lost without {metric.replace('_', ' ')}"
        if "gap_hours" in raw:
            common["gap_hours"] = drivers.given(f"{entry.id}.should.{index}.gap", label, raw["gap_hours"], "person_hour/month", (*loc, "gap_hours"), way="gap hours", how="ask the team")
        else:
            common["gap_hours"] = drivers.should_gap(f"{entry.id}.should.{index}.gap", label, key_of(*loc, "gap_hours"))
    common |= _load(raw, metric, entry, where)
    value = raw[metric]
    identity = f"{metric}:{index}"
    if metric == "part":
        if not isinstance(value, str) or value not in entry.parts:
            raise BadInput(f"`{value}` is not a part of {entry.id}", where=where, hint=f"known: {', '.join(entry.parts)}")
        return Requirement(identity, "part", metric, f"part: {value}", word=value, **common)
    if metric in WORDS:
        kind, allowed = WORDS[metric]
        word = str(value).lower().replace(" ", "-")
        return Requirement(identity, kind, metric, f"{metric.replace('_', ' ')}: {word}", word=_choice(word, allowed, metric, where), **common)
    spec = entry.metrics[metric]
    by_month = spec.kind == "deadline" and MONTH.fullmatch(str(value)) is not None
    if by_month:
        value = max(months_between(drivers.as_of, str(value)), 0)
    try:
        compared = comparison.parse(value, spec.unit, spec.op, reader(spec.unit, drivers.rates) if spec.kind == "cost" else None, bare=by_month)
    except BadInput as e:
        raise BadInput(f"{metric}: {e.what}", where=where, why=e.why, hint=e.hint) from e
    if compared.value < 0:
        raise BadInput(f"{metric}: `{value}` is negative", where=where, hint="give a positive quantity")
    said = compared
    if spec.kind == "cost":
        common["currency"] = drivers.rates.currency(currency_of(value))
        said = _as_written(compared, common["currency"])
    return Requirement(identity, spec.kind, metric, f"{metric.replace('_', ' ')} {said}", comparison=compared, settle=spec.settle, **common)


def _as_written(compared: comparison.Comparison, currency: Currency) -> comparison.Comparison:
    """An amount of USD in the currency it was stated in, to be told."""
    return replace(compared, value=compared.value / currency.usd_per, unit=compared.unit.replace("USD", currency.name))


def _load(raw: dict[str, Any], metric: str, entry: s.Component, where: str) -> dict[str, float]:
    """The rate and the number of features a request at which a performance requirement must hold."""
    given = {k: raw[k] for k in ("rate", "features") if k in raw}
    if given and (metric not in entry.metrics or entry.metrics[metric].kind != "performance"):
        raise BadInput(f"`{next(iter(given))}` belongs to a requirement of performance, not to `{metric}`", where=where, hint="leave it out")
    out: dict[str, float] = {}
    for key, value in given.items():
        unit = "req/s" if key == "rate" else "feature"
        try:
            out[key] = comparison.parse(value, unit, ">=").value
        except BadInput as e:
            raise BadInput(f"{key}: {e.what}", where=where, why=e.why, hint=f"write it like `{key}: 300{' req/s' if key == 'rate' else ''}`") from e
        if not 0 < out[key] < math.inf:
            raise BadInput(f"{key}: `{value}` is not above zero", where=where)
    return out


def _choice(value: Any, allowed: tuple[str, ...], name: str, where: str) -> Any:
    if value not in allowed:
        raise BadInput(f"`{name}` can't be `{value}`", where=where, hint=f"one of: {', '.join(allowed)}")
    return value


def _consistent(drivers: Drivers, one: Requirement, other: Requirement, loc: tuple[str | int, ...]) -> None:
    clash = False
    if one.metric == other.metric and one.must and other.must:
        if one.kind == "residency":
            clash = one.word != other.word
        elif one.comparison is not None and other.comparison is not None:
            a, b = one.comparison, other.comparison
            if b.op in _OPPOSITE.get(a.op, ()):
                low, high = (b, a) if a.op.startswith("<") else (a, b)
                clash = low.value > high.value
    if clash:
        raise BadInput(
            f"two requirements contradict each other: `{other.text}` and `{one.text}`",
            where=drivers.where(loc),
            why="no option can meet both",
            hint="remove one, or make one of them `level: should`",
        )
