"""Every kind of bad input: exit code 2, one message that says what, where, why and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

HEAD = "organisation: {ml_people: 4}\ncomponents:\n  experiment-tracking:\n"
DECIDE = ("decide", "p.yaml", "--draws", "200")
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


def profile(body: str) -> dict[str, str | bytes]:
    """A profile whose `body` (indented by four) stands under experiment-tracking, from line 4 on."""
    return {"p.yaml": HEAD + "".join(f"    {line}\n" for line in body.splitlines())}


def system(old: str, new: str) -> dict[str, str | bytes]:
    """An overlay with the test catalog's birch, changed in one place, under another id."""
    text = (Path(__file__).parents[1] / "data" / "catalog" / "systems" / "birch.yaml").read_text()
    assert text.count(old) == 1, old
    return {**FINE, "mine/systems/birch.yaml": text.replace(old, new)}


def record(**changes: Any) -> str:
    """An evidence record, changed; a value of None leaves the key out."""
    good = {"what": "experiment-tracking.users", "value": "5 to 7", "unit": "seat", "method": "counted", "when": "2026-01", "where": "HR"}
    return json.dumps({k: v for k, v in {**good, **changes}.items() if v is not None})


FINE: dict[str, str | bytes] = profile("current: nothing")
OVERLAY = (*DECIDE, "--catalog", "mine")
EVIDENCE = (*DECIDE, "--evidence", "found")


@dataclass(frozen=True)
class Case:
    """Files to write, the command, and what its message must contain."""

    files: dict[str, str | bytes]
    says: tuple[str, ...]
    args: tuple[str, ...] = DECIDE
    folders: tuple[str, ...] = field(default=())


CASES = {
    # the file itself
    "missing-file": Case({}, ("p.yaml: no such file",)),
    "missing-file-explain": Case({}, ("p.yaml: no such file",), ("explain", "p.yaml", "experiment-tracking")),
    "folder": Case({}, ("p.yaml: this is a folder",), folders=("p.yaml",)),
    "folder-on-the-way": Case({"x": "text"}, ("x/p.yaml",), ("decide", "x/p.yaml")),
    "empty-file": Case({"p.yaml": ""}, ("p.yaml: the file is empty",)),
    "only-comments": Case({"p.yaml": "# nothing yet\n\n"}, ("p.yaml: the file is empty",)),
    "a-sentence": Case({"p.yaml": "feature stores are nice\n"}, ("p.yaml:1", "mapping")),
    "a-list": Case({"p.yaml": "- experiment-tracking\n"}, ("p.yaml:1", "mapping")),
    "wrong-yaml": Case({"p.yaml": "organisation: {ml_people: 4\ncomponents:\n  experiment-tracking: {}\n"}, ("p.yaml:2", "not valid YAML")),
    "wrong-indentation": Case({"p.yaml": "organisation:\n  ml_people: 4\n stage: seed\n"}, ("p.yaml:3", "not valid YAML")),
    "tabs": Case({"p.yaml": "organisation:\n\tml_people: 4\n"}, ("p.yaml:2", "not valid YAML")),
    "two-documents": Case({"p.yaml": "organisation: {}\n---\ncomponents: {}\n"}, ("p.yaml:2",)),
    "yaml-bomb": Case({"p.yaml": BOMB}, ("p.yaml:1", "anchors and aliases")),
    "alias-without-anchor": Case({"p.yaml": "organisation: *x\n"}, ("p.yaml:1", "anchors and aliases")),
    "merge-key": Case({"p.yaml": "organisation: {}\n<<: {name: x}\n"}, ("p.yaml:2", "<<")),
    "tag-python": Case({"p.yaml": "name: x\norganisation: !!python/object/apply:os.system ['true']\n"}, ("p.yaml:2", "tag")),
    "tag-plain": Case({"p.yaml": "name: !secret x\n"}, ("p.yaml:1", "tag")),
    "duplicate-key": Case(profile("current: nothing\nparts: [run-logging]\ncurrent: home-grown"), ("p.yaml:6", "`current`", "line 4")),
    "ten-megabytes": Case({"p.yaml": b"x" * 10_000_000}, ("p.yaml", "bytes")),
    "binary": Case({"p.yaml": bytes(range(256)) * 4}, ("p.yaml", "UTF-8")),
    "nul-bytes": Case({"p.yaml": "name: a\x00b\n"}, ("p.yaml:1", "not valid YAML")),
    "escape-codes": Case({"p.yaml": "name: \x1b[31mred\n"}, ("p.yaml:1", "not valid YAML")),
    "lone-surrogate": Case({"p.yaml": b"name: \xed\xa0\x80\n"}, ("p.yaml", "UTF-8")),
    "deeper-than-we-read": Case({"p.yaml": "name: " + "[" * 50 + "]" * 50 + "\n"}, ("p.yaml:1", "nested deeper")),
    "deep-nesting": Case({"p.yaml": "name: " + "[" * 2000 + "]" * 2000 + "\n"}, ("p.yaml:1", "nested deeper")),
    "deep-nesting-open": Case({"p.yaml": "[" * 100_000}, ("p.yaml:1", "nested deeper")),
    "many-values": Case({"p.yaml": "name: [" + "1," * 210_000 + "]\n"}, ("p.yaml:1", "values")),
    # keys
    "unknown-key": Case({"p.yaml": "organisation: {ml_people: 4}\nteam: 5\n"}, ("p.yaml:2", "`team`", "organisation")),
    "unknown-key-nested": Case(profile("workloads: {users: 5}"), ("p.yaml:4", "`workloads`", "workload")),
    "unknown-key-organisation": Case({"p.yaml": "organisation:\n  ml_people: 4\n  mlpeople: 4\n"}, ("p.yaml:3", "`mlpeople`")),
    "unknown-key-current": Case(profile("current: {system: birch, version: 2}"), ("p.yaml:4", "`version`")),
    "unknown-growth": Case({"p.yaml": "organisation: {growth: {trafic: 0.5}}\n"}, ("p.yaml:1", "trafic")),
    "key-is-a-list": Case({"p.yaml": "? [a, b]\n: 1\n"}, ("p.yaml:1", "plain text")),
    "unknown-component": Case({"p.yaml": "components:\n  feature-stores: {}\n"}, ("p.yaml:2", "`feature-stores`", "feature-store")),
    "unknown-component-flag": Case(FINE, ("`coffee`", "experiment-tracking"), (*DECIDE, "-c", "coffee")),
    "unknown-component-explain": Case(FINE, ("`coffee`", "experiment-tracking"), ("explain", "p.yaml", "coffee")),
    "component-not-in-catalog": Case({"p.yaml": "components:\n  monitoring: {}\n"}, ("p.yaml:2", "monitoring")),
    "components-a-list": Case({"p.yaml": "components:\n  - experiment-tracking\n"}, ("p.yaml:1",)),
    "component-a-word": Case({"p.yaml": "components:\n  experiment-tracking: yes please\n"}, ("p.yaml:2",)),
    "no-component": Case({"p.yaml": "organisation: {ml_people: 4}\n"}, ("p.yaml", "no component")),
    "twice-by-alias": Case({"p.yaml": "components:\n  monitoring: {}\n  ml-monitoring: {}\n"}, ("p.yaml:3", "ml-monitoring")),
    # values
    "wrong-unit": Case(profile("workload:\n  users: 5 GB"), ("p.yaml:5", "users", "seat")),
    "no-unit-we-know": Case(profile("workload:\n  data_stored: 5 parsec"), ("p.yaml:5", "parsec", "GB")),
    "not-a-number": Case(profile("workload:\n  users: a lot"), ("p.yaml:5", "a lot")),
    "negative": Case(profile("workload:\n  users: -5"), ("p.yaml:5", "negative")),
    "negative-range": Case(profile("workload:\n  users: -5 to 20"), ("p.yaml:5", "negative")),
    "negative-people": Case({"p.yaml": "organisation:\n  ml_people: -1\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "negative")),
    "reversed-range": Case(profile("workload:\n  users: 20 to 5"), ("p.yaml:5", "backwards")),
    "three-ends": Case(profile("workload:\n  users: 5 to 6 to 7"), ("p.yaml:5", "range")),
    "nan": Case(profile("workload:\n  users: .nan"), ("p.yaml:5", ".nan", "not a number")),
    "nan-word": Case(profile("workload:\n  users: nan"), ("p.yaml:5", "nan")),
    "inf": Case(profile("workload:\n  users: .inf"), ("p.yaml:5", ".inf")),
    "overflow": Case(profile("workload:\n  users: 1e999"), ("p.yaml:5", "too large")),
    "huge-integer": Case({"p.yaml": "organisation: {ml_people: " + "9" * 5000 + "}\n"}, ("p.yaml:1",)),
    "absurd-number": Case(profile("workload:\n  users: 1e300"), ("p.yaml:5",)),
    "boolean": Case({"p.yaml": "organisation:\n  ml_people: true\n"}, ("p.yaml:2", "ml_people")),
    "long-value": Case(profile("workload:\n  users: " + "many " * 5000), ("p.yaml:5", "is not a number")),
    "terminal-codes-in-a-key": Case({"p.yaml": '"\\e[31m\\e]0;owned\\a": 1\n'}, ("p.yaml:1", "unknown key")),
    "terminal-codes-in-a-value": Case(profile('workload:\n  users: "\\e[2J 5 to"'), ("p.yaml:5",)),
    "lines-in-a-value": Case(profile('workload:\n  users: "5\\nhint: none"'), ("p.yaml:5",)),
    "nan-multiplier": Case({"p.yaml": "method:\n  opportunity_multiplier: .nan\n"}, ("p.yaml:2", "opportunity_multiplier")),
    "zero-multiplier": Case({"p.yaml": "method:\n  opportunity_multiplier: 0\n"}, ("p.yaml:2", "opportunity_multiplier")),
    "null-value": Case(profile("workload:\n  users:"), ("p.yaml:5", "users")),
    "list-value": Case(profile("workload:\n  users: [1, 2]"), ("p.yaml:5", "users")),
    "wrong-percentiles": Case(profile("workload:\n  users: {p10: 5, p50: 4, p90: 6}"), ("p.yaml:5", "rise")),
    "unknown-notation": Case(profile("workload:\n  users: {low: 5, high: 6}"), ("p.yaml:5", "low, high")),
    "unknown-workload": Case(profile("workload:\n  user: 5"), ("p.yaml:5", "`user`", "users")),
    "unknown-have": Case({"p.yaml": "have:\n  - docker\n  - kubernets\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:3", "`kubernets`", "`kubernetes`")),
    "ended-system": Case(profile("current: dogwood"), ("p.yaml:4", "no longer runs", "2025-06")),
    "no-people": Case({"p.yaml": "organisation:\n  ml_people: 0\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "above zero")),
    "wide-range": Case(profile("workload:\n  users: 1e-9 to 1e9"), ("p.yaml:5", "wide")),
    "part-a-list": Case(profile("requirements:\n  - {part: [alerts]}"), ("p.yaml:5", "is not a part")),
    "unknown-stage": Case({"p.yaml": "organisation:\n  stage: series-q\n"}, ("p.yaml:2", "series-a")),
    "unknown-region": Case({"p.yaml": "organisation:\n  region: mars\n"}, ("p.yaml:2", "eu")),
    "unknown-currency": Case({"p.yaml": "currency: DOGE\n"}, ("p.yaml:1", "EUR")),
    "currency-without-rate": Case({"p.yaml": "currency: CHF\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:1", "CHF")),
    "wrong-money": Case({"p.yaml": "organisation:\n  hourly_cost: 80 EUR/month\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "hourly_cost")),
    "wrong-budget": Case({"p.yaml": "method:\n  budget: plenty\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "budget")),
    "negative-budget": Case({"p.yaml": "method:\n  budget: -5 USD/month\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "negative")),
    "wrong-credits": Case({"p.yaml": "credits:\n  aws: lots\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "aws")),
    "growth-below-nothing": Case({"p.yaml": "organisation:\n  growth: {people: -200%}\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "growth")),
    "growth-all-lost": Case({"p.yaml": "organisation:\n  growth: {people: -100% per year}\ncomponents: {experiment-tracking: {}}\n"}, ("p.yaml:2", "growth")),
    "wrong-month": Case(profile("wanted_from: soon"), ("p.yaml:4", "month")),
    "thirteenth-month": Case(profile("current: {system: birch, contract_end: 2026-13}"), ("p.yaml:4", "month")),
    "month-as-number": Case(profile("wanted_from: 2026"), ("p.yaml:4", "month")),
    "as-of": Case(FINE, ("as-of", "2026-13"), (*DECIDE, "--as-of", "2026-13")),
    # names
    "unknown-system": Case(profile("current: brich"), ("p.yaml:4", "`brich`", "birch")),
    "unknown-system-gap": Case(profile("gap_hours:\n  brich: 3 h/month"), ("p.yaml:5", "`brich`", "birch")),
    "unknown-system-quote": Case(profile("quotes:\n  brich: 300 USD/month"), ("p.yaml:5", "`brich`", "birch")),
    "unknown-plan": Case(profile("current: {system: acorn, plan: gold}"), ("p.yaml:4", "`gold`", "team")),
    "wrong-sourcing": Case(profile("current: {system: acorn, sourcing: self-host}"), ("p.yaml:4", "self-host", "managed")),
    "current-a-list": Case(profile("current: [birch]"), ("p.yaml:4", "current")),
    "current-nothing-said": Case(profile("current: {since: 2025-01}"), ("p.yaml:4", "current")),
    "unknown-part": Case(profile("parts:\n  - run-logging\n  - time-travel"), ("p.yaml:6", "`time-travel`", "run-logging")),
    "no-parts": Case(profile("parts: []"), ("p.yaml:4", "part")),
    "only-own-parts": Case(profile("parts: [instrumentation]"), ("p.yaml:4", "part")),
    # requirements
    "unknown-requirement": Case(profile("requirements:\n  - {beauty: high}"), ("p.yaml:5", "`beauty`", "data_residency")),
    "unknown-residency": Case(profile("requirements:\n  - {data_residency: moon}"), ("p.yaml:5", "moon", "eu")),
    "requirement-two-things": Case(profile("requirements:\n  - {data_residency: eu, compliance: soc2}"), ("p.yaml:5", "one thing")),
    "requirement-nothing": Case(profile("requirements:\n  - {level: must}"), ("p.yaml:5", "one thing")),
    "requirement-a-word": Case(profile("requirements:\n  - eu"), ("p.yaml:5",)),
    "requirement-wrong-unit": Case(profile("requirements:\n  - {search_p95: <= 5 GB}"), ("p.yaml:5", "search_p95", "ms")),
    "requirement-negative": Case(profile("requirements:\n  - {search_p95: <= -5 ms}"), ("p.yaml:5", "negative")),
    "requirement-probability": Case(profile("requirements:\n  - {search_p95: <= 5 ms, origin: anticipated, probability: 2}"), ("p.yaml:5", "probability")),
    "requirement-origin": Case(profile("requirements:\n  - {search_p95: <= 5 ms, origin: rumour}"), ("p.yaml:5", "rumour")),
    "requirement-level": Case(profile("requirements:\n  - {search_p95: <= 5 ms, level: maybe}"), ("p.yaml:5", "maybe")),
    "contradictory-residency": Case(profile("requirements:\n  - {data_residency: eu}\n  - {data_residency: us}"), ("p.yaml:6", "contradict")),
    "contradictory-numbers": Case(profile("requirements:\n  - {search_p95: <= 5 ms}\n  - {search_p95: '>= 10 ms'}"), ("p.yaml:6", "contradict")),
    # overlays
    "overlay-missing": Case(FINE, ("mine: no such folder",), OVERLAY),
    "overlay-a-file": Case({**FINE, "mine": "x"}, ("mine", "folder"), OVERLAY),
    "overlay-nothing-in-it": Case({**FINE, "mine/system/a.yaml": "id: a"}, ("mine: no catalog files", "systems"), OVERLAY),
    "overlay-wrong-yaml": Case({**FINE, "mine/systems/a.yaml": "id: [\n"}, ("a.yaml:2", "not valid YAML"), OVERLAY),
    "overlay-empty": Case({**FINE, "mine/systems/a.yaml": ""}, ("a.yaml", "empty"), OVERLAY),
    "overlay-no-source": Case(system("    run-logging: {source: repo, since: 2019-01}", "    run-logging: {since: 2019-01}"), ("birch.yaml:15", "source"), OVERLAY),
    "overlay-unknown-source": Case(system("    run-logging: {source: repo,", "    run-logging: {source: rumour,"), ("birch.yaml:15", "`rumour`"), OVERLAY),
    "overlay-source-no-url": Case(system('repo: {url: "https://example.org/birch", as_of: 2025-10}', "repo: {as_of: 2025-10}"), ("birch.yaml:8", "url"), OVERLAY),
    "overlay-unknown-price": Case(system("rate: {price: test/server}", "rate: {price: test/moon}"), ("birch.yaml:28", "`test/moon`"), OVERLAY),
    "overlay-unknown-part": Case(system("    compare-ui: {source: repo, since: 2019-01}", "    compare-u1: {source: repo}"), ("birch.yaml:16", "`compare-u1`"), OVERLAY),
    "overlay-not-money": Case(system("quantity: data_stored}", "quantity: users}"), ("birch.yaml:29", "money"), OVERLAY),
    "overlay-code": Case(system("quantity: data_stored}", 'quantity: "__import__(\'os\').getcwd()"}'), ("birch.yaml:29", "arithmetic"), OVERLAY),
    "overlay-catalog-show": Case(FINE, ("mine: no such folder",), ("catalog", "list", "--catalog", "mine")),
    # evidence
    "evidence-missing": Case(FINE, ("found: no such folder",), EVIDENCE),
    "evidence-broken": Case({**FINE, "found/a.json": '{"what": '}, ("a.json", "JSON"), EVIDENCE),
    "evidence-a-list": Case({**FINE, "found/a.json": "[]"}, ("a.json",), EVIDENCE),
    "evidence-unknown-key": Case({**FINE, "found/a.json": record(colour="red")}, ("a.json", "`colour`"), EVIDENCE),
    "evidence-no-method": Case({**FINE, "found/a.json": record(method=None)}, ("a.json", "`method`"), EVIDENCE),
    "evidence-wrong-unit": Case({**FINE, "found/a.json": record(value="5 GB")}, ("a.json", "GB", "seat"), EVIDENCE),
    "evidence-nan": Case({**FINE, "found/a.json": record(value=float("nan"))}, ("a.json", "nan"), EVIDENCE),
    "evidence-not-a-unit": Case({**FINE, "found/a.json": record(unit="parsec")}, ("a.json", "parsec"), EVIDENCE),
    "evidence-negative": Case({**FINE, "found/a.json": record(value=-3)}, ("a.json", "negative"), EVIDENCE),
    "evidence-wrong-month": Case({**FINE, "found/a.json": record(when="yesterday")}, ("a.json", "yesterday"), EVIDENCE),
    "evidence-huge": Case({**FINE, "found/a.json": " " * 300_000 + "{}"}, ("a.json", "bytes"), EVIDENCE),
    "evidence-deep": Case({**FINE, "found/a.json": "[" * 100_000}, ("a.json",), EVIDENCE),
    "evidence-binary": Case({**FINE, "found/a.json": b"\xff\xfe\x00"}, ("a.json",), EVIDENCE),
    # the command line
    "no-profile": Case({}, ("profile",), ("decide",)),
    "no-terminal": Case({}, ("no terminal", "buildbuy init"), ("decide", "-c", "experiment-tracking")),
    "unknown-command": Case({}, ("`decied`", "decide"), ("decied",)),
    "unknown-option": Case(FINE, ("--colour",), (*DECIDE, "--colour")),
    "too-few-draws": Case(FINE, ("--draws",), ("decide", "p.yaml", "--draws", "5")),
    "negative-seed": Case(FINE, ("--seed",), (*DECIDE, "--seed", "-1")),
    "no-horizon": Case(FINE, ("--horizon",), (*DECIDE, "--horizon", "0")),
    "unknown-format": Case(FINE, ("--format", "json"), (*DECIDE, "--format", "pdf")),
    "out-is-a-folder": Case(FINE, ("out",), (*DECIDE, "--out", "out"), folders=("out",)),
    "out-under-a-file": Case({**FINE, "x": "text"}, ("x",), (*DECIDE, "--out", "x/run.json")),
    "save-is-a-file": Case({**FINE, "x": "text"}, ("x",), (*DECIDE, "--save", "x")),
    "explain-unknown-number": Case(FINE, ("$999M",), ("explain", "p.yaml", "experiment-tracking", "$999M", "--draws", "200")),
    "explain-nonsense": Case(FINE, ("`the moon`", "acorn"), ("explain", "p.yaml", "experiment-tracking", "the moon", "--draws", "200")),
    "explain-not-in-profile": Case(FINE, ("feature-store",), ("explain", "p.yaml", "feature-store", "--draws", "200")),
    "init-exists": Case({"profile.yaml": "name: mine\n"}, ("profile.yaml", "--force"), ("init", "-c", "experiment-tracking", "--yes")),
    "init-no-component": Case({}, ("component",), ("init", "--yes")),
    "init-unknown-component": Case({}, ("`coffee`", "experiment-tracking"), ("init", "-c", "coffee", "--yes")),
    "init-unknown-key": Case({}, ("`colour`",), ("init", "-c", "experiment-tracking", "--set", "colour=red", "--yes")),
    "init-no-value": Case({}, ("KEY=VALUE",), ("init", "-c", "experiment-tracking", "--set", "users", "--yes")),
    "init-wrong-value": Case({}, ("`GB`", "seat"), ("init", "-c", "experiment-tracking", "--set", "users=5 GB", "--yes")),
    "catalog-unknown-system": Case({}, ("`oak`", "birch"), ("catalog", "show", "oak")),
    "catalog-unknown-component": Case({}, ("`coffee`",), ("catalog", "list", "-c", "coffee")),
    "bill-unknown-quantity": Case({}, ("`beauty`", "users"), ("catalog", "bill", "acorn", "--set", "beauty=5")),
    "bill-negative": Case({}, ("negative", "users"), ("catalog", "bill", "acorn", "--set", "users=-5")),
    "bill-wrong-unit": Case({}, ("`GB`", "seat"), ("catalog", "bill", "acorn", "--set", "users=5 GB")),
    "bill-unknown-plan": Case({}, ("`gold`", "team"), ("catalog", "bill", "acorn", "--plan", "gold")),
    "bill-ended": Case({}, ("Dogwood",), ("catalog", "bill", "dogwood")),
    "schema-unknown": Case({}, ("profile",), ("schema", "moon")),
}  # fmt: skip


def write(files: dict[str, str | bytes], folders: tuple[str, ...], base: Path) -> None:
    for name in folders:
        (base / name).mkdir(parents=True)
    for name, text in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(text, encoding="utf-8")


def contents(base: Path) -> dict[str, bytes | None]:
    return {str(p.relative_to(base)): p.read_bytes() if p.is_file() else None for p in sorted(base.rglob("*"))}


@pytest.mark.parametrize("name", CASES)
def test_one_message_and_nothing_half_written(
    name: str, buildbuy: Callable[..., Any], golden: Callable[[str, str], None], tmp_path: Path, test_catalog: Path
) -> None:
    case = CASES[name]
    write(case.files, case.folders, tmp_path)
    before = contents(tmp_path)
    ran = buildbuy(*case.args)
    assert (ran.code, ran.out) == (2, "")
    assert contents(tmp_path) == before
    assert ran.err.startswith("error: ")
    assert ran.err.count("error:") == 1
    assert "Traceback" not in ran.err
    assert all(ord(c) >= 32 or c == "\n" for c in ran.err)
    assert len(ran.err) < 2000
    for text in case.says:
        assert text in ran.err
    golden(f"bad_input/{name}.txt", ran.err)
