"""The operator's principal: made once per state folder, controller and asker of its network."""

from __future__ import annotations

import base64
import hashlib
import secrets
import zlib
from typing import TYPE_CHECKING

from refrain.state.folder import read_json, write_json

if TYPE_CHECKING:
    from refrain.state.folder import StateFolder

_SELF_AUTHENTICATING = b"\x02"
_GROUP = 5


def operator_of(folder: StateFolder) -> str:
    """The operator's principal as text, made on first use."""
    known = read_json(folder.operator)
    if known is None:
        known = {"principal": self_authenticating(secrets.token_bytes(32))}
        write_json(folder.operator, known)
    return str(known["principal"])


def self_authenticating(public_key: bytes) -> str:
    """The principal text that belongs to a public key (any bytes will do here).

    Source: the Internet Computer's interface specification, sections "Principals" and
    "Textual representation of principals".
    """
    raw = hashlib.sha224(public_key).digest() + _SELF_AUTHENTICATING
    checked = zlib.crc32(raw).to_bytes(4, "big") + raw
    text = base64.b32encode(checked).decode().lower().rstrip("=")
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))
