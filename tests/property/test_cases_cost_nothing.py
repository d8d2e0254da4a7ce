"""Public cases are shown beside a verdict and can't change it: whatever they say, and if there are none."""

from __future__ import annotations

import dataclasses
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildbuy.catalog.load import Catalog, load
from buildbuy.catalog.schema import Case
from buildbuy.decide.run import run
from buildbuy.domain.profile import Profile
from buildbuy.report.run_json import to_dict
from buildbuy.resolve import resolve

COMPONENTS = ("experiment-tracking", "feature-store", "model-serving")
PROFILE = {
    "organisation": {"ml_people": "20 to 30", "region": "eu"},
    "have": ["kubernetes"],
    "components": {
        "experiment-tracking": {"current": "mlflow"},
        "feature-store": {"current": {"home-grown": "since 2023-01"}, "requirements": [{"online_read_p99": "<= 25 ms"}, {"data_residency": "eu"}]},
        "model-serving": {"current": "nothing"},
    },
}


def decided(catalog: Catalog) -> dict[str, Any]:
    profile = Profile.model_validate(PROFILE)
    problems = {name: resolve(profile, name, catalog) for name in COMPONENTS}
    return to_dict(run(problems, draws=300, seed=5, catalog_version="x", as_of=catalog.month, cases=catalog.cases.values()))


def scrambled(cases: dict[str, Case], seed: int) -> dict[str, Case]:
    """The same number of cases with every content swapped with that of another."""
    shuffle = random.Random(seed)
    every = list(cases.values())
    fields: dict[str, list[Any]] = {}
    for name in Case.model_fields:
        fields[name] = [getattr(c, name) for c in every]
        if name != "sources":
            shuffle.shuffle(fields[name])
    made = [c.model_copy(update={name: fields[name][i] for name in fields if name not in ("id", "sources")}) for i, c in enumerate(every)]
    known = [c.model_copy(update={"sources": {s: page for x in every for s, page in x.sources.items()}}) for c in made]
    return dict(zip(cases, known, strict=True))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def without(data: dict[str, Any]) -> str:
    """A run as text, but for the cases in it."""
    return json.dumps({**data, "components": [{k: v for k, v in c.items() if k != "similar_cases"} for c in data["components"]]})


def shown(data: dict[str, Any]) -> list[Any]:
    return [c["similar_cases"] for c in data["components"]]


def test_scrambling_or_losing_the_cases_changes_no_cost_and_no_verdict(catalog: Catalog) -> None:
    as_they_are = decided(catalog)
    assert all(shown(as_they_are)), "each of the three has cases to lose"
    none = decided(dataclasses.replace(catalog, cases={}))
    assert without(none) == without(as_they_are)
    assert shown(none) == [[], [], []]
    for seed in range(2):
        other = decided(dataclasses.replace(catalog, cases=scrambled(dict(catalog.cases), seed)))
        assert without(other) == without(as_they_are)
        assert shown(other) != shown(as_they_are)


def test_nothing_that_prices_an_option_knows_of_cases() -> None:
    """Only the run, which matches them once everything is decided, and what prints them."""
    source = Path(__file__).parents[2] / "src" / "buildbuy"
    users = {p.relative_to(source).as_posix() for p in source.rglob("*.py") if "decide.cases" in p.read_text(encoding="utf-8")}
    assert users == {"decide/run.py", "report/run_json.py"}


def test_cases_stay_what_they_are_for_another_seed(buildbuy: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("organisation: {ml_people: 5}\ncomponents: {model-serving: {current: nothing}}\n", encoding="utf-8")
    one, two = (json.loads(buildbuy("decide", "p.yaml", "--draws", "200", "--seed", seed, "--format", "json").out) for seed in ("0", "1"))
    names = [[(c["id"], c["alike"]) for c in x["components"][0]["similar_cases"]] for x in (one, two)]
    assert names[0] == names[1] != []
