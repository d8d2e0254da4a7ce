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
        return _Reader(text, where).document()
    except yaml.YAMLError as e:
        raise _syntax_error(e, text, where) from e


def dump(data: Any) -> str:
    """Plain data as YAML that a person would write and `parse` reads back as it was."""
    return str(yaml.dump(data, Dumper=_Writer, sort_keys=False, allow_unicode=True, default_flow_style=False))


class _Writer(yaml.SafeDumper):
    """Writes what `parse` reads: no anchors, and a text that is a number here (`1e5`) in quotes."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Writer.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789"))


class _Reader:
    """Builds data and lines in one pass over the events of a text; each is checked as it comes, so
    nothing is built that isn't plain and bounded.
    """

    def __init__(self, text: str, where: str) -> None:
        self.loader = _Loader(text)
        self.where = where
        self.lines: Lines = {}
        self.events = self.depth = 0

    def document(self) -> tuple[Any, Lines]:
        """The one document of the text; None where there is none."""
        try:
            self._next()  # the stream begins
            if type(self._next()) is yaml.StreamEndEvent:
                return None, {}
            data = self._value(self._next(), ())
            self._next()  # the document ends
            after = self._next()
            if type(after) is not yaml.StreamEndEvent:
                raise _second_document(self._at(after))
            return data, self.lines
        finally:
            self.loader.dispose()

    def _next(self) -> Any:
        event = self.loader.get_event()
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor:
                raise _anchored(self._at(event))
            if event.tag:
                raise _tagged(event.tag, self._at(event))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.anchor:
                raise _anchored(self._at(event))
            if event.tag and not event.implicit:
                raise _tagged(event.tag, self._at(event))
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise _too_deep(self._at(event))
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            self.depth -= 1
        elif kind is yaml.AliasEvent:
            raise _anchored(self._at(event))
        self.events += 1
        if self.events > MAX_NODES + 1:
            raise BadInput(f"more than {MAX_NODES:,} values", where=self._at(event), hint="is this the right file?")
        return event

    def _at(self, event: Any) -> str:
        return f"{self.where}:{self._line(event)}"

    @staticmethod
    def _line(event: Any) -> int:
        return int(event.start_mark.line) + 1

    def _value(self, event: Any, path: Path_) -> Any:
        lines = self.lines
        lines.setdefault(path, self._line(event))
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return _scalar(event, self.where)
        if kind is yaml.SequenceStartEvent:
            items: list[Any] = []
            while type(event := self._next()) is not yaml.SequenceEndEvent:
                items.append(self._value(event, (*path, len(items))))
            return items
        out: dict[str, Any] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            if type(event) is not yaml.ScalarEvent:
                raise BadInput("a key must be plain text", where=self._at(event))
            key, line = event.value, self._line(event)
            if key in out:
                raise BadInput(
                    f"the key `{key}` stands here twice",
                    where=self._at(event),
                    why=f"the first is on line {lines[(*path, key)]}; only one could count",
                    hint="remove one of them",
                )
            below = (*path, key)
            lines[below] = line
            out[key] = self._value(self._next(), below)
        return out


def _anchored(where: str) -> BadInput:
    return BadInput(
        "anchors and aliases (`&`, `*`) are not allowed",
        where=where,
        why="they can blow a small file up to gigabytes",
        hint="write the value out",
    )


def _too_deep(where: str) -> BadInput:
    return BadInput(f"nested deeper than {MAX_DEPTH} levels", where=where, hint="is this the right file?")


def _tagged(tag: str, where: str) -> BadInput:
    return BadInput(
        f"the YAML tag `{tag}` is not allowed",
        where=where,
        why="we read plain data; tags can run code",
        hint="remove the tag",
    )


def _second_document(where: str) -> BadInput:
    return BadInput("a second YAML document begins here", where=where, hint="remove the `---`, or put it into a file of its own")


def _syntax_error(e: yaml.YAMLError, text: str, where: str) -> BadInput:
    mark, position = getattr(e, "problem_mark", None), getattr(e, "position", None)
    line = mark.line + 1 if mark else text.encode()[:position].count(b"\n") + 1
    problem = getattr(e, "problem", None) or getattr(e, "reason", None) or "not YAML"
    if "nesting depth" in problem:
        return _too_deep(f"{where}:{line}")
    return BadInput(f"this is not valid YAML: {problem}", where=f"{where}:{line}", hint="check indentation, colons and quotes there")


def _scalar(event: Any, where: str) -> Any:
    text = event.value
    if event.style in ("'", "\"", "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    if not _FLOAT.match(text):
        return text
    value = float(text.replace("_", ""))
    if not math.isfinite(value):
        raise BadInput(f"`{text[:20]}{'…' * (len(text) > 20)}` is too large a number", where=f"{where}:{event.start_mark.line + 1}")
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
