"""Bytes of wasm's building blocks, as the core specification's binary format has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAGIC = b"\0asm\1\0\0\0"
CUSTOM, TYPE, IMPORT, FUNCTION, MEMORY, EXPORT, CODE, DATA = 0, 1, 2, 3, 5, 7, 10, 11
"""Ids of the sections that an artefact has."""


def unsigned(number: int) -> bytes:
    """LEB128 of a number from zero up, in its shortest form."""
    out = bytearray()
    while number >= 1 << 7:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def signed(number: int) -> bytes:
    """Signed LEB128, in its shortest form."""
    out = bytearray()
    while not -(1 << 6) <= number < 1 << 6:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number & 0x7F)
    return bytes(out)


def sized(content: bytes) -> bytes:
    """Content behind its length."""
    return unsigned(len(content)) + content


def name(text: str) -> bytes:
    """A name: UTF-8 behind its length."""
    return sized(text.encode())


def vector(items: Sequence[bytes]) -> bytes:
    """Items behind their count."""
    return unsigned(len(items)) + b"".join(items)


def section(number: int, content: bytes) -> bytes:
    """A section of the module."""
    return bytes([number]) + sized(content)


def custom_section(title: str, content: bytes) -> bytes:
    """A custom section."""
    return section(CUSTOM, name(title) + content)
