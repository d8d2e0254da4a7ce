"""The sentences: plain, short, exact. The same words in the terminal, in Markdown and in JSON."""

from __future__ import annotations

from typing import Any

from buildbuy.decide.outcome import ActionResult, Later, Outcome
from buildbuy.decide.policies import Rule
from buildbuy.domain.problem import (
    DEFER,
    EXTEND,
    RAISE,
    STAY,
    TRAFFIC,
    Driver,
    Option,
    Problem,
    Reason,
)
from buildbuy.quantities.months import month_after
from buildbuy.report.safe import is_page

CLOUDS = {"aws": "AWS", "gcp": "Google Cloud", "azure": "Azure"}
METRICS = {
    "gap_hours": "the hours the team loses to its gaps",
    "monthly_bill": "the monthly bill",
    "care_hours": "the hours it takes to run",
    "bill_per_unit": "the monthly bill per unit of load",
}


def part_names(problem: Problem, parts: tuple[str, ...]) -> str:
    names = [problem.parts[p].name.lower() if p in problem.parts else p for p in parts]
    if len(names) < 2:
        return "".join(names)
    return ", ".join(names[:-1]) + " and " + names[-1]


def replanned(option: Option, problem: Problem) -> str:
    """What of today's system changes where an option is that system on another plan: its plan or its
    set-up. Empty for any other option.
    """
    today = problem.incumbent
    if option.incumbent or option.system is None or (option.system, option.engine_sourcing) != (today.system, today.engine_sourcing):
        return ""
    return "plan" if option.engine_sourcing == "managed" else "set-up"


def target_name(option: Option, problem: Problem) -> str:
    """What one moves to, without its plan: "Feast", "another set-up of Feast"."""
    what = replanned(option, problem)
    return f"another {what} of {option.name}" if what else option.name


def option_name(result: ActionResult, problem: Problem) -> str:
    """What an option is called in a table: "self-host Feast, on DynamoDB"."""
    option = result.option
    if result.action == STAY:
        return f"stay ({option.name})"
    if result.action == DEFER:
        return option.name
    if result.action == EXTEND:
        return f"keep {problem.incumbent.name}, build {part_names(problem, option.own_parts)}"
    if option.sourcing == "build":
        return "build your own" + (f" on {option.name}" if option.system else "")
    plan = f", {option.plan_paid.name}" if option.plan_paid else ""
    verb = {"managed": "managed: ", "self-host": "self-host ", "hybrid": "hybrid: "}[option.sourcing]
    if replanned(option, problem) and option.sourcing != "hybrid":
        verb = ""
    built = f" + own {part_names(problem, option.own_parts)}" if option.own_parts else ""
    return f"{verb}{target_name(option, problem)}{plan}{built}"


def action_sentence(option: Option, action: str, problem: Problem) -> str:
    """What to do, as a sentence without a full stop."""
    component = problem.name.lower()
    if action == STAY:
        return f"stay with {option.name} for now"
    if action == DEFER:
        return option.name
    if action == EXTEND:
        return f"keep {problem.incumbent.name} and build {part_names(problem, option.own_parts)} on it"
    if option.sourcing == "build":
        on = f" on {option.name}" if option.system else ""
        return f"build your own {component}{on}"
    what = replanned(option, problem)
    if what:
        to = f" to `{option.plan_paid.name}`" if option.plan_paid else ""
        engine = f"keep {option.name} and change its {what}{to}"
    else:
        engine = f"buy {option.name} as a managed service" if option.engine_sourcing == "managed" else f"run {option.name} yourself"
    if option.own_parts:
        return f"{engine} and build {part_names(problem, option.own_parts)} on it"
    return engine


def summary(outcome: Outcome) -> str:
    """One or two sentences: what to do, and the first reason to doubt it."""
    problem = outcome.problem
    chosen = outcome.actions[str(outcome.chosen)]
    do = action_sentence(chosen.option, chosen.action, problem)
    if outcome.not_yet is not None:
        held = outcome.actions[outcome.not_yet]
        build = action_sentence(held.option, held.action, problem)
        head = f"Not yet: {build}. Start with this instead: {do}."
        return head + " An own build has the lowest expected cost, but only on assumptions; measure first."
    if outcome.later is not None:
        return later_sentence(outcome, outcome.later)
    text = f"{do[0].upper()}{do[1:]}."
    if chosen.rule is not None:
        text += f" {rule_sentence(chosen.rule, outcome)}"
    if outcome.tied:
        others = [a for a in outcome.tied if a != outcome.chosen]
        lowest = min(outcome.tied, key=lambda a: (outcome.actions[a].policy_cost or 0.0, a))
        why = "so take the one with the lowest expected cost, which costs no more to leave" if lowest == outcome.chosen else "so the one that is cheaper to leave goes first"
        text += f" It is a tie with {', '.join(short(option_name(outcome.actions[a], problem)) for a in others)}: the difference is below what matters, {why}."
    taken = outcome.comes_to(chosen)
    return text + _ends(taken, outcome) + _abroad(taken) + _conditional(taken)


def later_sentence(outcome: Outcome, later: Later) -> str:
    """That there is nothing to decide within the horizon, and when or over which one there is."""
    months, as_of = outcome.problem.settings.months, outcome.problem.as_of
    text = f"Nothing to decide within {months} months: it is wanted from {month_after(as_of, later.wanted)}, in {later.wanted} month{'s' if later.wanted > 1 else ''}"
    text += "." if later.wanted >= months else ", and what is begun then is not in use before they are over."
    target = short(option_name(outcome.actions[later.target], outcome.problem))
    if later.again > 0:
        text += f" Decide again in {month_after(as_of, later.again)}: in 95% of modelled worlds {target} is in use within {later.lead} month{'s' if later.lead != 1 else ''}."
    if later.horizon is not None:
        text += f" To see it now, decide over a horizon that holds it: `--horizon {later.horizon}`."
    return text


def _abroad(chosen: ActionResult) -> str:
    """Where it runs in another cloud than what the user has."""
    option = chosen.option
    if not option.abroad or option.cloud is None:
        return ""
    priced = any(bill.name == TRAFFIC for step in option.plan for bill in step.bills)
    said = "traffic between them is in its bill, its delay in no cost" if priced else "traffic between them and its delay are in no cost"
    return f" It runs on {CLOUDS[option.cloud]} and what you have on {' and '.join(CLOUDS[c] for c in option.abroad)}: {said}."


def _ends(chosen: ActionResult, outcome: Outcome) -> str:
    """Where what is recommended has a known end within the horizon."""
    end = chosen.option.end_month
    if end is None or end >= outcome.problem.settings.months:
        return ""
    to = f": plan the move to {target_name(outcome.actions[chosen.fallback].option, outcome.problem)} by then" if chosen.fallback else ""
    return f" It is announced to end in {end} months{to}."


def _conditional(chosen: ActionResult) -> str:
    """What has to be found out before it is taken."""
    open_ = [r for r in chosen.option.reasons if r.must and r.status == "unknown"]
    quotas = [r for r in open_ if r.settle == RAISE]
    measured = [r for r in open_ if r.settle != RAISE]
    seen = "a probe has not settled" if any(r.record for r in measured) else "nobody has measured"
    conditions = []
    if measured:
        conditions.append(f"it meets {_listed(measured)}, which {seen}")
    if quotas:
        conditions.append(f"the vendor raises its default quota{'s' if len(quotas) > 1 else ''}: {_listed(quotas)}")
    return f" On condition that {', and that '.join(conditions)}." if conditions else ""


def _listed(reasons: list[Reason]) -> str:
    return " and ".join(f"`{x}`" for x in dict.fromkeys(r.requirement for r in reasons))


def metric_label(metric: str, problem: Problem) -> str:
    """What a rule looks at, in words."""
    return METRICS.get(metric) or (problem.variables[metric].label if metric in problem.variables else metric)


def rule_sentence(rule: Rule, outcome: Outcome) -> str:
    target = target_name(outcome.actions[rule.target].option, outcome.problem)
    if rule.metric == "wanted":
        return f"Then take {target}."
    what = metric_label(rule.metric, outcome.problem)
    currency = outcome.problem.settings.currency
    limit = f"{number(rule.value)} {unit(rule.unit)}"
    if rule.unit.startswith("USD"):
        limit = f"{number(rule.value / currency.usd_per)} {unit(rule.unit.replace('USD', currency.name, 1))}"
    if rule.kind == "learning":
        return f"Look after {rule.after_months} months: if {what} exceed{'s' if 'bill' in rule.metric else ''} {limit}, move to {target}."
    return f"Move to {target} when {what} pass{'' if what.endswith('s') else 'es'} {limit}."


def no_option(outcome: Outcome, currency: str = "USD", usd_per: float = 1.0) -> str:
    """The sentence where every option is barred: which musts, and what relaxing each would give and
    cost.
    """
    helpful = [m for m in outcome.must_costs if m.would_be]
    if helpful:
        years = f"{outcome.problem.settings.months / 12:g}"
        relaxed = "; ".join(f"without `{m.requirement}`: {m.would_be}, {dollars(m.cost / usd_per, currency)} over {years} years" for m in helpful)
        return f"No option meets every must. Relaxing one of them would help: {relaxed}."
    texts = ", ".join(f"`{m.requirement}`" for m in outcome.must_costs)
    return f"No option meets every must, and no single one stands alone in the way: {texts or 'none is known'}."


def settle(driver: Driver) -> str:
    """How a driver is found out, as one line."""
    return f"{driver.label}: {driver.how or 'ask for it'}"


def find_out(row: dict[str, Any]) -> str:
    """A row of `measure_next`: the command or question, and the key that the answer goes to."""
    return f"{row['how']} → {row['answer']}" if row.get("answer") else str(row["how"])


def worth(row: dict[str, Any], currency: str) -> str:
    """What a row of `measure_next` is worth if known for sure, with its standard error by sampling."""
    error = row.get("evppi_error")
    return dollars(row["evppi"], currency) + (f" ± {dollars(error, currency)}" if error is not None else "")


def as_asked(row: dict[str, Any], currency: str) -> str:
    """What the measurement itself is worth, with the error it has."""
    return dollars(row["evsi"], currency) if "evsi" in row else ""


def as_measured(row: dict[str, Any], currency: str) -> str:
    """The same as part of a sentence; nothing in a run that was kept before there was such a figure."""
    return f", {as_asked(row, currency)} as asked" if "evsi" in row else ""


def by_group(c: dict[str, Any], currency: str) -> str:
    """What knowing several things at once is worth, in a sentence; nothing where nothing is worth a thing."""
    found = [g for g in c.get("worth_by_group") or () if g["evppi"] > 2 * g["evppi_error"]]
    if not found or found[0]["group"] != "everything":
        return ""
    all_, rest = found[0], found[1:]
    out = f"knowing everything for sure would save {dollars(all_['evppi'], currency)} on average"
    if rest:
        out += "; all of a kind: " + " · ".join(f"{g['group']} {dollars(g['evppi'], currency)} ± {dollars(g['evppi_error'], currency)}" for g in rest)
    return out


def how_measured(metric: str) -> str:
    return {
        "gap_hours": "ask the team once a quarter",
        "monthly_bill": "read the invoice",
        "bill_per_unit": "divide the invoice by the load it was for",
        "care_hours": "count the hours in a month of tickets and calendars",
        "wanted": "your plan",
    }.get(metric, "read a month of your own metrics")


def number(value: float | None) -> str:
    """Three significant digits with thousands separators."""
    if value is None:
        return "?"
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def unit(text: str) -> str:
    """A unit as people write it."""
    pretty = text.replace("person_hour", "h").replace("USD/h", "USD/h").replace("dimensionless", "").replace("1/year", "a year")
    return pretty.replace("person_month", "person-months").replace("person_week", "person-weeks")


COUNTED = {"model", "seat", "gpu", "feature", "feature_view", "pipeline", "job", "monitor", "run", "task", "prediction", "span", "gpu*hour"}


def load(value: str, b: dict[str, Any]) -> str:
    """A level of the workload of a break-even: "2.6 models in production", "124 req/s online feature requests"."""
    noun, _, per = b["unit"].partition("/")
    if noun in COUNTED and per in ("", "month"):
        return f"{value} {b['label']}{' a month' if per else ''}"
    return f"{value} {unit(b['unit'])} {b['label']}"


# -- public cases ------------------------------------------------------------------------------

OUTCOMES = {
    "kept": "kept", "migrated-away": "moved away later", "open-sourced": "kept and open-sourced", "regretted": "regretted",
    "vendor-exit": "the vendor left", "vendor-shutdown": "the vendor shut down", "unknown": "outcome unknown",
}  # fmt: skip
CASES_NOTE = "told by those who decided or who wrote about them, who tell more of what worked; in no cost here"


def rests_on(grade: str, source: str) -> str:
    """What stands before the page of a number that is our own judgement: that the page is what it rests on, not who says it."""
    return "our own judgement, after " if grade == "assumed" and is_page(source) else ""


def case_title(case: dict[str, Any]) -> str:
    """Who and when: "Monzo, 2020"."""
    return f"{case['organisation']}, {'about ' if case['year_approximate'] else ''}{case['year']}"


def case_choice(case: dict[str, Any]) -> str:
    """What was chosen, in a few words: "own parts on Chronon"."""
    engine = case["engine"]
    return {"build": "an own build", "managed": f"{engine}, managed", "self-host": f"{engine}, self-hosted", "hybrid": f"own parts on {engine}"}[case["sourcing"]]


def case_line(case: dict[str, Any]) -> str:
    """A case in one line, with how far it is alike, its scale, and what else is alike."""
    scale = [x for x in case["differs"] if "scale" in x]
    alike = ", ".join(x.removeprefix("both ").replace(" (our guess)", "").replace(" (by later figures)", "") for x in (*scale, *case["alike"]))
    return f"{case_title(case)}: {case_choice(case)}; {OUTCOMES[case['outcome']]} ({case['likeness']:.2f} alike: {alike})"


def case_story(case: dict[str, Any]) -> str:
    """A case in sentences: what they had, what they chose, what came of it."""
    had = f"Before: {case['had']}. " if case["had"] else ""
    came = OUTCOMES[case["outcome"]] + (f", {case['outcome_year']}" if case["outcome_year"] else "")
    return f"{had}Chosen ({case_choice(case)}): {case['chose']}. What came of it ({came}): {case['what_came']}."


def case_likeness(case: dict[str, Any]) -> str:
    """In what a case is alike, and in what it differs."""
    bits = [f"{name}: {'; '.join(case[key])}" for key, name in (("alike", "alike"), ("differs", "differs")) if case[key]]
    return f"Likeness {case['likeness']:.2f}. {'. '.join(b[0].upper() + b[1:] for b in bits)}."


# -- the four questions ------------------------------------------------------------------------


def dollars(value: float, currency: str = "USD") -> str:
    """Three significant digits with k or M: "$ 112k", "EUR 4.1k"."""
    sign = "-" if value < 0 else ""
    mark = {"USD": "$", "EUR": "€", "GBP": "£"}.get(currency, f"{currency} ")
    size = abs(value)
    if size >= 999.5e6:
        return f"{sign}{mark}{size / 1e9:,.3g}bn" if size < 999.5e9 else f"{sign}{mark}{size / 1e9:,.0f}bn"
    if size >= 999_500:
        return f"{sign}{mark}{size / 1e6:.3g}M"
    if size >= 9_995:
        return f"{sign}{mark}{size / 1e3:.0f}k"
    if size >= 995:
        return f"{sign}{mark}{size / 1e3:.2g}k"
    return f"{sign}{mark}{size:.0f}"


def questions(outcome: Outcome, data: dict[str, Any], currency: str) -> dict[str, Any]:
    """The four questions, each with a sentence and the numbers that carried it."""
    return {
        "differentiation": _differentiation(outcome, data, currency),
        "ownership": _ownership(outcome, data, currency),
        "fit": _fit(outcome, data, currency),
        "migration": _migration(outcome, data, currency),
    }


def short(name: str) -> str:
    """An option's name without its plan: "Hopsworks", "self-host Hopsworks"."""
    return name.split(", ", maxsplit=1)[0].removeprefix("managed: ")


def structure(c: dict[str, Any], currency: str) -> str:
    """What structural choices change, in a sentence; empty where none was looked at."""
    choices = [s for s in c.get("structures", ()) if s["id"] != "as-modelled"]
    if not choices:
        return ""
    moved = [f"{s['what']} → {called(c, s['best'])}, {dollars(s['cost'] - s['best_cost'], currency)} cheaper" for s in choices if s["changes"]]
    if not moved:
        return f"none of {len(choices)} other ways to model growth, overruns, endings and coding assistants changes the verdict"
    lead = "how it is modelled decides, not a number: " if not c["flips"] else "how it is modelled matters: "
    return lead + " · ".join(moved) + " (each alone, later switches left out)"


def cash_numbers(c: dict[str, Any]) -> dict[str, float | None] | None:
    """What the sentence about cash says, as numbers; None where there is none."""
    fans = (c.get("over_time") or {}).get("actions")
    if not fans or "cash" not in fans[0]:
        return None  # a run of before
    found = fans[0]["cash"]
    bought, whole = sum(found["bought"]), sum(found["mean"])
    return {
        "a_quarter": whole / len(found["mean"]), "dearest_p50": found["dearest_p50"], "dearest_p95": found["dearest_p95"],
        "bought": bought / whole if whole > 0 else None, "before_runway": found["before_runway"], "runs_out": found["runs_out_before_use"],
    }  # fmt: skip


def cash(c: dict[str, Any], currency: str) -> str:
    """What the verdict needs in cash by quarter, and what that means for the runway, in a sentence."""
    found = cash_numbers(c)
    if found is None:
        return ""
    runway, money = c["over_time"]["runway"], {k: dollars(v, currency) for k, v in found.items() if v is not None}
    share = f"; {found['bought']:.0%} of it is paid to others, the rest is hours of your people" if found["bought"] is not None else ""
    out = f"{money['a_quarter']} a quarter on average; the dearest takes less than {money['dearest_p50']} in half of the worlds and {money['dearest_p95']} in 95%{share}"
    if runway is not None:
        from_ = "you say" if runway["grade"] == "stated" else f"{runway['grade']}, by your stage"
        out += f"; {money['before_runway']} before the money runs out ({number(runway['p5'])} to {number(runway['p95'])} months, {from_}), which is before it is in use in {found['runs_out']:.0%} of worlds"
    return out


def flip(f: dict[str, Any], above: str = "above", below: str = "below") -> str:
    """The value past which another option would be best; a question with two readings has no "above"."""
    if f["label"].endswith("?"):
        return f"{f['label']} {number(f['value'])}"
    amount = f"{f['value']:.0%}" if f["unit"] == "share" and f["value"] is not None else f"{number(f['value'])} {unit(f['unit'])}".rstrip()
    return f"{f['label']} {above if f['direction'] == 'above' else below} {amount}"


def tied(b: dict[str, Any]) -> str:
    """Where the two options of a break-even are tied on average, as part of a sentence; nothing where they never are."""
    bands = b.get("ties") or []  # a run that was kept before there were any
    if not bands:
        return ""
    if bands == [{"low": None, "high": None}]:
        return "tied over the whole scanned range"
    between = [
        f"below {number(x['high'])}" if x["low"] is None else f"above {number(x['low'])}" if x["high"] is None else f"between {number(x['low'])} and {number(x['high'])}"
        for x in bands
    ]  # fmt: skip
    return f"tied {' and '.join(between)}"


def called(c: dict[str, Any], action: str) -> str:
    """An action's short name, by its id."""
    return short(named(c, action))


def named(data: dict[str, Any], action: str) -> str:
    """What an action is called, by its id."""
    return next((str(o["name"]) for o in data["options"] if o["id"] == action), action)


def _differentiation(outcome: Outcome, data: dict[str, Any], currency: str) -> dict[str, Any]:
    problem, need = outcome.problem, data["required_advantage"]
    claim = problem.claim or None
    if outcome.later is not None:
        text = "Before it is wanted there is nothing that control would have to earn."
    elif need is None:
        text = "No own build is among the options, so there is nothing that control would have to earn."
    elif need["monthly"] <= 0:
        text = "An own build would not have to earn anything to be worth it: its expected cost is the lowest already."
    else:
        text = (
            f"If you meant to build: it would have to earn {dollars(need['monthly'], currency)} a month beyond {named(data, need['against'])}, "
            f"{need['share_of_ml_payroll']:.0%} of your ML payroll."
        )
    if claim and problem.claim_measured:
        text = f"Claimed and measured: {claim}. It counts in the costs of every option with own parts. " + text
    elif claim:
        text += f" Claimed, not measured: {claim}. It stays out of the costs."
        if need and need["chance_needed"] is not None and need["chance_needed"] > 0:
            chance = need["chance_needed"]
            text += f" It would have to be true with a chance of {chance:.0%}." if chance <= 1 else " Even if it were certain it would not be enough."
    return {"summary": text, "claim": claim, "measured": problem.claim_measured, "required_advantage": need}


def _ownership(outcome: Outcome, data: dict[str, Any], currency: str) -> dict[str, Any]:
    if outcome.later is not None:
        return {"summary": "Nothing is owned before it is wanted.", "largest_lines": []}
    if outcome.chosen is None:
        return {"summary": "Nothing can be taken, so nothing is owned.", "largest_lines": []}
    option = data["options"][0]
    lines = [x for x in option["ledger"] if x["mean"] > 0][:3]
    years = f"{outcome.problem.settings.months / 12:g}"
    parts = ", ".join(f"{x['line']} {dollars(x['mean'], currency)}" for x in lines)
    cost = option["cost"]
    text = f"Over {years} years this costs {dollars(cost['mean'], currency)} [{dollars(cost['p5'], currency)} to {dollars(cost['p95'], currency)}]{': mostly ' if parts else ''}{parts}."
    hours = option["labour_hours"]
    if hours:
        text += f" It takes about {hours / outcome.problem.settings.months:,.0f} hours a month, all work counted."
    return {"summary": text, "largest_lines": lines}


def _fit(outcome: Outcome, data: dict[str, Any], currency: str) -> dict[str, Any]:
    barred = [o for o in data["options"] if o["fit"]["status"] in ("unmet", "unknown")]
    conditional = [o for o in data["options"] if o["fit"]["status"] == "conditional"]
    bits = []
    if barred:
        verb = "is" if len(barred) == 1 else "are"
        bits.append(f"{len(barred)} of {len(data['options'])} options {verb} barred (by a must, an unknown price or the people it takes)")
    for m in data["must_costs"]:
        if m["saving"] > 0:
            bits.append(f"`{m['requirement']}` costs {dollars(m['saving'], currency)}: without it {named(data, m['would_be'])} would be cheaper")
    if conditional:
        bits.append(f"{len(conditional)} still depend{'s' if len(conditional) == 1 else ''} on something nobody has measured")
    if not outcome.problem.requirements:
        bits.append("you stated no requirement, so only parts, people and published limits were checked")
    coming = [r.text for r in outcome.problem.requirements if r.origin == "anticipated"]
    if coming:
        bits.append(f"what may come ({', '.join(coming)}) bars nothing today; it is a possible forced move in the costs")
    return {"summary": (". ".join(b[0].upper() + b[1:] for b in bits) + ".") if bits else "Every option meets what you require.", "must_costs": data["must_costs"]}


def _migration(outcome: Outcome, data: dict[str, Any], currency: str) -> dict[str, Any]:
    rows = [o for o in data["options"] if o["policy_cost"] is not None]
    if not rows:
        return {"summary": "Nothing to move to.", "exit_costs": {}}
    first = rows[0]
    if first["id"] == DEFER:
        return {"summary": "Waiting commits you to nothing.", "exit_costs": {o["id"]: o["exit_cost"] for o in rows}}
    what = "what runs today" if first["id"] in (STAY, EXTEND) else f"{first['name']} again"
    text = f"Leaving {what} would cost about {dollars(first['exit_cost'], currency)}"
    if first["forced_exit_to"]:
        text += f" (to {named(data, first['forced_exit_to'])})"
    text += f"; in {first['ends_in_horizon']:.0%} of modelled worlds it has to be left within the horizon: its owner ends it, you outgrow it, or a requirement comes that it can't meet."
    if outcome.problem.greenfield:
        text += " Nothing was said to run today, so no move is counted."
    return {"summary": text, "exit_costs": {o["id"]: o["exit_cost"] for o in rows}}


def conditions(option: dict[str, Any]) -> list[str]:
    """What an option meets only under a condition, which the catalog knows and nobody has checked here."""
    return [f"{r['requirement']} ({r['settle']})" for r in option["fit"]["reasons"] if r["status"] == "met" and r["settle"]]


def sure_in(c: dict[str, Any]) -> str:
    """How sure a verdict is: its share of modelled worlds, that of its sourcing, and what decided cases
    make of the latter.
    """
    if sum(o["policy_cost"] is not None for o in c["options"]) == 1:
        return "The only option that nothing bars"
    if c["verdict"].get("later"):
        return f"Waiting is the cheapest in {c['p_best']:.0%} of modelled worlds"
    text = f"Best in {c['p_best']:.0%} of modelled worlds"
    sourcing = c["verdict"]["sourcing"]
    corrected = c.get("p_best_by_sourcing_corrected", {}).get(sourcing)
    if corrected is None or sourcing == DEFER:
        return text
    stated, decided = f"{c['p_best_by_sourcing'].get(sourcing, 0.0):.0%}", f"{corrected:.0%}"
    text += f", {sourcing} options together in {stated}"
    if stated == decided:
        return text
    return f"{text} ({'overconfident: ' if corrected < c['p_best_by_sourcing'].get(sourcing, 0.0) else ''}{decided} by decided cases)"
