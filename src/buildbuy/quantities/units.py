"""Units: the one place that knows pint.

Money is a dimension of its own and carries its year elsewhere (`money.py`). Things that are
counted (seats, reads, models) are dimensions too, so that a price per read can't be multiplied
by a number of writes. A month is 730 hours, as cloud price lists have it.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from buildbuy.errors import BadInput

if TYPE_CHECKING:
    import pint

COUNTED = (
    "req", "prediction", "seat", "person", "model", "feature", "feature_view", "entity", "row",
    "run", "experiment", "call_site", "pipeline", "read_unit", "write_unit", "instance", "node",
    "vcpu", "gpu", "credit", "DBU", "RCU", "WCU", "span", "alert", "incident", "release",
    "server", "cluster", "workspace", "monitor", "job", "task", "step", "event_unit", "asset", "label",
    "action", "kW",
)
ALIASES = {
    "requests": "req", "request": "req", "reqs": "req", "rps": "req/second", "qps": "req/second",
    "reads": "req", "lookups": "req", "predictions": "prediction", "seats": "seat",
    "users": "seat", "user": "seat", "people": "person", "persons": "person",
    "engineers": "person", "models": "model", "features": "feature", "views": "feature_view",
    "feature_views": "feature_view", "rows": "row", "runs": "run", "entities": "entity",
    "call_sites": "call_site", "person_months": "person_month", "person_weeks": "person_week",
    "person_days": "person_day", "person_hours": "person_hour", "fte": "FTE", "h": "hour",
    "workflow": "pipeline", "workflows": "pipeline", "dag": "pipeline", "dags": "pipeline",
    "pipelines": "pipeline", "tasks": "task", "jobs": "job", "gpus": "gpu", "labels": "label",
    "assets": "asset", "mo": "month", "hrs": "hour", "pm": "person_month",
}  # fmt: skip
HOURS_PER_PERSON_MONTH = 152.0  # the unit of the effort priors: 1,824 hours a year
MONTH_HOURS = 730.0
_WILD = re.compile(r"(\*\*|\^)(?!\d(?![\w.]))|((\*\*|\^).*){4}|[^\w%/*().^]")  # no unit, or powers without end


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The registry every quantity is checked against."""
    import pint

    ureg: pint.UnitRegistry[Any] = pint.UnitRegistry(None)
    ureg.load_definitions(_definitions())
    return ureg


def _definitions() -> list[str]:
    lines = [
        "kilo- = 1e3 = k-", "mega- = 1e6 = M-", "giga- = 1e9 = G-", "tera- = 1e12 = T-",
        "peta- = 1e15 = P-", "milli- = 1e-3 = m-", "micro- = 1e-6 = u-", "nano- = 1e-9 = n-",
        "kibi- = 1024 = Ki-", "mebi- = 1048576 = Mi-", "gibi- = 1073741824 = Gi-",
        "tebi- = 1099511627776 = Ti-",
        "second = [time] = s = sec", "minute = 60 * second = min", "hour = 60 * minute = hr",
        "day = 24 * hour", "week = 7 * day", "month = 730 * hour", "year = 12 * month = yr",
        "byte = [information] = B", "percent = 0.01 = %",
        "USD = [currency] = dollar", "person_hour = [labour]",
        "person_day = 8 * person_hour", "person_week = 40 * person_hour",
        "person_month = 152 * person_hour", "person_year = 1824 * person_hour",
        "FTE = person_month / month",
    ]  # fmt: skip
    lines += [f"{name} = [{name}_count]" for name in COUNTED]
    lines += [f"@alias {unit} = {alias}" for alias, unit in ALIASES.items() if "/" not in unit]
    return lines


def _spelled(text: str) -> str:
    words = text.replace("$", "USD").replace("€", "EUR").replace(" per ", "/").strip()
    if words.startswith("per "):
        words = "1/" + words[4:]
    for alias in ("rps", "qps"):
        if words == alias:
            return "req/second"
    return words.replace("-", "*").replace(" ", "*") if words else "dimensionless"


@lru_cache(maxsize=4096)
def unit(text: str) -> Any:
    """The pint unit that `text` spells ("USD/(seat*month)", "req/s", "GB-month").

    Raises BadInput when the unit is not known.
    """
    spelled = re.sub(r"^1?/", "dimensionless/", _spelled(text))
    try:
        if len(spelled) > 200 or "//" in spelled or _WILD.search(spelled):
            raise ValueError(spelled)
        return registry().parse_units(spelled)
    except Exception as e:  # pint lets errors of several libraries through
        raise BadInput(f"`{text[:80]}` is not a unit we know", hint="units look like `req/s`, `ms`, `GB`, `USD/month`, `person_months`") from e


@lru_cache(maxsize=4096)
def factor(given: str, expected: str) -> float:
    """What a value in unit `given` is multiplied with to be in unit `expected`.

    A count may be left out ("120/s" for "120 req/s"); everything else must match in dimension.
    Raises BadInput otherwise.
    """
    have, want = unit(given), unit(expected)
    if "[labour]" in want.dimensionality and "[labour]" not in have.dimensionality:
        have = unit(re.sub(r"\b(hours?|hrs?|h)\b", "person_hour", given, count=1))
    ratio = (1 * have / want).to_base_units()
    left = {d: p for d, p in ratio.dimensionality.items() if not d.endswith("_count]")}
    counts = {d: p for d, p in have.dimensionality.items() if d.endswith("_count]")}
    wanted = {d: p for d, p in want.dimensionality.items() if d.endswith("_count]")}
    if left or (counts and counts != wanted):
        raise BadInput(
            f"`{given}` is not a unit of the kind `{expected}`",
            why=f"expected something like `{expected}` ({want.dimensionality}), got {have.dimensionality}",
        )
    return float(ratio.magnitude)


def is_count(text: str) -> bool:
    """Whether a unit only counts things."""
    return all(d.endswith("_count]") for d in unit(text).dimensionality) and unit(text).dimensionality != {}


@lru_cache(maxsize=1024)
def base_factor(text: str) -> float:
    """The size of a unit in base units (second, byte, USD, person_hour and counts)."""
    return float((1 * unit(text)).to_base_units().magnitude)


def canonical_unit(text: str) -> str:
    """The unit efforts are held in: hours of labour (or months of calendar) per what is counted."""
    dims = unit(text).dimensionality
    if "[labour]" in dims:
        rest = unit(text) / unit("person_hour")
        counted = [d for d in dims if d.endswith("_count]") or d == "[information]"]
        if rest.dimensionality.get("[time]", 0) == -1:
            return f"person_hour/({counted[0][1:-7]}*month)" if counted else "person_hour/month"
        if not counted:
            return "person_hour"
        return "person_hour/" + ("TB" if counted[0] == "[information]" else counted[0][1:-7])
    counted = [d for d in dims if d.endswith("_count]")]
    return f"hour/{counted[0][1:-7]}" if counted else "month"
