"""What stands between a string's quotes, on the way in and out."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_HEX = r"[0-9a-fA-F](?:_?[0-9a-fA-F])*"
PIECE = re.compile(
    rf"""(?P<plain>[^"\\]+)
    |\\u\{{(?P<point>{_HEX})\}}
    |\\(?P<byte>[0-9a-fA-F]{{2}})
    |\\(?P<letter>[nrt\\"'])""",
    re.VERBOSE,
)
"""The longest piece of a string that is read in one way."""

_LETTERS = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"', "'": "'"}
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", '"': '\\"'}
_LAST_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)
_PLAIN_BYTES = frozenset(range(0x20, 0x7F)) - set(b"\"'`\\")
_BLANK_BYTES = frozenset(b"\t\n\r")


def piece_bytes(piece: re.Match[str]) -> bytes:
    """Read a match of `PIECE`; ValueError for what is no Unicode scalar value."""
    return _READERS[piece.lastgroup or "plain"](piece[piece.lastgroup or "plain"])


def _point_bytes(digits: str) -> bytes:
    point = int(digits.replace("_", ""), 16)
    if point > _LAST_POINT or point in _SURROGATES:
        raise ValueError(f"\\u{{{digits[:12]}}} is no Unicode scalar value")
    return chr(point).encode()


_READERS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "point": _point_bytes,
    "byte": bytes.fromhex,
    "letter": lambda letter: _LETTERS[letter].encode(),
}


def escaped(text: str, *, apostrophes: bool = True) -> str:
    """Write a text as Rust's `escape_debug` does (as its Debug does, without `apostrophes`).

    Only a NUL differs, for which Rust writes what Candid does not read.
    """
    first = _escape(text[:1], at_start=True, apostrophes=apostrophes)
    rest = [_escape(char, at_start=False, apostrophes=apostrophes) for char in text[1:]]
    return first + "".join(rest)


def _escape(char: str, *, at_start: bool, apostrophes: bool) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char == "'" and apostrophes:
        return "\\'"
    combines = at_start and unicodedata.category(char or " ") in ("Mn", "Me")
    return char if char.isprintable() and not combines else f"\\u{{{ord(char):x}}}"


def escaped_bytes(raw: bytes) -> str:
    """Write a blob: readable where every byte is, else all in hexadecimal."""
    if _PLAIN_BYTES.union(_BLANK_BYTES, b"\"'`\\").issuperset(raw):
        return "".join(chr(byte) if byte in _PLAIN_BYTES else f"\\{byte:02x}" for byte in raw)
    return "".join(f"\\{byte:02x}" for byte in raw)
