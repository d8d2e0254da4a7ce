"""What a notebook shows of a run: the first screen of the page, without its styles."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from buildbuy.report import charts
from buildbuy.report.run_json import to_dict
from buildbuy.report.safe import everything, plain
from buildbuy.report.words import dollars

if TYPE_CHECKING:
    from buildbuy.decide.outcome import ActionResult, Outcome
    from buildbuy.decide.run import Run


def of_run(run: Run) -> str:
    """Sentence, standing, options and cost over time of every component."""
    data = everything(to_dict(run))
    return str(Markup("").join(_component(c, data) for c in data["components"]))


def of_outcome(outcome: Outcome) -> str:
    """The same for one component, in USD of the catalog's year."""
    from buildbuy.decide.run import Run

    problem = outcome.problem
    alone = Run({problem.component: outcome}, None, "", problem.as_of, outcome.seed, outcome.draws, problem.settings.months, "USD", 1.0, problem.price_year, "")
    return of_run(alone)


def of_ledger(result: ActionResult) -> str:
    """The ledger of one option, in USD."""
    rows = [Markup("<tr><td>{}{}</td><td>{:,.0f}</td><td>{:,.0f}</td><td>{:,.0f}</td></tr>").format(plain(x.line), " (shared)" if x.shared else "", x.mean, x.p5, x.p95) for x in result.ledger if x.mean or x.p5 or x.p95]
    s = result.cost
    head = Markup("<h4>{}</h4><table><thead><tr><th>line, USD</th><th>mean</th><th>5%</th><th>95%</th></tr></thead><tbody>").format(plain(result.option.name))
    total = Markup("<tr><th>total</th><th>{:,.0f}</th><th>{:,.0f}</th><th>{:,.0f}</th></tr></tbody></table>").format(s.mean, s.p5, s.p95)
    return str(head + Markup("").join(rows) + total)


def _component(c: dict[str, Any], data: dict[str, Any]) -> Markup:
    currency = data["currency"]
    rows = [
        Markup("<tr><td>{}</td><td>{}</td><td>{} to {}</td><td>{}</td></tr>").format(
            o["name"], dollars(o["cost"]["mean"], currency), dollars(o["cost"]["p5"], currency), dollars(o["cost"]["p95"], currency), f"{o['p_best']:.0%}"
        )
        for o in c["options"]
        if o["p_best"] is not None
    ]
    head = Markup("<h3>{}: {}</h3><p>Standing: {}. {} {}, present value over {} months.</p>").format(c["name"], charts.prose(c["verdict"]["summary"]), c["verdict"]["standing"], data["price_year"], currency, data["horizon_months"])
    table = Markup("<table><thead><tr><th>first action</th><th>mean</th><th>5% to 95%</th><th>best in</th></tr></thead><tbody>{}</tbody></table>").format(Markup("").join(rows))
    return head + table + _picture(c, currency)


def _picture(c: dict[str, Any], currency: str) -> Markup:
    """Cost over time as an image with its colours and its paper inside: its styles reach no other
    cell, and it can be read on any theme.
    """
    picture = charts.over_time(c, currency)
    if picture is None:
        return Markup("")
    data = b64encode(charts.standalone(picture).encode("utf-8")).decode("ascii")
    return Markup('<img alt="{}" style="width:100%;max-width:40rem" src="data:image/svg+xml;base64,{}">').format(plain(charts.over_time_words(c, currency)), data)
