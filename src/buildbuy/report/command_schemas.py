"""The published JSON Schemas of what commands print with `--format json`, beside a run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

_NUMBER: dict[str, Any] = {"type": "number"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_SHARE: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_MAYBE: dict[str, Any] = {"type": ["number", "null"]}
_FLAG: dict[str, Any] = {"type": "boolean"}


def command_schema(name: str) -> dict[str, Any]:
    """JSON Schema (2020-12) of what the command `name` prints: explain, catalog-list, …"""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"buildbuy {name.replace('-', ' ', 1)}", **COMMANDS[name]()}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def _all(kind: dict[str, Any], *names: str) -> dict[str, Any]:
    return dict.fromkeys(names, kind)


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _table(values: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": values}


def _maybe(one: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [one, {"type": "null"}]}


def _record(kind: type) -> dict[str, Any]:
    """A dataclass whose every field is printed, and no other key; it may hold itself."""
    from pydantic import TypeAdapter

    made = TypeAdapter(kind).json_schema(mode="serialization")
    for one in (made, *made.get("$defs", {}).values()):
        if "properties" in one:
            one |= {"required": [*one["properties"]], "additionalProperties": False}
    return made


def _model(kind: Any, **more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A catalog entry, with keys that are only printed; and the definitions it refers to."""
    own = kind.model_json_schema()
    defined = own.pop("$defs", {})
    return {**own, "properties": {**own["properties"], **more}, "required": [*own["required"], *more]}, defined


def _explain() -> dict[str, Any]:
    from buildbuy.report.derivation import Node

    return _record(Node)


def _listing() -> dict[str, Any]:
    return _list(_object(**_all(_TEXT, "component", "id", "name", "sourcing", "state", "owner")))


def _bill() -> dict[str, Any]:
    from buildbuy.domain.grades import Grade

    points = _all(_NUMBER, "p5", "p50", "p95")
    charge = _object(**_all(_TEXT, "name", "quantity", "source", "as_of"), **points, grade={"enum": [*get_args(Grade)]})
    return _list(_object(**_all(_TEXT, "plan", "name", "sourcing"), priced=_FLAG, admits=_table(_NUMBER), admitted=_SHARE, monthly=_object(**points), charges=_list(charge)))


def _show() -> dict[str, Any]:
    from buildbuy.catalog.schema import System

    whole, defined = _model(System, state=_TEXT, monthly_bill_at=_table(_bill()))
    return {**whole, "$defs": defined}


def _cases() -> dict[str, Any]:
    from buildbuy.catalog.schema import Case

    one, defined = _model(Case)
    return {**_list(one), "$defs": defined}


def _check() -> dict[str, Any]:
    from buildbuy.catalog.check import KINDS, Remark

    shares = _all(_SHARE, "with_source_and_as_of", "with_page", "own_judgement", "with_page_of_what_is_no_judgement", "judgement_with_page", "of_those_not_second_hand")
    numbers = _all(_COUNT, "facts", "of_undated_pages", "systems", "named_systems", "priced_plans_of_named_systems", "plans_on_our_own_judgement", "plans_on_machine_prices_only")
    return _object(counts=_object(by_grade=_table(_COUNT), **numbers, **shares), remarks=_list(_record(Remark)), fired=_list({"enum": [*KINDS]}))


def _catalog_diff() -> dict[str, Any]:
    from buildbuy.catalog.diff import Change

    verdict = _object(**_all(_TEXT, "profile", "component", "old", "new", "currency"), **_all(_NUMBER, "old_mean", "new_mean"))
    return _object(**_all(_TEXT, "old", "new"), changes=_list(_record(Change)), verdicts=_list(verdict))


def _report_diff() -> dict[str, Any]:
    texts = _list(_TEXT)
    setting = _object(setting=_TEXT, was={}, **{"is": {}})
    value = _maybe(_object(**_all(_MAYBE, "p5", "p50", "p95"), grade=_TEXT))
    moved = _object(**_all(_TEXT, "input", "label", "unit"), was=value, follows=_FLAG, **{"is": value})
    component = _object(
        **_all(_TEXT, "id", "name"), verdict=_object(was=_MAYBE_TEXT, changed=_FLAG, **{"is": _MAYBE_TEXT}), standing=_object(**_all(_TEXT, "was", "is")),
        requirements=_object(gone=texts, new=texts), options=_object(gone=texts, new=texts), now_barred=_table(texts),
        costs=_list(_object(option=_TEXT, **_all(_NUMBER, "was", "is"))), inputs=_list(moved), did_it=texts,
    )  # fmt: skip
    return _object(settings=_list(setting), method=_list(setting), only_in=_object(first=texts, second=texts), components=_list(component))


def _estimates() -> dict[str, Any]:
    from buildbuy.domain.evidence import Evidence

    normal = _object(**_all(_NUMBER, "mean", "sd", "p5", "p95"))
    times = _object(**_all(_NUMBER, "p5", "p50", "mean", "p95"))
    pair = _object(project=_MAYBE_TEXT, **_all(_NUMBER, "ratio", "log_ratio"))
    data = _object(n=_COUNT, mean=_NUMBER, sd=_MAYBE, weight=_SHARE, wider_than_projects=_FLAG, pairs=_list(pair))
    record, defined = _model(Evidence)
    return {**_object(what=_TEXT, prior=normal, data=data, posterior=normal, next_estimate_times=_object(prior=times, posterior=times), project_sd=_NUMBER, record=record), "$defs": defined}


COMMANDS: dict[str, Callable[[], dict[str, Any]]] = {
    "explain": _explain,
    "catalog-list": _listing,
    "catalog-show": _show,
    "catalog-bill": _bill,
    "catalog-check": _check,
    "catalog-diff": _catalog_diff,
    "catalog-cases": _cases,
    "report-diff": _report_diff,
    "measure-estimates": _estimates,
}
