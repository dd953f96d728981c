"""Modules that were sent as gzip, as the Internet Computer takes them."""

from __future__ import annotations

import gzip
import zlib

from kybra_replica.artefact.refusals import MalformedWasm

MAX_MODULE_BYTES = 100 * 1024 * 1024
"""The largest module, unpacked (dfinity/ic, rs/config/src/embedders.rs, October 2025)."""

_GZIP = b"\x1f\x8b\x08"


def packed(module: bytes) -> bytes:
    """A module as gzip; the same bytes for the same module."""
    return gzip.compress(module, mtime=0)


def unpacked(module: bytes) -> bytes:
    """The wasm of a module as sent; MalformedWasm for damaged gzip or one over the limit."""
    wasm = _inflated(module) if module.startswith(_GZIP) else module
    if len(wasm) > MAX_MODULE_BYTES:
        raise MalformedWasm(f"The module is larger than {MAX_MODULE_BYTES} bytes.")
    return wasm


def _inflated(module: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        # One byte over the limit is enough to know, whatever the rest would grow to.
        wasm = inflater.decompress(module, MAX_MODULE_BYTES + 1)
    except zlib.error as error:
        raise MalformedWasm(f"The module's gzip is damaged: {error}.") from None
    if len(wasm) <= MAX_MODULE_BYTES and not inflater.eof:
        raise MalformedWasm("The module's gzip ends too early.")
    if inflater.unused_data:
        raise MalformedWasm("The module's gzip has bytes behind its end.")
    return wasm
