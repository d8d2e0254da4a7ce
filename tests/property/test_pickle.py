"""A profile, its problems and a run can be sent to another process."""

from __future__ import annotations

import pickle

from buildbuy.catalog.load import load
from buildbuy.decide.run import run
from buildbuy.domain.profile import Profile
from buildbuy.report.run_json import to_dict
from buildbuy.resolve import resolve


def test_profile_and_run_survive_pickling() -> None:
    profile = Profile.model_validate({"organisation": {"ml_people": 5}, "components": {"experiment-tracking": {}}})
    problem = resolve(profile, "experiment-tracking", load(), months=24)
    there = run({"experiment-tracking": problem}, draws=300, seed=2, catalog_version="x", as_of="2026-11")
    back_profile, back_problem, back = pickle.loads(pickle.dumps((profile, problem, there)))
    assert back_profile == profile
    assert to_dict(back) == to_dict(there)
    again = run({"experiment-tracking": back_problem}, draws=300, seed=2, catalog_version="x", as_of="2026-11")
    assert to_dict(again) == to_dict(there)
