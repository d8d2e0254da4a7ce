"""The published JSON Schemas: of the profile, a system, a component, a public case, evidence and a run."""

from __future__ import annotations

from typing import Any, get_args

_NUMBER: dict[str, Any] = {"type": "number"}
_MAYBE: dict[str, Any] = {"type": ["number", "null"]}
_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT}
_GRADES = ["measured", "quoted", "documented", "secondary", "reference-class", "stated", "assumed"]
_SOURCINGS = ["managed", "self-host", "build", "hybrid", "defer"]


def schema(name: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of `name`: profile, evidence, system, component, case, scan, backtest, probe or run."""
    if name == "run":
        return _run()
    if name == "scan":
        return _scan()
    if name == "backtest":
        return _backtest()
    if name == "probe":
        return _probe()
    from pydantic import BaseModel

    from buildbuy.catalog.schema import Case, Component, System
    from buildbuy.domain.evidence import Evidence
    from buildbuy.domain.profile import Profile

    models: dict[str, type[BaseModel]] = {"profile": Profile, "evidence": Evidence, "system": System, "component": Component, "case": Case}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **models[name].model_json_schema()}


def _object(properties: dict[str, Any], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [k for k in properties if k not in optional],
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _maybe(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "null"}]}


def _table(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _scan() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    lock_in = _object(
        {**dict.fromkeys(("import_sites", "call_sites", "api_surface", "files", "dependants"), count), "kinds": _table(count), "places": _table(_TEXTS), "api": _TEXTS, "sites": _TEXTS, "deployment_files": count, "outside_core": {"type": "integer"}},
        optional=("deployment_files", "outside_core"),
    )  # fmt: skip
    year = _object({"commits": count, "fix_share": share, "lines_changed": _MAYBE})
    effort = _maybe(
        _object(
            {
                "person_hours": _object({"low": _NUMBER, "high": _NUMBER}), "methods": _table(_NUMBER), "grade": {"enum": _GRADES}, "confidence": _TEXT,
                **dict.fromkeys(("commits", "squashed", "people", "bus_factor"), count), "first": _TEXT, "last": _TEXT, "age_months": _NUMBER,
                "by_year": _table(year), "notes": _TEXTS,
            }
        )
    )  # fmt: skip
    sign = _object({"kind": _TEXT, "found": _TEXT, "at": _TEXT, "use": _TEXT})
    system = _object(
        {
            "system": _TEXT, "name": _TEXT, "also": _TEXTS, "built_on": {"type": "boolean"},
            "use": {"enum": ["core", "example", "docs", "test", "vendored", "declared", "locked", "own"]}, "confidence": share, "grade": {"enum": _GRADES},
            "signs": _list(sign), "signs_total": count, "at": _TEXTS, "lock_in": lock_in,
        }
    )  # fmt: skip
    reason = _object({"kind": _TEXT, "found": _TEXTS, "at": _TEXTS})
    own = _object({"what": _TEXT, "paths": _TEXTS, "files": _TEXTS, "lines": count, "confidence": share, "reasons": _list(reason), "parts": _TEXTS, "effort": effort, "lock_in": lock_in})
    tied = _object({"path": _TEXT, "portable": {"type": "boolean"}, "vendors": _list(_object({"system": _TEXT, "at": _TEXT})), "cloud_sdks": _TEXTS})
    one = _object(
        {
            **dict.fromkeys(("schema_version", "buildbuy_version", "catalog_version", "repository", "input_hash"), _TEXT), "commit": _MAYBE_TEXT,
            "files_read": count, "left_out": _table(count), "lines": count,
            "declared": _list(_object({"name": _TEXT, "ecosystem": _TEXT, "at": _TEXTS})),
            "components": _table(_object({"systems": _list(system), "home_grown": _list(own)})),
            "portability": _list(tied), "history": _object({"effort": effort, "bot_commits": count, "notes": _TEXTS}),
        }
    )  # fmt: skip
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "buildbuy scan", **_object({"schema_version": _TEXT, "repositories": _list(one)})}


def _probe() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    machine = _object({"cores": count, "processor": _TEXT, "memory_gb": _NUMBER, "load_before": _NUMBER, "system": _TEXT, "python": _TEXT})
    generator = _object({"held": _NUMBER, "lag_p99_ms": _NUMBER, "cpu": _NUMBER, "refused": _MAYBE_TEXT, "blurred": _MAYBE_TEXT})
    status = {"enum": ["met", "unmet", "unknown"]}
    cost = _object(
        {
            **dict.fromkeys(("usd", "low", "high", "core_ms", "usd_per_hour"), _NUMBER), **dict.fromkeys(("basis", "machine", "source", "as_of"), _TEXT),
            "grade": {"enum": _GRADES}, "utilisation": _list(_NUMBER), "utilisation_grade": {"enum": _GRADES},
        }
    )  # fmt: skip
    pair = _object({"slow": _TEXT, "fast": _TEXT, **dict.fromkeys(("ratio", "low", "high"), _NUMBER), "different": {"type": "boolean"}})
    told_apart = {"noise": _MAYBE, "noise_of": _MAYBE_TEXT, "pairs": _list(pair)}
    judged = _object({"status": status, "measured_ms": _MAYBE, "room": _NUMBER, "why": _TEXT})
    about = _object(
        {
            "system": _TEXT, "profile": _TEXT, "versions": _table(_TEXT), "settings": _TEXTS, "isolated": {"type": "boolean"}, "ready_seconds": _NUMBER,
            "workers": count, "models": count, "memory_mb": _NUMBER, "shared_fairly_mb": _MAYBE, "processes": count, "cpu_ms_per_request": _NUMBER,
        }
    )  # fmt: skip
    one = _object(
        {
            "name": _TEXT, "rate": _NUMBER, "seconds": _NUMBER, "warmup": _NUMBER, "requests": count, "failed": count, "failures": _table(count),
            "answered_rate": _NUMBER, "peak_in_flight": count, "latency_ms": _object(dict.fromkeys(("p50", "p90", "p95", "p99", "p99_9", "max"), _MAYBE)),
            "few_beyond": _TEXTS, "generator": generator, "judged": _maybe(judged), "about": _maybe(about),
            "runs": _object({"percentile": _TEXT, "ms": _list(_MAYBE), "counted": count, "interval_ms": _maybe(_list(_NUMBER))}), "curve": _list(_list(_MAYBE)),
            "ladder": _list(_object({"rate": _NUMBER, "status": status, "measured_ms": _MAYBE, "answered_rate": _NUMBER, "why": _TEXT})), "ladder_ended": _TEXT, "cost": _list(cost),
        }
    )  # fmt: skip
    figure = {"anyOf": [_object({"what": _TEXT, "value": _NUMBER, "unit": _TEXT, "n": count, "how": _TEXT, "runs": _list(_NUMBER), "missed": _TEXTS, "interval": _maybe(_list(_NUMBER))}), _object({"what": _TEXT, "why_not": _TEXT})]}
    took = {"ready_seconds": _NUMBER, "seconds": _NUMBER, "cpu_seconds": _NUMBER, "memory_mb": _NUMBER, "shared_fairly_mb": _MAYBE, "processes": count, "runs": count}
    exercised = _object(
        {
            "name": _TEXT, "figures": _list(figure),
            "about": _object({"system": _TEXT, "profile": _TEXT, "versions": _table(_TEXT), "settings": _TEXTS, "isolated": {"type": "boolean"}, "size": _NUMBER, **took}),
        }
    )  # fmt: skip
    whole = _object(
        {
            "schema_version": _TEXT, "buildbuy_version": _TEXT, "when": _TEXT, "what": _TEXT, "proves": {"enum": ["production", "own_model", "stand_in", "exercise"]}, "machine": machine,
            "requirement": _MAYBE_TEXT, "converted": _MAYBE_TEXT, "table": _MAYBE_TEXT, "results": _list({"anyOf": [one, exercised]}), "not_measured": _list(_object({"name": _TEXT, "why": _TEXT})),
            "comparison": _maybe(_object({"percentile": _TEXT, **told_apart})), "comparisons": _list(_object({"what": _TEXT, **told_apart})),
            "decision": _maybe(_object({"before": _TEXT, "after": _TEXT, "same": {"type": "boolean"}, "settled": _list(_object({"option": _TEXT, "requirement": _TEXT})), "seen": _list(_object({"option": _TEXT, "requirement": _TEXT, "why": _TEXT}))})),
        }
    )  # fmt: skip
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "buildbuy probe", **whole}


def _backtest() -> dict[str, Any]:
    count = {"type": "integer", "minimum": 0}
    sourcing = {"enum": [s for s in _SOURCINGS if s != "defer"]}
    maybe_sourcing = {"enum": [*sourcing["enum"], None]}
    groups = ("three_way", "four_way", "build_or_not")
    rate = _object({"n": count, "hits": count, **dict.fromkeys(("share", "low", "high", "weighted"), _MAYBE)})
    hits = _table(_object(dict.fromkeys(groups, rate)))
    shrink = _object({**dict.fromkeys(("weight", "cross_validated", "stated", "weights_low", "weights_high"), _NUMBER), "towards": _TEXT})
    brier = _object({**dict.fromkeys(("stated", "stated_weighted", "uniform", "base_rates_of_others"), _MAYBE), "shrink": _maybe(shrink), "shrink_to_base_rates": _maybe(shrink)})
    row = _object({"low": _NUMBER, "high": _NUMBER, "n": count, **dict.fromkeys(("stated", "came", "came_low", "came_high"), _MAYBE)})
    verdicts = _object({"n": count, **dict.fromkeys(("stated", "right", "low", "high"), _MAYBE)})
    calibration = _object({"verdicts": verdicts, "calibrated": {"type": ["boolean", "null"]}, "says": _TEXT, "table": _list(row)})
    label = _object(
        {
            "organisation": _MAYBE_TEXT, "decision": maybe_sourcing, "hindsight_best": maybe_sourcing, "confidence": _NUMBER,
            "right": _maybe(_object({group: {"type": "boolean"} for group in groups})),
        }
    )  # fmt: skip
    case = _object(
        {
            "id": _TEXT, "scored": {"type": "boolean"}, "label": label, "component": _TEXT, "as_of": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
            "ungated": {"enum": [*_SOURCINGS, None]}, "gated": {"enum": [*_SOURCINGS, None]}, "leaving": {"enum": [*_SOURCINGS, None]}, "option": _MAYBE_TEXT, "gated_option": _MAYBE_TEXT, "not_yet": _MAYBE_TEXT, "tied": _TEXTS,
            "shares": _table(_NUMBER), "standing": {"enum": ["on evidence", "on reference classes", "on assumptions"]}, "scale": _NUMBER, "offered": _TEXTS,
            "baselines": _table(sourcing), "profile": {"type": "object"}, "read": _list(_object({"statement": _TEXT, "became": _TEXT})),
            "not_understood": _TEXTS, "not_of_the_time": _TEXTS, "dropped": _TEXTS, "anachronisms": _TEXTS,
        }
    )  # fmt: skip
    whole = _object(
        {
            **dict.fromkeys(("schema_version", "buildbuy_version", "catalog_version"), _TEXT), "draws": count, "seed": count, "note": _TEXT, "cases_read": count, "cases_scored": count,
            "hits": _object(dict.fromkeys(("all", "choice_and_hindsight_differ", "an_engine_was_on_offer"), hits)),
            "brier": _object(dict.fromkeys(groups, brier)), "calibration": _object(dict.fromkeys(groups, calibration)),
            "differing": _TEXTS, "unusable": _list(_object({"id": _TEXT, "why": _TEXT, "replayed": {"type": "boolean"}})), "cases": _list(case),
        }
    )  # fmt: skip
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "buildbuy backtest", **whole}


def _run() -> dict[str, Any]:
    from buildbuy.catalog.schema import Case, CaseStatus, ScaleClass
    from buildbuy.domain.problem import Way

    month = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}
    condition = _object({"metric": _TEXT, "op": _TEXT, "value": _MAYBE, "unit": _TEXT, "after_months": _NUMBER})
    when = _object({**condition["properties"], "any": _list(condition)})
    spread = _object(dict.fromkeys(("mean", "p5", "p50", "p95", "cvar90"), _NUMBER))
    measured = _object({"file": _TEXT, "what": _TEXT, "value": {}, "unit": _TEXT, "method": _TEXT, "n": {"type": "integer"}, "when": _TEXT, "where": _TEXT})
    reason = _object({"requirement": _TEXT, "status": {"enum": ["met", "unmet", "unknown"]}, "why": _TEXT, "grade": {"enum": _GRADES}, "must": {"type": "boolean"}, "bars": {"type": "boolean"}, "settle": _TEXT, "source": _TEXT, "record": {"anyOf": [measured, {"type": "null"}]}})
    line = _object({"line": _TEXT, "mean": _NUMBER, "p5": _NUMBER, "p95": _NUMBER, "shared": {"type": "boolean"}, "labour": {"type": "boolean"}})
    option = _object(
        {
            "id": _TEXT, "name": _TEXT, "system": _MAYBE_TEXT, "sourcing": {"enum": _SOURCINGS}, "plan": _MAYBE_TEXT,
            "own_parts": _TEXTS, "own_share": _NUMBER, "existing_parts": _TEXTS, "lived_without": _TEXTS,
            "fit": _object({"status": {"enum": ["met", "conditional", "unknown", "unmet"]}, "reasons": _list(reason), "gaps": _TEXTS}),
            "missing_price": _MAYBE_TEXT, "cost": spread, "cost_at_medians": _NUMBER, "policy_cost": _MAYBE,
            "policy": _object({"switch_to": _MAYBE_TEXT, "when": _maybe(when), "switches_in": _NUMBER, "sentence": _MAYBE_TEXT}),
            "p_best": _MAYBE, "regret": _MAYBE, "tail_regret": _MAYBE, "chance_over_budget": _MAYBE, "ledger": _list(line),
            "labour_hours": _MAYBE, "usable_after_months": _object(dict.fromkeys(("p5", "p50", "p95"), _NUMBER)),
            "exit_cost": _NUMBER, "ends_in_horizon": _NUMBER, "forced_exit_to": _MAYBE_TEXT, "owner": _TEXT,
        }
    )  # fmt: skip
    later = _object({"wanted_from": month, "wanted_in_months": _NUMBER, "decide_again": month, "lead_months": _NUMBER, "target": _TEXT, "horizon": _MAYBE})
    verdict = _object(
        {
            "sourcing": {"enum": [*_SOURCINGS, None]}, "option": _MAYBE_TEXT, "engine": _MAYBE_TEXT, "own_parts": _TEXTS,
            "policy": _object({"first": _MAYBE_TEXT, "switch_to": _MAYBE_TEXT, "when": _maybe(when), "switches_in": _NUMBER}),
            "standing": {"enum": ["on evidence", "on reference classes", "on assumptions"]},
            "not_yet": _maybe(_object({"option": _TEXT, "own_parts": _TEXTS, "expected_saving": _NUMBER, "measurements": _TEXTS})),
            "tie": _TEXTS, "summary": _TEXT, "later": later,
        },
        optional=("later",),
    )  # fmt: skip
    flip = _object({"driver": _TEXT, "label": _TEXT, "value": _MAYBE, "unit": _TEXT, "direction": {"enum": ["above", "below"]}, "to": _TEXT, "grade": {"enum": _GRADES}})
    break_even = _object(
        {
            "variable": _TEXT, "label": _TEXT, "unit": _TEXT, "between": _TEXTS, "today": _MAYBE, "crossings": _list(_MAYBE),
            "cheaper_above": _TEXT, "share_of_worlds": _NUMBER, "p5": _MAYBE, "p50": _MAYBE, "p95": _MAYBE, "quantiles": _list(_NUMBER),
            "ties": _list(_object({"low": _MAYBE, "high": _MAYBE})),
        },
        optional=("quantiles", "ties"),
    )  # fmt: skip
    trigger = _object({"kind": {"enum": ["policy", "flip", "event", "review"]}, "metric": _TEXT, "label": _TEXT, "op": _TEXT, "value": _MAYBE, "unit": _TEXT, "how": _TEXT, "date": _maybe(month), "then": _MAYBE_TEXT})
    measure = _object(
        {
            "driver": _TEXT, "label": _TEXT, "evppi": _NUMBER, "evppi_error": _NUMBER, "evsi": _NUMBER, "cost_of_asking": _NUMBER,
            "way": {"enum": list(get_args(Way))}, "how": _TEXT, "answer": _MAYBE_TEXT, "precision": _NUMBER,
            "precision_of": {"enum": ["logarithm", "value"]}, "grade": {"enum": _GRADES},
        },
        optional=("evppi_error", "evsi", "way", "answer", "precision", "precision_of"),
    )  # fmt: skip
    group = _object({"group": _TEXT, "evppi": _NUMBER, "evppi_error": _NUMBER, "drivers": _TEXTS})
    bar = _object({**dict.fromkeys(("driver", "label", "unit"), _TEXT), "p5": _MAYBE, "p95": _MAYBE, "at_p5": _NUMBER, "at_p95": _NUMBER, "grade": {"enum": _GRADES}})
    tornado = _object({"between": _TEXTS, "difference": _NUMBER, "rows": _list(bar)})
    case = _object(
        {
            "id": _TEXT, "kind": {"enum": list(get_args(Case.model_fields["kind"].annotation))}, "organisation": _TEXT, "component": _TEXT,
            "year": {"type": "integer"}, "year_approximate": {"type": "boolean"}, "scale": {"enum": [*get_args(ScaleClass), None]}, "had": _MAYBE_TEXT,
            "sourcing": {"enum": [s for s in _SOURCINGS if s != "defer"]}, "engine": _MAYBE_TEXT, "chose": _TEXT,
            "outcome": {"enum": list(get_args(CaseStatus))}, "outcome_year": {"type": ["integer", "null"]}, "what_came": _TEXT,
            "likeness": {"type": "number", "minimum": 0, "maximum": 1}, "alike": _TEXTS, "differs": _TEXTS,
            "source": _TEXT, "grade": {"enum": _GRADES}, "as_of": _TEXT, "outcome_source": _MAYBE_TEXT,
        }
    )  # fmt: skip
    advantage = _object({"monthly": _NUMBER, "share_of_ml_payroll": _MAYBE, "against": _TEXT, "build": _TEXT, "chance_needed": _MAYBE})
    question = {"type": "object", "properties": {"summary": _TEXT}, "required": ["summary"]}
    cash = _object({**dict.fromkeys(("mean", "p95", "bought"), _list(_NUMBER)), **dict.fromkeys(("dearest_p50", "dearest_p95"), _NUMBER), **dict.fromkeys(("before_runway", "runs_out_before_use"), _MAYBE)})
    path = _object({"action": _TEXT, **dict.fromkeys(("mean", "p5", "p25", "p50", "p75", "p95"), _list(_NUMBER)), "cash": cash})
    runway = _object({**dict.fromkeys(("p5", "p50", "p95"), _NUMBER), "grade": {"enum": _GRADES}, "source": _TEXT})
    over_time = _object({"runway": _maybe(runway), "actions": _list(path), "crossings": _list(_object({"between": _TEXTS, "month": _NUMBER})), "worlds": {"type": "integer"}, "note": _TEXT})
    component = _object(
        {
            "id": _TEXT, "name": _TEXT, "greenfield": {"type": "boolean"}, "today": _TEXT, "requirements": _TEXTS, "current_stated": {"type": "boolean"}, "today_grade": {"enum": _GRADES}, "scale": _MAYBE, "verdict": verdict, "p_best": _NUMBER,
            "p_best_by_sourcing": _table(_NUMBER), "p_best_by_sourcing_corrected": _table(_NUMBER), "p_best_note": _TEXT, "most_frequent": _MAYBE_TEXT, "best_by_mean": _MAYBE_TEXT,
            "runner_up": _MAYBE_TEXT, "expected_regret": _NUMBER, "materiality": _NUMBER, "required_advantage": _maybe(advantage),
            "break_evens": _list(break_even), "flips": _list(flip), "triggers": _list(trigger), "measure_next": _list(measure),
            "worth_by_group": _list(group), "tornado": _maybe(tornado),
            "similar_cases": _list(case),
            "must_costs": _list(_object({"requirement": _TEXT, "saving": _NUMBER, "would_be": _MAYBE_TEXT, "cost": _maybe(_NUMBER), "bars": _TEXTS})),
            "horizons": _table(_TEXT), "structures": _list(_object({"id": _TEXT, "what": _TEXT, "best": _TEXT, "cost": _NUMBER, "best_cost": _NUMBER, "changes": {"type": "boolean"}})), "options": _list(option), "over_time": _maybe(over_time),
            "excluded": _list(_object({"system": _TEXT, "name": _TEXT, "why": _TEXT, "source": _TEXT})), "notes": _TEXTS, "anachronisms": _TEXTS,
            "questions": _object(dict.fromkeys(("differentiation", "ownership", "fit", "migration"), question)),
        },
        optional=("over_time", "worth_by_group", "tornado", "today_grade"),
    )  # fmt: skip
    driver = _object(
        {
            "id": _TEXT, "label": _TEXT, "value": _object(dict.fromkeys(("p5", "p50", "p95"), _MAYBE)), "unit": _TEXT,
            "grade": {"enum": _GRADES}, "source": _TEXT, "as_of": _TEXT, "note": _TEXT, "key": _MAYBE_TEXT, "used_in": _TEXTS,
        },
        optional=("key",),
    )  # fmt: skip
    stack = _object({"actions": _table(_TEXT), "mean": _NUMBER, "apart": _NUMBER, "as_decided": _NUMBER, "shared_once": _table(_NUMBER), "same_as_verdicts": {"type": "boolean"}})
    whole = _object(
        {
            "schema_version": _TEXT, "buildbuy_version": _TEXT, "catalog_version": _TEXT, "as_of": month, "seed": {"type": "integer"},
            "draws": {"type": "integer"}, "horizon_months": {"type": "integer"}, "currency": _TEXT, "price_year": {"type": "integer"},
            "name": _TEXT, "components": _list(component), "stack": _maybe(stack), "drivers": _list(driver), "method": {"type": "object"},
        }
    )  # fmt: skip
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "buildbuy run", **whole}
