"""The derivation of a printed number: option, ledger line, charges, drivers, sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from buildbuy.decide.outcome import ActionResult, Outcome
from buildbuy.errors import BadInput
from buildbuy.report.derivation import (
    Node,
    bars,
    driver_node,
    named_line,
    option_node,
    stated_under,
)
from buildbuy.report.printed import Printed, printed
from buildbuy.report.safe import plain
from buildbuy.report.words import dollars, option_name, short


def tree(outcome: Outcome, wanted: str | None, currency: str, per: float, shown: dict[str, Any]) -> Node:
    """The derivation of `wanted`: an option's id, name or system, a ledger line, a driver's id or label, a group of
    them, or a number as printed (112k, 38%); the verdict's cost if None, or what bars every option. `shown` is
    the component as run.json has it. Raises BadInput if nothing matches.
    """
    if wanted is None:
        return barred(outcome, shown, currency, per) if outcome.chosen is None else option_node(outcome, outcome.actions[outcome.chosen], currency, per)
    by_id = _by_id(outcome, wanted, currency, per)
    if by_id is not None:
        return by_id
    every = list(printed(outcome, shown, currency, per))
    by_label = [p for p in every if wanted.casefold() in (p.label.casefold(), short(p.label).casefold())]
    if by_label:
        return _listed(by_label, f"what is printed about {wanted}")
    found = [p for p in every if _bare(p.text) == _bare(wanted)]
    if not found:
        raise BadInput(f"nothing printed reads `{wanted}`", hint=f"give a number as printed (112k, 38%), an option ({', '.join(list(outcome.actions)[:4])}, …), a ledger line or a driver; `--money` and `--sources` print them")
    return _listed(found, f"printed as {wanted}")


def _by_id(outcome: Outcome, wanted: str, currency: str, per: float) -> Node | None:
    """An option by its id or its system's, a driver by its id, a ledger line by its name."""
    options = [r for r in outcome.actions.values() if wanted in (r.action, r.option.system)]
    if wanted in outcome.actions or len(options) == 1:
        return option_node(outcome, outcome.actions.get(wanted) or options[0], currency, per)
    if wanted in outcome.problem.drivers:
        return replace(driver_node(outcome, wanted), children=stated_under(outcome.problem.drivers[wanted]))
    lines = [named_line(outcome, r, x.line, x.mean, currency, per) for r in _in_order(outcome) for x in r.ledger if x.line == wanted]
    return _of_all(f"{wanted}, by option", lines) if lines else None


def _listed(found: list[Printed], title: str) -> Node:
    """The derivations of what matches: where a page prints some of it, of that, and the rest named below."""
    page = _unique(p.make() for p in found if p.first)
    rest = [n for n in _unique(p.make() for p in found if not p.first) if n.text not in {x.text for x in page}]
    nodes = [*page, *(replace(n, children=()) for n in rest)] if page else rest
    return _of_all(f"{len(nodes)} numbers are {title}" if title.startswith("printed") else title, nodes)


def _unique(nodes: Iterable[Node]) -> list[Node]:
    return list({node.text: node for node in nodes}.values())


def _of_all(title: str, nodes: list[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else Node(title, None, "", tuple(nodes))


def _in_order(outcome: Outcome) -> list[ActionResult]:
    return sorted(outcome.actions.values(), key=lambda r: (r.action != outcome.chosen, r.action))


def _bare(text: str) -> str:
    return re.sub(r"[\s,$€£]|^(usd|eur|gbp|chf)", "", text.lower())


# -- where every option is barred ----------------------------------------------------------------


def barred(outcome: Outcome, shown: dict[str, Any], currency: str, per: float) -> Node:
    """What bars each option, what each must costs, and what isn't offered."""
    options = tuple(_barred(outcome, outcome.actions[o["id"]], currency, per) for o in shown["options"])
    musts = tuple(_must(m, shown, currency) for m in shown["must_costs"])
    gone = tuple(Node(f"not offered: {e['name']}", None, f"{e['why']} ({e['source']})") for e in shown["excluded"])
    return Node(f"no option meets every must, {outcome.problem.name}", None, "what bars each, and what would be without a must", (*musts, *options, *gone))


def _barred(outcome: Outcome, result: ActionResult, currency: str, per: float) -> Node:
    cost = f"it would cost {dollars(result.cost.mean / per, currency)} over {outcome.problem.settings.months} months"
    if any(r.kind == "price" and r.bars for r in result.option.reasons):
        cost += " and a price that nobody publishes"
    return Node(f"barred: {option_name(result, outcome.problem)}", result.cost.mean / per, cost, tuple(bars(result.option)))


def _must(m: dict[str, Any], shown: dict[str, Any], currency: str) -> Node:
    barring = tuple(Node(f"it bars {next((o['name'] for o in shown['options'] if o['id'] == a), a)}") for a in m["bars"])
    if not m["would_be"]:
        return Node(f"must: {m['requirement']}", None, "without it alone nothing could be taken either", barring)
    best = next((o["name"] for o in shown["options"] if o["id"] == m["would_be"]), m["would_be"])
    return Node(f"{dollars(m['cost'], currency)}  without the must `{m['requirement']}`: {best}", m["cost"], "mean present cost of the best that could be taken then", barring)


# -- as text -------------------------------------------------------------------------------------


def render(node: Node, depth: int = 3) -> str:
    """The tree with box characters, `depth` levels deep."""
    lines = [plain(node.text + (f"   ({node.detail})" if node.detail else ""))]
    lines += _branches(node, "", depth)
    return "\n".join(lines) + "\n"


def _branches(node: Node, indent: str, depth: int) -> Iterator[str]:
    if depth == 0:
        return
    for i, child in enumerate(node.children):
        last = i == len(node.children) - 1
        yield f"{indent}{'└─' if last else '├─'} {plain(child.text)}"
        below = indent + ("   " if last else "│  ")
        if child.detail:
            yield f"{below}{'│ ' if child.children and depth > 1 else '  '}{plain(child.detail)}"
        yield from _branches(child, below, depth - 1)
