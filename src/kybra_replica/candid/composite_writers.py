"""Python values to Candid bytes by Kybra's rules: types made of others."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kybra_replica.candid.field_ids import in_wire_order
from kybra_replica.candid.leb128 import encode_unsigned
from kybra_replica.candid.model import Func, Named, Opt, Primitive, Record, Service, Variant, Vec
from kybra_replica.candid.nesting import MAX_DEPTH, recursive_names
from kybra_replica.candid.scalar_writers import (
    SCALAR_WRITERS,
    unexpected,
    write_func,
    write_service,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kybra_replica.candid.model import CandidType, Field, TypeTable
    from kybra_replica.candid.scalar_writers import Writer

ANY_ITERABLE = frozenset({"bool", "text"}) | {
    f"{kind}{bits}" for kind in ("nat", "int") for bits in (8, 16, 32, 64)
}
"""Elements of which Kybra takes any iterable; of all others only a list."""

_write_nat8 = SCALAR_WRITERS["nat8"]


class WriterFactory:
    """Makes writers for the types of one table."""

    def __init__(self, table: TypeTable) -> None:
        """Start without any."""
        self._table = table
        self._recursive = recursive_names(table)
        self._named: dict[str, Writer] = {}
        self._shared: dict[str, Writer] = {}

    def writer(self, of: CandidType) -> Writer:
        """Make the writer of a type."""
        if isinstance(of, Named) and of.name in self._recursive:
            return self._knot(of)
        if isinstance(of, Named):
            if of.name not in self._shared:
                self._shared[of.name] = self.writer(self._table.resolve(of))
            return self._shared[of.name]
        return self._shape_writer(of)

    def _shape_writer(self, shape: CandidType) -> Writer:
        if isinstance(shape, Primitive):
            return SCALAR_WRITERS[shape.name]
        if isinstance(shape, (Func, Service)):
            return write_func if isinstance(shape, Func) else write_service
        if isinstance(shape, (Record, Variant)):
            return self._record(shape) if isinstance(shape, Record) else self._variant(shape)
        return self._vec(shape) if isinstance(shape, Vec) else self._opt(shape)

    def _knot(self, of: Named) -> Writer:
        def write(value: Any, depth: int) -> bytes:
            if depth >= MAX_DEPTH:
                raise RecursionError(f"a value of type {of.name} nests over {MAX_DEPTH} levels")
            inner = self._named.get(of.name)
            if inner is None:
                inner = self._named[of.name] = self.writer(self._table.resolve(of))
            return inner(value, depth + 1)

        return write

    def _opt(self, shape: CandidType) -> Writer:
        assert isinstance(shape, Opt)  # noqa: S101 - what is left of the union
        some = self.writer(shape.of)

        def write(value: Any, depth: int) -> bytes:
            return b"\0" if value is None else b"\1" + some(value, depth)

        return write

    def _vec(self, shape: Vec) -> Writer:
        element = self._table.resolve(shape.of)
        if element == Primitive("nat8"):
            return _write_blob
        if isinstance(element, Primitive) and element.name in ANY_ITERABLE:
            return _iterable_writer(SCALAR_WRITERS[element.name])
        return _list_writer(self.writer(shape.of))

    def _record(self, shape: Record) -> Writer:
        writers = [self.writer(field.of) for field in shape.fields]
        if not shape.fields:
            return _write_nothing
        wire_order = _places(in_wire_order(shape.fields), shape.fields)
        if shape.is_tuple:
            return _tuple_writer(writers)
        keys = [field.python_key for field in shape.fields]
        return _record_writer(keys, writers, wire_order)

    def _variant(self, shape: Variant) -> Writer:
        ordered = in_wire_order(shape.fields)
        members: list[tuple[str | int, bytes, Writer]] = []
        for field in shape.fields:
            # A member of type null is a unit member: its payload is not looked at.
            is_unit = self._table.resolve(field.of) == Primitive("null")
            payload = SCALAR_WRITERS["reserved"] if is_unit else self.writer(field.of)
            members.append((field.python_key, encode_unsigned(ordered.index(field)), payload))
        return _variant_writer(members)


def _places(ordered: Sequence[Field], declared: Sequence[Field]) -> list[int]:
    return [declared.index(field) for field in ordered]


def _write_nothing(_value: Any, _depth: int) -> bytes:
    return b""


def _write_blob(value: Any, _depth: int) -> bytes:
    if not isinstance(value, (bytes, bytearray)):
        value = b"".join([_write_nat8(item, 0) for item in value])
    return encode_unsigned(len(value)) + bytes(value)


def _iterable_writer(element: Writer) -> Writer:
    def write(value: Any, depth: int) -> bytes:
        parts = [element(item, depth) for item in value]
        return encode_unsigned(len(parts)) + b"".join(parts)

    return write


def _list_writer(element: Writer) -> Writer:
    def write(value: Any, depth: int) -> bytes:
        if not isinstance(value, list):
            raise unexpected("list", value)
        try:
            parts = [element(item, depth) for item in value]
        except RecursionError:
            raise
        except Exception as error:
            raise TypeError("Could not convert value to Vec") from error
        return encode_unsigned(len(parts)) + b"".join(parts)

    return write


def _record_writer(keys: list[str | int], writers: list[Writer], wire_order: list[int]) -> Writer:
    # Like Kybra, read every field before converting any, both in declaration order.
    read: Callable[[Any], Any] = itemgetter(*keys)
    if len(keys) == 1:
        (only,) = writers
        return lambda value, depth: only(read(value), depth)
    arrange: Callable[[Any], Any] = itemgetter(*wire_order)

    def write(value: Any, depth: int) -> bytes:
        fields = read(value)
        parts = [each(field, depth) for each, field in zip(writers, fields)]  # noqa: B905 - hot
        return b"".join(arrange(parts))

    return write


def _tuple_writer(writers: list[Writer]) -> Writer:
    def write(value: Any, depth: int) -> bytes:
        if not isinstance(value, tuple):
            raise unexpected("tuple", value)
        if len(value) < len(writers):
            raise IndexError("tuple index out of range")
        return b"".join([each(part, depth) for each, part in zip(writers, value)])  # noqa: B905 - hot, and a longer tuple is cut

    return write


def _variant_writer(members: list[tuple[str | int, bytes, Writer]]) -> Writer:
    def write(value: Any, depth: int) -> bytes:
        for key, tag, payload in members:
            try:
                inner = value[key]
            except Exception:  # noqa: BLE001, S112 - Kybra takes any failure for "not this member"
                continue
            return tag + payload(inner, depth)
        raise TypeError("Enum variant does not exist")

    return write
