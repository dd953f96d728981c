"""The head of a message: magic, the table of composite types, the types of the arguments.

Entries stand in the order of the candid crate: a type before its parts, parts in wire order,
equal types once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.field_ids import field_id, in_wire_order
from kybra_replica.candid.leb128 import encode_signed, encode_unsigned
from kybra_replica.candid.model import (
    PRIMITIVES,
    Func,
    Named,
    Opt,
    Primitive,
    Record,
    Service,
    Variant,
    Vec,
)
from kybra_replica.candid.nesting import recursive_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.candid.model import CandidType, TypeTable

MAGIC = b"DIDL"
MODES = {"update": b"\0", "query": b"\1\1", "oneway": b"\1\2", "composite_query": b"\1\3"}
OPCODES: dict[type, bytes] = {
    Opt: b"\x6e", Vec: b"\x6d", Record: b"\x6c", Variant: b"\x6b", Func: b"\x6a", Service: b"\x69",
}  # fmt: skip


def header_bytes(types: Sequence[CandidType], table: TypeTable) -> bytes:
    """Lay out the head of a message that carries values of `types`."""
    builder = _Builder(table)
    args = b"".join(builder.reference(of) for of in types)
    entries = encode_unsigned(len(builder.entries)) + b"".join(builder.entries)
    return MAGIC + entries + encode_unsigned(len(types)) + args


class _Builder:
    def __init__(self, table: TypeTable) -> None:
        self.table = table
        self.recursive = recursive_names(table)
        self.entries: list[bytes] = []
        self.places: dict[Any, int] = {}
        self.numbers: dict[Any, int] = {}
        self.named: dict[str, Any] = {}

    def reference(self, of: CandidType) -> bytes:
        shape = self.table.resolve(of)
        if isinstance(shape, Primitive):
            return encode_signed(PRIMITIVES[shape.name])
        structure = self.structure(of)
        place = self.places.get(structure)
        if place is None:
            place = self.places[structure] = len(self.entries)
            self.entries.append(b"")
            self.entries[place] = OPCODES[type(shape)] + self.body(shape)
        return encode_signed(place)

    def body(self, shape: CandidType) -> bytes:
        if isinstance(shape, (Opt, Vec)):
            return self.reference(shape.of)
        if isinstance(shape, Func):
            return self.counted(shape.args) + self.counted(shape.results) + MODES[shape.mode]
        if isinstance(shape, Service):
            return encode_unsigned(len(shape.methods)) + b"".join(
                encode_unsigned(len(name.encode())) + name.encode() + self.reference(method)
                for name, method in sorted(shape.methods, key=_name)
            )
        assert isinstance(shape, (Record, Variant))  # noqa: S101 - what is left of the union
        return encode_unsigned(len(shape.fields)) + b"".join(
            encode_unsigned(field_id(field.name)) + self.reference(field.of)
            for field in in_wire_order(shape.fields)
        )

    def counted(self, types: tuple[CandidType, ...]) -> bytes:
        return encode_unsigned(len(types)) + b"".join(self.reference(of) for of in types)

    def structure(self, of: CandidType) -> Any:
        """Describe a type without its name, so that equal types share an entry."""
        if not isinstance(of, Named):
            # A number for each shape: descriptions of shapes within shapes would grow with powers.
            return self.numbers.setdefault(self.shape(of), len(self.numbers))
        if of.name in self.recursive:
            return of
        if of.name not in self.named:
            self.named[of.name] = self.structure(self.table.resolve(of))
        return self.named[of.name]

    def shape(self, of: CandidType) -> Any:
        """Describe a type by the descriptions of its parts."""
        if isinstance(of, (Opt, Vec)):
            return type(of), self.structures((of.of,))
        if isinstance(of, (Record, Variant)):
            ordered = in_wire_order(of.fields)
            ids = tuple(field_id(field.name) for field in ordered)
            return type(of), ids, self.structures(tuple(field.of for field in ordered))
        if isinstance(of, Func):
            return of.mode, self.structures(of.args), self.structures(of.results)
        if isinstance(of, Service):
            methods = sorted(of.methods, key=_name)
            return tuple(map(_name, methods)), self.structures(tuple(m for _, m in methods))
        return of

    def structures(self, types: tuple[CandidType, ...]) -> tuple[Any, ...]:
        return tuple(self.structure(of) for of in types)


def _name(method: tuple[str, CandidType]) -> bytes:
    return method[0].encode()
