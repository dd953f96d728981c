"""The order of map keys: bytes that compare as Rust compares the decoded values.

Texts compare by their UTF-8, records by their fields as declared, variants by their members as
declared, None first, principals by length and then bytes.
"""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, Any

from kybra_replica.candid.errors import UnorderedKeyError
from kybra_replica.candid.model import Opt, Primitive, Record, Variant, Vec
from kybra_replica.candid.nesting import is_blob, room_for_nesting
from kybra_replica.candid.principals import principal_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.candid.model import CandidType, Field, TypeTable

_END, _MORE = b"\0", b"\1"
_SIZE_BYTES = 4
_MEMBER_BYTES = 4
_SIGN = 1 << 63


def order_key(of: CandidType, value: Any, table: TypeTable) -> bytes:
    """Make the sort key of a decoded value of type `of`; equal keys are equal values.

    Keys of one type compare with each other, bytewise. UnorderedKeyError for NaN and for function
    and service references, which Kybra cannot order either.
    """
    if isinstance(of, Primitive):
        return _PRIMITIVE_KEYS[of.name](value)
    with room_for_nesting():
        return _key(of, value, table)


def _key(of: CandidType, value: Any, table: TypeTable) -> bytes:
    shape = table.resolve(of)
    if isinstance(shape, Primitive):
        return _PRIMITIVE_KEYS[shape.name](value)
    if isinstance(shape, Opt):
        return _END if value is None else _MORE + _key(shape.of, value, table)
    if isinstance(shape, Vec):
        if is_blob(shape, table):
            return _bytes_key(value)
        return b"".join([_MORE + _key(shape.of, item, table) for item in value]) + _END
    if isinstance(shape, Record):
        return b"".join([_key(f.of, value[f.python_key], table) for f in shape.fields])
    if isinstance(shape, Variant):
        return _variant_key(shape, value, table)
    raise UnorderedKeyError(f"a {type(shape).__name__} reference has no order")


def _variant_key(shape: Variant, value: Any, table: TypeTable) -> bytes:
    place, field = _member(shape, value)
    return place.to_bytes(_MEMBER_BYTES, "big") + _key(field.of, value[field.python_key], table)


def _member(shape: Variant, value: Any) -> tuple[int, Field]:
    for place, field in enumerate(shape.fields):
        if field.python_key in value:
            return place, field
    raise TypeError("Enum variant does not exist")


def _bytes_key(raw: bytes) -> bytes:
    # A zero byte is followed by ff, the end by 00: a prefix comes first, also within a record.
    return bytes(raw).replace(b"\0", b"\0\xff") + b"\0\0"


def _text_key(text: str) -> bytes:
    return _bytes_key(text.encode())


def _principal_key(value: Any) -> bytes:
    raw = principal_bytes(value)
    return bytes((len(raw),)) + raw


def _nat_key(value: int) -> bytes:
    size = (value.bit_length() + 7) // 8
    return size.to_bytes(_SIZE_BYTES, "big") + value.to_bytes(size, "big")


def _int_key(value: int) -> bytes:
    if value >= 0:
        return b"\1" + _nat_key(value)
    return b"\0" + bytes(byte ^ 0xFF for byte in _nat_key(-value))


def _float_key(value: float) -> bytes:
    if math.isnan(value):
        raise UnorderedKeyError("NaN has no order")
    # The bits of floats order like signed magnitudes; adding 0.0 makes -0.0 equal 0.0.
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    ordered = bits | _SIGN if bits < _SIGN else bits ^ (2 * _SIGN - 1)
    return struct.pack(">Q", ordered)


def _fixed_key(bits: int, *, signed: bool) -> Callable[[int], bytes]:
    offset = 1 << bits - 1 if signed else 0
    return lambda value: (value + offset).to_bytes(bits // 8, "big")


def _empty_key(_value: Any) -> bytes:
    raise UnorderedKeyError("empty has no values")


_PRIMITIVE_KEYS: dict[str, Callable[[Any], bytes]] = {
    "null": lambda _: b"",
    "reserved": lambda _: b"",
    "bool": lambda value: _MORE if value else _END,
    "nat": _nat_key,
    "int": _int_key,
    "float32": _float_key,
    "float64": _float_key,
    "text": _text_key,
    "empty": _empty_key,
    "principal": _principal_key,
    **{f"nat{bits}": _fixed_key(bits, signed=False) for bits in (8, 16, 32, 64)},
    **{f"int{bits}": _fixed_key(bits, signed=True) for bits in (8, 16, 32, 64)},
}
