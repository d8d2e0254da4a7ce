"""The load generator: what it sees, what it counts as failed, and when it refuses its own result."""

from __future__ import annotations

import asyncio
import json
import math
import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from buildbuy.errors import BadInput
from buildbuy.probes import environments, load
from buildbuy.probes.load import Load, Measured, Target


def target(port: int, path: str = "/") -> Target:
    return Target("127.0.0.1", port, (f"GET {path} HTTP/1.1\r\nhost: stub\r\n\r\n".encode(),))


def made(latency: list[float], lag: list[float] | None = None, rate: float = 100) -> Measured:
    n = len(latency)
    return Measured(Load(rate, n / rate, 0), np.array(latency), np.array(lag or [0.0] * n), {}, 0.1, n / rate, 1)


def test_a_frozen_server_is_seen(stub) -> None:
    """A second of silence: a closed loop would send nothing then and call the server fast."""

    def freeze() -> None:
        time.sleep(1)
        stub.process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        stub.process.send_signal(signal.SIGCONT)

    thread = threading.Thread(target=freeze)
    thread.start()
    seen = load.run(target(stub.port), Load(rate=200, seconds=3.5, warmup=0.2))
    thread.join()
    assert 0.8 < seen.percentile(99) < 2
    assert seen.failed == 0
    assert seen.latency.max() >= 0.9


def test_every_request_is_sent_once_at_its_time_and_answered(stub) -> None:
    seen = load.run(target(stub.port), Load(rate=100, seconds=1, warmup=0.2))
    assert len(seen.latency) == 100
    assert np.isfinite(seen.latency).all()
    assert (seen.latency > seen.lag).all()
    assert seen.failures == {}
    assert 1 <= seen.elapsed < 4


@pytest.mark.parametrize("path", ["/chunked", "/close", "/once"])
def test_every_way_to_end_an_answer(path: str, stub) -> None:
    assert load.run(target(stub.port, path), Load(rate=50, seconds=0.4, warmup=0)).failures == {}


FAILING = {"/error": "status 503", "/gone": "closed without", "/silent": "no answer within 0.3 s", "/large": "more than 5,000 bytes", "/nonsense": "not HTTP/1.1"}


@pytest.mark.parametrize("path", FAILING)
def test_failed_requests_are_late_for_ever(path: str, stub) -> None:
    seen = load.run(target(stub.port, path), Load(rate=50, seconds=0.4, warmup=0, timeout=0.3, most_response=5000))
    assert seen.failed == sum(seen.failures.values()) == 20
    assert all(FAILING[path] in why for why in seen.failures)
    assert math.isinf(seen.percentile(50))


def test_more_requests_than_connections_wait_and_that_counts(stub) -> None:
    seen = load.run(target(stub.port, "/silent"), Load(rate=100, seconds=0.3, warmup=0, timeout=0.3, connections=2))
    assert seen.failed == 30
    assert any("no free connection" in why for why in seen.failures)


def test_a_server_that_dies_ends_the_run(stub) -> None:
    threading.Timer(0.5, stub.process.kill).start()
    seen = load.run(target(stub.port), Load(rate=100, seconds=1, warmup=0, timeout=0.5))
    assert 0 < seen.failed < 100
    assert seen.elapsed < 5


def test_a_generator_that_stands_still_is_refused(stub) -> None:
    """What blocks our own loop must not be told as the server's latency."""

    async def run() -> Measured:
        asyncio.get_running_loop().call_later(0.3, time.sleep, 1)
        return await load.measure(target(stub.port), Load(rate=100, seconds=1, warmup=0))

    seen = asyncio.run(run())
    assert "bottleneck" in seen.refused
    assert seen.held < 0.8


def test_own_lateness_is_told_where_it_makes_the_percentile() -> None:
    assert made([0.010] * 100).blurred == ""
    assert "own lateness" in made([0.100] * 10 + [0.001] * 90, [0.09] * 10 + [0.0] * 90).blurred
    assert made([0.500] * 100).blurred == ""


def test_percentiles_are_of_all_requests() -> None:
    seen = made([*(i / 1000 for i in range(1, 99)), math.inf, math.inf])
    assert seen.percentile(50) == pytest.approx(0.050)
    assert seen.percentile(98) == pytest.approx(0.098)
    assert math.isinf(seen.percentile(99))
    assert seen.failed == 2


def test_nothing_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(BadInput, match="nothing answers"):
        load.run(target(port), Load(rate=10, seconds=1))


def test_ask(stub) -> None:
    assert load.ask(target(stub.port)) == (200, b"ok")
    assert load.ask(target(stub.port, "/error")) == (503, b"busy")
    for path in ("/silent", "/gone", "/nonsense"):
        with pytest.raises(BadInput, match="no answer"):
            load.ask(target(stub.port, path), timeout=0.3)


@pytest.mark.parametrize(
    "bad",
    [{"rate": 0}, {"rate": math.nan}, {"rate": 1e9}, {"seconds": 0}, {"seconds": math.inf}, {"warmup": -1}, {"connections": 0}, {"connections": 5000}, {"timeout": 0}, {"most_response": 0}, {"rate": 50_000, "seconds": 600}],
)
def test_bounds(bad: dict[str, float]) -> None:
    with pytest.raises(BadInput):
        Load(**{"rate": 10, "seconds": 1, **bad})  # type: ignore[arg-type]


@pytest.mark.probes
def test_two_thousand_a_second_are_held(stub) -> None:
    seen = load.run(target(stub.port), Load(rate=2000, seconds=5))
    assert seen.held >= 0.99
    assert seen.failed == 0
    assert seen.answered_rate == pytest.approx(2000, rel=0.01)


K6 = """
import http from 'k6/http';
export const options = {scenarios: {steady: {executor: 'constant-arrival-rate', rate: RATE, timeUnit: '1s', duration: '5s', preAllocatedVUs: 64, maxVUs: 256}}};
export default () => { http.get(URL); };
"""


@pytest.mark.probes
@pytest.mark.parametrize("rate", [500, 2000])
def test_it_agrees_with_k6_in_throughput(rate: int, stub, tmp_path: Path) -> None:
    """Another open-loop generator against the same server, one after the other. Its latencies count from when a
    request leaves, ours from when it was meant to: only throughput is compared.
    """
    (tmp_path / "requirements.txt").write_text("k6==1.1.0\n")
    k6 = environments.environment("k6", tmp_path / "requirements.txt", environments.cache()) / "bin" / "k6"
    (tmp_path / "load.js").write_text(K6.replace("RATE", str(rate)).replace("URL", f"'{stub.url}/'"))
    subprocess.run([k6, "run", "--quiet", "--no-usage-report", "--summary-export", "k6.json", "load.js"], cwd=tmp_path, check=True, capture_output=True, timeout=60)
    found = json.loads((tmp_path / "k6.json").read_text())["metrics"]
    seen = load.run(target(stub.port), Load(rate=rate, seconds=5))
    assert seen.failed == 0
    assert seen.answered_rate == pytest.approx(found["http_reqs"]["rate"], rel=0.03)
