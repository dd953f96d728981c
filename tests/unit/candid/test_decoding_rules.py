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


def test_a_misfit_deep_in_a_list_cuts_it_there() -> None:
    """The nearest opt around the misfit becomes None."""
    sent = record(head=TEXT, tail=Opt(record(head=NAT64, tail=Opt(TEXT))))
    value = {"head": "a", "tail": {"head": 1, "tail": None}}
    assert passed(sent, value, Named("List")) == {"head": "a", "tail": None}


def test_nested_values_survive_a_low_recursion_limit() -> None:
    """A canister that lowers its own limit does not make its arguments undecodable."""
    value: Any = None
    for _ in range(400):
        value = {"head": "x", "tail": value}
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(300)
    try:
        found = passed(Named("List"), value, Named("List"))
        assert sys.getrecursionlimit() == 300
    finally:
        sys.setrecursionlimit(limit)
    assert found == value
