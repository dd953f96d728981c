"""Random types, and random exact values of them, for the properties of text and messages."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from kybra_replica.candid.exact_values import Reference, Some
from kybra_replica.candid.field_ids import field_id
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
from kybra_replica.candid.text.numerals import float32

TREE = Variant((Field("leaf", Primitive("null")), Field("node", Vec(Named("Tree")))))
TABLE = TypeTable({"Tree": TREE, "Word": Primitive("text"), "Loop": Opt(Named("Loop"))})

_INTEGERS: dict[str, tuple[int | None, int | None]] = {"nat": (0, None), "int": (None, None)}
_INTEGERS |= {f"nat{bits}": (0, (1 << bits) - 1) for bits in (8, 16, 32, 64)}
_INTEGERS |= {f"int{bits}": (-(1 << bits - 1), (1 << bits - 1) - 1) for bits in (8, 16, 32, 64)}
_FLOATS = st.floats(allow_nan=False, allow_infinity=False)
_NARROW = st.floats(allow_nan=False, allow_infinity=False, width=32).map(float32)
_TEXTS = st.text(st.characters(codec="utf-8"), max_size=9)
_REFERENCES = st.binary(max_size=29).map(Reference)
_SCALARS: dict[str, st.SearchStrategy[Any]] = {
    **{name: st.integers(*bounds) for name, bounds in _INTEGERS.items()},
    "null": st.none(),
    "reserved": st.none(),
    "bool": st.booleans(),
    "text": _TEXTS,
    "float32": _NARROW,
    "float64": _FLOATS,
    "principal": _REFERENCES,
}
NAMES = st.sampled_from(
    ["a", "b", "key", "0", "1", "2", "40_000_000".replace("_", ""), "vec", "ünique", 'quo"ted', ""]
)
LEAVES = st.sampled_from([Primitive(name) for name in _SCALARS] + [Named(n) for n in TABLE.types])


def _fields(parts: st.SearchStrategy[CandidType], least: int) -> st.SearchStrategy[Any]:
    named = st.lists(st.tuples(NAMES, parts), min_size=least, max_size=4)
    return named.map(lambda pairs: tuple({field_id(n): Field(n, of) for n, of in pairs}.values()))


def _composites(parts: st.SearchStrategy[CandidType]) -> st.SearchStrategy[CandidType]:
    lists = st.lists(parts, max_size=2).map(tuple)
    funcs = st.builds(Func, lists, lists, st.sampled_from(["update", "query", "composite_query"]))
    methods = st.dictionaries(_TEXTS, funcs, max_size=2)
    services = methods.map(lambda m: Service(tuple(sorted(m.items(), key=lambda i: i[0].encode()))))
    return st.one_of(
        parts.map(Opt),
        parts.map(Vec),
        _fields(parts, 0).map(Record),
        _fields(parts, 1).map(Variant),
        funcs,
        services,
    )


TYPES: st.SearchStrategy[CandidType] = st.recursive(LEAVES, _composites, max_leaves=7)


def values(of: CandidType, levels: int = 4) -> st.SearchStrategy[Any]:
    """Make exact values of a type; recursive ones end after some levels."""
    shape = TABLE.resolve(of)
    if isinstance(shape, Primitive):
        return _SCALARS[shape.name]
    if isinstance(shape, Func):
        return st.tuples(_REFERENCES, _TEXTS)
    if isinstance(shape, Service):
        return _REFERENCES
    return _compound(shape, levels - isinstance(of, Named))


def _compound(shape: CandidType, levels: int) -> st.SearchStrategy[Any]:
    if isinstance(shape, Opt):
        return st.none() | values(shape.of, levels).map(Some) if levels else st.none()
    if isinstance(shape, Vec):
        if shape.of == Primitive("nat8"):
            return st.binary(max_size=9)
        return st.lists(values(shape.of, levels), max_size=12 if levels > 3 else levels)
    assert isinstance(shape, (Record, Variant))
    if isinstance(shape, Record):
        return st.fixed_dictionaries({f.name: values(f.of, levels) for f in shape.fields})
    members = shape.fields if levels else shape.fields[:1]
    return st.one_of(*(st.fixed_dictionaries({f.name: values(f.of, levels)}) for f in members))
