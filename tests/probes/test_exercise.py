"""Exercises: whatever a script does, it is ended and told, and its figures are read with care."""

from __future__ import annotations

import json
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import jsonschema
import psutil
import pytest

from buildbuy.probes import environments, supervise, systems
from buildbuy.probes import exercise as exercises
from buildbuy.probes.compare import interval
from buildbuy.probes.exercise import (
    Exercise,
    Exercised,
    Figure,
    Ready,
    Service,
    exercise,
    read_figures,
)
from buildbuy.probes.supervise import Bounds, NotMeasured, free_ports
from buildbuy.probes.systems import FILES, Place, System
from buildbuy.report.exercise import compared, result, rows, table
from buildbuy.report.schemas import schema

STUB = Path(__file__).parent / "stub.py"
MODES = [pytest.param(True, marks=pytest.mark.skipif(not supervise.namespaces(), reason="no right to make namespaces")), False]
FIGURE = {"what": "step_ms_p50", "value": 0.12, "unit": "ms", "n": 200, "how": "one step was timed 200 times"}
WRITE = f"import json; open('figures.json', 'w').write(json.dumps([{FIGURE!r}]))\n"
TOLD = {"PROBE_PROFILE": "default", "PROBE_PORTS": "", "PROBE_SIZE": "1"}


def script(code: str, scratch: Path, marker: str = "none", services: tuple[Service, ...] = (), seconds: float = 30) -> Exercise:
    (scratch / "figures.py").write_bytes((FILES / "figures.py").read_bytes())
    (scratch / "script.py").write_text(code)
    return Exercise((sys.executable, "script.py", marker), TOLD, services, seconds)


def stub(port: int, marker: str) -> Service:
    return Service((sys.executable, str(STUB), str(port), marker), {}, Ready(port, "/"))


def gone(marker: str) -> bool:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        if not any(marker in (p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("isolated", MODES)
def test_a_script_reports_and_the_daemon_it_left_is_ended(isolated: bool, tmp_path: Path) -> None:
    marker = uuid.uuid4().hex
    code = WRITE + (
        "import os, sys, subprocess, time\n"
        "begin = time.process_time()\n"
        "kept = bytes(100_000_000)\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)', sys.argv[1]])\n"
        "    os._exit(0)\n"
        "while time.process_time() < begin + 0.3: pass\n"
        "time.sleep(0.7)\n"
    )
    seen = exercise(script(code, tmp_path, marker), tmp_path, isolated=isolated)
    assert [(f.what, f.value, f.n) for f in seen.figures] == [("step_ms_p50", 0.12, 200)]
    assert seen.cpu_seconds >= 0.3
    assert seen.seconds >= 1
    assert seen.memory_mb > 5
    assert seen.processes >= 2
    assert gone(marker)


def test_the_memory_of_a_script_that_is_soon_done_is_seen(tmp_path: Path) -> None:
    code = WRITE + "import time; time.sleep(0.1); kept = b'x' * 60_000_000; time.sleep(0.15)\n"
    assert exercise(script(code, tmp_path), tmp_path).memory_mb > 60


def test_a_crash_is_told_with_its_cause(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="ended with code 1") as told:
        exercise(script(WRITE + "raise ValueError('the table is not there')", tmp_path), tmp_path)
    assert "the table is not there" in told.value.why


@pytest.mark.parametrize("isolated", MODES)
def test_one_that_hangs_is_ended(isolated: bool, tmp_path: Path) -> None:
    marker = uuid.uuid4().hex
    code = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('still reading', flush=True)\ntime.sleep(120)"
    with pytest.raises(NotMeasured, match="not done after 1 s") as told:
        exercise(script(code, tmp_path, marker, seconds=1), tmp_path, isolated=isolated)
    assert "still reading" in told.value.why
    assert gone(marker)


def test_memory_of_a_script_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="GB of memory"):
        exercise(script("import time; kept = b'x' * 300_000_000; time.sleep(60)", tmp_path), tmp_path, Bounds(memory=200_000_000))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "left no"),
        ("", "can't be read"),
        ("[" * 100_000, "can't be read"),
        ("{}", "no list"),
        ("[]", "no list"),
        (json.dumps([FIGURE] * 201), "no list"),
        ("[3]", "no name"),
        ('[{"what": "Step; rm"}]', "no name"),
        (json.dumps([FIGURE, FIGURE]), "twice: step_ms_p50"),
        (json.dumps([{**FIGURE, "value": None}]), "no finite value"),
        (json.dumps([{**FIGURE, "value": True}]), "no finite value"),
        (json.dumps([{**FIGURE, "value": float("nan")}]), "no finite value"),
        (json.dumps([{**FIGURE, "value": "fast"}]), "no finite value"),
        (json.dumps([{**FIGURE, "n": 0}]), "no count|count of observations"),
        (json.dumps([{**FIGURE, "how": " "}]), "no `how`"),
        (json.dumps([{**FIGURE, "unit": "m" * 501}]), "no `unit`"),
        (json.dumps([{**FIGURE, "extra": 1}]), "other keys"),
        ('[{"what": "a", "why_not": ""}]', "no `why_not`"),
        ('"' + "x" * 1_000_001 + '"', "more than"),
    ],
    ids=str,
)
def test_figures_that_are_none(text: str | None, why: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "figures.json").write_text(text)
    with pytest.raises(NotMeasured, match=why):
        read_figures(tmp_path / "figures.json")


def test_a_figure_that_could_not_be_taken_keeps_its_reason(tmp_path: Path) -> None:
    (tmp_path / "figures.json").write_text(json.dumps([FIGURE, {"what": "lost_steps", "why_not": "offline mode has no server"}]))
    taken, missing = read_figures(tmp_path / "figures.json")
    assert (taken.value, missing.value, missing.why_not) == (0.12, None, "offline mode has no server")


@pytest.mark.parametrize("isolated", MODES)
def test_a_script_uses_its_service_ends_it_and_starts_it_again(isolated: bool, tmp_path: Path) -> None:
    port, marker = free_ports(1)[0], uuid.uuid4().hex
    code = (
        "from figures import Service, figure, percentiles, timed\n"
        "service = Service()\n"
        "percentiles('look', timed(lambda i: service.up(), 20, 2), 'asked whether the service is up')\n"
        "was = service.up()\n"
        "service.kill()\n"
        "down = service.up()\n"
        "service.start()\n"
        "figure('seen', [was, down, service.up()] == [True, False, True], 'count', 1, 'up, down, up')\n"
    )
    seen = exercise(script(code, tmp_path, services=(stub(port, marker),)), tmp_path, isolated=isolated)
    values = {f.what: f.value for f in seen.figures}
    assert values["seen"] == 1
    assert 0 < (values["look_ms_p50"] or 0) < 1000
    assert values["look_ms_p99"] is None  # of 20
    assert gone(marker)


def test_a_service_that_fails_is_told_and_the_script_never_runs(tmp_path: Path) -> None:
    broken = Service((sys.executable, "-c", "raise SystemExit('Error: no disk')"), {}, Ready(free_ports(1)[0]))
    with pytest.raises(NotMeasured, match="ended while it was starting") as told:
        exercise(script("open('ran', 'w')", tmp_path, services=(broken,)), tmp_path)
    assert "no disk" in told.value.why
    assert not (tmp_path / "ran").exists()


def _play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Two systems of a component: one works in its tuned profile only."""
    code = "import figures\nif not figures.TUNED: raise SystemExit('Error: the default is broken')\nfigures.figure('steps', figures.sized(1000), 'count', 1, 'steps that were asked for')\nfigures.missing('lost', 'nothing was ended')"

    def made(at: Place) -> Exercise:
        return script(code, at.scratch)

    system = System("played", "Played", "x", "fastapi", "2026-11", {"default": ("as it comes",), "tuned": ("one thing",)}, 1, exercise=made)
    monkeypatch.setitem(systems.SYSTEMS, "played", ("played",))
    monkeypatch.setattr(systems, "system", lambda _: system)
    monkeypatch.setattr(environments, "environment", lambda *_: tmp_path)


def test_the_command_shows_keeps_and_tells(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _play(monkeypatch, tmp_path)
    ran = buildbuy("probe", "played", "--size", "0.5", "--format", "json")
    assert ran.code == 0
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert [r["figures"][0]["value"] for r in data["results"]] == [500]
    assert "the default is broken" in data["not_measured"][0]["why"]
    kept = [json.loads(p.read_text()) for p in (tmp_path / ".buildbuy" / "evidence").iterdir()]
    assert [(k["what"], k["value"], k["scope"]) for k in kept] == [("played.played.tuned.steps", 500.0, "probe")]
    shown = buildbuy("probe", "played", "--no-record")
    assert "no lost: nothing was ended" in shown.out
    assert "steps: steps that were asked for" in shown.out


def _numbered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, component: str, **options: tuple[str, float]) -> None:
    """Systems by name with the option each stands for and the milliseconds of its first run; a later run takes a
    hundredth longer.
    """
    made = {}
    for name, (option, ms) in options.items():
        count = tmp_path / f"{name}.runs"
        code = f"import figures, pathlib\ncount = pathlib.Path({str(count)!r})\nn = len(count.read_text()) if count.exists() else 0\ncount.write_text('x' * (n + 1))\nfigures.figure('read_1x50_ms_p99', {ms} * (1 + n / 100), 'ms', 300, 'reads')\nfigures.figure('lost', 0, 'count', 1, 'what was lost')"
        made[name] = System(name, name, "x", "fastapi", "2026-11", {"default": ("a",), "tuned": ("b",)}, 1, exercise=lambda at, code=code: script(code, at.scratch), option=option)
    monkeypatch.setitem(systems.SYSTEMS, component, tuple(options))
    monkeypatch.setattr(systems, "system", made.__getitem__)
    monkeypatch.setattr(environments, "environment", lambda *_: tmp_path)


def test_repeated_runs_say_how_sure_a_figure_is_and_what_can_be_told_apart(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _numbered(monkeypatch, tmp_path, "played", quick=("", 1.0), slow=("", 3.0), alike=("", 1.001))
    ran = buildbuy("probe", "played", "--repeats", "3", "--profile", "default", "--format", "json")
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    quick, slow, _ = data["results"]
    assert [r["name"] for r in data["results"]] == ["quick, default", "slow, default", "alike, default"], "the second set of the first is no result"
    figure = slow["figures"][0]
    assert figure["runs"] == pytest.approx([3.0, 3.03, 3.06])
    assert (figure["value"], len(quick["figures"][0]["runs"]), slow["figures"][1]["interval"]) == (pytest.approx(3.03), 3, None)
    assert figure["interval"][0] < 3.03 < figure["interval"][1]
    [one] = data["comparisons"]
    assert (one["what"], one["noise_of"]) == ("read_1x50_ms_p99", "quick, default")
    assert one["noise"] > 1
    assert {x["slow"] for x in one["pairs"] if x["different"]} == {"slow, default"}
    kept = [json.loads(p.read_text()) for p in (tmp_path / ".buildbuy" / "evidence").glob("played.slow.default.read*")]
    assert [k["value"] for k in kept] == [pytest.approx(3.03)]
    shown = buildbuy("probe", "played", "--repeats", "2", "--profile", "default", "--no-record", "--out", "p.svg").out
    assert "read_1x50_ms_p99" in (tmp_path / "p.svg").read_text()
    assert "±" in shown
    assert "2 runs of each" in shown
    assert "higher: slow, default" in shown


@pytest.mark.parametrize(("how", "code"), [(KeyboardInterrupt, 130), (supervise.Terminated, 143)])
def test_an_interruption_leaves_records_of_what_was_done(how: type[BaseException], code: int, buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _numbered(monkeypatch, tmp_path, "played", one=("", 1.0))
    real, times = exercises.exercise, iter(range(9))

    def interrupted(*args: Any, **more: Any) -> Any:
        if next(times) == 1:
            raise how
        return real(*args, **more)

    monkeypatch.setattr(exercises, "exercise", interrupted)
    ran = buildbuy("probe", "played", "--repeats", "3", "--profile", "default")
    assert ran.code == code
    assert len(list((tmp_path / ".buildbuy" / "evidence").iterdir())) == 2


PROFILE = "organisation: {stage: series-a, ml_people: 6}\ncomponents:\n  feature-store:\n    requirements:\n      - {online_read_p99: <= 25 ms}\n"


def test_for_a_profile_only_what_is_open_is_exercised_and_decide_leads_to_the_record(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _numbered(monkeypatch, tmp_path, "feature-store", feast=("feast/self-host", 2.0), elsewhere=("no-such-system/self-host", 1.0))
    (tmp_path / "p.yaml").write_text(PROFILE)
    ran = buildbuy("probe", "--for", "p.yaml", "--profile", "tuned", "--format", "json")
    assert ran.code == 0, ran.err
    assert "leaves open: online read p99 <= 25 ms" in ran.err
    data = json.loads(ran.out)
    jsonschema.validate(data, schema("probe"))
    assert [r["about"]["system"] for r in data["results"]] == ["feast"]
    assert (data["decision"]["same"], data["decision"]["settled"]) == (True, []), "an exercise of ours settles nothing"
    assert [x["option"] for x in data["decision"]["seen"]] == ["feast/self-host"]
    assert "a probe saw p99 2 ms" in data["decision"]["seen"][0]["why"]
    told = buildbuy("explain", "p.yaml", "feature-store", "feast/self-host", "--evidence", ".buildbuy/evidence").out
    assert "a probe saw p99 2 ms" in " ".join(told.split())
    assert "stand-in" in told


def test_what_a_load_takes_is_refused_for_an_exercise(buildbuy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _play(monkeypatch, tmp_path)
    ran = buildbuy("probe", "played", "--rate", "20")
    assert (ran.code, "exercised by a script" in ran.err) == (2, True)


def test_a_table_has_a_row_a_figure_and_a_dash_for_none() -> None:
    took: dict[str, Any] = {"ready_seconds": 1, "seconds": 2.5, "cpu_seconds": 1.25, "memory_mb": 1234.4}
    one = {"name": "A, default", "figures": [{"what": "read_ms_p50", "value": 0.1234, "unit": "ms", "n": 9, "how": "h"}], "about": took}
    two = {"name": "B, default", "figures": [{"what": "read_ms_p50", "why_not": "w"}, {"what": "rows", "value": 5, "unit": "1/s", "n": 9, "how": "h"}], "about": took}
    assert rows([one, two])[:2] == [("read_ms_p50", ["0.123", "-"]), ("rows, 1/s", ["-", "5"])]
    assert ("peak memory, services too, MB", ["1,234", "1,234"]) in rows([one, two])


def _result(name: str, **runs: list[float]) -> dict[str, Any]:
    """A result with figures of these runs, the first of which is shown."""
    figures = [{"what": what, "value": values[0], "unit": "ms", "n": 9, "how": "h", "runs": values, "missed": [], "interval": interval(values)} for what, values in runs.items()]
    return {"name": f"{name}, tuned", "figures": figures, "about": {"ready_seconds": 1, "seconds": 1, "cpu_seconds": 1, "memory_mb": 1, "runs": 3}}


def _page(*results: dict[str, Any], again: dict[str, Any] | None = None) -> str:
    machine = {"cores": 2, "processor": "x", "memory_gb": 1.0, "load_before": 0.0}
    found = {"what": "c", "machine": machine, "results": list(results), "not_measured": [], "table": None, "decision": None}
    return " ".join(table({**found, "comparisons": compared(results, again)}).split())


def test_the_page_names_what_was_not_compared_the_noise_and_chance() -> None:
    a, b = _result("A", other=[1.0, 1.1, 1.2], lost=[0.0, 0.0, 0.0], read=[1.0, 1.1, 1.2]), _result("B", other=[1.0, 1.1, 1.3], lost=[5.0, 5.0, 5.0], read=[9.0, 9.1, 9.2])
    shown = _page(a, b, again=_result("A", read=[1.0, 1.1, 1.21]))
    assert "read: lowest A, tuned; higher: B, tuned" in shown
    assert "two sets of runs of A, tuned lay up to 1.00 times apart; the noise of other wasn't measured" in shown
    assert "not compared where a run has zero, which has no ratio: lost" in shown
    assert "each figure by itself: among 2 one may differ by chance" in shown


def test_a_run_without_a_figure_and_one_that_failed_are_told() -> None:
    def ran(*figures: Figure) -> Exercised:
        return Exercised(figures, 1, 1, 1, 1, None, 1)

    taken, lost = Figure("read", 1.0, "ms", 9, "h", ""), Figure("read", None, "", 0, "", "the server was gone")
    mixed = result("A, tuned", [ran(taken), ran(lost), ran(taken)], {})
    assert mixed["figures"][0]["missed"] == ["the server was gone"]
    shown = _page(mixed, result("B, tuned", [ran(taken), ran(taken)], {}))
    assert "A, tuned: no read in 1 of 3 runs: the server was gone" in shown
    assert "2 to 3 runs of each" in shown


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_page_is_as_wide_as_the_terminal(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    names = ("Hand-written PSI and KS tests", "joblib, multiprocessing", *"ABCDE")
    found = {"what": "c", "machine": {"cores": 2, "processor": "x", "memory_gb": 1.0, "load_before": 9.0}, "not_measured": [], "table": None, "decision": None, "comparisons": []}
    shown = table({**found, "results": [_result(name, false_alarm_columns_percent=[123456.0, 1.0], read=[1.0, 1.1]) for name in names]})
    assert max(map(len, shown.splitlines())) <= columns
    assert all(word in shown for name in names for word in name.split())


def test_an_interval_that_says_little_is_no_share_of_the_value() -> None:
    cells = dict(rows([_result("A", wide=[1.0, 9.0], narrow=[100.0, 101.0])]))
    assert cells == cells | {"wide, ms": ["1 ±>100%"], "narrow, ms": ["100 ±6%"]}


JOINS = {  # how a join goes about it -> the figures that must tell
    "right": ("moment - TTL <= r[1] <= moment", "v", {"join_wrong": False, "join_future_values": False, "join_not_yet_known_values": True, "join_labels_dropped": False}),
    "leaks the future": ("moment - TTL <= r[1]", "v", {"join_wrong": True, "join_future_values": True, "join_labels_dropped": False}),
    "forgets the limit of age": ("r[1] <= moment", "v", {"join_wrong": True, "join_future_values": False}),
    "misses an event of the very moment": ("moment - TTL <= r[1] < moment", "v", {"join_wrong": True, "join_future_values": False}),
    "drops labels without a value": ("moment - TTL <= r[1] <= moment", "DROPPED if v is None else v", {"join_wrong": False, "join_labels_dropped": True}),
}


@pytest.mark.parametrize("how", JOINS)
def test_a_joins_faults_are_found(how: str, tmp_path: Path) -> None:
    """Joins by sorting, not as the oracle does it, each with one fault."""
    condition, value, told = JOINS[how]
    (tmp_path / "features.py").write_bytes((FILES / "features.py").read_bytes())
    code = (
        "from features import *\n"
        "rows, got = history(), []\n"
        "wanted = labels(rows)\n"
        "ordered = sorted(rows, key=lambda r: (r[0], r[1], r[2]))\n"
        "for entity, moment in wanted:\n"
        "    v = None\n"
        f"    for r in ordered:\n        if r[0] == entity and {condition}: v = r[3]\n"
        f"    got.append({value})\n"
        "joined(got, 1.0, wanted, rows, known=False)\n"
    )
    wanted = script(code, tmp_path)
    seen = exercise(Exercise(wanted.command, {**TOLD, "PROBE_SIZE": "0.01"}), tmp_path)
    values = {f.what: f.value for f in seen.figures}
    assert {k: bool(values[k]) for k in told} == told
