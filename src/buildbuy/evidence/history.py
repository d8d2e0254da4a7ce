"""Effort, people and churn from a repository's history.

Effort is an interval between named methods that are known to disagree by 5 to 13 times: gaps between
an author's commits (at most 2 hours apart are one sitting, which began half an hour before its first
commit), and half-years of contribution against a threshold (Robles et al., EMSE 2022; 6 months x
min(1, commits / 75)). Commits of bots and merges are left out; a squashed pull request counts as one
commit, so that the first method misses work where squashing is usual, and says how much is squashed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buildbuy.quantities.units import HOURS_PER_PERSON_MONTH

GAP, LEAD_IN = 2 * 3600, 1800  # seconds; the lead-in is the variant of git_time_extractor
THRESHOLD = 75  # commits in a half-year that make a full-time contributor: the tool's default
BOT = re.compile(r"\[bot\]|\bbot\b|dependabot|renovate|github-actions|pre-commit-ci|crowdin|weblate|semantic-release|release-please|copybara|greenkeeper", re.I)
SQUASHED = re.compile(r"\(#\d+\)\s*$")
FIX = re.compile(r"\b(fix|fixes|fixed|bug|hotfix|revert|regression|patch)\b|^fix[(:]", re.I)
TIMEOUT = 60
MAX_OUTPUT = 300_000_000
MAX_PATHS = 2_000  # given to git in one command


@dataclass(frozen=True)
class Commit:
    """One commit: author (mapped), seconds since 1970, subject, and lines changed by path (None: unknown)."""

    author: str
    when: int
    subject: str
    changed: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class History:
    """What could be read, and what could not."""

    commits: tuple[Commit, ...]
    notes: tuple[str, ...]
    bots: int
    merges_left_out: bool = True


def read(root: Path, *, lines: bool = False, paths: tuple[str, ...] = ()) -> History:
    """The history of the repository at `root` (of `paths` below it, where given), without anything of it
    being run. Where lines can't be counted (blobs are missing), names of changed files remain; notes
    say so.
    """
    if not (root / ".git").exists() or shutil.which("git") is None:
        return History((), ("no history: this is no git checkout, or git is not there",), 0)
    notes = []
    text = _log(root, "--numstat", paths) if lines else None
    if text is None:
        if lines:
            notes.append("lines changed can't be counted here (a partial clone, or too long): names of files alone are read")
        text = _log(root, "--name-status", paths)
    if text is None:
        return History((), ("the history can't be read",), 0)
    if (root / ".git" / "shallow").exists():
        notes.append("a shallow clone: effort before its first commit is unknown, so every figure is a lower bound")
    commits = _parse(text)
    people = [c for c in commits if not BOT.search(c.author)]
    return History(tuple(people), tuple(notes), len(commits) - len(people))


def with_lines(effort: dict[str, Any] | None, counted: History, paths: list[str]) -> dict[str, Any] | None:
    """The effort with lines changed by year over `paths`, from a history that was `read` with lines (of
    those paths at least), or with a note that they can't be counted.
    """
    if effort is None:
        return None
    return effort | {"by_year": effort["by_year"] | _by_year(list(counted.commits), paths), "notes": [*effort["notes"], *(n for n in counted.notes if "lines changed" in n)]}


def _log(root: Path, what: str, paths: tuple[str, ...] = ()) -> str | None:
    """`git log`, with every setting of the repository that could start a program switched off."""
    command = [
        "git", "--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "-c", "protocol.allow=never",
        "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false", "-c", "diff.external=", "-c", "gpg.program=false", "log", "--no-merges", "--no-renames", "--no-ext-diff",
        "--no-textconv", "--no-show-signature", "--no-color", "--format=%x01%aN%x02%at%x02%s", what,
        "--", *(f":(literal){p}" for p in paths[:MAX_PATHS]),
    ]  # fmt: skip
    env = {"PATH": os.environ.get("PATH", ""), "HOME": os.devnull, "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
    try:
        ran = subprocess.run(command, cwd=root, env=env, capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL)
    except (subprocess.TimeoutExpired, OSError):
        return None
    return ran.stdout[:MAX_OUTPUT].decode("utf-8", "replace") if ran.returncode == 0 else None


def _parse(text: str) -> list[Commit]:
    out = []
    for block in text.split("\x01")[1:]:
        head, _, body = block.partition("\n")
        fields = head.split("\x02")
        if len(fields) != 3 or not fields[1].lstrip("-").isdigit():
            continue
        out.append(Commit(fields[0], int(fields[1]), fields[2][:300], tuple(filter(None, map(_change, body.splitlines())))))
    return out


def _change(line: str) -> tuple[str, int | None] | None:
    parts = line.split("\t")
    if len(parts) == 3:
        return parts[2], int(parts[0]) + int(parts[1]) if parts[0].isdigit() and parts[1].isdigit() else None
    return (parts[1], None) if len(parts) == 2 else None


def measure(history: History, paths: list[str], *, people: float | None = None) -> dict[str, Any] | None:
    """Effort and upkeep of the code below `paths` (files or folders; all of it if empty).

    Person-hours are an interval between the two methods' values, graded `assumed` as neither has been
    validated here. `people` on the payroll caps both at their working time over the same months.
    None where no commit touches the paths.
    """
    chosen, share = _touching(history.commits, paths)
    if not chosen:
        return None
    sittings = _sittings(chosen, share)
    halves = _halves(chosen, share)
    first, last = min(c.when for c in chosen), max(c.when for c in chosen)
    months = max((last - first) / (30.44 * 86400), 1.0)
    low, high = sorted((sittings, halves))
    notes = []
    if people is not None and high > people * months * HOURS_PER_PERSON_MONTH:
        high = people * months * HOURS_PER_PERSON_MONTH
        low = min(low, high)
        notes.append("capped at the working time of the people given")
    authors = Counter(c.author for c in chosen)
    squashed = sum(bool(SQUASHED.search(c.subject)) for c in chosen)
    return {
        "person_hours": {"low": round(low, 1), "high": round(high, 1)},
        "methods": {"sittings": round(sittings, 1), "half-years": round(halves, 1)},
        "grade": "assumed", "confidence": "low",
        "commits": len(chosen), "squashed": squashed, "people": len(authors), "bus_factor": _bus_factor(authors),
        "first": _month(first), "last": _month(last), "age_months": round(months, 1),
        "by_year": _by_year(chosen, paths), "notes": notes,
    }  # fmt: skip


def _touching(commits: tuple[Commit, ...], paths: list[str]) -> tuple[list[Commit], dict[int, float]]:
    """Commits that change something below `paths`, and the share of each one's files that lies there."""
    below = tuple(p.rstrip("/") + "/" for p in paths)
    exact = set(paths)
    chosen, share = [], {}
    for commit in commits:
        if not paths or "." in exact:
            chosen.append(commit)
            share[id(commit)] = 1.0
            continue
        hits = sum(p in exact or p.startswith(below) for p, _ in commit.changed)
        if hits:
            chosen.append(commit)
            share[id(commit)] = hits / len(commit.changed)
    return chosen, share


def _sittings(commits: list[Commit], share: dict[int, float]) -> float:
    by_author: dict[str, list[Commit]] = defaultdict(list)
    for commit in commits:
        by_author[commit.author].append(commit)
    total = 0.0
    for own in by_author.values():
        own.sort(key=lambda c: c.when)
        before = None
        for commit in own:
            gap = commit.when - before if before is not None else GAP + 1
            total += share[id(commit)] * (gap if gap <= GAP else LEAD_IN)
            before = commit.when
    return total / 3600


def _halves(commits: list[Commit], share: dict[int, float]) -> float:
    counted: Counter[tuple[str, int]] = Counter()
    for commit in commits:
        counted[commit.author, int(commit.when / (182.625 * 86400))] += share[id(commit)]  # type: ignore[assignment]
    return sum(6 * min(1.0, n / THRESHOLD) for n in counted.values()) * HOURS_PER_PERSON_MONTH


def _bus_factor(authors: Counter[str]) -> int:
    """The fewest people who made half of the commits."""
    half, so_far = sum(authors.values()) / 2, 0
    for i, (_, n) in enumerate(authors.most_common(), 1):
        so_far += n
        if so_far >= half:
            return i
    return len(authors)


def _month(seconds: int) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(max(seconds, 0), datetime.UTC).strftime("%Y-%m")


def _by_year(commits: list[Commit], paths: list[str]) -> dict[str, dict[str, Any]]:
    """Commits, share of fixes and lines changed (None where unknown) of every year."""
    below, exact = tuple(p.rstrip("/") + "/" for p in paths), set(paths)
    years: dict[str, list[Commit]] = defaultdict(list)
    for commit in commits:
        years[_month(commit.when)[:4]].append(commit)
    out = {}
    for year, inside in sorted(years.items()):
        lines = [n for c in inside for p, n in c.changed if not paths or p in exact or p.startswith(below)]
        known = [n for n in lines if n is not None]
        out[year] = {"commits": len(inside), "fix_share": round(sum(bool(FIX.search(c.subject)) for c in inside) / len(inside), 2), "lines_changed": sum(known) if known else None}
    return out
