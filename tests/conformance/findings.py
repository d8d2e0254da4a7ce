"""The claims, each judged by its bar: what was found, and whether it holds.

Verdicts are those of the lowest mean *before* a new build that rests on assumptions is held back; the
share after that gate stands beside.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import bars
import cases
from population import SEED, Action, Verdict, catalog, of, population

from buildbuy.decide.run import run
from buildbuy.decide.stack import together
from buildbuy.domain.profile import Profile
from buildbuy.report.run_json import to_dict
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.endings import ending_month
from buildbuy.worlds.world import World

TRACKING, STORE, SERVING = bars.COMPONENTS
PIPELINE, MONITORING, TRAINING = bars.WIDER
SELF_HOSTED = "self-host"
WORSE = 1e-9


@dataclass(frozen=True)
class Finding:
    """One judged statement: `found` is the share or counts in words, `gated` the same after the gate."""

    id: str
    statement: str
    bar: str
    found: str
    holds: bool
    gated: str = ""

    @property
    def sentence(self) -> str:
        return f"{self.id}: {self.statement}; bar: {self.bar}; found: {self.found}" + (f"; after the gate: {self.gated}" if self.gated else "")


def share(flags: Iterable[bool]) -> tuple[float, str]:
    """A share, and the same in words with its interval."""
    counted = list(flags)
    if not counted:
        return 0.0, "none found"
    hits, n = sum(counted), len(counted)
    low, high = bars.wilson(hits, n)
    return hits / n, f"{hits / n:.1%} of {n} ({low:.1%} to {high:.1%})"


def at_most(bar: float, verdicts: Sequence[Verdict], of_what: Callable[[Verdict], bool]) -> tuple[bool, str]:
    found, words = share(of_what(v) for v in verdicts)
    return found <= bar, words


def at_least(bar: float, verdicts: Sequence[Verdict], of_what: Callable[[Verdict], bool]) -> tuple[bool, str]:
    found, words = share(of_what(v) for v in verdicts)
    return found >= bar, words


def choosing(verdicts: Iterable[Verdict]) -> list[Verdict]:
    """Those who don't run code of their own today (see bars)."""
    return [v for v in verdicts if v.current != "home-grown"]


def starters(verdicts: Iterable[Verdict]) -> list[Verdict]:
    return [v for v in verdicts if v.greenfield and v.start_up]


def by_sourcing(verdicts: Sequence[Verdict], gated: bool = False) -> dict[str, float]:
    """Share of verdicts per sourcing; staying counts as the sourcing of what runs."""
    counts = Counter(v.gated_sourcing if gated else v.sourcing for v in verdicts)
    return {k: n / len(verdicts) for k, n in sorted(counts.items(), key=lambda x: (-x[1], x[0]))}


def words(shares: dict[str, float], n: int) -> str:
    return ", ".join(f"{k} {v:.1%}" for k, v in shares.items()) + f" of {n}"


def _built(id_: str, statement: str, bar: float, verdicts: Sequence[Verdict]) -> Finding:
    holds, found = at_most(bar, verdicts, lambda v: v.new_build)
    _, gated = at_most(bar, verdicts, lambda v: v.gated_new_build)
    return Finding(id_, statement, f"own new builds at most {bar:.0%}", found, holds, gated)


def _bought(id_: str, statement: str, verdicts: Sequence[Verdict]) -> Finding:
    holds, found = at_least(bars.NEARLY_ALWAYS, verdicts, lambda v: v.bought)
    _, gated = at_least(bars.NEARLY_ALWAYS, verdicts, lambda v: v.gated_bought)
    return Finding(id_, statement, f"managed or self-hosted at least {bars.NEARLY_ALWAYS:.0%}", found, holds, gated)


def _depends(id_: str, statement: str, verdicts: Sequence[Verdict]) -> Finding:
    shares = by_sourcing(verdicts)
    holds = sum(v > bars.DEPENDS for k, v in shares.items() if k != "none") >= 2
    n = len(verdicts)
    return Finding(id_, statement, f"two sourcings above {bars.DEPENDS:.0%}", words(shares, n), holds, words(by_sourcing(verdicts, gated=True), n))


# -- M1: experiment tracking -----------------------------------------------------------------------


def m1_own() -> Finding:
    return _built("M1 own", "An own tracker is almost never the best", bars.ALMOST_NEVER, of(TRACKING))


def m1_own_start_up() -> Finding:
    found = [v for v in of(TRACKING) if v.start_up]
    return _built("M1 own, start-ups", "... nor at start-up scale (S, M)", bars.ALMOST_NEVER, found)


def m1_bought() -> Finding:
    return _bought("M1 bought", "Tracking is bought", choosing(of(TRACKING)))


def m1x_self_hosted() -> Finding:
    found = cases.residency()
    holds, text = at_least(bars.NEARLY_ALWAYS, found, lambda v: v.sourcing == SELF_HOSTED)
    _, gated = at_least(bars.NEARLY_ALWAYS, found, lambda v: v.gated_sourcing == SELF_HOSTED)
    which = Counter(v.best for v in found).most_common(1)[0]
    statement = f"Where metadata may not leave, a self-hosted product (most often `{which[0]}`, {which[1]} of {len(found)})"
    return Finding("M1x self-hosted", statement, f"self-hosted at least {bars.NEARLY_ALWAYS:.0%}", text, holds, gated)


def m1x_own() -> Finding:
    return _built("M1x own", "... and still not an own tracker", bars.ALMOST_NEVER, cases.residency())


# -- M2: feature store -----------------------------------------------------------------------------


def m2_depends() -> Finding:
    return _depends("M2 depends", "A feature store depends, over all scales", of(STORE))


def m2_early() -> Finding:
    return _bought("M2 early", "Early companies (greenfield, S and M) buy nearly always", starters(of(STORE)))


def _ordinary(v: Verdict) -> bool:
    """Neither very large (XL, the class of 39,000 reads a second and more) nor bound to its own network."""
    musts = cases.sampled()[v.profile]["components"][STORE].get("requirements", ())
    return v.scale != "XL" and {"data_residency": "own-network"} not in musts


def m2_ordinary() -> Finding:
    found = [v for v in of(STORE) if _ordinary(v)]
    return _built("M2 ordinary", "Without one of the named exceptions almost nobody builds one", bars.ALMOST_NEVER, found)


def _possible(id_: str, statement: str, exception: str) -> Finding:
    """An exception makes own parts a real possibility: more than without it, and above the bar."""
    found, ordinary = cases.stores(exception), cases.stores("ordinary")
    verdicts = sum(v.sourcing in bars.OWN_PARTS for v in found) / len(found)
    worlds = _mean(v.p_best(*bars.OWN_PARTS) for v in found)
    before = _mean(v.p_best(*bars.OWN_PARTS) for v in ordinary)
    holds = max(verdicts, worlds) > bars.LEGITIMATE and worlds > before
    gated = sum(v.gated_sourcing in bars.OWN_PARTS for v in found) / len(found)
    text = f"{verdicts:.1%} of {len(found)} verdicts, {worlds:.1%} of modelled worlds ({before:.1%} without it)"
    return Finding(id_, statement, f"own parts (build, hybrid) above {bars.LEGITIMATE:.0%} of verdicts or worlds, and more than without", text, holds, f"{gated:.1%} of verdicts")


def m2_latency() -> Finding:
    return _possible("M2 latency", "Unusual latency (p99 of 0.5 to 2 ms) can justify own parts", "latency")


def m2_volume() -> Finding:
    return _possible("M2 volume", "Very large online serving (0.3 to 3 million reads a second) can", "volume")


def m2_residency() -> Finding:
    return _possible("M2 residency", "Specific residency (own network) can", "residency")


# -- M3: model serving -----------------------------------------------------------------------------


def m3_depends() -> Finding:
    return _depends("M3 depends", "Model serving depends, over all scales", of(SERVING))


def _fastapi(action: Action | None) -> bool:
    return action is not None and action.option == "fastapi-container/build"


def m3_simple() -> Finding:
    found = cases.simple_serving()
    verdicts, text = share(v.best is not None and _fastapi(v.actions[v.best]) for v in found)
    worlds = _mean(sum(a.p_best for a in v.actions.values() if _fastapi(a)) for v in found)
    _, gated = share(v.chosen is not None and _fastapi(v.actions[v.chosen]) for v in found)
    return Finding(
        "M3 simple", "FastAPI in a container is a legitimate start for simple needs (S and M, endpoint and packaging)",
        f"above {bars.LEGITIMATE:.0%} of verdicts or of modelled worlds", f"{text} verdicts, {worlds:.1%} of modelled worlds",
        max(verdicts, worlds) > bars.LEGITIMATE, gated,
    )  # fmt: skip


def m3_throughput() -> Finding:
    simple, heavy = cases.simple_serving(), cases.throughput_serving()
    falls, text = share(b.p_best("build") <= a.p_best("build") + WORSE for a, b in zip(simple, heavy, strict=True))
    before, after = _mean(v.p_best("build") for v in simple), _mean(v.p_best("build") for v in heavy)
    return Finding(
        "M3 throughput", "With batching, many models and GPUs needed, own builds fall back", f"no rise in at least {bars.NEARLY_ALWAYS:.0%} of pairs, and on average a fall",
        f"no rise in {text}; on average {before:.1%} of modelled worlds, then {after:.1%}", falls >= bars.NEARLY_ALWAYS and after < before,
    )  # fmt: skip


def m3_classic() -> Finding:
    heavy = cases.throughput_serving()

    def triton(v: Verdict) -> float:
        return min(a.static for name, a in v.actions.items() if name.startswith("triton/"))

    holds, text = at_least(bars.NEARLY_ALWAYS, heavy, lambda v: triton(v) < v.actions["build"].static)
    return Finding("M3 classic error", "There, an engine made for it (Triton) costs less than a FastAPI layer extended to it", f"at least {bars.NEARLY_ALWAYS:.0%}", text, holds)


# -- W: when to build ------------------------------------------------------------------------------


def _series_a(imagined: bool) -> list[Verdict]:
    return [v for c in bars.COMPONENTS for v in cases.at_series_a(c, imagined)]


def w1_anticipated() -> Finding:
    pairs = list(zip(_series_a(False), _series_a(True), strict=True))
    turned, text = share(b.new_build and not a.new_build for a, b in pairs)
    _, gated = share(b.gated_new_build and not a.gated_new_build for a, b in pairs)
    return Finding(
        "W1 verdict", "At Series A, a need imagined for later makes no build the verdict", f"at most {bars.NEVER:.0%} of pairs turn to a build",
        text, turned <= bars.NEVER, gated,
    )  # fmt: skip


def w1_options() -> Finding:
    pairs = list(zip(_series_a(False), _series_a(True), strict=True))
    kept, text = share(a.feasible <= b.feasible for a, b in pairs)
    return Finding("W1 options", "... and removes no option today", "all pairs", text, kept == 1.0)


def w2_gate() -> Finding:
    builds = [v for v in population() if v.new_build and v.standing == "on assumptions"]
    if not builds:
        return Finding("W2 gate", "A new build that wins on assumptions alone is held back", "every one", "no such build in the sample", False)
    held, text = share(v.not_yet == v.best and not v.gated_new_build for v in builds)
    return Finding("W2 gate", "A new build that wins on assumptions alone is held back", "every one", text, held == 1.0)


def w2_evidence() -> Finding:
    verdicts = [v for c in bars.COMPONENTS for v in cases.large(c, True)]
    before = [v for c in bars.COMPONENTS for v in cases.large(c, False)]
    own, text = share(v.gated_sourcing in bars.OWN_PARTS for v in verdicts)
    had, _ = share(v.gated_sourcing in bars.OWN_PARTS for v in before)
    return Finding(
        "W2 evidence", "At L and XL, with a measured saving, counted gaps and an own estimate, own parts can be the verdict",
        f"above {bars.LEGITIMATE:.0%} of verdicts after the gate, and more than without", f"{text}; {had:.1%} without", own > bars.LEGITIMATE and own > had,
    )  # fmt: skip


def w2_standing() -> Finding:
    """Of the new builds that have the lowest mean, those that don't rest on assumptions alone."""
    informed = [v for c in bars.COMPONENTS for v in cases.large(c, True) if v.new_build]
    others = [v for v in population() if v.new_build]
    shown, text = share(v.gated_new_build for v in informed)
    before, words_before = share(v.gated_new_build for v in others)
    return Finding(
        "W2 standing", "... and a new build with that evidence stands on more than one without", f"let through more often than without, and above {bars.LEGITIMATE:.0%}",
        f"{text}; without {words_before}", shown > before and shown > bars.LEGITIMATE,
    )  # fmt: skip


def w3_first() -> Finding:
    found = starters(population())
    shares = ", ".join(f"{c} {share(v.bought for v in found if v.component == c)[1]}" for c in bars.COMPONENTS)
    one = _bought("W3 first action", "Greenfield start-ups start with something bought", found)
    return Finding(one.id, one.statement, one.bar, f"{one.found}: {shares}", one.holds, one.gated)


# -- Q: the four questions -------------------------------------------------------------------------


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _pairs(one: str, other: str) -> list[tuple[Verdict, Verdict]]:
    return [p for c in bars.COMPONENTS for p in zip(cases.lever(c, one), cases.lever(c, other), strict=True)]


def _lever(id_: str, statement: str, pairs: Sequence[tuple[Verdict, Verdict]], holds: Callable[[Verdict, Verdict], bool], moves: Callable[[Verdict, Verdict], bool]) -> Finding:
    """A lever's direction in every pair, and that it moves something in some."""
    right, moved = [holds(a, b) for a, b in pairs], sum(moves(a, b) for a, b in pairs)
    text = f"{sum(right)} of {len(pairs)} pairs, moved in {moved}"
    return Finding(id_, statement, "every pair, and something moves", text, all(right) and moved > 0)


def _build_lead(v: Verdict) -> float:
    """How much dearer a new build is than the cheapest way without own parts (no later switch)."""
    others = [a.static for a in v.actions.values() if a.sourcing in bars.BOUGHT and a.cost is not None]
    return v.actions["build"].static - min(others)


def q1_measured() -> Finding:
    return _lever(
        "Q1 measured", "A measured value of control moves towards own parts", _pairs("base", "a measured claim"),
        lambda a, b: b.p_best(*bars.OWN_PARTS) >= a.p_best(*bars.OWN_PARTS) - WORSE and _build_lead(b) < _build_lead(a),
        lambda a, b: b.p_best(*bars.OWN_PARTS) > a.p_best(*bars.OWN_PARTS),
    )  # fmt: skip


def q1_stated() -> Finding:
    pairs = _pairs("base", "a stated claim")
    same = [{n: x.cost for n, x in a.actions.items()} == {n: x.cost for n, x in b.actions.items()} and a.chosen == b.chosen for a, b in pairs]
    return Finding("Q1 stated", "A claim without a measurement changes no cost and no verdict", "every pair", f"{sum(same)} of {len(same)} pairs", all(same))


def _away(id_: str, statement: str, one: str, other: str, whom: tuple[str, ...] = bars.OWN_PARTS) -> Finding:
    """The build falls behind the cheapest bought way in every pair, and `whom` is cheapest in fewer
    worlds on average (in a single pair a later switch may hide it).
    """
    pairs = _pairs(one, other)
    behind = [_build_lead(b) > _build_lead(a) for a, b in pairs]
    before, after = (_mean(v.p_best(*whom) for v in side) for side in zip(*pairs, strict=True))
    text = f"behind in {sum(behind)} of {len(pairs)} pairs; {' and '.join(whom)} cheapest in {before:.1%} of modelled worlds, then {after:.1%}"
    return Finding(id_, statement, "every pair, and fewer worlds on average", text, all(behind) and after < before)


def q2_upkeep() -> Finding:
    return _away("Q2 upkeep", "Three times the upkeep moves away from building", "base", "upkeep x 3")


def q2_effort() -> Finding:
    return _away("Q2 effort", "Three times the effort moves away from building", "base", "effort x 3")


def q2_gaps() -> Finding:
    return _away("Q2 gaps", "More gaps of an own build move away from it", "gaps of a build", "more gaps of a build", ("build",))


def q2_own_upkeep() -> Finding:
    """In worlds where nothing ends: beside a forced move the dearer old code runs on for longer."""
    return _lever(
        "Q2 own upkeep", "More hours on today's own code make keeping it less likely (where nothing ends)", _pairs("own code, nothing ends", "own code, nothing ends, more upkeep"),
        lambda a, b: b.actions["stay"].p_best <= a.actions["stay"].p_best + WORSE and b.actions["stay"].static > a.actions["stay"].static,
        lambda a, b: b.actions["stay"].p_best < a.actions["stay"].p_best,
    )  # fmt: skip


SCOPE = ("own parts: design and implementation", "own parts: testing", "own parts: documentation", "own parts: onboarding", "upkeep of own parts")


def q2_scope() -> Finding:
    verdicts = [v for c in bars.COMPONENTS for v in cases.lever(c, "base")]
    whole = [all(v.actions["build"].lines.get(x, 0.0) > 0 for x in SCOPE) for v in verdicts]
    return Finding("Q2 scope", "A build is charged with design, testing, documentation, onboarding and upkeep", "every one", f"{sum(whole)} of {len(whole)}", all(whole))


def q2_underestimated() -> Finding:
    """Trackers and feature stores only: FastAPI already covers a part of what a serving estimate is for."""
    found = [v for c in (TRACKING, STORE) for v in cases.estimated(c)]
    over = sorted(sum(v.actions["build"].lines[x] for x in SCOPE[:4]) / (cases.ESTIMATE * 152 * v.hour) for v in found)
    text = f"{over[len(over) // 2]:.2f} times the estimate in the middle of {len(over)} ({over[0]:.2f} to {over[-1]:.2f})"
    return Finding("Q2 underestimated", "An own estimate of a build is charged at more than its face value", "above 1 in every case", text, over[0] > 1)


def q3_unmet() -> Finding:
    pairs = _pairs("base", "own network")
    return _lever(
        "Q3 unmet", "An unmet must removes options, and adds none", pairs,
        lambda a, b: b.feasible <= a.feasible and not any(b.actions[x].sourcing == "managed" and ("data residency: own-network", "unmet") in b.actions[x].reasons for x in b.feasible),
        lambda a, b: b.feasible < a.feasible,
    )  # fmt: skip


def q3_relaxed() -> Finding:
    pairs = _pairs("in the EU, HIPAA", "in the EU, HIPAA, wished") + _pairs("99.99% available", "99% available")
    return _lever("Q3 relaxed", "A relaxed must never removes an option", pairs, lambda a, b: a.feasible <= b.feasible, lambda a, b: a.feasible < b.feasible)


def _kept(v: Verdict) -> float:
    """Share of modelled worlds in which keeping what runs (extended or not) is cheapest."""
    return sum(a.p_best for name, a in v.actions.items() if name in ("stay", "extend"))


def q4_dear() -> Finding:
    """In worlds where nothing ends: an ending forces the same exit later, from a larger estate."""
    pairs = _pairs("own code, nothing ends", "own code, nothing ends, exit x 5")
    for component, system in ((TRACKING, "weights-and-biases"), (STORE, "feast"), (SERVING, "bentoml")):
        pairs += list(zip(cases.running(component, system, ending_=1e-9), cases.running(component, system, ending_=1e-9, migrate=5.0), strict=True))
    return _lever(
        "Q4 dear", "A dearer exit never makes leaving likelier (where nothing ends)", pairs,
        lambda a, b: _kept(b) >= _kept(a) - WORSE and (b.best in ("stay", "extend") or a.best not in ("stay", "extend")),
        lambda a, b: _kept(b) > _kept(a),
    )  # fmt: skip


def q4_kinds() -> Finding:
    trackers, stores = cases.running(TRACKING, "weights-and-biases"), cases.running(STORE, "feast")
    pairs = list(zip(trackers, stores, strict=True))
    dearer, text = share(b.actions["stay"].exit_cost > a.actions["stay"].exit_cost for a, b in pairs)
    ratio = sorted(b.actions["stay"].exit_cost / a.actions["stay"].exit_cost for a, b in pairs)[len(pairs) // 2]
    return Finding(
        "Q4 kinds", "Leaving a feature store that models read costs more than leaving a tracker, in the same team", f"at least {bars.NEARLY_ALWAYS:.0%} of teams",
        f"{text}, {ratio:.1f} times as much in the middle", dearer >= bars.NEARLY_ALWAYS,
    )  # fmt: skip


# -- the further components ------------------------------------------------------------------------

YOURS = "yours in every option: "


def _yours(id_: str, statement: str, component: str, part: str) -> Finding:
    """The work on a part that is yours: above nothing, and the same in every option of a team."""
    verdicts = of(component)
    amounts = [[a.lines.get(YOURS + part, 0.0) for a in v.actions.values() if a.lines] for v in verdicts]
    same = [bool(x) and min(x) > 0 and max(x) - min(x) <= WORSE * max(x) for x in amounts]
    options = sum(len(x) for x in amounts)
    return Finding(id_, statement, "every team, the same in every option", f"{sum(same)} of {len(same)} teams, {options} options", all(same))


def m4_own() -> Finding:
    found = [v for v in of(PIPELINE) if v.start_up]
    return _built("M4 own", "An own orchestrator is never justified at start-up scale (S, M)", bars.NEVER, found)


def m4_bought() -> Finding:
    return _bought("M4 bought", "Orchestration is bought", choosing(of(PIPELINE)))


def m4_transforms() -> Finding:
    return _yours("M4 transforms", "The transforms are yours, whatever runs them", PIPELINE, "transforms")


def m5_bought() -> Finding:
    return _bought("M5 bought", "Drift, data quality and performance tracking are bought", choosing(of(MONITORING)))


def m5_own() -> Finding:
    return _built("M5 own", "An own monitor is almost never the best", bars.ALMOST_NEVER, of(MONITORING))


def m5_truth() -> Finding:
    return _yours("M5 ground truth", "Collecting ground truth is yours, whatever watches the models", MONITORING, "ground truth")


def _rented(v: Verdict, name: str | None) -> bool:
    """Bought compute: not an own build, and not on hardware of one's own."""
    if name is None:
        return False
    action = v.actions[name]
    return action.sourcing in bars.BOUGHT and not action.option.startswith("owned-gpu-cluster/")


def m6_compute() -> Finding:
    found = choosing(of(TRAINING))
    holds, text = at_least(bars.NEARLY_ALWAYS, found, lambda v: _rented(v, v.best))
    _, gated = at_least(bars.NEARLY_ALWAYS, found, lambda v: _rented(v, v.chosen))
    return Finding("M6 compute", "Compute for training is bought", f"rented, managed or with a launcher of one's own, at least {bars.NEARLY_ALWAYS:.0%}", text, holds, gated)


def m6_own() -> Finding:
    return _built("M6 own", "An own training platform is almost never the best", bars.ALMOST_NEVER, of(TRAINING))


def m6_code() -> Finding:
    return _yours("M6 code", "Portable training code is yours, whatever it runs on", TRAINING, "training code")


def m6_exit() -> Finding:
    """Of the other components the middle one counts."""
    others = [c for c in cases.RUNNING if c != TRAINING]
    here = [v.actions["stay"].exit_cost for v in cases.leaving(TRAINING)]
    there = list(zip(*([v.actions["stay"].exit_cost for v in cases.leaving(c)] for c in others), strict=True))
    lower, text = share(a < _middle(b) for a, b in zip(here, there, strict=True))
    least, _ = share(a < min(b) for a, b in zip(here, there, strict=True))
    times = _middle([a / _middle(b) for a, b in zip(here, there, strict=True)])
    return Finding(
        "M6 exit", "Leaving rented compute costs less than leaving the middle one of the other components", f"at least {bars.NEARLY_ALWAYS:.0%} of teams",
        f"{text}, {times:.2f} times as much in the middle; less than any other in {least:.1%}", lower >= bars.NEARLY_ALWAYS,
    )  # fmt: skip


def q4_registry() -> Finding:
    pairs = list(zip(cases.leaving(TRACKING), cases.leaving(cases.REGISTRY), strict=True))
    dearer, text = share(b.actions["stay"].exit_cost > a.actions["stay"].exit_cost for a, b in pairs)
    times = _middle([b.actions["stay"].exit_cost / a.actions["stay"].exit_cost for a, b in pairs])
    return Finding(
        "Q4 registry", "Leaving a registry with 3 to 8 years of lineage costs more than leaving a tracker, in the same team", f"at least {bars.NEARLY_ALWAYS:.0%} of teams",
        f"{text}, {times:.1f} times as much in the middle", dearer >= bars.NEARLY_ALWAYS,
    )  # fmt: skip


def _middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def _small(component: str) -> list[Verdict]:
    """Teams of class S and M with nothing running."""
    return [v for v in cases.choosing(component) if v.profile in cases.classes(*bars.START_UP)]


def f2_build() -> Finding:
    """Person-months of the first build to production grade, undone of no part."""
    months = {c: _middle(sum(v.actions["build"].lines.get(x, 0.0) for x in SCOPE[:4]) / (v.hour * 152) for v in _small(c)) for c in cases.FURTHER}
    text = ", ".join(f"{c} {m:.1f}" for c, m in months.items())
    middle = _middle(months.values())
    return Finding(
        "F2 build", "A build takes a start-up about six months of senior engineering", f"{6 / bars.ABOUT:g} to {6 * bars.ABOUT:g} person-months, the middle of the components",
        f"{middle:.1f}: {text}", 6 / bars.ABOUT <= middle <= 6 * bars.ABOUT,
    )  # fmt: skip


def _hours_to_adopt(v: Verdict) -> float:
    """Hours to take up the managed service of the lowest cost."""
    managed = [a for a in v.actions.values() if a.sourcing == "managed" and a.cost is not None]
    best = min(managed, key=lambda a: a.static)
    return sum(best.lines.get(x, 0.0) for x in ("adoption", "vendor onboarding")) / v.hour


def f2_week() -> Finding:
    hours = {c: _middle(_hours_to_adopt(v) for v in _small(c)) for c in cases.FURTHER}
    text = ", ".join(f"{c} {h:.0f}" for c, h in hours.items())
    middle = _middle(hours.values())
    return Finding("F2 week", "... which a managed service would have given in a week", f"at most {40 * bars.ABOUT:g} hours of one person, the middle of the components", f"{middle:.0f}: {text}", middle <= 40 * bars.ABOUT)


def f2_years() -> Finding:
    """Teams that run a product they wouldn't take today, and keep it over the whole horizon or extend it."""
    pairs = [(a, b, cases.RUNNING[c]) for c in cases.FURTHER for a, b in zip(cases.choosing(c), cases.leaving(c), strict=True)]
    wrong = [b for a, b, system in pairs if a.best is not None and not a.actions[a.best].option.startswith(f"{system}/")]
    kept, text = share(v.best in ("stay", "extend") for v in wrong)
    return Finding("F2 years", "A wrong buy constrains for years: it is kept although one would take another today", f"above {bars.LEGITIMATE:.0%} of such teams", text, kept > bars.LEGITIMATE)


def w3_further() -> Finding:
    found = [v for c in bars.WIDER for v in starters(of(c))]
    shares = ", ".join(f"{c} {share(v.bought for v in found if v.component == c)[1]}" for c in bars.WIDER)
    one = _bought("W3 first action, further components", "Greenfield start-ups start with something bought there too", found)
    return Finding(one.id, one.statement, one.bar, f"{one.found}: {shares}", one.holds, one.gated)


# -- claims that were added last ---------------------------------------------------------------------

QUESTIONS = ("differentiation", "ownership", "fit", "migration")


def f1_questions() -> Finding:
    """Every component of a team by the same four questions: eight teams, all components."""
    answered = []
    for index in range(8):
        profile = Profile.model_validate(cases.every_component(index))
        problems = {name: resolve(profile, name, catalog()) for name in profile.components}
        made = run(problems, draws=200, seed=SEED, catalog_version=catalog().version, as_of=catalog().month)
        answered += [all(one["questions"].get(q) for q in QUESTIONS) and set(one["questions"]) == set(QUESTIONS) for one in to_dict(made)["components"]]
    text = f"{sum(answered)} of {len(answered)} components of 8 teams"
    return Finding("F1 questions", "Each component is decided by the same four questions", "every one", text, all(answered))


def f1_stack() -> Finding:
    """A patchwork that nobody designed: the verdicts one by one against the components together."""
    stacks = [s for s in (together(dict(team)) for team in cases.teams()) if s is not None]
    never = all(s.mean <= s.as_decided + 1e-6 for s in stacks)
    other, text = share(not s.same for s in stacks)
    saved = sorted((s.as_decided - s.mean) / s.as_decided for s in stacks if not s.same)
    middle = f", saving {saved[len(saved) // 2]:.1%} in the middle of them" if saved else ""
    bar = f"never dearer than its verdicts one by one, and another combination in more than {bars.LEGITIMATE:.0%} of teams"
    return Finding("F1 stack", "The stack is decided as a whole, not as a patchwork", bar, f"another combination in {text}{middle}; {'never' if never else 'sometimes'} dearer", never and other > bars.LEGITIMATE)


def m1_storage() -> Finding:
    pairs = cases.storage()
    moved, text = share(a.best != b.best for a, b in pairs)
    return Finding("M1 storage", "What differs between trackers isn't storage", f"three times the data kept changes the tracker in at most {bars.ALMOST_NEVER:.0%} of teams", f"{text} change", moved <= bars.ALMOST_NEVER)


def vendor_events() -> Finding:
    """Endings are drawn for every option that rests on somebody else's product; a known end is certain."""
    names = list(catalog().components)
    good, total = 0, 0
    for index in range(bars.FEW):
        name = names[index % len(names)]
        problem = resolve(Profile.model_validate(cases.every_component(index)), name, catalog())
        world = World(problem, Draws(problem.drivers, SEED, "value", 2000))
        for option in problem.options:
            if option.engine_sourcing == "none":
                continue
            total += 1
            ends = ending_month(world, option)
            known = option.end_month is None or bool((ends <= option.end_month).all())
            good += bool((ends < world.months).any()) and known
    return Finding("Vendor events", "A vendor's end is a modelled risk", "every option that rests on somebody's product", f"{good} of {total} options of {bars.FEW} teams", good == total)


CLAIMS: tuple[Callable[[], Finding], ...] = (
    q1_measured, q1_stated, q2_scope, q2_underestimated, q2_upkeep, q2_effort, q2_gaps, q2_own_upkeep, q3_unmet, q3_relaxed,
    q4_dear, q4_kinds,
    m1_own, m1_own_start_up, m1_bought, m1x_self_hosted, m1x_own,
    m2_depends, m2_early, m2_ordinary, m2_latency, m2_volume, m2_residency,
    m3_depends, m3_simple, m3_throughput, m3_classic,
    w1_anticipated, w1_options, w2_gate, w2_evidence, w2_standing, w3_first, f1_questions, f1_stack, m1_storage, vendor_events,
)  # fmt: skip

WIDER_CLAIMS: tuple[Callable[[], Finding], ...] = (
    f2_build, f2_week, f2_years, q4_registry,
    m4_own, m4_bought, m4_transforms, m5_bought, m5_own, m5_truth, m6_compute, m6_own, m6_code, m6_exit, w3_further,
)  # fmt: skip
