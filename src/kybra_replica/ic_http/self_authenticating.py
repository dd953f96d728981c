"""Principals that follow from a key: users, nodes and subnets."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha224

_TAG = b"\x02"


@lru_cache(maxsize=1_024)
def principal_of(der_key: bytes) -> bytes:
    """The principal of a DER-encoded public key."""
    return sha224(der_key).digest() + _TAG
