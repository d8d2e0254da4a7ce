"""`buildbuy probe COMPONENT` for components whose systems are exercised by a script, not loaded over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from buildbuy.cli import common

if TYPE_CHECKING:
    from buildbuy.probes.exercise import Exercised
    from buildbuy.probes.session import Arm, Ran
    from buildbuy.probes.systems import System

Keep = Callable[[list[dict[str, Any]]], None]


def run(component: str, chosen: Sequence[System], profiles: Sequence[str], cache: Path, size: float, times: int, page: dict[str, Any], keep: Keep) -> dict[str, Any]:
    """The page with each system exercised in each profile, `times` times; what fails is told and left out, what worked
    is kept at once. With several runs one of them runs in a second set, which shows how far two sets of the same lie
    apart.
    """
    from buildbuy.probes.exercise import exercise
    from buildbuy.probes.records import Subject, figures, fingerprint
    from buildbuy.probes.session import Arm, in_blocks, with_noise
    from buildbuy.probes.systems import INFORMS
    from buildbuy.report.exercise import compared, result

    def observed(arm: Arm) -> Exercised:
        with arm.system.placed(arm.profile, cache, size=size) as at:
            return exercise(arm.system.exercised(at), at.scratch)

    def told(ran: Ran[Exercised]) -> dict[str, Any]:
        system, profile = ran.arm.system, ran.arm.profile
        return result(f"{system.name}, {profile}", ran.runs, {**system.about(profile), "size": size})

    def done(ran: Ran[Exercised]) -> None:
        if ran.runs and not ran.arm.again:
            system, profile = ran.arm.system, ran.arm.profile
            subject = Subject(f"{component}.{system.id}.{profile}", fingerprint(system.requirements, f"{size:g}".encode()), component, *system.catalog, profile)
            keep(figures(subject, INFORMS.get(component, {}), told(ran), page))

    common.before_starting()
    arms = with_noise([Arm(s, p) for s in chosen for p in profiles], times)
    with common.Steps(len(arms) * times) as step:
        found = in_blocks(arms, times, observed, lambda name: step(f"{name}: environment, services, exercise"), done)
    page["not_measured"] = [{"name": ran.arm.name, "why": why} for ran in found for why in dict.fromkeys(ran.failed)]
    page["results"] = [told(ran) for ran in found if ran.runs and not ran.arm.again]
    page["comparisons"] = compared(page["results"], next((told(ran) for ran in found if ran.runs and ran.arm.again), None))
    return page
