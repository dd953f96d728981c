"""`upload_chunk`, `stored_chunks` and `clear_chunk_store`: modules that come in parts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import canister_store
from kybra_replica.management.memory_sizes import CHUNK_BYTES
from kybra_replica.management.refusals import chunk_store_error

if TYPE_CHECKING:
    from kybra_replica.management.call import Call

MAX_CHUNKS = 100
"""The platform's store holds 100 MiB, and counts each chunk as a full one."""


def upload_chunk(call: Call) -> dict[str, Any]:
    """Keep a chunk of at most 1 MiB; its hash."""
    canister = call.controlled(or_itself=True)
    chunk: bytes = call.arg["chunk"]
    digest = hashlib.sha256(chunk).digest()
    kept = canister_store.chunk_hashes(call.state.store, canister.canister_id)
    if digest not in kept:
        _check_room(len(chunk), len(kept))
        canister_store.add_chunk(call.state.store, canister.canister_id, digest, chunk)
    return {"hash": digest}


def stored_chunks(call: Call) -> list[dict[str, Any]]:
    """The hash of each kept chunk."""
    canister = call.controlled(or_itself=True)
    hashes = canister_store.chunk_hashes(call.state.store, canister.canister_id)
    return [{"hash": digest} for digest in hashes]


def clear_chunk_store(call: Call) -> None:
    """Forget every chunk."""
    canister = call.controlled(or_itself=True)
    canister_store.clear_chunks(call.state.store, canister.canister_id)


def _check_room(size: int, kept: int) -> None:
    if size > CHUNK_BYTES:
        raise chunk_store_error(
            f"Wasm chunk size {size} exceeds the maximum chunk size of {CHUNK_BYTES}"
        )
    if kept >= MAX_CHUNKS:
        raise chunk_store_error(
            f"Wasm chunk store has already reached maximum capacity of "
            f"{MAX_CHUNKS * CHUNK_BYTES} bytes or the maximum number of entries, {MAX_CHUNKS}"
        )
