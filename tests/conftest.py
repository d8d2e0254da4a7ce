"""What several folders of tests share: running the command line in-process, comparing with golden
files, and the tiny catalog of tests/data/catalog.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TEST_CATALOG = TESTS / "data" / "catalog"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files from what is printed now")


@dataclass(frozen=True)
class Ran:
    """What a command printed and the code it ended with."""

    out: str
    err: str
    code: int


Run = Callable[..., Ran]


class _Stdin(io.StringIO):
    """Typed answers; a terminal only where a test says so."""

    def __init__(self, text: str, terminal: bool) -> None:
        super().__init__(text)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.fixture
def buildbuy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `buildbuy ARGS` in-process, in an empty folder, 120 columns wide and without colour.

    Errors that `main` doesn't turn into a message fail the test with their traceback. `typed` is
    typed on a terminal; without it there is none.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def run(*args: str | Path, columns: int = 120, typed: str | None = None) -> Ran:
        from buildbuy.cli import main

        monkeypatch.setenv("COLUMNS", str(columns))
        monkeypatch.setattr(sys, "argv", ["buildbuy", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", _Stdin(typed or "", typed is not None))
        out, err, code = io.StringIO(), io.StringIO(), 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                main()
            except SystemExit as e:
                code = e.code if isinstance(e.code, int) else int(e.code is not None)
        return Ran(out.getvalue(), err.getvalue(), code)

    return run


@pytest.fixture
def test_catalog(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The invented systems of tests/data/catalog instead of the real catalog."""
    from buildbuy.catalog import load

    monkeypatch.setattr(load, "DATA", TEST_CATALOG)
    load._load.cache_clear()
    yield TEST_CATALOG
    load._load.cache_clear()


@pytest.fixture
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str, str], None]:
    """Compares a text with tests/golden/NAME, or writes it there with --update-golden.

    The test's own folder reads `TMP` in golden files.
    """

    def compare(name: str, text: str) -> None:
        path = TESTS / "golden" / name
        shown = text.replace(str(tmp_path.resolve()), "TMP").replace(str(tmp_path), "TMP").replace(str(TESTS), "TESTS")
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(shown, encoding="utf-8")
            return
        assert path.exists(), f"no golden file {name}; `make golden` writes it, then read it before you commit it"
        assert shown == path.read_text(encoding="utf-8"), f"{name} differs; if the change is wanted, run `make golden` and read the diff"

    return compare
