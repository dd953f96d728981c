"""The blob store: what is too large for JSON, by the hash of what was uploaded."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING

from kybra_replica.pocket_ic.faults import TOO_LARGE, PocketIcError

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BLOB_BYTES = 512 * 2**20
"""Of one blob, unpacked; stable memory that is set is the largest there is."""
MAX_BLOBS = 64
"""The oldest goes when there are more."""


class Blobs:
    """Bytes by their ids; gzip-compressed ones are unpacked as they come."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept: dict[bytes, bytes] = {}

    def keep(self, body: bytes, headers: Mapping[str, str]) -> str:
        """Store an upload; its id in hex."""
        encoding = headers.get("Content-Encoding")
        if encoding not in {None, "gzip"}:
            raise PocketIcError("Bad encoding: Only 'gzip' content encoding is supported")
        blob_id = hashlib.sha256(body + (b"gzip" if encoding else b"")).digest()
        self._kept[blob_id] = _unpacked(body) if encoding else body
        while len(self._kept) > MAX_BLOBS:
            del self._kept[next(iter(self._kept))]
        return blob_id.hex()

    def get(self, blob_id: bytes) -> bytes:
        """The bytes of an upload; PocketIcError where there are none."""
        if blob_id not in self._kept:
            raise PocketIcError("Bad blob id")
        return self._kept[blob_id]


def _unpacked(body: bytes) -> bytes:
    unzip = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        raw = unzip.decompress(body, MAX_BLOB_BYTES + 1)
    except zlib.error:
        raise PocketIcError("Decompression failed") from None
    if len(raw) > MAX_BLOB_BYTES:
        raise PocketIcError(f"A blob has at most {MAX_BLOB_BYTES} bytes", TOO_LARGE)
    if not unzip.eof:
        raise PocketIcError("Decompression failed")
    return raw
