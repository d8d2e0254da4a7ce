"""YAML as untrusted input: plain data with the line of each value, or one clear refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import Field

from buildbuy.errors import BadInput
from buildbuy.strict_yaml import (
    MAX_BYTES,
    MAX_DEPTH,
    Raw,
    Strict,
    dump,
    located,
    parse,
    read,
    validate,
)

TEXT = """\
# a comment
name: Team
list:
  - a
  - {b: 1, c: [2, 3]}

nested:
  deep:
    key: "x"
"""


class Inner(Strict):
    size: int = 1
    amount: Raw = 0


class Outer(Strict):
    inner: Inner = Inner()
    table: dict[str, Inner] = Field(default_factory=dict)
    items: tuple[Inner, ...] = ()


def refused(text: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse(text, "f.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5), ("-5", -5), ("+5", 5), ("1_000", 1000), ("007", 7), ("5.", 5.0), (".5", 0.5), ("1e3", 1000.0), ("-2.5e-3", -0.0025),
        ("true", True), ("false", False), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("True", "True"), ("NULL", "NULL"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("1:30", "1:30"),
        ("2026-10", "2026-10"), ("2026-10-01", "2026-10-01"), (".nan", ".nan"), (".inf", ".inf"), ("1.2.3", "1.2.3"), ("5 ms", "5 ms"), ("5%", "5%"),
        ("'5'", "5"), ('"true"', "true"), ("'null'", "null"), ("''", ""),
    ],
)  # fmt: skip
def test_only_plain_numbers_true_false_and_null_are_more_than_text(text: str, value: Any) -> None:
    data, _ = parse(f"x: {text}\n", "f.yaml")
    assert data == {"x": value}
    assert type(data["x"]) is type(value)


def test_block_text_stays_text() -> None:
    assert parse("x: |\n  5\ny: >\n  true\n", "f")[0] == {"x": "5\n", "y": "true\n"}


def test_every_key_and_item_has_its_line() -> None:
    data, lines = parse(TEXT, "f.yaml")
    assert data == {"name": "Team", "list": ["a", {"b": 1, "c": [2, 3]}], "nested": {"deep": {"key": "x"}}}
    assert lines == {
        (): 2, ("name",): 2, ("list",): 3, ("list", 0): 4, ("list", 1): 5, ("list", 1, "b"): 5, ("list", 1, "c"): 5, ("list", 1, "c", 0): 5,
        ("list", 1, "c", 1): 5, ("nested",): 7, ("nested", "deep"): 8, ("nested", "deep", "key"): 9,
    }  # fmt: skip


def test_a_place_without_a_line_is_told_by_what_encloses_it() -> None:
    _, lines = parse(TEXT, "f.yaml")
    assert located("f.yaml", lines, ("list", 1, "b", "float")) == "f.yaml:5"
    assert located("f.yaml", lines, ("nested", "other")) == "f.yaml:7"
    assert located("f.yaml", lines, ("elsewhere",)) == "f.yaml:2"
    assert located("f.yaml", {}, ("elsewhere",)) == "f.yaml"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: &x 2\n", 2, "anchors"), ("a: 1\nb: *x\n", 2, "anchors"), ("a: &x {b: 1}\nc:\n  <<: *x\n", 1, "anchors"), ("- &x a\n- *x\n", 1, "anchors"),
        ("a: !!python/name:os.system\n", 1, "tag"), ("a: 1\nb: !!str 5\n", 2, "tag"), ("!x\na: 1\n", 1, "tag"), ("a: !<tag:x,2026:y> {}\n", 1, "tag"), ("a: !!set {b}\n", 1, "tag"),
        ("a: 1\nb: 2\na: 3\n", 3, "`a` stands here twice"), ("a: {b: 1,\n  b: 2}\n", 2, "`b` stands here twice"), ("a: 1\n'a': 2\n", 2, "twice"), ("- a: 1\n- {c: 1, c: 2}\n", 2, "`c`"),
        ("? {a: 1}\n: 2\n", 1, "plain text"), ("a: 1\n[1]: 2\n", 2, "plain text"),
        ("a: [1\nb: 2\n", 2, "not valid YAML"), ("a: 'x\n", 2, "not valid YAML"), ("a:\n\t- b\n", 2, "not valid YAML"), ("a: 1\n b: 2\n", 2, "not valid YAML"), ("%YAML 9.9\n---\na: 1\n", 1, "not valid YAML"),
        ("a: 1\n---\nb: 2\n", 2, "second YAML document"),
        ("a: 1e999\n", 1, "too large"), ("a: 1\nb: -" + "9" * 5000 + "\n", 2, "too large"),
        ("a: b\x00c\n", 1, "not valid YAML"), ("a: 1\nb: \x1b[31m\n", 2, "not valid YAML"),
    ],
)  # fmt: skip
def test_what_is_refused_and_where(text: str, line: int, what: str) -> None:
    error = refused(text)
    assert error.where == f"f.yaml:{line}"
    assert what in error.what


def test_depth() -> None:
    assert parse("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "f")[0]
    for many in (MAX_DEPTH + 1, 900, 5000, 100_000):
        assert "nested deeper" in refused("[" * many + "]" * many).what
    assert "nested deeper" in refused("".join(f"{' ' * i}a:\n" for i in range(MAX_DEPTH + 5))).what


def test_many_values() -> None:
    assert "more than 200,000 values" in refused("- 1\n" * 200_001).what


def test_a_bomb_is_refused_at_its_first_anchor() -> None:
    text = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in zip("abcdefghijklmnopqrstuvwxy", "bcdefghijklmnopqrstuvwxyz", strict=True))
    assert refused(text).where == "f.yaml:1"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"\xff\xfe\x00", "not text in UTF-8"),
        (b"a: \xed\xa0\x80\n", "not text in UTF-8"),
        (b" " * (MAX_BYTES + 1), f"{MAX_BYTES + 1:,} bytes"),
    ],
)
def test_files_that_are_no_yaml(content: bytes, what: str, tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read(path)
    assert caught.value.where == str(path)
    assert what in caught.value.what


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path, what in ((tmp_path / "none.yaml", "no such file"), (tmp_path, "folder"), (tmp_path / ("x" * 5000), "can't be read")):
        with pytest.raises(BadInput, match=what):
            read(path)


def test_an_empty_file_and_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    for content, data in ((b"", None), (b"# only a comment\n", None), (b"\xef\xbb\xbfa: 1\r\nb: 2\r\n", {"a": 1, "b": 2})):
        path.write_bytes(content)
        assert read(path)[0] == data


@pytest.mark.parametrize(
    ("text", "shown", "hint"),
    [
        ("inner:\n  sise: 2\n", "f.yaml:2: inner: unknown key `sise`", "did you mean `size`? allowed here: amount, size"),
        ("other: 2\n", "f.yaml:1: unknown key `other`", "allowed here: inner, items, table"),
        ("table:\n  a: {}\n  b: {colour: red}\n", "f.yaml:3: table.b: unknown key `colour`", "allowed here: amount, size"),
        ("items:\n  - size: 2\n  - size: big\n", "f.yaml:3: items.1.size: `big` can't stand here: a whole number is expected", ""),
        ("items: {}\n", "f.yaml:1: items: `{}` can't stand here: a list is expected", ""),
        ("inner: [1]\n", "f.yaml:1: inner: `[1]` can't stand here: keys with values are expected", ""),
        ("inner:\n", "f.yaml:1: inner: nothing stands here: keys with values are expected", ""),
        ("inner:\n  amount: true\n", "f.yaml:2: inner.amount: `True` is not a quantity", "a number, text such as `2 to 5 ms`, or {p10: 2, p50: 3, p90: 5}"),
        ("inner:\n  amount:\n", "f.yaml:2: inner.amount: a quantity is missing", "a number, text such as `2 to 5 ms`, or {p10: 2, p50: 3, p90: 5}"),
    ],
)
def test_a_defect_is_told_with_line_key_and_what_is_allowed(text: str, shown: str, hint: str) -> None:
    data, lines = parse(text, "f.yaml")
    with pytest.raises(BadInput) as caught:
        validate(Outer, data, lines, "f.yaml")
    assert f"{caught.value.where}: {caught.value.what}" == shown
    assert caught.value.hint == hint


def test_an_empty_document_is_told_so() -> None:
    with pytest.raises(BadInput, match="the file is empty"):
        validate(Outer, None, {}, "f.yaml")


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufeff\u2028\u2029"), max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefgh_", min_size=1, max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
@example("0E0")  # a number to us, a text to YAML 1.1
def test_what_a_writer_wrote_is_what_is_read(data: Any) -> None:
    assert parse(dump(data), "f.yaml")[0] == data


@given(st.text(max_size=60) | st.text("abc:-[]{}&*!|>'\"#%@`?,\n \t<0123456789", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        data, lines = parse(text, "f.yaml")
    except BadInput as e:
        assert e.where.startswith("f.yaml:")
        assert e.what
    else:
        assert data is None or lines[()] >= 1
