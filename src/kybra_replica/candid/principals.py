"""Principals at the boundary: anything with `to_str()` goes out, a `kybra.Principal` comes in."""

from __future__ import annotations

import binascii
from base64 import b32decode
from typing import Any

from kybra import Principal

MAX_PRINCIPAL_BYTES = 29

# Kept before a canister's process puts prices on it: the platform reads texts natively.
_text_of = Principal.to_str
_CHECKSUM_BYTES = 4


def principal_bytes(value: Any, complaint: str = "could not convert value to Principal: ") -> bytes:
    """Take the bytes of what a canister passes as a principal.

    Raises TypeError with the texts of Kybra and its ic_principal crate, and whatever `to_str`
    raises.
    """
    if type(value) is Principal and value.len <= MAX_PRINCIPAL_BYTES:
        return value.bytes
    text = value.to_str()
    if not isinstance(text, str):
        raise TypeError(f"Expected type 'str' but '{type(text).__name__}' found")
    try:
        return parse_principal(text)
    except ValueError as error:
        raise TypeError(f"{complaint}{error}") from None


def parse_principal(text: str) -> bytes:
    """Read the textual form; ValueError with ic_principal's text."""
    raw = _base32(text)
    if len(raw) < _CHECKSUM_BYTES:
        raise ValueError("Text is too short.")
    checksum, body = raw[:_CHECKSUM_BYTES], raw[_CHECKSUM_BYTES:]
    if len(body) > MAX_PRINCIPAL_BYTES:
        raise ValueError("Text is too long.")
    if binascii.crc32(body).to_bytes(_CHECKSUM_BYTES, "big") != checksum:
        raise ValueError("CRC32 check sequence doesn't match with calculated from Principal bytes.")
    usual = _text_of(Principal(bytes=body))
    if text.lower() != usual:
        raise ValueError(
            f'Text should be separated by - (dash) every 5 characters: expected "{usual}"'
        )
    return body


def _base32(text: str) -> bytes:
    letters = text.upper().replace("-", "")
    try:
        return b32decode(letters + "=" * (-len(letters) % 8))
    except ValueError:
        raise ValueError("Text must be in valid Base32 encoding.") from None
