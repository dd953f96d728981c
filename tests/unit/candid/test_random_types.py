"""Properties over random types and values of them: round trips, order, old and new versions."""

import struct
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from kybra import Principal

from kybra_replica.candid.decode import decode
from kybra_replica.candid.encode import encode
from kybra_replica.candid.leb128 import (
    decode_signed,
    decode_unsigned,
    encode_signed,
    encode_unsigned,
    run_end,
)
from kybra_replica.candid.model import (
    CandidType,
    Field,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    TypeTable,
    Variant,
    Vec,
)
from kybra_replica.candid.ordering import order_key

STEADY = settings(deadline=None, derandomize=True, max_examples=150)
NAMES = st.sampled_from(["a", "b", "key", "value", "from", "Ok", "Err", "ünique", "x_1"])
ORDERED = ["null", "bool", "nat", "int", "text", "float64", "principal"] + [
    f"{kind}{bits}" for kind in ("nat", "int") for bits in (8, 16, 32, 64)
]
LEAVES = st.sampled_from([Primitive(name) for name in [*ORDERED, "float32"]])
TREE = Record((Field("label", Primitive("text")), Field("below", Vec(Named("Tree")))))
TABLE = TypeTable({"Tree": TREE, "Text": Primitive("text"), "Call": Func((Named("Tree"),), ())})


def fields(
    parts: st.SearchStrategy[CandidType], least: int
) -> st.SearchStrategy[tuple[Field, ...]]:
    """Make fields of distinct names."""
    named = st.dictionaries(NAMES, parts, min_size=least, max_size=4)
    return named.map(lambda chosen: tuple(Field(name, of) for name, of in chosen.items()))


def tuples(parts: st.SearchStrategy[CandidType]) -> st.SearchStrategy[CandidType]:
    """Make tuple types."""
    return st.lists(parts, min_size=1, max_size=3).map(
        lambda chosen: Record(
            tuple(Field(str(at), of, at) for at, of in enumerate(chosen)), is_tuple=True
        )
    )


def composites(parts: st.SearchStrategy[CandidType]) -> st.SearchStrategy[CandidType]:
    """Make types out of types."""
    not_opt = parts.filter(lambda of: not isinstance(of, Opt) and of != Primitive("null"))
    return st.one_of(
        not_opt.map(Opt),
        parts.map(Vec),
        fields(parts, 0).map(Record),
        fields(parts, 1).map(Variant),
        tuples(parts),
    )


TYPES = st.recursive(
    LEAVES | st.sampled_from([Named("Tree"), Named("Text")]), composites, max_leaves=8
)
INTEGERS = {"nat": st.integers(min_value=0), "int": st.integers()} | {
    f"nat{bits}": st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32, 64)
}
INTEGERS |= {
    f"int{bits}": st.integers(-(1 << bits - 1), (1 << bits - 1) - 1) for bits in (8, 16, 32, 64)
}
SCALARS: dict[str, st.SearchStrategy[Any]] = INTEGERS | {
    "null": st.none(),
    "bool": st.booleans(),
    "text": st.text(alphabet=st.characters(codec="utf-8"), max_size=8),
    "float64": st.floats(allow_nan=False),
    "float32": st.floats(allow_nan=False, width=32),
    "principal": st.binary(max_size=29).map(Principal),
}
TREES: st.SearchStrategy[Any] = st.recursive(
    st.builds(dict, label=st.text(max_size=2), below=st.just([])),
    lambda below: st.builds(dict, label=st.text(max_size=2), below=st.lists(below, max_size=3)),
    max_leaves=6,
)


def values(of: CandidType) -> st.SearchStrategy[Any]:
    """Make values of a type, as they come out of `decode`."""
    shape = TABLE.resolve(of)
    if isinstance(shape, Primitive):
        return SCALARS[shape.name]
    return TREES if of == Named("Tree") else compound_values(shape)


def compound_values(of: CandidType) -> st.SearchStrategy[Any]:
    """Make values of a type that has parts."""
    if isinstance(of, Opt):
        return st.none() | values(of.of)
    if isinstance(of, Vec):
        is_blob = TABLE.resolve(of.of) == Primitive("nat8")
        return st.binary(max_size=9) if is_blob else st.lists(values(of.of), max_size=3)
    assert isinstance(of, (Record, Variant))
    if isinstance(of, Record) and of.is_tuple:
        return st.tuples(*(values(field.of) for field in of.fields))
    each = {field.python_key: values(field.of) for field in of.fields}
    if isinstance(of, Record):
        return st.tuples(*each.values()).map(lambda parts: dict(zip(each, parts, strict=True)))
    return st.one_of(*(st.fixed_dictionaries({key: part}) for key, part in each.items()))


def plain(value: Any) -> Any:
    """Make values comparable: kybra's Principal has no equality."""
    if isinstance(value, Principal):
        return ("principal", value.bytes)
    if isinstance(value, dict):
        return [(key, plain(part)) for key, part in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value))
    return value


@STEADY
@given(st.data())
def test_what_is_encoded_decodes_to_the_same(data: st.DataObject) -> None:
    """Values, their Python types and the order of dict keys survive; bytes are deterministic."""
    types = data.draw(st.lists(TYPES, max_size=3))
    sent = [data.draw(values(of)) for of in types]
    message = encode(types, sent, TABLE)
    found = decode(message, types, TABLE)
    assert plain(found) == plain(sent)
    assert encode(types, found, TypeTable(dict(TABLE.types))) == message


@STEADY
@given(st.data())
def test_any_value_reads_as_an_opt_of_any_type(data: st.DataObject) -> None:
    """An opt takes whatever comes: the value where the type is the same, else None or a part."""
    sent, expected = data.draw(TYPES), data.draw(TYPES)
    message = encode([sent], [data.draw(values(sent))], TABLE)
    decode(message, [Opt(expected)], TABLE, skipping_quota=None)


@STEADY
@given(st.data())
def test_a_newer_record_reads_as_the_older_and_back(data: st.DataObject) -> None:
    """New opt fields and extra arguments change nothing for those who do not know them."""
    old = Record(data.draw(fields(TYPES, 0)))
    added = Vec(data.draw(TYPES))
    new = Record((Field("added", Opt(added)), *old.fields))
    value = data.draw(values(old))
    newer = {"added": data.draw(values(added)), **value}
    extra = encode([new, Opt(added)], [newer, None], TABLE)
    assert plain(decode(extra, [old], TABLE, skipping_quota=None)) == plain([value])
    (found,) = decode(encode([old], [value], TABLE), [new], TABLE)
    assert plain(found) == plain({"added": None, **value})


@STEADY
@given(st.integers())
def test_leb128_is_its_own_inverse(number: int) -> None:
    """Both forms decode to the number and stop at their end."""
    signed = encode_signed(number)
    assert decode_signed(signed) == number
    unsigned = encode_unsigned(abs(number))
    assert decode_unsigned(unsigned) == abs(number)
    assert run_end(unsigned + b"\x80", 0) == len(unsigned)
    assert run_end(signed + b"\0", 0) == len(signed)


def rank(of: CandidType, value: Any) -> Any:
    """Make a key that Python itself orders as Rust does."""
    of = TABLE.resolve(of)
    if isinstance(of, Opt):
        return () if value is None else (rank(of.of, value),)
    if isinstance(of, Vec):
        return tuple(rank(of.of, item) for item in value)
    if isinstance(of, Record):
        return tuple(rank(field.of, value[field.python_key]) for field in of.fields)
    if isinstance(of, Variant):
        keys = [field.python_key for field in of.fields]
        (key,) = value
        return (keys.index(key), rank(of.fields[keys.index(key)].of, value[key]))
    if isinstance(value, Principal):
        return (value.len, value.bytes)
    return 0 if value is None else value


@STEADY
@given(st.data())
def test_keys_order_as_the_values_do(data: st.DataObject) -> None:
    """Bytes of the key compare like the values, and are equal for equal values only."""
    of = data.draw(TYPES)
    one, two = data.draw(values(of)), data.draw(values(of))
    left, right = order_key(of, one, TABLE), order_key(of, two, TABLE)
    assert (left < right) == (rank(of, one) < rank(of, two))
    assert (left == right) == (rank(of, one) == rank(of, two))


@STEADY
@given(st.sampled_from([name for name in ORDERED if name != "null"]), st.data())
def test_each_scalars_keys_sort_as_python_sorts(name: str, data: st.DataObject) -> None:
    """Sorting by key and sorting by value give one order."""
    of = Primitive(name)
    found = data.draw(st.lists(SCALARS[name], max_size=20))
    by_key = sorted(found, key=lambda value: order_key(of, value, TABLE))
    assert plain(by_key) == plain(sorted(found, key=lambda value: rank(of, value)))


@STEADY
@given(st.floats(width=32))
def test_float32_keeps_its_bits(value: float) -> None:
    """Every 32-bit float, NaN included, comes back."""
    (found,) = decode(encode([Primitive("float32")], [value], TABLE), [Primitive("float32")], TABLE)
    if value == value:  # noqa: PLR0124 - not NaN
        assert struct.pack("<f", found) == struct.pack("<f", value)
    else:
        assert found != found  # noqa: PLR0124 - NaN
