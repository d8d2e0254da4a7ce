"""Imports of JavaScript, TypeScript, Java, Scala, Kotlin, Go and R, line by line with bounded patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator

from buildbuy.evidence.repo.files import Text
from buildbuy.evidence.repo.signs import Index, Sign

_SCRIPT = re.compile(r"(?:\bfrom\s+|\brequire\(\s*|\bimport\(\s*|^\s*import\s+)[\"']([^\"'\n]{1,200})[\"']")
_JVM = re.compile(r"^\s*import\s+(?:static\s+)?([\w.]{3,200})")
_GO = re.compile(r"^\s*(?:import\s+)?(?:[\w.]+\s+)?\"([\w.-]+\.[\w.-]+/[\w./-]{1,200})\"")
_R = re.compile(r"\b(?:library|require|requireNamespace|loadNamespace)\(\s*[\"']?([A-Za-z][\w.]{1,100})[\"']?\s*[,)]|(?<![\w.:])([A-Za-z][\w.]{1,100}):::?[A-Za-z]")
R_SUFFIXES = frozenset([".r", ".rmd", ".qmd"])
SUFFIXES = R_SUFFIXES | frozenset([".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".java", ".scala", ".kt", ".go"])


def signs_of(index: Index, file: Text) -> Iterator[Sign]:
    """Import signs of one source file of these languages."""
    if file.suffix in R_SUFFIXES:
        yield from _signs_of_r(index, file)
        return
    script, go = file.suffix.startswith((".js", ".ts", ".mjs", ".cjs")), file.suffix == ".go"
    pattern = _SCRIPT if script else _GO if go else _JVM
    for number, line in enumerate(file.text.splitlines(), 1):
        if len(line) > 1000 or not (found := pattern.search(line)):
            continue
        name = found[1]
        if systems := _systems(index, name, script, go):
            yield Sign("import", name, systems, file.path, number, file.use)


def _signs_of_r(index: Index, file: Text) -> Iterator[Sign]:
    for number, line in enumerate(file.text.splitlines(), 1):
        if len(line) > 1000 or line.lstrip().startswith("#"):
            continue
        for found in _R.finditer(line):
            if systems := index.tables["cran"].get(name := (found[1] or found[2]).lower(), ()):
                yield Sign("import", name, systems, file.path, number, file.use)


def _systems(index: Index, name: str, script: bool, go: bool) -> tuple[str, ...]:
    if script:
        package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1]).lower()
        return index.tables["npm"].get(package, ())
    if go:
        return next((s for k, s in index.tables["go"].items() if name == k or name.startswith(k + "/")), ())
    own = next((s for k, s in index.tables["maven"].items() if name.startswith(k.partition(":")[0] + ".")), ())
    return own or (index.imported(name) if "." in index.surface(name)[0] else ())
