"""JSON that CPython and the canister's interpreter read and write alike.

RustPython's json module falls short where nothing can be caught or noticed:

- a word such as ``error`` or ``1e`` where a value stands panics: a trap
- ``01``, ``.5``, ``+1`` and ``1.`` are taken for numbers
- an escaped surrogate pair garbles the text behind it, or panics, if characters beyond ASCII
  stand before it; a lone surrogate is refused, which CPython takes
- U+000B and U+001B are written as escapes of three digits

So foreign text is checked and settled before it is parsed, and text is written by parts.
"""

import json
from json.encoder import encode_basestring
from typing import Any

from refrain_core.json_numbers import JsonNumber, canonical_number

MAX_NESTING = 100
"""Levels of brackets; at 427 the canister's stack ends in a trap that nothing catches."""

MAX_NUMBER_CHARACTERS = 100
"""CPython refuses to read 4,301 digits, RustPython reads any number of them."""

_CONSTANTS = frozenset((b"true", b"false", b"null"))
_DIGITS = frozenset(b"0123456789")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_BRACKETS = b"{}[]"
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in _BRACKETS)
_TO_SQUARE = bytes.maketrans(b"{}", b"[]")
_TO_BLANKS = bytes.maketrans(b"{}[],:\t\n\r", b" " * 9)

_USUAL_KEYS = (
    *("cache_prompt", "content", "max_tokens", "messages", "model", "prompt", "role", "seed"),
    *("stop", "stream", "temperature", "top_p"),
)
_KEYS = {key: f'"{key}":' for key in _USUAL_KEYS}
"""Keys of every request to a model, written once with their colon."""

_HIGH = 0xD800
_LOW = 0xDC00
_BEYOND = 0xE000
_ASTRAL = 0x10000
_CODE_CHARACTERS = 4

_MISWRITTEN = (("\x0b", "\\u000b"), ("\x1b", "\\u001b"), ("\x7f", "\\u007f"))
"""The last one is written as it is by CPython only; both forms are right."""


def parse_json(text: str) -> Any:
    """Parse JSON that anybody may have written.

    Raises:
        ValueError: it is no JSON, nests too deeply, or holds what one interpreter refuses: a lone
            surrogate, a number of very many digits or beyond a float's range, NaN, Infinity.
    """
    return json.loads(_settled(text, MAX_NESTING))


def parse_exact(text: str, levels: int = MAX_NESTING) -> Any:
    """Parse JSON with its numbers as `JsonNumber`, so that `json_text` writes the canonical form.

    Raises:
        ValueError: as `parse_json`, or a name stands twice in one object.
    """
    return json.loads(
        _settled(text, levels),
        parse_float=canonical_number,
        parse_int=canonical_number,
        object_pairs_hook=_without_twins,
    )


def _without_twins(pairs: "list[tuple[str, Any]]") -> "dict[str, Any]":
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ValueError("a name that stands twice in one object")
    return fields


def _settled(text: str, levels: int) -> str:
    """Refuse what one interpreter may misread; return the text that both read alike."""
    data = text.encode()
    # An escape outside a text is no JSON; its stand-in spoils the word that it stands in.
    plain = data.replace(b"\\\\", b"~").replace(b'\\"', b"~")
    outside = b" ".join(plain.split(b'"')[::2])
    for word in set(outside.translate(_TO_BLANKS).split()):
        if word not in _CONSTANTS and not _is_number(word):
            raise ValueError("a word that is no JSON value")
    _refuse_deep_nesting(outside.translate(_TO_SQUARE, delete=_NO_BRACKETS), levels)
    return _without_pairs(text) if "\\ud" in text or "\\uD" in text else text


def json_text(value: Any) -> str:
    """Write JSON with sorted keys, without blanks, characters beyond ASCII as they are."""
    if isinstance(value, str):
        return str(value) if isinstance(value, JsonNumber) else _quoted(value)
    if isinstance(value, dict):
        fields = [
            (_KEYS.get(key) or _quoted(key) + ":") + json_text(value[key]) for key in sorted(value)
        ]
        return "{" + ",".join(fields) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([json_text(one) for one in value]) + "]"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _quoted(text: str) -> str:
    if "\x7f" in text or "\x1b" in text or "\x0b" in text:
        return '"' + _escaped(text, 0) + '"'
    return encode_basestring(text)


def _escaped(text: str, known: int) -> str:
    """Escape what `json` may; the characters that it miswrites from `known` on by hand."""
    for number in range(known, len(_MISWRITTEN)):
        character, escape = _MISWRITTEN[number]
        if character in text:
            return escape.join([_escaped(part, number + 1) for part in text.split(character)])
    return encode_basestring(text)[1:-1]


def _is_number(word: bytes) -> bool:
    if len(word) > MAX_NUMBER_CHARACTERS:
        return False
    mantissa, mark, exponent = word.replace(b"E", b"e").partition(b"e")
    whole, point, fraction = mantissa.removeprefix(b"-").partition(b".")
    if exponent[:1] in (b"+", b"-"):
        exponent = exponent[1:]
    return (
        _is_digits(whole)
        and (whole == b"0" or not whole.startswith(b"0"))
        and (not point or _is_digits(fraction))
        and (not mark or (_is_digits(exponent) and abs(float(word)) != float("inf")))
    )


def _is_digits(word: bytes) -> bool:
    return bool(word) and _DIGITS.issuperset(word)


def _refuse_deep_nesting(brackets: bytes, levels: int) -> None:
    """Take innermost pairs away, one level a turn; too many turns mean too many levels."""
    for _ in range(levels):
        if not brackets:
            return
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise ValueError("brackets that nest too deeply, or do not close")


def _without_pairs(text: str) -> str:
    """Replace escaped surrogate pairs by their characters; doubled backslashes escape nothing."""
    return "\\\\".join([_joined(part) for part in text.split("\\\\")])


def _joined(part: str) -> str:
    head, *escapes = part.split("\\u")
    pieces = [head]
    high = 0
    for escape in escapes:
        code = _code_of(escape)
        if high and _LOW <= code < _BEYOND:
            character = chr(_ASTRAL + ((high - _HIGH) << 10) + code - _LOW)
            pieces.append(character + escape[_CODE_CHARACTERS:])
            high = 0
        elif not high and _HIGH <= code < _LOW and len(escape) == _CODE_CHARACTERS:
            high = code
        elif high or _HIGH <= code < _BEYOND:
            raise ValueError("a lone surrogate")
        else:
            pieces.append("\\u" + escape)
    if high:
        raise ValueError("a lone surrogate")
    return "".join(pieces)


def _code_of(escape: str) -> int:
    """Read the four digits of an escape; 0 if they are not there, which `json` then refuses."""
    digits = escape[:_CODE_CHARACTERS]
    whole = len(digits) == _CODE_CHARACTERS and _HEXADECIMAL.issuperset(digits)
    return int(digits, 16) if whole else 0
