"""What a message may say where a type is expected, and the text for everything else."""

import sys
from typing import Any

import pytest

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.model import (
    CandidType,
    Field,
    Named,
    Opt,
    Primitive,
    Record,
    TypeTable,
    Variant,
    Vec,
)

TEXT, NAT, INT, NAT64, NULL, RESERVED = (
    Primitive(name) for name in ("text", "nat", "int", "nat64", "null", "reserved")
)
BLOB = Vec(Primitive("nat8"))
TABLE = TypeTable({"List": Record((Field("head", TEXT), Field("tail", Opt(Named("List")))))})
CAUSE = "\n\nCaused by:\n    "


def record(**fields: CandidType) -> Record:
    """Declare a record."""
    return Record(tuple(Field(name, of) for name, of in fields.items()))


def variant(**members: CandidType) -> Variant:
    """Declare a variant."""
    return Variant(tuple(Field(name, of) for name, of in members.items()))


def pair(*parts: CandidType) -> Record:
    """Declare a tuple."""
    return Record(tuple(Field(str(at), of, at) for at, of in enumerate(parts)), is_tuple=True)


def passed(sent: CandidType, value: Any, expected: CandidType) -> Any:
    """Send a value as one type and read it as another."""
    (found,) = decode(encode([sent], [value], TABLE), [expected], TABLE)
    return found


READ_AS: list[tuple[CandidType, Any, CandidType, Any]] = [
    (NAT, 5, INT, 5),
    (NAT64, 5, Opt(NAT64), 5),
    (Opt(NAT64), 5, Opt(NAT64), 5),
    (TEXT, "x", Opt(NAT64), None),
    (Opt(TEXT), "x", Opt(NAT64), None),
    (NULL, None, Opt(NAT64), None),
    (RESERVED, None, Opt(NAT64), None),
    (RESERVED, None, NULL, None),
    (NAT64, 5, Opt(Opt(NAT64)), None),
    (TEXT, "x", RESERVED, None),
    (Vec(NAT), [1, 2], Vec(INT), [1, 2]),
    (Vec(TEXT), [], Vec(NAT64), []),
    (Vec(TEXT), [], BLOB, b""),
    (Vec(TEXT), ["x"], Opt(Vec(NAT64)), None),
    (BLOB, b"ab", Vec(Opt(Primitive("nat8"))), [97, 98]),
    (record(a=NAT64), {"a": 1}, record(a=NAT64, b=Opt(TEXT)), {"a": 1, "b": None}),
    (record(b=NAT64), {"b": 1}, record(a=Opt(TEXT), b=NAT64), {"a": None, "b": 1}),
    (record(a=NAT64, z=TEXT), {"a": 1, "z": "x"}, record(a=NAT64), {"a": 1}),
    (record(a=TEXT), {"a": "x"}, record(a=Opt(NAT64)), {"a": None}),
    (record(), {}, record(a=NULL, b=RESERVED), {"a": None, "b": None}),
    (record(a=NAT64), {"a": 1}, Opt(record(b=NAT64)), None),
    (pair(TEXT, NAT64), ("x", 1), pair(TEXT, NAT64, Opt(TEXT)), ("x", 1, None)),
    (pair(TEXT, NAT64), ("x", 1), pair(TEXT), ("x",)),
    (variant(A=NAT64), {"A": 1}, variant(B=TEXT, A=NAT64), {"A": 1}),
    (variant(A=NAT64), {"A": 1}, Opt(variant(B=TEXT)), None),
    (variant(A=NULL), {"A": None}, variant(A=Opt(TEXT)), {"A": None}),
]


@pytest.mark.parametrize(("sent", "value", "expected", "found"), READ_AS)
def test_a_value_is_read_as_the_expected_type(
    sent: CandidType, value: Any, expected: CandidType, found: Any
) -> None:
    """Subtypes pass, an opt swallows what does not fit, the surplus is left out."""
    assert passed(sent, value, expected) == found


MISFITS: list[tuple[CandidType, Any, CandidType, str]] = [
    (TEXT, "x", NAT64, "Subtyping error: TypeInner :: Nat64"),
    (NAT, 5, NAT64, "Subtyping error: TypeInner :: Nat64"),
    (INT, 5, NAT64, "Subtyping error: TypeInner :: Nat64"),
    (NAT64, 5, Primitive("float32"), "Subtyping error: TypeInner :: Float32"),
    (NAT64, 5, TEXT, "Subtyping error: text"),
    (INT, 5, NAT, "Subtyping error: nat"),
    (TEXT, "x", INT, "Subtyping error: text cannot be deserialized to int"),
    (TEXT, "x", NULL, "Subtyping error: unit"),
    (TEXT, "x", Primitive("bool"), "Subtyping error: bool"),
    (TEXT, "x", Primitive("principal"), "Subtyping error: principal"),
    (TEXT, "x", Primitive("empty"), "Subtyping error: Cannot decode empty type"),
    (TEXT, "x", Vec(TEXT), "Subtyping error: Type mismatch"),
    (TEXT, "x", BLOB, "Subtyping error: Type mismatch"),
    (TEXT, "x", variant(A=TEXT), "Subtyping error: Type mismatch"),
    (Vec(TEXT), ["x"], record(a=TEXT), "Subtyping error: Type mismatch"),
    (Vec(TEXT), ["x"], BLOB, "Subtyping error: TypeInner :: Nat8"),
    (record(a=TEXT), {"a": ""}, record(a=TEXT, b=NAT64), "Subtyping error: TypeInner :: Nat64"),
    (
        record(b=TEXT),
        {"b": ""},
        record(a=NAT64, b=TEXT),
        "Subtyping error: field a is not optional field",
    ),
    (pair(TEXT), ("x",), pair(TEXT, NAT64), "Subtyping error: TypeInner :: Nat64"),
    (
        record(a=NAT64),
        {"a": 1},
        pair(NAT64),
        "Subtyping error: record { 97 : nat64 } is not a tuple type",
    ),
    (
        variant(Ok=NAT64),
        {"Ok": 1},
        variant(A=TEXT),
        "Subtyping error: Unknown variant field 17_724",
    ),
    (variant(A=NAT64), {"A": 1}, variant(A=NULL), "Subtyping error: unit_variant"),
]


@pytest.mark.parametrize(("sent", "value", "expected", "cause"), MISFITS)
def test_a_misfit_is_named(sent: CandidType, value: Any, expected: CandidType, cause: str) -> None:
    """The cause is in the crate's words, under the argument's number."""
    with pytest.raises(CandidDecodeError) as caught:
        passed(sent, value, expected)
    summary, _, found = str(caught.value).partition(CAUSE)
    assert summary.startswith("Fail to decode argument 0 from ")
    assert found == cause


def test_a_wrong_argument_is_told_as_kybra_tells_it() -> None:
    """Number (from 0), both types and the cause."""
    with pytest.raises(CandidDecodeError) as caught:
        decode(encode([TEXT, TEXT], ["a", "b"], TABLE), [TEXT, NAT64], TABLE)
    assert str(caught.value) == (
        f"Fail to decode argument 1 from text to nat64{CAUSE}Subtyping error: TypeInner :: Nat64"
    )


def test_a_long_type_is_left_out_of_the_text() -> None:
    """Over 500 characters only the argument's number is told."""
    long = record(**{f"field_number_{at}": TEXT for at in range(40)})
    with pytest.raises(CandidDecodeError, match=r"^Fail to decode argument 0\n"):
        passed(TEXT, "x", long)
    with pytest.raises(CandidDecodeError, match=r"^No more values on the wire$"):
        decode(b"DIDL\0\0", [long], TABLE)


def test_a_missing_argument_is_named_unless_it_may_be_missing() -> None:
    """Trailing opt, null and reserved arguments read as None."""
    assert decode(b"DIDL\0\0", [Opt(TEXT), NULL, RESERVED], TABLE) == [None, None, None]
    with pytest.raises(CandidDecodeError) as caught:
        decode(b"DIDL\0\0", [NAT64], TABLE)
    assert str(caught.value) == (
        "No more values on the wire, the expected type nat64 is not opt, null, or reserved"
    )


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
    with pytest.raises(CandidDecodeError, match="^Trailing value after finishing deserialization$"):
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
    message = encode([variant(A=NULL)], [{"A": None}], TABLE)[:-1] + b"\1"
    with pytest.raises(CandidDecodeError, match="Variant index 1 larger than length 1"):
        decode(message, [variant(A=NULL)], TABLE)


@pytest.mark.parametrize(("of", "most"), [(TEXT, 9_999), (BLOB, 9_997)])
def test_an_extra_argument_is_skipped_up_to_the_quota(of: CandidType, most: int) -> None:
    """The largest that a canister skips is the one measured on the real runtime."""
    value = "x" if of is TEXT else b"x"
    passes = encode([NAT64, of], [1, value * most], TABLE)
    assert decode(passes, [NAT64], TABLE) == [1]
    too_much = encode([NAT64, of], [1, value * (most + 1)], TABLE)
    with pytest.raises(CandidDecodeError) as caught:
        decode(too_much, [NAT64], TABLE)
    assert str(caught.value).endswith(f"{CAUSE}Skipping cost exceeds the limit")
    assert decode(too_much, [NAT64], TABLE, skipping_quota=None) == [1]


def test_an_extra_argument_over_the_quota_is_named() -> None:
    """The text is that of the real runtime."""
    message = encode([NAT64, NAT64, TEXT], [1, 2, "x" * 20_000], TABLE)
    with pytest.raises(CandidDecodeError) as caught:
        decode(message, [NAT64, NAT64], TABLE)
    assert str(caught.value) == (
        f"Fail to decode argument 2 from text to reserved{CAUSE}Skipping cost exceeds the limit"
    )


def test_an_extra_field_is_skipped_up_to_the_quota() -> None:
    """9,000 characters nobody asked for pass, 20,000 do not."""
    sent = record(a=NAT64, z=TEXT)
    assert passed(sent, {"a": 1, "z": "x" * 9_000}, record(a=NAT64)) == {"a": 1}
    with pytest.raises(CandidDecodeError, match="Skipping cost exceeds the limit"):
        passed(sent, {"a": 1, "z": "x" * 20_000}, record(a=NAT64))


def test_values_expected_cost_nothing_of_the_quota() -> None:
    """Only what is passed over is charged."""
    assert passed(TEXT, "x" * 100_000, TEXT) == "x" * 100_000


def test_a_misfit_deep_in_a_list_cuts_it_there() -> None:
    """The nearest opt around the misfit becomes None."""
    sent = record(head=TEXT, tail=Opt(record(head=NAT64, tail=Opt(TEXT))))
    value = {"head": "a", "tail": {"head": 1, "tail": None}}
    assert passed(sent, value, Named("List")) == {"head": "a", "tail": None}


def test_nested_values_survive_a_low_recursion_limit() -> None:
    """A canister that lowers its own limit does not make its arguments undecodable."""
    value = None
    for _ in range(400):
        value = {"head": "x", "tail": value}
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        assert passed(Named("List"), value, Named("List")) == value
        assert sys.getrecursionlimit() == 300
    finally:
        sys.setrecursionlimit(limit)
