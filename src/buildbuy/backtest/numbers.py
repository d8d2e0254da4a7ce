"""Numbers as people write them in a story: "hundreds of thousands", "16 million", "2.5k", "tens"."""

from __future__ import annotations

import math
import re
from typing import Any

Range = tuple[float, float]
LARGEST = 1e15
SPREAD = (2.0, 9.0)  # "thousands" is 2,000 to 9,000
SIZES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "lakh": 1e5, "million": 1e6, "crore": 1e7, "billion": 1e9, "trillion": 1e12}
WORDS: tuple[tuple[str, Range], ...] = (
    *((f"(?:{many}s?|{digits}s) of {size}s?", (SPREAD[0] * n * p, SPREAD[1] * n * p)) for size, p in (("thousand", 1e3), ("million", 1e6), ("billion", 1e9)) for many, digits, n in (("hundred", "100", 1e2), ("ten", "10", 1e1))),
    *((rf"(?:(?:a )?few|several|(?:a )?handful of) {size}", (2 * p, 6 * p)) for size, p in SIZES.items()), (r"(?:a )?couple (?:of )?hundred", (150.0, 300.0)),
    ("trillions", (2e12, 9e12)), ("billions", (2e9, 9e9)), ("millions", (2e6, 9e6)), ("thousands|1,?000s of", (2e3, 9e3)), ("hundreds|100s of", (2e2, 9e2)),
    ("dozens", (24.0, 90.0)), ("tens|10s of", (20.0, 90.0)), (r"(?:a )?few|several|(?:a )?handful", (2.0, 6.0)), (r"(?:a )?couple", (2.0, 3.0)),
)  # fmt: skip
SCALE = {"k": 1e3, "m": 1e6, "mn": 1e6, "b": 1e9, "bn": 1e9, **SIZES}
COUNTED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
SPELT = re.compile(rf"\b(?:(?P<half>half an?)|(?P<a>an?)|(?P<one>{'|'.join(COUNTED)})|(?P<ten>{'|'.join(TENS)})(?:[- ](?P<unit>{'|'.join(COUNTED[:9])}))?)(?P<sizes>(?: (?:{'|'.join(SIZES)})s?\b)*)(?![\w-])")
_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[,_]\d{2,3}(?!\d))*(?:\.\d+|,\d(?!\d|,\d))?(?:[eE]\+?\d{1,2}(?!\w))?"
_SIZE = rf"(?:\s*(?:(K|M|B|bn|k|mn)(?!\w)|({'|'.join(SIZES)})s?\b)|(m|b)(?!\w))?"
DIGITS = re.compile(rf"(?<![\w.])({_DIGITS})(?!\d*(?:st|nd|rd|th)\b){_SIZE}\+?(?:\s*(?:[-\u2010-\u2015\u2212]|to)\s*({_DIGITS}){_SIZE})?")
BETWEEN = re.compile(r"\bbetween (.{1,30}?) and (?=\S)", re.IGNORECASE)
BELOW = re.compile(r"(?:\b(?:fewer|less) than|\bunder|\bbelow|\bat most|\bno more than|<=?|\u2264)\s*[~$\u20ac\u00a3]?\s*$", re.IGNORECASE)  # "fewer than 10" is 5 to 10
UNTIL = 0.5
DESCRIBED = r"(?:(?!(?:and|or|for|in|with|per|to|by|the|an?|on|of|at|from|x)\b)[\w/-]+(?<!s)\s+){0,2}?"  # adjectives, no other things: those end in "s"
_PER = r"(?:per|each|every|an?)[ -]"
TIMES = (
    (r"/\s*s(?:ec(?:ond)?s?)?\b|\b(?:per|each|every)[ -](?:second|sec)\b|(?<!within )(?<!below )(?<!under )(?<!than )(?<!half )(?<!in )\ba second(?=\W*$|[,;.)]| (?:at|on|in|for|and|with|during)\b)|\b[qrtp]ps\b", 1.0),
    (rf"/\s*min(?:ute)?s?\b|\b{_PER}(?:minute|min)\b|\b[qrt]pm\b", 60.0), (rf"/\s*h(?:r|our)?s?\b|\b{_PER}(?:hour|hr)\b|\bhourly\b", 3600.0),
    (rf"/\s*d(?:ay)?s?\b|\b{_PER}(?:day|night)\b|\bdaily\b|\bnightly\b", 86400.0), (rf"/\s*w(?:eek|k)?s?\b|\b{_PER}week\b|\bweekly\b", 7 * 86400.0),
    (rf"/\s*mo(?:nth)?s?\b|\b{_PER}month\b|\bmonthly\b", 2_628_000.0), (rf"/\s*q(?:uarter)?\b|\b{_PER}quarter\b|\bquarterly\b", 7_884_000.0),
    (rf"/\s*y(?:ea)?r?s?\b|\b{_PER}(?:year|annum)\b|\byearly\b|\bannual(?:ly)?\b", 31_536_000.0),
)  # fmt: skip
EVERY = re.compile(r"(?:\b(?:every|each|per)|/)\s*(\d+(?:\.\d+)?)\s*(s|min|h|d|week|month)\w*", re.IGNORECASE)
LASTS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "week": 7 * 86400.0, "month": 2_628_000.0}


def number(text: Any) -> Range | None:
    """The range the first number in words or digits stands for, "one" to "ninety-nine" last of all;
    None if there is none above zero.
    """
    if isinstance(text, bool) or text is None:
        return None
    if isinstance(text, int | float):
        return _sound((float(text), float(text)))
    said = BETWEEN.sub(r"\1 to ", str(text))
    return next((_sound(value) for _, _, value in _numbers(said)), None)


def counted(text: str, things: str) -> Range | None:
    """What the first number that stands before one of the things (a pattern) says, at most two words in
    between: "300 nightly pipelines", "hundreds of models". None without one.
    """
    said = BETWEEN.sub(r"\1 to ", text)
    return next((_sound(value) for _, end, value in _numbers(said) if re.match(rf"\+?(?: of)?\s+{DESCRIBED}(?:{things})", said[end:], re.IGNORECASE)), None)


def rate(text: str) -> tuple[Range, float] | None:
    """The number that stands before the time it is for, and the seconds of that time; None where the
    text has no rate.
    """
    said = BETWEEN.sub(r"\1 to ", text)
    time = next((m for pattern, _ in TIMES if (m := re.search(pattern, said.lower()))), None)
    seconds = seconds_each(said)
    if time is None or seconds is None:
        return None
    before = [(start, value) for start, _, value in _numbers(said[: time.start()])]
    found = _sound(max(before)[1]) if before else number(said)
    return None if found is None else (found, seconds)


def _numbers(said: str) -> list[tuple[int, int, Range]]:
    """Where each number begins and ends and what it stands for, the bare "one" and its like last."""
    words = said.lower()
    found = [(m.start(), -m.end(), value) for pattern, value in WORDS for m in re.finditer(rf"\b(?:{pattern})(?![\w-])", words)]
    found += [(m.start(), -m.end(), _digits(m)) for m in DIGITS.finditer(said)]
    spelt = [(m.start(), -m.end(), value, not m["sizes"]) for m in SPELT.finditer(words) if (value := _spelt(m))]
    found += [(start, end, value) for start, end, value, bare in spelt if not bare]
    ordered: list[tuple[int, int, Range]] = []
    for start, end, value in [*sorted(found), *sorted((start, end, value) for start, end, value, bare in spelt if bare)]:
        if not any(start < -e and -end > s for s, e, _ in ordered):
            ordered.append((start, end, value))
    return [(start, -end, (value[0] * UNTIL, value[1]) if BELOW.search(said[:start]) else value) for start, end, value in ordered]


def _digits(match: re.Match[str]) -> Range:
    low = _value(match[1], match[2] or match[3] or match[4])
    if match[5] is None:
        return low, low
    size = match[6] or match[7] or match[8]
    high = _value(match[5], size)
    if not (match[2] or match[3] or match[4]) and size:
        low *= SCALE[size.lower()]
    return (low, high) if low <= high else (low, low)


def _spelt(match: re.Match[str]) -> Range | None:
    """ "two hundred thousand", "half a million", "twenty-five"; no number is "a" or "half a" alone."""
    sizes = [SIZES[word.removesuffix("s")] for word in match["sizes"].split()]
    if (match["half"] or match["a"]) and not sizes:
        return None
    base = 0.5 if match["half"] else 1.0 if match["a"] else COUNTED.index(match["one"]) + 1.0 if match["one"] else 0.0
    if match["ten"]:
        base = 10.0 * (TENS.index(match["ten"]) + 2) + (COUNTED.index(match["unit"]) + 1 if match["unit"] else 0)
    return (base * math.prod(sizes), base * math.prod(sizes))


def _value(digits: str, size: str | None) -> float:
    plain = re.sub(r"^(\d+),(\d)$", r"\1.\2", digits)  # "1,5" is one and a half
    try:
        return float(re.sub(r"[,_\s]", "", plain)) * (SCALE[size.lower()] if size else 1.0)
    except ValueError:
        return 0.0


def _sound(found: Range) -> Range | None:
    low, high = found
    return found if math.isfinite(low) and math.isfinite(high) and low > 0 and high <= LARGEST else None


def measured(value: Any, unit: str) -> Range | None:
    """A number with the size its unit may begin with: (16, "million queries/month") is 16e6."""
    found = number(value)
    size = re.match(rf"\s*({'|'.join(SIZES)})s?\b", unit.lower())
    if found is None or size is None:
        return found
    return _sound((found[0] * SIZES[size[1]], found[1] * SIZES[size[1]]))


def seconds_each(text: str) -> float | None:
    """The seconds in the time a rate is for ("/day" is 86,400); None where the text is no rate."""
    several = EVERY.search(text)
    if several:
        return max(float(several[1]), 1e-3) * LASTS[several[2].lower()]
    return next((s for pattern, s in TIMES if re.search(pattern, text.lower())), None)
