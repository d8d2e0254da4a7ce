"""`buildbuy probe COMPONENT` for components whose systems are exercised by a script, not loaded over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from buildbuy.cli import common

if TYPE_CHECKING:
    from buildbuy.probes.exercise import Exercised
    from buildbuy.probes.session import Arm, Ran
    from buildbuy.probes.systems import System
    from buildbuy.probes.tables import Rows

ANALYSIS = "analysis_ms_per_prediction"
Keep = Callable[[list[dict[str, Any]]], None]


def run(component: str, chosen: Sequence[System], profiles: Sequence[str], cache: Path, size: float, times: int, tables: Sequence[Path], page: dict[str, Any], keep: Keep) -> dict[str, Any]:
    """The page with each system exercised in each profile, `times` times, on the user's `tables` where there are any; what fails is
    told and left out, what worked is kept at once. With several runs one of them runs in a second set, which shows how
    far two sets of the same lie apart.
    """
    from buildbuy.probes.exercise import exercise
    from buildbuy.probes.records import (
        BY_HAND,
        SETTINGS,
        WORK,
        Subject,
        figures,
        fingerprint,
        work,
    )
    from buildbuy.probes.session import Arm, in_blocks, with_noise
    from buildbuy.probes.systems import INFORMS
    from buildbuy.report.exercise import compared, result

    def observed(arm: Arm) -> Exercised:
        with arm.system.placed(arm.profile, cache, size=size, table=own.file if own else None) as at:
            return exercise(arm.system.exercised(at), at.scratch)

    def told(ran: Ran[Exercised]) -> dict[str, Any]:
        system, profile = ran.arm.system, ran.arm.profile
        return result(f"{system.name}, {profile}", ran.runs, {**system.about(profile), "size": size})

    def subject(arm: Arm) -> Subject:
        of = fingerprint(arm.system.requirements, f"{size:g}".encode(), own.input_hash.encode() if own else b"")
        return Subject(f"{component}.{arm.system.id}.{arm.profile}", of, component, *arm.system.catalog, arm.profile, own=own is not None)

    def done(ran: Ran[Exercised]) -> None:
        if ran.runs and not ran.arm.again:
            keep(figures(subject(ran.arm), INFORMS.get(component, {}), told(ran), page))

    common.before_starting()
    arms = with_noise([Arm(s, p) for s in chosen for p in profiles], times)
    with _own(tables, cache) as own, common.Steps(len(arms) * times) as step:
        page["table"] = own.how if own else None
        found = in_blocks(arms, times, observed, lambda name: step(f"{name}: environment, services, exercise"), done)
    settings = {ran.arm.system.catalog: ran for ran in found if ran.runs and not ran.arm.again and ran.arm.profile == SETTINGS}
    if own and BY_HAND in settings:
        for one in settings.keys() & WORK.keys():
            keep(work(subject(settings[one].arm), ANALYSIS, told(settings[one]), told(settings[BY_HAND]), page))
    page["not_measured"] = [{"name": ran.arm.name, "why": why} for ran in found for why in dict.fromkeys(ran.failed)]
    page["results"] = [told(ran) for ran in found if ran.runs and not ran.arm.again]
    page["comparisons"] = compared(page["results"], next((told(ran) for ran in found if ran.runs and ran.arm.again), None))
    return page


@contextmanager
def _own(tables: Sequence[Path], cache: Path) -> Iterator[Rows | None]:
    """What the monitors are shown of the user's tables, or nothing."""
    from buildbuy.probes.tables import rows

    if not tables:
        yield None
        return
    click.echo("reading your rows, in an environment of its own", err=True)
    with rows(tables[0], tables[1] if len(tables) > 1 else None, cache) as found:
        yield found
