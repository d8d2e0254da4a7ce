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
_RETICULATE = re.compile(r"(?:([\w.]{1,60})\s*(?:<-|=)\s*)?(?<![\w.])(?:reticulate::)?import\(\s*[\"']([\w.]{2,100})[\"']")  # of Python's packages
_PYTHONS = re.compile(r"(?<![\w.$])([A-Za-z][\w.]{0,60})((?:\$[A-Za-z]\w{0,60}){1,6})\s*\(")  # what is called of them
R_KERNEL = re.compile(r'"language"\s*:\s*"R"|"name"\s*:\s*"ir"')
_CDK = re.compile(r"[\"'](?:aws-cdk-lib|@aws-cdk)/aws-(\w+)[\"']")
_CONSTRUCT = re.compile(r"\bnew\s+(?:\w+\.)?(Cfn[A-Z]\w{1,60})\s*\(")
_AWS_CLIENT = re.compile(r"\bnew\s+(?:AWS|aws)\.([A-Z]\w{1,60})\s*\(")  # of the SDK's second version
_REQUEST = re.compile(r"\.([a-zA-Z]\w{5,60})\s*\(|\bnew\s+(?:\w+\.)?([A-Z]\w{5,60})Command\s*\(")
_JAVA_CDK = "software.amazon.awscdk.services."
R_SUFFIXES = frozenset([".r", ".rmd", ".qmd"])
SUFFIXES = R_SUFFIXES | frozenset([".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".java", ".scala", ".kt", ".go"])


def signs_of(index: Index, file: Text) -> Iterator[Sign]:
    """Import signs of one source file of these languages."""
    if file.suffix in R_SUFFIXES:
        yield from signs_of_r(index, file)
        return
    script, go = file.suffix.startswith((".js", ".ts", ".mjs", ".cjs")), file.suffix == ".go"
    pattern = _SCRIPT if script else _GO if go else _JVM
    services = set(_CDK.findall(file.text)) if script else set()
    lowered = file.text.lower()
    asked = [s for s in dict.fromkeys(s for s, _ in index.requests) if s in lowered]
    for number, line in enumerate(file.text.splitlines(), 1):
        if len(line) > 1000:
            continue
        if services and (made := _CONSTRUCT.search(line)):
            for service in services:
                if systems := index.imported(f"aws_cdk.aws_{service}.{made[1]}"):
                    yield Sign("import", f"aws-{service}.{made[1]}", systems, file.path, number, file.use)
        for service in asked:
            yield from _requests(index, file, line, number, service)
        if not (found := pattern.search(line)):
            continue
        name = found[1]
        if systems := _systems(index, name, script, go):
            yield Sign("import", name, systems, file.path, number, file.use)


def _requests(index: Index, file: Text, line: str, number: int, service: str) -> Iterator[Sign]:
    """Clients of AWS and what is asked of them, in a file that names the service."""
    if (made := _AWS_CLIENT.search(line)) and (systems := index.clients.get(made[1].lower(), ())):
        yield Sign("client", made[1], systems, file.path, number, file.use)
    for method, command in _REQUEST.findall(line):
        if systems := index.requests.get((service, (method or command).lower()), ()):
            yield Sign("client", f"{service}.{method or command}", systems, file.path, number, file.use)


def signs_of_r(index: Index, file: Text) -> Iterator[Sign]:
    """What R loads, also of Python by reticulate, and what it calls of that."""
    python: dict[str, str] = {}
    for number, line in enumerate(file.text.splitlines(), 1):
        if len(line) > 1000 or line.lstrip().startswith("#"):
            continue
        for found in _RETICULATE.finditer(line):
            python |= {found[1]: found[2]} if found[1] else {}
            yield from _of_python(index, file, found[2], number)
        for found in _PYTHONS.finditer(line) if python else ():
            if found[1] in python:
                yield from _of_python(index, file, python[found[1]] + found[2].replace("$", "."), number, calls=True)
        for found in _R.finditer(line):
            if systems := index.tables["cran"].get(name := (found[1] or found[2]).lower(), ()):
                yield Sign("import", name, systems, file.path, number, file.use)


def _of_python(index: Index, file: Text, name: str, number: int, *, calls: bool = False) -> Iterator[Sign]:
    if systems := index.imported(name):
        yield Sign("import", name, systems, file.path, number, file.use)
    elif not calls and (systems := index.of_vendor(name)):
        yield Sign("import", name, systems, file.path, number, file.use, vendor=True)


def _systems(index: Index, name: str, script: bool, go: bool) -> tuple[str, ...]:
    if script:
        package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1]).lower()
        return index.tables["npm"].get(package, ())
    if go:
        return next((s for k, s in index.tables["go"].items() if name == k or name.startswith(k + "/")), ())
    if name.startswith(_JAVA_CDK):
        return index.imported("aws_cdk.aws_" + name.removeprefix(_JAVA_CDK))
    own = next((s for k, s in index.tables["maven"].items() if _lies_in(name, k)), ())
    return own or (index.imported(name) if "." in index.surface(name)[0] else ())


def _lies_in(name: str, coordinate: str) -> bool:
    """Whether an imported class is of a group, or of one of its artifacts: one word of its name ends the artifact's."""
    group, _, artifact = coordinate.partition(":")
    return name.startswith(group + ".") and (not artifact or any(f"-{artifact}".endswith("-" + word) for word in name.split(".")[group.count(".") + 1 :]))
