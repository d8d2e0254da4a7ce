"""What share of real implementations each part of a component takes: lines of code and author-days, anew.

Reads docs/reference/part-shares.yaml (which files of which commit are which part) and clones named like
its repositories below BUILDBUY_SCAN_REPOS; prints both counts a part and says which of them differ from
those written down. Only git's own text is read: nothing is checked out, run or imported.
docs/reference/part-shares.md says what is counted, why, and how `ranges` makes shares of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

TABLE = Path(__file__).parents[1] / "docs" / "reference" / "part-shares.yaml"
CODE = {".py", ".go", ".java", ".scala", ".kt", ".ts", ".tsx", ".js", ".jsx", ".vue", ".rs", ".c", ".cc", ".cpp", ".hpp", ".h", ".html", ".vm", ".sh", ".sql"}
HASH = {".py", ".sh"}
LEFT_OUT = (  # nobody wrote it for this part: tests, pages, examples, what a tool wrote, other people's code
    "*/test/*", "*/tests/*", "*/testing/*", "*__tests__*", "*/test_*.py", "*_test.*", "*.test.*", "*.spec.*", "*/tests.py", "*/conftest.py", "*Test.java", "*Test.scala", "*/e2e/*", "*mock*",
    "*/docs/*", "*/doc/*", "*/examples/*", "*/example/*", "*/example_dags/*", "*/samples/*", "*/demo_projects/*", "*/install/*", "*/hack/*", "*benchmark*", "*.stories.*",
    "*_pb2*", "*.pb.*", "*/proto/*.java", "*generated*", "*_gen.*", "*openapi*", "*swagger*", "*migrations/*", "*/alembic/*", "*/vendor/*", "*/third_party/*", "*/node_modules/*", "*/dist/*", "*.min.js",
)  # fmt: skip
WIDER, ALONE = 1.5, 2.0  # a range beyond its readings: code isn't effort, and one reading is nobody's spread
LEAST = 200  # fewer lines are a stub or the visible end of what sits elsewhere: such a part is left out
SWEEP = 100  # a commit over more files moves or formats code: it is no day's work on a part


def git(repo: Path, *arguments: str, given: str | None = None) -> str:
    """What git answers, as text; what isn't text is of no use here."""
    done = subprocess.run(["git", "-C", str(repo), *arguments], input=given, capture_output=True, check=True, encoding="utf-8", errors="replace")
    return done.stdout


def is_code(path: str) -> bool:
    """Whether a path is code that somebody wrote for the product itself."""
    return PurePosixPath(path).suffix in CODE and not any(fnmatchcase(f"/{path}", p) for p in LEFT_OUT)


def code_lines(text: str, suffix: str) -> int:
    """Lines that are neither blank nor comment: `#` or `//` in front, or within `/* */` or a docstring."""
    count, closing = 0, ""
    for line in map(str.strip, text.splitlines()):
        if closing:
            closing = "" if closing in line else closing
        elif suffix in HASH and line[:3] in ('"""', "'''"):
            closing = "" if line[:3] in line[3:] else line[:3]
        elif suffix not in HASH and line.startswith(("/*", "<!--")):
            end = "*/" if line.startswith("/*") else "-->"
            closing = "" if end in line else end
        elif line and not line.startswith("#" if suffix in HASH else "//"):
            count += 1
    return count


def counts(repo: Path, commit: str) -> dict[str, int]:
    """Lines of code of a commit, by path."""
    rows = [r.split("\t", 1) for r in git(repo, "-c", "core.quotePath=off", "ls-tree", "-r", commit).splitlines()]
    blobs = [(p, meta.split()[2]) for meta, p in rows if meta.split()[1] == "blob" and is_code(p)]
    out = {}
    for path, blob in blobs:
        try:
            out[path] = code_lines(git(repo, "cat-file", "blob", blob), PurePosixPath(path).suffix)
        except subprocess.CalledProcessError:
            print(f"{repo.name}: {path} is not in this clone", file=sys.stderr)
    return out


def spread(glob: str) -> list[str]:
    """`a/{b,c}.py` as a/b.py and a/c.py."""
    before, opened, rest = glob.partition("{")
    among, _, after = rest.partition("}")
    return [before + one + tail for one in among.split(",") for tail in spread(after)] if opened else [glob]


def part_of(parts: dict[str, list[str]], path: str) -> str | None:
    """The first part with a glob that a path fits; `*` stands for folders too."""
    return next((name for name, globs in parts.items() if any(fnmatchcase(path, g) for g in globs)), None) if is_code(path) else None


def history(repo: Path, commit: str) -> str:
    """Who changed which paths on which day; a clone that lacks files knows only the moves that changed nothing."""
    log = ["-c", "core.quotePath=off", "log", "--no-merges", "--name-status", "--date=short", "--format=%x00%aE %ad"]
    try:
        return git(repo, *log, "-M", commit)
    except subprocess.CalledProcessError:
        return git(repo, *log, "-M100%", commit)


def days(repo: Path, commit: str, part: Callable[[str], str | None]) -> Counter[str]:
    """Author-days by part: a day on which somebody touched several parts is shared among them.

    Read from the newest commit back, so that what a file was called earlier is known by then.
    """
    touched: dict[str, set[str]] = defaultdict(set)
    now: dict[str, str] = {}
    for entry in history(repo, commit).split("\0")[1:]:
        who, *changes = [line for line in entry.splitlines() if line]
        paths = []
        for change in changes:
            kind, *names = change.split("\t")
            paths.append(now.get(names[-1], names[-1]))
            if kind.startswith("R"):
                now[names[0]] = paths[-1]
        if len(paths) <= SWEEP and "[bot]" not in who:
            touched[who] |= {p for p in map(part, paths) if p}
    out: Counter[str] = Counter()
    for parts in touched.values():
        out.update({p: 1 / len(parts) for p in parts})
    return out


def measured(repo: Path, commit: str, parts: dict[str, list[str]]) -> tuple[int, dict[str, list[int]]]:
    """Lines of the whole repository, and lines and author-days of each part."""
    globs = {name: [one for glob in given for one in spread(glob)] for name, given in parts.items()}
    part = cache(partial(part_of, globs))
    every = counts(repo, commit)
    for glob in (g for given in globs.values() for g in given if not any(fnmatchcase(p, g) for p in every)):
        print(f"{repo.name}: no code fits {glob}", file=sys.stderr)
    lines: Counter[str | None] = Counter()
    for path, n in every.items():
        lines[part(path)] += n
    spent = days(repo, commit, part)
    return sum(every.values()), {name: [lines[name], round(spent[name])] for name in parts}


def readings(entry: dict[str, Any]) -> dict[str, dict[str, float]]:
    """By part and repository: half-way between its shares of lines and of author-days.

    A repository lacks parts; what it has makes up as much of the whole as we judged of these parts.
    """
    whole = sum(entry["judged"].values())
    out: dict[str, dict[str, float]] = defaultdict(dict)
    for name, one in entry["repositories"].items():
        counted = one["counts"]
        has = sum(entry["judged"][part] for part in counted) / whole
        lines, spent = (sum(c[i] for c in counted.values()) for i in (0, 1))
        for part, (n, d) in counted.items():
            out[part][name] = has * (n / lines + d / spent) / 2
    return out


def ranges(entry: dict[str, Any]) -> dict[str, str]:
    """The share of each part that was measured, as the catalog writes it."""
    out = {}
    for part, found in readings(entry).items():
        wider = WIDER if len(found) > 1 else ALONE
        out[part] = f"{min(found.values()) / wider:.2g} to {min(max(found.values()) * wider, 1):.2g}"
    return out


def shown(name: str, code: int, found: dict[str, list[int]], written: dict[str, list[int]]) -> Iterable[str]:
    """A repository's counts, one line a part."""
    yield f"{name}: {sum(n for n, _ in found.values())} of {code} lines, {sum(n for _, n in found.values())} author-days"
    for part, (lines, spent) in found.items():
        yield f"  {part:22} {lines:7} {spent:6}" + ("" if written.get(part) == [lines, spent] else f"   written down: {written.get(part)}")


def main() -> None:
    homes = [Path(h) for h in os.environ.get("BUILDBUY_SCAN_REPOS", "").split(":") if h]
    asked = set(sys.argv[1:])
    for component, entry in yaml.safe_load(TABLE.read_text(encoding="utf-8"))["components"].items():
        for name, one in entry["repositories"].items():
            if asked and not asked & {component, name}:
                continue
            home = next((h / name for h in homes if (h / name).is_dir()), None)
            if home is None:
                print(f"{name}: no clone")
                continue
            code, found = measured(home, one["commit"], one["globs"])
            print("\n".join(shown(f"{component}, {name}", code, found, one.get("counts") or {})))


if __name__ == "__main__":
    main()
