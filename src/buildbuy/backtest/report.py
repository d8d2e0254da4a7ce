"""The back-test as plain data: the form that the table and `--format json` print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from buildbuy import __version__
from buildbuy.backtest import score
from buildbuy.backtest.baselines import BASELINES
from buildbuy.backtest.replay import Replay
from buildbuy.backtest.score import CLASSES, GROUPS, Scored

SCHEMA_VERSION = "1.0"
NOTE = "agreement with a hindsight judgement that mostly follows what the organisation did, among firms that wrote about what worked: a check for missing mechanisms, no accuracy"


def scored(replays: Iterable[Replay]) -> list[Scored]:
    """The cases that were replayed and have a label."""
    out = []
    for one in replays:
        if one.answer is not None and one.reading is not None and not one.unusable:
            label, answer, reading = one.past.label, one.answer, one.reading
            said = {"ungated": answer.ungated, "gated": answer.gated, "most frequent": score.most_frequent(answer.shares), "leaving": answer.leaving, **{name: rule(reading) for name, rule in BASELINES.items()}}
            out.append(Scored(one.past.id, label.organisation, label.best, label.decision, label.confidence, said, answer.shares, answer.engines))
    return out


def to_dict(replays: Sequence[Replay], *, catalog_version: str, draws: int, seed: int) -> dict[str, Any]:
    """Everything a back-test has to say, free of NaN, rounded, ready for JSON."""
    cases = scored(replays)
    subsets: dict[str, list[Scored]] = {
        "all": cases,
        "choice_and_hindsight_differ": [c for c in cases if c.decision and c.decision != c.best],
        "an_engine_was_on_offer": [c for c in cases if c.engines],
    }
    data = {
        "schema_version": SCHEMA_VERSION,
        "buildbuy_version": __version__,
        "catalog_version": catalog_version,
        "draws": draws,
        "seed": seed,
        "note": NOTE,
        "cases_read": len(replays),
        "cases_scored": len(cases),
        "hits": {subset: _hits(some) for subset, some in subsets.items()},
        "brier": {group: _brier(cases, group) for group in GROUPS},
        "calibration": {group: _calibration(cases, group) for group in GROUPS},
        "differing": [c.id for c in subsets["choice_and_hindsight_differ"]],
        "unusable": [{"id": r.past.id, "why": r.unusable, "replayed": r.answer is not None} for r in replays if r.unusable],
        "cases": [_case(r) for r in replays if r.answer is not None],
    }
    rounded: dict[str, Any] = _rounded(data)
    return rounded


def _hits(cases: Sequence[Scored]) -> dict[str, dict[str, Any]]:
    return {who: {group: asdict(score.rate(cases, who, how)) for group, how in GROUPS.items()} for who in ("ungated", "gated", "most frequent", "leaving", *BASELINES)}


def _brier(cases: Sequence[Scored], group: str) -> dict[str, Any]:
    found, to_rates = score.shrink(cases, group), score.shrink(cases, group, base_rates=True)
    return {
        "stated": score.brier(cases, group),
        "stated_weighted": score.brier(cases, group, weighted=True),
        "uniform": _flat(cases, group),
        "base_rates_of_others": score.brier(cases, group, score.of_the_others(cases)),
        "shrink": None if found is None else {**asdict(found), "towards": f"1/{len(CLASSES[group])} each"},
        "shrink_to_base_rates": None if to_rates is None else {**asdict(to_rates), "towards": "base rates"},
    }


def _flat(cases: Sequence[Scored], group: str) -> float | None:
    """The score of an equal share for each class of the group."""
    if not cases:
        return None
    k = len(CLASSES[group])
    return (1 / k) ** 2 if group == "build_or_not" else 1 - 1 / k


def _calibration(cases: Sequence[Scored], group: str) -> dict[str, Any]:
    """The table of all shares, and the verdicts' own: mean share against how often they were right."""
    pairs = score.verdicts(cases, group)
    n, hits = len(pairs), sum(hit for _, hit in pairs)
    stated = sum(p for p, _ in pairs) / n if n else None
    low, high = score.wilson(hits, n) if n else (None, None)
    inside = None if stated is None or low is None or high is None else low <= stated <= high
    return {
        "verdicts": {"n": n, "stated": stated, "right": hits / n if n else None, "low": low, "high": high},
        "calibrated": inside,
        "says": _says(inside, stated, hits / n if n else None),
        "table": [asdict(b) for b in score.calibration(score.every_share(cases, group))],
    }


def _says(inside: bool | None, stated: float | None, right: float | None) -> str:
    if inside is None or stated is None or right is None:
        return "no cases to judge the shares by"
    kind = "overconfident" if stated > right else "too cautious"
    if inside:
        return f"the verdicts' shares ({stated:.0%} on average) agree with how often they were right ({right:.0%}) within the interval; this many cases can't show more"
    return f"uncalibrated: the verdicts' shares say {stated:.0%} on average, they were right in {right:.0%} ({kind})"


def _case(one: Replay) -> dict[str, Any]:
    """One replayed case; what a label says stands in `label` and nowhere else."""
    reading, answer, known, label = one.reading, one.answer, one.past.known, one.past.label
    assert reading is not None and answer is not None and known is not None
    scored_here = not one.unusable
    return {
        "id": one.past.id,
        "scored": scored_here,
        "label": {
            "organisation": label.organisation or None, "decision": label.decision or None, "hindsight_best": label.best or None, "confidence": label.confidence,
            "right": {group: how(answer.ungated) == how(label.best) for group, how in GROUPS.items()} if scored_here else None,
        },
        "component": known.component,
        "as_of": known.as_of,
        "ungated": answer.ungated or None,
        "gated": answer.gated or None,
        "leaving": answer.leaving or None,
        "option": answer.option or None,
        "gated_option": answer.first or None,
        "not_yet": answer.not_yet or None,
        "tied": list(answer.tied),
        "shares": dict(answer.shares),
        "standing": answer.standing,
        "scale": answer.scale,
        "offered": list(answer.offered),
        "baselines": {name: rule(reading) for name, rule in BASELINES.items()},
        "profile": reading.profile,
        "read": [{"statement": text, "became": became} for text, became in reading.read],
        "not_understood": list(reading.unread),
        "not_of_the_time": list(one.past.unread),
        "dropped": list(answer.dropped),
        "anachronisms": list(answer.anachronisms),
    }  # fmt: skip


def _rounded(data: Any) -> Any:
    """Shares and scores to four digits: what thousands of draws can bear."""
    if isinstance(data, float):
        return round(data, 4) + 0.0
    if isinstance(data, Mapping):
        return {k: _rounded(v) for k, v in data.items()}
    return [_rounded(x) for x in data] if isinstance(data, list | tuple) else data
