"""Question 3: does a real option meet the real requirement? Met, unmet or unknown, and why.

Words (residency, certificates, licences) come from the catalog; an unknown one bars the option
until it is answered. Performance is known only from the user's own measurement: claims and other
people's benchmarks inform but never decide.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from buildbuy.catalog.schema import Limit, Offer, Promise, Sourced, System
from buildbuy.domain.evidence import Evidence
from buildbuy.domain.grades import Grade
from buildbuy.domain.problem import Option, Reason, Requirement, Status
from buildbuy.domain.profile import CLOUDS
from buildbuy.questions.probed import by_probe

OWN_NETWORK = "own-network"
SELF_RUN = ("self-host", "none")
OPEN_LICENCES = re.compile(r"\b(apache|mit|bsd|mpl|lgpl|gpl|agpl|postgresql|isc|your own code)\b")
NOT_OPEN = ("proprietary", "business source", "bsl", "sspl", "elastic license", "commercial")


def judge(
    requirement: Requirement,
    system: System | None,
    offer: Offer | None,
    option: Option,
    covered: frozenset[str],
    probes: Sequence[Evidence] = (),
) -> Reason:
    """One requirement against one way to get a system; `system` None is an own build. `probes` are the
    records of probes of it, oldest first.
    """
    if requirement.origin == "anticipated":
        reason = judge(replace(requirement, origin="stated"), system, offer, option, covered, probes)
        return replace(reason, requirement=f"{requirement.text}, if it comes", must=False, kind="anticipated")
    rule = {
        "residency": _residency,
        "compliance": _compliance,
        "license": _license,
        "part": _part,
    }.get(requirement.kind)
    if requirement.kind == "part" and requirement.word in option.unbuildable:
        return _reason(requirement, "unmet", "it can't be had on this system", "documented")
    if rule is not None:
        return rule(requirement, system, offer, option, covered)
    return _number(requirement, system, offer, probes)


def pins_a_region(requirement: Requirement) -> bool:
    """Whether it binds today's data to a part of the world, which some vendors charge for."""
    return requirement.kind == "residency" and requirement.must and requirement.origin != "anticipated" and requirement.word != OWN_NETWORK


def _reason(requirement: Requirement, status: Status, why: str, grade: Grade, source: str = "", settle: str = "") -> Reason:
    return Reason(requirement.text, status, why, grade, requirement.must, requirement.kind, settle, source)


def _residency(requirement: Requirement, system: System | None, offer: Offer | None, option: Option, covered: frozenset[str]) -> Reason:
    if requirement.word == OWN_NETWORK:
        return _own_network(requirement, system, offer, option)
    if option.engine_sourcing in SELF_RUN:
        return _reason(requirement, "met", "runs where you run it", "documented")
    assert system is not None and offer is not None
    for region in offer.regions:
        if region.value in (requirement.word, "any"):
            return _promised(requirement, f"keeps data in {region.value.upper()}", system, region)
    if offer.regions:
        return _elsewhere(requirement, system, offer)
    if offer.residency is not None:
        said = _from_statement(requirement, "unknown", offer.residency.value, system, offer.residency)
        return replace(said, settle=f"ask the vendor where data is kept: {requirement.word.upper()}?")
    return _reason(requirement, "unknown", "no region is documented", "assumed", settle=f"ask the vendor where data is kept: {requirement.word.upper()}?")


def _elsewhere(requirement: Requirement, system: System, offer: Offer) -> Reason:
    """Where an offer's regions are known and the wanted one isn't among them. What was read of an owner
    with regions everywhere rules none of them out.
    """
    known = ", ".join(r.value.upper() for r in offer.regions)
    if system.owners[-1].kind != "hyperscaler":
        return _from_statement(requirement, "unmet", f"offered in {known} only, as far as its documents say", system, offer.regions[0])
    said = _from_statement(requirement, "unknown", f"read of in {known}; its owner has regions in most parts of the world", system, offer.regions[0])
    return replace(said, settle=f"ask the vendor where data is kept: {requirement.word.upper()}?")


def _rented(option: Option) -> bool:
    """Whether you would run it on machines of others. What runs today is where it is."""
    return option.engine_sourcing in SELF_RUN and option.rents not in (None, "colocation") and not option.incumbent


def _own_network(requirement: Requirement, system: System | None, offer: Offer | None, option: Option) -> Reason:
    """Machines of one's own: what you run is priced by what such machines and databases rent for, and meets it
    where it needs no service that only its vendor runs.
    """
    if _rented(option):
        return _reason(requirement, "unmet", "it runs on machines that somebody else owns", "documented")
    if option.engine_sourcing in SELF_RUN:
        if option.service is not None and not option.incumbent:
            return _reason(requirement, "unmet", f"it rests on {option.service}, which runs outside your network", "documented")
        return _reason(requirement, "met", "runs on machines of yours, priced as such machines rent", "documented")
    assert system is not None and offer is not None
    inside = [d for d in offer.deployment if d.value in ("on-prem", "air-gapped")]
    if inside:
        return _from_statement(requirement, "met", f"can run {inside[0].value}", system, inside[0])
    return _reason(requirement, "unmet", "the vendor runs it outside your network", "documented")


def _compliance(requirement: Requirement, system: System | None, offer: Offer | None, option: Option, covered: frozenset[str]) -> Reason:
    if option.engine_sourcing in SELF_RUN:
        if _rented(option) and option.rents not in CLOUDS:
            settle = f"ask the owner of the machines for its {requirement.word} report"
            return _reason(requirement, "unknown", "whoever rents the machines out is audited too, and isn't named", "assumed", settle=settle)
        return _reason(requirement, "met", "inherits your own controls; you are the one audited", "documented")
    assert system is not None and offer is not None
    plan = option.plan[0].id if option.plan else ""
    spoken = [fact for fact in offer.compliance if fact.value == requirement.word or fact.value.startswith(requirement.word + "-")]
    for fact in spoken:
        if not fact.plans or plan in fact.plans:
            return _promised(requirement, fact.value, system, fact)
    if spoken:
        names = ", ".join(p.name for p in offer.plans if p.id in spoken[0].plans)
        return _from_statement(requirement, "unmet", f"{spoken[0].value} on another plan only ({names})", system, spoken[0])
    return _reason(requirement, "unknown", f"no statement about {requirement.word} found", "assumed", settle=f"ask the vendor for its {requirement.word} report")


def _license(requirement: Requirement, system: System | None, offer: Offer | None, option: Option, covered: frozenset[str]) -> Reason:
    if system is None:
        return _reason(requirement, "met", "your own code", "documented")
    said = system.license if offer is None or offer.license is None else offer.license
    licence = said.value.lower()
    opened = OPEN_LICENCES.search(licence) is not None and not any(word in licence for word in NOT_OPEN)
    fits = {
        "open-source": opened,
        "no-agpl": "agpl" not in licence,
        "no-bsl": "bsl" not in licence and "business source" not in licence,
    }[requirement.word]
    return _from_statement(requirement, "met" if fits else "unmet", f"licence: {said.value}", system, said)


def _part(requirement: Requirement, system: System | None, offer: Offer | None, option: Option, covered: frozenset[str]) -> Reason:
    if requirement.word in covered:
        return _reason(requirement, "met", "covered", "documented")
    return _reason(requirement, "met", "built on it", "documented")


def _number(requirement: Requirement, system: System | None, offer: Offer | None, probes: Sequence[Evidence]) -> Reason:
    comparison = requirement.comparison
    assert comparison is not None
    if requirement.kind == "availability" and offer is not None and offer.sla is not None and system is not None:
        promised = _leading_number(offer.sla.value)
        if promised is not None:
            status: Status = "met" if comparison.holds(promised) else "unmet"
            return _from_statement(requirement, status, f"SLA: {offer.sla.value}", system, offer.sla)
    settle = "" if requirement.kind == "cost" else requirement.settle or "a load test with your own data"
    limits = [] if offer is None else [x for x in offer.limits if x.metric == requirement.metric]
    for limit in limits:
        if limit.kind == "quota" and system is not None and _contradicts(limit, requirement):
            return _from_statement(requirement, "unmet", f"quota: {limit.op} {limit.value:g} {limit.unit}", system, limit)
    if requirement.kind == "performance" and (found := by_probe(requirement, probes, settle)) is not None:
        return found
    said = "; ".join(f"{x.kind} {x.value:g} {x.unit}" + (f" ({x.conditions})" if x.conditions else "") for x in limits)
    why = f"nobody has measured it for you{'; ' + said if said else ''}"
    return _reason(requirement, "unknown", why, "assumed", settle=settle)


def _contradicts(limit: Limit, requirement: Requirement) -> bool:
    comparison = requirement.comparison
    assert comparison is not None
    if limit.op == "<=" and comparison.op in (">=", ">"):
        return limit.value < comparison.value
    return False


def _leading_number(text: str) -> float | None:
    digits = "".join(c for c in text.split("%", maxsplit=1)[0].rsplit(maxsplit=1)[-1] if c.isdigit() or c == ".") if "%" in text else ""
    return float(digits) if digits else None


def _promised(requirement: Requirement, what: str, system: System, fact: Promise) -> Reason:
    """Met, under its conditions; unknown where its page leaves something open."""
    note = f" ({fact.conditions})" if fact.conditions else ""
    said = _from_statement(requirement, "unknown" if fact.ask else "met", what + note, system, fact)
    return replace(said, settle=said.settle or (f"ask the vendor: {fact.ask}" if fact.ask else fact.conditions or ""))


def _from_statement(requirement: Requirement, status: Status, why: str, system: System, fact: Sourced) -> Reason:
    """What a page says decides; what the catalog only takes for granted leaves a must unanswered."""
    page = system.sources[fact.source]
    grade = fact.grade or page.grade
    if grade == "assumed" and status == "met":
        return _reason(requirement, "unknown", f"taken for granted, no page says so: {why}", grade, page.url or "", f"ask the vendor to confirm: {requirement.text}")
    return _reason(requirement, status, why, grade, page.url or "")
