"""Messages that are cut, garbled or out of bounds: the text that names what is wrong."""

import pytest

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.model import Field, Primitive, TypeTable, Variant

TEXT, NAT64 = Primitive("text"), Primitive("nat64")
CHOICE = Variant((Field("A", Primitive("null")),))
TABLE = TypeTable()
CAUSE = "\n\nCaused by:\n    "


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "binary parser error: io error"),
        (b"DID", "binary parser error: io error"),
        (b"hello", "binary parser error: Unexpected bytes at byte offset 0"),
        (b"DIDL", "binary parser error: len at byte offset 4"),
        (b"DIDL\0\1\x50", "binary parser error: unknown opcode -48 at byte offset 6"),
        (b"DIDL\0\1\0", "type index 0 out of range"),
        (b"DIDL\1\x7f", "binary parser error: -1 is not a valid future type at byte offset 5"),
        (b"DIDL\1\x6c\2\1\x7f\1\x7f\0", "field id 1 collision or not sorted"),
        (b"DIDL\1\x69\1\1a\x7f\0", "Method a has a non-function type"),
        (b"DIDL\1\x6a\0\0\1\7\0", "binary parser error: Unknown annotation at byte offset 9"),
    ],
)
def test_a_broken_head_is_named(data: bytes, cause: str) -> None:
    """The head is quoted in full up to 500 bytes, with what is wrong with it."""
    with pytest.raises(CandidDecodeError) as caught:
        decode(data, [NAT64], TABLE)
    quote = f" {data.hex()}" if data else " "
    assert str(caught.value) == f"Cannot parse header{quote}{CAUSE}{cause}"


def test_trailing_bytes_are_refused() -> None:
    """A message ends with its last value."""
    with pytest.raises(CandidDecodeError, match="Trailing value after finishing"):
        decode(encode([TEXT], ["x"], TABLE) + b"\0", [TEXT], TABLE)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("71 05 6869", "Cannot read 5 bytes"),
        ("71 01 ff", "invalid utf-8 sequence of 1 bytes from index 0"),
        ("71 02 61c3", "incomplete utf-8 byte sequence from index 1"),
        ("71", "binary parser error: Invalid leb128 at byte offset 7"),
        ("78 01", "Cannot read TypeInner :: Nat64 value"),
        ("72 01", "Cannot read TypeInner :: Float64 value"),
        ("7e 02", "binary parser error: Expect 00 or 01 at byte offset 7"),
        ("7d 80", "io error: failed to fill whole buffer"),
        ("68 00", "binary parser error: Opaque reference not supported at byte offset 7"),
        ("68 01 1e", "binary parser error: Principal is longer than 29 bytes at byte offset 8"),
    ],
)
def test_a_broken_value_is_named(body: str, cause: str) -> None:
    """Cut, overlong and undefined values are told apart."""
    data = b"DIDL\0\1" + bytes.fromhex(body)
    of = {0x71: "text", 0x78: "nat64", 0x72: "float64", 0x7E: "bool", 0x7D: "nat"}
    with pytest.raises(CandidDecodeError) as caught:
        decode(data, [Primitive(of.get(data[6], "principal"))], TABLE)
    assert str(caught.value).partition(CAUSE)[2] == cause


def test_an_unknown_member_by_number_is_refused() -> None:
    """A variant's tag must be within its members."""
    message = encode([CHOICE], [{"A": None}], TABLE)[:-1] + b"\1"
    with pytest.raises(CandidDecodeError, match="Variant index 1 larger than length 1"):
        decode(message, [CHOICE], TABLE)
