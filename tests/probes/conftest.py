"""A stub server in a process of its own, and what a probe needs (the extra `probe`)."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from buildbuy.report.schemas import schema

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


Exercised = Callable[[str, str, str, str], tuple[dict[str, float], dict[str, str]]]


@pytest.fixture
def exercised(buildbuy: Any) -> Exercised:
    """Exercises a system of a component in a profile at a size: values, and reasons for those that are missing, by figure."""

    def run(component: str, name: str, profile: str, size: str) -> tuple[dict[str, float], dict[str, str]]:
        ran = buildbuy("probe", component, "--systems", name, "--profile", profile, "--size", size, "--no-record", "--format", "json")
        data = json.loads(ran.out)
        jsonschema.validate(data, schema("probe"))
        assert data["not_measured"] == []
        figures = data["results"][0]["figures"]
        assert data["results"][0]["about"]["memory_mb"] > 20
        return {f["what"]: f["value"] for f in figures if "value" in f}, {f["what"]: f["why_not"] for f in figures if "why_not" in f}

    return run
