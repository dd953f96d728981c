"""The part of CBOR (RFC 8949) that the interface needs, read strictly and in linear time.

Read are integers, bytes, text, arrays, maps with distinct text keys, booleans and null, below an
optional self-describing tag. Arrays and maps may have an indefinite length, as the map of a real
replica's answer to a query has. Anything else is Malformed: floats, other tags and texts in
pieces have no place in a request.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

from kybra_replica.ic_http.refusals import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterator

SELF_DESCRIBED = b"\xd9\xd9\xf7"
"""Tag 55799, which real replicas put before what they send."""
MAX_DEPTH = 8
"""Levels of arrays and maps; the deepest request there is, a delegation's target, has five."""
MAX_ITEMS = 20_000
"""Values in one message; a thousand paths of a few labels stay well below."""

_UNSIGNED, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_SIMPLE_VALUES = {20: False, 21: True, 22: None}
_OPEN, _BREAK = 31, b"\xff"
"""What a head's argument says of an array or a map without a count, and the byte that ends it."""
_UNCOUNTED = -1
_UNCOUNTED_MAP = bytes((_MAP << 5 | _OPEN,))
_DIRECT = 24
"""Arguments below it stand in the head itself; 24 to 27 say that 1, 2, 4 or 8 bytes follow."""


def decode(data: bytes, *, max_depth: int = MAX_DEPTH) -> Any:
    """Read one value that takes up all of `data`; Malformed where it doesn't."""
    reader = _Reader(data, max_depth)
    if data.startswith(SELF_DESCRIBED):
        reader.at = len(SELF_DESCRIBED)
    value = reader.value(0)
    if reader.at != len(data):
        raise Malformed(f"Malformed CBOR: {len(data) - reader.at} bytes after the value")
    return value


class _Reader:
    def __init__(self, data: bytes, max_depth: int) -> None:
        self.data = data
        self.max_depth = max_depth
        self.at = 0
        self.items = 0

    def value(self, depth: int) -> Any:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise Malformed(f"Malformed CBOR: more than {MAX_ITEMS} values")
        major, argument = self._head()
        if major == _UNSIGNED:
            return argument
        if major == _NEGATIVE:
            return -1 - argument
        if major == _BYTES:
            return self._take(argument)
        if major == _TEXT:
            return self._text(argument)
        if major in {_ARRAY, _MAP}:
            return self._collection(major, argument, depth + 1)
        if major == _SIMPLE and argument in _SIMPLE_VALUES:
            return _SIMPLE_VALUES[argument]
        raise Malformed(f"Malformed CBOR: unexpected value of major type {major}")

    def _head(self) -> tuple[int, int]:
        first = self._take(1)[0]
        major, short = first >> 5, first & 0x1F
        if short < _DIRECT:
            return major, short
        if short == _OPEN and major in {_ARRAY, _MAP}:
            return major, _UNCOUNTED
        if short > _DIRECT + 3 or major == _SIMPLE:
            raise Malformed(f"Malformed CBOR: head 0x{first:02x} is not accepted")
        return major, int.from_bytes(self._take(1 << short - _DIRECT), "big")

    def _take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise Malformed(f"Malformed CBOR: it ends {end - len(self.data)} bytes too early")
        taken, self.at = self.data[self.at : end], end
        return taken

    def _text(self, count: int) -> str:
        try:
            return self._take(count).decode()
        except UnicodeDecodeError:
            raise Malformed("Malformed CBOR: a text is not UTF-8") from None

    def _collection(self, major: int, count: int, depth: int) -> Any:
        if depth > self.max_depth:
            raise Malformed(f"Malformed CBOR: more than {self.max_depth} levels deep")
        # Each value has a byte at least: a longer promise can't be kept.
        if count > len(self.data) - self.at:
            raise Malformed(f"Malformed CBOR: {count} values announced, fewer bytes left")
        if major == _ARRAY:
            return [self.value(depth) for _ in self._places(count)]
        pairs: dict[str, Any] = {}
        for _ in self._places(count):
            key = self.value(depth)
            if not isinstance(key, str) or key in pairs:
                raise Malformed("Malformed CBOR: a map's keys must be distinct texts")
            pairs[key] = self.value(depth)
        return pairs

    def _places(self, count: int) -> Iterator[None]:
        """Yield before each value that is to follow; a count or a break ends it."""
        if count != _UNCOUNTED:
            yield from repeat(None, count)
            return
        while not self.data.startswith(_BREAK, self.at):
            yield
        self.at += len(_BREAK)


def encode(value: Any) -> bytes:
    """Write integers from 0 to 2^64 - 1, bytes, texts, lists, tuples and dicts."""
    out = bytearray()
    _write(out, value)
    return bytes(out)


def encode_self_described(value: Any) -> bytes:
    """The same behind the self-describing tag."""
    return SELF_DESCRIBED + encode(value)


def encode_uncounted(fields: dict[str, Any]) -> bytes:
    """A tagged map that ends by a break, as real replicas answer a query."""
    pairs = (encode(key) + encode(held) for key, held in fields.items())
    return SELF_DESCRIBED + _UNCOUNTED_MAP + b"".join(pairs) + _BREAK


def _write(out: bytearray, value: Any) -> None:
    if isinstance(value, bytes):
        out += _head_bytes(_BYTES, len(value)) + value
    elif isinstance(value, str):
        raw = value.encode()
        out += _head_bytes(_TEXT, len(raw)) + raw
    elif isinstance(value, int):
        out += _head_bytes(_UNSIGNED, value)
    elif isinstance(value, dict):
        out += _head_bytes(_MAP, len(value))
        for key, held in value.items():
            _write(out, key)
            _write(out, held)
    else:
        out += _head_bytes(_ARRAY, len(value))
        for each in value:
            _write(out, each)


def _head_bytes(major: int, argument: int) -> bytes:
    if argument < _DIRECT:
        return bytes((major << 5 | argument,))
    for power in range(4):
        if argument < 1 << (8 << power):
            return bytes((major << 5 | _DIRECT + power,)) + argument.to_bytes(1 << power, "big")
    raise OverflowError(f"{argument} does not fit into 64 bits")
