"""The files of a repository, as hostile input: bounded in number, depth and size, never followed
out of the tree.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from buildbuy.errors import BadInput

MAX_FILES = 200_000
MAX_DEPTH = 40
MAX_BYTES = 2_000_000  # of a source file; what is larger was hardly written by hand
MAX_LISTED_BYTES = 20_000_000  # of a lock file or a notebook, which machines write
MAX_TOTAL = 1_500_000_000
SKIPPED_FOLDERS = frozenset(
    [".git", ".hg", ".svn", "node_modules", ".venv", "venv", "site-packages", "__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".buildbuy", ".idea", "bower_components"]
)
CODE = frozenset([".py", ".pyi", ".ipynb", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".java", ".scala", ".kt", ".go", ".r", ".rmd", ".qmd"])
CONFIG = frozenset([".yaml", ".yml", ".toml", ".cfg", ".ini", ".json", ".tf", ".tfvars", ".hcl", ".bicep", ".txt", ".in", ".lock", ".mod", ".xml", ".gradle", ".sbt", ".env", ".sh", ".bash", ".slurm", ".sbatch", ".tpl", ".properties", ".conf", ".bazel", ".bzl", ".kts", ".mk"])
LARGE = frozenset(("poetry.lock", "uv.lock", "pdm.lock", "Pipfile.lock", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "renv.lock", "Cargo.lock"))
TEMPLATES = (".tmpl", ".j2", ".jinja", ".jinja2", ".template", ".mustache", ".tftpl")
_VENDORED = frozenset(["vendor", "vendored", "_vendor", "third_party", "thirdparty", "3rd_party", "extern", "externals"])
_TESTS = frozenset(["test", "tests", "testing", "mocks", "__mocks__", "__tests__", "e2e", "conftest.py", "testdata", "fixtures"])
_EXAMPLES = frozenset(["example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials", "quickstart", "templates", "cookbook"])
_DOCS = frozenset(["doc", "docs", "documentation", "website", "site"])


@dataclass(frozen=True)
class Text:
    """One readable file: its path in the repository, its text and how it is used."""

    path: str
    text: str
    use: str

    @cached_property
    def name(self) -> str:
        """The file's name, without the ending that makes a template of it."""
        return plain(self.path).rpartition("/")[2]

    @cached_property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower() or (".tpl" if plain(self.path) != self.path else "")

    def quoted(self, line: str) -> bool:
        """Whether a line of this file is a text that somebody wrote, kept as data: commands in it are talked about."""
        return self.suffix == ".json" and "\\n" in line


@dataclass
class Left:
    """What was not read, and why: reason → number of files."""

    reasons: Counter[str] = field(default_factory=Counter)


def plain(path: str) -> str:
    """A path without the ending of a template: requirements.txt.tmpl is read as what it becomes."""
    return next((path[: -len(end)] for end in TEMPLATES if path.endswith(end)), path)


def charts(paths: Iterable[str]) -> frozenset[str]:
    """Folders of templates that are a Helm chart's own: what it deploys, no examples."""
    return frozenset(f"{p[: -len('Chart.yaml')]}templates" for p in paths if p == "Chart.yaml" or p.endswith("/Chart.yaml"))


def use_of(path: str, charts: frozenset[str] = frozenset()) -> str:
    """How a file is used, from its path: core, example, docs, test or vendored; `charts` are folders of a Helm chart's templates."""
    *folders, name = path.split("/")
    parts = {f.lower() for i, f in enumerate(folders) if f != "templates" or "/".join(folders[: i + 1]) not in charts}
    name = name.lower()
    if parts & _VENDORED:
        return "vendored"
    if parts & _TESTS or name.startswith(("test_", "conftest.")) or name.endswith(("_test.py", "_tests.py", "_test.go", ".test.ts", ".spec.ts", ".test.js")):
        return "test"
    if parts & _EXAMPLES:
        return "example"
    if parts & _DOCS:
        return "docs"
    return "core"


def generated(text: str) -> bool:
    """Whether a file's first lines say that a machine wrote it."""
    head = text[:600].lower()
    return ("do not edit" in head and "generat" in head) or "@generated" in head


def listed(root: Path, left: Left) -> list[tuple[str, int]]:
    """Paths and sizes of the regular files below `root`, sorted. Links, nested repositories,
    dependencies' folders and what lies too deep are left out and counted. Raises BadInput for a
    root that isn't a folder.
    """
    if not root.is_dir():
        raise BadInput("no such folder" if not root.exists() else "this is a file, not a folder", where=str(root), hint="give the folder of a checked-out repository")
    found: list[tuple[str, int]] = []
    waiting = [("", 0)]
    while waiting:
        below, depth = waiting.pop()
        if depth > MAX_DEPTH:
            left.reasons["too deep"] += 1
            continue
        try:
            with os.scandir(root / below) as entries:
                here = list(entries)
        except OSError:
            left.reasons["unreadable"] += 1
            continue
        if below and any(e.name == ".git" for e in here):
            left.reasons["another repository inside"] += 1
            continue
        for entry in here:
            path = f"{below}/{entry.name}" if below else entry.name
            try:
                if entry.is_symlink():
                    left.reasons["link"] += 1
                elif entry.is_dir(follow_symlinks=False):
                    if entry.name not in SKIPPED_FOLDERS:
                        waiting.append((path, depth + 1))
                elif entry.is_file(follow_symlinks=False):
                    found.append((path, entry.stat(follow_symlinks=False).st_size))
            except OSError:
                left.reasons["unreadable"] += 1
            if len(found) >= MAX_FILES:
                left.reasons["beyond the number of files read"] += 1
                return sorted(found)
    return sorted(found)


def wanted(path: str) -> bool:
    """Whether a file of this name can say anything about the stack."""
    name = plain(path).rpartition("/")[2]
    suffix = PurePosixPath(name).suffix.lower()
    bare = not suffix and name != path.rpartition("/")[2]  # a template that doesn't say of what
    return name in ("DESCRIPTION", "WORKSPACE", "BUILD") or bare or suffix in CODE or suffix in CONFIG or name.startswith((".env", "Dockerfile", "Containerfile", "Pipfile", "Gemfile", "Jenkinsfile", "Makefile", "Procfile", "crontab")) or name.lower().endswith("dockerfile")


def read(root: Path, files: list[tuple[str, int]], left: Left) -> Iterator[tuple[str, bytes]]:
    """Content of the wanted files, one at a time; too large and binary ones are counted instead."""
    total = 0
    for path, size in files:
        if not wanted(path):
            continue
        name = path.rpartition("/")[2]
        limit = MAX_LISTED_BYTES if name in LARGE or name.endswith(".ipynb") else MAX_BYTES
        if size > limit:
            left.reasons["too large"] += 1
            continue
        total += size
        if total > MAX_TOTAL:
            left.reasons["beyond the bytes read"] += 1
            continue
        data = content(root / path, limit)
        if data is None:
            left.reasons["unreadable"] += 1
        elif b"\0" in data[:8192]:
            left.reasons["binary"] += 1
        else:
            yield path, data


def content(path: Path, limit: int) -> bytes | None:
    """At most `limit` bytes of a regular file, None if it isn't one any more or can't be read."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        try:
            return file.read(limit) if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
        except OSError:
            return None
