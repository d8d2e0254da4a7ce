"""What is wrong with a catalog that loads: facts that are old, second-hand, of no stated date, in dispute,
left open, no more than a range, or about to change; and how much of it rests on pages a user can open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from buildbuy.catalog import schema as s
from buildbuy.catalog.facts import Located, facts
from buildbuy.catalog.freshness import age_months, kind_of
from buildbuy.catalog.load import Catalog
from buildbuy.quantities.estimate import parse
from buildbuy.quantities.months import MONTH, month_after

SOON_MONTHS = 18
KINDS = ("stale", "second-hand", "undated", "contradictory", "open", "range", "soon")
NAMED = (  # the systems that the framework names, in every form they are sold in
    "weights-and-biases", "weights-and-biases-dedicated", "mlflow", "databricks-managed-mlflow", "comet", "feast", "tecton", "hopsworks",
    "vertex-ai-feature-store", "sagemaker-feature-store", "fastapi-container", "triton", "bentoml", "bentocloud", "seldon-core", "ray-serve",
    "sagemaker-endpoints", "sagemaker-serverless", "airflow", "amazon-mwaa", "prefect", "prefect-cloud", "dagster", "dagster-plus", "arize-ax",
    "whylabs", "evidently", "evidently-cloud", "vertex-ai-model-monitoring", "sagemaker-model-monitor", "aws-ec2-gpu", "gcp-gpu", "modal",
    "lambda-cloud", "coreweave",
)  # fmt: skip
Hand = Literal["first", "second", "judgement", "machines"]


@dataclass(frozen=True)
class Remark:
    """One thing to look at: its kind, the fact, and why."""

    kind: str
    where: str
    said: str
    why: str
    as_of: str
    source: str


def remarks(catalog: Catalog) -> list[Remark]:
    """Everything to look at, by kind and place."""
    out = [r for one in facts(catalog) for r in _about(one, catalog.month)]
    out += [_remark("soon", f"systems:{x.id}", event.text, f"due {event.when}", event.as_of or "", "") for x in catalog.systems.values() for event in x.events if catalog.month < event.when <= month_after(catalog.month, SOON_MONTHS)]
    return sorted(dict.fromkeys(out), key=lambda r: (KINDS.index(r.kind), r.where, r.said))


def _about(one: Located, now: str) -> list[Remark]:
    if one.grade == "assumed":
        return []  # judgement neither ages nor is it anybody's word
    out = []
    kind, months = kind_of(one.owner, one.fact)
    age = age_months(one.as_of, now, one.page.last_verified, undated=one.undated)
    if months is not None and age > months:
        out.append(_of("stale", one, f"{kind}, {age} months old ({f'page undated, read {one.as_of}' if one.undated else f'as of {one.as_of}'}), taken to hold for {months}"))
    if one.grade == "secondary":
        out.append(_of("second-hand", one, f"known from {one.page.via or one.page.title or 'someone who read it'}"))
    if one.undated:
        out.append(_of("undated", one, f"its page states no date; read {one.as_of}"))
    out += _unsettled(one, kind)
    if isinstance(one.fact, s.Availability):
        out += [_of("soon", one, f"{what} {month}") for what, month in (("closes to newcomers", one.fact.newcomers_until), ("ends", one.fact.until)) if month and now <= month <= month_after(now, SOON_MONTHS)]
    return out


def _unsettled(one: Located, kind: str) -> list[Remark]:
    """What is not one figure: readings that differ, readings between which the page doesn't decide, a price that is a range."""
    if one.disputed:
        said = None if one.page.disputed else one.fact.note
        return [_of("contradictory", one, f"readings differ: {said or one.page.note or one.page.via or 'see its page'}")]
    if not isinstance(one.fact, s.Fact | s.Rate) or one.fact.value is None:
        return []
    stated = parse(one.fact.value, "", convert=lambda unit: 1.0)
    if stated.kind == "one_of":
        return [_of("open", one, getattr(one.fact, "note", None) or getattr(one.fact, "label", None) or "more than one reading is possible")]
    return [_of("range", one, "a range, not one price")] if kind == "price" and not stated.is_exact else []


def _of(kind: str, one: Located, why: str) -> Remark:
    return _remark(kind, one.where, one.said, why, one.as_of, one.page.url or "")


def _remark(kind: str, where: str, said: str, why: str, as_of: str, source: str) -> Remark:
    return Remark(kind, where, said, why, as_of, source)


@dataclass(frozen=True)
class PricedPlan:
    """A plan with charges, and whose word its rates are: `first`, all read on the vendor's own pages;
    `judgement`, all our own; `machines`, none but references to tables of prices; else `second`.
    """

    system: str
    sourcing: str
    plan: str
    hand: Hand


def counts(catalog: Catalog) -> dict[str, float | int | dict[str, int]]:
    """How many facts there are, by grade; of all of them, how many have a source and a month, for how many that is
    the month in which a page without a date was read, how many have a page, and how many are our own
    judgement (of which some cite a page too); and, among the plans of the systems the framework names
    that somebody has priced, the share of those known first-hand.
    """
    every = list(facts(catalog))
    hands = Counter(p.hand for p in priced(catalog))
    stated = hands["first"] + hands["second"]
    return {
        "facts": len(every),
        "by_grade": dict(sorted(Counter(x.grade for x in every).items())),
        "with_source_and_as_of": _share(every, lambda x: MONTH.fullmatch(x.as_of) is not None),
        "of_undated_pages": sum(x.undated for x in every),
        "with_page": _share(every, lambda x: x.page.url is not None),
        "own_judgement": _share(every, lambda x: x.grade == "assumed"),
        "with_page_of_what_is_no_judgement": _share([x for x in every if x.grade != "assumed"], lambda x: x.page.url is not None),
        "judgement_with_page": _share(every, lambda x: x.grade == "assumed" and x.page.url is not None),
        "systems": len(catalog.systems),
        "named_systems": sum(name in catalog.systems for name in NAMED),
        "priced_plans_of_named_systems": stated,
        "of_those_not_second_hand": round(hands["first"] / stated, 4) if stated else 1.0,
        "plans_on_our_own_judgement": hands["judgement"],
        "plans_on_machine_prices_only": hands["machines"],
    }


def priced(catalog: Catalog) -> list[PricedPlan]:
    """Every plan with charges of the systems that the framework names."""
    named = [catalog.systems[name] for name in NAMED if name in catalog.systems]
    return [PricedPlan(x.id, sourcing, p.id, _hand(x, p)) for x in named for sourcing, offer in x.offers.items() for p in offer.plans if p.charges]


def _hand(system: s.System, plan: s.Plan) -> Hand:
    rates = [c.rate for c in plan.charges if c.rate.price is None]
    grades = {r.grade or system.sources[str(r.source)].grade for r in rates}
    if not grades:
        return "machines"
    if grades == {"assumed"}:
        return "judgement"
    return "first" if grades <= {"documented", "quoted"} else "second"


def _share(items: list[Located], holds: Callable[[Located], bool]) -> float:
    return round(sum(map(holds, items)) / len(items), 4) if items else 1.0
