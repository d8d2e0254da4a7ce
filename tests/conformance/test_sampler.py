"""The sampler: enough profiles, in equal numbers, always the same, and all of them good input."""

from __future__ import annotations

from collections import Counter

import bars
import pytest
import sampler
from findings import CLAIMS, WIDER_CLAIMS
from misses import MISSES

from buildbuy.domain.profile import Profile


def test_there_are_enough_profiles_and_a_quarter_of_each_class():
    found = sampler.profiles()
    assert len(found) >= bars.PROFILES
    for i, profile in enumerate(found):
        low, high = sampler.ML_PEOPLE[sampler.CLASSES[i % 4]]
        assert low <= profile["organisation"]["ml_people"] <= high
    assert len(found) % 4 == 0


def test_the_same_seed_gives_the_same_profiles_whatever_their_number():
    assert sampler.profiles(40) == sampler.profiles()[:40]
    assert sampler.profiles(40, seed=1) != sampler.profiles(40)


def test_every_profile_is_valid_and_decides_all_components():
    for profile in sampler.profiles():
        assert set(Profile.model_validate(profile).components) == set(bars.COMPONENTS)


def test_the_further_components_are_drawn_for_the_same_teams_and_move_nothing_else():
    found, teams = sampler.wider_profiles(), sampler.profiles()
    assert len(found) >= bars.WIDER_PROFILES
    for profile, team in zip(found, teams, strict=False):
        assert set(Profile.model_validate(profile).components) == set(bars.WIDER)
        assert {k: v for k, v in profile.items() if k != "components"} == {k: v for k, v in team.items() if k != "components"}
    assert sampler.wider_profiles(12) == found[:12]


def test_most_start_from_nothing_and_the_rest_run_their_own_code_or_a_system():
    kinds = Counter(p["components"][c]["current"] if isinstance(p["components"][c]["current"], str) else next(iter(p["components"][c]["current"])) for p in sampler.profiles() for c in bars.COMPONENTS)
    whole = sum(kinds.values())
    assert kinds["nothing"] / whole > 0.6
    assert kinds["home-grown"] / whole > 0.05
    assert kinds["system"] / whole > 0.05


@pytest.mark.parametrize(("hits", "n", "low", "high"), [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (1, 100, 0.0018, 0.0545)])
def test_wilson_intervals_are_those_of_the_tables(hits, n, low, high):
    assert bars.wilson(hits, n) == pytest.approx((low, high), abs=1e-4)


def test_the_list_of_misses_names_claims_that_exist():
    assert set(MISSES) <= {claim.__name__ for claim in (*CLAIMS, *WIDER_CLAIMS)}
