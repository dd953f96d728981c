"""Outcomes of flights that somebody holds a ticket for, each written once, in pieces if long.

Piece 0 is ``pieces|read_until_ns|text``, the others are plain text; the key is the flight's token
as 16 hexadecimal digits, a dot and the piece's number.
"""

from batcher_core.outcomes import (
    Outcome,
    pack_outcome,
    refused_outcome,
    unpack_outcome,
    with_status,
)
from batcher_core.text_store import TextStore
from batcher_core.tickets import oldest_expired
from refrain_core.chunked_text import split_utf8, utf8_len
from refrain_core.refusals import response_too_large

PIECE_BYTES = 4_000
"""Text of one piece; with piece 0's header it fits the map's value bound."""

MAX_PIECES = 64
"""A longer outcome reaches those who wait for their own call, not the holders of tickets."""


class ResultShelf:
    """All results; the heap knows how many pieces each has and when it may be thrown away."""

    def __init__(self, store: TextStore) -> None:
        """Start empty; `load` reads what the store holds."""
        self._store = store
        self._pieces: dict[str, int] = {}
        self._expiries: dict[str, int] = {}

    def __len__(self) -> int:
        """Count the results kept."""
        return len(self._expiries)

    def load(self) -> None:
        """Rebuild the heap's index; bounded by max_tickets times `MAX_PIECES`."""
        self._pieces = {}
        self._expiries = {}
        for key, record in self._store.items():
            token, _, piece = key.partition(".")
            if piece == "0":
                pieces, read_until_ns, _ = record.split("|", 2)
                self._pieces[token] = int(pieces)
                self._expiries[token] = int(read_until_ns)

    def write(self, token: int, outcome: Outcome, read_until_ns: int) -> None:
        """Keep an outcome until then."""
        text = pack_outcome(outcome)
        pieces = split_utf8(text, PIECE_BYTES)
        if len(pieces) > MAX_PIECES:
            refusal = response_too_large(utf8_len(text), MAX_PIECES * PIECE_BYTES)
            pieces = [pack_outcome(refused_outcome(refusal))]
        key = f"{token:016x}"
        for number in range(1, len(pieces)):
            self._store.insert(f"{key}.{number}", pieces[number])
        self._store.insert(f"{key}.0", f"{len(pieces)}|{read_until_ns}|{pieces[0]}")
        self._pieces[key] = len(pieces)
        self._expiries[key] = read_until_ns

    def read(self, token: int, digest: str) -> "Outcome | None":
        """Return the outcome of the flight `token` on `digest`, or None."""
        key = f"{token:016x}"
        first = self._store.get(f"{key}.0")
        if first is None:
            return None
        pieces, _, text = first.split("|", 2)
        rest = [self._store.get(f"{key}.{number}") or "" for number in range(1, int(pieces))]
        return unpack_outcome(text + "".join(rest), digest)

    def relabel(self, token: int, digest: str, status: str) -> None:
        """Note the cache status that became known after the outcome was written."""
        if f"{token:016x}" not in self._expiries:
            return
        outcome = self.read(token, digest)
        if outcome is not None:
            read_until_ns = self._expiries[f"{token:016x}"]
            self._forget(f"{token:016x}")
            self.write(token, with_status(outcome, status), read_until_ns)

    def sweep(self, now_ns: int, most: int) -> int:
        """Throw away at most `most` results that nobody may read any more; return how many."""
        swept = oldest_expired(self._expiries, now_ns, most)
        for key in swept:
            self._forget(key)
        return len(swept)

    def _forget(self, key: str) -> None:
        del self._expiries[key]
        for number in range(self._pieces.pop(key)):
            self._store.remove(f"{key}.{number}")
