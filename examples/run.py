"""Run the example teams: the sentence, the standing, and whether the run is the expected one.

Each folder holds a profile, the expected run (its numbers within rounding) and a README. With
`--update` the expected runs are written anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parent
TOLERANCE = 1e-6


def folders() -> list[Path]:
    """The examples, by name."""
    return sorted(p.parent for p in HERE.glob("*/profile.yaml"))


def arguments(folder: Path) -> list[str]:
    """What is passed to `decide` beside the profile: the words in the folder's `arguments` file."""
    extra = folder / "arguments"
    return extra.read_text(encoding="utf-8").split() if extra.exists() else []


def decide(folder: Path) -> dict[str, Any]:
    """The run of one example, by the command a user would type."""
    command = [sys.executable, "-m", "buildbuy", "decide", str(folder / "profile.yaml"), *arguments(folder), "--format", "json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    data: dict[str, Any] = json.loads(done.stdout)
    return data


def brief(run: dict[str, Any]) -> dict[str, Any]:
    """The part of a run that is kept as expected: verdicts, costs by option, what would flip them."""
    keep = ("id", "verdict", "p_best", "p_best_by_sourcing", "runner_up", "expected_regret", "required_advantage", "horizons", "must_costs")
    return {
        "as_of": run["as_of"], "catalog_version": run["catalog_version"], "currency": run["currency"], "price_year": run["price_year"],
        "components": [
            {
                **{k: c[k] for k in keep},
                "flips": [{k: f[k] for k in ("driver", "value", "unit", "direction", "to")} for f in c["flips"]],
                "options": [{k: o[k] for k in ("id", "plan", "own_parts", "cost", "policy_cost", "p_best", "regret")} | {"fit": o["fit"]["status"]} for o in c["options"]],
            }
            for c in run["components"]
        ],
        "stack": run["stack"],
    }  # fmt: skip


def differences(found: Any, expected: Any, path: str = "") -> list[str]:
    """Where two runs differ by more than rounding."""
    if isinstance(found, dict) and isinstance(expected, dict):
        out = [f"{path}.{k}: only in one" for k in sorted(set(found) ^ set(expected))]
        return out + [d for k in found if k in expected for d in differences(found[k], expected[k], f"{path}.{k}")]
    if isinstance(found, list) and isinstance(expected, list):
        if len(found) != len(expected):
            return [f"{path}: {len(found)} instead of {len(expected)} entries"]
        return [d for i, (a, b) in enumerate(zip(found, expected, strict=True)) for d in differences(a, b, f"{path}[{i}]")]
    if isinstance(found, float) and isinstance(expected, int | float):
        return [] if abs(found - expected) <= TOLERANCE * max(1.0, abs(expected)) else [f"{path}: {found} instead of {expected}"]
    return [] if found == expected else [f"{path}: {found!r} instead of {expected!r}"]


def main() -> int:
    """Print every example's answer; 1 if one is no longer as expected."""
    update = "--update" in sys.argv
    failed = 0
    for folder in folders():
        run = decide(folder)
        print(f"\n{run['name']}  ({' '.join([f'examples/{folder.name}', *arguments(folder)])})")
        for component in run["components"]:
            verdict = component["verdict"]
            print(textwrap.fill(f"{component['name']}: {verdict['summary']} Standing: {verdict['standing']}.", 100, initial_indent="  ", subsequent_indent="    "))
        expected = folder / "expected.json"
        if update:
            expected.write_text(json.dumps(brief(run), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            continue
        found = differences(brief(run), json.loads(expected.read_text(encoding="utf-8")))
        if found:
            failed = 1
            print("  not as expected: " + "; ".join(found[:5]))
    place = ROOT.name if Path.cwd() != ROOT else "."
    print(f"\nLook closer (in {place}):  .venv/bin/buildbuy decide examples/{folders()[0].name}/profile.yaml --why --money")
    print("Your own team:  .venv/bin/buildbuy decide --component feature-store")
    return failed


if __name__ == "__main__":
    sys.exit(main())
