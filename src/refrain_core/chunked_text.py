"""Cutting text to byte sizes without cutting a character."""

LONGEST_CHARACTER_BYTES = 4
"""UTF-8's longest character, and the least size of a piece."""

_CONTINUATION_MASK = 0xC0
_CONTINUATION = 0x80


def utf8_len(text: str) -> int:
    """Count the bytes of `text` in UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def split_utf8(text: str, piece_bytes: int) -> list[str]:
    """Cut `text` into pieces of at most `piece_bytes` bytes; an empty text is one empty piece.

    Raises:
        ValueError: `piece_bytes` is less than the longest character.
    """
    if piece_bytes < LONGEST_CHARACTER_BYTES:
        raise ValueError(f"a piece must hold {LONGEST_CHARACTER_BYTES} bytes")
    data = text.encode()
    if len(data) <= piece_bytes:
        return [text]
    pieces = []
    start = 0
    while start < len(data):
        end = _character_boundary(data, start + piece_bytes)
        pieces.append(data[start:end].decode())
        start = end
    return pieces


def _character_boundary(data: bytes, end: int) -> int:
    """Return the last boundary between characters at or before `end`."""
    if end >= len(data):
        return len(data)
    while data[end] & _CONTINUATION_MASK == _CONTINUATION:
        end -= 1
    return end
