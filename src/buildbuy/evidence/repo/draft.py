"""From a scan to what a decision reads: a draft profile, and records of what was counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from buildbuy.domain.evidence import Evidence
from buildbuy.errors import BadInput

PLACES = 12  # file:line shown in a record; the scan lists them all
SURE_ENOUGH = 0.6  # of home-grown code, below which it is shown and not written into a profile
Accepts = Callable[[str, dict[str, Any]], None]


def currents(result: dict[str, Any], month: str) -> dict[str, list[dict[str, Any]]]:
    """What may run today in each component, likeliest first: core use of a system by its call sites,
    then own code. `month` (YYYY-MM) bounds since when.
    """
    out: dict[str, list[dict[str, Any]]] = {}
    for component, found in result["components"].items():
        systems = [s for s in found["systems"] if s["use"] == "core" and s["confidence"] >= SURE_ENOUGH]
        own = [h for h in found["home_grown"] if h["confidence"] >= SURE_ENOUGH]
        engines = [s for s in systems if not s["built_on"]]
        bases = [s for s in systems if s["built_on"]]
        rows: list[dict[str, Any]] = [{"system": s["system"], "found": _places(s)} for s in engines]
        rows += [{"home-grown": since if (since := _since(h, month)) else None, "paths": h["paths"], "size": h["lines"], "found": list(dict.fromkeys(p for r in h["reasons"] for p in r["at"]))[:PLACES]} for h in own]
        rows += [{"system": s["system"], "found": _places(s)} for s in bases]
        if rows:
            out[component] = rows
    return out


def _places(system: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(s["at"] for s in system["signs"] if s["use"] == "core" and s["kind"] not in ("locked", "frozen", "pattern")))[:PLACES]


def _since(found: dict[str, Any], month: str) -> str | None:
    first = found["effort"]["first"] if found["effort"] else None
    return min(first, month) if first else None


def profile(result: dict[str, Any], month: str, accepts: Accepts) -> tuple[dict[str, Any], list[str]]:
    """A draft profile as plain data, and notes about what was found and not written into it.

    `accepts(component, current)` raises BadInput for what a decision can't start from (a product that
    no longer runs); then the next likeliest is taken.
    """
    components: dict[str, Any] = {}
    notes = []
    for component, rows in currents(result, month).items():
        for row in rows:
            if component in components:
                notes.append(f"{component}: also found {row.get('system') or 'own code in ' + ', '.join(row['paths'])}")
                continue
            try:
                accepts(component, row)
            except BadInput as e:
                notes.append(f"{component}: {row.get('system') or 'own code'} was found but can't stand in a profile: {e.what}")
            else:
                components[component] = {"current": row}
    return {"name": result["repository"], "organisation": {}, "components": components}, notes


def records(result: dict[str, Any], components: dict[str, Any], month: str) -> dict[str, Evidence]:
    """What leaving what runs today would touch, for question 4: call sites, in all and by kind, names of
    the API, dependants, deployment files; one record each. What was not seen has none, for none is not
    zero.
    """
    out = {}
    when = (result["history"]["effort"] or {}).get("last") or month
    for component, needs in components.items():
        current = needs.get("current") or {}
        found = result["components"].get(component, {"systems": [], "home_grown": []})
        name, paths = current.get("system"), current.get("paths")
        one = next((s for s in found["systems"] if s["system"] == name), None) if name else next((h for h in found["home_grown"] if h["paths"] == paths), None)
        if one is None:
            continue
        lock, who = one["lock_in"], name or "own code"
        for what, (value, places, method) in _counts(lock, who).items():
            more = f" and {value - PLACES} more" if value > PLACES else ""
            out[f"{component}.{what}"] = Evidence(
                what=f"{component}.{what}", value=value, unit="call_site", n=lock["files"] or value, when=min(when, month), method=f"buildbuy scan: {method}",
                where=f"{result['repository']}@{(result['commit'] or 'no commit')[:12]}: {', '.join(places[:PLACES])}{more}",
                tool_version=result["buildbuy_version"], input_hash=result["input_hash"],
            )  # fmt: skip
    return out


def _counts(lock: dict[str, Any], who: str) -> dict[str, tuple[int, list[str], str]]:
    """Driver → number, places and method of each thing counted at least once."""
    out = {}
    if lock["call_sites"]:
        out["call_sites"] = lock["call_sites"], list(dict.fromkeys(lock["sites"])), f"calls, decorators and base classes of {who} in the syntax tree of {lock['files']} files"
        out["leave.api_name"] = lock["api_surface"], lock["api"], f"distinct names of the API of {who} that are called"
        for kind, number in lock["kinds"].items():
            out[f"leave.{kind.replace(' ', '_')}"] = number, lock["places"][kind], f"call sites of {who} of this kind, told by the last word of the name"
        if lock["dependants"]:
            out["leave.dependant"] = lock["dependants"], lock["places"]["dependant"], f"own files that import one which uses {who}"
    if lock.get("deployment_files"):
        out["leave.deployment_file"] = lock["deployment_files"], lock["places"]["deployment file"], f"files that deploy or configure {who}"
    return out
