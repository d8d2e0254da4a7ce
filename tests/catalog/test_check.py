"""`catalog check`, `diff`, `new` and `pages`: what they find is what was planted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from buildbuy.catalog import check, freshness
from buildbuy.catalog import schema as s
from buildbuy.catalog.diff import changes
from buildbuy.catalog.facts import facts
from buildbuy.catalog.load import DATA, load, load_alone
from buildbuy.errors import BadInput
from buildbuy.quantities.estimate import parse
from buildbuy.resolve.ageing import aged_price

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parents[1] / "data" / "catalog"
Run = Callable[..., Any]


def edited(tmp_path: Path, file: str, old: str, new: str) -> Path:
    """A copy of the test catalog with one change."""
    folder = tmp_path / "edited"
    shutil.copytree(HERE, folder)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("as_of", "now", "seen", "undated", "age"),
    [
        ("2026-05", "2026-11", None, False, 6),
        ("2024", "2026-06", None, False, 24),
        ("2026-11", "2026-11", None, True, freshness.UNDATED_MONTHS),
        ("2026-09", "2026-11", "2026-10", True, 1),
        ("2026-11", "2030-11", None, True, 48),
        ("2020-01", "2026-11", "2026-11", False, 0),
        ("2026-11", "2026-05", None, False, 6),
    ],
)
def test_age_counts_from_the_last_time_somebody_looked(as_of: str, now: str, seen: str | None, undated: bool, age: int) -> None:
    assert freshness.age_months(as_of, now, seen, undated=undated) == age


def test_reading_an_undated_page_makes_no_price_surer() -> None:
    """What it says may be old, however lately it was read."""
    price = parse(10, "USD/month")
    dated, undated = (aged_price(price, "2026-11", "2026-11", "documented", undated=u) for u in (False, True))
    assert undated.quantile(0.95) > dated.quantile(0.95) == 10


def test_a_page_seen_again_makes_a_price_surer_but_not_dearer() -> None:
    price = parse(10, "USD/month")
    old = aged_price(price, "2022-11", "2026-11", "documented")
    again = aged_price(price, "2022-11", "2026-11", "documented", "2026-10")
    assert old.mean() == pytest.approx(again.mean()) == pytest.approx(10)
    assert old.quantile(0.95) > again.quantile(0.95) > 10


def test_verifying_before_the_date_is_refused() -> None:
    with pytest.raises(Exception, match="verified"):
        s.Source(url="https://example.org", as_of="2026-05", last_verified="2026-04")


def test_every_fact_is_found_once_with_its_page() -> None:
    catalog = load()
    every = list(facts(catalog))
    assert len(every) > 1000
    for one in every:
        assert one.as_of and one.grade and one.said
        assert one.page.url or one.grade in ("assumed", "quoted")


def test_planted_troubles_are_found(tmp_path: Path) -> None:
    catalog = load_alone(edited(tmp_path, "systems/birch.yaml", "available: {since: 2019-01, ", "available: {since: 2019-01, until: 2026-12, "))
    assert any(r.kind == "soon" and "2026-12" in r.why and "birch" in r.where for r in check.remarks(catalog))
    clean = load_alone(HERE)
    assert not any(r.kind == "soon" and "birch" in r.where for r in check.remarks(clean))


def test_judgement_is_no_remark() -> None:
    catalog = load()
    judged = {f.where for f in facts(catalog) if f.grade == "assumed"}
    assert not judged & {r.where for r in check.remarks(catalog) if r.kind in ("stale", "second-hand")}


def test_a_judgement_that_names_a_page_says_what_is_ours() -> None:
    """Else a reader would take the page's word for it."""
    after = [x for x in facts(load()) if x.grade == "assumed" and x.page.url]
    assert len(after) > 100
    assert [x.where for x in after if not (getattr(x.fact, "note", None) or x.page.note)] == []


def test_the_catalog_rests_on_pages() -> None:
    found = check.counts(load())
    assert found["with_page"] + found["own_judgement"] - found["judgement_with_page"] == pytest.approx(1, abs=1e-3)  # type: ignore[operator]
    assert found["with_page"] >= 0.8  # type: ignore[operator]


def test_every_count_is_over_all_facts() -> None:
    every, found = list(facts(load())), check.counts(load())
    undated = [x for x in every if x.undated]
    assert undated and found["of_undated_pages"] == len(undated)
    assert found["with_source_and_as_of"] == 1.0
    assert found["with_page"] == round(sum(x.page.url is not None for x in every) / len(every), 4)
    assert found["own_judgement"] == round(found["by_grade"]["assumed"] / len(every), 4)  # type: ignore[index]
    assert {r.where for r in check.remarks(load()) if r.kind == "undated"} == {x.where for x in undated}
    assert not any(x.grade == "assumed" for x in undated)


def test_a_markets_range_is_no_contradiction() -> None:
    kinds = {kind: {r.where: r.why for r in check.remarks(load()) if r.kind == kind} for kind in check.KINDS}
    assert "prices:aws/gpu/h100/one-year rate" in kinds["range"]
    assert "readings" in kinds["contradictory"]["systems:prefect-cloud drivers.per_seat"]
    assert "disagree" in kinds["contradictory"]["systems:evidently-cloud offers.managed.plans.cloud.charges.subscription.rate"]
    assert "systems:weights-and-biases drivers.pro_per_seat" in kinds["open"]
    assert not kinds["contradictory"].keys() & (kinds["range"].keys() | kinds["open"].keys())


def test_the_gate_fires(buildbuy: Run) -> None:
    assert buildbuy("catalog", "check").code == 0
    ran = buildbuy("catalog", "check", "--gate", "second-hand", "--format", "json")
    assert ran.code == 1
    assert json.loads(ran.out)["fired"] == ["second-hand"]


def test_no_difference_and_one_difference(tmp_path: Path) -> None:
    assert changes(load_alone(HERE), load_alone(HERE)) == []
    other = load_alone(edited(tmp_path, "prices/test.yaml", "value: ", "value: 7"))
    found = changes(load_alone(HERE), other)
    assert len(found) == 1
    assert found[0].where.startswith("prices:") and found[0].old != found[0].new
    assert [(c.old, c.new) for c in changes(other, load_alone(HERE))] == [(found[0].new, found[0].old)]


def test_a_difference_shows_the_verdicts_it_moves(buildbuy: Run, tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(DATA, old)
    profile = tmp_path / "p.yaml"
    profile.write_text("organisation: {ml_people: 5}\ncomponents: {experiment-tracking: {}}\n", encoding="utf-8")
    ran = buildbuy("catalog", "diff", old, "--profile", profile, "--format", "json")
    assert ran.code == 0, ran.err
    data = json.loads(ran.out)
    assert data["changes"] == []
    assert [v["component"] for v in data["verdicts"]] == ["experiment-tracking"]
    assert data["verdicts"][0]["old_mean"] == data["verdicts"][0]["new_mean"]


def overlay(tmp_path: Path, text: str) -> Path:
    """A folder that holds prices only."""
    (tmp_path / "mine" / "prices").mkdir(parents=True)
    (tmp_path / "mine" / "prices" / "mine.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "mine"


OURS = """sources: {quote: {url: "https://example.org/quote", as_of: 2026-01}}
prices: {test/server: {name: ours, provider: test, rate: {value: 0.07, unit: USD/hour, source: quote}}}
"""


def test_a_folder_of_own_prices_is_compared_on_top_of_the_other_catalog(buildbuy: Run, tmp_path: Path) -> None:
    mine = overlay(tmp_path, OURS)
    there = buildbuy("catalog", "diff", HERE, mine, "--format", "json")
    assert there.code == 0, there.err
    assert "on top of" in there.err
    [change] = json.loads(there.out)["changes"]
    assert (change["where"], change["new"]) == ("prices:test/server rate", "0.07 USD/hour")
    back = buildbuy("catalog", "diff", mine, HERE, "--format", "json")
    [again] = json.loads(back.out)["changes"]
    assert (again["old"], again["new"]) == (change["new"], change["old"])


def test_a_folder_of_own_prices_against_the_shipped_catalog(buildbuy: Run, tmp_path: Path) -> None:
    ran = buildbuy("catalog", "diff", overlay(tmp_path, OURS))
    assert ran.code == 0, ran.err
    assert "- prices:test/server rate: 0.07 USD/hour" in ran.out


def test_part_of_a_catalog_is_no_catalog(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no exchange rates"):
        load_alone(overlay(tmp_path, OURS))


@pytest.mark.parametrize("component", sorted(load().components))
def test_a_new_system_loads_and_is_barred_until_it_has_a_price(component: str, buildbuy: Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    assert buildbuy("catalog", "new", "acme-thing", "-c", component, "--out", folder).code == 0
    assert load(folder).systems["acme-thing"].components == (component,)
    again = buildbuy("catalog", "new", "acme-thing", "-c", component, "--out", folder)
    assert again.code == 2 and "exists already" in again.err
    profile = tmp_path / "p.yaml"
    profile.write_text(f"organisation: {{ml_people: 5}}\ncomponents: {{{component}: {{}}}}\n", encoding="utf-8")
    ran = buildbuy("decide", profile, "--catalog", folder, "--draws", "200", "--format", "json")
    assert ran.code == 0, ran.err
    mine = [o for o in json.loads(ran.out)["components"][0]["options"] if o["system"] == "acme-thing"]
    assert mine and all(o["policy_cost"] is None and o["missing_price"] for o in mine)


@pytest.mark.parametrize("name", ["Acme", "acme thing", "../acme", "a--b", ""])
def test_a_bad_name_is_refused(name: str, buildbuy: Run, tmp_path: Path) -> None:
    ran = buildbuy("catalog", "new", name, "-c", "feature-store", "--out", tmp_path / "mine")
    assert ran.code == 2 and "Traceback" not in ran.err
    assert not (tmp_path / "mine").exists()


def test_a_folder_that_is_no_catalog(buildbuy: Run, tmp_path: Path) -> None:
    ran = buildbuy("catalog", "diff", tmp_path)
    assert ran.code == 2 and "no catalog files" in ran.err
    with pytest.raises(BadInput):
        load_alone(tmp_path / "nowhere")


def test_judgement_is_nobodys_price(tmp_path: Path) -> None:
    """A plan all of whose rates are our own judgement is neither second-hand nor first-hand; one judged rate keeps a plan from being first-hand."""
    found = check.counts(load())
    plans = {(p.system, p.plan): p.hand for p in check.priced(load())}
    assert plans["vertex-ai-feature-store", "legacy"] == "judgement"
    assert plans["sagemaker-feature-store", "on-demand"] == "second"
    hands = list(plans.values())
    assert found["priced_plans_of_named_systems"] == hands.count("first") + hands.count("second")
    assert found["of_those_not_second_hand"] == round(hands.count("first") / (hands.count("first") + hands.count("second")), 4)
    assert found["plans_on_our_own_judgement"] == hands.count("judgement")
    assert found["plans_on_machine_prices_only"] == hands.count("machines")


def test_every_product_of_a_named_system_is_counted() -> None:
    """The hosted form of a named system is that system: what Prefect or Dagster charge stands in prefect-cloud and dagster-plus."""
    catalog = load()
    assert set(check.NAMED) <= set(catalog.systems)
    for product in ("prefect-cloud", "dagster-plus", "evidently-cloud", "weights-and-biases-dedicated"):
        assert any(p.system == product for p in check.priced(catalog)), product
