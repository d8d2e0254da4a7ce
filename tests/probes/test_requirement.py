"""What is required, and when a measurement meets it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from buildbuy.errors import BadInput
from buildbuy.probes.load import Load, Measured
from buildbuy.probes.requirement import judge, parse


def made(latency: float, lag: float = 0.0, failed: int = 0) -> Measured:
    return Measured(Load(100, 10, 0), np.array([latency] * (1000 - failed) + [math.inf] * failed), np.full(1000, lag), {}, 0.1, 10, 1)


@pytest.mark.parametrize("text", ["p99<=20ms @ 300 req/s", " p99 <= 20 ms@300 rps", "p99 <= 0.02 s @ 300 requests/second", "p99 at most 20 ms @ 300 qps", "p99 20 ms @ 18000 req/minute", "p99<=20ms @ 300"])
def test_ways_to_say_it(text: str) -> None:
    wanted = parse(text)
    assert (wanted.percentile, wanted.limit, wanted.rate) == (99, pytest.approx(0.02), pytest.approx(300))


def test_a_rate_may_be_left_out() -> None:
    assert parse("p99.9<=20ms").rate is None


@pytest.mark.parametrize("text", ["", "fast", "p99", "p99<=20", "p99>=20ms", "p0<=20ms", "p100<=20ms", "p99<=-1ms", "p99<=20 req/s", "p99<=20ms @ 0 req/s", "p99<=20ms @ x req/s", "p99<=nan ms", "p99<=20ms @ 300 ms"])
def test_what_makes_no_sense(text: str) -> None:
    with pytest.raises(BadInput):
        parse(text)


def test_judged() -> None:
    wanted = parse("p99<=20ms")
    assert judge(made(0.005), wanted).status == "met"
    assert judge(made(0.005), wanted).room == pytest.approx(4)
    assert judge(made(0.040), wanted).status == "unmet"
    assert judge(made(0.005, failed=20), wanted).status == "unmet"
    assert judge(made(0.005, failed=9), wanted).status == "met"


def test_own_lateness_makes_no_verdict_against_the_server() -> None:
    wanted = parse("p99<=20ms")
    assert judge(made(0.0205, lag=0.001), wanted).status == "unknown"
    assert judge(made(0.019, lag=0.009), wanted).status == "met"
    assert judge(made(0.100, lag=0.060), wanted).status == "unknown"
    assert judge(made(0.005, lag=9), wanted).status == "unknown"
