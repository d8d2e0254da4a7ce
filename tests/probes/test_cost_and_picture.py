"""The price of a million requests, and the picture of a probe."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from buildbuy.catalog.load import load
from buildbuy.domain.evidence import Evidence
from buildbuy.evidence import store
from buildbuy.probes.cost import MACHINE, per_million
from buildbuy.probes.load import Load, Measured
from buildbuy.probes.requirement import Wanted
from buildbuy.report import charts, exercise_chart, probe, probe_chart

CATALOG = load()


def test_a_million_requests_are_priced_by_the_list_price_of_the_cores_they_take() -> None:
    """36 ms of a core each are 10 core-hours a million, of a machine with two vCPU, at the planned share."""
    found = per_million(0.036, CATALOG, "x")
    hour, busy = CATALOG.prices[MACHINE].rate.estimate.median, CATALOG.classes["utilisation"].estimate
    assert found["usd"] == pytest.approx(10 * hour / 2 / busy.median, rel=0.006)
    assert found["low"] == pytest.approx(10 * hour / 2 / busy.quantile(0.95), rel=0.006)
    assert found["low"] < found["usd"] < found["high"]
    assert (found["grade"], found["utilisation_grade"]) == ("documented", "reference-class")
    assert found["source"].startswith("https://")


def seen(scale: float, rate: float = 100) -> Measured:
    n = round(rate)
    return Measured(Load(rate, 1), np.sort(np.random.default_rng(1).lognormal(0, 1, n)) * scale / 1000, np.zeros(n), {}, 0.1, 1.0, 1)


def page(names: list[str], ladder: bool, wanted: Wanted | None) -> dict[str, Any]:
    results = []
    for i, name in enumerate(names):
        one = probe.result(name, [seen(i + 1.0)], wanted)
        steps = [probe.rung(seen((i + 1.0) * r / 100, r), wanted) for r in (100, 200, 400)] if ladder else []
        results.append(one | {"ladder": steps})
    return {"what": "model-serving", "requirement": str(wanted) if wanted else None, "results": results}


@pytest.mark.parametrize("ladder", [False, True])
@pytest.mark.parametrize("wanted", [None, Wanted(99, 0.02, 100)])
def test_a_picture_holds_every_system_and_the_limit(ladder: bool, wanted: Wanted | None) -> None:
    names = [f"system {i}" for i in range(6)]
    text = charts.standalone(probe_chart.picture(page(names, ladder, wanted)))
    root = ElementTree.fromstring(text)
    words = " ".join(x.text or "" for x in root.iter("{http://www.w3.org/2000/svg}text"))
    assert all(name in words for name in names)
    assert ("limit of p99: 20 ms" in words) == (wanted is not None)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 6 * (1 + ladder)
    height, bottom = float(root.get("height") or 0), max(float(x.get("y") or 0) for x in root.iter("{http://www.w3.org/2000/svg}text"))
    assert bottom < height


def test_a_hostile_name_stays_text() -> None:
    text = charts.standalone(probe_chart.picture(page(["<script>x</script>\x1b[31m"], True, None)))
    assert "<script" not in text and "\x1b" not in text
    ElementTree.fromstring(text)


def test_a_system_of_which_every_request_failed_is_drawn_as_nothing() -> None:
    failed = Measured(Load(100, 1), np.full(100, np.inf), np.zeros(100), {"status 500": 100}, 0.1, 1.0, 1)
    data = {"what": "x", "requirement": None, "results": [probe.result("gone", [failed], None)]}
    assert "gone: p99 failed" in str(probe_chart.picture(data))


def exercised(names: list[str], **values: list[float]) -> dict[str, Any]:
    """A page of an exercise: figures by name, one value a system, with an interval where there are several."""
    def figure(what: str, value: float) -> dict[str, Any]:
        return {"what": what, "value": value, "unit": "ms", "n": 9, "how": "h", "runs": [value] * 3, "missed": [], "interval": [value / 2, value * 2] if value else None}

    about = {"ready_seconds": 1.0, "seconds": 1.0, "cpu_seconds": 1.0, "memory_mb": 1.0, "runs": 3}
    results = [{"name": name, "figures": [figure(what, each[i]) for what, each in values.items()], "about": about} for i, name in enumerate(names)]
    results[0]["figures"].append({"what": "gone", "why_not": "no server"})
    return {"what": "monitoring", "proves": "exercise", "results": results}


def drawn(data: dict[str, Any]) -> tuple[ElementTree.Element, list[str]]:
    root = ElementTree.fromstring(charts.standalone(exercise_chart.picture(data)))
    return root, [x.text or "" for x in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_panel_for_each_figure_that_differs_and_a_dot_for_each_system() -> None:
    names = ["A, tuned", "A, default", "A system of a name that is far too long to stand beside, tuned"]
    root, words = drawn(exercised(names, near=[1, 2, 3], wide=[0.01, 4, 900], same=[5, 5, 5], zero=[0, 0, 7]))
    assert [x for x in words if x.startswith(("near", "wide", "same", "zero", "gone", "whole"))] == ["near, ms", "wide, ms (log scale)", "zero, ms"]
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 9
    assert sum(x.endswith("…, tuned") for x in words) == 3, "the profile is never cut"
    assert max(float(x.get("y") or 0) for x in root.iter("{http://www.w3.org/2000/svg}text")) < float(root.get("height") or 0)


@example([0.0, 5e-324])
@given(st.lists(st.floats(0, 1e12) | st.floats(-1e6, 0), min_size=2, max_size=5))
def test_every_dot_and_interval_lies_in_its_panel(values: list[float]) -> None:
    names = [f"system {i}, tuned" for i in range(len(values))]
    root, _ = drawn(exercised(names, some=values))
    for mark in (*root.iter("{http://www.w3.org/2000/svg}circle"), *root.iter("{http://www.w3.org/2000/svg}line")):
        assert all(exercise_chart.START - 0.1 <= float(mark.get(k) or 0) <= exercise_chart.END + 0.1 for k in ("cx", "x1", "x2") if mark.get(k))


def test_a_hostile_name_of_an_exercise_stays_text() -> None:
    drawn(exercised(["<script>x</script>\x1b[31m, tuned", "b"], read=[1, 2]))
    assert "<script" not in charts.standalone(exercise_chart.picture(exercised(["<script>x</script>", "b"], read=[1, 2])))


def _kept(folder: Path, name: str, value: float, **more: Any) -> None:
    probed = {"component": "model-serving", "system": "fastapi-container", "sourcing": "build", "metric": "cpu_time", "own": True}
    record = {"what": "model-serving.cpu_time", "value": value, "unit": "ms/req", "method": "load", "when": "2026-11-20", "where": "here", "scope": "probe", "probe": probed, **more}
    (folder / f"{name}.json").write_text(json.dumps(Evidence.model_validate(record).model_dump(mode="json")))


def test_the_cpu_of_ones_own_model_settles_a_driver_unless_production_was_seen(tmp_path: Path) -> None:
    _kept(tmp_path, "a", 3.0)
    assert store.load(tmp_path)["model-serving.cpu_time"].value == 3.0
    _kept(tmp_path, "b", 9.0, scope="production", when="2026-01-01", probe=None)
    assert store.load(tmp_path)["model-serving.cpu_time"].value == 9.0


def test_the_cpu_of_a_stand_in_settles_none(tmp_path: Path) -> None:
    _kept(tmp_path, "a", 3.0, probe={"component": "model-serving", "system": "fastapi-container", "sourcing": "build", "metric": "cpu_time", "own": False})
    assert "model-serving.cpu_time" not in store.load(tmp_path)
