"""A scan beside `git log` and `ast.parse` of the same repository, in one process each, uncached.

Takes the repositories below BUILDBUY_SCAN_REPOS; says so and ends with 0 where there are none.
"""

from __future__ import annotations

import ast
import os
import resource
import subprocess
import time
import warnings
from pathlib import Path

from buildbuy.catalog.load import load
from buildbuy.evidence.repo import scan


def baseline(root: Path) -> float:
    """Seconds of naming every changed file of the history and parsing every Python file."""
    began = time.perf_counter()
    subprocess.run(["git", "log", "--no-merges", "--no-renames", "--name-status"], cwd=root, stdout=subprocess.DEVNULL, check=False)
    warnings.simplefilter("ignore")
    for path in root.rglob("*.py"):
        if path.is_file() and not path.is_symlink():
            try:
                ast.parse(path.read_bytes())
            except (SyntaxError, ValueError, RecursionError):
                continue
    return time.perf_counter() - began


def main() -> None:
    home = os.environ.get("BUILDBUY_SCAN_REPOS")
    roots = [p for p in sorted(Path(home).iterdir()) if (p / ".git").exists()] if home else []
    if not roots:
        print("scan: no repositories (set BUILDBUY_SCAN_REPOS to a folder of checkouts)")
    catalog = load()
    for root in roots:
        began = time.perf_counter()
        scan(root, catalog)
        ours, theirs = time.perf_counter() - began, baseline(root)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"scan {root.name:30} {ours:6.2f} s   {ours / theirs:4.1f} times git log + ast.parse   peak so far {peak:.0f} MB")


if __name__ == "__main__":
    main()
