"""The profile: an organisation and its needs, as the user wrote them.

Quantities stay raw here; `resolve` turns them into drivers, where their units are known.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from buildbuy.errors import BadInput
from buildbuy.quantities.months import month
from buildbuy.strict_yaml import Raw, Strict

ComponentId = Literal[
    "experiment-tracking", "feature-store", "model-serving", "data-pipeline", "monitoring",
    "training-compute", "model-registry", "vector-store", "llm-gateway",
]  # fmt: skip
COMPONENTS: tuple[ComponentId, ...] = get_args(ComponentId)
RESERVED = ("vector-store", "llm-gateway")  # a catalog of one's own may cover them; the one that ships with buildbuy doesn't
ALIASES = {"orchestration": "data-pipeline", "ml-monitoring": "monitoring"}
Stage = Literal["seed", "series-a", "series-b", "growth", "enterprise"]
Region = Literal["us", "eu", "uk", "ca", "apac"]


Cloud = Literal["aws", "gcp", "azure"]
CLOUDS: tuple[Cloud, ...] = get_args(Cloud)
Growing = Literal["traffic", "people", "models", "data"]  # what each has a yearly growth of its own


def component_id(name: str, below: tuple[str | int, ...] = ()) -> str:
    """The id behind a component's name or other name. Raises BadInput for one nobody knows."""
    found = ALIASES.get(name, name)
    if found not in COMPONENTS:
        raise BadInput(f"`{name}` is not a component we know", hint=f"one of: {', '.join(c for c in COMPONENTS if c not in RESERVED)}", below=below)
    return found


def _month(text: Any) -> Any:
    return text if text is None else month(str(text))


Month = Annotated[str, BeforeValidator(_month)]


class Organisation(Strict):
    """Who decides. `stage` only sets priors for what isn't given (growth, people, runway). `runway` is
    how long the money lasts.
    """

    stage: Stage | None = None
    ml_people: Raw | None = None
    platform_people: Raw | None = None
    region: Region | None = None
    hourly_cost: Raw | None = None
    runway: Raw | None = None
    growth: dict[Growing, Raw] = Field(default_factory=dict)


class Current(Strict):
    """What runs today: a system, something home-grown, or nothing.

    `complaint` is why it is in question, in one's own words; `scattered` code is written anew by
    each team, so that there is no one thing to extend.
    """

    kind: Literal["system", "home-grown", "nothing"]
    system: str | None = None
    sourcing: Literal["managed", "self-host"] | None = None
    plan: str | None = None
    since: Month | None = None
    contract_end: Month | None = None
    size: Raw | None = None
    paths: tuple[str, ...] = ()
    found: tuple[str, ...] = ()  # file:line, where a scan saw it
    parts: tuple[str, ...] | None = None
    upkeep: Raw | None = None
    bill: Raw | None = None
    complaint: str | None = None
    scattered: bool = False


def _current(raw: Any) -> Any:
    if raw is None or isinstance(raw, Current):
        return raw
    if isinstance(raw, str):
        if raw in ("nothing", "none"):
            return {"kind": "nothing"}
        if raw == "home-grown":
            return {"kind": "home-grown"}
        return {"kind": "system", "system": raw}
    if not isinstance(raw, dict):
        raise BadInput("`current` says what runs today", hint="write a system's id, `home-grown`, `nothing`, or {system: mlflow, since: 2025-03}")
    out = dict(raw)
    if "home-grown" in out:
        since = out.pop("home-grown")
        out["kind"] = "home-grown"
        if isinstance(since, str):
            out.setdefault("since", since.removeprefix("since ").strip())
    elif "system" in out:
        out["kind"] = "system"
    elif "nothing" in out:
        out.pop("nothing")
        out["kind"] = "nothing"
    else:
        raise BadInput("`current` names neither a system nor `home-grown`", hint="write {system: mlflow} or {home-grown: since 2025-03}")
    return out


class Differentiation(Strict):
    """A claim of value a month that only control can bring, and what backs it."""

    claim: str
    value_monthly: Raw
    measured: str | None = None


class Estimates(Strict):
    """The team's own estimates of labour; the outside view corrects each.

    `build` to production grade, `adopt` by system, `migrate` of leaving what runs today.
    """

    build: Raw | None = None
    adopt: dict[str, Raw] = Field(default_factory=dict)
    migrate: Raw | None = None


class ComponentNeeds(Strict):
    """What one component must do, what runs today, and what is known about it.

    `drivers` states any number that has no key of its own, by its id: {operate.feast/self-host: 8 to 15 h/month}.
    """

    current: Annotated[Current | None, BeforeValidator(_current)] = None
    workload: dict[str, Raw] = Field(default_factory=dict)
    parts: tuple[str, ...] | None = None
    requirements: tuple[dict[str, Any], ...] = ()
    value_monthly: Raw | None = None
    gap_hours: dict[str, Raw] = Field(default_factory=dict)
    drivers: dict[str, Raw] = Field(default_factory=dict)
    quotes: dict[str, Raw] = Field(default_factory=dict)
    estimates: Estimates = Estimates()
    differentiation: Differentiation | None = None
    wanted_from: Month | None = None


class Method(Strict):
    """Choices of the method a profile may change."""

    discount_rate: float = Field(default=0.12, ge=0, le=1)
    opportunity_multiplier: float = Field(default=1.0, gt=0, le=20)
    materiality_weeks: float = Field(default=1.0, ge=0, le=52)
    risk_aversion: float = Field(default=0.0, ge=0, le=1)
    budget: Raw | None = None


class Profile(Strict):
    """An organisation, what it already has, and the components it decides about."""

    name: str | None = None
    currency: Literal["USD", "EUR", "GBP", "CHF"] = "USD"
    organisation: Organisation = Organisation()
    have: tuple[str, ...] = ()
    credits: dict[Cloud, Raw] = Field(default_factory=dict)
    method: Method = Method()
    components: dict[str, ComponentNeeds] = Field(default_factory=dict)

    @property
    def there(self) -> frozenset[str]:
        """What exists already: the words under `have`, and the systems that run today."""
        return frozenset(self.have) | {x.current.system for x in self.components.values() if x.current is not None and x.current.system is not None}

    @model_validator(mode="before")
    @classmethod
    def _canonical(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise BadInput(
                "a profile is a mapping with `organisation` and `components`",
                hint="`buildbuy init` writes one",
            )
        out = dict(data)
        raw = out.get("components") or {}
        if isinstance(raw, dict):
            named: dict[str, Any] = {}
            called: dict[str, str] = {}
            for key, value in raw.items():
                name = component_id(key, below=("components", key))
                first = called.setdefault(name, key)
                if name in named:
                    said = f"`{key}` is another name for `{first}`, which stands there already" if key != name else f"`{first}`, which stands there already, is another name for `{key}`"
                    raise BadInput(said, hint="keep one of them", below=("components", key))
                named[name] = {} if value is None else value
            out["components"] = named
        if out.get("have") is None:
            out.pop("have", None)
        return out
