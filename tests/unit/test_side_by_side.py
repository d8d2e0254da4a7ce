"""Work that is shared with forked children: everything is made once, whatever becomes of a child."""

from __future__ import annotations

import os
import signal

import pytest

from buildbuy.decide.side_by_side import side_by_side

NAMES = [f"n{i}" for i in range(40)]


@pytest.mark.parametrize("children", [0, 1, 3])
def test_every_name_is_made_and_heard_of_in_order(children: int) -> None:
    heard: list[str] = []
    made = side_by_side(NAMES, lambda name: name.upper(), children, heard.append)
    assert made == {name: name.upper() for name in NAMES}
    assert list(made) == heard == NAMES


def test_children_take_their_share() -> None:
    here = os.getpid()
    made = side_by_side(NAMES, lambda name: sum(range(10**6)) and os.getpid(), 1, lambda name: None)
    assert {pid == here for pid in made.values()} == {True, False}


def test_what_a_killed_child_had_taken_is_made_here() -> None:
    here = os.getpid()

    def work(name: str) -> int:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return sum(range(10**6))

    assert set(side_by_side(NAMES, work, 2, lambda name: None)) == set(NAMES)


@pytest.mark.parametrize("children", [0, 2])
def test_an_error_is_raised_here(children: int, capfd: pytest.CaptureFixture[str]) -> None:
    def work(name: str) -> str:
        if name == "n7":
            raise ValueError(name)
        return name

    with pytest.raises(ValueError, match="n7"):
        side_by_side(NAMES, work, children, lambda name: None)
    assert capfd.readouterr().err == ""
