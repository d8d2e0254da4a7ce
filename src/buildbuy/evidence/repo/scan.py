"""One repository → its stack: systems in use, home-grown parts, lock-in, effort, portability."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from buildbuy import __version__, collector
from buildbuy.evidence import history as hist
from buildbuy.evidence.repo import files as f
from buildbuy.evidence.repo import homegrown, installs, languages, lockin, manifests, signs
from buildbuy.evidence.repo.python import CELL, Module, notebook, parse

USES = ("core", "example", "docs", "test", "vendored")
DECLARES = ("declared", "frozen", "locked", "pattern")  # kinds of sign that show no use
SCHEMA_VERSION = "1"
SHOWN_SIGNS = 60
SECONDS = 600.0
OVER_TIME = "beyond the time given"
REF, COMMIT = re.compile(r"ref: refs/[\w./+@-]+"), re.compile(r"[0-9a-f]{40,64}")
Progress = Callable[[str], None]


@dataclass
class Seen:
    """What one pass over the files gathered."""

    signs: list[signs.Sign]
    modules: list[tuple[Module, str]]
    requirements: list[manifests.Requirement]
    own: set[str]
    left: f.Left
    files: int = 0
    code_lines: int = 0


@dataclass
class Clock:
    """The time a scan may take; what is not looked at when it is over is counted as left out."""

    seconds: float
    ran_out: bool = False

    def __post_init__(self) -> None:
        self.end = time.monotonic() + self.seconds

    def left(self) -> bool:
        self.ran_out = self.ran_out or time.monotonic() > self.end
        return not self.ran_out


def scan(root: Path, catalog: Any, *, people: float | None = None, cache: Path | None = None, progress: Progress = lambda _: None, seconds: float = SECONDS) -> dict[str, Any]:
    """What the repository at `root` uses and has built, as plain data (see schema/scan.schema.json).

    `people` on the payroll caps effort from history. With `cache`, a result for the same content is
    taken from there. Files not looked at within `seconds` are counted as left out, and the result isn't
    cached. Raises BadInput for a root that isn't a folder.
    """
    left, clock = f.Left(), Clock(seconds)
    progress("listing files")
    listed = f.listed(root, left)
    progress(f"reading {len(listed):,} files")
    read = [(path, data, hashlib.blake2b(data, digest_size=16).digest()) for path, data in f.read(root, listed, left)]
    key = _key(root, catalog, listed, read, people)
    if cache is not None and (kept := _kept(cache, key)) is not None:
        return kept
    with ThreadPoolExecutor(1) as beside:  # git works while files are parsed
        log = beside.submit(hist.read, root)
        seen = _look(catalog, listed, [(p, d) for p, d, _ in read], left, progress, clock)
        del read
        progress("reading the history")
        history = log.result()
    result = _result(root, catalog, seen, history, people, clock)
    result["input_hash"] = key
    if cache is not None and not clock.ran_out:
        _keep(cache, key, result)
    return result


def _key(root: Path, catalog: Any, listed: list[tuple[str, int]], read: list[tuple[str, bytes, bytes]], people: float | None) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(repr((SCHEMA_VERSION, __version__, catalog.version, people, _head(root))).encode())
    for name, system in catalog.systems.items():
        digest.update(f"{name}{system.fingerprints!r}".encode())
    for path, _ in listed:
        digest.update(path.encode("utf-8", "surrogatepass") + b"\0")
    for _, _, one in read:
        digest.update(one)
    return digest.hexdigest()


def _head(root: Path) -> str:
    """The commit checked out, read from plain files; empty if there is none."""
    text = (f.content(root / ".git" / "HEAD", 200) or b"").decode("utf-8", "replace").strip()
    if REF.fullmatch(text) and ".." not in text:
        ref = f.content(root / ".git" / text[5:], 200)
        packed = f.content(root / ".git" / "packed-refs", 5_000_000) if ref is None else None
        found = next((line.split()[0] for line in (packed or b"").splitlines() if line.endswith(text[5:].encode())), b"")
        text = (ref or found).decode("utf-8", "replace").strip()
    return text if COMMIT.fullmatch(text) else ""


def _kept(cache: Path, key: str) -> dict[str, Any] | None:
    data = f.content(cache / f"{key}.json", 100_000_000)
    try:
        found = json.loads(data) if data else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found.get("input_hash") == key else None


def _keep(cache: Path, key: str, result: dict[str, Any]) -> None:
    try:
        cache.mkdir(parents=True, exist_ok=True)
        part = cache / f".{key}.{os.getpid()}"
        part.write_text(json.dumps(result), encoding="utf-8")
        part.replace(cache / f"{key}.json")
    except OSError:
        return


def _look(catalog: Any, listed: list[tuple[str, int]], read: list[tuple[str, bytes]], left: f.Left, progress: Progress, clock: Clock) -> Seen:
    index = signs.Index(catalog.systems)
    seen = Seen([], [], [], set(), left)
    paths = [p for p, _ in listed]
    local = _local_roots(paths)
    charts = f.charts(paths)
    for path in paths:
        seen.signs += signs.of_path(index, path, f.use_of(path, charts))
    python: dict[str, str] = {}
    uses: dict[str, str] = {}
    for n, (path, data) in enumerate(read):
        if n % 500 == 0:
            progress(f"reading {n:,} of {len(read):,} files")
        if not clock.left():
            left.reasons[OVER_TIME] += 1
            continue
        file = f.Text(path, data.decode("utf-8", "replace"), f.use_of(path, charts))
        uses[path] = file.use
        seen.files += 1
        name = file.name
        seen.own |= manifests.own_names(path, file.text) if path.count("/") < 3 and file.use == "core" else set()
        found = manifests.read(f.plain(path), file.text)
        seen.requirements += found if f.plain(path) == path else [replace(r, path=path) for r in found]
        if name in f.LARGE or (found and all(r.locked for r in found)):
            continue
        if file.suffix == ".ipynb" and (cells := notebook(file.text)) is not None:
            in_r = languages.R_KERNEL.search(file.text) is not None
            file = replace(file, text=_kept_lines(file.text, set(cells[1])))
            if in_r:
                seen.signs += languages.signs_of_r(index, replace(file, text=file.text.replace('\\"', '"')))
            else:
                seen.modules.append((_moved(_cells(path, cells[0]), cells[1]), file.use))
        if installs.holds_commands(file):
            seen.requirements += installs.read(file)
        if file.suffix in (".py", ".pyi"):
            if f.generated(file.text):
                uses[path] = "vendored"
            python[path] = file.text
        elif file.suffix in languages.SUFFIXES:
            seen.signs += languages.signs_of(index, file)
        seen.signs += signs.of_text(index, file)
    declared = {r.name for r in seen.requirements if not r.locked and r.name not in seen.own}
    local = {r for r in local if r not in _declared_roots(index, declared)}
    modules = _python(python, uses, progress, clock, left)
    seen.code_lines = sum(m.lines for m, use in modules if use == "core")
    seen.modules += modules
    local -= _foreign(local, paths, [m for m, _ in seen.modules])
    uncertain = sum(not m.readable for m, _ in seen.modules)
    if uncertain:
        left.reasons["not valid Python (read line by line)"] += uncertain
    for module, use in seen.modules:
        seen.requirements += installs.of_module(module)
        seen.signs += signs.of_module(index, module, use, local)
    seen.signs += signs.of_requirements(index, seen.requirements, uses)
    return seen


def _declared_roots(index: signs.Index, declared: set[str]) -> set[str]:
    return {name.replace("-", "_") for name in declared}


def _local_roots(paths: list[str]) -> set[str]:
    """Names that an import finds in the repository itself: packages and modules in source roots."""
    packages = {p.rpartition("/")[0] for p in paths if p.endswith("/__init__.py")}
    roots = {p.rpartition("/")[2] for p in packages if p.rpartition("/")[0] not in packages}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if name.endswith(".py") and folder not in packages and name != "__init__.py" and f.use_of(path) == "core":
            roots.add(name[:-3])
    return roots


def _foreign(local: set[str], paths: list[str], modules: list[Module]) -> set[str]:
    """Own packages that share their name with something else: an import asks one for a module that it doesn't hold."""
    held: dict[str, set[str]] = {}
    for path in paths:
        folder = path.split("/")[-2:][0]
        if folder in local and path.endswith("/__init__.py"):
            held.setdefault(folder, set())
    for path in paths:
        parts = path.split("/")
        for above, below in pairwise(parts):
            if above in held:
                held[above].add(below.removesuffix(".py"))
    for module in modules:
        if module.path.endswith("__init__.py") and (folder := module.path.split("/")[-2:][0]) in held:
            held[folder] |= module.bound.keys()
    asked = {tuple(i.name.split(".", 2)[:2]) for m in modules for i in m.imports if i.name.count(".") > 1}  # the third is what it asks the module for
    return {root for root, module_name in asked if root in held and module_name not in held[root] and "*" not in held[root]}


def _python(texts: dict[str, str], uses: dict[str, str], progress: Progress, clock: Clock, left: f.Left) -> list[tuple[Module, str]]:
    """All Python files; what one imports that another own module passes on has the name it has there, and what
    that module made of something imported the name of its maker.
    """
    names = {path: _dotted(path) for path in texts}
    out: dict[str, Module] = {}
    with collector.resting():  # syntax trees are large and have no cycles worth looking for while they are built
        _parse_all(texts, names, out, progress, clock)
    if len(out) < len(texts):
        left.reasons[OVER_TIME] += len(texts) - len(out)
    passed: dict[str, Module] = {}
    for path, module in out.items():
        for end in _tails(names[path]):
            passed.setdefault(end, module)
    for module in out.values():
        renamed, imported = {}, set()
        for full in module.bound.values():
            home, _, name = full.rpartition(".")
            if not home or (giver := passed.get(home)) is None or giver is module:
                continue
            given = giver.bound.get(name)
            if given is not None and given != full and given.partition(".")[0] != home.partition(".")[0]:
                renamed[full] = given
                imported.add(full)
            elif name in giver.made:
                renamed[full] = giver.made[name]
        if renamed:
            module.uses = [replace(u, name=_renamed(u.name, renamed)) for u in module.uses]
            module.imports += [replace(i, name=renamed[i.name]) for i in module.imports if i.name in imported]
    return [(m, uses[p]) for p, m in out.items()]


def _renamed(name: str, renamed: Mapping[str, str]) -> str:
    return next((new + name[len(full) :] for full, new in renamed.items() if name == full or name.startswith(full + ".")), name)


def _parse_all(texts: dict[str, str], names: dict[str, str], out: dict[str, Module], progress: Progress, clock: Clock) -> None:
    for n, (path, text) in enumerate(texts.items()):
        if not clock.left():
            return
        if n % 200 == 0:
            progress(f"parsing {n:,} of {len(texts):,} Python files")
        out[path] = parse(path, text, package=names[path].rpartition(".")[0] if not path.endswith("__init__.py") else names[path])


def _dotted(path: str) -> str:
    return path.removesuffix(".py").removesuffix(".pyi").removesuffix("/__init__").replace("/", ".")


def _tails(name: str) -> list[str]:
    """The dotted names under which a file may be imported: from the root, from src, from a package."""
    parts = name.split(".")
    return [".".join(parts[i:]) for i in range(min(len(parts), 4)) if len(parts) - i > 1 or i == 0]


def _kept_lines(text: str, kept: set[int]) -> str:
    """A notebook's text with what isn't code blanked: its prose and outputs talk about commands."""
    return "\n".join(line if number in kept else "" for number, line in enumerate(text.splitlines(), 1))


def _cells(path: str, code: str) -> Module:
    """A notebook's code; cells that aren't valid Python are blanked, so that the others are read."""
    whole = parse(path, code.replace(CELL, "\n"))
    if whole.readable:
        return whole
    cells = [c if parse(path, c).readable else "\n" * c.count("\n") for c in code.split(CELL)]
    again = parse(path, "\n".join(cells))
    again.imports = list(dict.fromkeys([*again.imports, *whole.imports]))
    return again


def _moved(module: Module, lines: list[int]) -> Module:
    """A notebook's facts with lines of the file instead of lines of its code."""

    def at(n: int) -> int:
        return lines[min(n, len(lines)) - 1] if lines else 1

    module.imports = [type(u)(u.name, at(u.line), u.kind) for u in module.imports]
    module.uses = [type(u)(u.name, at(u.line), u.kind) for u in module.uses]
    module.later = [type(u)(u.name, at(u.line), u.kind) for u in module.later]
    module.strings = [(s, at(n)) for s, n in module.strings]
    module.clients = [(s, at(n)) for s, n in module.clients]
    module.installs = [(s, at(n)) for s, n in module.installs]
    module.defined = [(s, at(n)) for s, n in module.defined]
    return module


def _result(root: Path, catalog: Any, seen: Seen, history: hist.History, people: float | None, clock: Clock) -> dict[str, Any]:
    index = signs.Index(catalog.systems)
    found = signs.settled(index, seen.signs)
    dependants = _dependants(seen.modules)
    components: dict[str, dict[str, Any]] = defaultdict(lambda: {"systems": [], "home_grown": []})
    for name, own_signs in found.items():
        made = (homegrown.WEB | homegrown.QUEUES) & set(catalog.systems[name].fingerprints.imports)
        web = homegrown.WEB & made
        if made and all(s.kind in DECLARES and (s.kind != "declared" or s.text in made) for s in own_signs):
            continue  # a framework or timer is used by an import; a server such as gunicorn needs none
        entry = _system(name, catalog.systems[name], own_signs, seen, index, dependants)
        if web:
            entry |= _framework(entry, own_signs, seen, dependants)
        components[catalog.systems[name].components[0]]["systems"].append(entry)
    of = {n: tuple(s.components) for n, s in catalog.systems.items() if "build" not in s.offers and n != "cron"}
    parts = {c: tuple(p for p, x in e.parts.items() if not x.yours) for c, e in catalog.components.items()}
    own = homegrown.find([m for m in seen.modules if m[1] == "core"], {}, index, of, parts)
    # lines of these files alone: over a whole history, counting them takes longer than everything else
    counted = hist.read(root, lines=True, paths=tuple(sorted({f for one in own for f in one["files"]}))) if own and clock.left() else None
    for one in own:
        one["effort"] = hist.measure(history, one["files"], people=people)
        if counted is not None:
            one["effort"] = hist.with_lines(one["effort"], counted, one["files"])
        one["lock_in"] = lockin.of_own(seen.modules, set(one["files"]), _tails, _dotted, dependants)
        components[one.pop("component")]["home_grown"].append(one)
    declared = sorted({(r.name, r.ecosystem) for r in seen.requirements if not r.locked})
    return {
        "schema_version": SCHEMA_VERSION, "buildbuy_version": __version__, "catalog_version": catalog.version, "repository": root.resolve().name,
        "commit": _head(root)[:40] or None, "files_read": seen.files, "left_out": dict(sorted(seen.left.reasons.items())), "lines": seen.code_lines,
        "declared": [{"name": n, "ecosystem": e, "at": [f"{r.path}:{r.line}" for r in seen.requirements if r.name == n and r.ecosystem == e and not r.locked][:20]} for n, e in declared],
        "components": {c: {"systems": sorted(x["systems"], key=_weight), "home_grown": x["home_grown"]} for c, x in sorted(components.items())},
        "portability": _portability(seen, index, catalog, found),
        "history": {"effort": hist.measure(history, [], people=people), "bot_commits": history.bots, "notes": list(history.notes)},
    }  # fmt: skip


def _weight(entry: dict[str, Any]) -> tuple[Any, ...]:
    return (USES.index(entry["use"]) if entry["use"] in USES else 9, entry["confidence"] < 0.5, -entry["lock_in"]["call_sites"] - entry["lock_in"]["deployment_files"], -entry["confidence"], entry["system"])


def _system(name: str, system: Any, own_signs: list[signs.Sign], seen: Seen, index: signs.Index, dependants: Mapping[str, set[str]]) -> dict[str, Any]:
    used = [s for s in own_signs if s.kind not in DECLARES]
    prints = {i.partition(".")[0] for i in system.fingerprints.imports}
    own = bool(seen.own & {p.lower() for p in system.fingerprints.pypi}) or bool(seen.own & {p.replace("_", "-") for p in prints})
    by_use = [u for u in USES if any(s.use == u for s in used)]
    use = "own" if own else by_use[0] if by_use else "locked" if all(s.kind == "locked" for s in own_signs) else "declared"
    unsure = 1.0
    for kind in {s.kind for s in own_signs}:
        unsure *= 1 - signs.SURE[kind]
    doubt = 1.0 if any(len(s.systems) == 1 for s in own_signs if s.kind in signs.ALONE) else 0.5  # shared with other products of the vendor
    prefixes = frozenset(s.text for s in own_signs if s.kind == "import")
    counted = lockin.measure([(m, u) for m, u in seen.modules if u in ("core", "example", "test", "docs")], frozenset(), index, name, dependants)
    core = lockin.measure([(m, u) for m, u in seen.modules if u == "core"], prefixes & frozenset(system.fingerprints.imports), index, name, dependants)
    deployed = sorted({s.place for s in used if s.kind in ("image", "kubernetes", "helm", "terraform", "config file", "environment", "statement", "machine")})
    core["deployment_files"] = len({p.rpartition(":")[0] for p in deployed})
    if deployed:
        core["places"]["deployment file"] = deployed[: lockin.SHOWN]
    core["outside_core"] = counted["call_sites"] - core["call_sites"]
    shown = sorted(own_signs, key=lambda s: (USES.index(s.use), s.kind in DECLARES, s.path, s.line))
    return {
        "system": name, "name": system.name, "also": list(system.components[1:]), "built_on": "build" in system.offers, "use": use, "confidence": round((1 - unsure) * doubt, 2), "grade": "measured",
        "signs": [{"kind": s.kind, "found": s.text, "at": s.place, "use": s.use} for s in shown[:SHOWN_SIGNS]],
        "signs_total": len(shown), "at": sorted({s.place for s in own_signs if s.kind != "locked"}), "lock_in": core,
    }  # fmt: skip


def _framework(entry: dict[str, Any], own_signs: list[signs.Sign], seen: Seen, dependants: Mapping[str, set[str]]) -> dict[str, Any]:
    """What a web framework is used for, in words: a model server, or an application that may have no model."""
    imported = [s for s in own_signs if s.kind == "import"]
    words = homegrown.frameworks(s.text for s in imported or own_signs)
    if any(s.text == "vetiver" for s in imported) or homegrown.model_behind((m for m, use in seen.modules if use == "core"), {s.path for s in imported}, dependants):
        return {"name": f"a model server in {words}"}
    return {"name": f"{words or entry['name']}, no model seen behind it", "confidence": round(entry["confidence"] / 2, 2)}


def _dependants(modules: list[tuple[Module, str]]) -> dict[str, set[str]]:
    """Own files that import each own file."""
    homes: dict[str, str] = {}
    for module, _ in modules:
        for tail in _tails(_dotted(module.path)):
            homes.setdefault(tail, module.path)
    out: dict[str, set[str]] = defaultdict(set)
    for module, _ in modules:
        for one in module.imports:
            home = homes.get(one.name) or homes.get(one.name.rpartition(".")[0])
            if home and home != module.path:
                out[home].add(module.path)
    return out


TRAINING = frozenset(["torch", "tensorflow", "keras", "jax", "flax", "xgboost", "lightgbm", "catboost", "sklearn", "lightning", "pytorch_lightning", "transformers", "accelerate", "deepspeed"])


def _portability(seen: Seen, index: signs.Index, catalog: Any, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Core files that train (they import a training library and call fit, train or backward) and the
    vendors' SDKs each imports: what would have to change where it runs elsewhere.
    """
    out = []
    for module, use in seen.modules:
        roots = {i.name.partition(".")[0] for i in module.imports}
        trains = any(u.kind == "call" and u.name.rpartition(".")[2] in ("fit", "train", "backward", "DataLoader") for u in module.uses) or any("train" in n.lower() for n, _ in module.defined)
        if use != "core" or not roots & TRAINING or not (trains or "train" in module.path.lower()):
            continue
        vendors = [{"system": s, "at": f"{module.path}:{i.line}"} for i in module.imports for s in index.imported(i.name) if s in found and set(catalog.systems[s].components) & {"training-compute", "experiment-tracking", "data-pipeline"}]
        clouds = sorted({f"{module.path}:{i.line}" for i in module.imports if i.name.partition(".")[0] in ("boto3", "azureml", "sagemaker") or i.name.startswith(("google.cloud", "azure."))})
        out.append({"path": module.path, "portable": not vendors and not clouds, "vendors": vendors, "cloud_sdks": clouds})
    return out
