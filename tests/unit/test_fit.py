"""Question 3 on statements: what a page says decides, what the catalog takes for granted does not."""

from __future__ import annotations

import pytest

from buildbuy.catalog import schema as s
from buildbuy.domain.problem import Option, Requirement
from buildbuy.questions.fit import judge

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
                    "plans": [{"id": "list", "name": "List", "source": "page"}], **offer,
                }
            },
        }
    )  # fmt: skip


def judged(kind: str, word: str, **offer: object) -> tuple[str, str, bool]:
    made = system(**offer)
    requirement = Requirement(kind, kind, kind, f"{kind}: {word}", word=word)
    reason = judge(requirement, made, made.offers["managed"], Option("acme/managed", "Acme", "acme", "managed", "managed"), frozenset())
    return reason.status, reason.grade, reason.bars


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        ({"regions": [{"value": "eu", "source": "page"}]}, ("met", "documented", False)),
        ({"regions": [{"value": "us", "source": "page"}]}, ("unmet", "documented", True)),
        ({"regions": [{"value": "eu", "source": "page", "grade": "assumed"}]}, ("unknown", "assumed", True)),
        ({}, ("unknown", "assumed", True)),
        ({"residency": {"value": "no commitment is made", "source": "page"}}, ("unknown", "documented", True)),
    ],
    ids=["said", "elsewhere", "taken for granted", "nothing said", "no commitment"],
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
    ],
    ids=["said", "taken for granted", "second-hand", "another one"],
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
