"""Written values at the types that are expected of them."""

from __future__ import annotations

from typing import Any

import pytest

from kybra_replica.candid.errors import CandidTextError
from kybra_replica.candid.exact_values import Reference, Some
from kybra_replica.candid.model import TypeTable
from kybra_replica.candid.text.program_parser import parse_program, parse_types
from kybra_replica.candid.text.typed import read_values

TABLE = parse_program("type Tree = record { text; vec Tree }; type Id = nat").types
ROOT = Reference(b"")


def read(text: str, types: str) -> list[Any]:
    """Read values at types, both written."""
    return read_values(text, parse_types(types, TABLE), TABLE)


@pytest.mark.parametrize(
    ("text", "types", "values"),
    [
        ("(1, -1, +1)", "(nat, int, int8)", [1, -1, 1]),
        ("(1.5, -.5e0)", "(float32)", None),
        ("(1.5, -0.5)", "(float32, float64)", [1.5, -0.5]),
        ("(1e999)", "(float64)", [float("inf")]),
        ("(-1e39)", "(float32)", [float("-inf")]),
        ("(null, null, null)", "(null, opt nat, reserved)", [None, None, None]),
        ("(opt opt null)", "(opt opt opt nat)", [Some(Some(None))]),
        ('(blob "\\00a")', "(vec nat8)", [b"\0a"]),
        ("(vec { 0; 97 })", "(blob)", [b"\0a"]),
        ("(vec { vec { 0 } })", "(vec blob)", [[b"\0"]]),
        ("(record { b = 1; a = 2; c = 3 })", "(record { a : nat; b : nat })", [{"a": 2, "b": 1}]),
        ("(record {})", "(record { a : opt nat })", [{"a": None}]),
        ("(record { 97 = 1 })", "(record { a : nat })", [{"a": 1}]),
        ("(variant { a })", "(variant { b; a })", [{"a": None}]),
        ("(variant { 97 = 5 : nat8 })", "(variant { a : nat8 })", [{"a": 5}]),
        ('(record { "x"; vec { record { "y"; vec {} } } })', "(Tree)",
         [{"0": "x", "1": [{"0": "y", "1": []}]}]),
        ('(principal "aaaaa-aa", service "aaaaa-aa")', "(principal, service {})", [ROOT, ROOT]),
        ('(func "aaaaa-aa"."a b")', "(func () -> ())", [(ROOT, "a b")]),
        ("(1, 2, 3)", "(nat)", [1]),
        ("(1,)", "(nat, null, opt Tree)", [1, None, None]),
        ("(((5)), (5 : Id), (5 : nat : int))", "(nat, nat, int)", None),
        ("(((5)), (5 : Id), ((5 : nat) : int))", "(nat, nat, int)", [5, 5, 5]),
        ("(opt (5 : nat))", "(opt int)", [Some(5)]),
        ("(5 : nat)", "(opt nat)", [Some(5)]),
        ("(5 : nat)", "(opt text)", [None]),
        ('(service "aaaaa-aa" : service {})', "(principal)", [ROOT]),
        ("(5 : nat)", "(text)", None),
        ("(5 : text)", "(text)", None),
        ("(5 : Missing)", "(nat)", None),
        ("(5)", "(float64)", None),
        ("(5)", "(opt nat)", None),
        ("(5.0)", "(nat)", None),
        ("(-1)", "(nat)", None),
        ("(65536)", "(nat16)", None),
        ("(2147483648)", "(int32)", None),
        ('("a")', "(blob)", None),
        ("(vec { 256 })", "(blob)", None),
        ("(true)", "(empty)", None),
        ("(null)", "(nat)", None),
        ("(record {})", "(record { a : nat })", None),
        ("(record { a = 1; a = 2 })", "(reserved)", None),
        ("(variant { c })", "(variant { b; a })", None),
        ("(variant { a; b })", "(variant { b; a })", None),
        ('(principal "aaaaa-aa")', "(service {})", None),
        ('(principal "nonsense")', "(principal)", None),
        ('(service "aaaaa-aa")', "(principal)", None),
        ("()", "(nat)", None),
        ("5", "(nat)", None),
        ("(5", "(nat)", None),
        ("(5) 5", "(nat)", None),
        ("(- true)", "(bool)", None),
    ],
)  # fmt: skip
def test_a_text_reads_at_its_type_or_is_refused(
    text: str, types: str, values: list[Any] | None
) -> None:
    """None stands for a refusal."""
    if values is not None:
        assert read(text, types) == values
        return
    with pytest.raises(CandidTextError, match=" at line 1, column "):
        read(text, types)


def test_a_refusal_points_at_the_value() -> None:
    """Deep within, over several lines."""
    with pytest.raises(CandidTextError) as caught:
        read('(\n  "x",\n  vec { record { "y"; vec { 5 } } }\n)', "(text, vec Tree)")
    assert str(caught.value) == "expected a value of type record at line 3, column 29"


def test_values_nest_as_deep_as_messages() -> None:
    """Five hundred levels, and not one more."""
    table = parse_program("type Loop = opt Loop").types
    types = parse_types("(Loop)", table)
    (found,) = read_values(f"({'opt ' * 499}null)", types, table)
    for _ in range(499):
        assert isinstance(found, Some)
        found = found.value
    assert found is None
    with pytest.raises(CandidTextError, match="nested over 500 levels"):
        read_values(f"({'opt ' * 500}null)", types, table)


def test_no_table_is_no_names() -> None:
    """Types are then whatever can be written without definitions."""
    assert read_values("(1, 2 : nat)", parse_types("(int, int)"), TypeTable()) == [1, 2]
