"""Messages byte by byte: the head, the type table, the values, and their sizes."""

import pytest
from kybra import Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.field_ids import field_id, in_wire_order, label_text
from kybra_replica.candid.model import (
    CandidType,
    Field,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    TypeTable,
    Variant,
    Vec,
)

TEXT, NAT, INT, NAT64 = (Primitive(name) for name in ("text", "nat", "int", "nat64"))
BLOB = Vec(Primitive("nat8"))
FOO_BAR = Record((Field("foo", TEXT), Field("bar", INT)))
PAIR = Record((Field("0", NAT64, 0), Field("1", TEXT, 1)), is_tuple=True)
COLOUR = Variant((Field("red", Primitive("null")), Field("other", TEXT)))
TABLE = TypeTable(
    {
        "List": Record((Field("head", INT), Field("tail", Opt(Named("List"))))),
        "Same": Record((Field("bar", INT), Field("foo", TEXT))),
    }
)

GOLDEN: list[tuple[str, CandidType, object, str]] = [
    ("text", TEXT, "hi", "00 01 71 02 6869"),
    ("bool", Primitive("bool"), True, "00 01 7e 01"),
    ("null", Primitive("null"), None, "00 01 7f"),
    ("reserved", Primitive("reserved"), None, "00 01 70"),
    ("nat", NAT, 624485, "00 01 7d e58e26"),
    ("long nat", NAT, 1 << 70, "00 01 7d 8080808080808080808001"),
    ("negative int", INT, -123456, "00 01 7c c0bb78"),
    ("int on the edge", INT, 64, "00 01 7c c000"),
    ("int8", Primitive("int8"), -2, "00 01 77 fe"),
    ("nat16", Primitive("nat16"), 258, "00 01 7a 0201"),
    ("nat64", NAT64, 1, "00 01 78 0100000000000000"),
    ("float32", Primitive("float32"), 0.5, "00 01 73 0000003f"),
    ("float64", Primitive("float64"), 0.5, "00 01 72 000000000000e03f"),
    ("blob", BLOB, b"\x01\x02", "01 6d7b 01 00 02 0102"),
    ("opt", Opt(NAT), 5, "01 6e7d 01 00 01 05"),
    ("empty opt", Opt(NAT), None, "01 6e7d 01 00 00"),
    ("vec", Vec(INT), [0, -1], "01 6d7c 01 00 02 00 7f"),
    ("one field", Record((Field("a", NAT64),)), {"a": 7}, "01 6c01 6178 01 00 0700000000000000"),
    (
        "fields sorted by id",
        FOO_BAR,
        {"foo": "💩", "bar": 42},
        "01 6c02 d3e3aa027c 868eb70271 01 00 2a 04f09f92a9",
    ),
    ("tuple", PAIR, (1, "x"), "01 6c02 0078 0171 01 00 0100000000000000 0178"),
    (
        "variant",
        Variant((Field("ok", NAT), Field("err", TEXT))),
        {"err": "x"},
        "01 6b02 9cc2017d e58eb40271 01 00 01 0178",
    ),
    (
        "recursive record",
        Named("List"),
        {"head": 1, "tail": {"head": 2, "tail": None}},
        "02 6c02 a0d2aca8047c 90eddae70401 6e00 01 00 01 01 02 00",
    ),
    ("principal", Primitive("principal"), Principal.anonymous(), "00 01 68 01 01 04"),
    (
        "func",
        Func((TEXT,), (NAT,), "query"),
        (Principal.anonymous(), "go"),
        "01 6a 0171 017d 0101 01 00 01 010104 02676f",
    ),
]

CASES = [pytest.param(*row[1:], id=row[0]) for row in GOLDEN]


def unspaced(text: str) -> bytes:
    """Read hexadecimal digits after Candid's magic."""
    return b"DIDL" + bytes.fromhex(text)


@pytest.mark.parametrize(("of", "value", "golden"), CASES)
def test_a_message_has_the_bytes_of_the_specification(
    of: CandidType, value: object, golden: str
) -> None:
    """Each value is written as worked out by hand from the specification."""
    assert encode([of], [value], TABLE).hex(" ") == unspaced(golden).hex(" ")


def test_a_message_without_arguments_is_six_bytes() -> None:
    """No types, no values: magic and two zeros, also back."""
    assert encode([], [], TABLE) == unspaced("00 00")
    assert decode(unspaced("00 00"), [], TABLE) == []


def test_a_variant_is_tagged_by_its_place_in_wire_order() -> None:
    """The tag counts members by ascending id, whatever their declaration order."""
    members = sorted(("red", "other"), key=field_id)
    for key, payload in (("red", b""), ("other", b"\x01x")):
        message = encode([COLOUR], [{key: "x" if payload else None}], TABLE)
        assert message.endswith(b"\x01\x00" + bytes((members.index(key),)) + payload)


def test_several_arguments_share_one_type_table() -> None:
    """Equal types, named or not, stand in the table once, a type before its parts."""
    types: list[CandidType] = [FOO_BAR, Named("Same"), Opt(FOO_BAR)]
    message = encode(types, [{"foo": "", "bar": 0}] * 2 + [None], TABLE)
    assert message == unspaced("02 6c02 d3e3aa027c 868eb70271 6e00 03 00 00 01 00 00 00 00 00")


def test_a_service_lists_its_methods_by_name() -> None:
    """Methods stand sorted, their functions follow in the table."""

    class Holder:
        canister_id = Principal.anonymous()

    oneway = Func((), (), "oneway")
    of = Service((("b", oneway), ("a", Func((), ()))))
    assert encode([of], [Holder()], TABLE) == unspaced(
        "03 6902 016101 016202 6a000000 6a00000102 01 00 01 01 04"
    )


@pytest.mark.parametrize("length", [0, 1, 127, 128, 291, 16_384, 70_000])
def test_sizes_of_texts_and_blobs_are_those_measured_on_kybra(length: int) -> None:
    """A text takes 7 bytes, its length's LEB128 and its own; a blob 9."""
    leb = 1 if length < 128 else 2 if length < 16_384 else 3
    assert len(encode([TEXT], ["x" * length], TABLE)) == 7 + leb + length
    assert len(encode([BLOB], [b"x" * length], TABLE)) == 9 + leb + length


def test_sizes_of_numbers_and_principals_are_those_measured_on_kybra() -> None:
    """A nat64 takes 15 bytes, a principal of 29 bytes 38."""
    assert len(encode([NAT64], [1], TABLE)) == 15
    principal = Principal(bytes=bytes(range(29)))
    assert len(encode([Primitive("principal")], [principal], TABLE)) == 38


def test_field_ids_are_hashes_but_for_numbers() -> None:
    """Names hash as specified; a tuple's numbers stand for themselves."""
    assert [field_id(name) for name in ("id", "foo", "bar", "name")] == [
        23515,
        5097222,
        4895187,
        1224700491,
    ]
    assert [field_id(name) for name in ("0", "1", "12")] == [0, 1, 12]
    assert label_text(3303845) == "3_303_845"


def test_two_names_with_one_id_are_refused() -> None:
    """A record whose fields collide has no layout."""
    fields = (Field("12", TEXT), Field("12", NAT))
    with pytest.raises(ValueError, match="label '12' hash collision with '12'"):
        in_wire_order(fields)


@pytest.mark.parametrize(("of", "value", "golden"), CASES)
def test_a_golden_message_reads_back(of: CandidType, value: object, golden: str) -> None:
    """The same bytes decode to the same values."""
    (found,) = decode(unspaced(golden), [of], TABLE)
    assert _plain(found) == _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, Principal):
        return value.to_str()
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value
