"""Reading a message's head: its type table, checked, and its arguments' types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.candid.errors import CandidDecodeError, caused_by
from kybra_replica.candid.field_ids import label_text
from kybra_replica.candid.leb128 import decode_signed
from kybra_replica.candid.reader import Reader
from kybra_replica.candid.type_table import MAGIC
from kybra_replica.candid.wire_types import (
    MODE_NAMES,
    PRIMITIVE_NAMES,
    Header,
    WireFunc,
    WireFuture,
    WireOpt,
    WireRecord,
    WireService,
    WireVariant,
    WireVec,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.candid.wire_types import WireEntry

_LONGEST_QUOTE = 500
_FIELD_IDS = 1 << 32
_FIRST_FUTURE = -25
_LONGEST_INDEX = 10


def read_header(data: bytes) -> Header:
    """Read the head of a message; CandidDecodeError names what is wrong with it."""
    try:
        return _Parser(data).header()
    except CandidDecodeError as error:
        quote = f" {data.hex()}" if len(data) <= _LONGEST_QUOTE else ""
        raise caused_by(f"Cannot parse header{quote}", error) from None


def _malformed(what: str, at: int) -> CandidDecodeError:
    return CandidDecodeError(f"binary parser error: {what} at byte offset {at}")


class _Parser(Reader):
    __slots__ = ("table_size",)

    def __init__(self, data: bytes) -> None:
        super().__init__(data, 0, 0)
        self.table_size = 0

    def header(self) -> Header:
        if self.end < len(MAGIC):
            raise CandidDecodeError("binary parser error: io error")
        if self.take(len(MAGIC)) != MAGIC:
            raise _malformed("Unexpected bytes", 0)
        self.table_size = self.length("len")
        entries = tuple(self.entry() for _ in range(self.table_size))
        _check_methods(entries)
        return Header(entries, self.references(), self.pos)

    def entry(self) -> WireEntry:
        start = self.pos
        opcode = self.byte()
        if opcode in _ENTRY_READERS:
            return _ENTRY_READERS[opcode](self)
        self.pos = start
        return self.future()

    def future(self) -> WireFuture:
        start = self.pos
        opcode = self.signed("opcode")
        if opcode > _FIRST_FUTURE:
            raise _malformed(f"{opcode} is not a valid future type", start)
        self.take(self.length("len"))
        return WireFuture(opcode)

    def signed(self, what: str) -> int:
        start = self.pos
        try:
            run = self.number()
        except CandidDecodeError:
            raise _malformed(what, start) from None
        if len(run) > _LONGEST_INDEX:
            raise _malformed(what, start)
        return decode_signed(run)

    def reference(self) -> int:
        start = self.pos
        index = self.signed("index")
        if index < 0 and index not in PRIMITIVE_NAMES:
            raise _malformed(f"unknown opcode {index}", start)
        if index >= self.table_size:
            raise CandidDecodeError(f"type index {index} out of range")
        return index

    def references(self) -> tuple[int, ...]:
        return tuple(self.reference() for _ in range(self.length("len")))

    def fields(self) -> tuple[tuple[int, int], ...]:
        fields: list[tuple[int, int]] = []
        for _ in range(self.length("len")):
            start = self.pos
            number = self.length("id")
            if number >= _FIELD_IDS:
                raise _malformed("field id out of 32-bit range", start)
            if fields and fields[-1][0] >= number:
                raise CandidDecodeError(f"field id {label_text(number)} collision or not sorted")
            fields.append((number, self.reference()))
        return tuple(fields)

    def func(self) -> WireFunc:
        args, results = self.references(), self.references()
        start = self.pos
        annotations = self.take(self.byte())
        if len(annotations) > 1:
            raise _malformed("function annotation length should be at most 1", start)
        if not annotations:
            return WireFunc(args, results, "update")
        if annotations[0] not in MODE_NAMES:
            raise _malformed("Unknown annotation", start + 1)
        return WireFunc(args, results, MODE_NAMES[annotations[0]])

    def service(self) -> WireService:
        methods: list[tuple[str, int]] = []
        for _ in range(self.length("len")):
            start = self.pos
            try:
                name = self.take(self.length("len")).decode()
            except UnicodeDecodeError:
                raise _malformed("invalid utf8", start) from None
            if methods and methods[-1][0] >= name:
                raise CandidDecodeError(f"method name {name} duplicate or not sorted")
            methods.append((name, self.reference()))
        return WireService(tuple(methods))


_ENTRY_READERS: dict[int, Callable[[_Parser], WireEntry]] = {
    0x6E: lambda parser: WireOpt(parser.reference()),
    0x6D: lambda parser: WireVec(parser.reference()),
    0x6C: lambda parser: WireRecord(parser.fields()),
    0x6B: lambda parser: WireVariant(parser.fields()),
    0x6A: _Parser.func,
    0x69: _Parser.service,
}


def _check_methods(entries: tuple[WireEntry, ...]) -> None:
    for entry in entries:
        for name, of in entry.methods if isinstance(entry, WireService) else ():
            if of < 0 or not isinstance(entries[of], WireFunc):
                raise CandidDecodeError(f"Method {name} has a non-function type")
