"""A run as JSON: the one form that every rendering reads. Stable, free of NaN, documented by
schema/run.schema.json.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from buildbuy import __version__
from buildbuy.decide import over_time
from buildbuy.decide.cases import Alike
from buildbuy.decide.information import Flip, at_score
from buildbuy.decide.measuring import worth_asking
from buildbuy.decide.outcome import ActionResult, Later, Outcome, Spread
from buildbuy.decide.policies import Rule
from buildbuy.decide.run import Run
from buildbuy.domain.evidence import Evidence
from buildbuy.domain.problem import DEFER, HYBRID_FROM, Driver, Option, Problem, Reason
from buildbuy.quantities.months import month_after
from buildbuy.report import calibration, words

SCHEMA_VERSION = "1.4"
REVIEW_MONTHS = 6
MEASURE_NEXT = 5


def to_dict(run: Run) -> dict[str, Any]:
    """The run as plain data, with money in the run's currency."""
    money = _Money(run.usd_per_currency)
    return {
        "schema_version": SCHEMA_VERSION,
        "buildbuy_version": __version__,
        "catalog_version": run.catalog_version,
        "as_of": run.as_of,
        "seed": run.seed,
        "draws": run.draws,
        "horizon_months": run.months,
        "currency": run.currency,
        "price_year": run.price_year,
        "name": run.name,
        "method": _method(run),
        "components": [_component(o, run, money) for o in run.outcomes.values()],
        "stack": _stack(run, money),
        "drivers": _drivers(run),
    }


def _method(run: Run) -> dict[str, Any]:
    """The choices of the method that the run was made with."""
    settings = next((o.problem.settings for o in run.outcomes.values()), None)
    if settings is None:
        return {}
    return {
        "discount_rate": settings.discount_rate,
        "opportunity_multiplier": settings.opportunity_multiplier,
        "materiality_weeks": settings.materiality_weeks,
        "risk_aversion": settings.risk_aversion,
        "monthly_budget": None if settings.budget is None else round(settings.budget / run.usd_per_currency, 4),
        "hybrid_from": HYBRID_FROM,
    }


class _Money:
    """Turns USD of the catalog's year into the run's currency, rounded to a hundredth of a cent."""

    def __init__(self, usd_per: float) -> None:
        self.usd_per = usd_per

    def __call__(self, usd: float) -> float:
        return round(usd / self.usd_per, 4) + 0.0

    def maybe(self, usd: float | None) -> float | None:
        return None if usd is None else self(usd)


def _number(x: float) -> float | None:
    """Six significant digits; None for what isn't finite."""
    return float(f"{x:.6g}") + 0.0 if math.isfinite(x) else None


def _share(x: float) -> float:
    return round(x, 4) + 0.0


def _component(outcome: Outcome, run: Run, money: _Money) -> dict[str, Any]:
    problem = outcome.problem
    chosen = outcome.actions.get(outcome.chosen or "")
    data: dict[str, Any] = {
        "id": problem.component,
        "name": problem.name,
        "greenfield": problem.greenfield,
        "today": problem.incumbent.name,
        "requirements": [f"{r.text} ({r.origin}{'' if r.must else ', wished'})" for r in problem.requirements],
        "current_stated": problem.current_stated,
        **({"today_grade": "measured"} if problem.today_seen else {}),
        "scale": _number(outcome.scale),
        "verdict": _verdict(outcome, chosen, run, money),
        "p_best": _share(chosen.p_best or 0.0) if chosen else 0.0,
        "p_best_by_sourcing": {k: _share(v) for k, v in outcome.p_best_by_sourcing.items()},
        "p_best_by_sourcing_corrected": {k: _share(v) for k, v in sorted(calibration.corrected(outcome.p_best_by_sourcing).items())},
        "p_best_note": calibration.NOTE,
        "most_frequent": outcome.most_frequent,
        "best_by_mean": outcome.best_by_mean,
        "runner_up": outcome.runner_up,
        "expected_regret": money(outcome.expected_regret),
        "materiality": money(outcome.materiality),
        "required_advantage": _advantage(outcome, money),
        "break_evens": _break_evens(outcome),
        "flips": _flips(outcome, money),
        "triggers": _triggers(outcome, run),
        "measure_next": _measure_next(outcome, money),
        "worth_by_group": [
            {"group": g.name, "evppi": money(g.worth.value), "evppi_error": money(g.worth.error), "drivers": [d.id for d in g.drivers]} for g in outcome.groups
        ],
        "tornado": _tornado(outcome, money),
        "similar_cases": [_case(a) for a in run.similar.get(problem.component, ())],
        "must_costs": [
            {"requirement": m.requirement, "saving": money(m.saving), "would_be": m.would_be or None, "cost": money(m.cost) if m.would_be else None, "bars": list(m.bars)}
            for m in outcome.must_costs
        ],
        "horizons": {str(k): v for k, v in outcome.horizons.items()},
        "structures": [{"id": s.id, "what": s.what, "best": s.best, "cost": money(s.cost), "best_cost": money(s.best_cost), "changes": s.changes} for s in outcome.structures],
        "options": [_option(r, outcome, money) for r in _ordered(outcome)],
        "over_time": _over_time(outcome, money),
        "excluded": [{"system": e.system, "name": e.name, "why": e.why, "source": e.source} for e in problem.excluded],
        "notes": list(problem.notes),
        "anachronisms": list(problem.anachronisms),
    }
    data["questions"] = words.questions(outcome, data, run.currency)
    return data


def _ordered(outcome: Outcome) -> list[ActionResult]:
    """The verdict first, then by expected cost; what a must bars comes last."""

    def key(r: ActionResult) -> tuple[bool, bool, float, str]:
        return r.policy_cost is None, r.action != outcome.chosen, r.policy_cost or r.cost.mean, r.action

    return sorted(outcome.actions.values(), key=key)


def _verdict(outcome: Outcome, chosen: ActionResult | None, run: Run, money: _Money) -> dict[str, Any]:
    if chosen is None:
        return {
            "sourcing": None, "option": None, "engine": None, "own_parts": [],
            "policy": {"first": None, "switch_to": None, "when": None, "switches_in": 0.0},
            "standing": outcome.standing, "not_yet": None, "tie": [],
            "summary": words.no_option(outcome, run.currency, run.usd_per_currency),
        }  # fmt: skip
    option = chosen.option
    return {
        "sourcing": option.sourcing,
        "option": chosen.action,
        "engine": option.system if option.engine_sourcing != "none" else None,
        "own_parts": list(option.own_parts or option.existing_parts),
        "policy": {
            "first": chosen.action,
            "switch_to": chosen.rule.target if chosen.rule else None,
            "when": _when(chosen.rule),
            "switches_in": _share(chosen.switches_in),
        },
        "standing": outcome.standing,
        "not_yet": _not_yet(outcome, money),
        "tie": list(outcome.tied),
        "summary": words.summary(outcome),
        **({} if outcome.later is None else {"later": _later(outcome.later, run)}),
    }


def _later(later: Later, run: Run) -> dict[str, Any]:
    """From when it is wanted, when to decide again, and over which horizon that could be done now."""
    return {
        "wanted_from": month_after(run.as_of, later.wanted),
        "wanted_in_months": later.wanted,
        "decide_again": month_after(run.as_of, later.again),
        "lead_months": later.lead,
        "target": later.target,
        "horizon": later.horizon,
    }


def _when(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    one = {"metric": rule.metric, "op": ">", "value": _number(rule.value), "unit": rule.unit, "after_months": rule.after_months}
    return {**one, "any": [one]}


def _not_yet(outcome: Outcome, money: _Money) -> dict[str, Any] | None:
    if outcome.not_yet is None:
        return None
    held = outcome.actions[outcome.not_yet]
    start = outcome.actions[str(outcome.chosen)]
    return {
        "option": held.action,
        "own_parts": list(held.option.own_parts),
        "expected_saving": money((start.policy_cost or 0.0) - (held.policy_cost or 0.0)),
        "measurements": [words.settle(d) for d in outcome.deciding if d.grade == "assumed"],
    }


def _advantage(outcome: Outcome, money: _Money) -> dict[str, Any] | None:
    a = outcome.required_advantage
    if a is None:
        return None
    return {
        "monthly": money(a.monthly),
        "share_of_ml_payroll": _number(a.share_of_ml_payroll),
        "against": a.against,
        "build": a.build,
        "chance_needed": None if a.chance_needed is None else _number(a.chance_needed),
    }


def _break_evens(outcome: Outcome) -> list[dict[str, Any]]:
    return [
        {
            "variable": b.variable,
            "label": outcome.problem.variables[b.variable].label,
            "unit": b.unit,
            "between": [b.one, b.other],
            "today": _number(b.today),
            "crossings": [_number(c) for c in b.crossings],
            "cheaper_above": b.cheaper_above,
            "share_of_worlds": _share(b.share),
            "p5": None if b.p5 is None else _number(b.p5),
            "p50": None if b.p50 is None else _number(b.p50),
            "p95": None if b.p95 is None else _number(b.p95),
            "quantiles": [_number(q) for q in b.quantiles],
            "ties": [{"low": None if low is None else _number(low), "high": None if high is None else _number(high)} for low, high in b.ties],
        }
        for b in outcome.break_evens
    ]


def _flips(outcome: Outcome, money: _Money) -> list[dict[str, Any]]:
    out = []
    for flip in sorted(outcome.flips, key=lambda f: (abs(f.score), f.driver.id, f.above)):
        value = _flip_value(flip, outcome)
        out.append(
            {
                "driver": flip.driver.id,
                "label": flip.driver.label,
                "value": _number(value),
                "unit": flip.driver.unit,
                "direction": "above" if flip.above else "below",
                "to": flip.to,
                "grade": flip.driver.grade,
            }
        )
    for name, discount in sorted(outcome.discounts.items(), key=lambda x: (x[1], x[0])):
        out.append({"driver": f"discount.{name}", "label": f"discount on the bill of {words.short(words.option_name(outcome.actions[name], outcome.problem))}", "value": _number(discount), "unit": "share", "direction": "above", "to": name, "grade": "quoted"})
    if outcome.multiplier_flip is not None:
        value, to = outcome.multiplier_flip
        now = outcome.problem.settings.opportunity_multiplier
        out.append({"driver": "opportunity_multiplier", "label": "worth of an engineer's hour over its cost", "value": _number(value), "unit": "dimensionless", "direction": "above" if value > now else "below", "to": to, "grade": "assumed"})
    if outcome.assistants_flip is not None and not any(f["driver"] == "assistants" for f in out):
        value, to = outcome.assistants_flip
        out.append({"driver": "assistants", "label": "all effort of own code, times what is modelled (coding assistants)", "value": _number(value), "unit": "dimensionless", "direction": "above" if value > 1 else "below", "to": to, "grade": outcome.problem.drivers["assistants"].grade if "assistants" in outcome.problem.drivers else "assumed"})
    return out


def _flip_value(flip: Flip, outcome: Outcome) -> float:
    return float(at_score(flip.driver, flip.score, outcome.scale))


def _triggers(outcome: Outcome, run: Run) -> list[dict[str, Any]]:
    """What to watch: the policy's own rule, workloads and hours whose flip lies ahead, dated
    events of the systems at stake, and a date to look again.
    """
    out: list[dict[str, Any]] = []
    chosen = outcome.actions.get(outcome.chosen or "")
    if chosen is not None and chosen.rule is not None and chosen.action != DEFER:
        rule = chosen.rule
        out.append({"kind": "policy", "metric": rule.metric, "label": words.metric_label(rule.metric, outcome.problem), "op": ">", "value": _number(rule.value), "unit": rule.unit, "how": words.how_measured(rule.metric), "date": month_after(run.as_of, rule.after_months) if rule.kind == "learning" else None, "then": rule.target})
    observed = {v.level: v for v in outcome.problem.variables.values()}
    for flip in outcome.flips:
        hours = flip.driver.id.startswith(("operate.", "gap.")) or flip.driver.id.endswith("stay.upkeep")
        if flip.driver.id in observed or hours:
            out.append({"kind": "flip", "metric": flip.driver.id, "label": flip.driver.label, "op": ">" if flip.above else "<", "value": _number(_flip_value(flip, outcome)), "unit": flip.driver.unit, "how": flip.driver.how or "ask again", "date": None, "then": flip.to})
    chosen_system = chosen.option.system if chosen else None
    for month, system, text in outcome.problem.upcoming:
        if system == chosen_system:
            out.append({"kind": "event", "metric": "date", "label": "date", "op": ">=", "value": None, "unit": "month", "how": text, "date": month, "then": None})
    out.append({"kind": "review", "metric": "date", "label": "date", "op": ">=", "value": None, "unit": "month", "how": "decide again", "date": month_after(run.as_of, outcome.later.again if outcome.later else REVIEW_MONTHS), "then": None})
    return out


def _measure_next(outcome: Outcome, money: _Money) -> list[dict[str, Any]]:
    return [
        {
            "driver": m.driver.id, "label": m.driver.label, "evppi": money(m.worth), "evppi_error": money(m.error), "evsi": money(m.measured),
            "cost_of_asking": money(m.cost), "way": m.driver.way, "how": m.how, "answer": m.driver.key or None,
            "precision": m.precision, "precision_of": "logarithm" if m.relative else "value", "grade": m.driver.grade,
        }
        for m in worth_asking(outcome.effects, outcome.hour, outcome.scale)[:MEASURE_NEXT]
    ]  # fmt: skip


def _tornado(outcome: Outcome, money: _Money) -> dict[str, Any] | None:
    """What moves the runner-up's cost less the verdict's, the strongest first."""
    if outcome.runner_up is None or not outcome.tornado:
        return None
    one, other = (outcome.actions[a].policy_cost or 0.0 for a in (str(outcome.chosen), outcome.runner_up))
    rows = []
    for bar in outcome.tornado:
        p5, _, p95 = outcome.shown[bar.driver.id]
        rows.append({"driver": bar.driver.id, "label": bar.driver.label, "unit": bar.driver.unit, "p5": _number(p5), "p95": _number(p95), "at_p5": money(other - one + bar.low), "at_p95": money(other - one + bar.high), "grade": bar.driver.grade})
    return {"between": [str(outcome.chosen), outcome.runner_up], "difference": money(other - one), "rows": rows}


def _case(found: Alike) -> dict[str, Any]:
    case = found.case
    page, later = case.sources[case.chose.source], case.sources[case.outcome.source]
    return {
        "id": case.id,
        "kind": case.kind,
        "organisation": case.organisation,
        "component": case.component,
        "year": case.year,
        "year_approximate": case.year_approximate,
        "scale": case.scale,
        "had": case.had.text if case.had else None,
        "sourcing": case.chose.sourcing,
        "engine": case.chose.engine,
        "chose": case.chose.text,
        "outcome": found.status,
        "outcome_year": found.year,
        "what_came": found.outcome,
        "likeness": _share(found.likeness),
        "alike": list(found.alike),
        "differs": list(found.differs),
        "source": page.url or "",
        "grade": page.grade,
        "as_of": page.as_of,
        "outcome_source": None if later is page or found.outcome != case.outcome.text else later.url,
    }


def _over_time(outcome: Outcome, money: _Money) -> dict[str, Any] | None:
    """What the verdict and its rivals have cost by each month, and where their means cross."""
    found = over_time.fans(outcome)
    if not found:
        return None
    names = [f"p{round(100 * q)}" for q in over_time.QUANTILES]

    def path(values: Any) -> list[float]:
        return [round(money(float(x)), 2) for x in values]

    return {
        "actions": [{"action": f.action, "mean": path(f.mean), **{n: path(q) for n, q in zip(names, f.quantiles, strict=True)}, "cash": _cash(f.cash, path)} for f in found],
        "crossings": [{"between": [x.one, x.other], "month": round(x.month, 1)} for x in over_time.crossings(found)],
        "runway": _runway(outcome),
        "worlds": min(over_time.DRAWS, outcome.draws),
        "note": "present value of what is spent before each month; without endings, later switches and the work that is yours in every option",
    }


def _cash(found: over_time.Cash, path: Callable[[Any], list[float]]) -> dict[str, Any]:
    before = found.before_runway
    return {
        "mean": path(found.mean), "p95": path(found.p95), "bought": path(found.bought), "dearest_p50": path(found.dearest)[0], "dearest_p95": path(found.dearest)[1],
        "before_runway": None if before is None else path([before])[0], "runs_out_before_use": None if found.runs_out_first is None else _share(found.runs_out_first),
    }  # fmt: skip


def _runway(outcome: Outcome) -> dict[str, Any] | None:
    """Months until the money runs out, as the profile or the stage has it."""
    driver = outcome.problem.drivers.get("runway")
    if driver is None:
        return None
    p5, p50, p95 = (round(x, 2) for x in outcome.shown["runway"])
    return {"p5": p5, "p50": p50, "p95": p95, "grade": driver.grade, "source": driver.source}


def _option(result: ActionResult, outcome: Outcome, money: _Money) -> dict[str, Any]:
    option = result.option
    return {
        "id": result.action,
        "name": words.option_name(result, outcome.problem),
        "system": option.system,
        "sourcing": option.sourcing,
        "plan": option.plan_paid.id if option.plan_paid else None,
        "own_parts": list(option.own_parts),
        "own_share": _own_share(option, outcome.problem),
        "existing_parts": list(option.existing_parts),
        "lived_without": list(option.lived_without),
        "fit": _fit(result),
        "missing_price": next((r.why for r in option.reasons if r.kind == "price"), None),
        "cost": _spread(result.cost, money),
        "cost_at_medians": money(result.cost_at_medians),
        "policy_cost": money.maybe(result.policy_cost),
        "policy": {"switch_to": result.rule.target if result.rule else None, "when": _when(result.rule), "switches_in": _share(result.switches_in), "sentence": words.rule_sentence(result.rule, outcome) if result.rule else None},
        "p_best": None if result.p_best is None else _share(result.p_best),
        "regret": money.maybe(result.regret),
        "tail_regret": money.maybe(result.tail_regret),
        "chance_over_budget": None if result.over_budget is None else _share(result.over_budget),
        "ledger": [
            {"line": x.line, "mean": money(x.mean), "p5": money(x.p5), "p95": money(x.p95), "shared": x.shared, "labour": x.labour}
            for x in result.ledger
        ],
        "labour_hours": _number(result.labour_hours),
        "usable_after_months": {"p5": result.cutover[0], "p50": result.cutover[1], "p95": result.cutover[2]},
        "exit_cost": money(result.exit_cost),
        "ends_in_horizon": _share(result.ends_in),
        "forced_exit_to": result.fallback,
        "owner": option.owner,
    }


def _own_share(option: Option, problem: Problem) -> float:
    """Own-built share of the required parts, by median build effort; from 0.25 on an engine with own
    parts is called a hybrid.
    """
    required = {name: part.median_share for name, part in problem.parts.items() if part.required}
    own = {*option.own_parts, *option.existing_parts}
    return _share(sum(v for name, v in required.items() if name in own) / sum(required.values())) if required else 0.0


def _fit(result: ActionResult) -> dict[str, Any]:
    option = result.option
    status = "met"
    if option.barred:
        status = "unmet" if any(r.must and r.status == "unmet" for r in option.reasons) else "unknown"
    elif any(r.must and r.status == "unknown" for r in option.reasons):
        status = "conditional"
    return {
        "status": status,
        "reasons": [_reason(r) for r in option.reasons],
        "gaps": [*(f"part: {p}" for p in option.lived_without), *(r.requirement for r in option.reasons if not r.must and r.status == "unmet" and r.kind != "anticipated")],
    }


def _reason(r: Reason) -> dict[str, Any]:
    return {"requirement": r.requirement, "status": r.status, "why": r.why, "grade": r.grade, "must": r.must, "bars": r.bars, "settle": r.settle, "source": r.source, "record": record(r.record)}


def record(found: Evidence | None) -> dict[str, Any] | None:
    """The measurement behind a reason: where it lies and what it says."""
    if found is None:
        return None
    return {"file": found._file, "what": found.what, "value": found.value, "unit": found.unit, "method": found.method, "n": found.n, "when": found.when, "where": found.where}


def _spread(s: Spread, money: _Money) -> dict[str, float]:
    return {"mean": money(s.mean), "p5": money(s.p5), "p50": money(s.p50), "p95": money(s.p95), "cvar90": money(s.cvar90)}


def _stack(run: Run, money: _Money) -> dict[str, Any] | None:
    stack = run.stack
    if stack is None:
        return None
    return {
        "actions": dict(sorted(stack.actions.items())),
        "mean": money(stack.mean),
        "apart": money(stack.apart),
        "as_decided": money(stack.as_decided),
        "shared_once": {k: money(v) for k, v in stack.shared_once.items()},
        "same_as_verdicts": stack.same,
    }


def _drivers(run: Run) -> list[dict[str, Any]]:
    """Every resolved driver once; those of several components are the same by construction."""
    seen: dict[str, dict[str, Any]] = {}
    for outcome in run.outcomes.values():
        for name, driver in outcome.problem.drivers.items():
            key = name if name not in seen else f"{name} ({outcome.problem.component})"
            row = _driver(driver, outcome)
            if name in seen and {k: v for k, v in seen[name].items() if k != "used_in"} == {k: v for k, v in row.items() if k != "used_in"}:
                seen[name]["used_in"].append(outcome.problem.component)
                continue
            seen[key] = {**row, "used_in": [outcome.problem.component]}
    return [{"id": k, **v} for k, v in sorted(seen.items())]


def _driver(driver: Driver, outcome: Outcome) -> dict[str, Any]:
    p5, p50, p95 = outcome.shown[driver.id]
    return {
        "label": driver.label,
        "value": {"p5": _number(p5), "p50": _number(p50), "p95": _number(p95)},
        "unit": driver.unit,
        "grade": driver.grade,
        "source": driver.source,
        "as_of": driver.as_of,
        "note": driver.note,
        "key": driver.key or None,
    }
