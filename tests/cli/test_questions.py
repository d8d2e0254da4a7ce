"""Questions on a terminal: an answer that would end the session later is asked again at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

Run = Callable[..., Any]
ORDER = ("stage", "ml_people", "platform_people", "region", "have", "current", "users", "data_stored", "growth", "parts", "must", "build_estimate", "candidate", "gap", "quote")


def typed(**answers: list[str]) -> str:
    """What somebody types, question by question; what isn't named is skipped."""
    assert {*answers} <= {*ORDER}
    return "\n".join(line for key in ORDER for line in answers.get(key, [""])) + "\n" * 20


@pytest.mark.parametrize(
    ("key", "wrong", "right", "reason"),
    [
        ("ml_people", "0", "5", "above zero"),
        ("ml_people", "-4", "5", "`-4` is negative"),
        ("ml_people", "many", "5", "`many` is not a number"),
        ("platform_people", "-1", "1", "`-1` is negative"),
        ("stage", "tiny", "seed", "`tiny` is not one of"),
        ("users", "-3", "3", "`-3` is negative"),
        ("users", "5 GB", "5", "`GB` is not a unit of the kind `seat`"),
        ("growth", "-150%", "50%", "shrinks to nothing"),
        ("must", "eu", "data_residency: eu", "`eu` is not a must"),
        ("must", "weather: fine", "data_residency: eu", "weather"),
        ("build_estimate", "-2", "2 to 4 person_months", "`-2` is negative"),
    ],
)
def test_an_answer_that_makes_no_sense_is_asked_again_with_the_reason(key: str, wrong: str, right: str, reason: str, buildbuy: Run, test_catalog: Path, tmp_path: Path) -> None:
    ran = buildbuy("init", "-c", "experiment-tracking", "--out", "p.yaml", typed=typed(**{key: [wrong, right]}))
    assert ran.code == 0, ran.err
    assert reason in ran.err
    clean = buildbuy("init", "-c", "experiment-tracking", "--out", "clean.yaml", typed=typed(**{key: [right]}))
    assert clean.code == 0 and reason not in clean.err
    assert yaml.safe_load((tmp_path / "p.yaml").read_text()) == yaml.safe_load((tmp_path / "clean.yaml").read_text())


@pytest.mark.parametrize(("key", "wrong"), [("gap", "-5"), ("gap", "much"), ("quote", "-100 USD/month"), ("quote", "12 GB")])
def test_what_is_said_of_a_candidate_is_checked_too(key: str, wrong: str, buildbuy: Run, test_catalog: Path) -> None:
    ran = buildbuy("decide", "-c", "experiment-tracking", "--draws", "200", typed=typed(candidate=["brich", "birch"], **{key: [wrong, ""]}))
    assert ran.code == 0, ran.err
    assert "`brich` is not one of" in ran.err and wrong.split(maxsplit=1)[0] in ran.err
    assert ran.out.startswith("Experiment tracking · ")


def test_a_bad_answer_given_in_advance_stops_before_the_questions_go_on(buildbuy: Run, test_catalog: Path) -> None:
    ran = buildbuy("init", "-c", "experiment-tracking", "--set", "stage=seed", "--set", "ml_people=0", typed="\n" * 30)
    assert ran.code == 2 and "above zero" in ran.err
    assert "run platforms" not in ran.err


def test_a_component_nobody_covers_is_refused_before_the_first_question(buildbuy: Run, test_catalog: Path) -> None:
    ran = buildbuy("init", "-c", "coffee", typed="\n" * 30)
    assert ran.code == 2 and "`coffee`" in ran.err and "Stage" not in ran.err
