"""One piece of work a name, done by this process and by forked children at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import TypeVar

Made = TypeVar("Made")


def side_by_side(names: Sequence[str], work: Callable[[str], Made], children: int, begun: Callable[[str], None]) -> dict[str, Made]:
    """What `work` makes of every name (at most 256). Whoever is free takes the next one; `begun` hears of each, in order.

    Children have what this process has, so only what they made travels. What one doesn't deliver (it
    failed, or was killed) is made here, where an error is seen.
    """
    made: dict[str, Made] = {}
    told = 0
    tickets, box = os.pipe()
    os.write(box, bytes(range(len(names))))
    os.close(box)
    started = [_child(names, work, tickets) for _ in range(children)]
    try:
        for i in _taken(tickets):
            for name in names[told : i + 1]:
                begun(name)
            told = i + 1
            made[names[i]] = work(names[i])
        for name in names[told:]:
            begun(name)
        for _, results in started:
            with suppress(EOFError, OSError):
                made |= results.recv()
    finally:
        os.close(tickets)
        for process, results in started:
            process.kill()
            process.join()
            results.close()
    return {name: made[name] if name in made else work(name) for name in names}


def _child(names: Sequence[str], work: Callable[[str], Made], tickets: int) -> tuple[ForkProcess, Connection]:
    results, sending = get_context("fork").Pipe(duplex=False)
    process = get_context("fork").Process(target=_deliver, args=(names, work, tickets, sending), daemon=True)
    process.start()
    sending.close()  # so that its end is seen here
    return process, results


def _deliver(names: Sequence[str], work: Callable[[str], Made], tickets: int, sending: Connection) -> None:
    """What a child does: all at once at the end, for nobody listens before."""
    with suppress(BaseException):  # it is made again where an error can be told
        sending.send({names[i]: work(names[i]) for i in _taken(tickets)})


def _taken(tickets: int) -> Iterator[int]:
    """Numbers that nobody else has taken, until none is left."""
    while number := os.read(tickets, 1):
        yield number[0]
