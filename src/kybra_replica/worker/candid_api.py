"""The part of `_kybra_ic` that turns Candid's text into bytes and back."""

from __future__ import annotations

from typing import Any

from kybra import CandidError

from kybra_replica.candid.scalar_writers import unexpected
from kybra_replica.candid.text.messages import decode_text, encode_text


class CandidApi:
    """Textual Candid, of types that nobody declares."""

    def candid_encode(self, source: Any) -> bytes:
        """Encode `(value, …)`; kybra.CandidError where the text is wrong."""
        if not isinstance(source, str):
            raise unexpected("str", source)
        try:
            return encode_text(source)
        except ValueError as error:
            raise CandidError(str(error)) from None

    def candid_decode(self, data: Any) -> str:
        """Write a message as text; kybra.CandidError where the bytes are wrong."""
        if not isinstance(data, (bytes, bytearray)):
            raise unexpected("bytes", data)
        try:
            return decode_text(bytes(data))
        except ValueError as error:
            raise CandidError(str(error)) from None
