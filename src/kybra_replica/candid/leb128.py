"""LEB128, the variable length integers of Candid, in time linear in their length."""

from __future__ import annotations

_ONE_BYTE = tuple(bytes((number,)) for number in range(128))
_BITS = tuple(f"{number:07b}" for number in range(128))
MORE = 0x80
"""The bit of a byte that says another one follows."""
LOW = 0x7F
"""The bits of a byte that belong to the number."""
_TWO_BYTES = 1 << 14


def encode_unsigned(value: int) -> bytes:
    """Encode a natural number."""
    if value <= LOW:
        return _ONE_BYTE[value]
    if value < _TWO_BYTES:
        return bytes((value & LOW | MORE, value >> 7))
    return _emit(value, (value.bit_length() + 6) // 7)


def encode_signed(value: int) -> bytes:
    """Encode an integer in two's complement."""
    groups = value.bit_length() // 7 + 1
    return _emit(value & ((1 << 7 * groups) - 1), groups)


def _emit(value: int, groups: int) -> bytes:
    # By way of a bit string: shifting a long integer seven bits at a time is quadratic.
    bits = f"{value:0{7 * groups}b}"
    out = bytearray(int(bits[at : at + 7], 2) | MORE for at in range(7 * (groups - 1), -1, -7))
    out[-1] &= LOW
    return bytes(out)


def run_end(data: bytes, start: int) -> int:
    """Find the end of the number that starts at `start`; IndexError if the data end first."""
    while data[start] & MORE:
        start += 1
    return start + 1


def decode_unsigned(run: bytes) -> int:
    """Decode the bytes of one natural number."""
    if len(run) == 1:
        return run[0]
    return int("".join([_BITS[byte & LOW] for byte in reversed(run)]), 2)


def decode_signed(run: bytes) -> int:
    """Decode the bytes of one integer in two's complement."""
    value = decode_unsigned(run)
    return value - (1 << 7 * len(run)) if run[-1] & 0x40 else value
