"""How deep a system sits: import sites, call sites, distinct API surface, files, dependants."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from buildbuy.evidence.repo.python import Module, Use

SHOWN = 40  # places kept of each kind
SITES = ("call", "decorator", "base")


def kind_of(name: str, site: str) -> str:
    """The kind of API behind a call site, by its last word: logging, reading, pipeline or other."""
    last = name.rpartition(".")[2].lower()
    if site in ("decorator", "base"):
        return "pipeline definition"
    if re.match(r"log|track|watch|record|report|add_scalar|set_tag|observe|inc$", last):
        return "logging call"
    if re.match(r"get|read|fetch|infer|predict|query|load|search|list|download", last):
        return "read path"
    return "other call"


def of_own(modules: Iterable[tuple[Module, str]], files: set[str], tails: Any, dotted: Any, dependants: Mapping[str, set[str]]) -> dict[str, Any]:
    """The same counts for own code: what the rest of the core code imports from `files` and calls."""
    names = frozenset(t for f in files for t in tails(dotted(f)) if "." in t or len(files) == 1)
    others = [m for m, use in modules if use == "core" and m.path not in files]
    imports, sites = _places(others, lambda name: _under(name, names))
    return _counted(imports, sites, {m for f in files for m in dependants.get(f, ())} - files)


def measure(modules: Iterable[tuple[Module, str]], prefixes: frozenset[str], index: Any, system: str, dependants: Mapping[str, set[str]]) -> dict[str, Any]:
    """Counts of one system in the Python files given (with their use); vendored files stay out."""
    read = [m for m, use in modules if use != "vendored"]
    imports, sites = _places(read, lambda name: system in index.imported(name) or _under(name, prefixes))
    files = {m.path for m, _ in (*imports, *sites)}
    return _counted(imports, sites, {m for f in files for m in dependants.get(f, ())} - files)


def _places(modules: Iterable[Module], wanted: Callable[[str], bool]) -> tuple[list[tuple[Module, Use]], list[tuple[Module, Use]]]:
    """Imports and call sites whose name is `wanted`, with their files."""
    imports, sites = [], []
    wanted = cache(wanted)  # the same names over and over
    for module in modules:
        imports += [(module, one) for one in module.imports if wanted(one.name)]
        sites += [(module, one) for one in module.uses if one.kind in SITES and wanted(one.name)]
    return imports, sites


def _counted(imports: list[tuple[Module, Use]], sites: list[tuple[Module, Use]], behind: set[str]) -> dict[str, Any]:
    surface = {one.name for _, one in sites}
    kinds: dict[str, list[str]] = defaultdict(list)
    for module, one in sites:
        kinds[kind_of(one.name, one.kind)].append(f"{module.path}:{one.line}")
    return {
        "import_sites": len(imports), "call_sites": len(sites), "api_surface": len(surface), "files": len({m.path for m, _ in (*imports, *sites)}), "dependants": len(behind),
        "kinds": {k: len(v) for k, v in sorted(kinds.items())}, "places": {k: v[:SHOWN] for k, v in sorted(kinds.items())} | ({"dependant": sorted(behind)[:SHOWN]} if behind else {}),
        "api": sorted(surface)[:40], "sites": [f"{m.path}:{one.line}" for m, one in sites],
    }  # fmt: skip


def _under(name: str, prefixes: frozenset[str]) -> bool:
    return name in prefixes or any(name[:i] in prefixes for i, c in enumerate(name) if c == ".")
