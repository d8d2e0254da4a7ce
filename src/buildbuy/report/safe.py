"""Text from outside made harmless for the place it is shown in."""

from __future__ import annotations

import re
from typing import Any

_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?)|\x9b[0-?]*[ -/]*[@-~]")
_BREAK = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    r"\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)  # controls, direction marks, what has no width and what can't be encoded
_ESCAPED = re.compile(f"{_UNSEEN.pattern}|[\x85\u2028\u2029]")


def plain(text: object) -> str:
    """Without terminal sequences, control characters, direction overrides and what can't be
    encoded; line breaks become a space.
    """
    return _UNSEEN.sub("", _BREAK.sub(" ", _SEQUENCE.sub("", str(text))))


def everything(data: Any) -> Any:
    """Plain data with every text in it made plain, the keys too."""
    if isinstance(data, str):
        return plain(data)
    if isinstance(data, dict):
        return {plain(k): everything(v) for k, v in data.items()}
    return [everything(x) for x in data] if isinstance(data, list) else data


def markdown(text: object) -> str:
    """Plain, with everything that Markdown or HTML would act on escaped."""
    escaped = re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", plain(text))
    return escaped.replace("&", "&amp;").replace("\\<", "&lt;").replace("\\>", "&gt;")


def is_page(text: str) -> bool:
    """Whether a text is an address that may be offered as a link."""
    return re.fullmatch(r"https?://[^\s<>\"']+", text) is not None


def link(url: str) -> str:
    """A page's address as a Markdown link, or as text where it isn't one."""
    return f"<{url}>" if re.fullmatch(r"https?://[^\s<>]+", url) and plain(url) == url else markdown(url)


def json_text(text: str) -> str:
    """JSON in which the characters that a terminal could act on are written as escapes."""
    return _ESCAPED.sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be", "surrogatepass").hex(" ", 2).split()
    return "".join(f"\\u{unit}" for unit in units)
