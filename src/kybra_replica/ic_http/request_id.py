"""The representation-independent hash, by which requests and signed answers are known.

Source: the Internet Computer interface specification, "Representation-independent hashing of
structured data".
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from kybra_replica.candid.leb128 import encode_unsigned


def hash_of(value: Any) -> bytes:
    """Hash a map, a list, a natural number, a text or bytes.

    Raises:
        TypeError: something else, or a negative number.
    """
    if isinstance(value, dict):
        return hash_of_map(value)
    if isinstance(value, (list, tuple)):
        return sha256(b"".join(hash_of(each) for each in value)).digest()
    return sha256(_plain_bytes(value)).digest()


def hash_of_map(fields: dict[str, Any]) -> bytes:
    """Hash a map, whatever the order of its fields; of a request's content: its request id."""
    pairs = sorted(
        sha256(name.encode()).digest() + hash_of(value) for name, value in fields.items()
    )
    return sha256(b"".join(pairs)).digest()


def _plain_bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return encode_unsigned(value)
    raise TypeError(f"a {type(value).__name__} has no representation-independent hash")
