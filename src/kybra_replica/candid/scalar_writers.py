"""Python values to Candid bytes by Kybra's rules: types without parts, and references.

A writer takes the value and how many recursive types stand around it, and gives its bytes.
Exceptions are those that the canister's Python would see.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from kybra_replica.candid.leb128 import encode_signed, encode_unsigned
from kybra_replica.candid.principals import principal_bytes

Writer = Callable[[Any, int], bytes]
"""Turns (value, depth) into the value's bytes."""


def unexpected(wanted: str, value: Any) -> TypeError:
    """Make RustPython's complaint about a value of the wrong class."""
    return TypeError(f"Expected type '{wanted}' but '{type(value).__name__}' found")


def write_text(value: Any, _depth: int = 0) -> bytes:
    """Write a str."""
    if not isinstance(value, str):
        raise unexpected("str", value)
    raw = value.encode()
    return encode_unsigned(len(raw)) + raw


def write_principal(value: Any, _depth: int = 0) -> bytes:
    """Write anything with `to_str()`."""
    return _reference(principal_bytes(value))


def write_func(value: Any, _depth: int = 0) -> bytes:
    """Write a (principal, method name) tuple."""
    if not isinstance(value, tuple):
        raise unexpected("tuple", value)
    for at, part in enumerate(("Principal", "method")):
        if len(value) <= at:
            raise TypeError(f"could not convert value to Func, missing {part}")
    return b"\1" + write_principal(value[0]) + write_text(value[1])


def write_service(value: Any, _depth: int = 0) -> bytes:
    """Write an object with a `canister_id`."""
    complaint = "TypeError: Could not convert value to Principal: "
    return _reference(principal_bytes(value.canister_id, complaint))


def _reference(raw: bytes) -> bytes:
    return b"\1" + encode_unsigned(len(raw)) + raw


def _write_null(value: Any, _depth: int) -> bytes:
    if value is not None:
        raise TypeError(f"expected NoneType but received {type(value).__name__}")
    return b""


def _write_bool(value: Any, _depth: int) -> bytes:
    if not isinstance(value, int):
        raise TypeError(f"Expected type bool, not {type(value).__name__}")
    return b"\1" if value else b"\0"


def _write_nat(value: Any, _depth: int) -> bytes:
    if not isinstance(value, int):
        raise unexpected("int", value)
    if value < 0:
        raise TypeError("Could not convert value to nat")
    return encode_unsigned(value)


def _write_int(value: Any, _depth: int) -> bytes:
    if not isinstance(value, int):
        raise TypeError("PyObjectRef is not a PyIntRef")
    return encode_signed(value)


def _write_float64(value: Any, _depth: int) -> bytes:
    if not isinstance(value, float):
        raise unexpected("float", value)
    return struct.pack("<d", value)


def _write_float32(value: Any, _depth: int) -> bytes:
    if not isinstance(value, float):
        raise unexpected("float", value)
    try:
        return struct.pack("<f", value)
    except OverflowError:
        # Rust's `as f32` gives an infinity where Python refuses.
        return struct.pack("<f", float("inf") if value > 0 else float("-inf"))


def _write_reserved(_value: Any, _depth: int) -> bytes:
    return b""


def _write_empty(_value: Any, _depth: int) -> bytes:
    raise TypeError("value cannot be converted to Empty")


def _fixed_width(bits: int, *, signed: bool) -> Writer:
    size = bits // 8
    complaint = f"Python int too large to convert to Rust {'i' if signed else 'u'}{bits}"

    def write(value: Any, _depth: int) -> bytes:
        if not isinstance(value, int):
            raise unexpected("int", value)
        try:
            return value.to_bytes(size, "little", signed=signed)
        except OverflowError:
            raise OverflowError(complaint) from None

    return write


SCALAR_WRITERS: dict[str, Writer] = {
    "null": _write_null,
    "bool": _write_bool,
    "nat": _write_nat,
    "int": _write_int,
    "float32": _write_float32,
    "float64": _write_float64,
    "text": write_text,
    "reserved": _write_reserved,
    "empty": _write_empty,
    "principal": write_principal,
    **{f"nat{bits}": _fixed_width(bits, signed=False) for bits in (8, 16, 32, 64)},
    **{f"int{bits}": _fixed_width(bits, signed=True) for bits in (8, 16, 32, 64)},
}
"""By the name of the primitive type."""
