"""Candid bytes to Python values: types without parts, and references.

A primitive is read only where the message says exactly the expected type (nat passes for int).
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from kybra import Principal

from kybra_replica.candid.errors import CandidDecodeError, SubtypeMismatch
from kybra_replica.candid.leb128 import decode_signed, decode_unsigned
from kybra_replica.candid.model import PRIMITIVES
from kybra_replica.candid.principals import MAX_PRINCIPAL_BYTES
from kybra_replica.candid.reader import Reader
from kybra_replica.candid.wire_types import NULL, RESERVED, reference_text

Read = Callable[[Reader], Any]
"""Reads one value."""

_INTEGERS = {f"{kind}{bits}": bits // 8 for kind in ("nat", "int") for bits in (8, 16, 32, 64)}
_FLOATS = {"float32": struct.Struct("<f"), "float64": struct.Struct("<d")}

FIXED_SIZES = {NULL: 0, RESERVED: 0, PRIMITIVES["float32"]: 4, PRIMITIVES["float64"]: 8} | {
    PRIMITIVES[name]: size for name, size in _INTEGERS.items()
}
"""Bytes of a value, by opcode, where every value has as many."""

_NO_EMPTY = "Cannot decode empty type"
_COMPLAINTS = {
    **{name: name for name in ("bool", "nat", "text", "principal")},
    **{name: f"TypeInner :: {name.capitalize()}" for name in (*_INTEGERS, *_FLOATS)},
    "null": "unit",
    "empty": _NO_EMPTY,
}


def mismatch(complaint: str) -> Read:
    """Make a reader that refuses: a type that does not fit matters once a value has it."""

    def refuse(_reader: Reader) -> Any:
        raise SubtypeMismatch(complaint)

    return refuse


def scalar_reader(name: str, reference: int) -> Read:
    """Make the reader of an expected primitive where the message has `reference`."""
    if name == "int" and reference == PRIMITIVES["nat"]:
        return SCALAR_READERS["nat"]
    if reference == PRIMITIVES[name] or (name == "null" and reference == RESERVED):
        return SCALAR_READERS[name]
    if name == "int":
        return mismatch(f"{reference_text(reference)} cannot be deserialized to int")
    return mismatch(_COMPLAINTS[name])


def read_nothing(_reader: Reader) -> None:
    """Read a value of no bytes."""


def read_text(reader: Reader) -> str:
    """Read a text."""
    return utf8(reader.take(reader.length()))


def utf8(raw: bytes) -> str:
    """Decode a text's bytes; CandidDecodeError in Rust's words."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            complaint = f"incomplete utf-8 byte sequence from index {error.start}"
        else:
            size = error.end - error.start
            complaint = f"invalid utf-8 sequence of {size} bytes from index {error.start}"
        raise CandidDecodeError(complaint) from None


def read_principal_bytes(reader: Reader) -> bytes:
    """Read a principal's bytes."""
    start = reader.pos
    if reader.byte() != 1:
        raise CandidDecodeError(
            f"binary parser error: Opaque reference not supported at byte offset {start}"
        )
    size = reader.length("len")
    if size > MAX_PRINCIPAL_BYTES:
        raise CandidDecodeError(
            f"binary parser error: Principal is longer than 29 bytes at byte offset {start + 1}"
        )
    return reader.take(size)


def read_principal(reader: Reader) -> Principal:
    """Read a principal, also a service reference's."""
    return Principal(bytes=read_principal_bytes(reader))


def read_func(reader: Reader) -> tuple[bytes, str]:
    """Read a function reference: its canister's bytes and its method's name."""
    if not reader.flag():
        raise CandidDecodeError("Opaque reference not supported")
    return read_principal_bytes(reader), read_text(reader)


def _read_nat(reader: Reader) -> int:
    return decode_unsigned(reader.number())


def _read_int(reader: Reader) -> int:
    return decode_signed(reader.number())


def _read_empty(_reader: Reader) -> Any:
    raise CandidDecodeError(_NO_EMPTY)


def _integer_reader(name: str, size: int) -> Read:
    signed = name.startswith("int")
    complaint = f"Cannot read TypeInner :: {name.capitalize()} value"

    def read(reader: Reader) -> int:
        start = reader.pos
        stop = start + size
        if stop > reader.end:
            raise CandidDecodeError(complaint)
        reader.pos = stop
        return int.from_bytes(reader.data[start:stop], "little", signed=signed)

    return read


def _float_reader(name: str, layout: struct.Struct) -> Read:
    complaint = f"Cannot read TypeInner :: {name.capitalize()} value"

    def read(reader: Reader) -> float:
        start = reader.pos
        if start + layout.size > reader.end:
            raise CandidDecodeError(complaint)
        reader.pos = start + layout.size
        value: float = layout.unpack_from(reader.data, start)[0]
        return value

    return read


SCALAR_READERS: dict[str, Read] = {
    "null": read_nothing,
    "bool": Reader.flag,
    "nat": _read_nat,
    "int": _read_int,
    "text": read_text,
    "reserved": read_nothing,
    "empty": _read_empty,
    "principal": read_principal,
    **{name: _integer_reader(name, size) for name, size in _INTEGERS.items()},
    **{name: _float_reader(name, layout) for name, layout in _FLOATS.items()},
}
"""By the name of the primitive type, where the message has the same."""
