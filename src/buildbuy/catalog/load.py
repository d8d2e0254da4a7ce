"""Load the catalog: every file of data/ (and of an overlay), validated and cross-checked.

The only place that reads catalog files. Loading is cached per folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from buildbuy import collector
from buildbuy.catalog import schema as s
from buildbuy.domain.profile import CLOUDS
from buildbuy.errors import BadInput
from buildbuy.quantities import expression, units
from buildbuy.quantities.months import month_after
from buildbuy.strict_yaml import Lines, Strict, located, read, validate

DATA = Path(__file__).parent / "data"
METHOD_CLASSES = (  # what every decision asks for, whatever the component
    "labour_unknown", "outside_view_organisation", "outside_view_project", "assistants", "ageing", "fade", "replan", "drift_saas", "drift_cloud",
    "still_paid", "lost_to_complaint", "ending_startup", "ending_company", "ending_hyperscaler", "ending_foundation", "ending_community", "ending_own", "notice_vendor", "notice_open",
)  # fmt: skip
METHOD_CURVES = (
    "build.first_usable_calendar", "build.production_calendar", "vendor.onboarding_effort", "vendor.onboarding_calendar", "vendor.upkeep",
    "migrate.fixed", "migrate.learning", "migrate.dual_running",
    "leave.logging_call", "leave.read_path", "leave.pipeline_definition", "leave.other_call", "leave.deployment_file", "leave.api_name", "leave.dependant",
)  # fmt: skip
KINDS = ("components", "systems", "prices", "infrastructure", "stages", "rates", "reference_classes", "cases")  # the folders of a catalog
DATES = ("as_of", "last_verified")
NAMING = ("source", "scale_source", "admits_source", *DATES)
Model = TypeVar("Model", bound=Strict)
Loc = tuple[str | int, ...]


@dataclass(frozen=True)
class Catalog:
    """Everything the catalog knows; mappings are sorted by id, so file order can't matter."""

    version: str
    month: str
    components: Mapping[str, s.Component]
    systems: Mapping[str, s.System]
    prices: Mapping[str, s.Price]
    infrastructure: Mapping[str, s.Infrastructure]
    classes: Mapping[str, s.ReferenceClass]
    curves: Mapping[str, s.EffortCurve]
    stages: Mapping[str, s.StagePriors]
    money: s.MoneyFile
    cases: Mapping[str, s.Case]
    sources: Mapping[str, Mapping[str, s.Source]]
    files: Mapping[str, str] = field(default_factory=dict)

    def source(self, owner: str, name: str) -> s.Source:
        """The source `name` of the file that defines `owner` ("system:feast", "price:aws/s3")."""
        return self.sources[self.files[owner]][name]


def load(overlay: Path | None = None) -> Catalog:
    """The catalog that ships with buildbuy, with the files of `overlay` on top.

    Raises BadInput with file and line for the first defect.
    """
    if overlay is not None and not overlay.is_dir():
        what = "this is a file, not a folder" if overlay.exists() else "no such folder"
        raise BadInput(what, where=str(overlay), hint="`--catalog` wants a folder laid out like buildbuy/catalog/data")
    return _load(overlay, overlay.resolve() if overlay else None)


def load_alone(*folders: Path) -> Catalog:
    """The whole catalog in a folder, without the one that ships with buildbuy; further folders on top."""
    loader = _Loader()
    for folder in folders:
        loader.folder(folder)
    return loader.catalog()


def whole(folder: Path) -> bool:
    """Whether a folder holds what no catalog goes without; else it can only lie on top of another."""
    return all(any((folder / kind).glob("*.yaml")) for kind in KINDS if kind != "cases")


@lru_cache(maxsize=8)
def _load(overlay: Path | None, _resolved: Path | None) -> Catalog:
    folders = [DATA] + ([overlay] if overlay else [])
    loader = _Loader()
    with collector.resting():  # a hundred thousand small objects, none of them garbage: looking for it takes a third of the time
        for folder in folders:
            loader.folder(folder)
        return loader.catalog()


class _Loader:
    """Collects files, then checks what only shows across them."""

    def __init__(self) -> None:
        self.read: dict[str, dict[str, tuple[Any, str, Lines]]] = {}
        self.sources: dict[str, Mapping[str, s.Source]] = {}
        self.files: dict[str, str] = {}
        self.meta: tuple[str, str] = ("0", "2026-01")

    def folder(self, folder: Path) -> None:
        if not any(True for kind in KINDS for _ in (folder / kind).glob("*.yaml")):
            raise BadInput("no catalog files in this folder", where=str(folder), hint=f"they lie in its subfolders {', '.join(KINDS)}, as *.yaml")
        meta = folder / "catalog.yaml"
        if meta.exists():
            data, lines = read(meta)
            head = validate(_Head, data, lines, str(meta))
            self.meta = (head.version, head.month)
        for kind, model in (("components", s.Component), ("systems", s.System), ("cases", s.Case)):
            for path in sorted((folder / kind).glob("*.yaml")):
                data, lines = read(path)
                entry = validate(model, data, lines, str(path))
                self._keep(kind, entry.id, entry, path, lines, entry.sources)  # type: ignore[attr-defined]
        for kind, many, attribute in (
            ("prices", s.PriceFile, "prices"),
            ("infrastructure", s.InfrastructureFile, "infrastructure"),
            ("stages", s.StageFile, "stages"),
            ("rates", s.MoneyFile, None),
            ("reference_classes", s.ReferenceFile, None),
        ):
            for path in sorted((folder / kind).glob("*.yaml")):
                data, lines = read(path)
                whole: Any = validate(many, data, lines, str(path))
                if kind == "rates":
                    self._keep(kind, "money", whole, path, lines, whole.sources)
                elif kind == "reference_classes":
                    for name, one in whole.classes.items():
                        self._keep("classes", name, one, path, lines, whole.sources, ("classes", name))
                    for name, curve in whole.curves.items():
                        self._keep("curves", name, curve, path, lines, whole.sources, ("curves", name))
                else:
                    for name, one in getattr(whole, str(attribute)).items():
                        self._keep(kind, name, one, path, lines, whole.sources, (str(attribute), name))

    def _keep(self, kind: str, name: str, entry: Any, path: Path, lines: Lines, sources: Mapping[str, s.Source], loc: Loc = ()) -> None:
        """`loc` is where in its file the entry stands."""
        where, latest = str(path), self.latest()
        seen = where in self.sources
        table = self.read.setdefault(kind, {})
        if name in table and Path(table[name][1]).parent == path.parent:
            raise BadInput(f"`{name}` is defined twice", where=where, why=f"also in {table[name][1]}")
        table[name] = (entry, where, lines)
        self.sources[where] = sources
        self.files[f"{kind}:{name}"] = where
        for below, text in (*(() if seen else _texts(sources, ("sources",))), *_texts(entry, loc)):
            if below[-1] in DATES:
                if text > latest:
                    raise BadInput(f"`{text}` lies in the future", where=located(where, lines, below), why=f"the catalog is of {self.meta[1]}", hint="a fact bears the month in which it was read, or an earlier one that its page states")
            elif text not in sources:
                raise BadInput(
                    f"the source `{text}` is not in this file's `sources`",
                    where=located(where, lines, below),
                    hint=f"known here: {', '.join(sources)}",
                )

    def latest(self) -> str:
        """The last month a fact can bear: this one, or the one after the catalog's."""
        return max(f"{date.today():%Y-%m}", month_after(self.meta[1], 1))

    def catalog(self) -> Catalog:
        def table(kind: str) -> dict[str, Any]:
            return {name: self.read[kind][name][0] for name in sorted(self.read.get(kind, {}))}

        if "money" not in self.read.get("rates", {}):
            raise BadInput("no exchange rates", why="every decision asks for them", hint="they belong into a file of rates/")
        made = Catalog(
            version=self.meta[0], month=self.meta[1], components=table("components"),
            systems=table("systems"), prices=table("prices"), infrastructure=table("infrastructure"),
            classes=table("classes"), curves=table("curves"), stages=table("stages"),
            money=table("rates")["money"], cases=table("cases"), sources=self.sources, files=self.files,
        )  # fmt: skip
        cross_check(made, self.read)
        return made


def cross_check(catalog: Catalog, read: Mapping[str, Mapping[str, tuple[Any, str, Lines]]] | None = None) -> None:
    """What only shows across files: names that lead nowhere, and what the method itself asks for.

    `read` says in which file and line an entry stands. Raises BadInput for the first defect.
    """
    for table, names in (("classes", METHOD_CLASSES), ("curves", METHOD_CURVES)):
        for name in names:
            if name not in getattr(catalog, table):
                raise BadInput(f"no {'reference class' if table == 'classes' else 'effort curve'} `{name}`", why="every decision asks for it", hint="it belongs into a file of reference_classes/")
    if "unknown" not in catalog.stages:
        raise BadInput("no stage `unknown`", why="a profile may leave its stage out", hint="it belongs into a file of stages/")
    for kind in ("components", "systems", "infrastructure", "prices", "cases"):
        for name, entry in getattr(catalog, kind).items():
            _, where, lines = read[kind][name] if read else (entry, catalog.files.get(f"{kind}:{name}", ""), {})
            _check_entry(kind, entry, catalog, where, lines)


class _Head(Strict):
    version: str
    month: s.Month


def _texts(entry: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    """The names of sources and the dates in an entry, however deep, and where they stand."""
    if isinstance(entry, Strict):
        for name in type(entry).model_fields:
            value = getattr(entry, name)
            if name in NAMING and isinstance(value, str):
                yield (*loc, name), value
            elif name != "sources":
                yield from _texts(value, (*loc, name))
    elif isinstance(entry, dict):
        for name, value in entry.items():
            yield from _texts(value, (*loc, name))
    elif isinstance(entry, tuple):
        for i, value in enumerate(entry):
            yield from _texts(value, (*loc, i))


def expression_units(catalog: Catalog, component: s.Component, system: s.System | None = None) -> dict[str, str]:
    """The unit of every variable a charge of this component (and system) may name."""
    known = {name: c.unit for name, c in catalog.classes.items() if name.isidentifier()}
    known |= {name: v.unit for name, v in component.variables.items()}
    known["ml_people"] = "person"
    if system is not None:
        known |= {name: d.unit for name, d in system.drivers.items()}
    return known


def _check_entry(kind: str, entry: Any, catalog: Catalog, where: str, lines: Lines) -> None:
    if kind == "systems":
        _check_system(entry, catalog, where, lines)
    elif kind == "cases":
        component = catalog.components.get(entry.component)
        for i, need in enumerate(entry.requirements):
            if need.part is not None and component is not None:
                _exists(need.part, component.parts, f"part of {component.id}", where, lines, ("requirements", i, "part"))
    elif kind == "prices":
        if entry.drift is not None:
            _exists(entry.drift, catalog.classes, "reference class", where, lines, ("prices",))
        if entry.pinned is not None:
            _exists(entry.pinned, catalog.classes, "reference class", where, lines, ("prices",))
            if entry.region != "any":
                raise BadInput(f"`{entry.name}` is the price of one region and has `pinned`", where=where, hint="only a price of `region: any` changes where a region is pinned")
        for region, other in entry.elsewhere.items():
            _exists(other, catalog.prices, "price", where, lines, ("prices",))
            if catalog.prices[other].rate.unit != entry.rate.unit:
                raise BadInput(f"`{other}` ({region}) is not in {entry.rate.unit}", where=_replacing(other, where, catalog) or where, hint="a price and what stands for it elsewhere have one unit")
    elif kind == "components":
        known = expression_units(catalog, entry)
        earlier = entry.build.earlier.charges if entry.build.earlier else ()
        for loc, charges in ((("build",), entry.build.charges), (("build", "earlier"), earlier)):
            for i, charge in enumerate(charges):
                _check_charge(charge, known, catalog, where, lines, (*loc, "charges", i))
        for cloud in CLOUDS if entry.between_clouds else ():
            _check_charge(entry.between_clouds.charge(cloud), known, catalog, where, lines, ("between_clouds",))
        _check_needs(entry.build.needs, catalog, where, lines, ("build", "needs"))
        for i, surface in enumerate(entry.exit):
            _exists(surface.variable, entry.variables, "variable", where, lines, ("exit", i))
            if surface.times is not None:
                _exists(surface.times, entry.variables, "variable", where, lines, ("exit", i))
            if surface.fills_with_use and (surface.times is None or entry.variables[surface.times].unit != "year"):
                raise BadInput("`fills_with_use` needs `times` in years", where=f"{where}: exit", hint="name a variable whose unit is year, or leave it out")
            _exists(surface.effort, catalog.curves, "effort curve", where, lines, ("exit", i))
        for part, spec in entry.parts.items():
            if spec.work is not None:
                _exists(spec.work.variable, entry.variables, "variable", where, lines, ("parts", part, "work"))
                for effort in filter(None, (spec.work.create, spec.work.keep)):
                    _exists(effort, entry.efforts, "effort curve", where, lines, ("parts", part, "work"))
            for name in (*spec.replaces, *spec.replaces.values()):
                _exists(name, catalog.classes, "reference class", where, lines, ("parts", part, "replaces"))
        for name, variable in entry.variables.items():
            if variable.only_with is not None:
                _exists(variable.only_with, entry.parts, f"part of {entry.id}", where, lines, ("variables", name))
        for name in (*entry.scale, *entry.break_even):
            _exists(name, entry.variables, "variable", where, lines, ("scale", name))
    else:
        known = {name: c.unit for name, c in catalog.classes.items() if name.isidentifier()}
        for i, charge in enumerate(entry.charges):
            _check_charge(charge, known, catalog, where, lines, ("infrastructure", "charges", i))
        if entry.operate:
            _exists(entry.operate, catalog.curves, "effort curve", where, lines, ("infrastructure",))


def _check_system(system: s.System, catalog: Catalog, where: str, lines: Lines) -> None:
    for component_id in system.components:
        component = catalog.components.get(component_id)
        if component is None:
            continue
        for part, fact in system.parts.get(component_id, {}).items():
            _exists(part, component.parts, f"part of {component_id}", where, lines, ("parts", component_id, part))
            words = {*catalog.systems, *(word for one in catalog.infrastructure.values() for word in one.have)} if fact.beside else set()
            for name in fact.beside:
                _exists(name, words, "system, nor a word of `have`", where, lines, ("parts", component_id, part, "beside"))
        for part in system.cannot.get(component_id, {}):
            _exists(part, component.parts, f"part of {component_id}", where, lines, ("cannot", component_id, part))
        known = expression_units(catalog, component, system)
        for sourcing, offer in system.offers.items():
            at: tuple[str | int, ...] = ("offers", sourcing)
            _check_needs(offer.needs, catalog, where, lines, (*at, "needs"))
            for i, plan in enumerate(offer.plans):
                _check_needs(plan.needs, catalog, where, lines, (*at, "plans", i, "needs"))
                for variable in plan.admits:
                    _exists(variable, component.variables, "variable", where, lines, (*at, "plans", i, "admits", variable))
                for j, charge in enumerate(plan.charges):
                    _check_charge(charge, known, catalog, where, lines, (*at, "plans", i, "charges", j))
            for i, limit in enumerate(offer.limits):
                vocabulary = {**{n: v.unit for n, v in component.variables.items()}, **{n: m.unit for n, m in component.metrics.items()}}
                _exists(limit.metric, vocabulary, "variable or metric", where, lines, (*at, "limits", i))
                if limit.of is not None:
                    _exists(limit.of, component.variables, "variable", where, lines, (*at, "limits", i, "of"))
                try:
                    units.factor(limit.unit, vocabulary[limit.metric])
                    units.factor(limit.unit, vocabulary[limit.of or limit.metric])
                except BadInput as e:
                    raise BadInput(f"{limit.metric}: {e.what}", where=located(where, lines, (*at, "limits", i)), why=e.why, hint=e.hint) from e


def _exists(name: str, known: Any, what: str, where: str, lines: Lines, loc: tuple[str | int, ...]) -> None:
    if name not in known:
        raise BadInput(f"`{name}` is not {'an' if what[0] in 'aeiou' else 'a'} {what}", where=located(where, lines, loc), hint=f"known: {', '.join(sorted(known))}")


def _check_needs(needs: tuple[str, ...], catalog: Catalog, where: str, lines: Lines, loc: tuple[str | int, ...]) -> None:
    for need in needs:
        _exists(need, catalog.infrastructure, "piece of infrastructure", where, lines, loc)


def _check_charge(charge: s.Charge, known: Mapping[str, str], catalog: Catalog, where: str, lines: Lines, loc: tuple[str | int, ...]) -> None:
    at = located(where, lines, loc)
    if charge.rate.price is not None:
        _exists(charge.rate.price, catalog.prices, "price", where, lines, loc)
    if charge.drift is not None:
        _exists(charge.drift, catalog.classes, "reference class", where, lines, loc)
    try:
        parsed = expression.parse(charge.quantity)
        for name in parsed.names - set(known):
            units.unit(name)
        if parsed.below_zero:
            raise BadInput(f"`{charge.name}`: the quantity `{charge.quantity}` can come out negative", why="a bill can't be below zero", hint="hold a difference up: max(0, a - b)")
        quantity = parsed.unit(known)
        money = f"({rate_unit(charge.rate, catalog)})*({quantity})"
        if units.unit(money).dimensionality != units.unit("USD/month").dimensionality:
            raise BadInput(
                f"`{charge.name}`: rate ({rate_unit(charge.rate, catalog)}) times quantity ({quantity}) is not money per time",
                hint="check the units of the rate and of every name in the quantity",
            )
    except BadInput as e:
        mine = _replacing(charge.rate.price, where, catalog)
        if mine:
            raise BadInput(f"`{charge.rate.price}` in {rate_unit(charge.rate, catalog)} doesn't fit what is charged by it", where=mine, why=f"{at}: {e.what}", hint="give it in the unit of the price that it replaces") from e
        raise BadInput(e.what, where=at, why=e.why, hint=e.hint or f"known names: {', '.join(sorted(known))}") from e


def _replacing(price: str | None, where: str, catalog: Catalog) -> str:
    """Where a price of the user's own stands that a file shipped with buildbuy refers to; empty for any other."""
    file = catalog.files.get(f"prices:{price}", "")
    if not file or Path(file).is_relative_to(DATA) or not Path(where).is_relative_to(DATA):
        return ""
    return located(file, read(Path(file))[1], ("prices", str(price)))


def rate_unit(rate: s.Rate, catalog: Catalog) -> str:
    return catalog.prices[rate.price].rate.unit if rate.price else str(rate.unit)
