"""Blanks that CPython and the canister's interpreter take for blanks alike.

RustPython's `split` leaves the separators U+001C to U+001F and every blank beyond ASCII, where
CPython cuts.
"""

_SEPARATORS = "\x1c\x1d\x1e\x1f"
_BEYOND_ASCII = "\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    [chr(code) for code in range(0x2000, 0x200B)]
)


def with_plain_blanks(text: str) -> str:
    """Return `text` with a space for each blank that is not one of ASCII's six."""
    for blank in _SEPARATORS if text.isascii() else _SEPARATORS + _BEYOND_ASCII:
        text = text.replace(blank, " ")
    return text


def folded(text: str) -> str:
    """Return `text` with one space for each run of blanks, and none at its ends."""
    return " ".join(with_plain_blanks(text).split())
