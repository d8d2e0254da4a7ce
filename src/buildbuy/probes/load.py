"""Open-loop load: requests leave at a constant rate whatever the server does, and the latency of each
counts from the moment it was meant to leave, so that a stalled server can't hide its queue.

A closed-loop client waits for answers before it sends again and so stops asking just when the server
is slow ("coordinated omission", Gil Tene). Percentiles are exact: every sample is kept.
"""

from __future__ import annotations

import asyncio
import gc
import math
import resource
import select
import selectors
import ssl
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

import httptools
import numpy as np
from numpy.typing import NDArray

from buildbuy import collector
from buildbuy.errors import BadInput

MOST_RATE = 50_000.0  # requests a second
MOST_SECONDS = 600.0
MOST_REQUESTS = 2_000_000
MOST_BODY = 10_000_000  # bytes
MOST_CONNECTIONS = 900
HELD = 0.99  # share of the rate below which a result is refused
STARVED = 0.7  # of a core: a generator that fell behind with less was not let run
OWN_SHARE, OWN_SECONDS = 0.2, 0.002  # of the p99: what of it may be the generator's own lateness
SWEEP = 0.05  # seconds between looks for requests that ran out of time
KEPT = 300  # bytes of an answer kept to be shown


@dataclass(frozen=True)
class Target:
    """Where requests go, and the whole HTTP/1.1 messages to send, in turn."""

    host: str
    port: int
    messages: tuple[bytes, ...]
    tls: bool = False


@dataclass(frozen=True)
class Load:
    """What is asked: `rate` a second for `seconds`, after `warmup` seconds at the same rate that
    don't count. `timeout` in seconds from the intended moment; `most_response` in bytes.
    """

    rate: float
    seconds: float
    warmup: float = 1.0
    connections: int = 256
    timeout: float = 10.0
    most_response: int = MOST_BODY

    def __post_init__(self) -> None:
        _within("rate", self.rate, 0.1, MOST_RATE, "requests a second")
        _within("duration", self.seconds, 0.1, MOST_SECONDS, "seconds")
        _within("warm-up", self.warmup, 0, MOST_SECONDS, "seconds")
        _within("connections", self.connections, 1, MOST_CONNECTIONS, "")
        _within("timeout", self.timeout, 0.01, 120, "seconds")
        _within("largest response", self.most_response, 1, MOST_BODY, "bytes")
        if self.rate * (self.seconds + self.warmup) > MOST_REQUESTS:
            raise BadInput(f"more than {MOST_REQUESTS:,} requests in one run", hint="a lower rate or a shorter duration")

    @property
    def requests(self) -> int:
        """Requests that count."""
        return max(1, round(self.rate * self.seconds))

    @property
    def unmeasured(self) -> int:
        """Requests of the warm-up."""
        return round(self.rate * self.warmup)


def _within(name: str, value: float, low: float, high: float, unit: str) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise BadInput(f"{name}: `{value:g}` is not between {low:g} and {high:,.0f} {unit}".rstrip())


@dataclass(frozen=True)
class Measured:
    """What came of a load, in seconds. `latency` is from the intended moment to the last byte, infinite
    for a request that failed; `lag` is how late the generator itself was with each.
    """

    load: Load
    latency: NDArray[np.float64]
    lag: NDArray[np.float64]
    failures: dict[str, int]
    cpu: float  # share of one core that the generator took
    elapsed: float
    peak_in_flight: int

    def percentile(self, p: float) -> float:
        """The smallest latency that p% of all requests keep; infinite where the failed are among them."""
        return _percentile(self.latency, p)

    def net_percentile(self, p: float) -> float:
        """The same without the generator's own lateness: what the server can at best be excused from."""
        return _percentile(self.latency - self.lag, p)

    @property
    def failed(self) -> int:
        return int(np.isinf(self.latency).sum())

    @property
    def held(self) -> float:
        """Share of the requests that the generator had on their way when the time was up."""
        n = len(self.lag)
        return float(((np.arange(n) / self.load.rate + self.lag) <= n / self.load.rate).mean())

    @property
    def answered_rate(self) -> float:
        """Successful answers a second, up to the last one."""
        done = self.latency + np.arange(len(self.latency)) / self.load.rate
        good = done[np.isfinite(done)]
        return float(len(good) / max(good.max(), self.load.seconds)) if len(good) else 0.0

    @property
    def sustained(self) -> bool:
        """Whether the rate was answered: 99% of it, without failure."""
        return self.failed == 0 and self.answered_rate >= HELD * self.load.rate

    @property
    def refused(self) -> str:
        """Why this says nothing about the server, or nothing."""
        if self.held < HELD:
            return f"the generator sent only {self.held:.1%} of {self.load.rate:g} req/s in time ({self.cpu:.0%} of a core): it was the bottleneck" + ("" if self.cpu > STARVED else ", starved of processor time")
        return ""

    @property
    def blurred(self) -> str:
        """What of the p99 is the generator's own lateness, where that is much: the figure is an upper bound."""
        gross, net = self.percentile(99), self.net_percentile(99)
        if math.isfinite(gross) and gross - net > max(OWN_SHARE * gross, OWN_SECONDS):
            return f"{(gross - net) * 1000:.1f} ms of the p99 of {gross * 1000:.1f} ms is the generator's own lateness: this machine was busy"
        return ""


def _percentile(values: NDArray[np.float64], p: float) -> float:
    return float(np.quantile(values, p / 100, method="inverted_cdf"))


def run(target: Target, load: Load) -> Measured:
    """Load `target`, and wait for what is under way at the end. Raises BadInput where nothing listens."""
    with asyncio.Runner(loop_factory=_loop) as runner:
        return runner.run(measure(target, load))


def ask(target: Target, timeout: float = 10.0) -> tuple[int, bytes]:
    """One request: its status and how the answer begins. Raises BadInput where there is none."""

    async def once() -> tuple[int, bytes]:
        work = _Work(target, Load(rate=1, seconds=1, warmup=0, connections=1, timeout=timeout), asyncio.get_running_loop(), 1)
        try:
            await asyncio.wait_for(work.first(), timeout)
        except TimeoutError as e:
            raise BadInput(f"no answer within {timeout:g} s", where=_name(target)) from e
        finally:
            work.close()
        if work.status == 0:
            raise BadInput(f"no answer: {next(iter(work.failures), 'unknown')}", where=_name(target))
        return work.status, work.begins

    with asyncio.Runner(loop_factory=_loop) as runner:
        return runner.run(once())


async def measure(target: Target, load: Load) -> Measured:
    """`run` inside a running loop (made by `_loop` where lateness under a millisecond matters)."""
    skipped = load.unmeasured
    work = _Work(target, load, asyncio.get_running_loop(), load.requests + skipped)
    gc.collect()
    with collector.resting():  # a pause of our own would be taken for the server's
        try:
            await work.connect()
            before = resource.getrusage(resource.RUSAGE_SELF)
            await work.all()
            after = resource.getrusage(resource.RUSAGE_SELF)
        finally:
            work.close()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    reasons = Counter(why for slot, why in work.failed.items() if slot >= skipped)
    return Measured(load, work.latency[skipped:], work.lag[skipped:], dict(reasons), cpu / max(work.elapsed, 1e-9), work.elapsed, work.peak)


class _Precise(selectors.DefaultSelector):
    """epoll waits whole milliseconds; select() on its descriptor wakes within some 60 microseconds."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout > 0 and hasattr(self, "fileno"):
            select.select([self.fileno()], [], [], timeout)
            timeout = 0
        return super().select(timeout)


def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.SelectorEventLoop(_Precise())


def _name(target: Target) -> str:
    return f"{target.host}:{target.port}"


@dataclass
class _Work:
    """One run: hands each request to a connection when it is due, and keeps what came of it."""

    target: Target
    load: Load
    loop: asyncio.AbstractEventLoop
    n: int
    next: int = 0
    open: int = 0
    finished: int = 0
    peak: int = 0
    begin: float = 0.0
    elapsed: float = 0.0
    status: int = 0
    begins: bytes = b""
    idle: list[_Connection] = field(default_factory=list)
    busy: set[_Connection] = field(default_factory=set)
    waiting: deque[int] = field(default_factory=deque)
    failed: dict[int, str] = field(default_factory=dict)
    opening: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.latency: NDArray[np.float64] = np.full(self.n, np.inf)
        self.lag: NDArray[np.float64] = np.zeros(self.n)
        self.done = self.loop.create_future()
        self.gap = 1 / self.load.rate
        self.context = ssl.create_default_context() if self.target.tls else None
        self.closing = False

    @property
    def failures(self) -> Counter[str]:
        return Counter(self.failed.values())

    async def connect(self) -> None:
        """The first connection. Raises BadInput where there is none to be had."""
        self.open += 1
        try:
            await self._new()
        except OSError as e:
            raise BadInput(f"nothing answers: {_told(e)}", where=_name(self.target), hint="is the service running, and is this its port?") from e

    async def first(self) -> None:
        await self.connect()
        self.begin = self.loop.time()
        self.next = 1
        self._send(0)
        await self.done

    async def all(self) -> None:
        """Every request at its time, then what is under way until it comes or runs out of time."""
        self.begin = self.loop.time() + 0.02
        self.loop.call_at(self.begin, self._tick)
        self.loop.call_later(SWEEP, self._sweep)
        await self.done
        self.elapsed = self.loop.time() - self.begin

    def close(self) -> None:
        self.closing = True
        for task in self.opening:
            task.cancel()
        for connection in [*self.idle, *self.busy]:
            connection.transport.abort()

    def _tick(self) -> None:
        """Sends all that is due, and comes back for the next."""
        if self.closing:
            return
        clock, begin, gap, n = self.loop.time, self.begin, self.gap, self.n
        i = self.next
        while i < n and (late := clock() - (begin + i * gap)) >= 0:
            self.lag[i] = late
            self._send(i)
            i += 1
        self.next = i
        if i < n:
            self.loop.call_at(begin + i * gap, self._tick)

    def _send(self, slot: int) -> None:
        if self.idle:
            connection = self.idle.pop()
            self.busy.add(connection)
            connection.start(slot, self.target.messages[slot % len(self.target.messages)])
        else:
            self.waiting.append(slot)
            self._open()
        self.peak = max(self.peak, len(self.busy) + len(self.waiting))

    def _open(self) -> None:
        if self.waiting and self.open < self.load.connections and not self.closing:
            self.open += 1
            task = self.loop.create_task(self._another())
            self.opening.add(task)
            task.add_done_callback(self.opening.discard)

    async def _another(self) -> None:
        try:
            await self._new()
        except OSError as e:
            self.open -= 1
            if self.waiting:
                self.fail(self.waiting.popleft(), f"no connection: {_told(e)}")
            self._open()

    async def _new(self) -> None:
        await asyncio.wait_for(
            self.loop.create_connection(lambda: _Connection(self), self.target.host, self.target.port, ssl=self.context),
            self.load.timeout,
        )

    def ready(self, connection: _Connection) -> None:
        """A connection has nothing to do: it takes the request that waits longest, or rests."""
        self.busy.discard(connection)
        self.idle.append(connection)
        if self.waiting:
            self._send(self.waiting.popleft())

    def lost(self, connection: _Connection) -> None:
        self.open -= 1
        self.busy.discard(connection)
        if connection in self.idle:
            self.idle.remove(connection)
        self._open()

    def answered(self, slot: int, status: int, begins: bytes) -> None:
        self.status, self.begins = status, begins
        if 200 <= status < 300:
            self.latency[slot] = self.loop.time() - (self.begin + slot * self.gap)
            self._finish()
        else:
            self.fail(slot, f"status {status}")

    def fail(self, slot: int, why: str) -> None:
        self.failed[slot] = why
        self._finish()

    def _finish(self) -> None:
        self.finished += 1
        if self.finished == self.n and not self.done.done():
            self.done.set_result(None)

    def _sweep(self) -> None:
        """Gives up requests whose time has run out."""
        if self.closing or self.done.done():
            return
        last = (self.loop.time() - self.load.timeout - self.begin) / self.gap  # slots before it are late
        for connection in [c for c in self.busy if c.slot < last]:
            connection.give_up(f"no answer within {self.load.timeout:g} s")
        while self.waiting and self.waiting[0] < last:
            self.fail(self.waiting.popleft(), f"no free connection within {self.load.timeout:g} s")
        self.loop.call_later(SWEEP, self._sweep)


class _Connection(asyncio.Protocol):
    """One kept-alive connection with at most one request under way."""

    transport: asyncio.Transport

    def __init__(self, work: _Work) -> None:
        self.work = work
        self.slot = -1
        self.size = 0
        self.begins = b""
        self.until_close = True
        self.complete = False
        self.keep = True
        self.parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.work.ready(self)

    def start(self, slot: int, message: bytes) -> None:
        self.slot, self.size, self.begins, self.until_close, self.complete = slot, 0, b"", True, False
        self.transport.write(message)

    def data_received(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError as e:
            self.give_up(f"not HTTP/1.1: {type(e).__name__}")
            return
        if self.complete and self.slot >= 0:
            self._answered()
            if self.keep:
                self.work.ready(self)
            else:
                self.transport.close()

    def on_header(self, name: bytes, _: bytes) -> None:
        if name.lower() in (b"content-length", b"transfer-encoding"):
            self.until_close = False

    def on_headers_complete(self) -> None:
        self.keep = self.parser.should_keep_alive()

    def on_body(self, body: bytes) -> None:
        self.size += len(body)
        if len(self.begins) < KEPT:
            self.begins += body[:KEPT]
        if self.size > self.work.load.most_response:
            self.give_up(f"an answer of more than {self.work.load.most_response:,} bytes")

    def on_message_complete(self) -> None:
        self.complete = True

    def connection_lost(self, exc: Exception | None) -> None:
        if self.slot >= 0:
            if self.until_close and self.size and exc is None:
                self._answered()
            else:
                self._fail("the connection was closed without an answer")
        self.work.lost(self)

    def _answered(self) -> None:
        slot, self.slot = self.slot, -1
        self.work.answered(slot, self.parser.get_status_code(), self.begins)

    def give_up(self, why: str) -> None:
        if self.slot >= 0:
            self._fail(why)
        self.transport.abort()

    def _fail(self, why: str) -> None:
        slot, self.slot = self.slot, -1
        self.work.fail(slot, why)


def _told(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
