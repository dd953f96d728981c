"""What Kybra takes from Python for each type, and the exception for everything else."""

import math
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
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

TEXT, NAT, INT, NAT64, BOOL, NULL = (
    Primitive(name) for name in ("text", "nat", "int", "nat64", "bool", "null")
)
FLOAT64, PRINCIPAL = Primitive("float64"), Primitive("principal")
BLOB = Vec(Primitive("nat8"))
TABLE = TypeTable(
    {
        "Entry": Record((Field("b", TEXT), Field("a", NAT64), Field("from", Opt(TEXT), "from_"))),
        "Result": Variant((Field("Ok", NAT64), Field("Err", TEXT), Field("Gone", NULL))),
        "Pair": Record((Field("0", TEXT, 0), Field("1", NAT64, 1)), is_tuple=True),
        "Tree": Record((Field("branches", Vec(Named("Tree"))),)),
    }
)
ENTRY, RESULT, PAIR = Named("Entry"), Named("Result"), Named("Pair")


def there_and_back(of: CandidType, value: Any) -> Any:
    """Convert a value to bytes and those to a value."""
    (found,) = decode(encode([of], [value], TABLE), [of], TABLE)
    return found


REFUSED: list[tuple[CandidType, Any, type[Exception], str]] = [
    (NULL, 5, TypeError, "expected NoneType but received int"),
    (BOOL, "yes", TypeError, "Expected type bool, not str"),
    (NAT64, "5", TypeError, "Expected type 'int' but 'str' found"),
    (NAT64, 5.0, TypeError, "Expected type 'int' but 'float' found"),
    (NAT64, None, TypeError, "Expected type 'int' but 'NoneType' found"),
    (NAT64, -1, OverflowError, "Python int too large to convert to Rust u64"),
    (Primitive("nat8"), 256, OverflowError, "Python int too large to convert to Rust u8"),
    (Primitive("int16"), 1 << 15, OverflowError, "Python int too large to convert to Rust i16"),
    (NAT, -1, TypeError, "Could not convert value to nat"),
    (NAT, "1", TypeError, "Expected type 'int' but 'str' found"),
    (INT, "1", TypeError, "PyObjectRef is not a PyIntRef"),
    (FLOAT64, 1, TypeError, "Expected type 'float' but 'int' found"),
    (Primitive("float32"), 1, TypeError, "Expected type 'float' but 'int' found"),
    (TEXT, b"x", TypeError, "Expected type 'str' but 'bytes' found"),
    (Primitive("empty"), None, TypeError, "value cannot be converted to Empty"),
    (BLOB, 5, TypeError, "'int' object is not iterable"),
    (BLOB, "ab", TypeError, "Expected type 'int' but 'str' found"),
    (BLOB, [256], OverflowError, "Python int too large to convert to Rust u8"),
    (Vec(NAT64), [-1], OverflowError, "Python int too large to convert to Rust u64"),
    (Vec(NAT), (1,), TypeError, "Expected type 'list' but 'tuple' found"),
    (Vec(ENTRY), ({},), TypeError, "Expected type 'list' but 'tuple' found"),
    (Vec(ENTRY), [{}], TypeError, "Could not convert value to Vec"),
    (Vec(FLOAT64), [1], TypeError, "Could not convert value to Vec"),
    (Opt(NAT64), "x", TypeError, "Expected type 'int' but 'str' found"),
    (ENTRY, None, TypeError, "'NoneType' object is not subscriptable"),
    (ENTRY, {"a": 1, "from_": None}, KeyError, "'b'"),
    (ENTRY, {"a": 1, "b": ""}, KeyError, "'from_'"),
    (ENTRY, {"a": "", "b": 1, "from_": None}, TypeError, "Expected type 'str' but 'int' found"),
    (RESULT, {}, TypeError, "Enum variant does not exist"),
    (RESULT, {"ok": 1}, TypeError, "Enum variant does not exist"),
    (RESULT, None, TypeError, "Enum variant does not exist"),
    (RESULT, {"Ok": "x"}, TypeError, "Expected type 'int' but 'str' found"),
    (PAIR, ["x", 1], TypeError, "Expected type 'tuple' but 'list' found"),
    (PAIR, ("x",), IndexError, "tuple index out of range"),
    (PRINCIPAL, "aaaaa-aa", AttributeError, "'str' object has no attribute 'to_str'"),
    (Func((), ()), ["x"], TypeError, "Expected type 'tuple' but 'list' found"),
    (Func((), ()), (), TypeError, "could not convert value to Func, missing Principal"),
    (Func((), ()), (1,), TypeError, "could not convert value to Func, missing method"),
    (Service(()), 5, AttributeError, "'int' object has no attribute 'canister_id'"),
]


@pytest.mark.parametrize(("of", "value", "error", "text"), REFUSED)
def test_a_value_that_does_not_fit_is_refused_in_kybras_words(
    of: CandidType, value: Any, error: type[Exception], text: str
) -> None:
    """The exception's class and text are those that the canister's Python sees."""
    with pytest.raises(error) as caught:
        encode([of], [value], TABLE)
    assert type(caught.value) is error
    assert str(caught.value) == text


def numbers() -> Iterator[int]:
    """Give an iterable that is no sequence."""
    yield from (1, 2)


ACCEPTED: list[tuple[CandidType, Any, Any]] = [
    (BOOL, 5, True),
    (BOOL, 0, False),
    (NAT64, True, 1),
    (INT, -(1 << 200), -(1 << 200)),
    (Vec(NAT64), range(3), [0, 1, 2]),
    (Vec(NAT64), {7}, [7]),
    (Vec(NAT64), numbers(), [1, 2]),
    (Vec(TEXT), "ab", ["a", "b"]),
    (Vec(BOOL), (1, 0), [True, False]),
    (BLOB, (1, 2), b"\1\2"),
    (BLOB, bytearray(b"ab"), b"ab"),
    (BLOB, memoryview(b"ab"), b"ab"),
    (Vec(BLOB), [b"a", [2]], [b"a", b"\2"]),
    (Opt(NAT64), None, None),
    (Opt(Opt(NAT64)), None, None),
    (Opt(Opt(NAT64)), 5, 5),
    (Primitive("reserved"), object(), None),
    (PAIR, ("x", 1, "cut"), ("x", 1)),
    (RESULT, {"Err": "late", "Ok": 3}, {"Ok": 3}),
    (RESULT, {"Gone": "ignored"}, {"Gone": None}),
]


@pytest.mark.parametrize(("of", "value", "found"), ACCEPTED)
def test_a_value_that_kybra_takes_arrives_as_its_type(
    of: CandidType, value: Any, found: Any
) -> None:
    """Liberal inputs come out as the one Python form of their type."""
    back = there_and_back(of, value)
    assert back == found
    assert type(back) is type(found)


def test_a_record_ignores_extra_keys_and_keeps_declaration_order() -> None:
    """What is not declared is dropped; the dict that arrives lists fields as declared."""
    back = there_and_back(ENTRY, {"extra": 1, "a": 2, "from_": "x", "b": "y"})
    assert list(back.items()) == [("b", "y"), ("a", 2), ("from_", "x")]


def test_a_record_may_be_anything_with_subscripts() -> None:
    """Kybra only asks for `[]`."""

    class Lookup:
        def __getitem__(self, key: str) -> object:
            return {"a": 1, "b": "x", "from_": None}[key]

    assert there_and_back(ENTRY, Lookup()) == {"b": "x", "a": 1, "from_": None}


def test_a_trap_inside_an_element_is_not_hidden_by_the_vector() -> None:
    """Only Exceptions become "Could not convert value to Vec"."""

    class Trap(BaseException):
        pass

    class Trapping:
        def to_str(self) -> str:
            raise Trap

    with pytest.raises(Trap):
        encode([Vec(PRINCIPAL)], [[Trapping()]], TABLE)


def test_float32_rounds_and_overflows_like_rust() -> None:
    """A float too large for 32 bits becomes an infinity."""
    of = Primitive("float32")
    assert there_and_back(of, 1e300) == math.inf
    assert there_and_back(of, -1e300) == -math.inf
    assert there_and_back(of, 0.1) == struct.unpack("<f", struct.pack("<f", 0.1))[0]
    assert math.isnan(there_and_back(FLOAT64, math.nan))


def test_a_value_that_contains_itself_is_refused() -> None:
    """A loop ends in RecursionError, not in a crash."""
    loop: dict[str, Any] = {"branches": []}
    loop["branches"].append(loop)
    with pytest.raises(RecursionError, match="nests over 500 levels"):
        encode([Named("Tree")], [loop], TABLE)


def test_as_many_values_as_types_are_asked_for() -> None:
    """A mistake of the replica itself is a ValueError."""
    with pytest.raises(ValueError, match="1 types for 2 values"):
        encode([TEXT], ["a", "b"], TABLE)
