"""A small problem made up for tests: every figure is set here, none comes from the catalog."""

from __future__ import annotations

import ast
import dataclasses
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from buildbuy.domain.problem import (
    BUILD,
    NOTHING,
    STAY,
    Bill,
    Curve,
    Driver,
    Option,
    Part,
    PlanStep,
    Problem,
    Settings,
    Surface,
    Variable,
)
from buildbuy.quantities import expression
from buildbuy.quantities.estimate import Estimate, exact, interval

COMPONENT = "toy"
PARTS = ("core", "search", "sharing")
KINDS = ("startup", "company", "foundation", "own")


def nothing() -> Option:
    """The incumbent of a greenfield."""
    return Option(NOTHING, "nothing", None, "defer", "none", incumbent=True)


def driver(name: str, estimate: Estimate, *, spread: float | None = None, **more: Any) -> Driver:
    """A driver; with `spread` (an ln-sd) an effort that is the same at every scale."""
    shape = None
    if spread is not None:
        shape = Curve((math.log(estimate.points[0]),) * 4, (spread,) * 4)
    more = {"grade": "stated", "source": "made up", "as_of": "2026-01", "curve": shape} | more
    return Driver(name, name, estimate, **more)


def drivers(options: Iterable[Option] = (), *, hazard: float = 1e-9) -> dict[str, Driver]:
    """What every option needs to be priced; endings are out of reach unless `hazard` says so."""
    made = [
        driver("labour", interval(80, 150, "USD/person_hour")),
        driver("ml_people", interval(6, 14, "person")),
        driver("platform_people", interval(1, 4, "person")),
        driver("fade", interval(12, 48, "month")),
        driver("ageing", interval(0.02, 0.2, "1/year")),
        driver("assistants", interval(0.6, 1.1, "dimensionless")),
        driver("drift_saas", interval(0.01, 0.1, "1/year")),
        driver("drift_cloud", interval(-0.1, 0.02, "1/year")),
        driver("outside_view_organisation", exact(0.0)),
        driver("outside_view_project", exact(0.0)),
        driver("notice_vendor", interval(3, 12, "month")),
        driver("notice_open", interval(6, 24, "month")),
        driver("migrate.fixed", exact(60, "person_hour"), spread=0.5),
        driver("migrate.learning", exact(30, "person_hour"), spread=0.5),
        driver("migrate.site", exact(0.5, "person_hour/call_site"), spread=0.6),
        driver("migrate.dual_running", exact(1.5, "month"), spread=0.4),
        driver("still_paid", interval(0.3, 0.9, "dimensionless")),
        driver("vendor.upkeep", exact(3, "person_hour/month"), spread=0.5),
        driver("vendor.onboarding_effort", exact(30, "person_hour"), spread=0.5),
        driver("vendor.onboarding_calendar", exact(1, "month"), spread=0.4),
        driver("build.first_usable_calendar", exact(5, "month"), spread=0.3),
        driver("build.production_calendar", exact(10, "month"), spread=0.3),
        driver(f"{COMPONENT}.build.first_usable", exact(500, "person_hour"), spread=0.4),
        driver(f"{COMPONENT}.build.production", exact(1500, "person_hour"), spread=0.4),
        driver(f"{COMPONENT}.build.upkeep", exact(40, "person_hour/month"), spread=0.4),
        driver(f"{COMPONENT}.value_share", interval(0.01, 0.05, "dimensionless")),
        driver(f"{COMPONENT}.users", interval(10, 40, "seat")),
        driver(f"{COMPONENT}.sites", interval(20, 200, "call_site")),
    ]
    made += [driver(f"growth.{k}", interval(0.1, 0.8, "1/year")) for k in ("people", "traffic")]
    made += [driver(f"ending_{kind}", exact(hazard, "1/year")) for kind in KINDS]
    for i, part in enumerate(PARTS):
        made.append(driver(f"{part}.share", interval(0.2 + 0.1 * i, 0.4 + 0.1 * i)))
        made.append(driver(f"{part}.gap", interval(0.05, 0.3)))
    for option in options:
        made.append(driver(f"owner.{option.owner}", interval(-1.6449, 1.6449), asking_hours=None))
        made.append(driver(f"gap.{option.id}", interval(2, 30, "person_hour/month")))
        made.append(driver(f"rate.{option.id}", interval(30, 90, "USD/(seat*month)")))
        made.append(driver(f"fixed.{option.id}", interval(50, 400, "USD/month")))
        made.append(driver(f"adopt.{option.id}", exact(80, "person_hour"), spread=0.5))
        made.append(driver(f"operate.{option.id}", exact(12, "person_hour/month"), spread=0.5))
    return {one.id: one for one in made}


def plan(name: str, per_seat: bool = True, **more: Any) -> tuple[PlanStep, ...]:
    """A flat fee, and a price per seat if asked."""
    bills = [Bill("fee", f"fixed.{name}", expression.parse("1"), 1.0, 0.0, (), "drift_saas")]
    if per_seat:
        rate = Bill("seats", f"rate.{name}", expression.parse("users"), 1.0, 0.0, (), "drift_saas")
        bills.append(dataclasses.replace(rate, **more))
    return (PlanStep("plan", "plan", tuple(bills), {}, None, True),)


def managed(name: str, **changes: Any) -> Option:
    """A service that covers everything, taken on within a month or two."""
    return dataclasses.replace(
        Option(
            f"{name}", name, name, "managed", "managed", plan(name), PARTS, owner=f"maker-of-{name}",
            owner_kind="startup", gap=f"gap.{name}", adopt=f"adopt.{name}", onboarding=True,
        ),
        **changes,
    )  # fmt: skip


def self_hosted(name: str, **changes: Any) -> Option:
    """An open-source product that someone has to run."""
    return dataclasses.replace(
        Option(
            f"{name}", name, name, "self-host", "self-host", plan(name, per_seat=False), PARTS,
            owner=f"maker-of-{name}", owner_kind="foundation", gap=f"gap.{name}",
            adopt=f"adopt.{name}", operate=f"operate.{name}",
        ),
        **changes,
    )  # fmt: skip


def own_build(**changes: Any) -> Option:
    return dataclasses.replace(
        Option(
            BUILD, "own build", None, "build", "none", plan(BUILD, per_seat=False),
            own_parts=PARTS, gap=f"gap.{BUILD}",
        ),
        **changes,
    )  # fmt: skip


def staying(of: Option, **changes: Any) -> Option:
    """An option as what runs today."""
    more: dict[str, Any] = {"id": STAY, "incumbent": True, "adopt": None, "onboarding": False}
    if of.own_parts:
        more |= {"own_parts": (), "existing_parts": of.own_parts}
    return dataclasses.replace(of, **(more | changes))


def problem(
    options: Iterable[Option],
    *,
    incumbent: Option | None = None,
    changes: Mapping[str, Driver] | None = None,
    hazard: float = 1e-9,
    settings: Settings | None = None,
    **more: Any,
) -> Problem:
    """A problem over these options; `changes` replaces drivers."""
    options = tuple(options)
    today = incumbent or nothing()
    every = options if incumbent is None or incumbent in options else (incumbent, *options)
    named = [dataclasses.replace(o, id=o.gap.removeprefix("gap.")) for o in every]
    table = drivers(named, hazard=hazard) | dict(changes or {})
    made = Problem(
        component=COMPONENT,
        name="Toy",
        settings=settings or Settings(),
        drivers=table,
        variables={
            "users": Variable("users", "seat", "users", 1.0, "people", f"{COMPONENT}.users"),
            "sites": Variable("sites", "call_site", "call sites", 1.0, "none", f"{COMPONENT}.sites"),
        },
        names={},
        scale={"users": (4.0, 25.0, 150.0, 1500.0)},
        parts={p: Part(p, p, f"{p}.share", f"{p}.gap", True, 0.33) for p in PARTS},
        options=every,
        incumbent=today,
        requirements=(),
        excluded=(),
        exit=(Surface("sites", "migrate.site", 1.0, False),),
        break_even=("users",),
        greenfield=today.id == NOTHING,
    )
    return dataclasses.replace(made, **more)


def plain(thing: Any) -> Any:
    """Anything as nested tuples that can be compared: arrays become their bytes."""
    if isinstance(thing, np.ndarray):
        return thing.shape, thing.tobytes()
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        return tuple((f.name, plain(getattr(thing, f.name))) for f in dataclasses.fields(thing))
    if isinstance(thing, Mapping):
        return tuple(sorted((repr(k), plain(v)) for k, v in thing.items()))
    if isinstance(thing, set | frozenset):
        return tuple(sorted(repr(plain(x)) for x in thing))
    if isinstance(thing, list | tuple):
        return tuple(plain(x) for x in thing)
    if isinstance(thing, ast.AST):
        thing = ast.dump(thing)
    return thing if isinstance(thing, str | int | float | bool | type(None)) else repr(thing)
