"""Numbers as people write them in a story: "hundreds of thousands", "16 million", "2.5k", "tens"."""

from __future__ import annotations

import math
import re
from typing import Any

Range = tuple[float, float]
LARGEST = 1e15
SPREAD = (2.0, 9.0)  # "thousands" is 2,000 to 9,000
WORDS: tuple[tuple[str, Range], ...] = (
    *((f"{many}s? of {size}s?", (SPREAD[0] * n * p, SPREAD[1] * n * p)) for size, p in (("thousand", 1e3), ("million", 1e6), ("billion", 1e9)) for many, n in (("hundred", 1e2), ("ten", 1e1))),
    (r"couple of hundred", (150.0, 300.0)), (r"a few hundred", (200.0, 600.0)),
    ("trillions", (2e12, 9e12)), ("billions", (2e9, 9e9)), ("millions", (2e6, 9e6)), ("thousands", (2e3, 9e3)), ("hundreds", (2e2, 9e2)),
    ("dozens", (24.0, 90.0)), ("tens", (20.0, 90.0)), (r"a few|few|several|handful", (2.0, 6.0)), (r"a couple|couple", (2.0, 3.0)),
)  # fmt: skip
SCALE = {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
COUNTED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
DIGITS = re.compile(r"(?<![\w.])(\d[\d,_]*(?:\.\d+)?)\s*(?:(K|M|B|bn|k)(?![\w])|(thousand|million|billion|trillion)\b)?\+?(?:\s*(?:-|–|to)\s*(\d[\d,_]*(?:\.\d+)?)\s*(?:(K|M|B|bn|k)(?![\w])|(thousand|million|billion|trillion)\b)?)?")
TIMES = (
    (r"/\s*s(?:ec(?:ond)?s?)?\b|\b(?:per|a|each)\s+second\b|\b[qrtp]ps\b", 1.0), (r"/\s*min(?:ute)?s?\b|\b(?:per|a)\s+minute\b", 60.0),
    (r"/\s*h(?:r|our)?s?\b|\b(?:per|an?)\s+hour\b|\bhourly\b", 3600.0), (r"/\s*d(?:ay)?s?\b|\b(?:per|a|each)\s+day\b|\bdaily\b", 86400.0),
    (r"/\s*w(?:eek)?s?\b|\b(?:per|a)\s+week\b|\bweekly\b", 7 * 86400.0), (r"/\s*mo(?:nth)?s?\b|\b(?:per|a)\s+month\b|\bmonthly\b", 2_628_000.0),
    (r"/\s*y(?:ear)?s?\b|\b(?:per|a)\s+year\b|\byearly\b|\bannual(?:ly)?\b", 31_536_000.0),
)  # fmt: skip


def number(text: Any) -> Range | None:
    """The range a number in words or digits stands for; None if there is none above zero."""
    if isinstance(text, bool) or text is None:
        return None
    if isinstance(text, int | float):
        return _sound((float(text), float(text)))
    words = str(text).lower()
    for pattern, found in WORDS:
        if re.search(rf"\b(?:{pattern})\b", words):
            return found
    match = DIGITS.search(str(text))
    if match is None:
        return next(((float(i), float(i)) for i, w in enumerate(COUNTED, 1) if re.search(rf"\b{w}\b", words)), None)
    low = _value(match[1], match[2] or match[3])
    if match[4] is None:
        return _sound((low, low))
    high = _value(match[4], match[5] or match[6])
    if not (match[2] or match[3]) and (match[5] or match[6]):
        low *= SCALE[str(match[5] or match[6]).lower()]
    return _sound((low, high)) if low <= high else _sound((low, low))


def _value(digits: str, size: str | None) -> float:
    try:
        return float(digits.replace(",", "").replace("_", "")) * (SCALE[size.lower()] if size else 1.0)
    except ValueError:
        return 0.0


def _sound(found: Range) -> Range | None:
    low, high = found
    return found if math.isfinite(low) and math.isfinite(high) and low > 0 and high <= LARGEST else None


def measured(value: Any, unit: str) -> Range | None:
    """A number with the size its unit may begin with: (16, "million queries/month") is 16e6."""
    found = number(value)
    size = re.match(r"\s*(thousand|million|billion|trillion)s?\b", unit.lower())
    if found is None or size is None:
        return found
    return _sound((found[0] * SCALE[size[1]], found[1] * SCALE[size[1]]))


def seconds_each(text: str) -> float | None:
    """The seconds in the time a rate is for ("/day" is 86,400); None where the text is no rate."""
    return next((s for pattern, s in TIMES if re.search(pattern, text.lower())), None)
