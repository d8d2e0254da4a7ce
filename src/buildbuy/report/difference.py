"""What changed between two runs, and which input did it: read from the two run.json alone."""

from __future__ import annotations

from typing import Any

from buildbuy.report.words import dollars, number, unit

OWN = frozenset({"measured", "quoted", "stated"})  # grades of what somebody gave; on one catalog the rest follows
SETTINGS = ("catalog_version", "as_of", "horizon_months", "draws", "seed", "currency", "price_year", "buildbuy_version")


def difference(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    """The change of every component, of the settings, and of the inputs.

    An input `did it` where its new middle value lies past the value at which the first run said
    that the verdict flips, while the old one did not, and the verdict changed to what it said. On
    one catalog an input nobody gave only `follows` those that somebody did (efforts move with the
    number of people): where such a one passed its flip, what did it is the input that was changed.
    """
    old, new = ({c["id"]: c for c in x["components"]} for x in (a, b))
    return {
        "settings": [{"setting": k, "was": a[k], "is": b[k]} for k in SETTINGS if a[k] != b[k]],
        "method": [{"setting": k, "was": a["method"].get(k), "is": b["method"].get(k)} for k in sorted({*a["method"], *b["method"]}) if a["method"].get(k) != b["method"].get(k)],
        "only_in": {"first": sorted(set(old) - set(new)), "second": sorted(set(new) - set(old))},
        "components": [_component(old[k], new[k], a, b) for k in old if k in new],
    }


def _component(old: dict[str, Any], new: dict[str, Any], a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    was, now = old["verdict"]["option"], new["verdict"]["option"]
    moved = _inputs(old["id"], a, b)
    given = [m["input"] for m in moved if not m["follows"]]
    passed = [m["input"] for m in moved if was != now and _passed(m, old["flips"], now)]
    own = [name for name in passed if name in given]
    costs = {o["id"]: o["cost"]["mean"] for o in new["options"]}
    barred = {o["id"]: {r["requirement"] for r in o["fit"]["reasons"] if r["bars"]} for o in new["options"]}
    free = {o["id"] for o in old["options"] if o["policy_cost"] is not None}
    return {
        "id": old["id"],
        "name": new["name"],
        "verdict": {"was": was, "is": now, "changed": was != now},
        "standing": {"was": old["verdict"]["standing"], "is": new["verdict"]["standing"]},
        "requirements": {"gone": [r for r in old["requirements"] if r not in new["requirements"]], "new": [r for r in new["requirements"] if r not in old["requirements"]]},
        "options": {"gone": sorted({o["id"] for o in old["options"]} - set(costs)), "new": sorted(set(costs) - {o["id"] for o in old["options"]})},
        "now_barred": {o: sorted(why) for o, why in barred.items() if why and o in free},
        "costs": [{"option": o["id"], "was": o["cost"]["mean"], "is": costs[o["id"]]} for o in old["options"] if o["id"] in costs and o["cost"]["mean"] != costs[o["id"]]],
        "inputs": moved,
        "did_it": own or (given if passed and len(given) == 1 else passed),
    }


def _inputs(component: str, a: dict[str, Any], b: dict[str, Any]) -> list[dict[str, Any]]:
    """Inputs of a component whose value, grade or source changed; those that came or went, too."""
    old, new = ({d["id"]: d for d in x["drivers"] if component in d["used_in"]} for x in (a, b))
    same = all(a[k] == b[k] for k in ("catalog_version", "as_of"))
    out = []
    for name in sorted({*old, *new}):
        one, other = old.get(name), new.get(name)
        if one is None or other is None or any(one[k] != other[k] for k in ("value", "grade", "source")):
            found: dict[str, Any] = one or other or {}
            out.append({"input": name, "label": found["label"], "unit": found["unit"], "was": one and {**one["value"], "grade": one["grade"]}, "is": other and {**other["value"], "grade": other["grade"]}, "follows": same and not OWN & {x["grade"] for x in (one, other) if x}})
    if all(m["follows"] for m in out):  # nobody gave one: then none is only the consequence of another
        out = [{**m, "follows": False} for m in out]
    return out


def _passed(moved: dict[str, Any], flips: list[dict[str, Any]], to: str | None) -> bool:
    """Whether an input crossed a flip that the first run had named, to what is the verdict now."""
    if moved["was"] is None or moved["is"] is None:
        return False
    was, now = moved["was"]["p50"], moved["is"]["p50"]
    for f in flips:
        if f["driver"] == moved["input"] and f["to"] == to and f["value"] is not None and None not in (was, now):
            low, high = (was, now) if f["direction"] == "above" else (now, was)
            if low <= f["value"] <= high and low != high:
                return True
    return False


def render(found: dict[str, Any], currency: str) -> str:
    """The difference as text: the verdicts first, then what did it, then the rest."""
    out = [f"{x['setting'].replace('_', ' ')}: {x['was']} -> {x['is']}" for x in (*found["settings"], *found["method"])]
    for side, names in found["only_in"].items():
        out += [f"{name}: only in the {side} run" for name in names]
    for c in found["components"]:
        v = c["verdict"]
        out += ["", f"{c['name']}: {v['was']} -> {v['is']}" if v["changed"] else f"{c['name']}: {v['is']}, as before"]
        if c["standing"]["was"] != c["standing"]["is"]:
            out.append(f"  standing: {c['standing']['was']} -> {c['standing']['is']}")
        labels = {m["input"]: m for m in c["inputs"]}
        out += [f"  did it: {_moved(labels[name])}" for name in c["did_it"]]
        if v["changed"] and not c["did_it"]:
            out.append(_unexplained(c))
        out += [f"  must gone: {r}" for r in c["requirements"]["gone"]] + [f"  must new: {r}" for r in c["requirements"]["new"]]
        out += [f"  now barred: {o} ({', '.join(why)})" for o, why in c["now_barred"].items()]
        out += [f"  option {'gone' if key == 'gone' else 'new'}: {o}" for key in ("gone", "new") for o in c["options"][key]]
        out += [f"  {x['option']}: {dollars(x['was'], currency)} -> {dollars(x['is'], currency)}" for x in c["costs"] if x["option"] in (v["was"], v["is"])]
        out += [f"  input: {_moved(m)}" for m in c["inputs"] if m["input"] not in c["did_it"] and not m["follows"]]
        behind = [m for m in c["inputs"] if m["follows"] and m["input"] not in c["did_it"]]
        if behind:
            out.append(f"  {len(behind)} further range{'s' if len(behind) > 1 else ''} moved with {'it' if len(c['inputs']) - len(behind) == 1 else 'them'}: {_moved(behind[0])}{', …' if len(behind) > 1 else ''} (--format json has all)")
    return "\n".join(out).strip() + "\n"


def _unexplained(c: dict[str, Any]) -> str:
    was = c["verdict"]["was"]
    if was in c["now_barred"]:
        return f"  did it: {was} is barred now ({', '.join(c['now_barred'][was])})"
    if was in c["options"]["gone"]:
        return f"  did it: {was} is no longer offered"
    given = [m for m in c["inputs"] if not m["follows"]]
    if len(given) == 1:
        return f"  did it: {_moved(given[0])}, the only input that was changed"
    return f"  no single input crossed a value at which the first run said it would flip; {len(given)} inputs changed"


def _moved(m: dict[str, Any]) -> str:
    return f"{m['label']}: {_value(m['was'], m['unit'])} -> {_value(m['is'], m['unit'])}"


def _value(v: dict[str, Any] | None, u: str) -> str:
    if v is None:
        return "not there"
    span = number(v["p50"]) if v["p5"] == v["p95"] else f"{number(v['p5'])} to {number(v['p95'])}"
    return f"{span} {unit(u)}".rstrip() + f" ({v['grade']})"
