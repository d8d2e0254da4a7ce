"""The user's own tables as the monitors' data: refused, or read into numbers and labels. The real environments are used by
`make test-probes`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from buildbuy.errors import BadInput
from buildbuy.evidence import store
from buildbuy.probes import environments, systems, tables
from buildbuy.probes.records import BY_HAND, WORK
from buildbuy.probes.supervise import NotMeasured
from buildbuy.report.schemas import schema

HOW = "your own rows: 4 are compared with 4"
PROFILE = """organisation: {stage: series-a, ml_people: 6}
components:
  monitoring:
    workload: {predictions: 200000 prediction/s, models: 10, sampled: 1, record_size: 0.3 kB/prediction, kept: 1 month}
"""


@pytest.mark.parametrize("step", tables.REFUSALS)
def test_a_refusal_says_what_where_why_and_what_to_do(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _played(monkeypatch, tmp_path, json.dumps([{"what": step, "why_not": "row 7"}]))
    with pytest.raises(BadInput, match="row 7") as told, tables.rows(tmp_path / "t.csv", None, tmp_path):
        pass
    assert told.value.hint
    assert told.value.where.endswith("t.csv")


def test_each_step_of_the_script_has_its_refusal() -> None:
    script = (systems.FILES / "table" / "read.py").read_text()
    assert all(f'"{step}"' in script for step in tables.REFUSALS)


def test_files_that_are_no_tables(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "rows.pkl").write_bytes(b"x")
    for name in ("empty.csv", "folder.csv", "rows.pkl", "absent.parquet"):
        with pytest.raises(BadInput):
            tables.own_table(tmp_path / name)


def _played(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, figures: str) -> None:
    """The environment's python is a shell script: it reads the table, and measures what it finds in its place."""
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\nif [ $1 = read.py ]; then echo '{figures}' > figures.json; echo arrays > tables.npz\nelse grep -q arrays $PROBE_TABLE && cat {tmp_path}/$(basename $0).json > figures.json; fi\n")
    python.chmod(0o755)
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    monkeypatch.setattr(environments, "environment", lambda *_: tmp_path)


def _measured(tmp_path: Path, ms: float) -> None:
    figure = {"what": "analysis_ms_per_prediction", "value": ms, "unit": "ms/prediction", "n": 1, "how": "compared"}
    rate = {"what": "rows_per_s", "value": 1000 / ms, "unit": "prediction/s", "n": 1, "how": "compared"}
    (tmp_path / "python.json").write_text(json.dumps([figure, rate]))


READ = json.dumps([{"what": "columns", "value": 2, "unit": "count", "n": 4, "how": HOW}])


def test_what_a_decision_asks_is_settled_on_own_rows_only(buildbuy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _played(monkeypatch, tmp_path, READ)
    _measured(tmp_path, 0.02)
    (tmp_path / "p.yaml").write_text(PROFILE)
    without = buildbuy("probe", "monitoring", "--for", "p.yaml")
    assert (without.code, without.out) == (2, "")
    assert "--table FILE" in without.err
    ran = buildbuy("probe", "--for", "p.yaml", "--table", "t.csv", "--format", "json")
    assert ran.code == 0, ran.err
    assert "CPU time to analyse one logged prediction, worth measuring on your own rows" in ran.err
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert data["table"] == HOW
    kept = store.load(tmp_path / ".buildbuy" / "evidence")
    assert (kept["monitoring.analysis_time"].value, kept["monitoring.analysis_time"].scope) == (0.02, "probe")
    assert HOW in kept["monitoring.analysis_time"].method
    assert kept[WORK["evidently", "self-host"]].value == 1.0
    assert "0.02 ms/prediction" in buildbuy("decide", "p.yaml", "--sources").out
    again = buildbuy("probe", "--for", "p.yaml", "--table", "t.csv")
    assert (again.code, "Nothing to measure" in again.out) == (0, True)


def test_rows_a_second_of_own_rows_meet_a_requirement(buildbuy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _played(monkeypatch, tmp_path, READ)
    _measured(tmp_path, 0.02)
    (tmp_path / "p.yaml").write_text("organisation: {stage: series-a, ml_people: 6}\ncomponents:\n  monitoring:\n    requirements:\n      - {predictions: '>= 100 prediction/s'}\n")
    ran = buildbuy("probe", "--for", "p.yaml", "--systems", "evidently", "--table", "t.csv", "--format", "json")
    assert ran.code == 0, ran.err
    assert "evidently/self-host" in {x["option"] for x in json.loads(ran.out)["decision"]["settled"]}


def test_tables_of_ours_settle_nothing(buildbuy: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _played(monkeypatch, tmp_path, READ)
    _measured(tmp_path, 0.02)
    (tmp_path / "bin" / "python").write_text(f"#!/bin/sh\ncat {tmp_path}/python.json > figures.json\n")
    assert buildbuy("probe", "monitoring", "--systems", "psi").code == 0
    assert all(x.probe is None or not x.probe.own for x in store.load(tmp_path / ".buildbuy" / "evidence").values())


def test_what_settles_is_what_can_be_started() -> None:
    catalog = {systems.system(name).catalog for name in systems.SYSTEMS["monitoring"]}
    assert {BY_HAND, *WORK} <= catalog


def test_a_reading_that_breaks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own python lacks pyarrow."""
    monkeypatch.setattr(environments, "environment", lambda *_: Path(sys.prefix))
    with pytest.raises(NotMeasured, match="could not be read") as told, tables.rows(tmp_path / "t.csv", None, tmp_path):
        pass
    assert "No module named" in told.value.why


SAVE = """
import sys
import numpy as np, pyarrow as pa
from pyarrow import csv, parquet
rows, shift = int(sys.argv[2]), float(sys.argv[3])
rng = np.random.default_rng(rows)
columns = {f"n{i}": rng.normal(size=rows) for i in range(3)}
columns |= {"moved": rng.normal(size=rows) + shift, "gaps": np.where(rng.random(rows) < 0.5, np.nan, 1.0), "endless": np.full(rows, np.inf), "flag": rng.random(rows) < 0.3}
columns |= {"text": rng.choice(np.array(["<script>", "=cmd()", "x" * 5000]), rows), "id": np.array([f"u{i}" for i in range(rows)])}
columns["when"] = np.datetime64("2026-01-01") + np.arange(rows).astype("timedelta64[s]")
if sys.argv[1].endswith("parquet"):
    parquet.write_table(pa.table(columns), sys.argv[1])
else:
    csv.write_csv(pa.table(columns), sys.argv[1])
"""


def saved(name: str, folder: Path, rows: int = 4_000, shift: float = 0.0) -> Path:
    """A table saved in the environment that reads it."""
    made = environments.environment("table", tables.REQUIREMENTS, environments.cache())
    subprocess.run([made / "bin" / "python", "-c", SAVE, name, str(rows), str(shift)], cwd=folder, check=True)
    return tables.own_table(folder / name)


@pytest.mark.probes
@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_numbers_and_categories_are_read_under_names_of_ours(name: str, tmp_path: Path) -> None:
    file = saved(name, tmp_path)
    with tables.rows(file, None, environments.cache()) as found:
        assert "2,000 are compared with 2,000 (a random half with the other), 7 columns, 2 of them categories" in found.how
        assert all(reason in found.how for reason in ("more than 100 values", "99% missing", "neither numbers"))
        raw = found.file.read_bytes()
        assert b"script" not in raw and b"moved" not in raw
    assert not found.file.exists()


@pytest.mark.probes
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.parquet", b"PAR1 no table PAR1", "can't be read"), ("t.csv", b"\x00\xff" * 50, "can't be read|too little"), ("t.csv", b"a,b\n1\n", "can't be read"),
        ("t.csv", b"a\n" + b"1\n" * 1500, "too little"), ("t.csv", b"id\n" + b"".join(b"u%d\n" % i for i in range(3000)), "too little"),
        ("t.csv", ",".join(f"c{i}" for i in range(501)).encode() + b"\n" + b"1," * 500 + b"1\n", "too large"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(name: str, content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=says), tables.rows(tables.own_table(tmp_path / name), None, environments.cache()):
        pass


@pytest.mark.probes
def test_a_monitor_compares_own_tables_and_finds_a_shift(buildbuy: Any, tmp_path: Path) -> None:
    saved("now.csv", tmp_path, 3_000, 1.0)
    saved("before.parquet", tmp_path, 6_000)
    ran = buildbuy("probe", "monitoring", "--systems", "psi", "--profile", "tuned", "--table", "now.csv", "--reference", "before.parquet", "--size", "0.1", "--format", "json")
    data = json.loads(ran.out)
    assert data["not_measured"] == []
    values = {f["what"]: f.get("value") for f in data["results"][0]["figures"]}
    assert values["drifted_columns_percent"] == pytest.approx(100 / 7)
    assert values["peak_mb_per_million_rows"] is None
    assert values["analysis_ms_per_prediction"] == pytest.approx(values["cpu_seconds_per_million_rows"] * 3 / 1000, rel=0.01)


@pytest.mark.probes
@pytest.mark.parametrize("name", systems.SYSTEMS["monitoring"])
def test_every_monitor_takes_own_tables_with_gaps(name: str, buildbuy: Any, tmp_path: Path) -> None:
    """And gives figures for them in both profiles."""
    saved("t.parquet", tmp_path)
    ran = buildbuy("probe", "monitoring", "--systems", name, "--table", "t.parquet", "--size", "0.1", "--format", "json")
    data = json.loads(ran.out)
    assert data["not_measured"] == []
    tuned = {f["what"]: f.get("value") for f in data["results"][-1]["figures"]}
    assert tuned["analysis_ms_per_prediction"] > 0
