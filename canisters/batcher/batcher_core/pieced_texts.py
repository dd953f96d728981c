"""Texts of any length in a map of bounded values: piece 0 is ``pieces|text``, others are text."""

from batcher_core.text_store import TextStore
from refrain_core.chunked_text import split_utf8

PIECE_BYTES = 4_000
"""With piece 0's header it fits a value of 4,100 bytes."""


class PiecedTexts:
    """Texts under keys to which a dot and the piece's number are added."""

    def __init__(self, store: TextStore) -> None:
        """Keep the texts in `store`."""
        self._store = store

    def put(self, key: str, text: str) -> None:
        """Keep a text under a key that has none."""
        pieces = split_utf8(text, PIECE_BYTES)
        self._store.insert(f"{key}.0", f"{len(pieces)}|{pieces[0]}")
        for number in range(1, len(pieces)):
            self._store.insert(f"{key}.{number}", pieces[number])

    def get(self, key: str) -> "str | None":
        """Return the text under `key`, or None."""
        first = self._store.get(f"{key}.0")
        if first is None:
            return None
        pieces, _, text = first.partition("|")
        rest = [self._store.get(f"{key}.{number}") or "" for number in range(1, int(pieces))]
        return text + "".join(rest)

    def remove(self, key: str) -> None:
        """Forget the text under `key`, if there is one."""
        first = self._store.remove(f"{key}.0")
        if first is not None:
            for number in range(1, int(first.partition("|")[0])):
                self._store.remove(f"{key}.{number}")
