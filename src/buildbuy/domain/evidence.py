"""A measured value: what, how much, how it was measured, when and where."""

from __future__ import annotations

from typing import Any, Literal

from buildbuy.strict_yaml import Strict


class Evidence(Strict):
    """One measurement, as it is stored in `.buildbuy/evidence/*.json`.

    `what` names the driver it settles ("feature-store.online_reads"); `value` is any estimate
    notation; `scope` says whether it was seen in production or in a probe.
    """

    what: str
    value: float | str | dict[str, Any]
    unit: str = ""
    method: str
    n: int = 1
    when: str
    where: str
    scope: Literal["production", "probe"] = "production"
    tool_version: str = ""
    input_hash: str = ""
