"""Prices of the standard library's functions, put around them in a canister's process.

RustPython runs some of them as Python and some as Rust; either way a call is priced in all, by
what it was given and gave back. What is not listed costs no more than a call.
"""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, Any

from kybra_replica.metering import principal_prices
from kybra_replica.metering.sized_prices import METER

if TYPE_CHECKING:
    from collections.abc import Callable

_HASH = 24_000
_HASHES = {
    **dict.fromkeys(("md5", "sha1", "sha224", "sha256"), 150),  # sha256 of 8,000 bytes 1.24 M
    **dict.fromkeys(("sha384", "sha512"), 100),
    **dict.fromkeys(("sha3_224", "sha3_256", "sha3_384", "sha3_512"), 200),
    **dict.fromkeys(("blake2b", "blake2s"), 25),  # of 1,100 bytes 64 k
}
_JSON_READ = 150_000
_JSON_NODE = 85_000
_JSON_NODE_CHARACTER = 78  # every value is cut out of the whole text
_JSON_WRITE = 438_000
_JSON_WRITTEN_NODE = 41_000
_JSON_WRITTEN_CHARACTER = 60
_NORMALIZED_CHARACTER = 2_840  # NFC of 8,000 characters 22.7 M
_SEARCHED_CHARACTER = 425
_PATTERN = 1_000_000
_PATTERN_CHARACTER = 30_000


def nodes_of(value: Any) -> int:
    """How many values a JSON value is made of."""
    if isinstance(value, dict):
        return 1 + sum(nodes_of(one) for one in value.values())
    if isinstance(value, list):
        return 1 + sum(nodes_of(one) for one in value)
    return 1


def _size(arguments: tuple[Any, ...], at: int = 0) -> int:
    value = arguments[at] if at < len(arguments) else b""
    return len(value) if isinstance(value, (str, bytes, bytearray, memoryview)) else 0


def _json_loads(result: Any, arguments: tuple[Any, ...]) -> int:
    each = _JSON_NODE + _JSON_NODE_CHARACTER * _size(arguments)
    return _JSON_READ + nodes_of(result) * each


def _json_dumps(result: Any, arguments: tuple[Any, ...]) -> int:
    nodes = nodes_of(arguments[0]) if arguments else 1
    return _JSON_WRITE + _JSON_WRITTEN_NODE * nodes + _JSON_WRITTEN_CHARACTER * len(result)


def _by_size(base: int, rate: int, at: int = 0) -> Callable[[Any, tuple[Any, ...]], int]:
    return lambda _result, arguments: base + rate * _size(arguments, at)


def _flat(price: int) -> Callable[[Any, tuple[Any, ...]], int]:
    return lambda _result, _arguments: price


def _to_text(_result: Any, arguments: tuple[Any, ...]) -> int:
    return principal_prices.written(len(arguments[0].bytes))


def _from_text(_result: Any, arguments: tuple[Any, ...]) -> int:
    return principal_prices.read(_size(arguments))


_SEARCH = _by_size(40_000, _SEARCHED_CHARACTER, at=1)

LIBRARY: dict[str, dict[str, Callable[[Any, tuple[Any, ...]], int]]] = {
    "json": {"loads": _json_loads, "dumps": _json_dumps},
    "json.encoder": {
        "encode_basestring": _by_size(3_000, 60),
        "encode_basestring_ascii": _by_size(3_000, 60),
    },
    "hashlib": {name: _by_size(_HASH, rate) for name, rate in _HASHES.items()},
    "hmac": {"new": _flat(500_000), "digest": _flat(500_000)},  # hmac-sha256 550 k
    "zlib": {
        "crc32": _by_size(1_000, 14),  # 8,000 bytes 117 k
        "adler32": _by_size(1_000, 14),
        "compress": _by_size(60_000, 800),  # 10,000 bytes at level 6 8.1 M
        "decompress": _by_size(60_000, 200),
    },
    "binascii": {name: _by_size(3_000, 20) for name in ("hexlify", "unhexlify", "crc32")},
    "base64": {name: _by_size(20_000, 20) for name in ("b64encode", "b64decode")},
    "unicodedata": {"normalize": _by_size(3_000, _NORMALIZED_CHARACTER, at=1)},
    "re": {
        **dict.fromkeys(("search", "match", "fullmatch", "findall", "finditer", "split"), _SEARCH),
        "sub": _by_size(40_000, _SEARCHED_CHARACTER, at=2),
        "compile": _by_size(_PATTERN, _PATTERN_CHARACTER),
    },
}
"""By module and name: the price of (result, arguments)."""


def priced(function: Any, price: Callable[[Any, tuple[Any, ...]], int]) -> Any:
    """The same function, that costs its price in all."""

    @functools.wraps(function)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        before = METER.spent
        result = function(*arguments, **named)
        METER.raise_to(before + price(result, arguments or tuple(named.values())))
        return result

    return wrapper


def install() -> None:
    """Put prices around the library and kybra's Principal; once, in a canister's own process."""
    for module, functions in LIBRARY.items():
        present = importlib.import_module(module)
        for name, price in functions.items():
            setattr(present, name, priced(getattr(present, name), price))
    principal = importlib.import_module("kybra").Principal
    principal.to_str = priced(principal.to_str, _to_text)
    principal.from_str = staticmethod(priced(principal.from_str, _from_text))
