"""Small arithmetic over named quantities, so that a price plan is data.

`online_reads * ceil(row_size / (4 * kB)) * read_unit / req` names workload variables, units and a
few functions. It is parsed with `ast`, never evaluated as Python: names, numbers, + - * / and
min, max, ceil, floor only. Values are in base units (second, byte, USD, counts), so a unit name
is simply its size in base units.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from buildbuy.errors import BadInput
from buildbuy.quantities import units

MAX_LENGTH = 400
Env = Mapping[str, Any]
_OPS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "ceil": np.ceil,
    "floor": np.floor,
    "max": np.maximum,
    "min": np.minimum,
}


@dataclass(frozen=True)
class Expression:
    """A parsed expression: `names` are the variables and units it mentions."""

    text: str
    names: frozenset[str]
    tree: ast.expr

    def value(self, env: Env) -> Any:
        """Value with variables from `env` (floats or arrays in base units)."""
        return _walk(self.tree, env)

    @cached_property
    def calls(self) -> dict[ast.AST, tuple[str, tuple[str, ...]]]:
        """The calls of functions in it: as they are written, with the names they mention."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call)]
        return {n: (ast.get_source_segment(self.text, n) or ast.unparse(n), tuple(sorted({x.id for x in ast.walk(n) if isinstance(x, ast.Name)} & self.names))) for n in found}

    def value_once(self, env: Env, keys: Mapping[str, str], known: dict[Any, Any]) -> Any:
        """`value`, with what its functions give kept in `known`, so that the same function of the
        same things is computed once. `keys` say what each name stands for; a function of a name that
        only few share (`system.name`) is not kept.
        """

        def call(node: ast.Call) -> Any:
            text, names = self.calls[node]
            if any(keys[n] != n for n in names):
                return _called(node, env, _FUNCTIONS, call)
            if text not in known:
                known[text] = _called(node, env, _FUNCTIONS, call)
            return known[text]

        return _walk(self.tree, env, call=call)

    @cached_property
    def below_zero(self) -> bool:
        """Whether it could come out negative though nothing that it mentions is: a difference, unless `max` holds it up."""
        return _bounds(self.tree)[0] < 0

    def variables(self, known: frozenset[str] | set[str]) -> frozenset[str]:
        """The mentioned names that are variables and not units."""
        return self.names & frozenset(known)

    def unit(self, of: Mapping[str, str]) -> str:
        """The unit of the result, given each variable's unit; checks that sums match.

        Raises BadInput for unknown names and for sums of unlike things.
        """
        return _unit(self, tuple(sorted((name, of[name]) for name in self.names if name in of)))


Bounds = tuple[float, float]


def _bounds(node: ast.expr) -> Bounds:
    """What a node lies between, whatever sizes of zero or more its names have."""
    if isinstance(node, ast.Constant):
        return float(node.value), float(node.value)  # type: ignore[arg-type]
    if isinstance(node, ast.Name):
        return 0.0, math.inf
    if isinstance(node, ast.UnaryOp):
        low, high = _bounds(node.operand)
        return -high, -low
    if isinstance(node, ast.BinOp):
        return _BOUNDS[type(node.op)](_bounds(node.left), _bounds(node.right))
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    lows, highs = zip(*map(_bounds, node.args), strict=True)
    one = _FUNCTIONS[node.func.id]
    return float(one(*lows)), float(one(*highs))


def _where_positive(a: Bounds, b: Bounds, least: float) -> Bounds:
    """Of a product or quotient: its least where neither side can be negative; anything elsewhere."""
    return (least, math.inf) if min(a[0], b[0]) >= 0 else (-math.inf, math.inf)


_BOUNDS: dict[type[ast.operator], Callable[[Bounds, Bounds], Bounds]] = {
    ast.Add: lambda a, b: (a[0] + b[0], a[1] + b[1]),
    ast.Sub: lambda a, b: (a[0] - b[1], a[1] - b[0]),
    ast.Mult: lambda a, b: _where_positive(a, b, a[0] * b[0]),
    ast.Div: lambda a, b: _where_positive(a, b, a[0] / b[1] if b[1] else 0.0),
}


@lru_cache(maxsize=4096)
def _unit(parsed: Expression, of: tuple[tuple[str, str], ...]) -> str:
    """`Expression.unit`, remembered: price plans repeat each other's quantities."""
    import pint

    ureg = units.registry()
    known = dict(of)
    env = {name: 1.5 * units.unit(known.get(name, name)) for name in parsed.names}
    functions: dict[str, Callable[..., Any]] = {
        "ceil": lambda a: _not_plain(parsed.text, a),
        "floor": lambda a: _not_plain(parsed.text, a),
        "max": _same_kind(parsed.text),
        "min": _same_kind(parsed.text),
    }
    try:
        result = _walk(parsed.tree, env, functions)
    except pint.DimensionalityError as e:
        raise BadInput(f"`{parsed.text}` adds unlike things: {e}") from e
    except (ZeroDivisionError, OverflowError) as e:
        raise BadInput(f"`{parsed.text}` has no finite value: {e}") from e
    quantity = result if isinstance(result, ureg.Quantity) else result * ureg.dimensionless
    return f"{quantity.to_base_units().units:~}".replace(" ", "") or "dimensionless"


def _not_plain(text: str, value: Any) -> Any:
    loose = {d for d in getattr(value, "dimensionality", ()) if not d.endswith("_count]")}
    if loose:
        raise BadInput(f"`{text}` rounds something with a unit ({value.units})", hint="divide it to a plain number first: ceil(row_size / (4 * kB))")
    return value


def _same_kind(text: str) -> Callable[[Any, Any], Any]:
    def check(a: Any, b: Any) -> Any:
        one = a if hasattr(a, "dimensionality") else b
        if not hasattr(one, "dimensionality"):
            return one
        for x in (a, b):
            kind = getattr(x, "dimensionality", None)
            if kind is None or kind != one.dimensionality:
                plain = kind is None and not {d for d in one.dimensionality if not d.endswith("_count]")}
                if not plain:
                    raise BadInput(f"`{text}` compares unlike things: {a} and {b}")
        return one

    return check


Functions = Mapping[str, Callable[..., Any]]
Call = Callable[[ast.Call], Any]


def _walk(node: ast.expr, env: Env, functions: Functions = _FUNCTIONS, call: Call | None = None) -> Any:
    """The value of a node; `call` may take over where functions are called."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return env[node.id]
    if isinstance(node, ast.BinOp):
        return _OPS[type(node.op)](_walk(node.left, env, functions, call), _walk(node.right, env, functions, call))
    if isinstance(node, ast.UnaryOp):
        return -_walk(node.operand, env, functions, call)
    assert isinstance(node, ast.Call)
    return _called(node, env, functions, None) if call is None else call(node)


def _called(node: ast.Call, env: Env, functions: Functions, call: Call | None) -> Any:
    assert isinstance(node.func, ast.Name)
    return functions[node.func.id](*(_walk(a, env, functions, call) for a in node.args))


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression. Raises BadInput for anything but arithmetic over names."""
    if len(text) > MAX_LENGTH:
        raise BadInput(f"an expression has at most {MAX_LENGTH} characters")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as e:
        raise BadInput(f"`{text}` is not an expression", hint="use names, numbers, + - * / ( ), ceil, floor, min, max") from e
    names: set[str] = set()
    _check(tree, text, names)
    return Expression(text, frozenset(names), tree)


def _check(node: ast.AST, text: str, names: set[str]) -> None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool) and node.value < 1e300:
        return
    if isinstance(node, ast.Name):
        names.add(node.id)
        return
    if isinstance(node, ast.BinOp) and type(node.op) in _OPS:
        _check(node.left, text, names)
        _check(node.right, text, names)
        return
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _check(node.operand, text, names)
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS:
        wanted = 1 if node.func.id in ("ceil", "floor") else 2
        if len(node.args) == wanted and not node.keywords:
            for arg in node.args:
                _check(arg, text, names)
            return
    raise BadInput(f"`{text}` has something in it that is not arithmetic", hint="use names, numbers, + - * / ( ), ceil, floor, min, max")
