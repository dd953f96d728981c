"""The certified log: hashes of served records, appended, in a hash tree whose root is certified.

Eight rows are a chunk. Paths, and a picture of 7 complete chunks and an open one:

    "answers" / 0, as 4 bytes, big-endian    the log's head, which every witness shows
    "answers" / 1, 2, 3 and so on            a complete chunk: 8 rows of 32 bytes
    "newest"                                 the open chunk: 1 to 7 rows

                 +--------------+
             "answers"       "newest"
                 |
            +----+----+
            0    +----+----+
              +--+--+   +--+--+
             1..2 3..4 5..6   7

Complete chunks are a mountain range and change only when a chunk is completed; so an append hashes
the open chunk, its label and the fork above, whatever the log's length.

What was appended is provable until its row is rewritten, or the log is begun anew.
"""

from hashlib import blake2b, sha256

from refrain_core.hash_tree import (
    FORK,
    FORK_DOMAIN,
    HASH_BYTES,
    LABELED_DOMAIN,
    LEAF_DOMAIN,
    PRUNED,
    SELF_DESCRIBED,
    fork_hash,
    labeled_hash,
    labeled_part,
    leaf_hash,
    leaf_part,
)
from refrain_core.mountain_range import MountainRange

COMPLETE_LABEL = b"answers"
OPEN_LABEL = b"newest"
HEAD_LABEL = bytes(4)
ROWS_PER_CHUNK = 8
CHUNK_BYTES = ROWS_PER_CHUNK * HASH_BYTES
SALT_CHARACTERS = 32

NO_ROW = bytes(HASH_BYTES)
"""Stands where a row was removed; nobody knows a record of this hash."""

_OPEN_PREFIX = LABELED_DOMAIN + OPEN_LABEL


def salt_of(secret: str, digest: str, sequence: int) -> str:
    """Return what makes a record's row impossible to guess; 32 hexadecimal characters.

    A witness shows seven rows of others beside the one that it proves. Without the canister's
    secret nobody can tell whether one of them is the answer "yes" to a question he knows of.
    """
    return blake2b(f"{secret}|{digest}|{sequence}".encode()).hexdigest()[:SALT_CHARACTERS]


def row_of(salt: str, record: str) -> bytes:
    """Return a record's row: half of blake2b's 64 bytes, a third as dear as sha256."""
    return blake2b(f"{salt}|{record}".encode()).digest()[:HASH_BYTES]


def chunk_label(chunk: int) -> bytes:
    """Return the label of the complete chunk that is the 0th, 1st, 2nd and so on."""
    return (chunk + 1).to_bytes(4, "big")


class AnswerLog:
    """Rows by number, from 0; what `root` returns is to be certified."""

    def __init__(self, head: bytes) -> None:
        """Begin an empty log, whose head tells of itself what a verifier must know."""
        self._head = labeled_part(HEAD_LABEL, leaf_part(head))
        self._head_hash = labeled_hash(HEAD_LABEL, leaf_hash(head))
        self._chunks: list[bytes] = []
        self._range = MountainRange()
        self._open = b""
        # Hashes of what is below "answers" and "newest"; empty where they are not up to date.
        self._closed = b""
        self._newest = b""

    def __len__(self) -> int:
        """Count the rows, removed ones too."""
        return len(self._chunks) * ROWS_PER_CHUNK + len(self._open) // HASH_BYTES

    def append(self, row: bytes) -> int:
        """Append a row of 32 bytes; return its number."""
        rows = self._open + row
        number = len(self._chunks) * ROWS_PER_CHUNK + len(rows) // HASH_BYTES - 1
        if len(rows) == CHUNK_BYTES:
            self._range.append(_chunk_hash(len(self._chunks), rows))
            self._chunks.append(rows)
            self._closed = rows = b""
        self._open = rows
        self._newest = b""
        return number

    def rewrite(self, number: int, row: bytes) -> None:
        """Put another row in a row's place.

        Raises:
            IndexError: there is no such row.
        """
        rows = self._rows_around(number)
        at = number % ROWS_PER_CHUNK * HASH_BYTES
        rows = rows[:at] + row + rows[at + HASH_BYTES :]
        chunk = number // ROWS_PER_CHUNK
        if chunk == len(self._chunks):
            self._open = rows
            self._newest = b""
        else:
            self._chunks[chunk] = rows
            self._range.replace(chunk, _chunk_hash(chunk, rows))
            self._closed = b""

    def row(self, number: int) -> bytes:
        """Return a row.

        Raises:
            IndexError: there is no such row.
        """
        at = number % ROWS_PER_CHUNK * HASH_BYTES
        return self._rows_around(number)[at : at + HASH_BYTES]

    def root(self) -> bytes:
        """Return the root hash; appends between two calls share the work."""
        closed, rows = self._closed or self._close(), self._open
        if not rows:
            return closed
        # The dearest lines of a put: through functions, a hash would cost a quarter more.
        leaf = sha256(LEAF_DOMAIN + rows).digest()
        newest = self._newest = sha256(_OPEN_PREFIX + leaf).digest()
        return sha256(FORK_DOMAIN + closed + newest).digest()

    def witness(self, number: int) -> str:
        """Return the proof that a row is in the log, as hex of CBOR.

        Raises:
            IndexError: there is no such row.
        """
        rows = leaf_part(self._rows_around(number))
        chunk = number // ROWS_PER_CHUNK
        if chunk == len(self._chunks):
            tree = FORK + self._answers(self._pruned_range()) + labeled_part(OPEN_LABEL, rows)
        else:
            shown = labeled_part(chunk_label(chunk), rows)
            tree = self._answers(self._range.witness(chunk, shown))
            if self._open:
                tree = FORK + tree + PRUNED + (self._newest or self._open_hash())
        return (SELF_DESCRIBED + tree).hex()

    def _rows_around(self, number: int) -> bytes:
        """Return the chunk that a row is in; IndexError where there is none."""
        chunk = number // ROWS_PER_CHUNK
        rows = self._open if chunk == len(self._chunks) else self._chunks[chunk]
        if number % ROWS_PER_CHUNK * HASH_BYTES >= len(rows) or number < 0:
            raise IndexError(number)
        return rows

    def _close(self) -> bytes:
        """Renew and return the hash of all that is below "answers", its label included."""
        below = self._head_hash
        if self._chunks:
            below = fork_hash(below, self._range.fold())
        self._closed = labeled_hash(COMPLETE_LABEL, below)
        return self._closed

    def _open_hash(self) -> bytes:
        return labeled_hash(OPEN_LABEL, leaf_hash(self._open))

    def _pruned_range(self) -> bytes:
        return PRUNED + self._range.fold() if self._chunks else b""

    def _answers(self, chunks: bytes) -> bytes:
        """Write what is below "answers": the head, and the complete chunks where there are any."""
        head = self._head
        return labeled_part(COMPLETE_LABEL, FORK + head + chunks if chunks else head)


def _chunk_hash(chunk: int, rows: bytes) -> bytes:
    return labeled_hash(chunk_label(chunk), leaf_hash(rows))
