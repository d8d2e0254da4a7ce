"""Starting and ending: whatever a server does and however the tool ends, nothing is left running."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import psutil
import pytest

from buildbuy.probes import supervise
from buildbuy.probes.load import Load
from buildbuy.probes.supervise import Bounds, NotMeasured, Server, free_ports, observe

UNRULY = Path(__file__).parent / "unruly.py"
QUICK = Load(rate=50, seconds=0.5, warmup=0.1, timeout=1)
MODES = [pytest.param(True, marks=pytest.mark.skipif(not supervise.namespaces(), reason="no right to make namespaces")), False]
GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"


def server(mode: str, marker: str = "none", port: int | None = None) -> Server:
    port = port or free_ports(1)[0]
    return Server((sys.executable, str(UNRULY), mode, str(port), marker), port, "/", (GET,), {})


def alive(marker: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline"]):
        if marker in (process.info["cmdline"] or []):
            found.append(process)
    return found


def gone(marker: str, seconds: float = 5) -> bool:
    until = time.monotonic() + seconds
    while alive(marker) and time.monotonic() < until:
        time.sleep(0.05)
    return not alive(marker)


@pytest.mark.parametrize("isolated", MODES)
def test_a_server_is_measured_and_all_it_started_is_gone(isolated: bool, tmp_path: Path) -> None:
    marker = uuid.uuid4().hex
    seen = observe(server("daemon", marker), QUICK, tmp_path, isolated=isolated)
    assert seen.measured.failed == 0
    assert len(seen.measured.latency) == 25
    assert seen.processes >= 2
    assert seen.memory_mb > 5
    assert seen.cpu_ms_per_request >= 0
    assert gone(marker, 1)


def test_a_crash_while_starting_is_told_with_the_log(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="ended while it was starting") as told:
        observe(server("crash"), QUICK, tmp_path)
    assert "the model is broken" in told.value.why


def test_the_cause_is_told_although_much_follows_it(tmp_path: Path) -> None:
    cause = "state.InvalidProtobuf: [ONNXRuntimeError] : 7 : INVALID_PROTOBUF : no model"
    code = f"import sys; print({cause!r}); print('shutting down ' * 100); sys.exit(3)"
    with pytest.raises(NotMeasured) as told:
        observe(Server((sys.executable, "-c", code), free_ports(1)[0], "/", (GET,), {}), QUICK, tmp_path)
    assert cause in told.value.why


def test_a_server_that_never_comes_up(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="not ready within 1 s"):
        observe(server("never"), QUICK, tmp_path, Bounds(ready=1))


def test_memory_is_bounded(tmp_path: Path) -> None:
    marker = uuid.uuid4().hex
    with pytest.raises(NotMeasured, match="GB of memory"):
        observe(server("hungry", marker), QUICK, tmp_path, Bounds(memory=200_000_000))
    assert gone(marker)


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="No such file"):
        observe(Server(("/no/such/program",), free_ports(1)[0], "/", (GET,), {}), QUICK, tmp_path)


def test_a_server_sees_nothing_of_the_users_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with pytest.raises(NotMeasured) as told:
        observe(server("environment"), QUICK, tmp_path)
    assert "DO_NOT_TRACK" in told.value.why
    assert "AWS" not in told.value.why


@pytest.mark.skipif(not supervise.namespaces(), reason="no right to make namespaces")
def test_nothing_phones_home(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured) as told:
        observe(server("phones-home"), QUICK, tmp_path)
    assert "Network is unreachable" in told.value.why


@pytest.mark.parametrize("isolated", MODES)
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_nothing_is_left_when_the_tool_is_ended(isolated: bool, how: signal.Signals, tmp_path: Path) -> None:
    marker, scratch = uuid.uuid4().hex, tmp_path / "scratch"
    scratch.mkdir()
    port = free_ports(1)[0]
    tool = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler);"  # as on a terminal, also where a job in the background ignores it
        "from pathlib import Path; from buildbuy.probes.supervise import *; stop_on_termination();"
        f"observe(Server((sys.executable, {str(UNRULY)!r}, 'daemon', '{port}', '{marker}'), {port}, '/', ({GET!r},), {{}}), Load(50, 30), Path({str(scratch)!r}), isolated={isolated})"
    )
    with subprocess.Popen([sys.executable, "-c", tool], stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 20
        while len(alive(marker)) < 3 and time.monotonic() < until:  # server, daemon and the daemon's child
            time.sleep(0.05)
        assert len(alive(marker)) >= 3
        process.send_signal(how)
        process.wait(10)
    assert gone(marker)


def test_the_log_is_bounded(tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match="ended while it was starting"):
        observe(server("talks"), QUICK, tmp_path, Bounds(file=1_000_000))
    assert (tmp_path / "server.log").stat().st_size <= 1_000_000


def test_another_process_on_the_port_is_not_measured_in_place_of_ours(stub, tmp_path: Path) -> None:
    with pytest.raises(NotMeasured, match=f"port {stub.port} is taken by another process"):
        observe(server("daemon", port=stub.port), QUICK, tmp_path, isolated=False)
