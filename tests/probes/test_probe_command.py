"""`buildbuy probe --endpoint`, from the command line."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import psutil
import pytest

from buildbuy.evidence import store
from buildbuy.report.schemas import schema

QUICK = ("--duration", "0.6", "--warmup", "0.1", "--timeout", "1")


def test_a_page_with_the_sentence_that_matters(buildbuy, stub) -> None:
    ran = buildbuy("probe", "--endpoint", f"{stub.url}/", "--require", "p50<=900ms @ 50 req/s", *QUICK)
    assert ran.code == 0
    assert "meets it here" in ran.out
    assert "times faster than needed" in ran.out
    assert "It doesn't show other requests" in ran.out


def test_json_follows_its_schema_and_records_are_evidence(buildbuy, stub, tmp_path: Path) -> None:
    ran = buildbuy("probe", "--endpoint", f"{stub.url}/?key=hidden", "--require", "p50<=0.001ms @ 50 req/s", *QUICK, "--format", "json")
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert data["results"][0]["judged"]["status"] in ("unmet", "unknown")
    records = sorted((tmp_path / ".buildbuy" / "evidence").iterdir())
    assert [r.name.rsplit(".", 2)[0] for r in records] == ["endpoint.failed_share", "endpoint.latency_p50", "endpoint.requests"]
    for record in records:
        read = store._record(record)
        assert (read.scope, read.n) == ("probe", 30)
        assert "hidden" not in record.read_text()
    assert {*store.load(tmp_path / ".buildbuy" / "evidence")} == {str(r) for r in records}, "none settles a driver"


def test_a_secret_is_shown_nowhere(buildbuy, stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOK", "s3cret")
    (tmp_path / "r.yaml").write_text("headers: {authorization: {env: TOK, prefix: 'Bearer '}}\nmethod: GET\n")
    ran = buildbuy("probe", "--endpoint", f"{stub.url}/secret", "--request", "r.yaml", "--rate", "20", *QUICK, "--format", "json")
    assert ran.code == 0
    everything = ran.out + ran.err + "".join(p.read_text() for p in (tmp_path / ".buildbuy").rglob("*.json"))
    assert "s3cret" not in everything


BAD = {
    ("--endpoint", "http://192.0.2.1/", "--rate", "5"): "not on this machine",
    ("--endpoint", "http://192.0.2.1/", "--rate", "5000", "--yes-not-loopback"): "to another machine",
    ("--endpoint", "http://127.0.0.1/"): "no rate",
    ("--rate", "5"): "name a component",
    ("--endpoint", "http://127.0.0.1/", "--rate", "1e9"): "not between",
    ("--endpoint", "http://127.0.0.1/", "--rate", "5", "--require", "p99<=1ms @ 9 req/s"): "below the 9",
    ("--endpoint", "http://127.0.0.1:1/", "--rate", "5"): "nothing answers",
    ("model-serving", "--systems", "tritno", "--rate", "5"): "can't be started",
    ("model-registry", "--rate", "5"): "no system of",
    ("feature-store", "--rate", "5"): "exercised by a script",
    ("model-serving", "--model", "m.onnx", "--rate", "5"): "go together",
    ("model-serving", "--endpoint", "http://127.0.0.1/", "--rate", "5"): "one of them",
    ("nonsense",): "no system of `nonsense`",
    ("monitoring", "--size", "nan"): "--size",
    ("monitoring", "--systems", ","): "names no system",
    ("monitoring", "--systems", ""): "names no system",
    ("monitoring", "--request", "r.yaml"): "exercised by a script",
    ("monitoring", "--trust-model"): "skops",
    ("model-serving", "--trust-model", "--rate", "5"): "skops",
    ("model-serving", "--size", "0.5", "--rate", "5"): "--size would change nothing",
    ("monitoring", "--duration", "10"): "--duration would change nothing",
    ("feature-store", "--warmup", "2", "--connections", "9", "--timeout", "3"): "--warmup and --connections and --timeout would change nothing",
    ("feature-store", "--table", "t.csv"): "can't be read",
    ("model-serving", "--rate", "5", "--request", "r.yaml"): "--request would change nothing",
    ("--endpoint", "http://127.0.0.1/", "--rate", "5", "--profile", "tuned"): "runs already",
    ("monitoring", "--reference", "t.csv"): "nothing to compare",
    ("monitoring", "--table", "t.pkl"): "a pickle runs code",
}


@pytest.mark.parametrize("args", BAD)
def test_bad_input(args: tuple[str, ...], buildbuy, tmp_path: Path) -> None:
    ran = buildbuy("probe", *args)
    assert (ran.code, ran.out) == (2, "")
    assert BAD[args] in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_page_is_as_wide_as_the_terminal(columns: int, buildbuy, stub) -> None:
    ran = buildbuy("probe", "--endpoint", f"{stub.url}/", "--require", "p50<=900ms @ 50 req/s", *QUICK, columns=columns)
    assert ran.code == 0
    assert max(map(len, ran.out.splitlines())) <= columns
    assert "meets it here" in " ".join(ran.out.split())


def test_a_probe_that_is_stopped_ends_as_a_shell_expects(stub, tmp_path: Path) -> None:
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from buildbuy.cli import main; main()"  # as on a terminal, also where a job in the background ignores it
    args = ("probe", "--endpoint", f"{stub.url}/", "--rate", "20", "--duration", "60", "--warmup", "0")
    with subprocess.Popen([sys.executable, "-c", code, *args], stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        until = time.monotonic() + 30
        while not any(x.status == psutil.CONN_ESTABLISHED for x in psutil.Process(process.pid).net_connections()) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert "stopped" in process.communicate(timeout=20)[1]
    assert process.returncode == 130


def test_a_service_that_refuses_is_not_measured(buildbuy, stub) -> None:
    ran = buildbuy("probe", "--endpoint", f"{stub.url}/error", "--rate", "5", *QUICK)
    assert (ran.code, ran.out) == (2, "")
    assert "status 503" in ran.err
    assert "busy" in ran.err
