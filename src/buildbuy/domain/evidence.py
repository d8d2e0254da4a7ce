"""A measured value: what, how much, how it was measured, when and where."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, PrivateAttr

from buildbuy.errors import BadInput
from buildbuy.strict_yaml import Raw, Strict


def _date(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d\d(T[\d:.+Z-]+)?)?", text):
        raise BadInput(f"`{text}` is not a date", hint="write it like 2026-10 or 2026-10-23")
    return text


class Evidence(Strict):
    """One measurement, as it is stored in `.buildbuy/evidence/*.json`.

    `what` names the driver it settles ("feature-store.online_reads"); `value` is any estimate
    notation, in `unit` where it names none itself; `scope` says whether it was seen in production
    or in a probe.
    """

    what: str
    value: Raw
    unit: str = ""
    method: str
    n: int = 1
    when: Annotated[str, AfterValidator(_date)]
    where: str
    scope: Literal["production", "probe"] = "production"
    tool_version: str = ""
    input_hash: str = ""
    _file: str = PrivateAttr("")
