"""Every key that a driver names is filled in for real, and the driver becomes what was written there."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.decide.information import at_score
from buildbuy.domain.evidence import Evidence
from buildbuy.domain.problem import Driver, Problem
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.quantities.estimate import Z95
from buildbuy.resolve import resolve
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World

OTHER = {".value_monthly": "5000 USD/month", ".estimates.build": "9 person_months", ".estimates.adopt.": "90 hours"}  # keys that ask for something else than their driver
ORGANISATION = {"stage": "series-a", "region": "eu"}
FIRST = {
    "feature-store": {"current": {"home-grown": "since 2025-03"}, "parts": ["registry", "online-reads"], "requirements": [{"online_read_p99": "<= 25 ms"}, {"data_residency": "eu", "level": "should"}]},
    "experiment-tracking": {"current": {"system": "mlflow", "sourcing": "self-host"}},
    "training-compute": {},
    "model-serving": {},
    "data-pipeline": {},
    "monitoring": {},
}  # fmt: skip


def resolved(component: str, profile: dict[str, Any], **more: Any) -> Problem:
    return resolve(Profile.model_validate(profile), component, load(), months=36, **more)


def plain(component: str) -> dict[str, Any]:
    return {"organisation": dict(ORGANISATION), "components": {component: copy.deepcopy(FIRST[component])}}


def filled(profile: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    """The profile with a value at a key: what follows a table of free names is one name."""
    steps = key.split(".")
    for table in ("drivers", "gap_hours", "adopt"):
        if table in steps[:-1]:
            i = steps.index(table) + 1
            steps = [*steps[:i], ".".join(steps[i:])]
    out = copy.deepcopy(profile)
    at: Any = out
    for step in steps[:-1]:
        at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
    at[steps[-1]] = value
    return out


def today(problem: Problem) -> float:
    return float(World(problem, Medians(problem.drivers)).scale[0, 0])


def value_for(driver: Driver, scale: float) -> str:
    """Something else than the prior's median, as a user would write it."""
    special = next((v for k, v in OTHER.items() if driver.key and k in driver.key), None)
    if special:
        return special
    amount = at_score(driver, 0.7, scale)
    return f"{amount:.4g} {'' if driver.unit == 'dimensionless' else driver.unit}".strip()


def becomes(problem: Problem, key: str, value: str) -> Driver:
    """The one driver that is stated by a key, checked against what was written."""
    [found] = [d for d in problem.drivers.values() if d.key == key and d.grade in ("stated", "quoted")]
    amount = float(value.split(" ", maxsplit=1)[0])
    assert at_score(found, 0.0, today(problem)) == pytest.approx(amount, rel=2e-3), key
    assert found.source == "your profile"
    return found


@pytest.mark.parametrize("component", FIRST)
def test_every_key_of_its_own_is_filled_in(component: str) -> None:
    base = resolved(component, plain(component))
    own = {d.key: d for d in base.drivers.values() if d.key and ".drivers." not in d.key}
    assert len(own) > 15
    values = {key: value_for(driver, today(base)) for key, driver in own.items()}
    profile = plain(component)
    for key, value in values.items():
        profile = filled(profile, key, value)
    problem = resolved(component, profile)
    for key, value in values.items():
        becomes(problem, key, value)


@pytest.mark.parametrize("relative", [False, True])  # a system's own effort is not stated beside how it differs from its class
@pytest.mark.parametrize("component", FIRST)
def test_every_other_number_is_stated_by_its_id(component: str, relative: bool) -> None:
    """All of them at once: adopted, operated, prices, migration, infrastructure, parts."""
    base = resolved(component, plain(component))
    scale = today(base)
    others = {d.id: value_for(d, scale) for d in base.drivers.values() if d.key == f"components.{component}.drivers.{d.id}" and d.id.startswith("effort.") == relative}
    assert len(others) > (2 if relative else 40)
    profile = plain(component)
    profile["components"][component]["drivers"] = others
    problem = resolved(component, profile)
    for name, value in others.items():
        found = becomes(problem, f"components.{component}.drivers.{name}", value)
        assert found.id == name
        assert found.grade == ("quoted" if name.startswith("price.") else "stated")


@pytest.mark.parametrize("component", FIRST)
def test_what_decides_has_a_key(component: str) -> None:
    """Whatever can flip a verdict or is worth asking for can be written down, but the outside view, which
    a command of its own learns.
    """
    outcome = decide(resolved(component, plain(component)), draws=400, seed=1)
    without = {e.driver.id for e in outcome.effects if not e.driver.key}
    assert without <= {"outside_view_organisation", "outside_view_project"}


def test_a_stated_effort_is_what_is_paid() -> None:
    """20 hours a month at today's scale; it moves with scale as its class does."""
    name = "operate.feast/self-host"
    profile = plain("feature-store")
    profile["components"]["feature-store"]["drivers"] = {name: "20 h/month"}
    before, after = resolved("feature-store", plain("feature-store")), resolved("feature-store", profile)
    worlds = [World(p, Medians(p.drivers)) for p in (before, after)]
    paths = [w.effort(name).path[:, 0] for w in worlds]
    assert paths[1][0] == pytest.approx(20, rel=1e-6)
    np.testing.assert_allclose(paths[1] / paths[1][0], paths[0] / paths[0][0], rtol=1e-9)
    [option, *_] = [o for o in after.options if o.operate == name]
    assert "operate" not in option.effort  # nor is it multiplied by what sets the system apart from its class
    assert after.drivers[name].curve is not None
    assert set(after.drivers[name].curve.sigma) == {0.0}


def test_a_range_keeps_its_ends_at_todays_scale() -> None:
    name = "migrate.fixed"
    profile = plain("feature-store")
    unit = resolved("feature-store", profile).drivers[name].unit
    profile["components"]["feature-store"]["drivers"] = {name: f"3 to 9 {unit}"}
    problem = resolved("feature-store", profile)
    assert [at_score(problem.drivers[name], z, today(problem)) for z in (-Z95, Z95)] == pytest.approx([3, 9], rel=1e-6)


def test_measured_hours_come_before_stated_ones() -> None:
    name = "operate.feast/self-host"
    profile = plain("feature-store")
    profile["components"]["feature-store"]["drivers"] = {name: "20 h/month"}
    record = Evidence.model_validate({"what": name, "value": 33, "unit": "h/month", "n": 40, "method": "tickets", "when": "2026-09", "where": "tracker", "scope": "production"})
    driver = resolved("feature-store", profile, evidence={name: record}).drivers[name]
    assert driver.grade == "measured"
    assert at_score(driver, 0.0, today(resolved("feature-store", profile))) == pytest.approx(33, rel=1e-3)


@pytest.mark.parametrize(
    ("stated", "says"),
    [
        ({"operate.feest/self-host": "20 h/month"}, "did you mean `operate.feast/self-host`"),
        ({"operate.feast/self-host": "20 GB"}, "components.feature-store.drivers.operate.feast/self-host"),
        ({"operate.feast/self-host": "0 h/month"}, "above zero"),
        ({"operate.feast/self-host": "-3 h/month"}, "negative"),
        ({"labour": "80 USD/h"}, "organisation.hourly_cost"),
        ({"ageing": "5% per year"}, "components.feature-store.workload.ageing"),
        ({"owner.own": "1"}, "nobody can know"),
        ({"gap.feature-store.feast/self-host": "8 h/month"}, "components.feature-store.gap_hours.feast/self-host"),
        ({"operate": {"feast/self-host": "20 h/month"}}, "is no number of this decision"),
    ],
)
def test_what_cannot_be_stated_says_why(stated: dict[str, Any], says: str) -> None:
    profile = plain("feature-store")
    profile["components"]["feature-store"]["drivers"] = stated
    with pytest.raises(BadInput) as caught:
        resolved("feature-store", profile)
    assert says in " ".join(str(x) for x in (caught.value.what, caught.value.why, caught.value.hint))


def test_a_falling_price_can_be_stated() -> None:
    """What can fall may be stated as falling, under `workload` as its key says."""
    profile = plain("training-compute")
    profile["components"]["training-compute"]["workload"] = {"drift_gpu": "-15% per year"}
    assert resolved("training-compute", profile).drivers["drift_gpu"].estimate.median == pytest.approx(-0.15)
