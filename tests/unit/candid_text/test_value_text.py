"""How values are printed."""

from __future__ import annotations

from typing import Any

import pytest

from kybra_replica.candid.exact_values import Reference, Some
from kybra_replica.candid.text.program_parser import parse_program, parse_types
from kybra_replica.candid.text.value_text import values_text

TABLE = parse_program("type Tree = record { text; vec Tree }").types
ROOT = Reference(b"")


def printed(types: str, *values: Any) -> str:
    """Print values of types that are written."""
    return values_text(parse_types(types, TABLE), values, TABLE)


@pytest.mark.parametrize(
    ("types", "value", "text"),
    [
        ("(nat)", 1_234_567, "(1_234_567 : nat)"),
        ("(int)", -100, "(-100 : int)"),
        ("(nat8)", 255, "(255 : nat8)"),
        ("(float32)", 0.5, "(0.5 : float32)"),
        ("(float64)", 2.0, "(2.0 : float64)"),
        ("(bool)", True, "(true)"),
        ("(null)", None, "(null : null)"),
        ("(reserved)", None, "(null : reserved)"),
        ("(opt nat)", None, "(null)"),
        ("(opt nat)", Some(5), "(opt (5 : nat))"),
        ("(opt opt null)", Some(Some(None)), "(opt opt (null : null))"),
        ("(opt opt null)", Some(None), "(opt null)"),
        ("(opt text)", Some("a'b"), "(opt \"a\\'b\")"),
        ("(blob)", b"plain", '(blob "plain")'),
        ("(blob)", b"\x00a", '(blob "\\00\\61")'),
        ("(vec bool)", [True, False], "(vec { true; false })"),
        ("(vec text)", [], "(vec {})"),
        ("(record {})", {}, "(record {})"),
        ("(record { bool; text })", {"0": True, "1": "x"}, '(record { true; "x" })'),
        ("(record { 1 : bool; 0 : text })", {"0": "x", "1": True}, '(record { "x"; true })'),
        ("(record { 1 : bool })", {"1": True}, "(record { 1 = true })"),
        ("(record { 12345 : bool })", {"12345": True}, "(record { 12_345 = true })"),
        ('(record { "opt" : bool })', {"opt": True}, '(record { "opt" = true })'),
        ("(variant { ok; err : text })", {"ok": None}, "(variant { ok })"),
        ("(variant { ok; err : text })", {"err": "no"}, '(variant { err = "no" })'),
        ("(variant { ok : reserved })", {"ok": None}, "(variant { ok = null : reserved })"),
        ("(principal)", ROOT, '(principal "aaaaa-aa")'),
        ("(service {})", ROOT, '(service "aaaaa-aa")'),
        ("(func () -> ())", (ROOT, "get"), '(func "aaaaa-aa".get)'),
        ("(func () -> ())", (ROOT, "a b"), '(func "aaaaa-aa"."a b")'),
    ],
)  # fmt: skip
def test_a_value_prints_as_in_rust(types: str, value: Any, text: str) -> None:
    """Numbers and nulls with their type."""
    assert printed(types, value) == text


@pytest.mark.parametrize(
    ("of", "value", "text"),
    [
        ("text", "it's", '"it\'s"'),
        ("vec record { bool; nat; a : null }", [{"0": True, "1": 7, "a": None}],
         "vec { record { true; 7 : nat; a = null : null;};}"),
        ("variant { a }", {"a": None}, "variant { a }"),
        ("variant { b : opt nat }", {"b": Some(1)}, "variant { b = opt (1 : nat) }"),
        ("opt opt text", Some(None), "opt null"),
        ("opt bool", None, "null"),
        ("record {}", {}, "record {}"),
    ],
)  # fmt: skip
def test_a_vector_of_over_ten_stands_in_one_line(of: str, value: Any, text: str) -> None:
    """However long it gets, with a semicolon after each element, and apostrophes as they are."""
    lines = printed(f"(vec {of}, text)", [value] * 11, "x" * 80).splitlines()
    assert lines[1] == "  vec {" + f" {text};" * 11 + "},"


def test_nothing_prints_as_parentheses() -> None:
    """No values, no space."""
    assert printed("()") == "()"


def test_long_values_break_into_lines() -> None:
    """What does not fit into 80 characters stands on lines of its own, two deeper each."""
    item = {"name": "a name of some length", "tags": ["first", "second"], "next": Some(5)}
    types = "(vec record { name : text; tags : vec text; next : opt nat }, text)"
    assert printed(types, [item], "x") == (
        "(\n"
        "  vec {\n"
        "    record {\n"
        '      name = "a name of some length";\n'
        "      next = opt (5 : nat);\n"
        '      tags = vec { "first"; "second" };\n'
        "    };\n"
        "  },\n"
        '  "x",\n'
        ")"
    )  # fmt: skip


@pytest.mark.parametrize(("length", "breaks"), [(76, False), (77, True)])
def test_eighty_characters_fit(length: int, breaks: bool) -> None:  # noqa: FBT001 - a parameter
    """Parentheses and quotes count."""
    text = printed("(text)", "x" * length)
    assert ("\n" in text) is breaks


def test_what_lies_deep_is_not_laid_out() -> None:
    """After ten levels and the parentheses all the rest stands in one line."""
    value: Any = []
    for _ in range(12):
        value = [{"0": "a text to make the line long", "1": value}]
    lines = printed("(vec Tree)", value).splitlines()
    assert max(map(len, lines)) > 80
    assert max(len(line) - len(line.lstrip()) for line in lines) == 22


def test_deep_values_print() -> None:
    """Values as deep as messages may carry."""
    table = parse_program("type Loop = opt Loop").types
    value = None
    for _ in range(499):
        value = Some(value)
    assert values_text(parse_types("(Loop)", table), [value], table).count("opt") == 499
