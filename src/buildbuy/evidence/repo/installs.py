"""Packages that commands install: in Dockerfiles, CI files, scripts, Makefiles, jobs of Kubernetes and
notebooks. Read as text, line by line; nothing is expanded, so a name that a variable holds is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from packaging.utils import canonicalize_name

from buildbuy.evidence.repo.files import Text
from buildbuy.evidence.repo.manifests import PYTHON, Requirement, spec
from buildbuy.evidence.repo.python import Module

GROUP = "installed"
_SUFFIXES = frozenset([".sh", ".bash", ".yml", ".yaml", ".ipynb", ".mk", ".ini", ".toml", ".slurm", ".sbatch", ".tf", ".py", ".cfg", ".json", ""])
MAX_LINE = 4000


_COMMAND = re.compile(r"(?:(?<![\w-])(?:pip[\d.]*|pipx|mamba|micromamba|conda|pipenv)[\"',\]]*\s*,?\s*[\"']?(?:-\S+\s+)*install|(?<![\w-])uv\s+(?:pip\s+install|add|tool\s+install)|(?<![\w-])poetry\s+add|(?<![\w-])pdm\s+add)(?=[\s\"',])")
_RUN = re.compile(r"%pip|!|%conda|-m[\s\"',]+pip|\.system\(|subprocess|check_call|check_output|\brun\(|run_commands")
_TALK = re.compile(r"\b(?:echo|printf?|print|log\w*|logger\.\w+|raise|warn\w*|error|desc\w*|message|help|name|title)\b\s*[:(=\"' ]", re.I)  # a command that is talked about
_TAKES = frozenset(["-r", "-c", "-f", "-i", "-t", "-n", "-e", "-p", "--requirement", "--constraint", "--find-links", "--index-url", "--extra-index-url", "--target", "--prefix", "--root", "--name", "--channel", "--editable", "--python", "--group", "--trusted-host", "--timeout", "--proxy", "--platform", "--global-option", "--install-option", "--config-settings", "--file", "--only-binary", "--no-binary", "--index-strategy"])
_NAMED = re.compile(r"(?:#egg=|/)([A-Za-z0-9][A-Za-z0-9._-]*?)(?:\.git)?(?:@[^#]*)?(?:\[[^\]]*\])?(?:&.*)?$")
_END = re.compile(r"&&|\|\||[;|>]")
_NOTHING = re.compile("$")


def holds_commands(file: Text) -> bool:
    """Whether a file is of a kind that can hold commands of a shell."""
    return file.suffix in _SUFFIXES or file.name.lower().startswith("dockerfile") or file.name.lower().endswith("dockerfile")


def read(file: Text) -> Iterator[Requirement]:
    """What the commands in one file install, each with its line."""
    if "install" not in file.text and " add " not in file.text:
        return
    going = False  # inside a command that a backslash continues
    skip = False
    code, cells = file.suffix == ".py", file.suffix == ".ipynb"
    for number, raw in enumerate(file.text.splitlines(), 1):
        if not going and "install" not in raw and "add" not in raw:
            continue
        line = _bare(raw, notebook=cells) if len(raw) <= MAX_LINE and not file.quoted(raw) else ""
        if going and line.lstrip().startswith("#"):  # a comment between continued lines
            continue
        start = 0
        if not going:
            skip = False
            found = _COMMAND.search(line)
            if not found or (line.lstrip().startswith("#") and "MAGIC" not in line) or _TALK.search(line[: found.start()]):
                continue
            if (code or cells) and not _RUN.search(line[: found.end()]) and not (cells and not line[: found.start()].strip()):
                continue
            start = found.end()
            line = _argument(line, start) if code else line
        while True:
            end = _END.search(_versions_hidden(line), start)
            part = line[start : end.start() if end else len(line)]
            for word in re.findall(r"\"[^\"]*\"|'[^']*'|[^\s\"',]+", part):
                if word.startswith("#"):
                    end = end or _NOTHING.search(line)
                    break
                token = _unquoted(word)
                if skip:
                    skip = False
                elif token.startswith("-"):
                    skip = token in _TAKES
                elif named := _package(token):
                    yield Requirement(*named, file.path, number, group=GROUP)
            again = _COMMAND.search(line, end.end()) if end else None
            if again is None:
                going = end is None and line.rstrip().endswith("\\")
                break
            start, skip = again.end(), False


def _unquoted(word: str) -> str:
    bare = word.strip("\"'` ()")
    return bare if "[" in bare[1:] else bare.strip("[]")


def of_module(module: Module) -> Iterator[Requirement]:
    """Packages that code asks a platform to install (kfp's components, Modal's images, Metaflow's steps)."""
    if module.path.rpartition("/")[2] == "setup.py":  # its `packages` are the repository's own
        return
    for text, line in module.installs:
        if named := _package(text):
            yield Requirement(*named, module.path, line, group=GROUP)


def _argument(line: str, start: int) -> str:
    """A line of Python with what follows a command's own text blanked: variables are no packages."""
    if line[start : start + 1] in ("\"", "'"):  # a list of words: those in quotes
        rest = " ".join(re.findall(r"\"[^\"]*\"|'[^']*'", line[start + 1 :]))
    else:
        rest = re.split(r"[\"']\s*[,)]|[\"']\s*$", line[start:])[0]
    return line[:start] + " " + rest


def _bare(line: str, *, notebook: bool) -> str:
    """A notebook's line of code out of its JSON string."""
    if not notebook:
        return line
    return re.sub(r"(\\n)?\",?\s*$", "", line.strip().removeprefix('"')).replace('\\"', '"').removesuffix("\\n")


def _versions_hidden(line: str) -> str:
    """The line with the comparisons in quoted requirements blanked, so that only a shell's > ends a command."""
    return re.sub(r"\"[^\"]*\"|'[^']*'|\w[<>]=?[\w.]", lambda m: "x" * len(m[0]), line)


def _package(token: str) -> tuple[str, tuple[str, ...]] | None:
    if "$" in token.partition("=")[0] or token.startswith((".", "/", "~", "{", "<", "%", "*")) or token in ("\\", "install"):
        return None
    if "://" in token and " @ " not in token:
        found = _NAMED.search(token)
        if not found or token.endswith((".txt", ".whl", ".zip", ".gz", ".html", ".json", "/simple", ".yml")):
            return None
        return canonicalize_name(found[1]), ()
    if token.endswith((".txt", ".whl", ".gz", ".zip", ".yml", ".yaml", ".lock", ".toml")):
        return None
    token = re.sub(r"^[\w.-]+::", "", token)
    named = spec(re.sub(r"^([\w.-]+)=(?!=).*$", r"\1", token))
    return named if named and named[0] not in PYTHON and not named[0].isdigit() and len(named[0]) > 1 else None
