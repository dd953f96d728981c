"""Candid bytes to the Python values of the types a program expects.

A reader is made for each pair of a type in the message and an expected type. Where the two do
not fit, the reader made is one that refuses: like the crate, an empty vector of the wrong type
passes, and an `opt` around a misfit becomes None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.errors import SubtypeMismatch
from kybra_replica.candid.field_ids import field_id, in_wire_order, label_text
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
from kybra_replica.candid.nesting import is_blob, may_lack, recursive_names
from kybra_replica.candid.product_readers import read_bytes, record_reader, tuple_reader, vec_reader
from kybra_replica.candid.references import ReferenceReaders
from kybra_replica.candid.scalar_readers import mismatch, read_nothing, scalar_reader
from kybra_replica.candid.skipping import Skipper, variant_member
from kybra_replica.candid.wire_types import (
    NULL,
    RESERVED,
    Header,
    WireOpt,
    WireRecord,
    WireVariant,
    WireVec,
    shape_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.candid.model import CandidType, Field, TypeTable
    from kybra_replica.candid.reader import Reader
    from kybra_replica.candid.scalar_readers import Read
    from kybra_replica.candid.wire_types import WireEntry

_RESERVED = Primitive("reserved")
_MISFIT = mismatch("Type mismatch")


class Coercions:
    """Makes readers for the values of one message's types."""

    def __init__(self, header: Header, table: TypeTable) -> None:
        """Start without any."""
        self._header = header
        self._table = table
        self._recursive = recursive_names(table)
        self._skipper = Skipper(header)
        self._references = ReferenceReaders(header, table)
        self._made: dict[tuple[int, str], Read] = {}
        self._makers: dict[type, Callable[[int, Any], Read]] = {
            Primitive: self._scalar, Opt: self._opt, Vec: self._vec, Record: self._record,
            Variant: self._variant, Func: self._func, Service: self._service,
        }  # fmt: skip

    def reader(self, reference: int, of: CandidType) -> Read:
        """Make the reader of values that are `reference` in the message and expected as `of`."""
        if not isinstance(of, Named):
            return self._shape_reader(reference, of)
        key = (reference, of.name)
        if key not in self._made:
            if of.name in self._recursive:
                self._made[key] = self._knot(reference, self._table.resolve(of))
            else:
                self._made[key] = self._shape_reader(reference, self._table.resolve(of))
        return self._made[key]

    def skip_reader(self, reference: int) -> Read:
        """Make the reader that passes over values of `reference` and gives None."""
        skip = self._skipper.skip

        def read(reader: Reader) -> None:
            skip(reader, reference)

        return read

    def _knot(self, reference: int, shape: CandidType) -> Read:
        inner: Read | None = None

        def read(reader: Reader) -> Any:
            nonlocal inner
            if inner is None:
                inner = self._shape_reader(reference, shape)
            reader.descend()
            value = inner(reader)
            reader.depth -= 1
            return value

        return read

    def _shape_reader(self, reference: int, shape: CandidType) -> Read:
        if shape == _RESERVED:
            return self.skip_reader(reference)
        return self._makers[type(shape)](reference, shape)

    def _scalar(self, reference: int, shape: Primitive) -> Read:
        return scalar_reader(shape.name, reference)

    def _func(self, reference: int, shape: Func) -> Read:
        return self._references.func(reference, shape)

    def _service(self, reference: int, shape: Service) -> Read:
        return self._references.service(reference, shape)

    def _entry(self, reference: int) -> WireEntry | None:
        return self._header.entries[reference] if reference >= 0 else None

    def _vec(self, reference: int, shape: Vec) -> Read:
        entry = self._entry(reference)
        if not isinstance(entry, WireVec):
            return _MISFIT
        if not is_blob(shape, self._table):
            return vec_reader(self.reader(entry.of, shape.of))
        if entry.of == PRIMITIVES["nat8"]:
            return read_bytes
        return vec_reader(self.reader(entry.of, shape.of), make=bytes)

    def _opt(self, reference: int, shape: Opt) -> Read:
        if reference in (NULL, RESERVED):
            return read_nothing
        entry = self._entry(reference)
        if isinstance(entry, WireOpt):
            return self._opt_of_opt(entry, shape)
        if may_lack(shape.of, self._table):
            return self._found_skip_reader(reference)
        return self._recovering(
            self.reader(reference, shape.of), self._found_skip_reader(reference)
        )

    def _opt_of_opt(self, entry: WireOpt, shape: Opt) -> Read:
        some = self._recovering(self.reader(entry.of, shape.of), self.skip_reader(entry.of))

        def read(reader: Reader) -> Any:
            return some(reader) if reader.flag() else None

        return read

    def _found_skip_reader(self, reference: int) -> Read:
        skip = self._skipper.skip_found

        def read(reader: Reader) -> None:
            skip(reader, reference)

        return read

    def _recovering(self, wanted: Read, skip: Read) -> Read:
        def read(reader: Reader) -> Any:
            start, depth = reader.pos, reader.depth
            try:
                return wanted(reader)
            except SubtypeMismatch:
                reader.pos, reader.depth = start, depth
                return skip(reader)

        return read

    def _record(self, reference: int, shape: Record) -> Read:
        entry = self._entry(reference)
        if not (isinstance(entry, WireRecord) and shape.is_tuple):
            return self._fields_or_misfit(reference, shape)
        if not entry.is_tuple:
            return mismatch(f"{shape_text(self._header, reference)} is not a tuple type")
        references = [of for _, of in entry.fields]
        lacking = [RESERVED] * (len(shape.fields) - len(references))
        pairs = zip(references + lacking, shape.fields, strict=False)
        readers = [self.reader(of, field.of) for of, field in pairs]
        return tuple_reader(
            readers, [self.skip_reader(of) for of in references[len(shape.fields) :]]
        )

    def _fields_or_misfit(self, reference: int, shape: Record) -> Read:
        entry = self._entry(reference)
        if not isinstance(entry, WireRecord):
            return _MISFIT
        present = dict(entry.fields)
        expected = {field_id(field.name): field for field in shape.fields}
        last = max(present, default=-1)
        steps: list[tuple[str | int | None, Read]] = []
        for number in sorted(present.keys() | expected.keys()):
            if number not in expected:
                steps.append((None, self.skip_reader(present[number])))
            elif number in present:
                field = expected[number]
                steps.append((field.python_key, self.reader(present[number], field.of)))
            else:
                steps.append(self._lacking(expected[number], is_last=number > last))
        return record_reader([field.python_key for field in shape.fields], steps)

    def _lacking(self, field: Field, *, is_last: bool) -> tuple[str | int, Read]:
        if is_last or may_lack(field.of, self._table):
            return field.python_key, self.reader(RESERVED, field.of)
        return field.python_key, mismatch(f"field {field.name} is not optional field")

    def _variant(self, reference: int, shape: Variant) -> Read:
        entry = self._entry(reference)
        return self._members(entry, shape) if isinstance(entry, WireVariant) else _MISFIT

    def _members(self, entry: WireVariant, shape: Variant) -> Read:
        expected = {field_id(field.name): field for field in in_wire_order(shape.fields)}
        payloads: dict[int, tuple[str | int, Read]] = {}
        for number, of in entry.fields:
            if number in expected:
                field = expected[number]
                payloads[number] = field.python_key, self._payload(of, field.of)

        def read(reader: Reader) -> dict[str | int, Any]:
            number, _ = variant_member(reader, entry)
            if number not in payloads:
                raise SubtypeMismatch(f"Unknown variant field {label_text(number)}")
            key, payload = payloads[number]
            return {key: payload(reader)}

        return read

    def _payload(self, reference: int, of: CandidType) -> Read:
        if self._table.resolve(of) != Primitive("null"):
            return self.reader(reference, of)
        return read_nothing if reference == NULL else mismatch("unit_variant")
