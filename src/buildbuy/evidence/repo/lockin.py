"""How deep a system sits: import sites, call sites, distinct API surface, files, dependants."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from buildbuy.evidence.repo.python import Module

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
    imports, sites, touched, surface = [], [], set(), set()
    for module, use in modules:
        if use != "core" or module.path in files:
            continue
        imports += [f"{module.path}:{i.line}" for i in module.imports if _under(i.name, names)]
        for one in module.uses:
            if one.kind in SITES and _under(one.name, names):
                sites.append(f"{module.path}:{one.line}")
                surface.add(one.name)
                touched.add(module.path)
    behind = {m for f in files for m in dependants.get(f, ())} - files
    return {"import_sites": len(imports), "call_sites": len(sites), "api_surface": len(surface), "files": len(touched), "dependants": len(behind), "kinds": {}, "api": sorted(surface)[:40], "sites": sites}


def measure(modules: Iterable[tuple[Module, str]], prefixes: frozenset[str], index: Any, system: str, dependants: Mapping[str, set[str]]) -> dict[str, Any]:
    """Counts of one system in the Python files given (with their use); vendored files stay out."""
    imports, sites, files, surface = [], [], set(), set()
    kinds: Counter[str] = Counter()
    for module, use in modules:
        if use == "vendored":
            continue
        for one in module.imports:
            if system in index.imported(one.name) or _under(one.name, prefixes):
                imports.append(f"{module.path}:{one.line}")
                files.add(module.path)
        for one in module.uses:
            if one.kind in SITES and (system in index.imported(one.name) or _under(one.name, prefixes)):
                sites.append(f"{module.path}:{one.line}")
                surface.add(one.name)
                kinds[kind_of(one.name, one.kind)] += 1
                files.add(module.path)
    behind = {m for f in files for m in dependants.get(f, ())} - files
    return {"import_sites": len(imports), "call_sites": len(sites), "api_surface": len(surface), "files": len(files), "dependants": len(behind), "kinds": dict(sorted(kinds.items())), "api": sorted(surface)[:40], "sites": sites}


def _under(name: str, prefixes: frozenset[str]) -> bool:
    return any(name == p or name.startswith(p + ".") for p in prefixes)
