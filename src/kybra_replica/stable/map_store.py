"""StableBTreeMap's entries as bytes, and the count of what was done to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kybra_replica.stable.store import Store


@dataclass
class MapTraffic:
    """How often maps were read and written, and how many bytes of keys and values moved."""

    gets: int = 0
    inserts: int = 0
    removes: int = 0
    scans: int = 0
    bytes_read: int = 0
    bytes_written: int = 0


class MapStore:
    """Serves a canister's map operations; runs within the message's transaction."""

    def __init__(self, store: Store) -> None:
        """Keep entries in `store`."""
        self._sql = store.connection
        self.traffic = MapTraffic()

    def serve(self, canister: bytes, operation: str, *args: Any) -> Any:
        """Do one operation that a worker asked for."""
        return getattr(self, f"_{operation}")(canister, *args)

    def _open(
        self, canister: bytes, memory: int, max_key: int, max_value: int
    ) -> tuple[str | None, int]:
        panic = self._declare(canister, memory, max_key, max_value)
        return panic, self._len(canister, memory)

    def _declare(self, canister: bytes, memory: int, max_key: int, max_value: int) -> str | None:
        row = self._sql.execute(
            "SELECT max_key, max_value FROM maps WHERE canister = ? AND memory = ?",
            (canister, memory),
        ).fetchone()
        if row is None:
            values = (canister, memory, max_key, max_value)
            self._sql.execute("INSERT INTO maps VALUES (?, ?, ?, ?)", values)
            return None
        for what, asked, kept in (("key", max_key, row[0]), ("value", max_value, row[1])):
            if asked > kept:
                return f"Panicked at 'max_{what}_size must be <= {kept}'"
        return None

    def _get(self, canister: bytes, memory: int, key: bytes) -> bytes | None:
        self.traffic.gets += 1
        value = self._read(canister, memory, key)
        self.traffic.bytes_read += len(value or b"")
        return value

    def _read(self, canister: bytes, memory: int, key: bytes) -> bytes | None:
        row = self._sql.execute(
            "SELECT value FROM entries WHERE canister = ? AND memory = ? AND key = ?",
            (canister, memory, key),
        ).fetchone()
        return None if row is None else bytes(row[0])

    def _insert(self, canister: bytes, memory: int, key: bytes, value: bytes) -> bytes | None:
        self.traffic.inserts += 1
        self.traffic.bytes_written += len(key) + len(value)
        previous = self._read(canister, memory, key)
        self._sql.execute(
            "INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?)", (canister, memory, key, value)
        )
        return previous

    def _remove(self, canister: bytes, memory: int, key: bytes) -> bytes | None:
        self.traffic.removes += 1
        previous = self._read(canister, memory, key)
        self._sql.execute(
            "DELETE FROM entries WHERE canister = ? AND memory = ? AND key = ?",
            (canister, memory, key),
        )
        return previous

    def _len(self, canister: bytes, memory: int) -> int:
        return int(
            self._sql.execute(
                "SELECT COUNT(*) FROM entries WHERE canister = ? AND memory = ?",
                (canister, memory),
            ).fetchone()[0]
        )

    def _scan(self, canister: bytes, memory: int) -> list[tuple[bytes, bytes]]:
        self.traffic.scans += 1
        rows = self._sql.execute(
            "SELECT key, value FROM entries WHERE canister = ? AND memory = ?", (canister, memory)
        ).fetchall()
        self.traffic.bytes_read += sum(len(key) + len(value) for key, value in rows)
        return [(bytes(key), bytes(value)) for key, value in rows]

    def map_count(self, canister: bytes) -> int:
        """How many maps a canister has made."""
        sql = "SELECT COUNT(*) FROM maps WHERE canister = ?"
        return int(self._sql.execute(sql, (canister,)).fetchone()[0])

    def erase(self, canister: bytes) -> None:
        """Forget all of a canister's maps, as a reinstall does."""
        self._sql.execute("DELETE FROM entries WHERE canister = ?", (canister,))
        self._sql.execute("DELETE FROM maps WHERE canister = ?", (canister,))
