"""Where the specification and Kybra's conventions part, on the same bytes."""

from __future__ import annotations

from typing import Any

import pytest
from kybra import Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.exact import decode_exact, encode_exact
from kybra_replica.candid.exact_values import Reference, Some
from kybra_replica.candid.model import TypeTable
from kybra_replica.candid.text.program_parser import parse_program, parse_types

REFUSED = object()


def exact(message: bytes, types: str) -> Any:
    """Decode one value by the specification."""
    try:
        return decode_exact(message, parse_types(types), TypeTable())[0]
    except CandidDecodeError:
        return REFUSED


def kybras(message: bytes, types: str) -> Any:
    """Decode one value as a canister gets it."""
    try:
        value = decode(message, parse_types(types), TypeTable())[0]
    except CandidDecodeError:
        return REFUSED
    return value.to_str() if isinstance(value, Principal) else value


@pytest.mark.parametrize(
    ("message", "types", "by_specification", "by_kybra"),
    [
        (b"DIDL\0\x01\x70", "(null)", REFUSED, None),
        (b"DIDL\x01\x6c\x01\0\x70\x01\0", "(record { null })", REFUSED, {"0": None}),
        (b"DIDL\x01\x69\0\x01\0\x01\0", "(principal)", Reference(b""), REFUSED),
        (b"DIDL\0\x01\x6f\x01\0", "(service {})", REFUSED, "aaaaa-aa"),
        (b"DIDL\0\x01\x7d\x05", "(opt opt nat)", Some(Some(5)), None),
        (b"DIDL\x02\x6e\x01\x6e\x7d\x01\0\x01\0", "(opt opt nat)", Some(None), None),
        (b"DIDL\0\x01\x7d\x05", "(nat64)", REFUSED, REFUSED),
        (b"DIDL\0\x01\x7d\x05", "(int)", 5, 5),
        (b"DIDL\x01\x6d\x7b\x01\0\x02hi", "(blob)", b"hi", b"hi"),
    ],
)
def test_one_message_two_readings(
    message: bytes, types: str, by_specification: Any, by_kybra: Any
) -> None:
    """Both come from the same readers; the docstring of `exact` lists the differences."""
    assert exact(message, types) == by_specification
    assert kybras(message, types) == by_kybra


def test_skipping_is_free_by_the_specification_and_dear_in_a_canister() -> None:
    """Twenty thousand bytes nobody asked for."""
    message = encode_exact(parse_types("(blob)"), [bytes(20_000)], TypeTable())
    assert decode_exact(message, (), TypeTable()) == []
    with pytest.raises(CandidDecodeError, match="Skipping cost exceeds the limit"):
        decode(message, (), TypeTable())


def test_types_that_share_parts_cost_what_they_are_long() -> None:
    """A hundred definitions, each with the one before in it twice."""
    lines = [f"type T{n + 1} = record {{ opt T{n}; opt T{n} }};" for n in range(100)]
    table = parse_program("type T0 = nat;" + "".join(lines)).types
    types = parse_types("(T100, func (T100) -> ())", table)
    values = [{"0": None, "1": None}, (Reference(b""), "m")]
    message = encode_exact(types, values, table)
    assert decode_exact(message, types, table) == values


def test_a_failed_judgement_leaves_no_assumption_behind() -> None:
    """Of two references, the second is judged as if the first had not been."""
    table = parse_program("type A = service { f : (A) -> (nat) }").types
    sent = parse_program("type B = service { f : (B) -> (text) }").types
    message = encode_exact(
        parse_types("(B, func (B) -> ())", sent), [Reference(b""), (Reference(b""), "m")], sent
    )
    expected = parse_types("(opt A, opt func (A) -> ())", table)
    assert decode_exact(message, expected, table) == [None, None]
