"""Map keys: the cases of the order that are easily got wrong, and the keys that have none."""

import math
from typing import Any

import pytest
from kybra import Principal

from kybra_replica.candid.errors import UnorderedKeyError
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
from kybra_replica.candid.ordering import order_key

TEXT, NAT, INT, FLOAT = (Primitive(name) for name in ("text", "nat", "int", "float64"))
TABLE = TypeTable({"Nest": Record((Field("inner", Opt(Named("Nest"))),))})

ASCENDING: list[tuple[str, CandidType, list[Any]]] = [
    ("texts by UTF-8", TEXT, ["", "\0", "a", "a\0", "ab", "b", "é", "\uffff", "😀"]),
    ("numbers", NAT, [0, 1, 255, 256, 1 << 64, 1 << 80]),
    ("signed numbers", INT, [-(1 << 80), -256, -255, -1, 0, 1, 255, 1 << 80]),
    ("int8", Primitive("int8"), [-128, -1, 0, 127]),
    ("floats", FLOAT, [-math.inf, -1.5, -1e-300, 0.0, 1e-300, 1.5, math.inf]),
    ("false first", Primitive("bool"), [False, True]),
    ("blobs", Vec(Primitive("nat8")), [b"", b"\0", b"\0\0", b"\0\1", b"\1", b"\xff"]),
    ("None first", Opt(TEXT), [None, "", "a"]),
    ("vectors", Vec(NAT), [[], [0], [0, 0], [1], [1, 0]]),
    ("principals by length", Primitive("principal"), [b"", b"\4", b"\xff", b"\0\0"]),
    (
        "records as declared, not by id",
        Record((Field("foo", TEXT), Field("bar", NAT))),
        [{"foo": "a", "bar": 9}, {"foo": "a\0", "bar": 0}, {"foo": "b", "bar": 0}],
    ),
    (
        "variants as declared, not by id",
        Variant((Field("foo", TEXT), Field("bar", Primitive("null")))),
        [{"foo": "a"}, {"foo": "b"}, {"bar": None}],
    ),
]


@pytest.mark.parametrize(("of", "ascending"), [pytest.param(*r[1:], id=r[0]) for r in ASCENDING])
def test_keys_ascend(of: CandidType, ascending: list[Any]) -> None:
    """Each listed value comes before the next."""
    if of == Primitive("principal"):
        ascending = [Principal(bytes=raw) for raw in ascending]
    keys = [order_key(of, value, TABLE) for value in ascending]
    assert keys == sorted(set(keys))


def test_the_zeros_are_one_key() -> None:
    """Rust compares -0.0 and 0.0 as equal."""
    assert order_key(FLOAT, -0.0, TABLE) == order_key(FLOAT, 0.0, TABLE)


@pytest.mark.parametrize(
    ("of", "value", "complaint"),
    [
        (FLOAT, math.nan, "NaN has no order"),
        (Vec(Primitive("float32")), [math.nan], "NaN has no order"),
        (Func((), ()), (Principal.anonymous(), "m"), "a Func reference has no order"),
        (Opt(Service(())), Principal.anonymous(), "a Service reference has no order"),
        (Primitive("empty"), None, "empty has no values"),
    ],
)
def test_what_has_no_order_is_a_typed_error(of: CandidType, value: Any, complaint: str) -> None:
    """A map with such a key is refused, not silently disordered."""
    with pytest.raises(UnorderedKeyError, match=complaint):
        order_key(of, value, TABLE)


def test_a_member_that_does_not_exist_is_a_type_error() -> None:
    """The words are those of the conversion."""
    with pytest.raises(TypeError, match="Enum variant does not exist"):
        order_key(Variant((Field("a", TEXT),)), {"b": ""}, TABLE)


def test_deep_keys_have_an_order() -> None:
    """Nesting up to the codec's limit is no obstacle."""
    value: Any = None
    for _ in range(500):
        value = {"inner": value}
    assert order_key(Named("Nest"), value, TABLE) == b"\1" * 499 + b"\0"
