"""Rewrites the tables in docs/concepts/claims.md from a run of every claim.

    python tests/conformance/report.py            rewrite them
    python tests/conformance/report.py --further  only those of the further components
    python tests/conformance/report.py --check    exit 1 if they would change
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import bars
import sampler
from findings import CLAIMS, WIDER_CLAIMS, Finding, by_sourcing, share
from misses import MISSES
from population import DRAWS, SEED, of

PAGE = Path(__file__).parents[2] / "docs" / "concepts" / "claims.md"
BEGIN, END = "<!-- {}: written by tests/conformance/report.py -->", "<!-- end of {} -->"


def claims_table(claims: Iterable[Callable[[], Finding]]) -> str:
    """One row a claim: bar, what was found, and the share after the gate."""
    rows = ["| claim | bar | found | after the gate | |", "|---|---|---|---|---|"]
    rows += [_row(claim.__name__, claim()) for claim in claims]
    return "\n".join(rows)


def _row(name: str, f: Finding) -> str:
    mark = "holds" if f.holds else f"**misses** ([why](#{name.replace('_', '-')}))" if name in MISSES else "**misses**"
    return f"| {f.id}. {f.statement} | {f.bar} | {f.found} | {f.gated} | {mark} |"


def scales_table(components: Iterable[str]) -> str:
    """Verdicts by scale and sourcing, before the gate; the last column counts own new builds."""
    rows = ["| component | scale | profiles | verdicts | own new builds | after the gate |", "|---|---|---|---|---|---|"]
    for component in components:
        for scale in sampler.CLASSES:
            found = [v for v in of(component) if v.scale == scale]
            if not found:
                continue
            shares = ", ".join(f"{k} {v:.0%}" for k, v in by_sourcing(found).items())
            new, gated = share(v.new_build for v in found), share(v.gated_new_build for v in found)
            rows.append(f"| {component} | {scale} | {len(found)} | {shares} | {new[1]} | {gated[0]:.1%} |")
    return "\n".join(rows)


def filled(page: str, further_only: bool = False) -> str:
    """The page with its tables renewed."""
    made = []
    if not further_only:
        made += [("claims", f"{_intro(sampler.N)}\n\n{claims_table(CLAIMS)}"), ("scales", scales_table(bars.COMPONENTS))]
    made += [("further claims", f"{_intro(sampler.WIDER_N)}\n\n{claims_table(WIDER_CLAIMS)}"), ("further scales", scales_table(bars.WIDER))]
    for name, text in made:
        begin, end = BEGIN.format(name), END.format(name)
        before, rest = page.split(begin)
        page = f"{before}{begin}\n\n{text}\n\n{end}{rest.split(end)[1]}"
    return page


def _intro(profiles: int) -> str:
    return f"{profiles} profiles, seed {sampler.SEED}; {DRAWS} draws each, seed {SEED}."


def main(arguments: list[str]) -> int:
    old = PAGE.read_text(encoding="utf-8")
    new = filled(old, "--further" in arguments)
    if "--check" in arguments:
        return int(new != old)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
