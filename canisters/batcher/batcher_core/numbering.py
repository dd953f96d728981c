"""Numbers that never repeat: fencing tokens and tickets, from blocks reserved in a stable map."""

from batcher_core.text_store import TextStore

BLOCK = 64
"""Numbers reserved by one write; an upgrade skips the rest of the block."""

_KEY = "sequence"


class Numbering:
    """A sequence that survives upgrades, with one write of the map every `BLOCK` numbers."""

    def __init__(self, store: TextStore, key: str = _KEY) -> None:
        """Start empty; `load` reads what the store holds under `key`."""
        self._store = store
        self._key = key
        self._next = 1
        self._reserved = 1

    def load(self) -> None:
        """Go on after the last reserved block."""
        self._reserved = int(self._store.get(self._key) or "1")
        self._next = self._reserved

    def take(self) -> int:
        """Return the next number."""
        if self._next == self._reserved:
            self._reserved += BLOCK
            self._store.insert(self._key, str(self._reserved))
        number = self._next
        self._next += 1
        return number
