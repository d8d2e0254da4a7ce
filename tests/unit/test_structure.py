"""Structural choices side by side: the tail against its own formula, and what each choice must do."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.decide.structure import DRAWS, HEAVY_ALPHA, HEAVY_CAP, HEAVY_SHARE, SideBySide, heavy
from buildbuy.domain.profile import Profile
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws


def test_the_tail_is_the_published_pareto() -> None:
    """18% of projects lie past it; within it, P(times > t) is that of a truncated Pareto."""
    z = ndtri((np.arange(200_000) + 0.5) / 200_000)
    sigma = 0.326
    ratio = np.exp(sigma * (heavy(z, sigma) - ndtri(1 - HEAVY_SHARE)))  # times the 82nd percentile
    assert np.mean(ratio > 1 + 1e-9) == pytest.approx(HEAVY_SHARE, abs=1e-4)
    for times in (1.2, 2.0, 5.0, 10.0):
        wanted = HEAVY_SHARE * (times**-HEAVY_ALPHA - HEAVY_CAP**-HEAVY_ALPHA) / (1 - HEAVY_CAP**-HEAVY_ALPHA)
        assert np.mean(ratio > times) == pytest.approx(wanted, abs=2e-4)
    assert ratio.max() <= HEAVY_CAP * (1 + 1e-9)
    assert (np.diff(heavy(z, sigma)) >= 0).all()  # order of worlds stays


def profile(**organisation: object) -> Profile:
    return Profile.model_validate({"organisation": {"stage": "series-a", "ml_people": "6 to 10", "platform_people": 2, **organisation}, "components": {}})


def test_each_choice_moves_costs_the_way_it_must() -> None:
    problem = resolve(profile(), "feature-store", load(), months=36)
    outcome = decide(problem, draws=500, seed=3)
    told = {s.id: s for s in outcome.structures}
    assert told["no-growth"].cost < told["as-modelled"].cost < told["growth-holds"].cost
    assert told["heavy-tail"].cost > told["as-modelled"].cost
    for s in outcome.structures:
        assert s.best_cost <= s.cost
        assert s.changes <= (s.cost - s.best_cost > outcome.materiality)


def test_the_first_block_is_the_model_itself() -> None:
    problem = resolve(profile(), "model-serving", load(), months=36)
    base = Draws(problem.drivers, 5, "search", DRAWS)
    stacked = SideBySide(base, [{}, {"fade": np.inf}, {}], [False, False, True])
    for name in problem.drivers:
        np.testing.assert_array_equal(stacked.value(name)[:DRAWS], base.value(name))
    assert np.isinf(stacked.value("fade")[DRAWS : 2 * DRAWS]).all()
    build = "model-serving.build.production"
    assert (stacked.score(build)[2 * DRAWS :] >= base.score(build) - 1e-12).all()


def test_what_does_not_apply_is_not_asked() -> None:
    """With assistants pinned by the user there is nothing structural about them."""
    given = Profile.model_validate({"organisation": {"stage": "seed", "ml_people": 3}, "components": {"feature-store": {"workload": {"assistants": "1"}}}})
    outcome = decide(resolve(given, "feature-store", load(), months=36), draws=300, seed=1)
    assert {s.id for s in outcome.structures} == {"as-modelled", "growth-holds", "no-growth", "heavy-tail", "nothing-ends"}
