"""`buildbuy probe COMPONENT` for components whose systems are exercised by a script, not loaded over HTTP."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from buildbuy.cli import common

if TYPE_CHECKING:
    from buildbuy.probes.exercise import Exercised
    from buildbuy.probes.systems import System

Keep = Callable[[list[dict[str, Any]]], None]


def run(component: str, chosen: Sequence[System], profiles: Sequence[str], cache: Path, size: float, times: int, page: dict[str, Any], keep: Keep) -> dict[str, Any]:
    """The page with each system exercised in each profile, `times` times, every round in a random order so that a
    machine that warms up or fills up favours none; what fails is told and left out, what worked is kept at once. With several runs one of
    them runs in a second set, which shows how far two sets of the same lie apart.
    """
    from buildbuy.probes.exercise import exercise
    from buildbuy.probes.records import Subject, figures, fingerprint
    from buildbuy.probes.supervise import FAILURES, told
    from buildbuy.probes.systems import INFORMS
    from buildbuy.report.exercise import compared, result

    common.before_starting()
    arms = [(s, p, False) for s in chosen for p in profiles]
    if times > 1 and len(arms) > 1:
        arms.append((*arms[0][:2], True))
    runs: dict[tuple[System, str, bool], list[Exercised]] = {arm: [] for arm in arms}

    def done(arm: tuple[System, str, bool]) -> dict[str, Any]:
        system, profile, _ = arm
        return result(f"{system.name}, {profile}", runs[arm], {**system.about(profile), "size": size})

    kept = set()

    def finish(arm: tuple[System, str, bool]) -> None:
        system, profile, again = arm
        if again or not runs[arm] or arm in kept:
            return
        kept.add(arm)
        subject = Subject(f"{component}.{system.id}.{profile}", fingerprint(system.requirements, f"{size:g}".encode()), component, *system.catalog, profile)
        keep(figures(subject, INFORMS.get(component, {}), done(arm), page))

    try:
        with common.Steps(len(arms) * times) as step:
            for block in range(times):
                for arm in random.sample(list(runs), len(runs)):
                    system, profile, _ = arm
                    name = f"{system.name}, {profile}"
                    step(f"{name}: environment, services, exercise" + (f", run {block + 1} of {times}" if times > 1 else ""))
                    try:
                        with system.placed(profile, cache, size=size) as at:
                            runs[arm].append(exercise(system.exercised(at), at.scratch))
                    except FAILURES as e:
                        page["not_measured"].append({"name": name, "why": told(e)})
                        if not runs[arm]:  # what can't be had or started isn't tried again
                            del runs[arm]
                            continue
                    if block == times - 1:
                        finish(arm)
    finally:  # an interruption leaves the records of what was done
        for arm in runs:
            finish(arm)
    page["not_measured"] = [dict(x) for x in dict.fromkeys(tuple(x.items()) for x in page["not_measured"])]
    page["results"] = [done(arm) for arm in arms if arm in runs and runs[arm] and not arm[2]]
    second = next((done(arm) for arm in runs if arm[2] and runs[arm]), None)
    page["comparisons"] = compared(page["results"], second)
    return page
