"""Python by syntax tree: imports with their aliases, attribute chains, calls, and the shape of a file."""

from __future__ import annotations

import ast
import json
import re
import warnings
from dataclasses import dataclass, field

_PLAIN = (int, str, bool, float, complex, bytes, type(None), type(...))
_EMPTY = frozenset([*_PLAIN, ast.Name, *(c for base in (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop) for c in base.__subclasses__())])  # nothing below them
MAX_NAMES = 20_000
CELL = "\x1e"  # between cells, in the place of a line break


@dataclass(frozen=True)
class Use:
    """One use of an imported name: its dotted path, the line, and what kind of site it is."""

    name: str
    line: int
    kind: str  # import, call, decorator, base or attribute


@dataclass
class Module:
    """What one Python file says. `bound` are names it binds to imports, for those who import them, `made` those
    that it gives at its outermost level to what something imported made; `handed` are handlers of requests that
    call what the function around them was given; `asked` are calls that ask something, whatever it is, for a
    prediction; `later` are uses of what a made thing's own call gave: they tell systems apart and are no call sites.
    """

    path: str
    imports: list[Use] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    later: list[Use] = field(default_factory=list)
    bound: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    defined: list[tuple[str, int]] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)  # line of a definition → its last one
    handed: list[tuple[str, int]] = field(default_factory=list)
    asked: list[tuple[str, int]] = field(default_factory=list)
    strings: list[tuple[str, int]] = field(default_factory=list)
    clients: list[tuple[str, int]] = field(default_factory=list)
    installs: list[tuple[str, int]] = field(default_factory=list)
    lines: int = 0
    readable: bool = True


def parse(path: str, text: str, *, package: str = "") -> Module:
    """The facts of a Python file. One that isn't valid Python (a template, Python 2) gives its imports, and
    what is called under their names.
    """
    module = Module(path, lines=text.count("\n") + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        nodes = _nodes(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return _by_line(module, text)
    try:
        _read(module, nodes, package)
    except RecursionError:
        return _by_line(Module(path, lines=module.lines), text)
    return module


def _nodes(tree: ast.AST) -> list[ast.AST]:
    """Every node that can matter here; `ast.walk` takes twice as long."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        found.append(node)
        for value in node.__dict__.values():
            kind = type(value)
            if kind is list:
                waiting += [v for v in value if type(v) not in _EMPTY]
            elif kind not in _EMPTY:
                waiting.append(value)
    return found


def _read(module: Module, nodes: list[ast.AST], package: str) -> None:
    inner: set[int] = set()  # attributes that are part of a longer chain, and names in one
    for node in nodes:
        kind = type(node)
        name: str | None
        if kind is ast.Import:
            for alias in node.names:  # type: ignore[attr-defined]
                module.imports.append(Use(alias.name, node.lineno, "import"))  # type: ignore[attr-defined]
                module.bound[alias.asname or alias.name.partition(".")[0]] = alias.name if alias.asname else alias.name.partition(".")[0]
        elif kind is ast.ImportFrom:
            base = _absolute(node, package)  # type: ignore[arg-type]
            for alias in node.names:  # type: ignore[attr-defined]
                name = f"{base}.{alias.name}" if alias.name != "*" else base
                module.imports.append(Use(name, node.lineno, "import"))  # type: ignore[attr-defined]
                module.bound[alias.asname or alias.name] = name
        elif kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            if len(module.defined) < MAX_NAMES:
                module.defined.append((node.name, node.lineno))  # type: ignore[attr-defined]
                module.ends[node.lineno] = max(module.ends.get(node.lineno, 0), node.end_lineno)  # type: ignore[attr-defined]
            if kind is not ast.ClassDef:
                module.handed += _handed(node)  # type: ignore[arg-type]
        elif kind is ast.Constant and isinstance(node.value, str) and 3 < len(node.value) < 80:  # type: ignore[attr-defined]
            module.strings.append((node.value, node.lineno))  # type: ignore[attr-defined]
    bound = module.bound
    made = _made(nodes, bound, {})
    results = {name: origin for name, origin in _made(nodes, bound, made).items() if name not in made}
    module.made = _made([n for n in nodes if getattr(n, "col_offset", 1) == 0], bound, {})
    for node in nodes:
        kind = type(node)
        if kind is ast.Call:
            func = node.func  # type: ignore[attr-defined]
            name = chain(func, bound, made)
            if name:
                _mark(func, inner)
                module.uses.append(Use(name, node.lineno, "call"))  # type: ignore[attr-defined]
            elif results and (name := chain(func, {}, results)):
                module.later.append(Use(name, node.lineno, "call"))  # type: ignore[attr-defined]
            _of_call(module, node)  # type: ignore[arg-type]
            for given in node.keywords:  # type: ignore[attr-defined]
                if given.arg in _PACKAGES:
                    _installed(module, [given.value])
        elif kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            for one in node.decorator_list:  # type: ignore[attr-defined]
                name = chain(one, bound, made)
                if name:
                    _mark(one, inner)
                    module.uses.append(Use(name, one.lineno, "decorator"))
            for one in getattr(node, "bases", ()):
                name = chain(one, bound, made)
                if name:
                    _mark(one, inner)
                    module.uses.append(Use(name, one.lineno, "base"))
    for node in nodes:
        if type(node) is ast.Attribute and id(node) not in inner:
            name = chain(node, bound, made)
            if name:
                _mark(node, inner)
                module.uses.append(Use(name, node.lineno, "attribute"))


def _of_call(module: Module, call: ast.Call) -> None:
    """What a call says by its last word, whatever it is called on."""
    if service := _service(call):
        module.clients.append((service, call.lineno))
    if type(call.func) is ast.Attribute and call.func.attr in _PREDICTS:
        module.asked.append((call.func.attr, call.lineno))
    if type(call.func) is ast.Attribute and call.func.attr in _INSTALLERS:
        _installed(module, call.args)


def _handed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[tuple[str, int]]:
    given = {a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    found = []
    for inner in function.body if given else ():
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and any(isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute) and d.func.attr in _ROUTES for d in inner.decorator_list):
            called = {n.func.id for n in ast.walk(inner) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
            found += [(inner.name, inner.lineno)] if called & given else []
    return found


_PREDICTS = frozenset(["predict", "predict_proba", "infer"])
_ROUTES = frozenset(["post", "put", "get", "route", "api_route"])
_INSTALLERS = frozenset(["pip_install", "uv_pip_install", "micromamba_install", "poetry_install"])  # Modal's images, Union's
_PACKAGES = frozenset(["packages_to_install", "pip_packages", "conda_packages", "python_packages", "packages", "libraries"])  # kfp, Azure ML, BentoML, Metaflow


def _service(call: ast.Call) -> str | None:
    """The service of AWS that a call makes a client of, from `client("sagemaker")` on whatever it is called,
    and from functions of one's own that are called after it, such as `get_client("sagemaker")`.
    """
    name = call.func.attr if type(call.func) is ast.Attribute else call.func.id if type(call.func) is ast.Name else ""
    if name != "resource" and not name.endswith("client"):
        return None
    named = next((k.value for k in call.keywords if k.arg == "service_name"), call.args[0] if call.args else None)
    return named.value if isinstance(named, ast.Constant) and isinstance(named.value, str) and re.fullmatch(r"[a-z][a-z0-9.-]{1,40}", named.value) else None


def _installed(module: Module, values: list[ast.expr]) -> None:
    """Requirements written as texts in code, also as the keys of a table (Metaflow's `@pypi`)."""
    for value in values:
        items = value.elts if isinstance(value, ast.List | ast.Tuple | ast.Set) else value.keys if isinstance(value, ast.Dict) else [value]
        module.installs += [(i.value, i.lineno) for i in items if isinstance(i, ast.Constant) and isinstance(i.value, str) and len(i.value) < 200]


def chain(node: ast.AST, bound: dict[str, str], made: dict[str, str]) -> str | None:
    """The dotted path behind `a.b.c` where `a` is imported, or was made by something imported."""
    parts: list[str] = []
    while True:
        kind = type(node)
        if kind is ast.Attribute:
            key = _self_name(node)
            if key and key in made:
                return ".".join([made[key], *reversed(parts)])
            parts.append(node.attr)  # type: ignore[attr-defined]
            node = node.value  # type: ignore[attr-defined]
        elif kind is ast.Call:  # make().use(): what is used belongs to what made it
            node = node.func  # type: ignore[attr-defined]
            if len(parts) > 50:
                return None
        elif kind is ast.Name:
            root = made.get(node.id) or bound.get(node.id)  # type: ignore[attr-defined]
            return ".".join([root, *reversed(parts)]) if root else None
        else:
            return None


def _self_name(node: ast.AST) -> str | None:
    value = node.value  # type: ignore[attr-defined]
    return f"self.{node.attr}" if type(value) is ast.Name and value.id in ("self", "cls") else None  # type: ignore[attr-defined]


def _mark(node: ast.AST, inner: set[int]) -> None:
    while True:
        inner.add(id(node))
        if type(node) is ast.Attribute:
            node = node.value
        elif type(node) is ast.Call:
            node = node.func
        else:
            return


def _made(nodes: list[ast.AST], bound: dict[str, str], before: dict[str, str]) -> dict[str, str]:
    """Names (also self.x) assigned from a call of something imported, or made `before`, in this file,
    whatever the flow.
    """
    made: dict[str, str] = {}
    for node in nodes:
        kind = type(node)
        pairs: list[tuple[ast.AST, ast.AST]] = []
        if kind is ast.Assign:
            pairs = [(t, node.value) for t in node.targets]  # type: ignore[attr-defined]
        elif kind is ast.AnnAssign and node.value is not None:  # type: ignore[attr-defined]
            pairs = [(node.target, node.value)]  # type: ignore[attr-defined]
        elif kind in (ast.With, ast.AsyncWith):
            pairs = [(i.optional_vars, i.context_expr) for i in node.items if i.optional_vars is not None]  # type: ignore[attr-defined]
        for target, value in pairs:
            call = value.value if isinstance(value, ast.Await) else value
            if not isinstance(call, ast.Call):
                continue
            service = _service(call)
            name = f"boto3:{service}" if service else chain(call.func, bound, before)
            if name is None:
                continue
            if type(target) is ast.Name and target.id not in bound:
                made[target.id] = name
            elif type(target) is ast.Attribute and (key := _self_name(target)):
                made[key] = name
    return made


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - node.level + 1] if node.level > 1 else parts
    return ".".join(["", *parts, *([node.module] if node.module else [])]).lstrip(".") or "."


_IMPORT = re.compile(r"^\s*(?:from\s+([\w.]{1,200})\s+import\s+(\(?[^#;]{0,400})|import\s+([^#;(]{1,400}))")
_CALLED = re.compile(r"(?<![\w.])(@?)([A-Za-z_]\w{0,100})((?:\.\w{1,100}){0,10})\s*(?=\(|$)")


def _by_line(module: Module, text: str) -> Module:
    """A file that isn't valid Python: imports with their aliases, also over several lines, then what is
    called or decorates under those names. Comments are skipped; texts are not told apart.
    """
    module.readable = False
    lines = text.splitlines()
    open_from = ""
    for number, line in enumerate(lines, 1):
        if len(line) >= 500:
            continue
        if open_from:
            _bind(module, open_from, line.partition("#")[0].partition(")")[0], number)
            open_from = "" if ")" in line else open_from
        elif found := _IMPORT.match(line):
            if found[1]:
                _bind(module, found[1], found[2].strip("() "), number)
                open_from = found[1] if "(" in found[2] and ")" not in found[2] else ""
            else:
                _bind(module, "", found[3], number)
    if not module.bound:
        return module
    for number, line in enumerate(lines, 1):
        if len(line) >= 500 or line.lstrip().startswith(("#", "from ", "import ")):
            continue
        for at, root, rest in _CALLED.findall(line):
            if root in module.bound and (at or rest or f"{root}(" in line) and len(module.uses) < MAX_NAMES:
                module.uses.append(Use(module.bound[root] + rest, number, "decorator" if at else "call"))
    return module


def _bind(module: Module, base: str, names: str, line: int) -> None:
    for item in names.split(","):
        found = re.fullmatch(r"\s*([\w.]+|\*)(?:\s+as\s+(\w+))?\s*\\?\s*", item)
        if found:
            full = base if found[1] == "*" else f"{base}.{found[1]}" if base else found[1]
            module.imports.append(Use(full, line, "import"))
            module.bound[found[2] or (found[1] if base else found[1].partition(".")[0])] = full if base or found[2] else full.partition(".")[0]


_PYTHON_CELL = re.compile(r"%%(?:capture|time|timeit|prun|python3?|spark|pyspark|local|memit|wandb)\b|%%(?:file|write\w*)\s.*\.py\s*$")  # what follows is Python all the same


def notebook(text: str) -> tuple[str, list[int]] | None:
    """Code cells of a notebook as one Python text, and the file's line of each of its lines. Magics
    and shell lines become comments. None if it isn't a notebook.
    """
    try:
        data = json.loads(text)
        cells = data["cells"] if isinstance(data, dict) and "cells" in data else data["worksheets"][0]["cells"]
        sources = [c.get("source", c.get("input", "")) for c in cells if isinstance(c, dict) and c.get("cell_type") == "code"]
    except (ValueError, RecursionError, KeyError, TypeError, IndexError):
        return None
    raw = text.splitlines()
    code: list[str] = []
    lines: list[int] = []
    ends: list[int] = []
    cursor = -1
    for source in sources:
        items = source.splitlines() if isinstance(source, str) else [str(s).rstrip("\n") for s in source if isinstance(s, str)] if isinstance(source, list) else []
        body = [line for item in items for line in (item.split("\n") or [""])]
        foreign = bool(body) and body[0].lstrip().startswith("%%") and not _PYTHON_CELL.match(body[0].lstrip())
        for line in body:
            cursor = max(_find(raw, line, cursor + isinstance(source, list), cursor), 0)
            code.append("# " + line if foreign else re.sub(r"^(\s*)(?:[%!?]|[\w, ]+=\s*[%!]).*$", r"\1pass", line))
            lines.append(cursor + 1)
        ends.append(len(code))
    begin, cells = 0, []
    for end in ends:
        if end > begin:
            cells.append("\n".join(code[begin:end]).replace(CELL, " "))
        begin = end
    return CELL.join(cells), lines


def _find(raw: list[str], line: str, start: int, otherwise: int) -> int:
    """Index of the next raw line that is this line of code as JSON, or at least holds it."""
    if not line.strip():
        return otherwise
    needles = {json.dumps(line)[1:-1], json.dumps(line, ensure_ascii=False)[1:-1]}
    whole = {f'"{needle}{end}"' for needle in needles for end in ("\\n", "")}
    near = range(max(start, 0), min(len(raw), start + 5000))
    exact = next((i for i in near if raw[i].strip().rstrip(",") in whole), None) if start > otherwise else None  # one item of a list a line
    return exact if exact is not None else next((i for i in near if any(needle in raw[i] for needle in needles)), otherwise)
