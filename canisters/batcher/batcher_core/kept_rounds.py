"""What a model has said so far of an answer that takes several rounds, kept as each arrives.

Under the flight's digest stands ``pieces|until_ns|token|rounds|outcome``: the token of the flight
that wrote last, and the outcome without its text. The text stands in pieces under the digest, a dot
and the piece's number; a round only adds some. What a flight that was lost has left is where the
next one of its digest goes on.
"""

from typing import Any, NamedTuple

from batcher_core.outcomes import answered_outcome, pack_outcome, unpack_outcome
from batcher_core.text_store import TextStore
from batcher_core.tickets import oldest_expired
from refrain_core.chunked_text import split_utf8

PIECE_BYTES = 4_000


class Kept(NamedTuple):
    """An answer as far as it came; keys of `answer` as in Answer, with all of its text."""

    answer: dict[str, Any]
    token: int
    rounds: int
    until_ns: int


class RoundShelf:
    """All unfinished answers; the heap knows until when each is kept, and of how many pieces."""

    def __init__(self, store: TextStore) -> None:
        """Start empty; `load` reads what the store holds."""
        self._store = store
        self._pieces: dict[str, int] = {}
        self._until: dict[str, int] = {}

    def __len__(self) -> int:
        """Count the unfinished answers."""
        return len(self._until)

    def load(self) -> None:
        """Rebuild the heap's index; bounded by the flights that can be open."""
        for key, record in self._store.items():
            if "." not in key:
                pieces, until_ns, _ = record.split("|", 2)
                self._pieces[key] = int(pieces)
                self._until[key] = int(until_ns)

    def add(self, digest: str, kept: Kept, said: str) -> None:
        """Keep `kept`, whose answer ends in what was `said` in its last round."""
        number = self._pieces.get(digest, 0)
        for piece in split_utf8(said, PIECE_BYTES):
            self._store.insert(f"{digest}.{number}", piece)
            number += 1
        head = dict(kept.answer)
        head["content"] = ""
        packed = pack_outcome(answered_outcome(digest, head, ""))
        self._store.insert(digest, f"{number}|{kept.until_ns}|{kept.token}|{kept.rounds}|{packed}")
        self._pieces[digest] = number
        self._until[digest] = kept.until_ns

    def read(self, digest: str, now_ns: int) -> "Kept | None":
        """Return what is kept of an answer, unless it is over."""
        if self._until.get(digest, 0) <= now_ns:
            return None
        pieces, until_ns, token, rounds, packed = (self._store.get(digest) or "").split("|", 4)
        texts = [self._store.get(f"{digest}.{number}") or "" for number in range(int(pieces))]
        answer = dict((unpack_outcome(packed, digest).answered or {})["answer"])
        answer["content"] = "".join(texts)
        return Kept(answer, int(token), int(rounds), int(until_ns))

    def drop(self, digest: str) -> None:
        """Forget an answer that is whole, or that nobody goes on with."""
        if self._until.pop(digest, None) is not None:
            for number in range(self._pieces.pop(digest)):
                self._store.remove(f"{digest}.{number}")
            self._store.remove(digest)

    def sweep(self, now_ns: int, most: int) -> int:
        """Forget at most `most` answers that nobody went on with in time; return how many."""
        over = oldest_expired(self._until, now_ns, most)
        for digest in over:
            self.drop(digest)
        return len(over)
