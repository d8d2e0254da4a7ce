"""What callers of the command rely on: schemas, JSON without NaN, the same bytes every time, and a
stdout that holds nothing but the result.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

TESTS = Path(__file__).parents[1]
SCHEMAS = ("profile", "evidence", "system", "component", "case", "scan", "run")
DECIDE = ("decide", "team.yaml", "--draws", "300", "--format", "json")
ODD: dict[str, str] = {
    "nothing known": "",
    "no users": "workload: {users: 0}",
    "no data": "workload: {data_stored: 0, call_sites: 0}",
    "one part": "parts: [alerts]",
    "what runs has no alerts": "current: {system: birch, since: 2024-01}\nparts: [run-logging, compare-ui, alerts]",
    "vendor without a price": "current: {system: cedar, contract_end: 2027-01, bill: 900 USD/month}",
    "vendor with a quote": "quotes: {cedar: 300 to 500 USD/month}",
    "home-grown in part": "current: {home-grown: since 2020-01, parts: [run-logging]}\nparts: [run-logging, alerts]",
    "wanted later": "value_monthly: 2k to 5k USD/month\nwanted_from: 2026-10",
    "a measured claim": "differentiation: {claim: faster, value_monthly: 9k USD/month, measured: an A/B test}",
    "an own estimate": "estimates: {build: 1 to 2 person_months}",
    "a requirement that may come": "requirements: [{data_residency: eu, origin: anticipated, probability: 0.4, when: 2027-01}]",
    "no option": "requirements: [{monthly_cost: <= 0 USD/month}]",
    "a million people": "workload: {users: 1e6, data_stored: 1e9 GB}",
    "shrinking": "workload: {growth: -90% to 20% per year}",
}


def strict(text: str) -> Any:
    """JSON as the standard has it: NaN and Infinity fail."""

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def team(tmp_path: Path, test_catalog: Path) -> Path:
    shutil.copy(TESTS / "data" / "team.yaml", tmp_path)
    return tmp_path / "team.yaml"


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid(name: str, buildbuy: Callable[..., Any]) -> None:
    ran = buildbuy("schema", name)
    assert (ran.code, ran.err) == (0, "")
    schema = strict(ran.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert schema["additionalProperties"] is False


def test_the_contract_names_what_a_run_has(buildbuy: Callable[..., Any]) -> None:
    schema = strict(buildbuy("schema", "run").out)
    component = schema["properties"]["components"]["items"]
    option = component["properties"]["options"]["items"]
    assert {"schema_version", "buildbuy_version", "catalog_version", "as_of", "seed", "draws", "horizon_months", "components", "stack"} <= {*schema["required"]}
    assert {
        "id", "verdict", "p_best", "p_best_by_sourcing", "expected_regret", "required_advantage", "break_evens", "flips", "triggers",
        "measure_next", "similar_cases", "questions", "options",
    } <= {*component["required"]}  # fmt: skip
    assert {"id", "system", "sourcing", "own_parts", "fit", "cost", "cost_at_medians", "policy_cost", "p_best", "regret", "ledger"} <= {*option["required"]}
    assert {*option["properties"]["cost"]["required"]} == {"mean", "p5", "p50", "p95", "cvar90"}


@pytest.mark.parametrize("odd", ODD)
def test_a_run_follows_its_schema(odd: str, buildbuy: Callable[..., Any], tmp_path: Path, test_catalog: Path) -> None:
    """Odd but legal teams: a decided run that follows its schema, and pages that can be printed."""
    text = "organisation: {ml_people: 5}\ncomponents:\n  experiment-tracking:\n" + "".join(f"    {x}\n" for x in ODD[odd].splitlines())
    (tmp_path / "p.yaml").write_text(text, encoding="utf-8")
    schema = strict(buildbuy("schema", "run").out)
    ran = buildbuy("decide", "p.yaml", "--draws", "200", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    data = strict(ran.out)
    jsonschema.validate(data, schema, cls=jsonschema.Draft202012Validator)
    for option in data["components"][0]["options"]:
        assert sum(x["mean"] for x in option["ledger"]) == pytest.approx(option["cost"]["mean"], abs=0.01)
    for form in ("table", "markdown"):
        shown = buildbuy("decide", "p.yaml", "--draws", "200", "--format", form)
        assert (shown.code, shown.err) == (0, "")
        assert "nan" not in shown.out.lower().replace("finance", "")


@pytest.mark.parametrize("horizon", ["6", "36", "120"])
def test_horizons(horizon: str, buildbuy: Callable[..., Any], team: Path) -> None:
    ran = buildbuy(*DECIDE, "--horizon", horizon)
    assert (ran.code, ran.err) == (0, "")
    assert strict(ran.out)["horizon_months"] == int(horizon)


@pytest.mark.parametrize("month", ["1950-01", "2019-06", "2024-12", "2099-12"])
def test_any_month_can_be_decided_as_of(month: str, buildbuy: Callable[..., Any], team: Path) -> None:
    ran = buildbuy(*DECIDE, "--as-of", month)
    assert (ran.code, ran.err) == (0, "")
    data = strict(ran.out)
    assert data["as_of"] == month
    offered = {o["system"] for o in data["components"][0]["options"]} - {None}
    assert ("dogwood" in offered) == (month in ("2019-06", "2024-12"))
    assert (offered == set()) == (month == "1950-01")


def test_seeds_draws_and_what_is_shown_change_only_what_they_should(buildbuy: Callable[..., Any], team: Path) -> None:
    first = buildbuy(*DECIDE).out
    assert buildbuy(*DECIDE).out == first
    assert buildbuy(*DECIDE, "--seed", "0").out == first
    assert strict(buildbuy(*DECIDE, "--seed", "1").out)["components"][0]["options"] != strict(first)["components"][0]["options"]


def test_a_file_holds_what_stdout_would(buildbuy: Callable[..., Any], team: Path, tmp_path: Path) -> None:
    for form in ("table", "json", "markdown"):
        args = ("decide", "team.yaml", "--draws", "300", "--format", form)
        shown = buildbuy(*args)
        assert shown.err == ""
        written = buildbuy(*args, "--out", f"deep/er/{form}")
        assert (written.code, written.out, written.err) == (0, "", f"written: deep/er/{form}\n")
        assert (tmp_path / "deep" / "er" / form).read_text(encoding="utf-8") == shown.out
    assert sorted(p.name for p in (tmp_path / "deep" / "er").iterdir()) == ["json", "markdown", "table"]


SCRIPT = "import sys; from pathlib import Path; from buildbuy.catalog import load; load.DATA = Path(sys.argv.pop(1)); from buildbuy.cli import main; main()"


def separately(*args: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own, on the test catalog."""
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "PYTHONWARNINGS": "error", **environment}
    command = [sys.executable, "-c", SCRIPT, str(TESTS / "data" / "catalog"), *args]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, stdin=subprocess.DEVNULL, check=False, timeout=120)


def test_same_input_and_seed_same_bytes_in_separate_processes(tmp_path: Path) -> None:
    shutil.copy(TESTS / "data" / "team.yaml", tmp_path)
    args = ("decide", "team.yaml", "--draws", "300", "--seed", "7", "--format", "json", "--save")
    one = separately(*args, "one", cwd=tmp_path, PYTHONHASHSEED="1", TZ="UTC", LC_ALL="C")
    two = separately(*args, "two", cwd=tmp_path, PYTHONHASHSEED="2", TZ="Asia/Tokyo", LC_ALL="C.UTF-8")
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert one.stdout == two.stdout
    strict(one.stdout.decode())
    files = [sorted((tmp_path / name).iterdir()) for name in ("one", "two")]
    assert [p.name for p in files[0]] == [p.name for p in files[1]]
    assert [p.read_bytes() for p in files[0]] == [p.read_bytes() for p in files[1]]
    assert one.stderr == b"written: one/run.json and 1 decision record(s)\n"


def test_a_page_can_be_printed_where_the_terminal_knows_ascii_only(tmp_path: Path) -> None:
    shutil.copy(TESTS / "data" / "team.yaml", tmp_path)
    ran = separately("decide", "team.yaml", "--draws", "300", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert ran.returncode == 0, ran.stderr
    assert b"Traceback" not in ran.stderr
    assert ran.stdout.startswith(b"Experiment tracking")


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    shutil.copy(TESTS / "data" / "team.yaml", tmp_path)
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-c", SCRIPT, str(TESTS / "data" / "catalog"), "decide", "team.yaml", "--draws", "200"]
    ran = subprocess.run(command, cwd=tmp_path, stdout=write, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False, timeout=120)
    os.close(write)
    assert ran.stderr == b""
    assert ran.returncode == 0


def test_bad_input_in_a_process_of_its_own(tmp_path: Path) -> None:
    ran = separately("decide", "nowhere.yaml", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert ran.stderr.startswith(b"error: nowhere.yaml: no such file")


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(buildbuy: Callable[..., Any], team: Path, tmp_path: Path) -> None:
    plain = buildbuy(*DECIDE).out
    team.write_bytes(b"\xef\xbb\xbf" + team.read_bytes().replace(b"\n", b"\r\n"))
    assert buildbuy(*DECIDE).out == plain


def test_aliases_are_read_and_located(buildbuy: Callable[..., Any], tmp_path: Path, test_catalog: Path) -> None:
    (tmp_path / "p.yaml").write_text("organisation: {}\ncomponents:\n  orchestration:\n    parts: [x]\n    wanted_from: never\n", encoding="utf-8")
    ran = buildbuy("decide", "p.yaml")
    assert ran.err.startswith("error: p.yaml:5: components.data-pipeline.wanted_from: ")


def test_evidence_is_read_in_its_own_unit_and_graded_measured(buildbuy: Callable[..., Any], team: Path, tmp_path: Path) -> None:
    found = tmp_path / ".buildbuy" / "evidence"
    found.mkdir(parents=True)
    record = {"what": "experiment-tracking.data_stored", "value": "0.4 to 0.5", "unit": "TB", "method": "bucket size", "n": 3, "when": "2026-01-15", "where": "prod"}
    (found / "a.json").write_text(json.dumps({**record, "when": "2025-12", "value": 9}), encoding="utf-8")
    (found / "b.json").write_text(json.dumps(record), encoding="utf-8")
    (found / "c.json").write_text(json.dumps({**record, "when": "2026-02", "scope": "probe", "value": 7}), encoding="utf-8")
    drivers = {d["id"]: d for d in strict(buildbuy(*DECIDE).out)["drivers"]}
    stored = drivers["experiment-tracking.data_stored"]
    assert (stored["grade"], stored["as_of"], stored["unit"]) == ("measured", "2026-01-15", "GB")
    assert (stored["value"]["p5"], stored["value"]["p95"]) == pytest.approx((400, 500))


def test_an_overlay_corrects_and_adds(buildbuy: Callable[..., Any], team: Path, tmp_path: Path) -> None:
    birch = (TESTS / "data" / "catalog" / "systems" / "birch.yaml").read_text()
    mine = tmp_path / "mine" / "systems"
    mine.mkdir(parents=True)
    (mine / "oak.yaml").write_text(birch.replace("id: birch\n", "id: oak\n").replace("name: Birch (test)", "name: Oak (mine)"))
    before = strict(buildbuy(*DECIDE).out)["components"][0]
    after = strict(buildbuy(*DECIDE, "--catalog", "mine").out)["components"][0]
    assert {o["id"] for o in after["options"]} - {o["id"] for o in before["options"]} == {"oak/self-host"}
