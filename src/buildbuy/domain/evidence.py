"""A measured value: what, how much, how it was measured, when and where."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PrivateAttr

from buildbuy.errors import BadInput
from buildbuy.strict_yaml import Raw, Strict


def _date(text: str) -> str:
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])(-\d\d(T[\d:.+Z-]+)?)?", text):
        raise BadInput(f"`{text}` is not a date", hint="write it like 2026-10 or 2026-10-23")
    return text


class Probed(Strict):
    """What a probe was made with, as far as fit must know it to judge by the record.

    `system` is a system of the catalog, had the way `sourcing` says; `stay` as sourcing is what runs today.
    `metric` is the one of the component that was measured (latency_p99); `own`: with the user's own model,
    payload or data, not a stand-in. `rate` in requests a second and `features` a request were under way.
    `interval` is the 95% confidence interval of the value over `repeats` runs, in the record's unit.
    """

    component: str
    system: str = ""
    sourcing: Literal["managed", "self-host", "build", "stay"]
    metric: str
    own: bool
    profile: str = ""
    rate: float | None = Field(default=None, gt=0)
    features: int | None = Field(default=None, ge=1)
    repeats: int = Field(default=1, ge=1)
    interval: tuple[float, float] | None = None


class Evidence(Strict):
    """One measurement, as it is stored in `.buildbuy/evidence/*.json`.

    `what` names the driver it settles ("feature-store.online_reads"); `value` is any estimate
    notation, in `unit` where it names none itself; `scope` says whether it was seen in production
    or in a probe. A record with `probe` informs fit; one of scope probe without it informs nothing.
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
    probe: Probed | None = None
    _file: str = PrivateAttr("")
