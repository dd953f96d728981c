"""How much memory a canister would take on the real platform: estimates where nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import canister_store

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState

CHUNK_BYTES = 1_048_576
"""A chunk's place in the store, however small it is."""

_WASM_MEMORY_BYTES = 64_600_000
"""What a Kybra canister takes right after init, as canister_status said on PocketIC 10."""

_STABLE_HEADER_BYTES = 65_536
_MAP_BUCKET_BYTES = 8 * 1_048_576
_CHANGE_BYTES = 200
"""About what one change in the history takes."""


def memory_sizes(state: KernelState, canister: Canister) -> dict[str, int]:
    """Bytes of each kind, by the names of canister_status."""
    module = canister.module
    chunks = len(canister_store.chunk_hashes(state.store, canister.canister_id))
    return {
        "wasm_memory_size": 0 if canister.program is None else _WASM_MEMORY_BYTES,
        "stable_memory_size": _stable_bytes(state.maps.map_count(canister.canister_id)),
        "global_memory_size": 0,
        "wasm_binary_size": 0 if module is None else module.size_bytes,
        "custom_sections_size": 0 if module is None else module.metadata_bytes,
        "canister_history_size": _CHANGE_BYTES * len(canister.history.recent),
        "wasm_chunk_store_size": CHUNK_BYTES * chunks,
        "snapshots_size": 0,
        "log_memory_store_size": canister.logs.size(canister.settings.log_memory_limit),
    }


def memory_bytes(state: KernelState, canister: Canister) -> int:
    """Bytes of all kinds."""
    return sum(memory_sizes(state, canister).values())


def _stable_bytes(maps: int) -> int:
    return _STABLE_HEADER_BYTES + _MAP_BUCKET_BYTES * maps if maps else 0
