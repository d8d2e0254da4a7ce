"""What the commands print, to the byte, for one small team on invented systems, so that no figure of
the real catalog can change it: tests/data/team.yaml on tests/data/catalog.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[1] / "data"
DECIDE = ("decide", "team.yaml", "--draws", "500")
COMMANDS: dict[str, tuple[str, ...]] = {
    "main": (), "decide": ("decide",), "init": ("init",), "explain": ("explain",), "schema": ("schema",), "catalog": ("catalog",), "report": ("report",), "report-diff": ("report", "diff"),
    "catalog-list": ("catalog", "list"), "catalog-show": ("catalog", "show"), "catalog-bill": ("catalog", "bill"),
    "catalog-cases": ("catalog", "cases"), "scan": ("scan",), "backtest": ("backtest",), "probe": ("probe",), "measure": ("measure",), "measure-estimates": ("measure", "estimates"),
}  # fmt: skip
OUTPUTS: dict[str, tuple[tuple[str, ...], int]] = {
    "table-120.txt": (DECIDE, 120),
    "table-70.txt": (DECIDE, 70),
    "table-why-money-sources.txt": ((*DECIDE, "--why", "--money", "--sources"), 120),
    "run.json": ((*DECIDE, "--format", "json"), 120),
    "run.md": ((*DECIDE, "--format", "markdown"), 120),
    "explain.txt": (("explain", "team.yaml", "experiment-tracking", "--draws", "500"), 120),
    "explain-line.txt": (("explain", "team.yaml", "experiment-tracking", "bill", "--draws", "500"), 120),
    "catalog-cases.txt": (("catalog", "cases"), 120),
    "catalog-list.txt": (("catalog", "list"), 120),
    "catalog-show-acorn.txt": (("catalog", "show", "acorn"), 120),
    "catalog-show-dogwood.txt": (("catalog", "show", "dogwood"), 120),
    "catalog-bill.txt": (("catalog", "bill", "acorn", "--set", "users=5", "--set", "data_stored=300 GB"), 120),
    "init.json": (("init", "-c", "experiment-tracking", "--set", "ml_people=4", "--set", "users=3 to 5", "--set", "must=data_residency: eu", "--yes", "--format", "json"), 120),
}  # fmt: skip
NO_OPTION = """\
organisation: {ml_people: 6, region: eu}
currency: EUR
components:
  experiment-tracking:
    current: nothing
    requirements:
      - {monthly_cost: <= 20 USD/month}
      - {data_residency: eu}
"""
SEVERAL_IN_THE_WAY = NO_OPTION.replace("{data_residency: eu}", "{monthly_cost: <= 10 USD/month}")


@pytest.fixture
def team(tmp_path: Path, test_catalog: Path) -> None:
    shutil.copy(DATA / "team.yaml", tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_help(name: str, buildbuy: Callable[..., Any], golden: Callable[[str, str], None]) -> None:
    ran = buildbuy(*COMMANDS[name], "--help", columns=100)
    assert (ran.code, ran.err) == (0, "")
    golden(f"help/{name}.txt", ran.out)


def test_help_names_every_command(buildbuy: Callable[..., Any]) -> None:
    from buildbuy.cli import COMMANDS as listed

    assert {*COMMANDS} - {"main"} >= {*listed}
    for name in listed:
        assert f"  {name} " in buildbuy("--help").out


@pytest.mark.parametrize("name", OUTPUTS)
def test_output(name: str, buildbuy: Callable[..., Any], golden: Callable[[str, str], None], team: None) -> None:
    args, columns = OUTPUTS[name]
    ran = buildbuy(*args, columns=columns)
    assert ran.code == 0
    assert "\x1b" not in ran.out + ran.err
    if name.startswith("table"):
        too_long = [line for line in ran.out.splitlines() if len(line) > columns]
        assert not too_long
    golden(f"output/{name}", ran.out)


def test_a_small_backtest(buildbuy: Callable[..., Any], golden: Callable[[str, str], None], test_catalog: Path) -> None:
    ran = buildbuy("backtest", DATA / "past", "--draws", "200")
    assert (ran.code, ran.err) == (0, "")
    assert all(len(line) <= 130 for line in ran.out.splitlines())
    golden("output/backtest.txt", ran.out)


def test_estimates(buildbuy: Callable[..., Any], golden: Callable[[str, str], None], test_catalog: Path, tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("project,estimate,actual\nsearch,100,130\nbilling,200,220\nfeed,80,150\n", encoding="utf-8")
    ran = buildbuy("measure", "estimates", "e.csv", "--when", "2026-01", "--no-record")
    assert (ran.code, ran.err) == (0, "")
    golden("output/estimates.txt", ran.out)


def test_saved_records(buildbuy: Callable[..., Any], golden: Callable[[str, str], None], team: None, tmp_path: Path) -> None:
    ran = buildbuy(*DECIDE, "--save", "decisions", "--format", "json", "--out", "again.json")
    assert (ran.code, ran.out) == (0, "")
    saved = sorted(p.name for p in (tmp_path / "decisions").iterdir())
    assert [x for x in saved if not x.endswith((".svg", ".png"))] == ["0001-experiment-tracking.md", "report.md", "run.json"]
    assert (tmp_path / "decisions" / "run.json").read_bytes() == (tmp_path / "again.json").read_bytes()
    golden("output/adr.md", (tmp_path / "decisions" / "0001-experiment-tracking.md").read_text(encoding="utf-8"))
    golden("output/saved.txt", ran.err)


def test_init_writes_a_profile_that_decides(buildbuy: Callable[..., Any], golden: Callable[[str, str], None], tmp_path: Path, test_catalog: Path) -> None:
    sets = ("stage=series-a", "ml_people=4", "have=docker", "current=home-grown", "upkeep=6 to 18", "users=3 to 5", "parts=run-logging,alerts", "must=data_residency: us", "build_estimate=3 to 6 person_months", "gap_hours.birch=4", "quote.cedar=700 USD/month")  # fmt: skip
    ran = buildbuy("init", "-c", "experiment-tracking", *(x for s in sets for x in ("--set", s)), "--yes", "--out", "p.yaml")
    assert (ran.code, ran.out) == (0, "")
    golden("output/init.yaml", (tmp_path / "p.yaml").read_text(encoding="utf-8"))
    assert buildbuy("decide", "p.yaml", "--draws", "200").code == 0


def test_questions_on_a_terminal(buildbuy: Callable[..., Any], golden: Callable[[str, str], None], test_catalog: Path) -> None:
    """Without a profile the same questions are asked on stderr and answered at once on stdout."""
    answers = ["series-a", "4", "", "us", "docker", "nothing", "3 to 5", "", "", "", "", "", "birch", "4", ""]
    ran = buildbuy("decide", "-c", "experiment-tracking", "--draws", "200", typed="\n".join(answers) + "\n" * 20)
    assert ran.code == 0
    assert ran.out.startswith("Experiment tracking · ")
    golden("output/questions.txt", ran.err)


@pytest.mark.parametrize(("name", "text"), [("one", NO_OPTION), ("several", SEVERAL_IN_THE_WAY)])
def test_no_option_names_what_to_relax_and_its_cost(
    name: str, text: str, buildbuy: Callable[..., Any], golden: Callable[[str, str], None], tmp_path: Path, test_catalog: Path
) -> None:
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    ran = buildbuy("decide", "p.yaml", "--draws", "500")
    assert (ran.code, ran.err) == (0, "")
    data = json.loads(buildbuy("decide", "p.yaml", "--draws", "500", "--format", "json").out)
    [component] = data["components"]
    verdict = component["verdict"]
    assert verdict["option"] is None
    assert "monthly cost <= 20 USD/month" in verdict["summary"]
    assert all(o["policy_cost"] is None and o["p_best"] is None for o in component["options"])
    relax = {m["requirement"]: m["would_be"] for m in component["must_costs"]}
    if name == "one":
        assert relax["monthly cost <= 20 USD/month"] == "birch/self-host"
        [cost] = [o["cost"]["mean"] for o in component["options"] if o["id"] == "birch/self-host"]
        assert f"birch/self-host, €{cost / 1000:.0f}k over 3 years" in verdict["summary"]
    else:
        assert all(would_be is None for would_be in relax.values())
    assert buildbuy("decide", "p.yaml", "--draws", "500", "--save", "saved").code == 0
    golden(f"output/no-option-{name}.txt", ran.out)
    golden(f"output/no-option-{name}.md", (tmp_path / "saved" / "0001-experiment-tracking.md").read_text(encoding="utf-8"))
