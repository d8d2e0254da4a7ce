"""Speed and memory of a decision, beside their targets. Always ends with 0: read the table.

Every measurement runs in a process of its own with the catalog loaded; each repetition decides
with a new seed. The ledgers are timed against `reference.py` on the same draws, and must agree
with it to one in a million.
"""


from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from reference import Reference

from buildbuy.catalog.load import DATA, load, load_alone
from buildbuy.decide.candidates import candidates
from buildbuy.decide.component import decide
from buildbuy.decide.run import decide_all, processors
from buildbuy.decide.switching import Running, static_lines
from buildbuy.decide.valuation import CHUNK
from buildbuy.domain.problem import Option, Problem
from buildbuy.domain.profile import Profile
from buildbuy.resolve import resolve
from buildbuy.worlds.draws import Draws
from buildbuy.worlds.world import World

COMPONENTS = ("experiment-tracking", "feature-store", "model-serving")
FURTHER = ("data-pipeline", "monitoring", "training-compute")
PROFILE = {"organisation": {"stage": "series-a", "ml_people": "6 to 10", "platform_people": 2, "region": "us"}, "have": ["kubernetes"]}


def problems(names: Iterable[str] = COMPONENTS) -> list[Problem]:
    """A typical team, the components, 36 months."""
    catalog = load()
    profile = Profile.model_validate({**PROFILE, "components": {}})
    return [resolve(profile, name, catalog, months=36) for name in names]


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def decisions(draws: int, names: Iterable[str] = COMPONENTS) -> dict[str, float]:
    """Best wall time of deciding everything, warm, and the peak memory of the process in bytes."""
    made = problems(names)
    for problem in made:
        decide(problem, draws=500, seed=999)
    seeds = range(3 if draws <= 10_000 else 1)
    times = [seconds(lambda seed=seed: decide_all({p.component: p for p in made}, draws=draws, seed=seed)) for seed in seeds]
    one, others = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = (one + others * (min(processors(), len(made)) - 1)) * (1 if sys.platform == "darwin" else 1024)  # each child at its own peak
    return {"components": len(made), "seconds": min(times), "bytes": peak}


def ledgers(draws: int) -> dict[str, float]:
    """Best wall times of all static ledgers: the engine's and the reference's, on the same draws."""
    ours = theirs = 0.0
    for problem in problems():
        search = World(problem, Draws(problem.drivers, 1, "search", 500))
        options = [c.option for c in candidates(search, problem).values()]
        drawn = [Draws(problem.drivers, 1, "value", min(a + CHUNK, draws), a) for a in range(0, draws, CHUNK)]
        whole = Draws(problem.drivers, 1, "value", draws)
        for one in (*drawn, whole):
            assert agree(problem, options, one)
        ours += min(seconds(lambda: [engine(problem, options, d) for d in drawn]) for _ in range(5))  # noqa: B023
        theirs += min(seconds(lambda: plain(problem, options, whole)) for _ in range(5))  # noqa: B023
    return {"engine": ours, "reference": theirs, "ratio": ours / theirs}


def engine(problem: Problem, options: list[Option], draws: Draws) -> dict[str, dict[str, np.ndarray]]:
    world = World(problem, draws)
    incumbent = Running(world, problem.incumbent)
    return {o.action: static_lines(world, incumbent, Running(world, o))[0] for o in options}


def plain(problem: Problem, options: list[Option], draws: Draws) -> dict[str, dict[str, np.ndarray]]:
    return Reference(problem, draws.value, draws.score, draws.n, draws.again).ledgers(options)


def agree(problem: Problem, options: list[Option], draws: Draws) -> bool:
    """Whether both give the same present values (this also draws everything both will read)."""
    ours, theirs = engine(problem, options, draws), plain(problem, options, draws)
    for action, lines in theirs.items():
        for line in {*lines, *ours[action]}:
            a, b = (x.get(line, 0.0) for x in (ours[action], lines))
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-6, err_msg=f"{problem.component} {action} {line}")
    return True


def worths(draws: int) -> dict[str, float]:
    """Best wall time of what every driver of a component is worth, on given costs of ten actions."""
    from buildbuy.decide import information

    [problem] = problems(("model-serving",))
    sampled = Draws(problem.drivers, 1, "value", draws)
    scores = {name: sampled.score(name) for name, driver in problem.drivers.items() if not driver.estimate.is_exact}
    some = np.stack(list(scores.values())[:40])
    costs = np.random.default_rng(0).normal(size=(10, len(some))) @ some
    return {"drivers": len(scores), "seconds": min(seconds(lambda: information.effects(dict(problem.drivers), scores, costs.T)) for _ in range(3))}


def reports() -> dict[str, float]:
    """Best wall time from a decided run of six components to its HTML page, run.json included; and of
    the workbook.
    """
    from buildbuy.decide.run import run
    from buildbuy.report import html, workbook
    from buildbuy.report.run_json import to_dict

    catalog = load()
    profile = Profile.model_validate({**PROFILE, "components": {}})
    names = (*COMPONENTS, "data-pipeline", "monitoring", "training-compute")
    made = run({n: resolve(profile, n, catalog, months=36) for n in names if n in catalog.components}, draws=2000, seed=0, catalog_version=catalog.version, as_of=catalog.month)
    page = min(seconds(lambda: html.render(to_dict(made))) for _ in range(3))
    data = to_dict(made)
    return {"components": len(made.outcomes), "html": page, "xlsx": min(seconds(lambda: workbook.render(made, data)) for _ in range(3))}


def start_up() -> float | None:
    """Seconds of `buildbuy --help`, the best of seven; None where the command is not installed."""
    command = shutil.which("buildbuy", path=str(Path(sys.executable).parent))
    if command is None:
        return None
    times = []
    for _ in range(7):
        began = time.perf_counter()
        done = subprocess.run([command, "--help"], capture_output=True, check=False)
        times.append(time.perf_counter() - began)
        if done.returncode:
            return None
    return min(times)


def measured(what: str) -> dict[str, float]:
    """One measurement in a fresh process."""
    done = subprocess.run([sys.executable, __file__, what], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return {}
    return dict(json.loads(done.stdout))


def row(name: str, value: float | None, target: float, unit: str) -> str:
    shown = "not measured" if value is None else f"{value:.2f} {unit}".strip()
    verdict = "miss" if value is None or value > target else "ok"
    return f"{name:<46}{shown:>14}{f'{target:g} {unit}'.strip():>12}   {verdict}"


def loading() -> dict[str, float]:
    """Best wall time of loading and validating the whole catalog, once warm."""
    load()
    return {"seconds": min(seconds(lambda: load_alone(DATA)) for _ in range(5))}  # `load` keeps what it has read


RUNS: dict[str, Callable[[], dict[str, float]]] = {
    "ledgers": lambda: ledgers(10_000),
    "loading": loading,
    "worths": lambda: worths(10_000),
    "reports": reports,
    **{f"three {n}": lambda n=n: decisions(n) for n in (10_000, 100_000)},  # type: ignore[misc]
    **{f"six {n}": lambda n=n: decisions(n, (*COMPONENTS, *FURTHER)) for n in (2_000, 10_000, 100_000)},  # type: ignore[misc]
}
TARGETS = {"three 10000": (1, None), "three 100000": (8, 1.5), "six 2000": (0.5, None), "six 10000": (2, None), "six 100000": (16, 2)}


def main() -> None:
    print(f"{'':<46}{'measured':>14}{'target':>12}")
    for run, (limit, memory) in TARGETS.items():
        found = measured(run)
        which, draws = run.split(" ")
        print(row(f"decide {which} components, {int(draws):,} draws", found.get("seconds"), limit, "s"))
        if memory is not None:
            print(row("  peak memory, all processes", found["bytes"] / 1e9 if found else None, memory, "GB"))
    both = measured("ledgers")
    print(row("ledgers against the plain reference (ratio)", both.get("ratio"), 2, ""))
    known = measured("worths")
    print(row(f"EVPPI of all {int(known.get('drivers', 0))} drivers, 10,000 draws", known.get("seconds"), 1, "s"))
    print(row("loading the catalog", measured("loading").get("seconds"), 0.5, "s"))
    paper = measured("reports")
    print(row(f"HTML report of {int(paper.get('components', 0))} components", paper.get("html"), 2, "s"))
    print(row("workbook of the same", paper.get("xlsx"), 2, "s"))
    print(row("buildbuy --help", start_up(), 0.2, "s"))
    if both:
        print(f"\nledgers at 10,000 draws: {both['engine']:.3f} s, reference {both['reference']:.3f} s; equal to 1e-6")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(RUNS[sys.argv[1]]()))
    else:
        main()
