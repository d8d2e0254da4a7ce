"""The shares of parts are those that docs/reference/part-shares.yaml makes by the rule its page states."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from buildbuy.catalog.load import load

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import part_shares

ENTRIES: dict[str, dict[str, Any]] = yaml.safe_load(part_shares.TABLE.read_text(encoding="utf-8"))["components"]
PAGE = part_shares.TABLE.with_suffix(".md").read_text(encoding="utf-8")
CATALOG = load()


@pytest.mark.parametrize("component", CATALOG.components)
def test_the_catalog_has_the_ranges_of_the_counts(component: str) -> None:
    ranges = part_shares.ranges(ENTRIES[component])
    parts = {name: part.share for name, part in CATALOG.components[component].parts.items() if part.share}
    assert {n: s.value for n, s in parts.items() if s.source == "part-counts"} == ranges
    assert {s.source for n, s in parts.items() if n not in ranges} <= {"judgement"}
    assert [*ENTRIES[component]["judged"]] == [*parts], "every part has the share it was judged to have before"


@pytest.mark.parametrize("component", CATALOG.components)
def test_what_was_counted_is_written_down_in_full(component: str) -> None:
    entry = ENTRIES[component]
    months = [one["month"] for one in entry["repositories"].values()]
    source = CATALOG.components[component].sources["part-counts"]
    assert (source.as_of, source.grade) == (max(months), "reference-class")
    assert source.url in {one["url"] for one in entry["repositories"].values()}
    assert min(months) in str(source.note)
    for name, one in entry["repositories"].items():
        assert [*one["globs"]] == [*one["counts"]], name
        assert len(one["commit"]) == 40, name
        assert all(lines >= part_shares.LEAST for lines, _ in one["counts"].values()), f"{name}: a stub is no part"
        for part, (lines, days) in one["counts"].items():
            assert f"| `{part}` | {name} | {lines:,} | {days:,} |" in PAGE, f"{name}: the page has other counts"


def test_a_range_covers_its_repositories_and_is_widened_by_the_rule() -> None:
    two = {"judged": {"a": 0.3, "b": 0.1, "c": 0.1}, "repositories": {"x": {"counts": {"a": [600, 20], "b": [200, 20]}}, "y": {"counts": {"a": [900, 90], "c": [100, 10]}}}}
    assert part_shares.readings(two) == {"a": pytest.approx({"x": 0.8 * 0.625, "y": 0.8 * 0.9}), "b": pytest.approx({"x": 0.8 * 0.375}), "c": pytest.approx({"y": 0.8 * 0.1})}
    assert part_shares.ranges(two) == {"a": "0.33 to 1", "b": "0.15 to 0.6", "c": "0.04 to 0.16"}


@pytest.mark.parametrize(
    ("suffix", "text", "lines"),
    [
        (".py", '"""Doc\nmore."""\n\n# why\nx = 1  # one\ny = """\nin a value\n"""\n', 3),
        (".py", "'''One line.'''\nx = 1\n", 1),
        (".go", "// why\n\n/* block\n more */\nfunc main() {\n}\n", 2),
        (".html", "<!-- a\n b -->\n<p>text</p>\n", 1),
    ],
)
def test_lines_of_code_are_neither_blank_nor_comment(suffix: str, text: str, lines: int) -> None:
    assert part_shares.code_lines(text, suffix) == lines


def test_tests_pages_and_generated_code_are_no_code_of_the_product() -> None:
    assert part_shares.is_code("src/pkg/latest/latest_store.py")
    for path in ("tests/a.py", "pkg/store_test.go", "ui/src/a.test.tsx", "docs/conf.py", "api/x_pb2.py", "db/migrations/1.py", "README.md", "pkg/mocks/a.go"):
        assert not part_shares.is_code(path), path


def test_braces_spread() -> None:
    assert part_shares.spread("a/{b,c}/{d,e}.py") == ["a/b/d.py", "a/b/e.py", "a/c/d.py", "a/c/e.py"]


def test_author_days_follow_a_file_to_its_new_name_and_are_shared(tmp_path: Path) -> None:
    def run(*words: str, who: str = "a", day: str = "2020-01-01") -> None:
        me = ("-c", f"user.name={who}", "-c", f"user.email={who}@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *me, *words], check=True, capture_output=True, env={"GIT_AUTHOR_DATE": f"{day}T12:00:00", "GIT_COMMITTER_DATE": f"{day}T12:00:00", "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(tmp_path)})

    def write(path: str, text: str) -> None:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")

    run("init", "-q", "-b", "main")
    body = "".join(f"x{i} = {i}\n" for i in range(20))
    for day, path, text, who in [("2020-01-01", "old/one.py", body, "a"), ("2020-01-02", "two.py", "y = 1\n", "a"), ("2020-01-02", "old/one.py", body + "z = 1\n", "a"), ("2020-01-03", "two.py", "y = 2\n", "dependabot[bot]")]:
        write(path, text)
        run("add", "-A")
        run("commit", "-qm", "work", who=who, day=day)
    (tmp_path / "new").mkdir()
    run("mv", "old/one.py", "new/one.py")
    run("commit", "-qm", "move", who="b", day="2020-01-04")
    parts = {"one": ["new/*"], "two": ["two.py"]}
    assert part_shares.measured(tmp_path, "HEAD", parts) == (22, {"one": [21, 2], "two": [1, 0]})
    assert part_shares.days(tmp_path, "HEAD", lambda p: part_shares.part_of(parts, p)) == {"one": 2.5, "two": 0.5}
