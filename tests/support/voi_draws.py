"""Draws on which the worth of information is compared with `voiage`. As a program: its answers, from an
environment that has it (`make oracles`), written to tests/data/voiage.json.

voiage can't be installed beside the locked scipy, hence the file.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

RECORDED = Path(__file__).parents[1] / "data" / "voiage.json"
N = 4_000
ASK = "import sys, numpy, voiage; print(voiage.__version__); [print(repr(float(voiage.evpi(numpy.load(p))))) for p in sys.argv[1:]]"


def net_benefits() -> dict[str, np.ndarray]:
    """Net benefits (draws, actions): the vignette, one with five actions, and ledgers of our own."""
    import synthetic

    from buildbuy.decide.switching import Running, static_total
    from buildbuy.worlds.draws import Draws, scores
    from buildbuy.worlds.world import World

    p1, p2 = 1 + scores(1, "voi", "p1", 0, N), 2 * scores(1, "voi", "p2", 0, N)
    five = np.stack([i + (5 - i) * scores(1, "voi", f"five{i}", 0, N) for i in range(5)], axis=1)
    problem = synthetic.problem([synthetic.managed("cloud"), synthetic.self_hosted("own"), synthetic.managed("other")])
    world = World(problem, Draws(problem.drivers, 1, "value", N))
    today = Running(world, problem.incumbent)
    ledgers = np.stack([static_total(world, today, Running(world, o))[0] for o in problem.options], axis=1)
    return {"vignette": np.stack([np.zeros(N), p1 - p2], axis=1), "five": five, "ledgers": -ledgers}


def asked(python: str) -> dict[str, object]:
    """What voiage says, run by another Python."""
    draws = net_benefits()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for name, values in draws.items():
            paths.append(str(Path(folder) / f"{name}.npy"))
            np.save(paths[-1], values)
        done = subprocess.run([python, "-c", ASK, *paths], check=True, capture_output=True, text=True)
    version, *answers = done.stdout.split()[-len(paths) - 1 :]
    return {"voiage": version, "numpy": importlib.metadata.version("numpy"), "draws": N, "evpi": dict(zip(draws, map(float, answers), strict=True))}


if __name__ == "__main__":
    RECORDED.write_text(json.dumps(asked(sys.argv[1]), indent=1) + "\n", encoding="utf-8")
    print(RECORDED.read_text(encoding="utf-8"))
