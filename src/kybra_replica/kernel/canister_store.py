"""A canister's lasting rows: its record, its code, its chunks. Runs in the caller's transaction."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kybra_replica.program.archive import pack

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.module import Code
    from kybra_replica.stable.store import Store

NEXT_CANISTER = "next_canister"


def insert(store: Store, canister: Canister) -> None:
    """Write a new canister."""
    store.connection.execute(
        "INSERT INTO canisters (id, controllers, status, cycles) VALUES (?, '', ?, ?)",
        (canister.canister_id, canister.status, str(canister.cycles)),
    )
    save_record(store, canister)


def save_record(store: Store, canister: Canister) -> None:
    """Write what only management calls change: controllers, settings, history."""
    store.connection.execute(
        "UPDATE canisters SET controllers = ?, settings = ?, history = ? WHERE id = ?",
        (
            json.dumps(canister.controllers),
            json.dumps(canister.settings.as_json()),
            json.dumps(canister.history.as_json()),
            canister.canister_id,
        ),
    )


def save_code(store: Store, canister: Canister, code: Code | None) -> None:
    """Write what is installed in a canister; None leaves it empty."""
    program = None if code is None or code.program is None else pack(code.program)
    store.connection.execute(
        "UPDATE canisters SET program = ?, module_hash = ? WHERE id = ?",
        (program, canister.module_hash, canister.canister_id),
    )
    store.connection.execute("DELETE FROM modules WHERE canister = ?", (canister.canister_id,))
    if code is not None:
        row = (canister.canister_id, code.wasm)
        store.connection.execute("INSERT INTO modules VALUES (?, ?)", row)


def read_wasm(store: Store, canister_id: bytes) -> bytes | None:
    """The installed module as it was sent; None for an empty canister."""
    row = store.connection.execute(
        "SELECT wasm FROM modules WHERE canister = ?", (canister_id,)
    ).fetchone()
    return None if row is None else bytes(row[0])


def delete(store: Store, canister_id: bytes) -> None:
    """Forget a canister; its maps are the map store's to erase."""
    store.connection.execute("DELETE FROM canisters WHERE id = ?", (canister_id,))
    for table in ("modules", "chunks"):
        store.connection.execute(f"DELETE FROM {table} WHERE canister = ?", (canister_id,))  # noqa: S608 (our own names)


def add_chunk(store: Store, canister_id: bytes, digest: bytes, data: bytes) -> None:
    """Keep a chunk of a module."""
    row = (canister_id, digest, data)
    store.connection.execute("INSERT OR REPLACE INTO chunks VALUES (?, ?, ?)", row)


def chunk_hashes(store: Store, canister_id: bytes) -> list[bytes]:
    """The sha256 of every kept chunk, in order."""
    rows = store.connection.execute(
        "SELECT hash FROM chunks WHERE canister = ? ORDER BY hash", (canister_id,)
    ).fetchall()
    return [bytes(row[0]) for row in rows]


def read_chunk(store: Store, canister_id: bytes, digest: bytes) -> bytes | None:
    """A kept chunk, or None."""
    row = store.connection.execute(
        "SELECT data FROM chunks WHERE canister = ? AND hash = ?", (canister_id, digest)
    ).fetchone()
    return None if row is None else bytes(row[0])


def clear_chunks(store: Store, canister_id: bytes) -> None:
    """Forget every chunk of a canister."""
    store.connection.execute("DELETE FROM chunks WHERE canister = ?", (canister_id,))
