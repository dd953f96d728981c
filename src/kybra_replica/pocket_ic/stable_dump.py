"""A canister's stable memory as one blob, and back.

Stable memory is kept as typed maps here, so the blob is not the platform's bytes: it is a dump of
the maps, padded to whole pages, that only this server reads back (into any canister). A canister
without maps, which has nothing that could read it, keeps any blob as it is.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from kybra_replica.pocket_ic.faults import PocketIcError

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.replica import Replica
    from kybra_replica.pocket_ic.instance import Instance

MAGIC = b"KYBRA-MAPS-1\n"
PAGE_BYTES = 65_536


def read(instance: Instance, replica: Replica, canister: Canister) -> bytes:
    """The dump of a canister's maps, or the blob that was set where it has none."""
    maps = _maps(replica, canister)
    if not maps:
        return instance.raw_stable_memory.get(canister.canister_id, b"")
    content = json.dumps([_map_json(replica, canister, *each) for each in maps])
    return _padded(MAGIC + content.encode())


def _maps(replica: Replica, canister: Canister) -> list[tuple[int, int, int]]:
    return replica.kernel.store.connection.execute(
        "SELECT memory, max_key, max_value FROM maps WHERE canister = ? ORDER BY memory",
        (canister.canister_id,),
    ).fetchall()


def _map_json(
    replica: Replica, canister: Canister, memory: int, max_key: int, max_value: int
) -> dict[str, Any]:
    rows = replica.kernel.store.connection.execute(
        "SELECT key, value FROM entries WHERE canister = ? AND memory = ? ORDER BY key",
        (canister.canister_id, memory),
    )
    entries = [[b64encode(cell).decode() for cell in row] for row in rows]
    return {"memory": memory, "max_key": max_key, "max_value": max_value, "entries": entries}


def _padded(raw: bytes) -> bytes:
    return raw + bytes(-len(raw) % PAGE_BYTES)


def write(instance: Instance, replica: Replica, canister: Canister, raw: bytes) -> None:
    """Take back what `read` gave; PocketIcError for any other blob where the canister has maps."""
    if raw.startswith(MAGIC):
        maps = _parsed(raw.removeprefix(MAGIC).rstrip(b"\0"))
        with replica.kernel.store.transaction():
            replica.kernel.maps.erase(canister.canister_id)
            for each in maps:
                _restore(replica, canister.canister_id, each)
        return
    if _maps(replica, canister):
        raise PocketIcError(
            f"Stable memory of {canister.text} is typed maps: only a blob that get_stable_memory "
            "of this server gave can be set"
        )
    instance.raw_stable_memory[canister.canister_id] = _padded(raw)


def _restore(replica: Replica, canister: bytes, each: tuple[int, int, int, list[Any]]) -> None:
    memory, max_key, max_value, entries = each
    connection = replica.kernel.store.connection
    connection.execute(
        "INSERT INTO maps VALUES (?, ?, ?, ?)", (canister, memory, max_key, max_value)
    )
    connection.executemany(
        "INSERT INTO entries VALUES (?, ?, ?, ?)",
        [(canister, memory, key, value) for key, value in entries],
    )


def _parsed(content: bytes) -> list[tuple[int, int, int, list[Any]]]:
    try:
        return [
            (
                int(each["memory"]),
                int(each["max_key"]),
                int(each["max_value"]),
                [(b64decode(key), b64decode(value)) for key, value in each["entries"]],
            )
            for each in json.loads(content)
        ]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise PocketIcError("The blob begins like a dump of maps, but is none") from None
