"""Writes notebook.ipynb beside it, with the outputs that its cells have today."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CELLS = [
    ("markdown", "# Deciding in a notebook\n\nThe library does what the command does: `buildbuy.library.decide` takes a profile, as a file or as a mapping of the same keys, and gives a run. Runs, verdicts and ledgers show themselves."),
    ("markdown", "## A team's feature store\n\nThe profile of [examples/series-a-feature-store](../../examples/series-a-feature-store/profile.yaml): a Series-A team with a home-made store. The sentence comes first, then its standing: what kind of evidence it rests on."),
    ("code", 'from buildbuy.library import decide\n\nprofile = "../../examples/series-a-feature-store/profile.yaml"\nrun = decide(profile, "feature-store", draws=4000)\nrun.outcomes["feature-store"]'),
    ("markdown", "## What the money is\n\nThe ledger of the verdict. Every line is a mean over the same modelled worlds, with the 5% and 95% points; the lines sum to the total."),
    ("code", 'verdict = run.outcomes["feature-store"]\nverdict.actions[verdict.chosen]'),
    ("markdown", "## What would change it\n\nDrivers whose own plausible range holds a value at which another option has the lower expected cost, with how each is known today."),
    ("code", 'from buildbuy.decide.information import at_score\n\n[(flip.driver.label, "above" if flip.above else "below", f"{at_score(flip.driver, flip.score, verdict.scale):.3g}", flip.driver.unit, flip.to, flip.driver.grade) for flip in verdict.flips]'),
    ("markdown", "## A what-if\n\nThe same profile as a mapping, with a harder requirement: the data may not leave the team's own network. Every other driver keeps its draws, so the difference is what the requirement costs."),
    ("code", 'from pathlib import Path\n\nimport yaml\n\ngiven = yaml.safe_load(Path(profile).read_text())\nstore = given["components"]["feature-store"]\nothers = [r for r in store["requirements"] if "data_residency" not in r]\nstore["requirements"] = [*others, {"data_residency": "own-network"}]\nwithin = decide(given, draws=4000).outcomes["feature-store"]\nwithin'),
    ("code", 'before, after = (o.actions[o.chosen] for o in (verdict, within))\nf"{before.option.name}: ${before.policy_cost:,.0f}; in the own network {after.option.name}: ${after.policy_cost:,.0f}"'),
    ("markdown", "## Into the meeting\n\nThe same run as a page, a workbook or a folder of records: `buildbuy decide profile.yaml --format html --out report.html`, `--format xlsx`, `--save decisions/`. [The guide](reports.md) says which is for whom."),
]  # fmt: skip


def output(value: Any, number: int) -> dict[str, Any]:
    """A cell's result: rich where the object has it."""
    rich = getattr(value, "_repr_html_", None)
    data = {"text/html": rich()} if rich is not None else {"text/plain": repr(value)}
    return {"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": data}


def main() -> None:
    os.chdir(HERE)
    names: dict[str, Any] = {}
    cells: list[dict[str, Any]] = []
    number = 0
    for i, (kind, source) in enumerate(CELLS):
        cell: dict[str, Any] = {"cell_type": kind, "id": f"cell-{i}", "metadata": {}, "source": source}
        if kind == "code":
            number += 1
            body, _, last = source.rpartition("\n")
            exec(compile(body, "cell", "exec"), names)
            cell |= {"execution_count": number, "outputs": [output(eval(compile(last, "cell", "eval"), names), number)]}
        cells.append(cell)
    book = {"cells": cells, "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5}
    (HERE / "notebook.ipynb").write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
