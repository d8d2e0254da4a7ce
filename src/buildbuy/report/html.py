"""The run as one HTML page: no script, no request, light and dark, on a telephone and on A4.

Everything shown comes from run.json; jinja2 escapes it, and `safe` has taken out what a terminal or
a reader's eye could be led astray by.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from buildbuy.report import charts, words
from buildbuy.report.safe import everything, is_page

GRADES = {
    "measured": "counted or timed on your own systems",
    "quoted": "in writing from the one who charges it",
    "documented": "stated on its owner's pages",
    "secondary": "reported by somebody else",
    "reference-class": "what it took others in like cases",
    "stated": "said by you, not measured",
    "assumed": "a wide range that nobody has checked",
}
WORDS = {
    "standing": "what the verdict rests on: the weakest grade among the inputs that could change it",
    "modelled worlds": "each is one complete set of plausible values for everything uncertain; all options are priced in the same ones",
    "best in": "share of modelled worlds in which an option is the cheapest; overconfident against decided cases",
    "regret": "how much dearer an option is, on average, than the best one would be if everything were known",
    "worth": "how much, on average, a decision made after finding out would cost less if the answer were exact (the expected value of partial perfect information, EVPPI), and its sampling error",
    "as asked": "the same for the answer there is to be had, which is not exact (the expected value of sample information, EVSI)",
    "5% to 95%": "nine of ten modelled worlds lie between",
    "present value": "money spent later counts less, at the real discount rate below",
    "fit": "an unmet must bars an option; so does an unknown place, licence, certificate or price. Another unknown makes it conditional",
}


def render(data: dict[str, Any]) -> str:
    """The whole page. Raises jinja2 errors only for a template that is wrong."""
    shown = everything(data)
    return str(_template().render(
        d=shown, charts=charts, grades=GRADES, glossary=WORDS, style=charts.STYLE,
        by_grade={g: [x for x in shown["drivers"] if x["grade"] == g and not x["id"].startswith("owner.")] for g in GRADES}, sources=sources(shown),
        cases_note=words.CASES_NOTE,
    ))  # fmt: skip


def sources(data: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Every page that a number, a fit, a case or an exclusion was read from, or that a judgement of ours rests on, with what it was for."""
    found: dict[str, dict[str, None]] = {}
    for driver in data["drivers"]:
        found.setdefault(driver["source"], {})[driver["label"] + (" (our judgement)" if words.rests_on(driver["grade"], driver["source"]) else "")] = None
    for c in data["components"]:
        for option in c["options"]:
            for reason in option["fit"]["reasons"]:
                found.setdefault(reason["source"], {})[reason["requirement"]] = None
        for case in c["similar_cases"]:
            for key in ("source", "outcome_source"):
                found.setdefault(case[key] or "", {})[words.case_title(case)] = None
        for gone in c["excluded"]:
            found.setdefault(gone["source"], {})[gone["name"]] = None
    return [(page, list(found[page])) for page in sorted(found) if is_page(page)]


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


@lru_cache(maxsize=1)
def _template() -> Any:
    env = Environment(loader=PackageLoader("buildbuy.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    env.filters.update(number=words.number, unit=words.unit, share=_share, exact=lambda v: f"{v:,.0f}", flip=words.flip, prose=charts.prose, rests_on=words.rests_on)
    env.filters.update(case_title=words.case_title, case_story=words.case_story, case_likeness=words.case_likeness)
    env.filters.update(money=words.dollars, sure_in=words.sure_in, find_out=words.find_out, worth=words.worth, as_asked=words.as_asked, by_group=words.by_group, cash=words.cash)
    env.tests["page"] = is_page
    return env.get_template("report.html")
