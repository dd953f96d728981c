"""Messages to and from exact values, by the letter of the specification.

It shares header, readers, skipping and subtyping with `decode` and `encode`, which follow Kybra
and its candid crate. What they do and the specification does not:

- `null` admits a value of type `reserved`;
- a service reference is no principal, as the rule is younger than the crate;
- a value of type `empty` passes for a function or service reference;
- one that is no opt becomes null, not `opt opt value`, where `opt opt` is expected;
- Python's None is both `null` and `opt null`, and tuples are read by position, not by field id;
- passing over what nobody expects may cost 10,000.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.candid.coercions import Coercions
from kybra_replica.candid.composite_writers import WriterFactory
from kybra_replica.candid.decode import read_all
from kybra_replica.candid.errors import CandidDecodeError, caused_by
from kybra_replica.candid.exact_values import Reference, Some
from kybra_replica.candid.header import read_header
from kybra_replica.candid.model import PRIMITIVES, Opt
from kybra_replica.candid.nesting import may_lack, room_for_nesting
from kybra_replica.candid.reader import Reader
from kybra_replica.candid.scalar_readers import (
    mismatch,
    read_func,
    read_nothing,
    read_principal_bytes,
)
from kybra_replica.candid.subtyping import Subtyping
from kybra_replica.candid.type_table import header_bytes
from kybra_replica.candid.wire_types import NULL, RESERVED, WireFunc, WireOpt, WireService

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kybra_replica.candid.model import (
        CandidType,
        Field,
        Func,
        Primitive,
        Record,
        Service,
        TypeTable,
    )
    from kybra_replica.candid.scalar_readers import Read
    from kybra_replica.candid.scalar_writers import Writer

_NO_VALUE = mismatch("no value is given")


@room_for_nesting()
def decode_exact(data: bytes, types: Sequence[CandidType], table: TypeTable) -> list[Any]:
    """Decode a message to one exact value for each of `types`; CandidDecodeError says why not."""
    try:
        header = read_header(data)
        coercions = ExactCoercions(header, table)
        wanted = [
            _counted(at, coercions.reader(header.args[at], of))
            if at < len(header.args)
            else _absent(of, table)
            for at, of in enumerate(types)
        ]
        extra = [coercions.skip_reader(reference) for reference in header.args[len(types) :]]
        return read_all(Reader(data, header.size, None), wanted, extra)
    except RecursionError:
        raise CandidDecodeError("Recursion limit exceeded") from None


@room_for_nesting()
def encode_exact(types: Sequence[CandidType], values: Sequence[Any], table: TypeTable) -> bytes:
    """Encode exact values; they are not checked but for what their writers ask of them."""
    writers = ExactWriters(table)
    parts = [writers.writer(of)(value, 0) for of, value in zip(types, values, strict=True)]
    return header_bytes(types, table) + b"".join(parts)


def _counted(at: int, inner: Read) -> Read:
    def read(reader: Reader) -> Any:
        try:
            return inner(reader)
        except CandidDecodeError as error:
            raise caused_by(f"Fail to decode argument {at}", error) from None

    return read


def _absent(of: CandidType, table: TypeTable) -> Read:
    return read_nothing if may_lack(of, table) else _NO_VALUE


class ExactWriters(WriterFactory):
    """Writers of exact values."""

    def _opt(self, shape: CandidType) -> Writer:
        assert isinstance(shape, Opt)  # noqa: S101 - what is left of the union
        some = self.writer(shape.of)

        def write(value: Any, depth: int) -> bytes:
            return b"\0" if value is None else b"\1" + some(value.value, depth)

        return write


class ExactCoercions(Coercions):
    """Readers of exact values."""

    def _scalar(self, reference: int, shape: Primitive) -> Read:
        if shape.name == "principal":
            fits = reference == PRIMITIVES["principal"]
            if fits or isinstance(self._entry(reference), WireService):
                return _read_reference
        if shape.name == "null" and reference == RESERVED:
            return mismatch("reserved is not null")
        return super()._scalar(reference, shape)

    def _opt(self, reference: int, shape: Opt) -> Read:
        if reference in (NULL, RESERVED):
            return read_nothing
        entry = self._entry(reference)
        if not isinstance(entry, WireOpt):
            some = _some_reader(self.reader(reference, shape.of))
            return self._recovering(some, self._found_skip_reader(reference))
        some = _some_reader(self.reader(entry.of, shape.of))
        some = self._recovering(some, self.skip_reader(entry.of))

        def read(reader: Reader) -> Any:
            return some(reader) if reader.flag() else None

        return read

    def _record(self, reference: int, shape: Record) -> Read:
        return self._fields_or_misfit(reference, shape)

    def _lacking(self, field: Field, *, is_last: bool) -> tuple[str | int, Read]:
        if may_lack(field.of, self._table):
            return field.python_key, read_nothing
        return super()._lacking(field, is_last=is_last)

    def _payload(self, reference: int, of: CandidType) -> Read:
        return self.reader(reference, of)

    def _func(self, reference: int, shape: Func) -> Read:
        if not isinstance(self._entry(reference), WireFunc):
            return mismatch("not a function reference")
        return self._judged(reference, shape, _read_exact_func)

    def _service(self, reference: int, shape: Service) -> Read:
        if not isinstance(self._entry(reference), WireService):
            return mismatch("not a service reference")
        return self._judged(reference, shape, _read_reference)

    def _judged(self, reference: int, shape: Func | Service, read: Read) -> Read:
        # A fresh judge each time: what one has assumed stands only if its whole answer was yes.
        judge = Subtyping(self._header, self._table, services_are_principals=True)
        if judge.holds(reference, shape):
            return read
        return mismatch("a reference of another type")


def _some_reader(inner: Read) -> Read:
    return lambda reader: Some(inner(reader))


def _read_reference(reader: Reader) -> Reference:
    return Reference(read_principal_bytes(reader))


def _read_exact_func(reader: Reader) -> tuple[Reference, str]:
    canister, method = read_func(reader)
    return Reference(canister), method
