"""The library: decide a profile from Python as the command does.

>>> from buildbuy.library import decide
>>> run = decide("profile.yaml", "feature-store")  # doctest: +SKIP
>>> run.outcomes["feature-store"].chosen  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Integral
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from buildbuy.domain.bounds import BOUNDS
from buildbuy.errors import BadInput

if TYPE_CHECKING:
    from buildbuy.decide.run import Run


def decide(
    profile: str | PathLike[str] | Mapping[str, Any],
    *components: str,
    evidence: str | PathLike[str] | None = None,
    catalog: str | PathLike[str] | None = None,
    draws: int = 10_000,
    seed: int = 0,
    horizon: int = 36,
    as_of: str | None = None,
) -> Run:
    """Decide the components of a profile (all it names, if none is given).

    `profile` is a file or the same keys as a mapping; `evidence` a folder of records (beside the
    file if it has one), `catalog` a folder with your own systems and prices, `horizon` months,
    `as_of` a month (YYYY-MM) to decide as if it were then. Raises BadInput, for numbers outside `BOUNDS` too.
    """
    from buildbuy.catalog.load import load
    from buildbuy.evidence.store import beside
    from buildbuy.evidence.store import load as load_evidence

    if isinstance(profile, Mapping):
        given = profile_from(dict(profile))
        folder = None if evidence is None else Path(evidence)
    else:
        given = read_profile(Path(profile))
        folder = beside(Path(profile)) if evidence is None else Path(evidence)
    return decided(given, components, load(None if catalog is None else Path(catalog)), load_evidence(folder), draws=draws, seed=seed, horizon=horizon, as_of=as_of)


def decided(
    given: Given, components: tuple[str, ...], catalog: Any, evidence: Any = None, *, draws: int = 10_000, seed: int = 0,
    horizon: int = 36, as_of: str | None = None, progress: Callable[[str, int, int], None] = lambda component, number, total: None,
) -> Run:  # fmt: skip
    """Resolve and decide on a catalog; `progress` hears a component, its number and how many there are."""
    from buildbuy.decide.run import run

    _within_bounds({"draws": draws, "seed": seed, "horizon": horizon}, as_of)
    found = problems(given, components, catalog=catalog, evidence=evidence or {}, as_of=as_of, months=horizon)
    profile = given.profile
    money = catalog.money
    if profile.currency not in money.usd_per:
        raise BadInput(f"the catalog has no exchange rate for {profile.currency}", where=given.located(("currency",)), hint=f"known: {', '.join(money.usd_per)}")
    order = sorted(found)
    return run(
        found, draws=draws, seed=seed, catalog_version=catalog.version, as_of=as_of or catalog.month, currency=profile.currency,
        usd_per_currency=money.usd_per[profile.currency].estimate.points[0], price_year=money.year, name=profile.name or "", cases=catalog.cases.values(),
        progress=lambda component: progress(component, order.index(component) + 1, len(order)),
    )  # fmt: skip


def _within_bounds(numbers: Mapping[str, Any], as_of: Any) -> None:
    """Raises BadInput for a number that may not be asked for, and for what is no month."""
    from buildbuy.quantities.months import month

    for name, value in numbers.items():
        low, high = BOUNDS[name]
        whole = isinstance(value, Integral) and not isinstance(value, bool)
        if not whole or value < low or (high is not None and value > high):
            raise BadInput(f"`{value}` can't be the {name}", where=name, hint=f"a whole number from {low}{'' if high is None else f' to {high}'}")
    if as_of is not None:
        try:
            month(str(as_of))
        except BadInput as e:
            raise BadInput(e.what, where="as_of", hint=e.hint) from e


@dataclass(frozen=True)
class Given:
    """A profile and where its keys stand in the file."""

    profile: Any
    lines: Mapping[tuple[str | int, ...], int]
    where: str

    def located(self, loc: tuple[str | int, ...]) -> str:
        from buildbuy.strict_yaml import located

        return located(self.where, dict(self.lines), loc) if self.where else ""


def read_profile(path: Path) -> Given:
    """The profile in a file. Raises BadInput with file, line and key."""
    from buildbuy.domain.profile import ALIASES, Profile
    from buildbuy.strict_yaml import read, validate

    data, lines = read(path)
    if data is None:
        raise BadInput("the file is empty", where=str(path), hint="`buildbuy init` writes a profile")
    for loc, line in list(lines.items()):
        if len(loc) > 1 and loc[0] == "components" and loc[1] in ALIASES:
            lines.setdefault(("components", ALIASES[str(loc[1])], *loc[2:]), line)
    return Given(validate(Profile, data, lines, str(path)), lines, str(path))


def profile_from(data: dict[str, Any]) -> Given:
    """A profile made from answers."""
    from buildbuy.domain.profile import Profile
    from buildbuy.strict_yaml import validate

    return Given(validate(Profile, data, {}, ""), {}, "")


def problems(
    given: Given,
    components: tuple[str, ...],
    *,
    catalog: Any,
    evidence: Mapping[str, Any],
    as_of: str | None,
    months: int,
) -> dict[str, Any]:
    """The resolved problem of each wanted component (all in the profile if none is named)."""
    from buildbuy.domain.profile import component_id
    from buildbuy.resolve import resolve

    chosen = [component_id(name) for name in components] or list(given.profile.components)
    if not chosen:
        raise BadInput("the profile names no component", where=given.where, hint="add one under `components`, or pass --component")
    return {
        name: resolve(given.profile, name, catalog, evidence=evidence, as_of=as_of, months=months, where=given.located)
        for name in dict.fromkeys(chosen)
    }
