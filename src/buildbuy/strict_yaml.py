"""YAML as untrusted input: plain data only, with the line each value stands on.

No tags, no anchors, no duplicate keys, bounded size and depth; only `true`, `false`, `null` and
plain numbers are read as anything but text (so `no` and `2026-10` stay what they say).
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from buildbuy.errors import BadInput

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"^[-+]?\d[\d_]*$")
_FLOAT = re.compile(r"^[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?$")

Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]


def read(path: Path, *, max_bytes: int = MAX_BYTES) -> tuple[Any, Lines]:
    """The data of a YAML file and the line of every key and item. Raises BadInput."""
    where = str(path)
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise BadInput("this is a folder, not a file", where=where)
        if size > max_bytes:
            raise BadInput(
                f"the file has {size:,} bytes, more than the {max_bytes:,} we read",
                where=where,
                hint="a profile is a page of YAML; is this the right file?",
            )
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as e:
        raise BadInput("no such file", where=where, hint="`buildbuy init` writes a profile") from e
    except UnicodeDecodeError as e:
        raise BadInput("this is not text in UTF-8", where=where, why="we read YAML text only") from e
    except OSError as e:
        raise BadInput(f"can't be read: {e.strerror}", where=where) from e
    return parse(text, where)


def parse(text: str, where: str) -> tuple[Any, Lines]:
    """Data and lines of YAML text; `where` names it in errors."""
    try:
        _check_events(text, where)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as e:
        raise _syntax_error(e, text, where) from e
    lines: Lines = {}
    if node is None:
        return None, lines
    return _value(node, (), lines, where), lines


def _check_events(text: str, where: str) -> None:
    depth = 0
    events: Any = yaml.parse(text, Loader=_Loader)
    for nodes, event in enumerate(events):
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise BadInput(
                "anchors and aliases (`&`, `*`) are not allowed",
                where=f"{where}:{line}",
                why="they can blow a small file up to gigabytes",
                hint="write the value out",
            )
        if getattr(event, "tag", None) and not getattr(event, "implicit", True):
            raise _tagged(event.tag, where, line)
        if isinstance(event, yaml.ScalarEvent) and event.tag:
            raise _tagged(event.tag, where, line)
        if isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise _too_deep(where, line)
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            depth -= 1
        if nodes > MAX_NODES:
            raise BadInput(f"more than {MAX_NODES:,} values", where=f"{where}:{line}", hint="is this the right file?")


def _too_deep(where: str, line: int) -> BadInput:
    return BadInput(f"nested deeper than {MAX_DEPTH} levels", where=f"{where}:{line}", hint="is this the right file?")


def _tagged(tag: str, where: str, line: int) -> BadInput:
    return BadInput(
        f"the YAML tag `{tag}` is not allowed",
        where=f"{where}:{line}",
        why="we read plain data; tags can run code",
        hint="remove the tag",
    )


def _syntax_error(e: yaml.YAMLError, text: str, where: str) -> BadInput:
    mark, position = getattr(e, "problem_mark", None), getattr(e, "position", None)
    line = mark.line + 1 if mark else text.encode()[:position].count(b"\n") + 1
    problem = getattr(e, "problem", None) or getattr(e, "reason", None) or "not YAML"
    if "nesting depth" in problem:
        return _too_deep(where, line)
    if "another document" in problem:
        return BadInput("a second YAML document begins here", where=f"{where}:{line}", hint="remove the `---`, or put it into a file of its own")
    return BadInput(f"this is not valid YAML: {problem}", where=f"{where}:{line}", hint="check indentation, colons and quotes there")


def _value(node: yaml.Node, path: Path_, lines: Lines, where: str) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, where)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, i), lines, where) for i, item in enumerate(node.value)]
    assert isinstance(node, yaml.MappingNode)
    out: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise BadInput("a key must be plain text", where=f"{where}:{line}")
        key = key_node.value
        if key in out:
            raise BadInput(
                f"the key `{key}` stands here twice",
                where=f"{where}:{line}",
                why=f"the first is on line {lines[(*path, key)]}; only one could count",
                hint="remove one of them",
            )
        lines[(*path, key)] = line
        out[key] = _value(value_node, (*path, key), lines, where)
    return out


def _scalar(node: yaml.ScalarNode, where: str) -> Any:
    text = node.value
    if node.style in ("'", "\"", "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if not _FLOAT.match(text):
        return text
    value = float(text.replace("_", ""))
    if not math.isfinite(value):
        raise BadInput(f"`{text[:20]}{'…' * (len(text) > 20)}` is too large a number", where=f"{where}:{node.start_mark.line + 1}")
    return int(text.replace("_", "")) if _INT.match(text) else value


def _quantity(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Mapping):
        what = "a quantity is missing" if value is None else f"`{_short(value)}` is not a quantity"
        raise BadInput(what, hint="a number, text such as `2 to 5 ms`, or {p10: 2, p50: 3, p90: 5}")
    return value


Raw = Annotated[float | int | str | dict[str, Any], BeforeValidator(_quantity)]


class Strict(BaseModel):
    """A frozen record that refuses keys it doesn't know, and says which it does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, data: Any) -> Any:
        if isinstance(data, Mapping):
            allowed = {f.alias or name for name, f in cls.model_fields.items()}
            unknown = [key for key in data if key not in allowed]
            if unknown:
                raise PydanticCustomError(
                    "unknown_key",
                    "unknown key `{key}`",
                    {"key": str(unknown[0]), "allowed": ", ".join(sorted(allowed))},
                )
        return data


Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], data: Any, lines: Lines, where: str, *, at: Path_ = ()) -> Model:
    """`data` as a `model`; a defect raises BadInput with the file and line it stands on."""
    if data is None:
        raise BadInput("the file is empty", where=where)
    try:
        return model.model_validate(data)
    except ValidationError as e:
        first = e.errors()[0]
        raise _defect(first, lines, where, at) from e


def _defect(error: Any, lines: Lines, where: str, at: Path_) -> BadInput:
    loc: Path_ = (*at, *error["loc"])
    context, given = error.get("ctx") or {}, error.get("input")
    message, why, hint = str(error["msg"]), "", ""
    stands = loc  # where it is shown to stand; `loc` names it
    cause = context.get("error")
    if isinstance(cause, BadInput):
        message, why, hint = cause.what, cause.why, cause.hint
        stands = loc = (*loc, *cause.below)
    elif error["type"] == "unknown_key":
        stands = (*loc, context["key"])
        hint = _allowed(context["key"], context["allowed"].split(", "))
    elif error["type"] == "missing":
        message, loc = f"the key `{loc[-1]}` is missing", loc[:-1]
        stands = loc
    elif error["type"] == "literal_error":
        allowed = re.findall(r"'([^']*)'", context["expected"])
        if loc[-1:] == ("[key]",):
            stands, loc = loc[:-1], loc[:-2]
            message, hint = f"unknown key `{_short(given)}`", _allowed(str(given), allowed)
        else:
            message, hint = f"`{_short(given)}` can't stand here", _allowed(str(given), allowed)
    else:
        message = _KINDS.get(error["type"], message).replace("Input should", "it should")
        shown = "nothing stands here" if given is None else f"`{_short(given)}` can't stand here"
        message = f"{shown}: {message}"
    key = ".".join(str(p) for p in loc)
    return BadInput(f"{key}: {message}" if key else message, where=located(where, lines, stands), why=why, hint=hint)


_KINDS = {
    "dict_type": "keys with values are expected",
    "model_type": "keys with values are expected",
    "model_attributes_type": "keys with values are expected",
    "tuple_type": "a list is expected",
    "string_type": "text is expected",
    "float_type": "a number is expected",
    "float_parsing": "a number is expected",
    "int_type": "a whole number is expected",
    "int_parsing": "a whole number is expected",
}


def _allowed(given: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(given, allowed, 1)
    return (f"did you mean `{close[0]}`? " if close else "") + f"allowed here: {', '.join(allowed)}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:60] + "…"


def located(where: str, lines: Lines, loc: Path_) -> str:
    """`file:line` of the closest enclosing key that has a line."""
    for end in range(len(loc), -1, -1):
        for candidate in _spellings(loc[:end]):
            if candidate in lines:
                return f"{where}:{lines[candidate]}"
    return where


def _spellings(loc: Path_) -> Iterator[Path_]:
    yield loc
    yield tuple(p for p in loc if not isinstance(p, str) or not p.startswith("function-"))
