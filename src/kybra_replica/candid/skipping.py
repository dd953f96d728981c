"""Passing over values nobody asked for, at the price the candid crate puts on it.

The price is what bounds hostile messages: a canister allows 10,000 for one message's arguments.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.errors import CandidDecodeError
from kybra_replica.candid.model import PRIMITIVES
from kybra_replica.candid.scalar_readers import (
    FIXED_SIZES,
    read_func,
    read_principal_bytes,
    utf8,
)
from kybra_replica.candid.wire_types import (
    NULL,
    WireFunc,
    WireOpt,
    WireRecord,
    WireService,
    WireVariant,
    WireVec,
)

if TYPE_CHECKING:
    from kybra_replica.candid.reader import Reader
    from kybra_replica.candid.wire_types import Header, WireEntry

PRINCIPAL_COST = 30
_NAT8 = PRIMITIVES["nat8"]


class Skipper:
    """Skips values of one message's types."""

    def __init__(self, header: Header) -> None:
        """Skip values as `header` describes them."""
        self._entries = header.entries

    def skip(self, reader: Reader, reference: int) -> None:
        """Skip a value; following the reference costs 2."""
        if reference >= 0:
            reader.spend(2)
        self.skip_found(reader, reference)

    def skip_found(self, reader: Reader, reference: int) -> None:
        """Skip a value whose reference has been followed before."""
        if reference < 0:
            _skip_primitive(reader, reference)
            return
        reader.descend()
        self._skip_entry(reader, self._entries[reference])
        reader.depth -= 1

    def _skip_entry(self, reader: Reader, entry: WireEntry) -> None:
        if isinstance(entry, WireRecord):
            self._skip_record(reader, entry)
        elif isinstance(entry, WireVec):
            self._skip_vec(reader, entry)
        elif isinstance(entry, WireOpt):
            reader.spend(1)
            if reader.flag():
                self.skip(reader, entry.of)
        elif isinstance(entry, WireVariant):
            self._skip_variant(reader, entry)
        elif isinstance(entry, (WireFunc, WireService)):
            self._skip_reference(reader, entry)
        else:
            _skip_future(reader)

    def _skip_record(self, reader: Reader, entry: WireRecord) -> None:
        reader.spend(5)
        for _, of in entry.fields:
            reader.spend(9)
            self.skip(reader, of)

    def _skip_vec(self, reader: Reader, entry: WireVec) -> None:
        if entry.of == _NAT8:
            _skip_bytes(reader)
            return
        reader.spend(4)
        count = reader.length()
        for _ in range(count):
            reader.spend(3)
            self.skip_found(reader, entry.of)

    def _skip_variant(self, reader: Reader, entry: WireVariant) -> None:
        number, of = variant_member(reader, entry)
        reader.spend(6 + len(f"{number},id,{'unit' if of == NULL else 'newtype'}"))
        self.skip(reader, of)

    def _skip_reference(self, reader: Reader, entry: WireFunc | WireService) -> None:
        reader.spend(len(self._entries))
        if isinstance(entry, WireFunc):
            raw, method = read_func(reader)
            reader.spend(max(PRINCIPAL_COST, len(raw)) + len(method.encode()) + 2)
        else:
            reader.spend(max(PRINCIPAL_COST, len(read_principal_bytes(reader))))


def variant_member(reader: Reader, entry: WireVariant) -> tuple[int, int]:
    """Read which member of a variant follows: its field id and its type."""
    index = reader.length()
    if index >= len(entry.fields):
        size = len(entry.fields)
        raise CandidDecodeError(f"Variant index {index} larger than length {size}")
    return entry.fields[index]


def _skip_primitive(reader: Reader, reference: int) -> None:
    size = FIXED_SIZES.get(reference)
    if size is not None:
        reader.spend(size or 1)
        reader.take(size)
    elif reference == PRIMITIVES["bool"]:
        reader.spend(1)
        reader.flag()
    elif reference == PRIMITIVES["text"]:
        utf8(_skip_bytes(reader))
    elif reference == PRIMITIVES["principal"]:
        reader.spend(max(PRINCIPAL_COST, len(read_principal_bytes(reader))))
    elif reference == PRIMITIVES["empty"]:
        raise CandidDecodeError("Cannot decode empty type")
    else:
        reader.spend(len(reader.number()))


def _skip_bytes(reader: Reader) -> bytes:
    size = reader.length()
    reader.spend(size + 1)
    return reader.take(size)


def _skip_future(reader: Reader) -> None:
    size = reader.length()
    reader.spend(size + 1)
    reader.length()
    reader.take(size)
