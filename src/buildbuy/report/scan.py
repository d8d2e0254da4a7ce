"""A scan as one page of text, and its schema."""

from __future__ import annotations

from typing import Any

from buildbuy.report.safe import everything

SHOWN = 3


def table(result: dict[str, Any]) -> str:
    """The page in the terminal: per component what is in use, what is own, and what leaving touches."""
    result = everything(result)
    lines = [f"{result['repository']}" + (f"  @{result['commit'][:10]}" if result["commit"] else "") + f"   {result['files_read']:,} files, {result['lines']:,} lines of core Python"]
    for component, found in result["components"].items():
        lines += ["", component.replace("-", " ").capitalize()]
        for one in found["systems"]:
            lines += _system(one)
        for one in found["home_grown"]:
            lines += _own(one)
    if not result["components"]:
        lines += ["", "No system of the catalog and no own ML infrastructure was found."]
    bound = [p for p in result["portability"] if not p["portable"]]
    if result["portability"]:
        lines += ["", f"Training code: {len(result['portability']) - len(bound)} of {len(result['portability'])} files import no vendor's SDK"]
        lines += [f"  {p['path']}: {', '.join(dict.fromkeys(v['system'] for v in p['vendors'])) or 'a cloud SDK'} at {', '.join([v['at'] for v in p['vendors']][:SHOWN] or p['cloud_sdks'][:SHOWN])}" for p in bound[:5]]
    lines += _history(result["history"])
    if result["left_out"]:
        lines += ["", "Not read: " + ", ".join(f"{n} {why}" for why, n in result["left_out"].items())]
    return "\n".join(lines) + "\n"


def _system(one: dict[str, Any]) -> list[str]:
    lock = one["lock_in"]
    places = _places([s["at"] for s in one["signs"]])
    more = f"; {one['signs_total']} signs in all" if one["signs_total"] > SHOWN else ""
    out = [f"  {one['name']}  {one['use']} use, {one['confidence']:.0%} sure by {', '.join(sorted({s['kind'] for s in one['signs']}))}", f"      {places}{more}"]
    if lock["call_sites"]:
        kinds = ", ".join(f"{n} {k}{'s' if n > 1 and not k.endswith('s') else ''}" for k, n in lock["kinds"].items())
        out.append(f"      leaving touches {lock['call_sites']} call sites in {lock['files']} files ({kinds}), {lock['api_surface']} names of its API; {lock['dependants']} files depend on them   measured")
    return out


def _places(places: list[str]) -> str:
    """The first few different places."""
    return ", ".join(list(dict.fromkeys(places))[:SHOWN])


def _own(one: dict[str, Any]) -> list[str]:
    effort = one["effort"]
    out = [f"  own: {one['what']} in {', '.join(one['paths'])}, {one['lines']:,} lines, {one['confidence']:.0%} sure"]
    out += [f"      {r['kind']}: {', '.join(r['found'][:5])}  ({_places(r['at'])})" for r in one["reasons"]]
    if one["parts"]:
        out.append(f"      parts its names speak of: {', '.join(one['parts'])}")
    if effort:
        out.append(_effort("      effort", effort))
    return out


def _effort(head: str, effort: dict[str, Any]) -> str:
    hours = effort["person_hours"]
    return f"{head} {hours['low']:,.0f} to {hours['high']:,.0f} person-hours (sittings … half-years; low confidence), {effort['people']} people, half of it by {effort['bus_factor']}, {effort['first']} to {effort['last']}"


def _history(history: dict[str, Any]) -> list[str]:
    out = [""]
    if history["effort"]:
        effort = history["effort"]
        out.append(_effort("History:", effort))
        out.append(f"  {effort['commits']:,} commits of people ({effort['squashed']:,} squashed), {history['bot_commits']:,} of bots left out")
    return out + [f"  {note}" for note in history["notes"]]
