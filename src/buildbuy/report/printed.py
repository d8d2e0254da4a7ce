"""Every number that a component's pages print, as it is printed, with what derives it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from buildbuy.backtest.past import SOURCINGS
from buildbuy.decide.outcome import Outcome
from buildbuy.domain.bounds import HORIZON
from buildbuy.domain.problem import DEFER, Reason
from buildbuy.quantities.months import month_after
from buildbuy.questions.ownership import ledger as lg
from buildbuy.report import calibration, words
from buildbuy.report.derivation import (
    FORMULAS,
    Node,
    driver_node,
    named_line,
    option_node,
    reason_node,
)
from buildbuy.report.words import dollars, number, unit

Make = Callable[[], Node]
AMOUNT = re.compile(r"[$€£]?\d[\d.,]*\d(?:k|M|%)?|\d%?")
MEETS = "where the verdict's line meets the other's"
LINEAR = {"opportunity_multiplier": f"costs are linear in the price of an hour: {MEETS}", "assistants": f"costs are linear in the effort of own code: {MEETS}"}
SURE = "expected value of perfect information"


@dataclass(frozen=True)
class Printed:
    """A number as printed, what it is the number of, and its derivation. `first` says that the pages of
    `decide` have it; the others stand in a table, a picture or a derivation.
    """

    text: str
    label: str
    make: Make
    first: bool = True


@dataclass(frozen=True)
class Page:
    """One component's outcome, and the same as run.json has it."""

    outcome: Outcome
    c: dict[str, Any]
    currency: str
    per: float

    @property
    def draws(self) -> str:
        return f"over {self.outcome.draws:,} draws"

    @property
    def called(self) -> dict[str, str]:
        return {o["id"]: o["name"] for o in self.c["options"]}

    def whole(self, action: str) -> Make:
        return lambda: option_node(self.outcome, self.outcome.actions[action], self.currency, self.per)

    def driver(self, name: str) -> Make:
        return lambda: driver_node(self.outcome, name)

    def drivers(self, *names: str) -> tuple[Make, ...]:
        return tuple(self.driver(n) for n in names if n in self.outcome.problem.drivers)

    def number(self, text: str, value: float | None, label: str, what: str, detail: str, *children: Make, first: bool = True) -> Iterator[Printed]:
        if value is not None:
            yield Printed(text, label, lambda: Node(f"{text}  {what}", value, detail, tuple(make() for make in children)), first)

    def money(self, value: float | None, label: str, what: str, detail: str, *children: Make, first: bool = True) -> Iterator[Printed]:
        yield from self.number("" if value is None else dollars(value, self.currency), value, label, what, detail, *children, first=first)

    def share(self, value: float | None, label: str, what: str, detail: str, *children: Make, first: bool = True) -> Iterator[Printed]:
        yield from self.number("" if value is None else f"{value:.0%}", value, label, what, detail, *children, first=first)

    def plain(self, value: float | None, label: str, what: str, detail: str, *children: Make, first: bool = True) -> Iterator[Printed]:
        yield from self.number(number(value), value, label, what, detail, *children, first=first)


def printed(outcome: Outcome, c: dict[str, Any], currency: str, per: float) -> Iterator[Printed]:
    """Every number of the component's pages: those of the first page before what stands in tables."""
    page = Page(outcome, c, currency, per)
    for part in (_options, _shares, _verdict, _break_evens, _flips, _worth, _cash, _musts, _reasons, _cases, _ledgers, _over_time, _structures, _tornado, _drivers):
        yield from part(page)


def _options(page: Page) -> Iterator[Printed]:
    for o in page.c["options"]:
        name, all_of_it = o["name"], page.whole(o["id"])
        yield Printed(dollars(o["cost"]["mean"], page.currency), name, all_of_it)
        yield from page.money(o["cost"]["p5"], "5% point", f"5% point of the cost of {name}", f"in 5% of the modelled worlds it costs less, {page.draws}", all_of_it)
        yield from page.money(o["cost"]["p95"], "95% point", f"95% point of the cost of {name}", f"in 5% of the modelled worlds it costs more, {page.draws}", all_of_it)
        if o["id"] == DEFER:
            after = o["policy"]["when"]["after_months"]
            yield from page.plain(after, "wanted from", "months to wait", f"stated: `wanted_from` in the profile, {month_after(page.outcome.problem.as_of, after)}", all_of_it)
        elif to := o["policy"]["switch_to"]:
            both = (all_of_it, page.whole(to))
            yield from page.money(o["policy_cost"], "with its later switch", f"mean cost of {name} with its later switch", o["policy"]["sentence"], *both)
            yield from page.share(o["policy"]["switches_in"], "switches in", f"{name} is left for {page.called[to]}", f"share of modelled worlds in which the rule starts the work and it ends within the horizon: {o['policy']['sentence']}", *both)
            rule = o["policy"]["when"]
            in_usd = rule["unit"].startswith("USD")
            past = rule["value"] / page.per if in_usd else rule["value"]
            of = rule["unit"].replace("USD", page.currency, 1) if in_usd else rule["unit"]
            yield from page.plain(past, words.metric_label(rule["metric"], page.outcome.problem), f"{unit(of)}  past which {name} is left for {page.called[to]}", "the value of lowest mean cost on draws of its own, kept where it still pays on fresh ones", *both)
        yield from page.money(o["regret"], "regret", f"regret of {name}", f"its cost less that of the cheapest action in the same world, averaged {page.draws}", all_of_it)
        yield from page.share(o["p_best"], "best in", f"{name} is the cheapest", f"share of modelled worlds, {page.draws}; no probability: overconfident against decided cases", all_of_it)
        back = (page.whole(o["forced_exit_to"]),) if o["forced_exit_to"] else ()
        yield from page.money(o["exit_cost"], "leaving", f"leaving {name} today", FORMULAS[lg.EXIT], *back)
        yield from page.share(o["ends_in_horizon"], "has to be left", f"{name} has to be left within the horizon", f"share of modelled worlds, {page.draws}: its owner ends it, the load outgrows it, or a requirement comes that it can't meet", all_of_it)
        yield from page.share(o["chance_over_budget"], "budget", f"{name} costs more than what is set aside", f"share of modelled worlds, {page.draws}, whose cost exceeds the monthly budget's present value", all_of_it)


def _shares(page: Page) -> Iterator[Printed]:
    """Shares by sourcing, as modelled and as decided cases correct them."""
    shares, corrected = page.c["p_best_by_sourcing"], page.c["p_best_by_sourcing_corrected"]
    even = (1 - shares.get("defer", 0.0)) / len(SOURCINGS)
    for sourcing, share in shares.items():
        each = tuple(_best_in(page, o) for o in page.c["options"] if o["sourcing"] == sourcing and o["p_best"])
        raw = list(page.share(share, "share by sourcing", f"{sourcing} options together are the cheapest", "the sum of their shares of modelled worlds", *each))
        yield from raw
        if sourcing != "defer":
            rule = f"{1 - calibration.WEIGHT:.2f} × its share of modelled worlds + {calibration.WEIGHT:.2f} × {even:.0%}; {calibration.NOTE}"
            yield from page.share(corrected.get(sourcing), "corrected share", f"{sourcing} options together, corrected by decided cases", rule, *(x.make for x in raw))


def _best_in(page: Page, o: dict[str, Any]) -> Make:
    return lambda: Node(f"{o['p_best']:.0%}  {o['name']} is the cheapest", o["p_best"], f"share of modelled worlds, {page.draws}", (page.whole(o["id"])(),))


def _verdict(page: Page) -> Iterator[Printed]:
    c, outcome = page.c, page.outcome
    verdict = c["verdict"]
    if verdict["option"] is None:
        return
    deciding = tuple(page.driver(d.id) for d in outcome.deciding if d.id in outcome.problem.drivers)
    why = "the weakest grade among the inputs that could change the verdict, or that carry its lead"
    yield Printed(verdict["standing"], "standing", lambda: Node(f"{verdict['standing']}  standing", None, why, tuple(make() for make in deciding)))
    hours = c["options"][0]["labour_hours"]
    if hours:
        a_month = hours / outcome.problem.settings.months
        yield from page.number(f"{a_month:,.0f}", a_month, "hours a month", f"hours a month that {c['options'][0]['name']} takes", "present value of the lines that are hours ÷ price of an hour ÷ months", page.whole(verdict["option"]))
    if held := verdict["not_yet"]:
        yield from page.money(held["expected_saving"], "expected saving", f"what {held['option']} would save", "mean cost of the verdict less that of the build that is held back", page.whole(verdict["option"]), page.whole(held["option"]))
    if later := verdict.get("later"):
        yield from page.plain(later["horizon"], "horizon", "months: a horizon within which it would be wanted", f"the months until it is wanted, and those of this run once more; {HORIZON[1]} can be asked for at most")
        yield from page.plain(later["lead_months"], "lead", f"months within which {page.called[later['target']]} is in use in 95% of modelled worlds", f"set-up work and calendar time if it were begun today, {page.draws}", page.whole(later["target"]))
    need = c["required_advantage"]
    if need:
        build = (page.whole(need["build"]), page.whole(need["against"]))
        what = f"a month that {page.called[need['build']]} would have to earn beyond {page.called[need['against']]}"
        yield from page.money(need["monthly"], "required advantage", what, "difference of the two mean costs over the present value of one a month while the build is in use", *build)
        yield from page.share(need["share_of_ml_payroll"], "required advantage", what + ", as a share of the ML payroll", "payroll: people who work on ML × loaded cost of an hour × 152 a month", *build, *page.drivers("ml_people", "labour"))
        yield from page.share(need["chance_needed"], "claim", "chance that the claim would need to be true for building to win", "what building would have to earn ÷ what the claim says it earns", *build)
    yield from page.money(c["materiality"], "materiality", "the smallest difference that counts", "person-weeks a year × 40 hours × loaded cost of an hour, over the horizon", *page.drivers("labour"), first=False)


def _break_evens(page: Page) -> Iterator[Printed]:
    for b in page.c["break_evens"]:
        pair = (page.whole(b["between"][0]), page.whole(b["between"][1]))
        for value in (*b["crossings"], *(end for tie in b["ties"] for end in tie.values()), b["p5"], b["p50"], b["p95"], b["today"]):
            yield from page.plain(value, "break-even", f"{unit(b['unit'])} {b['label']}", f"break-even of {' and '.join(b['between'])}: {b['label']} set to each value of a grid, all else drawn, endings included, later switches not; today {number(b['today'])}", *pair)
        yield from page.share(b["share_of_worlds"], "break-even", f"worlds in which {' and '.join(b['between'])} cross at all, over {b['label']}", "share of single worlds whose costs cross on the grid", *pair, first=False)


def _flips(page: Page) -> Iterator[Printed]:
    for f in page.c["flips"]:
        to = page.whole(f["to"])
        if f["driver"].startswith("discount."):
            meets = "its mean cost less the lowest ÷ its mean bill"
            yield from page.share(f["value"], f["label"], f"{f['label']}: above it {page.called[f['to']]} has the lowest expected cost", meets, to, page.whole(page.c["verdict"]["option"]))
            continue
        what = f"{unit(f['unit'])}  {f['label']}: {f['direction']} it {page.called[f['to']]} has the lowest expected cost"
        children = (*page.drivers(f["driver"]), to)
        detail = LINEAR.get(f["driver"], "the driver moved, all else as drawn; cost by a cubic in the driver's score")
        yield from page.plain(f["value"], f["label"], what, detail, *children)
        if f["unit"] == "share":
            yield from page.share(f["value"], f["label"], what, detail, *children)


def _worth(page: Page) -> Iterator[Printed]:
    for m in page.c["measure_next"]:
        label, itself = m["label"], page.driver(m["driver"])
        yield from page.money(m["evppi"], label, f"worth of knowing: {label}", f"{SURE} about this alone: what deciding again on its value would save on average", itself)
        if "evsi" in m:
            yield from page.money(m["evppi_error"], label, f"standard error of the worth of knowing: {label}", "by sampling: how far another seed's worth would lie from it", itself)
            yield from page.money(m["evsi"], label, f"worth of asking: {label}", f"expected value of sample information: the same for an answer ({m['way']}) that is off by {m['precision']:g} (sd of its {m['precision_of']})", itself)
        yield from page.money(m["cost_of_asking"], label, f"cost of finding out: {label}", "hours it takes × price of an hour", *page.drivers("labour"))
    for g in page.c["worth_by_group"]:
        members = page.drivers(*g["drivers"])
        yield from page.money(g["evppi"], g["group"], f"worth of knowing all of a kind: {g['group']}", f"{SURE} about these {len(members)} inputs at once: what deciding again on their values would save on average", *members)
        yield from page.money(g["evppi_error"], g["group"], f"standard error of the worth of knowing all of a kind: {g['group']}", "by sampling: how far another seed's worth would lie from it", *members)


def _cash(page: Page) -> Iterator[Printed]:
    """The sentence about cash, and the runway."""
    found = words.cash_numbers(page.c)
    if found is None:
        return
    action = page.c["over_time"]["actions"][0]["action"]
    name, whole, runway = page.called[action], page.whole(action), page.drivers("runway")
    rest = f"its ledger's lines as they are paid month by month, not discounted, {page.c['over_time']['worlds']} worlds; without endings, later switches and the work that is yours in every option"
    yield from page.money(found["a_quarter"], "cash", f"a quarter on average, {name}", f"mean of all quarters: {rest}", whole)
    yield from page.money(found["dearest_p50"], "cash", f"less than this in half of the worlds in their dearest quarter, {name}", rest, whole)
    yield from page.money(found["dearest_p95"], "cash", f"less than this in 95% of the worlds in their dearest quarter, {name}", rest, whole)
    yield from page.share(found["bought"], "cash", f"of the cash that {name} takes is paid to others", "the lines that aren't hours of your people", whole)
    yield from page.money(found["before_runway"], "runway", f"before the money runs out, {name}", f"mean of what is paid in the months before: {rest}", *runway, whole)
    yield from page.share(found["runs_out"], "runway", f"the money runs out before {name} is in use", "share of worlds whose month of first use lies after the runway's end", *runway, whole)


def _musts(page: Page) -> Iterator[Printed]:
    for m in page.c["must_costs"]:
        if m["would_be"]:
            best = page.called.get(m["would_be"], m["would_be"])
            yield from page.money(m["saving"], m["requirement"], f"cost of the must `{m['requirement']}`", f"the best without it is {best}, on the same draws")
            yield from page.money(m["cost"], m["requirement"], f"{best}, without the must `{m['requirement']}`", "mean present cost")
    if known := page.c["anachronisms"]:
        yield from page.plain(len(known), "anachronisms", "prices and efforts were published after the month decided about", "used, widened by their distance in time", lambda: Node("these", None, "", tuple(Node(text) for text in known)))


def _reasons(page: Page) -> Iterator[Printed]:
    """Numbers that a reason of fit names, and its requirement."""
    for o in page.c["options"]:
        for r in page.outcome.actions[o["id"]].option.reasons:
            for text in dict.fromkeys(AMOUNT.findall(f"{r.requirement}; {r.why}")):
                yield Printed(text, r.requirement, _reason(r, o["name"]))


def _reason(r: Reason, name: str) -> Make:
    return lambda: replace(reason_node(r), text=f"{reason_node(r).text}, {name}")


def _cases(page: Page) -> Iterator[Printed]:
    for case in page.c["similar_cases"]:
        value = case["likeness"]
        yield from page.number(f"{value:.2f}", value, words.case_title(case), f"likeness of {words.case_title(case)}", f"the share of what is compared that is known to be alike; alike: {', '.join(case['alike'])}; differs: {', '.join(case['differs'])}; {case['source']}")


def _ledgers(page: Page) -> Iterator[Printed]:
    """Ledger lines: of the verdict and the runner-up as `--money` has them, of the others in their derivations."""
    told = (page.c["verdict"]["option"], page.c["runner_up"])
    for o in page.c["options"]:
        for x in o["ledger"]:
            whole = _line(page, o["id"], x)
            for key, which in (("p5", "5% point"), ("p95", "95% point")):
                yield from page.number(f"{x[key]:,.0f}", x[key], x["line"], f"{which} of {x['line']}, {o['name']}", f"quantile of the modelled worlds, {page.draws}", whole, first=o["id"] in told)
            for text in (f"{x['mean']:,.0f}", dollars(x["mean"], page.currency)):
                yield Printed(text, x["line"], whole, o["id"] in told)
        for key in ("mean", "p5", "p95"):
            yield from page.number(f"{o['cost'][key]:,.0f}", o["cost"][key], "total", f"{'mean' if key == 'mean' else key.removeprefix('p') + '% point'} of the cost of {o['name']}", "the last row of its ledger", page.whole(o["id"]), first=o["id"] in told)


def _line(page: Page, action: str, x: dict[str, Any]) -> Make:
    return lambda: named_line(page.outcome, page.outcome.actions[action], x["line"], x["mean"] * page.per, page.currency, page.per)


def _over_time(page: Page) -> Iterator[Printed]:
    """The tables behind the picture of cost over time."""
    found = page.c.get("over_time")
    if not found:
        return
    for p in found["actions"]:
        name, whole = page.called[p["action"]], page.whole(p["action"])
        for month in range(0, len(p["mean"]), 6):
            for key, which in (("mean", "mean"), ("p5", "5% point"), ("p95", "95% point")):
                yield from page.money(p[key][month], "over time", f"{which} of what {name} has cost by month {month}", f"{found['note']}; {found['worlds']} worlds", whole, first=False)
        for q, amount in enumerate(p["cash"]["mean"]):
            for value, which in ((amount, "mean cash"), (p["cash"]["p95"][q], "95% point of the cash"), (p["cash"]["bought"][q], "mean of what is paid to others")):
                yield from page.money(value, "cash by quarter", f"{which} in quarter {q + 1}, {name}", "the ledger's lines as they are paid, not discounted", whole, first=False)
    for x in found["crossings"]:
        pair = [page.called[a] for a in x["between"]]
        yield from page.number(f"{x['month']:g}", x["month"], "over time", f"the month in which the averages of {pair[0]} and {pair[1]} cross", found["note"], *map(page.whole, x["between"]), first=False)


def _structures(page: Page) -> Iterator[Printed]:
    for s in page.c["structures"]:
        what = f"if {s['what']}: {page.called[s['best']]}"
        yield from page.money(s["cost"] - s["best_cost"], "structure", f"cheaper than the verdict {what}", "difference of the mean costs in the same worlds, later switches left out", page.whole(s["best"]), first=s["changes"])
        for value, who in ((s["cost"], page.c["verdict"]["option"]), (s["best_cost"], s["best"])):
            yield from page.money(value, "structure", f"{page.called[who]}, if {s['what']}", "mean cost with that choice alone turned, later switches left out", page.whole(who), first=False)


def _tornado(page: Page) -> Iterator[Printed]:
    found = page.c.get("tornado")
    if not found:
        return
    one, other = found["between"]
    what, pair = f"{page.called[other]} costs more than {page.called[one]}", (page.whole(one), page.whole(other))
    yield from page.money(found["difference"], "difference", f"that {what}", f"difference of the two means, {page.draws}", *pair, first=False)
    for row in found["rows"]:
        for key in ("p5", "p95"):
            yield from page.money(row[f"at_{key}"], row["label"], f"that {what} with {row['label']} at its {key.removeprefix('p')}% point", "that input moved alone; cost by a cubic in its score", *page.drivers(row["driver"]), *pair, first=False)


def _drivers(page: Page) -> Iterator[Printed]:
    for name, driver in page.outcome.problem.drivers.items():
        for value in page.outcome.shown[name]:
            yield Printed(number(value), driver.label, page.driver(name), first=False)
