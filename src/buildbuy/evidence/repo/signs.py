"""Signs of systems: the catalog's fingerprints as an index, and what files say against it.

A sign that one system alone has settles it. One that several share (a vendor's SDK) counts for those
of them that have a sign of their own, in the same file before elsewhere, and otherwise for the one whose
id is the plainest, where they are few. What names a vendor's SDK as a whole (`import sagemaker`) only
joins what its API shows in the same file.
"""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from buildbuy.evidence.repo.files import CODE, Text
from buildbuy.evidence.repo.manifests import Requirement, spec
from buildbuy.evidence.repo.python import Module, Use

# How far one sign alone is to be believed: judgement, ordered by how rarely the sign lies.
SURE = {"import": 0.95, "terraform": 0.9, "kubernetes": 0.85, "image": 0.9, "helm": 0.85, "client": 0.8, "statement": 0.8, "machine": 0.55, "declared": 0.7, "config file": 0.6, "environment": 0.6, "pattern": 0.4, "frozen": 0.3, "locked": 0.1}
# Names that other products use as well: they add to what else is there, and say nothing alone.
COMMON_FILES = frozenset(["constraints.json", "statistics.json", "teams.json", "plugins.zip", "workspace.yaml", "basic_auth.ini", "gunicorn.conf.py", "dags/", "prefect.yaml", "crontab", "etc/cron.d/", "manifests/kustomize/env", "model-settings.json", "serve_config.yaml"])
ALONE = frozenset(("import", "terraform", "kubernetes", "image", "helm", "client", "statement", "machine", "declared", "config file", "environment"))
BOTO = "boto3:"
ELSEWHERE = "elsewhere"  # kind of a sign against a system
MAX_BLOCK = 60  # lines below a line that are looked at for what belongs to it
COMMON_CHARTS = frozenset(["operator", "dataplane", "guardrails"])  # last parts of charts' names that need the first
_TOKEN = re.compile(r"\b[A-Z][A-Z0-9]*(?:_{1,2}[A-Z0-9]+)+\b|\b_{2}[A-Z_]+_{2}\b")
_WRITTEN = re.compile(r"(?:^|[^\\])\"$|[${:.]$")  # what stands before a variable's name in JSON, where it isn't a word of a sentence
_SETS = r"""(?:\\?["']?\s{0,20}[=:]\s{0,4}|\s)\[?(?:\\?["'])?"""  # between a setting and its value, in code, configuration and on a command line
_CAPITALS = re.compile(r"[A-Z_][A-Z0-9_]{3,}")
# under a key that ends in image, as the default of a variable, behind FROM
_IMAGE = re.compile(r"(?:^\s*(?:-\s*|(?:ARG|ENV|export)\s+)?[\"']?(?:[\w.-]*(?:image|repository)(?:_?(?:uri|url|name|path))?|default|newName|name)[\"']?\s*[:=]\s*|^\s*FROM\s+(?:--platform=\S+\s+)?)[\"']?(?:\$\{[A-Z_]+:-)?([a-z0-9][\w.\-/:@]*)", re.I | re.M)
_TAGGED = re.compile(r"(?<![\w./-])((?:[a-z0-9][\w.-]*(?::\d+)?/)+[\w.-]+:[\w.-]+)")  # by its tag, wherever it stands, as in `docker run`
_NAMED_CLASS = re.compile(r"^\s*(?:-\s*)?[\"']?(?:_target_|class_path|_component_)[\"']?\s*:\s*[\"']?([A-Za-z_][\w.]*\.\w+)")  # Hydra, Lightning's command line, torchtune
_KIND = re.compile(r"^\s*kind:\s*[\"']?(\w+)")
_KIND_IN_CODE = re.compile(r"\b[kK]ind\\?[\"']?\s*[:=]\s*\\?[\"']?([A-Z]\w+)")  # of a manifest written as a table, a text or JSON
_API_VERSION = re.compile(r"api_?version", re.I)
_TERRAFORM = re.compile(r"^\s*(?:resource|data)\s+\"([\w]+)\"|^\s*source\s*=\s*\"([^\"]+)\"|^\s*\"?Type\"?:\s*[\"']?(AWS::[\w:]+)")
_CHART = re.compile(r"^\s*-?\s*[\"']?(?:\w+_)?chart(?:_?(?:ref|name))?[\"']?\s*[:=]\s*[\"']?(?:oci://)?([\w./-]+)", re.I)  # of Terraform's helm_release, Argo CD, Ansible, Pulumi
_CHARTS_NAME = re.compile(r"^\s*-?\s+name:\s*[\"']?([\w-]+)")
CHART_FILES = ("Chart.yaml", "requirements.yaml")
_HELM = re.compile(r"(?:helm\s+(?:install|upgrade|pull|template)\b|repository\s*=|chart(?:_?(?:ref|name))?[\"']?\s*[=:])", re.I)
_TYPE = re.compile(r"AWS::(\w+)::(\w+)")  # of CloudFormation; a class of AWS CDK has the same name
# a machine's type behind the key that asks for one, in configuration, code and on a command line; keys of Databricks end in _id
_MACHINE = re.compile(
    r"(?:(?:(?:instance|machine)[-_]?types?|vm[-_]?sizes?)(?!_id)[\w-]{0,40}[\"']?|--node-type)(?:\s{0,20}[=:(]\s{0,4}|\s)[\[(]?[\"']?(?:\$\{\w{1,60}:-)?([a-z]\w{1,20}[.\w-]{1,30})|\bInstanceClass\.([A-Z]\w{1,20})", re.I
)
_MACHINE_KEYS = ("instance_type", "instancetype", "instance-type", "instanceclass", "machine_type", "machinetype", "machine-type", "vm_size", "vmsize", "vm-size", "--node-type")
_VARIABLE = re.compile(r"^variable\s+\"([\w-]{1,100})\"")  # of Terraform
_DEFAULT = re.compile(r"^\s+default\s*=")
_KEYED = frozenset([".yaml", ".yml", ".tf"])  # where a value may stand on another line than its key
_ADDRESS = re.compile(r"https?://((?:[\w-]{1,63}\.)+[a-z]{2,20})(?=[:/\s\"']|$)", re.I)  # of a host that isn't in the same network alone
_SHELLS = frozenset([".sh", ".bash", ".slurm", ".sbatch", ""])


@dataclass(frozen=True)
class Sign:
    """One place that speaks for one of `systems`."""

    kind: str
    text: str
    systems: tuple[str, ...]
    path: str
    line: int
    use: str
    vendor: bool = False  # of an SDK as a whole: it joins what else is found of the vendor and shows nothing alone

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


class Index:
    """The fingerprints of every system of a catalog, ready to be looked up."""

    def __init__(self, systems: Mapping[str, Any]) -> None:
        self.tables: dict[str, dict[str, tuple[str, ...]]] = {}
        for kind in ("pypi", "imports", "npm", "docker_images", "terraform", "machines", "helm", "env_vars", "config_files", "boto3_clients", "kubernetes_kinds", "code_patterns", "statements", "adapters", "go", "maven", "cran"):
            table: dict[str, list[str]] = defaultdict(list)
            for name, system in systems.items():
                for text in getattr(system.fingerprints, kind):
                    table[text].append(name)
            self.tables[kind] = {k: tuple(v) for k, v in table.items()}
        # a client of AWS is known by its service's name; what is asked of it is told apart like an import
        self.tables["imports"] |= {BOTO + k: v for k, v in self.tables["boto3_clients"].items()}
        # the same requests in languages whose SDKs name them createEndpoint or CreateEndpointCommand
        self.requests = {(service, _camel(request)): v for k, v in self.tables["boto3_clients"].items() for service, _, request in [k.partition(".")] if request and service != "runtime"}
        self.clients = {k.replace("-", ""): v for k, v in self.tables["boto3_clients"].items() if "." not in k}
        vendors: dict[str, set[str]] = defaultdict(set)
        for text, names in self.tables["imports"].items():
            if "." in text:
                vendors[_package(text)] |= set(names)
        self.vendors = {k: tuple(sorted(v)) for k, v in vendors.items() if len(v) > 1 and k not in self.tables["imports"]}
        # the constructs of AWS CDK are generated from CloudFormation's types
        self.tables["imports"] |= {f"aws_cdk.aws_{found[1].lower()}.Cfn{found[2]}": v for k, v in self.tables["terraform"].items() if (found := _TYPE.fullmatch(k))}
        self.tables["imports"] |= {k: v for k, v in self.tables["adapters"].items() if "." in k}  # another vendor's library: it joins nothing
        providers = [(k.rpartition("/")[2], v) for k, v in self.tables["terraform"].items() if k.count("/") == 1 or "." in k.partition("/")[0]]
        self.providers = {k: v for k, v in providers if "_" not in k}  # their types begin with their names
        self.machines = tuple((k.lower(), v) for k, v in self.tables["machines"].items())
        self._surfaces: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.pypi: dict[tuple[str, str], tuple[str, ...]] = {}
        for text, names in self.tables["pypi"].items():
            if named := spec(text):
                for extra in named[1] or ("",):
                    self.pypi[named[0], extra] = names
        self.roots = {i.partition(".")[0] for i in self.tables["imports"]} | {"boto3", "aioboto3", "aiobotocore"}
        self.files: dict[str, list[str]] = defaultdict(list)  # config files by their last name
        self.patterns_of_paths = [k for k in self.tables["config_files"] if k.endswith("/") or any(c in k for c in "*?[")]
        for key in self.tables["config_files"]:
            if key not in self.patterns_of_paths:
                self.files[key.rpartition("/")[2]].append(key)
        self.addresses = {variable: (name, domain) for name, system in systems.items() for variable, domain in system.fingerprints.addresses.items()}
        self.beside = {name: frozenset(system.fingerprints.beside) for name, system in systems.items()}
        self.words = {name: _words(name, system) for name, system in systems.items()}
        texts = [(k, t, n) for k in ("statements", "code_patterns") for t, n in self.tables[k].items() if "\n" not in t]
        self.blocks = [(t.partition("\n")[0], t.partition("\n")[2], n) for t, n in self.tables["statements"].items() if "\n" in t]  # a line, and one of those right below it
        self.patterns = [(tuple(sorted(filter(None, re.split(r"[* ~]", t)), key=len, reverse=True)), _expression(t), "statement" if k == "statements" else "pattern", t, n) for k, t, n in texts]

    def imported(self, name: str) -> tuple[str, ...]:
        """Systems of the longest fingerprint that a dotted name lies under."""
        return self.surface(name)[1]

    def variable(self, name: str) -> tuple[str, ...]:
        """Systems that a variable's name belongs to, alone or as one of a family (AIRFLOW__*)."""
        table = self.tables["env_vars"]
        return table.get(name) or (table.get(f"{name.partition('__')[0]}__*", ()) if "__" in name else ())

    def of_vendor(self, name: str) -> tuple[str, ...]:
        """Systems that a dotted name may belong to: those it names, else all of the SDK it lies in."""
        return self.imported(name) or self.vendors.get(_package(name), ())

    def surface(self, name: str) -> tuple[str, tuple[str, ...]]:
        """The longest import fingerprint that `name` lies under, or the adapter that it ends in, and its systems."""
        if name not in self._surfaces:
            adapting = self.tables["adapters"].get(name.rpartition(".")[2], ())
            found = self._surface(name) if name.partition(".")[0] in self.roots else ("", ())
            self._surfaces[name] = found if found[1] or not adapting or "." not in name else (name, adapting)
        return self._surfaces[name]

    def _surface(self, name: str) -> tuple[str, tuple[str, ...]]:
        table = self.tables["imports"]
        parts = name.split(".")
        for end in range(len(parts), 0, -1):
            key = ".".join(parts[:end])
            if key in table:
                return key, table[key]
        return "", ()

    def adapted(self, name: str) -> tuple[str, ...]:
        """Systems that a dotted name connects to, where it is a class of another library made for that."""
        systems = self.tables["adapters"].get(name.rpartition(".")[2], ())
        return systems if systems and not set(systems) & set(self._surface(name)[1]) else ()


def _expression(text: str) -> re.Pattern[str]:
    """What a statement or pattern of a fingerprint looks for: see `Fingerprints`. Words may be items of a list;
    a blank at its end is the end of a word.
    """
    bare = re.escape(text.rstrip(" ")).replace(r"\*", r"[^\s\"']*").replace(r"\ ", r"(?:\s+|[\"']\s*,\s*[\"'])").replace(r"\~", _SETS)
    return re.compile(bare + (r"(?=$|[\s\"'])" if text.endswith(" ") else ""), re.M)


def _camel(name: str) -> str:
    return name.replace("_", "").lower()


def _package(name: str) -> str:
    """The package that a dotted name lies in: the first word, or three where Google and Azure share two."""
    parts = name.split(".")
    return ".".join(parts[: 3 if parts[0] in ("google", "azure") else 1])


def _words(name: str, system: Any) -> frozenset[str]:
    """Words that only this vendor's names hold: of its id, packages and imports."""
    prints = system.fingerprints
    texts = [name, *prints.pypi, *prints.imports]
    words = {w for t in texts for w in re.split(r"[^a-z0-9]+", t.lower()) if len(w) > 3}
    return frozenset(words - {"cloud", "google", "python", "model", "feature", "store", "serve", "train", "training", "endpoints", "monitoring", "client", "core", "data", "registry", "service", "services", "managed"})


def of_requirements(index: Index, requirements: Iterable[Requirement], uses: Mapping[str, str]) -> Iterator[Sign]:
    """Signs in what manifests declare."""
    for one in requirements:
        if one.ecosystem == "pypi":
            found = {n for extra in ("", *one.extras) for n in index.pypi.get((one.name, extra), ())}
        else:
            found = set(index.tables.get(one.ecosystem, {}).get(one.name, ()))
            if one.ecosystem in ("go", "maven"):
                found |= {n for k, names in index.tables[one.ecosystem].items() if one.name.startswith((k + "/", k + ":")) for n in names}
        if found:
            yield Sign("locked" if one.locked else "frozen" if one.frozen else "declared", one.name, tuple(sorted(found)), one.path, one.line, uses[one.path])


def of_module(index: Index, module: Module, use: str, local: frozenset[str] | set[str]) -> Iterator[Sign]:
    """Signs in one Python file: imports, clients, names of environment variables."""
    called = {u.name for u in module.uses if u.kind in ("call", "base")}
    for one in module.imports:
        if one.name.partition(".")[0] in local:
            continue
        adapted = index.adapted(one.name)
        if adapted and one.name in called:
            yield Sign("import", one.name, adapted, module.path, one.line, use)
        if (systems := index.imported(one.name)) and systems != adapted:
            yield Sign("import", one.name, systems, module.path, one.line, use)
        elif systems := index.vendors.get(_package(one.name), ()):
            yield Sign("import", one.name, systems, module.path, one.line, use, vendor=True)
    for one in chained(index, module, local):
        key, systems = index.surface(one.name)
        if "." in key and key.rpartition(".")[2] in one.name.split("."):
            yield Sign("import", one.name, systems, module.path, one.line, use)
    for client, line in module.clients:
        if systems := index.tables["boto3_clients"].get(client, ()):
            yield Sign("client", client, systems, module.path, line, use)
        elif systems := index.vendors.get(BOTO + client, ()):
            yield Sign("client", client, systems, module.path, line, use, vendor=True)
    for text, line in module.strings:
        if systems := index.variable(text):  # a text in code may be any text: it supports
            yield Sign("pattern", text, systems, module.path, line, use)


def chained(index: Index, module: Module, local: frozenset[str] | set[str]) -> Iterator[Use]:
    """Uses whose dotted name lies under a fingerprint that is longer than what was imported."""
    imported = {i.name for i in module.imports}
    for one in (*module.uses, *module.later):
        adapted = index.adapted(one.name)
        if one.name.partition(".")[0] in local or (adapted and one.kind == "attribute"):
            continue
        if one.name.partition(".")[0] in index.roots or adapted:
            key, _ = index.surface(one.name)
            if key and not any(i == key or i.startswith(key + ".") for i in imported):
                yield one


def of_text(index: Index, file: Text) -> Iterator[Sign]:
    """Signs in a file read as text: images, kinds, Terraform, Helm, names of variables, patterns."""
    code = file.suffix in CODE
    whole = file.text
    looks = _looks(index, file)
    # a plain search for each text is several times as fast as one expression for all of them
    listed = file.suffix in _KEYED
    patterns = [one for one in index.patterns if one[0][0] in whole and all(word in whole for word in one[0]) and ((listed and "~" in one[3]) or one[1].search(whole))]
    blocks = [] if code else [one for one in index.blocks if one[0] in whole and one[1] in whole]
    if not looks and not patterns and not blocks:
        return
    lines = whole.splitlines()
    key = ""  # what the items of a list are given to, in YAML
    for number, line in enumerate(lines, 1):
        if len(line) > 4000 or file.quoted(line):
            continue
        item, key = _item(file, line, key)
        for _, pattern, kind, text, systems in patterns:
            if (found := pattern.search(item or line)) and (kind == "pattern" or _stated(item or line, found.start())):
                yield Sign(kind, text, systems, file.path, number, file.use)
        if "machines" in looks:
            yield from _machines(index, file, item or line, number)
        if looks and not line.lstrip().startswith(("#", "//")):
            yield from _config_line(index, file, line, number, looks)
    for head, child, systems in blocks:
        for at in _below(lines, head, child):
            yield Sign("statement", f"{head} {child}", systems, file.path, at, file.use)


def _below(lines: list[str], head: str, child: str) -> Iterator[int]:
    """Numbers of the lines that begin with `head` and have `child` among what is right below them, and of those."""
    for number, line in enumerate(lines, 1):
        if not line.lstrip(" -").startswith(head):
            continue
        outer, inner = len(line) - len(line.lstrip()), None
        for below, one in enumerate(lines[number : number + MAX_BLOCK], number + 1):
            depth = len(one) - len(one.lstrip())
            if not one.strip() or one.lstrip().startswith("#"):
                continue
            if depth <= outer:
                break
            inner = depth if inner is None else inner
            if depth == inner and one.lstrip().startswith(child):
                yield from (number, below)
                break


def _item(file: Text, line: str, key: str) -> tuple[str, str]:
    """An item of a list in YAML behind its key, as if both were on one line, or a default of Terraform behind its
    variable; and the key that the next line may belong to.
    """
    if file.suffix not in _KEYED:
        return "", ""
    if file.suffix == ".tf":
        if found := _VARIABLE.match(line):
            return "", found[1]
        return (f"{key} {line[found.end() - 1 :]}" if key and (found := _DEFAULT.match(line)) else ""), "" if line.startswith("}") else key
    bare = line.strip()
    if bare.startswith("- ") and key:
        return f"{key} {bare[2:]}", key
    return "", bare if bare.endswith(":") and not bare.startswith(("-", "#")) else ""


def _looks(index: Index, file: Text) -> frozenset[str]:
    """What a file may hold, by words that it must have for it: what it can't hold isn't looked for in its lines."""
    lowered = file.text.lower()
    code = file.suffix in CODE
    may = {
        "images": any(map(file.text.__contains__, index.tables["docker_images"])),
        "classes": file.suffix in (".yaml", ".yml", ".json") and any(word in lowered for word in ("_target_", "class_path", "_component_")),
        "kinds": "kind:" in lowered and file.suffix in (".yaml", ".yml", ".tpl"),
        "kinds in code": (code or file.suffix == ".json" or file.suffix in _SHELLS) and "kind" in lowered and _API_VERSION.search(lowered) is not None,
        "terraform": file.suffix in (".tf", ".hcl", ".tfvars") or (file.suffix in (".yaml", ".yml", ".json") and "aws::" in lowered),
        "machines": any(map(lowered.__contains__, _MACHINE_KEYS)) and any(machine.rstrip(".") in lowered for machine, _ in index.machines),
        "helm": file.name in CHART_FILES or "chart" in lowered or (not code and ("helm" in lowered or "repository" in lowered)),
        "variables": not code and any(map(index.variable, set(_CAPITALS.findall(file.text)))),
    }
    return frozenset(what for what, is_so in may.items() if is_so)


def _stated(line: str, at: int) -> bool:
    """Whether what begins at `at` isn't commented out (a comment may itself be the statement)."""
    return re.search(r"(?:^|\s)(?:#|//)", line[:at]) is None


def _config_line(index: Index, file: Text, line: str, number: int, looks: frozenset[str]) -> Iterator[Sign]:
    tables, low = index.tables, line.lower()  # a plain search first: few lines hold any of it
    if "images" in looks and (named := _images(index, line)):
        yield from (Sign("image", image, systems, file.path, number, file.use) for image, systems in named.items())
    if "classes" in looks and (found := _NAMED_CLASS.match(line)) and (systems := index.imported(found[1])):
        yield Sign("import", found[1], systems, file.path, number, file.use)
    if "kind" in low and ("kinds" in looks or "kinds in code" in looks):
        found = _KIND.match(line) if "kinds" in looks else _KIND_IN_CODE.search(line)
        if found and (systems := tables["kubernetes_kinds"].get(found[1], ())):
            yield Sign("kubernetes", found[1], systems, file.path, number, file.use)
    if "terraform" in looks and (found := _TERRAFORM.match(line)):
        text = found[1] or found[2] or found[3]
        short = re.sub(r"^(registry\.terraform\.io/|app\.terraform\.io/)", "", text)
        if systems := tables["terraform"].get(short, ()) or tables["terraform"].get(re.sub("^awscc_", "aws_", short), ()) or (index.providers.get(short.partition("_")[0], ()) if found[1] else ()):
            yield Sign("terraform", text, systems, file.path, number, file.use)
    if "helm" in looks and ("helm" in low or "repository" in low or "chart" in low or _holds_charts(file)):
        yield from (Sign("helm", chart, systems, file.path, number, file.use) for chart, systems in _charts(index, file, line).items())
    shell = file.suffix in _SHELLS or file.name.startswith(("Dockerfile", "Makefile")) or file.name.endswith("Dockerfile")
    if "variables" in looks and (shell or file.suffix in (".yaml", ".yml", ".env", ".tf", ".tfvars", ".toml", ".ini", ".cfg", ".json", ".properties") or file.name.startswith(".env")):
        for one in _TOKEN.finditer(line):
            if (systems := index.variable(one[0])) and (file.suffix != ".json" or _WRITTEN.search(line[: one.start()]) or line[one.end() : one.end() + 1] == "="):
                yield from _environment(index, one[0], systems, file.path, number, file.use)
                if one[0] in index.addresses and (host := _ADDRESS.search(line, one.end())) and not f".{host[1].lower()}".endswith("." + index.addresses[one[0]][1]):
                    yield Sign(ELSEWHERE, one[0], index.addresses[one[0]][:1], file.path, number, file.use)


def _machines(index: Index, file: Text, line: str, number: int) -> Iterator[Sign]:
    """Machines that a line asks for, by the beginning of their type; of JSON only what is a value, no text about one."""
    for found in _MACHINE.finditer(line):
        kind = (found[1] or f"{found[2]}.").lower()
        if _stated(line, found.start()) and (file.suffix != ".json" or re.search(r"(?:^|[^\\])\"\w*$", line[: found.start()])):
            yield from (Sign("machine", found[1] or found[2], systems, file.path, number, file.use) for begins, systems in index.machines if kind.startswith(begins))


def _images(index: Index, line: str) -> dict[str, tuple[str, ...]]:
    """Known images that a line names, with their systems."""
    low = line.lower()
    named = [found[1]] if any(word in low for word in ("image", "repository", "from", "default", "name")) and (found := _IMAGE.match(line)) else []
    named += _TAGGED.findall(line) if "/" in line else []
    return {image.partition("@")[0]: systems for image in named if (systems := _image(index, image))}


def _holds_charts(file: Text) -> bool:
    """Whether names in a file are names of charts."""
    return file.name in CHART_FILES or (file.name.startswith("kustomization") and "helmCharts:" in file.text)


def _charts(index: Index, file: Text, line: str) -> dict[str, tuple[str, ...]]:
    """Charts that a line names, with their systems: by a full name, or by the last part of one, which several may share."""
    table = index.tables["helm"]
    full = {c: s for c, s in table.items() if re.search(rf"(?<![\w-]){re.escape(c)}(?![\w-])", line)} if _HELM.search(line) else {}
    found = _CHART.match(line) or (_CHARTS_NAME.match(line) if _holds_charts(file) else None)
    if full or not found:
        return full
    short = found[1].rpartition("/")[2]
    systems = {name for c, s in table.items() if "/" in c and c.rpartition("/")[2] == short and short not in COMMON_CHARTS for name in s}
    return {short: tuple(sorted(systems))} if systems else {}


def _environment(index: Index, text: str, systems: tuple[str, ...], path: str, line: int, use: str) -> Iterator[Sign]:
    """Only the name is kept, never a value. A name that doesn't hold the vendor's word only supports."""
    words = set(text.lower().strip("_").split("_"))
    telling = any(words & index.words[s] for s in systems)
    yield Sign("environment" if telling else "pattern", text, systems, path, line, use)


def _image(index: Index, image: str) -> tuple[str, ...]:
    bare = image.partition("@")[0]
    head, _, tail = bare.rpartition("/")
    bare = f"{head}/{tail.partition(':')[0]}" if head else tail.partition(":")[0]
    bare = re.sub(r"^(docker\.io/|index\.docker\.io/|registry-1\.docker\.io/)", "", bare)
    table = index.tables["docker_images"]
    if bare in table:
        return table[bare]
    return next((systems for key, systems in table.items() if bare.endswith("/" + key) or bare.startswith(key + "/")), ())


def of_path(index: Index, path: str, use: str) -> Iterator[Sign]:
    """Signs in a file's name and folders."""
    name = path.rpartition("/")[2]
    for key in (*index.files.get(name, ()), *index.patterns_of_paths):
        folder = key.endswith("/")
        hit = f"/{path}".find(f"/{key}") >= 0 if folder else path == key or path.endswith("/" + key) or fnmatch.fnmatchcase(name, key)
        if hit:
            yield Sign("pattern" if key in COMMON_FILES else "config file", key, index.tables["config_files"][key], path, 1, use)


def settled(index: Index, signs: list[Sign]) -> dict[str, list[Sign]]:
    """Signs by system. Shared ones go to the systems that have a sign of their own among those that
    share them, else to the plainest id. Systems with supporting signs alone are left out, and those that
    only names of variables and files speak for where what they stand beside isn't used, or where the server is
    somebody's own.
    """
    signs = _without_elsewhere(signs)
    own = {s.systems[0] for s in signs if len(s.systems) == 1 and s.kind in ALONE}
    own |= _by_pattern(signs, own)
    here = {(s.path, s.systems[0]) for s in signs if len(s.systems) == 1 and s.kind in ALONE}
    found: dict[str, list[Sign]] = defaultdict(list)
    for sign in signs:
        chosen = [s for s in sign.systems if (sign.path, s) in here] or [s for s in sign.systems if s in own and not sign.vendor]
        if not chosen and sign.kind in ALONE and len(sign.systems) > 1:
            chosen = [min(sign.systems, key=lambda s: (len(s), s))] if len(sign.systems) < 4 and not sign.vendor else []
        for system in chosen:
            found[system].append(sign)
    kinds = {k: ALONE & {s.kind for s in v} for k, v in found.items()}
    kept = {k for k, seen in kinds.items() if seen and (seen - {"environment", "config file"} or not index.beside[k] or any(kinds.get(b) for b in index.beside[k]))}
    return {k: sorted(v, key=lambda s: (s.path, s.line, s.kind)) for k, v in sorted(found.items()) if k in kept}


def _without_elsewhere(signs: list[Sign]) -> list[Sign]:
    """Signs without the systems that a variable's address speaks against, where variables alone speak for them."""
    against = {s.systems[0] for s in signs if s.kind == ELSEWHERE}
    if not against:
        return signs
    against -= {s.systems[0] for s in signs if len(s.systems) == 1 and s.kind in ALONE - {"environment"}}
    left = [replace(s, systems=tuple(n for n in s.systems if n not in against)) for s in signs if s.kind != ELSEWHERE]
    return [s for s in left if s.systems]


def _by_pattern(signs: list[Sign], own: set[str]) -> set[str]:
    """Systems told apart from others of their vendor by a pattern in code (elsewhere it may be in a schema)."""
    signs = [s for s in signs if s.kind != "pattern" or PurePosixPath(s.path).suffix.lower() in CODE]
    shared = {s for sign in signs if len(sign.systems) > 1 and sign.kind in ALONE and not sign.vendor for s in sign.systems}
    return {sign.systems[0] for sign in signs if sign.kind == "pattern" and len(sign.systems) == 1 and sign.systems[0] in shared - own}
