"""Question 3 on statements: what a page says decides, what the catalog takes for granted does not."""

from __future__ import annotations

import pytest

from buildbuy.catalog import schema as s
from buildbuy.domain.problem import Option, PlanStep, Requirement
from buildbuy.questions.fit import judge

LIST = PlanStep("list", "List", (), {}, None, True)
SOURCES = {
    "page": {"url": "https://example.org/trust", "as_of": "2026-01"},
    "judgement": {"as_of": "2026-01", "grade": "assumed", "note": "our own judgement"},
}


def system(**offer: object) -> s.System:
    return s.System.model_validate(
        {
            "id": "acme", "name": "Acme", "summary": "A test.", "homepage": "https://example.org", "components": ["feature-store"], "sources": SOURCES,
            "owners": [{"id": "acme", "kind": "startup", "source": "page"}], "license": {"value": "proprietary service", "source": "page"}, "parts": {},
            "offers": {
                "managed": {
                    "available": {"since": "2020-01", "source": "page"}, "deployment": [{"value": "saas", "source": "page"}],
                    "plans": [{"id": "list", "name": "List", "source": "page"}, {"id": "large", "name": "Large", "source": "page"}], **offer,
                }
            },
        }
    )  # fmt: skip


def judged(kind: str, word: str, **offer: object) -> tuple[str, str, bool]:
    made = system(**offer)
    requirement = Requirement(kind, kind, kind, f"{kind}: {word}", word=word)
    reason = judge(requirement, made, made.offers["managed"], Option("acme/managed", "Acme", "acme", "managed", "managed", plan=(LIST,)), frozenset())
    return reason.status, reason.grade, reason.bars


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ({"regions": [{"value": "eu", "source": "page"}]}, ("met", "documented", False)),
        ({"regions": [{"value": "us", "source": "page"}]}, ("unmet", "documented", True)),
        ({"regions": [{"value": "eu", "source": "page", "grade": "assumed"}]}, ("unknown", "assumed", True)),
        ({"regions": [{"value": "eu", "source": "page", "conditions": "but for support"}]}, ("met", "documented", False)),
        ({"regions": [{"value": "eu", "source": "page", "ask": "what passes through elsewhere?"}]}, ("unknown", "documented", True)),
        ({}, ("unknown", "assumed", True)),
        ({"residency": {"value": "no commitment is made", "source": "page"}}, ("unknown", "documented", True)),
    ],
    ids=["said", "elsewhere", "taken for granted", "on a condition", "open", "nothing said", "no commitment"],
)
def test_residency(offer: dict[str, object], expected: tuple[str, str, bool]) -> None:
    assert judged("residency", "eu", **offer) == expected


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ({"compliance": [{"value": "soc2-type2", "source": "page"}]}, ("met", "documented", False)),
        ({"compliance": [{"value": "soc2", "source": "judgement"}]}, ("unknown", "assumed", True)),
        ({"compliance": [{"value": "soc2", "source": "page", "grade": "secondary"}]}, ("met", "secondary", False)),
        ({"compliance": [{"value": "hipaa", "source": "page"}]}, ("unknown", "assumed", True)),
        ({"compliance": [{"value": "soc2", "source": "page", "conditions": "the cloud as a whole", "ask": "is it in scope?"}]}, ("unknown", "documented", True)),
        ({"compliance": [{"value": "soc2", "source": "page", "plans": ["list"]}]}, ("met", "documented", False)),
        ({"compliance": [{"value": "soc2", "source": "page", "plans": ["large"]}]}, ("unmet", "documented", True)),
        ({"compliance": [{"value": "soc2", "source": "page", "plans": ["large"]}, {"value": "soc2-type2", "source": "page"}]}, ("met", "documented", False)),
    ],
    ids=["said", "taken for granted", "second-hand", "another one", "open", "this plan", "another plan", "another plan, and any"],
)
def test_certificates(offer: dict[str, object], expected: tuple[str, str, bool]) -> None:
    assert judged("compliance", "soc2", **offer) == expected


@pytest.mark.parametrize(
    ("kind", "word", "rents", "incumbent", "expected"),
    [
        ("residency", "own-network", None, False, "met"),
        ("residency", "own-network", "other", False, "unmet"),
        ("residency", "own-network", "aws", False, "unmet"),
        ("residency", "own-network", "colocation", False, "met"),
        ("residency", "own-network", "other", True, "met"),
        ("residency", "eu", "other", False, "met"),
        ("compliance", "fedramp", None, False, "met"),
        ("compliance", "fedramp", "other", False, "unknown"),
        ("compliance", "fedramp", "aws", False, "met"),
        ("compliance", "fedramp", "colocation", False, "met"),
    ],
)
def test_software_of_ones_own_on_machines_of_others(kind: str, word: str, rents: str | None, incumbent: bool, expected: str) -> None:
    requirement = Requirement(kind, kind, kind, f"{kind}: {word}", word=word)
    option = Option("acme/self-host", "Acme", "acme", "self-host", "self-host", rents=rents, incumbent=incumbent)
    assert judge(requirement, None, None, option, frozenset()).status == expected


def test_a_region_nobody_read_of_is_unknown_at_an_owner_of_regions_everywhere() -> None:
    offer = {"regions": [{"value": "us", "source": "page"}]}
    made = system(**offer).model_copy(update={"owners": tuple(o.model_copy(update={"kind": "hyperscaler"}) for o in system(**offer).owners)})
    requirement = Requirement("residency", "residency", "residency", "residency: ca", word="ca")
    reason = judge(requirement, made, made.offers["managed"], Option("acme/managed", "Acme", "acme", "managed", "managed"), frozenset())
    assert (reason.status, reason.bars) == ("unknown", True)


def test_what_is_met_on_a_condition_says_which() -> None:
    made = system(compliance=[{"value": "hipaa", "source": "page", "conditions": "with a signed agreement"}])
    requirement = Requirement("compliance", "compliance", "compliance", "compliance: hipaa", word="hipaa")
    reason = judge(requirement, made, made.offers["managed"], Option("acme/managed", "Acme", "acme", "managed", "managed"), frozenset())
    assert (reason.status, reason.settle) == ("met", "with a signed agreement")


@pytest.mark.parametrize(("service", "incumbent", "expected"), [(None, False, "met"), ("DynamoDB", False, "unmet"), ("DynamoDB", True, "met")])
def test_the_own_network_holds_no_service_that_only_its_vendor_runs(service: str | None, incumbent: bool, expected: str) -> None:
    requirement = Requirement("residency", "residency", "residency", "residency: own-network", word="own-network")
    option = Option("acme/self-host", "Acme", "acme", "self-host", "self-host", service=service, incumbent=incumbent)
    assert judge(requirement, None, None, option, frozenset()).status == expected


@pytest.mark.parametrize(
    ("licence", "of_the_offer", "expected"),
    [
        ("Apache-2.0", None, "met"),
        ("AGPL-3.0 (community edition)", "commercial enterprise edition", "unmet"),
        ("MIT", "proprietary service on the MIT server", "unmet"),
        ("Apache-2.0 client; SSPL-1.0 server", None, "unmet"),
        ("Elastic License 2.0", None, "unmet"),
        ("your own code", None, "met"),
    ],
)
def test_open_source_is_what_one_would_run(licence: str, of_the_offer: str | None, expected: str) -> None:
    offer = {} if of_the_offer is None else {"license": {"value": of_the_offer, "source": "page"}}
    made = system(**offer).model_copy(update={"license": s.Statement(value=licence, source="page")})
    requirement = Requirement("license", "license", "license", "license: open-source", word="open-source")
    assert judge(requirement, made, made.offers["managed"], Option("acme/managed", "Acme", "acme", "managed", "managed"), frozenset()).status == expected
