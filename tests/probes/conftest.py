"""A stub server in a process of its own, and what a probe needs (the extra `probe`)."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

pytest.importorskip("httptools", reason="the extra `probe` is not installed")

STUB = Path(__file__).parent / "stub.py"


@dataclass(frozen=True)
class Stub:
    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A run begins with a garbage collection: what a whole suite has left in memory would make it as long
    as what these tests time, so it is set aside.
    """
    gc.freeze()
    with subprocess.Popen([sys.executable, str(STUB)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Stub(process, int(process.stdout.readline()))
        process.kill()
    gc.unfreeze()
