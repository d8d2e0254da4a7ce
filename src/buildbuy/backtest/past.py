"""Past decisions as their files tell them, cut in two: what was known then, and the label.

`Known` is all that a replay sees. Who decided, what was chosen, what came of it, which sourcing
hindsight holds best and the scale class are in `Label` and go to the score alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buildbuy.domain.profile import component_id
from buildbuy.errors import BadInput
from buildbuy.quantities.months import after, month_of
from buildbuy.strict_yaml import read

SOURCINGS = ("build", "hybrid", "managed", "self-host")
MOST_CASES = 2000
LONGEST = 300  # characters of one statement that are read
DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")  # the typographic ones
UNSURE = 0.5  # confidence in a label whose file states none
MONTHS = ("jan(uary)?", "feb(ruary)?", "mar(ch)?", "apr(il)?", "may", "june?", "july?", "aug(ust)?", "sept?(ember)?", "oct(ober)?", "nov(ember)?", "dec(ember)?")
THEN = re.compile(r"(?:(?:at|around|by|before|in) )?(?:the )?(?:(?:time|year|moment) of (?:the )?)?(?:decision|choice)|(?:at )?(?:the|that) time$|then\b|back then")
SENTENCE = re.compile(r"(?<=[a-z0-9%)]{2})(?<!\bvs)(?<!incl)(?<!approx)(?<!e\.g)(?<!i\.e)[.!?]\s+(?=[A-Z])")
PARTS_OF_A_YEAR = ((r"\bq1\b", 2), (r"\b(early|beginning|start)\b", 3), (r"\bq2\b", 5), (r"\bq3\b", 8), (r"\bq4\b", 11), (r"\b(h1|first half)\b", 3), (r"\b(h2|second half)\b", 9), (r"\bspring\b", 4), (r"\bsummer\b", 7), (r"\b(autumn|fall)\b", 10), (r"\b(late|end)\b", 10))
SYNONYMS = {
    "self-hosted": "self-host", "selfhost": "self-host", "self host": "self-host", "open-source": "self-host", "open source": "self-host", "oss": "self-host",
    "buy": "managed", "bought": "managed", "vendor": "managed", "saas": "managed", "in-house": "build", "built": "build", "own": "build",
}  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """One figure of the time of the decision, as written."""

    what: str
    value: Any
    unit: str

    def __str__(self) -> str:
        return " ".join(str(x) for x in (self.what, self.value, self.unit) if x not in ("", None))


@dataclass(frozen=True)
class Known:
    """What was known when it was decided: all that a replay sees."""

    component: str
    as_of: str
    figures: tuple[Figure, ...] = ()
    size: str = ""
    needs: tuple[str, ...] = ()
    had: str = ""


@dataclass(frozen=True)
class Label:
    """What only the score sees. `decision` and `best` are a sourcing or "" (unclear)."""

    organisation: str = ""
    decision: str = ""
    best: str = ""
    confidence: float = UNSURE


@dataclass(frozen=True)
class Past:
    """A past decision. `unusable` says why it isn't scored; `known` is None where it can't even be replayed."""

    id: str
    known: Known | None
    label: Label
    unusable: str = ""
    unread: tuple[str, ...] = ()


def load(folder: Path, latest: str) -> tuple[Past, ...]:
    """The cases of a folder (*.yaml, *.yml; one or a list a file), by id. `latest` is the last month
    that can be replayed. Raises BadInput for a folder without any and for a file that isn't YAML.
    """
    if not folder.is_dir():
        raise BadInput("this is a file, not a folder" if folder.exists() else "no such folder", where=str(folder), hint="a back-test reads a folder of cases, one YAML file each")
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml") and not p.name.startswith("."))
    except OSError as e:
        raise BadInput(f"can't be read: {e.strerror}", where=str(folder)) from e
    if not paths:
        raise BadInput("no cases in this folder", where=str(folder), hint="they are files *.yaml; docs/concepts/back-test.md says what a case has")
    if len(paths) > MOST_CASES:
        raise BadInput(f"more than {MOST_CASES:,} files", where=str(folder), hint="is this the right folder?")
    found = [past(raw, name, latest) for path in paths for name, raw in _cases(path)]
    ids = [p.id for p in found]
    twice = next((i for i in ids if ids.count(i) > 1), None)
    if twice is not None:
        raise BadInput(f"two cases have the id `{twice}`", where=str(folder), hint="give each an id of its own")
    return tuple(sorted(found, key=lambda p: p.id))


def _cases(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    data, _ = read(path)
    for i, raw in enumerate(data if isinstance(data, list) else [data]):
        if not isinstance(raw, Mapping):
            raise BadInput("a case is a mapping with `component`, `year` and `hindsight_best`", where=str(path), hint="docs/concepts/back-test.md says what a case has")
        yield path.stem if i == 0 else f"{path.stem}-{i + 1}", raw


def past(raw: Mapping[str, Any], name: str, latest: str) -> Past:
    """One case, whatever its keys hold: what can't be used says why."""
    label = Label(_text(raw.get("organisation")), sourcing(raw.get("decision")), sourcing(raw.get("hindsight_best")), _confidence(raw.get("confidence")))
    identity = _text(raw.get("id")) or name
    why = _no_decision(raw)
    if why:
        return Past(identity, None, label, why)
    try:
        component = component_id(re.sub(r"[\s_]+", "-", _text(raw.get("component")).lower()))
    except BadInput as e:
        return Past(identity, None, label, e.what)
    as_of = month_known(raw.get("year"))
    if as_of is None or after(as_of, latest):
        given = _text(raw.get("year"))
        said = f"the year `{given}` lies after the catalog's month, {latest}" if as_of else f"`{given}` is no year of ours" if given else "no year"
        return Past(identity, None, label, said)
    figures, unread = _figures(raw.get("scale"), as_of)
    size, late = _size(raw.get("stage_or_size"), as_of)
    known = Known(component, as_of, figures, size, _texts(raw.get("requirements")), _text(raw.get("from")))
    unlabelled = "" if label.best else f"hindsight is {_text(raw.get('hindsight_best')) or 'not stated'}"
    return Past(identity, known, label, unlabelled, (*unread, *late))


def _no_decision(raw: Mapping[str, Any]) -> str:
    if raw.get("neighbour") is True:
        return "a neighbour: no component of an ML stack"
    if "event" in _text(raw.get("kind")):
        return "a vendor's event, no decision"
    return "" if raw.get("component") is not None else "no component"


def sourcing(raw: Any) -> str:
    """The sourcing a word stands for, "" if it is none of the four."""
    word = _text(raw).strip().lower()
    word = SYNONYMS.get(word, word)
    return word if word in SOURCINGS else ""


def month_known(raw: Any) -> str | None:
    """The month of "2021", 2021.0, "~2021", "2021-03", "March 2021", "Q2 2021" or "early 2021" (its
    March; "late" is October); a bare year means its June.
    """
    text = _text(raw).lower()
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(?:[-/](0?[1-9]|1[0-2])(?!\d))?(?!\d)", text)
    if found is None:
        return None
    named = next((i for i, pattern in enumerate(MONTHS, 1) if re.search(rf"\b{pattern}\b", text)), None)
    part = next((month for pattern, month in PARTS_OF_A_YEAR if re.search(pattern, text)), None)
    month = int(found[2]) if found[2] else named or part
    return month_of(f"{found[1]}-{month:02d}" if month else found[1])


def _confidence(raw: Any) -> float:
    """A number from 0 to 1 (or a percentage); UNSURE where it is neither."""
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*(%?)\s*", _text(raw))
    value = float(found[1]) / (100 if found[2] else 1) if found else UNSURE
    return value if 0 <= value <= 1 else UNSURE


def _figures(raw: Any, as_of: str) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """Figures of the time, and those that are of a later or an unstated one."""
    kept: list[Figure] = []
    unread: list[str] = []
    for one in raw if isinstance(raw, list) else [] if raw is None else [raw]:
        if not isinstance(one, Mapping):
            unread.append(f"{_text(one)}: of no stated time")
            continue
        figure = Figure(_text(one.get("what")), one.get("value"), _text(one.get("unit")))
        why = _not_then(one.get("as_of"), as_of)
        if why:
            unread.append(f"{figure}: {why}")
        else:
            kept.append(figure)
    return tuple(kept), tuple(unread)


def _not_then(raw: Any, as_of: str) -> str:
    """Why a figure is not of the time of the decision; "" if it is."""
    word = _text(raw).lower()
    if THEN.match(word):
        return ""
    when = month_known(word)
    if when is not None and not after(when[:4], as_of[:4] + "-12") and not word.startswith("later"):
        return ""
    return "of a later time" if word else "of no stated time"


def _size(raw: Any, as_of: str) -> tuple[str, tuple[str, ...]]:
    if isinstance(raw, Mapping):
        text = "; ".join(_text(v) if k == "note" else f"{k} {_text(v)}" for k, v in raw.items() if k != "as_of")
        why = _not_then(raw.get("as_of"), as_of) if raw.get("as_of") is not None else ""
        return ("", (f"{text}: {why}",)) if why else (text, ())
    return _text(raw), ()


def _texts(raw: Any) -> tuple[str, ...]:
    """Statements; each is one sentence, and a single text is taken apart at its lines and semicolons, too."""
    items = raw if isinstance(raw, list) else re.split(r"[;\n]", raw) if isinstance(raw, str) else [raw]
    sentences = [one for item in items for one in (SENTENCE.split(item) if isinstance(item, str) else [item])]
    return tuple(t for t in map(_text, sentences) if t)


def _text(raw: Any) -> str:
    if raw is None:
        return ""
    if isinstance(raw, list):
        return "; ".join(_text(x) for x in raw)[:LONGEST]
    if isinstance(raw, Mapping):
        return "; ".join(f"{k} {_text(v)}" for k, v in raw.items())[:LONGEST]
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return " ".join(str(raw).translate(DASHES).split())[:LONGEST]
