"""Principals as bytes inside the kernel, as text for people."""

from __future__ import annotations

from functools import lru_cache

from kybra import Principal

ANONYMOUS = "2vxsx-fae"
MANAGEMENT = "aaaaa-aa"
CANISTER_TAG = b"\x01\x01"


class InvalidPrincipalError(ValueError):
    """A text that is no principal."""


@lru_cache(maxsize=4_096)
def text_of(raw: bytes) -> str:
    """A principal's text."""
    return str(Principal(raw).to_str())


@lru_cache(maxsize=4_096)
def bytes_of(text: str) -> bytes:
    """A principal's bytes; InvalidPrincipalError where the text is none."""
    try:
        raw = bytes(Principal.from_str(text).bytes)
    except Exception as error:
        raise InvalidPrincipalError(f"{text!r} is not a principal") from error
    if text_of(raw) != text:
        raise InvalidPrincipalError(f"{text!r} is not a principal in its usual form")
    return raw


def canister_id(number: int) -> bytes:
    """The id of the canister that was created as the `number`-th, as a local network counts."""
    return number.to_bytes(8, "big") + CANISTER_TAG
