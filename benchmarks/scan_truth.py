"""The scanner's score against the labelled repositories of tests/data/scan_truth, one line a repository.

Takes checkouts named like the truth files below BUILDBUY_SCAN_REPOS (several folders, separated by a
colon); says which are absent. `--batch 2` takes the files of one batch alone, `-v` lists every miss.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name

from buildbuy.catalog.load import load
from buildbuy.evidence.repo import scan

TRUTH = Path(__file__).parents[1] / "tests" / "data" / "scan_truth"
ECOSYSTEMS = {"declared": "pypi", "declared_npm": "npm", "declared_go": "go", "declared_maven": "maven", "declared_cran": "cran", "installed": "pypi"}


def missing(truth: dict[str, Any], result: dict[str, Any]) -> dict[str, tuple[int, list[str]]]:
    """By kind of declaration: how many names were labelled, and which of them were not found."""
    found = {(d["ecosystem"], d["name"].lower()) for d in result["declared"]}
    out = {}
    for key, ecosystem in ECOSYSTEMS.items():
        names = {canonicalize_name(n) if ecosystem == "pypi" else n.lower() for n in truth.get(key) or ()}
        if names:
            out[key] = len(names), sorted(n for n in names if (ecosystem, n) not in found)
    return out


def systems(truth: dict[str, Any], result: dict[str, Any]) -> tuple[int, list[str], list[str], list[str]]:
    """Systems labelled; those not found, those found and not labelled, and labelled places not reported."""
    found = {s["system"]: s for c in result["components"].values() for s in c["systems"]}
    wanted = {s["system"]: s for s in truth["systems"]}
    places = [p for n, s in wanted.items() if n in found for p in s["at"] if p not in found[n]["at"]]
    extra = found.keys() - wanted.keys() - set(truth.get("either") or ())
    return len(wanted), sorted(wanted.keys() - found.keys()), sorted(extra), places


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--batch", type=int)
    parser.add_argument("-v", action="store_true")
    asked = parser.parse_args()
    homes = [Path(h) for h in os.environ.get("BUILDBUY_SCAN_REPOS", "").split(":") if h]
    catalog, total = load(), Counter[str]()
    for path in sorted(TRUTH.glob("*.yaml")):
        truth = yaml.safe_load(path.read_text(encoding="utf-8"))
        if asked.batch not in (None, truth.get("batch", 1)):
            continue
        home = next((h / path.stem for h in homes if (h / path.stem).is_dir()), None)
        if home is None:
            print(f"{path.stem:52} no checkout")
            continue
        result = scan(home, catalog)
        declared, (n, gone, extra, places) = missing(truth, result), systems(truth, result)
        total.update({f"{k} found": v[0] - len(v[1]) for k, v in declared.items()} | {f"{k} labelled": v[0] for k, v in declared.items()})
        total.update({"systems labelled": n, "systems found": n - len(gone), "systems too many": len(extra), "places not reported": len(places)})
        print(f"{path.stem:52} {', '.join(f'{k} {v[0] - len(v[1])}/{v[0]}' for k, v in declared.items()) or 'nothing declared'}; systems {n - len(gone)}/{n}, {len(extra)} too many, {len(places)} places missed")
        if asked.v:
            for what, items in [*((k, v[1]) for k, v in declared.items()), ("not found", gone), ("too many", extra), ("places", places)]:
                if items:
                    print(f"    {what}: {', '.join(items)}")
            for component, found in result["components"].items():
                for one in found["home_grown"]:
                    print(f"    own {component} {one['confidence']}: {one['what']} in {', '.join(one['paths'])} ({one['lines']} lines)")
    print(", ".join(f"{k} {v}" for k, v in sorted(total.items())))


if __name__ == "__main__":
    main()
