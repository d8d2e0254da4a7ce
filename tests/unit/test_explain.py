"""Whatever a page prints, `explain` derives; and it explains that nothing may be taken, too."""

from __future__ import annotations

import copy
import re
from functools import cache
from typing import Any

import pytest

from buildbuy.catalog.load import load
from buildbuy.decide.component import decide
from buildbuy.decide.outcome import Outcome
from buildbuy.decide.run import Run
from buildbuy.domain.profile import Profile
from buildbuy.report import explain, html, terminal
from buildbuy.report.run_json import to_dict
from buildbuy.report.words import dollars
from buildbuy.resolve import resolve

AS_OF = "2026-11"
ALONE = {"ml_people": 1, "platform_people": 0, "region": "eu"}
BARRED = [{"license": "open-source"}, {"data_residency": "own-network"}, {"usable_by": "2026-12"}]
TEAMS: dict[str, dict[str, Any]] = {
    "greenfield": {"components": {"feature-store": {"workload": {"online_reads": "120 to 300 req/s"}}}},
    "own code": {"components": {"feature-store": {"current": {"home-grown": "since 2024-06"}, "requirements": [{"online_read_p99": "<= 25 ms"}]}}},
    "wait": {"components": {"feature-store": {"wanted_from": "2027-09", "value_monthly": "3k to 6k USD/month"}}},
    "later": {"components": {"feature-store": {"wanted_from": "2031-09"}}},
    "claim and budget": {"method": {"budget": "3000 USD/month"}, "components": {"model-serving": {"differentiation": {"claim": "faster answers", "value_monthly": "2k to 9k USD/month"}}}},
    "barred": {"organisation": ALONE, "have": [], "components": {"feature-store": {"requirements": BARRED}}},
    "tracking": {"currency": "EUR", "components": {"experiment-tracking": {"requirements": [{"data_residency": "eu"}]}}},
}
OF_THE_PAGE = {"5%", "95%", "90%"}  # quantiles that sentences name


@cache
def case(name: str) -> tuple[Outcome, dict[str, Any]]:
    team = {"organisation": {"stage": "series-a", "ml_people": 6, "platform_people": 1, "region": "eu"}, "have": ["kubernetes", "postgres"], **TEAMS[name]}
    profile = Profile.model_validate(team)
    [component] = profile.components
    outcome = decide(resolve(profile, component, load(), as_of=AS_OF), draws=400, seed=0)
    run = Run({component: outcome}, None, "", AS_OF, 0, 400, 36, profile.currency, 1.1 if profile.currency == "EUR" else 1.0, 2026, "")
    return outcome, to_dict(run)


def explained(name: str, wanted: str | None, depth: int = 2) -> str:
    outcome, data = case(name)
    per = 1.1 if data["currency"] == "EUR" else 1.0
    return explain.render(explain.tree(outcome, wanted, data["currency"], per, data["components"][0]), depth)


def numbers_of(text: str) -> set[str]:
    """Money and shares of a page, as printed. What a requirement, a reason or a choice of the model is called
    with a number in it stands between brackets or is named `take … off`.
    """
    text = re.sub(r"take \d+% off|overruns by [^·.]*|not measured: .*", "", text)
    return {*re.findall(r"-?[$€]\d[\d.,]*(?:k|M|bn)?\b", text), *re.findall(r"(?<![\d.,])\d+%", text)} - OF_THE_PAGE


@pytest.mark.parametrize("name", TEAMS)
def test_money_and_shares_of_the_page_are_explained(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "2000")
    page = terminal.render(case(name)[1], terminal.Shown(why=True, money=True), None, to_file=True)
    wanted = numbers_of(page.split("  Public cases")[0]) | numbers_of(page.rsplit("Public cases", 1)[1].split("\n\n", 1)[-1])
    assert len(wanted) > 10
    assert {n for n in wanted if not _known(name, n)} == set()


@pytest.mark.parametrize("name", ["greenfield", "own code", "wait"])
def test_money_of_the_html_page_is_explained(name: str) -> None:
    page = re.sub(r"<style>.*?</style>|<g class=\"axis\">.*?</g>|<h3>Public cases that are alike.*?</ul>", "", html.render(case(name)[1]), flags=re.S).split('<section aria-labelledby="method">')[0]
    wanted = {n for n in numbers_of(re.sub(r"<[^>]*>", " ", page)) if not n.endswith("%")}
    assert len(wanted) > 50
    assert {n for n in wanted if not _known(name, n)} == set()


def _known(name: str, wanted: str) -> bool:
    from buildbuy.errors import BadInput

    try:
        explained(name, wanted, 1)
    except BadInput:
        return False
    return True


def test_a_discount_is_explained_as_it_is_printed() -> None:
    _, data = case("own code")
    found = next(f for f in data["components"][0]["flips"] if f["driver"].startswith("discount."))
    assert "discount on the bill" in explained("own code", f"{found['value']:.0%}")
    assert found["label"] in explained("own code", found["label"])


def test_the_corrected_share_says_by_which_rule() -> None:
    _, data = case("greenfield")
    c = data["components"][0]
    share = c["p_best_by_sourcing_corrected"][c["verdict"]["sourcing"]]
    text = explained("greenfield", f"{share:.0%}", 4)
    assert "corrected by decided cases" in text
    assert "0.60 × 25%" in text


def test_a_label_names_what_is_printed_about_it() -> None:
    text = explained("greenfield", "workload")
    assert "worth of knowing all of a kind: workload" in text
    assert "online feature requests" in text
    assert "forced exit" not in explained("greenfield", "workload", 1)
    assert "worst" not in explained("greenfield", "cash")
    assert "a quarter on average" in explained("greenfield", "cash")


def test_what_the_page_prints_goes_before_what_only_another_options_ledger_has() -> None:
    """A number of a group's worth may be that of some other ledger line as well: the page's comes first, with its tree."""
    outcome, data = case("greenfield")
    c = data["components"][0]
    group = dollars(c["worth_by_group"][0]["evppi"])
    first = explain.tree(outcome, group, "USD", 1.0, c)
    assert "worth of knowing all of a kind" in (first.text + "".join(n.text for n in first.children))
    told = {c["verdict"]["option"], c["runner_up"]}
    every = list(explain.printed(outcome, c, "USD", 1.0))
    for o in c["options"]:
        mine = [p for p in every if p.label == "forced exit (net)" and o["name"] in p.make().text]
        assert mine
        assert {p.first for p in mine} == {o["id"] in told}


def test_the_months_of_a_wait_are_explained() -> None:
    for name, month in (("wait", "2027-09"), ("later", "2031-09")):
        _, data = case(name)
        wait = next(o for o in data["components"][0]["options"] if o["id"] == "defer")
        assert month in explained(name, str(wait["policy"]["when"]["after_months"]))
    assert "`wanted_from`" in explained("later", "wanted from")
    assert explained("later", "horizon").startswith("94  months: a horizon")


def test_a_rule_on_a_bill_is_told_in_the_profiles_currency() -> None:
    outcome, data = case("tracking")
    c = copy.deepcopy(data["components"][0])
    switch = {"metric": "monthly_bill", "op": ">", "value": 440.0, "unit": "USD/month", "after_months": 6}
    o = next(o for o in c["options"] if o["id"] == "build")
    o["policy"] = {"switch_to": c["options"][0]["id"], "when": switch, "switches_in": 0.5, "sentence": "Look."}
    found = [p for p in explain.printed(outcome, c, "EUR", 1.1) if p.label == "the monthly bill"]
    assert [p.text for p in found] == ["400"]
    assert found[0].make().text.startswith("400  EUR/month")


def test_several_matches_are_listed() -> None:
    found = {n: explained("greenfield", n, 1) for n in ("0%", "$0")}
    for text in found.values():
        assert " numbers are printed as " in text


def test_with_every_option_barred_it_says_what_bars_each_and_what_a_must_costs(buildbuy: Any, tmp_path: Any) -> None:
    (tmp_path / "p.yaml").write_text(f"organisation: {ALONE}\ncomponents:\n  feature-store: {{requirements: {BARRED}}}\n".replace("'", '"'), encoding="utf-8")
    ran = buildbuy("explain", "p.yaml", "feature-store", "--draws", "200", "--as-of", AS_OF, "--depth", "4")
    assert (ran.code, ran.err) == (0, "")
    _, data = case("barred")
    c = data["components"][0]
    assert c["verdict"]["option"] is None
    text = explained("barred", None, 4)
    for o in c["options"]:
        assert o["name"] in text
    for m in c["must_costs"]:
        assert m["requirement"] in text
    best = next(m for m in c["must_costs"] if m["would_be"])
    assert f"{dollars(best['cost'])}  without the must `{best['requirement']}`" in text
    assert "barred, unmet: usable by" in explained("barred", best["would_be"])
