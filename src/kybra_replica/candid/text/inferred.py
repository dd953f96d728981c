"""The types of written values that nobody expects a type of, as Rust's crate finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.model import (
    CandidType,
    Field,
    Func,
    Opt,
    Primitive,
    Record,
    Service,
    Variant,
    Vec,
)
from kybra_replica.candid.text.syntax import Annotated, Elements, Fields, Literal, Present

if TYPE_CHECKING:
    from kybra_replica.candid.text.syntax import Node

_LITERALS: dict[str, CandidType] = {
    **{name: Primitive(name) for name in ("null", "bool", "text", "principal")},
    "integer": Primitive("int"),
    "float": Primitive("float64"),
    "blob": Vec(Primitive("nat8")),
    "service": Service(()),
    "func": Func((), ()),
}


def inferred_type(node: Node) -> CandidType:
    """Say of which type a written value is: numbers are int, a vector is like its first element."""
    if isinstance(node, Annotated):
        return node.of
    if isinstance(node, Literal):
        return _LITERALS[node.kind]
    if isinstance(node, Present):
        return Opt(inferred_type(node.of))
    if isinstance(node, Elements):
        return Vec(inferred_type(node.items[0]) if node.items else Primitive("empty"))
    if isinstance(node, Fields):
        return Record(tuple(Field(label, inferred_type(part)) for label, part in node.fields))
    return Variant((Field(node.label, inferred_type(node.of)),))
