"""Text from outside made harmless for the place it is shown in."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]|\x1b\[[0-9;]*[A-Za-z]")


def plain(text: object) -> str:
    """Without control characters and direction overrides; line breaks become spaces."""
    return _CONTROL.sub("", str(text).replace("\n", " ").replace("\t", " "))


def markdown(text: object) -> str:
    """Plain, with everything that Markdown or HTML would act on escaped."""
    escaped = re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", plain(text))
    return escaped.replace("&", "&amp;").replace("\\<", "&lt;").replace("\\>", "&gt;")
