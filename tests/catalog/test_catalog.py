"""The real catalog loads and keeps its promises; a catalog that breaks one does not load."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from buildbuy.catalog import load as loading
from buildbuy.catalog import schema as s
from buildbuy.catalog.load import DATA, Catalog, load
from buildbuy.catalog.show import listing, state, text
from buildbuy.domain.profile import Profile
from buildbuy.errors import BadInput
from buildbuy.quantities import units
from buildbuy.quantities.estimate import parse
from buildbuy.questions.migration import exit_hours
from buildbuy.resolve import resolve
from buildbuy.strict_yaml import Strict
from buildbuy.worlds.medians import Medians
from buildbuy.worlds.world import World

HERE = Path(__file__).parents[1] / "data" / "catalog"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def entries(catalog: Catalog) -> Iterator[tuple[str, Strict]]:
    """Every entry with the name its file is known by."""
    for kind in ("components", "systems", "prices", "infrastructure", "classes", "curves", "stages", "cases"):
        for name, entry in getattr(catalog, kind).items():
            yield f"{kind}:{name}", entry
    yield "rates:money", catalog.money


def parts(entry: Any) -> Iterator[Strict]:
    """An entry and every record within it."""
    if isinstance(entry, Strict):
        yield entry
        for name in type(entry).model_fields:
            yield from parts(getattr(entry, name))
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from parts(value)
    elif isinstance(entry, tuple):
        for value in entry:
            yield from parts(value)


def facts(catalog: Catalog) -> Iterator[tuple[str, Strict, s.Source]]:
    """Everything that names a source: its owner, the fact and the source."""
    for owner, entry in entries(catalog):
        for one in parts(entry):
            name = getattr(one, "source", None)
            if isinstance(name, str):
                yield owner, one, catalog.source(owner, name)


# -- the real catalog ----------------------------------------------------------------------------


def test_the_whole_catalog_loads(catalog: Catalog) -> None:
    files = [p for p in DATA.rglob("*.yaml") if p.name != "catalog.yaml"]
    assert {Path(p) for p in catalog.files.values()} == {*files}
    assert {"experiment-tracking", "feature-store", "model-registry", "model-serving"} <= {*catalog.components}
    assert {c for system in catalog.systems.values() for c in system.components} <= {*catalog.components}
    for name, system in catalog.systems.items():
        assert Path(catalog.files[f"systems:{name}"]).stem == name
        assert {*system.parts} == {*system.components}


def test_every_source_that_is_not_assumed_can_be_opened(catalog: Catalog) -> None:
    for where, sources in catalog.sources.items():
        for name, source in sources.items():
            if source.grade != "assumed":
                assert source.url is not None and source.url.startswith("https://"), f"{where}: {name}"
            else:
                assert source.note, f"{where}: {name} is judgement and does not say so"


def test_every_source_is_used(catalog: Catalog) -> None:
    used = {(catalog.files[owner], one.source) for owner, one, _ in facts(catalog)}  # type: ignore[attr-defined]
    used |= {(catalog.files[f"components:{name}"], c.scale_source) for name, c in catalog.components.items()}
    unused = [f"{Path(where).name}: {name}" for where, sources in catalog.sources.items() for name in sources if (where, name) not in used]
    assert unused == []


def test_every_fact_has_a_unit_that_parses(catalog: Catalog) -> None:
    seen = 0
    for owner, one, _ in facts(catalog):
        unit, value = getattr(one, "unit", None), getattr(one, "value", None)
        if isinstance(unit, str):
            units.unit(unit)
            seen += 1
            if value is not None and not isinstance(one, s.Limit):
                assert parse(value, unit).unit == unit, owner
    assert seen > 200


def test_every_fact_is_dated_no_later_than_the_catalog(catalog: Catalog) -> None:
    for owner, one, source in facts(catalog):
        as_of = getattr(one, "as_of", None) or source.as_of
        assert as_of <= catalog.month, f"{owner}: {as_of}"


def test_judgement_says_so(catalog: Catalog) -> None:
    """Owners and availability are looked up, never judged; a price, an event or a covered part that is
    only judged says why.
    """
    for owner, one, source in facts(catalog):
        if (getattr(one, "grade", None) or source.grade) != "assumed":
            continue
        assert not isinstance(one, s.Owner | s.Availability), f"{owner}: {one}"
        if isinstance(one, s.Covered | s.Rate | s.Event):
            assert one.note, f"{owner}: {one}"


def test_facts_by_grade(catalog: Catalog) -> None:
    """Counts, so that a change of what the catalog rests on is seen; most must be looked up."""
    counts = Counter(getattr(one, "grade", None) or source.grade for _, one, source in facts(catalog))
    assert {*counts} <= {"documented", "secondary", "reference-class", "assumed", "quoted"}
    total = sum(counts.values())
    assert total > 500
    assert (counts["documented"] + counts["secondary"] + counts["quoted"]) / total > 0.6
    assert counts["documented"] > counts["assumed"]


def test_priors_and_shares_are_ranges_that_make_sense(catalog: Catalog) -> None:
    for component in catalog.components.values():
        for name, variable in component.variables.items():
            prior = parse(variable.prior.value, variable.unit)
            assert prior.quantile(0.001) >= 0, f"{component.id}.{name}"
            assert variable.prior.per in (None, "ml_people", *component.variables), f"{component.id}.{name}"
        shares = [p.share.estimate.mean() for p in component.parts.values() if p.share]
        assert 0.7 <= sum(shares) <= 1.3, component.id
        for name, curve in component.efforts.items():
            lows = [parse(getattr(curve, k), curve.unit).quantile(0.05) for k in ("S", "M", "L", "XL")]
            assert lows == sorted(lows), f"{component.id}.{name}"


def test_a_retired_system_is_kept_and_never_an_option(catalog: Catalog) -> None:
    assert "neptune" in catalog.systems
    assert state(catalog, catalog.systems["neptune"]).startswith("ended 2026-03")
    problem = resolve(Profile.model_validate({"components": {"experiment-tracking": {}}}), "experiment-tracking", catalog)
    assert "neptune" not in {o.system for o in problem.options}
    [gone] = [e for e in problem.excluded if e.system == "neptune"]
    assert "2026-03" in gone.why and gone.source.startswith("https://")
    with pytest.raises(BadInput, match=r"neptune\.ai no longer runs"):
        resolve(Profile.model_validate({"components": {"experiment-tracking": {"current": "neptune"}}}), "experiment-tracking", catalog)


def test_no_system_that_is_over_is_an_option(catalog: Catalog) -> None:
    for component in catalog.components:
        problem = resolve(Profile.model_validate({"components": {component: {}}}), component, catalog)
        offered = {o.system for o in problem.options} - {None}
        shown = offered | {e.system for e in problem.excluded}
        for system in catalog.systems.values():
            if component not in system.components:
                continue
            over = all(
                (o.available.until or "9999") < catalog.month or (o.available.newcomers_until or "9999") < catalog.month
                for o in system.offers.values()
            )
            assert not (over and system.id in offered), system.id
            if over:
                assert system.id in shown, f"{system.id} is missing without a word"


def test_a_retired_system_could_be_taken_before_it_ended(catalog: Catalog) -> None:
    profile = Profile.model_validate({"components": {"experiment-tracking": {}}})
    problem = resolve(profile, "experiment-tracking", catalog, as_of="2024-06")
    assert "neptune" in {o.system for o in problem.options}


def test_years_of_lineage_make_a_registry_dear_to_leave(catalog: Catalog) -> None:
    """Exit grows in proportion to models x years of lineage (claim Q4), and not for a tracker."""
    hours = {}
    for years in (0, 1, 8):
        profile = Profile.model_validate({"organisation": {"ml_people": 25}, "components": {"model-registry": {"current": "comet", "workload": {"lineage_years": f"{years} year", "models": 60}}}})
        problem = resolve(profile, "model-registry", catalog)
        world = World(problem, Medians(problem.drivers))
        other = next(o for o in problem.options if o.id == "mlflow/self-host")
        hours[years] = float(exit_hours(world, problem.incumbent, other, 0)[0])
        per_year = float(world.effort_at("migrate.per_lineage_year", 0)[0]) * 12  # held per month
    assert hours[1] - hours[0] == pytest.approx(60 * per_year)
    assert hours[8] - hours[0] == pytest.approx(8 * (hours[1] - hours[0]))


def test_the_listing_has_every_system_once_per_component(catalog: Catalog) -> None:
    rows = [(r["component"], r["id"]) for r in listing(catalog)]
    assert len(rows) == len({*rows}) == sum(len(x.components) for x in catalog.systems.values())


# -- what does not load --------------------------------------------------------------------------


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the test catalog that a test may break."""
    folder = tmp_path / "catalog"
    shutil.copytree(HERE, folder)
    monkeypatch.setattr(loading, "DATA", folder)
    loading._load.cache_clear()
    yield folder
    loading._load.cache_clear()


BROKEN: dict[str, tuple[str, str, str, str]] = {
    # file, text, replaced by, message after file and line
    "unknown key": ("systems/acorn.yaml", "api: acorn", "apis: acorn", r"13: unknown key `apis`"),
    "key one level too high": ("systems/acorn.yaml", "api: acorn", "regions: [{value: us, source: docs}]", r"13: unknown key `regions`"),
    "key one level too deep": ("systems/birch.yaml", "source: repo, since: 2019-01}\n    compare-ui", "source: repo, offers: 1}\n    compare-ui", r"15: parts\.experiment-tracking\.run-logging: unknown key `offers`"),
    "duplicate key": ("systems/acorn.yaml", "api: acorn", "name: Again", r"13: the key `name` stands here twice"),
    "part without a share": ("components/experiment-tracking.yaml", 'share: {value: "0.05 to 0.15", unit: dimensionless, source: judgement}, ', "", r"\d+: parts\.alerts: part `alerts` says no `share`"),
    "duplicate plan": ("systems/acorn.yaml", "id: team", "id: free", r"\d+: offers\.managed: two plans have the same id"),
    "duplicate entry": ("systems/birch.yaml", "id: birch\n", "id: acorn\n", r" `acorn` is defined twice"),
    "unknown source": ("systems/acorn.yaml", "license: {value: proprietary, source: docs}", "license: {value: proprietary, source: rumour}", r"12: the source `rumour`"),
    "fact without a source": ("prices/test.yaml", "rate: {value: 0.1, unit: USD/hour, source: list}", "rate: {value: 0.1, unit: USD/hour}", r"5: prices\.test/server\.rate: the key `source` is missing"),
    "fact without a unit": ("prices/test.yaml", "rate: {value: 0.1, unit: USD/hour, source: list}", "rate: {value: 0.1, source: list}", r"5: prices\.test/server\.rate: the key `unit` is missing"),
    "unit nobody knows": ("prices/test.yaml", "unit: USD/hour", "unit: USD/fortnight", r"5: prices\.test/server\.rate\.unit: `USD/fortnight` is not a unit"),
    "source without a page": ("prices/test.yaml", 'list: {url: "https://example.org/prices", as_of: 2025-07}', "list: {as_of: 2025-07}", r"3: sources\.list: a source needs a `url`"),
    "page that is none": ("prices/test.yaml", "https://example.org/prices", "see the wiki", r"3: sources\.list: `see the wiki` is not a page"),
    "second-hand as documented": ("systems/cedar.yaml", "grade: secondary, ", "", r"8: sources\.docs: a source read `via`"),
    "source without a date": ("prices/test.yaml", ", as_of: 2025-07}", "}", r"3: sources\.list: the key `as_of` is missing"),
    "no date": ("prices/test.yaml", "as_of: 2025-07", "as_of: undated", r"3: sources\.list\.as_of: `undated` is not a month"),
    "not a month": ("systems/acorn.yaml", "when: 2026-09", "when: 2026-9", r"\d+: events\.1\.when: `2026-9` is not a month"),
    "rate both ways": ("systems/birch.yaml", "rate: {price: test/disk}", "rate: {price: test/disk, value: 1, unit: USD/hour, source: repo}", r"29: .*a rate is either"),
    "rate no way": ("systems/birch.yaml", "rate: {price: test/disk}", "rate: {factor: 2}", r"29: .*a rate is either"),
    "price nobody has": ("systems/birch.yaml", "price: test/disk", "price: test/tape", r"29: `test/tape` is not a price"),
    "chosen region that costs nothing known": ("prices/test.yaml", "provider: test, rate: {value: 0.1", "provider: test, region: any, pinned: region_price_mars, rate: {value: 0.1", r".*`region_price_mars` is not a reference class"),
    "chosen region of a price of one": ("prices/test.yaml", "provider: test, rate: {value: 0.1", "provider: test, pinned: drift_saas, rate: {value: 0.1", r".*is the price of one region and has `pinned`"),
    "whence caps are that are none": ("systems/acorn.yaml", "next: team", "next: team, admits_source: rumour", r"\d+: the source `rumour`"),
    "not money per time": ("systems/birch.yaml", "quantity: data_stored", "quantity: users", r"29: `disk`: .* is not money per time"),
    "missing the time": ("systems/acorn.yaml", "unit: USD/(seat*month)", "unit: USD/seat", r"\d+: `seats`: .* is not money per time"),
    "quantity of two kinds": ("systems/birch.yaml", "quantity: data_stored", 'quantity: "data_stored + users"', r"29: .*adds unlike things"),
    "quantity nobody knows": ("systems/birch.yaml", "quantity: data_stored", "quantity: moonlight", r"29: `moonlight` is not a unit"),
    "no arithmetic": ("systems/birch.yaml", "quantity: data_stored", 'quantity: "open(1)"', r"29: .*not arithmetic"),
    "part nobody needs": ("systems/birch.yaml", "    compare-ui: {source", "    time-travel: {source", r"16: `time-travel` is not a part"),
    "cap on nothing": ("systems/acorn.yaml", "admits: {users: 2,", "admits: {user: 2,", r"\d+: `user` is not a variable"),
    "next plan that is none": ("systems/acorn.yaml", "next: team", "next: gold", r"\d+: offers\.managed: plan `free`: next `gold` is not a plan"),
    "infrastructure nobody has": ("systems/birch.yaml", "needs: [containers]", "needs: [mainframe]", r"\d+: `mainframe` is not a piece of infrastructure"),
    "nobody owns it": ("systems/birch.yaml", "owners:\n  - {id: birch-foundation, kind: foundation, since: 2019-01, source: repo}", "owners: []", r"9: owners: a system has at least one owner"),
    "exit over nothing": ("components/experiment-tracking.yaml", "variable: call_sites, effort", "variable: call_site, effort", r"\d+: `call_site` is not a variable"),
    "exit times nothing": ("components/experiment-tracking.yaml", "variable: call_sites, effort", "variable: call_sites, times: years, effort", r"\d+: `years` is not a variable"),
    "effort curve that is none": ("components/experiment-tracking.yaml", "effort: migrate.per_terabyte", "effort: migrate.per_petabyte", r"\d+: `migrate.per_petabyte` is not an effort curve"),
    "case with a label of the back-test": ("cases/harbour-2021.yaml", "scale: S\n", "scale: S\nhindsight_best: build\n", r"7: unknown key `hindsight_best`"),
    "case under another name of a component": ("cases/delta-2020.yaml", "component: monitoring", "component: ml-monitoring", r"4: component: `ml-monitoring` can't stand here"),
    "case without a source": ("cases/delta-2020.yaml", 'text: "dashboards", source: story}', 'text: "dashboards"}', r"7: had: the key `source` is missing"),
    "case with a source nobody knows": ("cases/delta-2020.yaml", 'text: "dashboards", source: story}', 'text: "dashboards", source: rumour}', r"7: the source `rumour`"),
    "case that needs a part nobody has": ("cases/harbour-2021.yaml", "part: compare-ui", "part: compare-uis", r"12: `compare-uis` is not a part of experiment-tracking"),
    "case with a need nobody can state": ("cases/harbour-2021.yaml", "kind: latency", "kind: speed", r"11: requirements\.0\.kind: `speed` can't stand here"),
    "case that came out before it was decided": ("cases/lighthouse-2019.yaml", "year: 2023", "year: 2018", r"10: outcome\.year: the outcome of 2018 lies before"),
    "case whose build has an engine": ("cases/lighthouse-2019.yaml", "sourcing: build,", "sourcing: build, engine: Elm,", r"9: chose: an `engine` is named for everything but a build"),
    "case that bought nothing": ("cases/delta-2020.yaml", "engine: Elm (test), ", "", r"8: chose: an `engine` is named"),
    "case whose scale has no figures": ("cases/lighthouse-2019.yaml", "scale: M\n", "scale: M\nscale_basis: later\n", r"8: scale_basis: no figure is of the time"),
    "case of another age": ("cases/delta-2020.yaml", "year: 2020\n", "year: 20\n", r"5: year: "),
    "negative price": ("prices/test.yaml", "rate: {value: 0.1, unit: USD/hour, source: list}", 'rate: {value: "-5 to 0.1", unit: USD/hour, source: list}', r"5: prices\.test/server\.rate\.value: `-5 to 0\.1` is negative"),
    "negative rate": ("systems/birch.yaml", "rate: {price: test/disk}", "rate: {value: -5000, unit: USD/month, source: repo}", r"29: .*`-5000` is negative"),
    "negative rate among readings": ("systems/birch.yaml", "rate: {price: test/disk}", "rate: {value: {one_of: [1, -1]}, unit: USD/month, source: repo}", r"29: .* is negative"),
    "price turned round": ("systems/birch.yaml", "rate: {price: test/disk}", "rate: {price: test/disk, factor: -2}", r"29: .*factor: `-2` can't stand here"),
    "negative quantity": ("systems/birch.yaml", "quantity: data_stored", 'quantity: "-1 * data_stored"', r"29: `disk`: the quantity `-1 \* data_stored` can come out negative"),
    "negative cap": ("systems/acorn.yaml", "admits: {users: 2,", "admits: {users: -2,", r"\d+: .*admits\.users: `-2` can't stand here"),
    "negative allowance": ("systems/birch.yaml", "quantity: data_stored", "quantity: data_stored, included: -1", r"29: .*included: `-1` can't stand here"),
    "negative minimum": ("systems/acorn.yaml", "id: team", "id: team\n        minimum: {value: -1, unit: USD/month, source: docs}", r"\d+: .*minimum\.value: `-1` is negative"),
    "negative limit": ("systems/birch.yaml", "    plans:", '    limits: [{metric: users, value: -5, unit: seat, kind: quota, source: repo}]\n    plans:', r"\d+: .*value: `-5` can't stand here"),
    "negative prior": ("stages/stages.yaml", 'ml_people: {value: "1 to 4"', 'ml_people: {value: "-1 to 4"', r"\d+: .*ml_people\.value: `-.*` is negative"),
    "effort of nothing": ("reference_classes/shared.yaml", 'build.first_usable_calendar: {S: "', 'build.first_usable_calendar: {S: "-', r"\d+: .*S: `-.*` is no effort"),
    "class below zero that is no drift": ("reference_classes/shared.yaml", "drift_cloud: {signed: true, ", "drift_cloud: {", r"13: classes\.drift_cloud\.value: .* is negative"),
    "page of tomorrow": ("prices/test.yaml", "as_of: 2025-07", "as_of: 2099-01", r"3: `2099-01` lies in the future"),
    "fact of tomorrow": ("prices/test.yaml", "rate: {value: 0.1, unit: USD/hour, source: list}", "rate: {value: 0.1, unit: USD/hour, source: list, as_of: 2099-01}", r"5: `2099-01` lies in the future"),
    "verified tomorrow": ("prices/test.yaml", "as_of: 2025-07", "as_of: 2025-07, last_verified: 2099-01", r"3: `2099-01` lies in the future"),
    "limit in another unit": ("systems/birch.yaml", "    plans:", '    limits: [{metric: users, value: 5, unit: GB, kind: quota, source: repo}]\n    plans:', r"\d+: .*`GB` is not a unit of the kind `seat`"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_catalog_says_where(name: str, mine: Path) -> None:
    file, old, new, message = BROKEN[name]
    path = mine / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load()
    shown = f"{caught.value.where}: {caught.value.what}"
    assert shown.startswith(str(path)), shown
    assert re.match(message, shown.removeprefix(f"{path}:")), shown


def test_the_order_of_files_changes_nothing(mine: Path) -> None:
    before = load()
    (mine / "systems" / "acorn.yaml").rename(mine / "systems" / "zz.yaml")
    loading._load.cache_clear()
    after = load()
    assert list(before.systems) == list(after.systems)
    assert before.systems == after.systems


def test_an_overlay_may_bear_the_month_in_which_it_is_written(mine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long after the shipped catalog's own month, and never a later one."""

    class Then(date):
        @classmethod
        def today(cls) -> Then:
            return cls(2030, 5, 20)

    monkeypatch.setattr(loading, "date", Then)
    overlay = tmp_path / "mine"
    (overlay / "prices").mkdir(parents=True)
    text = 'sources: {{quote: {{url: "https://example.org/quote", as_of: {}}}}}\nprices: {{test/server: {{name: ours, provider: test, rate: {{value: 0.07, unit: USD/hour, source: quote}}}}}}\n'
    (overlay / "prices" / "mine.yaml").write_text(text.format("2030-05"))
    assert load(overlay).source("prices:test/server", "quote").as_of == "2030-05"
    (overlay / "prices" / "mine.yaml").write_text(text.format("2030-06"))
    loading._load.cache_clear()
    with pytest.raises(BadInput, match="future"):
        load(overlay)


def test_an_overlay_replaces_an_entry_and_its_sources(mine: Path, tmp_path: Path) -> None:
    overlay = tmp_path / "mine"
    (overlay / "prices").mkdir(parents=True)
    (overlay / "prices" / "mine.yaml").write_text(
        'sources: {quote: {url: "https://example.org/quote", as_of: 2026-01}}\n'
        "prices: {test/server: {name: ours, provider: test, rate: {value: 0.07, unit: USD/hour, source: quote}}}\n"
    )
    catalog = load(overlay)
    assert catalog.prices["test/server"].rate.value == 0.07
    assert catalog.source("prices:test/server", "quote").url == "https://example.org/quote"
    assert catalog.prices["test/disk"] == load().prices["test/disk"]


def test_a_range_is_announced_only_where_the_whole_price_is_one(catalog: Catalog) -> None:
    """What is without a price has no range below it; it is named instead."""
    seen = 0
    for name, system in catalog.systems.items():
        page = text(catalog, name)
        for offer in system.offers.values():
            for plan in (p for p in offer.plans if p.quote_only):
                [head] = {line for line in page.splitlines() if line.startswith(f"  plan     {plan.id}: {plan.name} (")}
                assert ("sourced range below" in head) == plan.priced, head
                assert plan.unpriced is None or plan.unpriced in head
                seen += plan.unpriced is not None
    assert seen > 3
