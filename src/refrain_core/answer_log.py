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
    labeled_hash,
    labeled_leaf_hash,
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
_LAST_IN_CHUNK = ROWS_PER_CHUNK - 1

NO_ROW = bytes(HASH_BYTES)
"""Stands where a row was removed; nobody knows a record of this hash."""

# What stands before the parts of a hash or a witness, put together once.
_OPEN_DOMAIN = LABELED_DOMAIN + OPEN_LABEL
_COMPLETE_DOMAIN = LABELED_DOMAIN + COMPLETE_LABEL
_ANSWERS_FRONT = labeled_part(COMPLETE_LABEL, b"")
_CHUNK_FRONT = labeled_part(HEAD_LABEL, b"")[: -len(HEAD_LABEL)]
_ROWS_FRONT = leaf_part(bytes(CHUNK_BYTES))[:-CHUNK_BYTES]


def row_of(salt: str, record: str) -> bytes:
    """Return a record's row, salted by RowSalts: half of blake2b, a third as dear as sha256."""
    return blake2b((salt + record).encode()).digest()[:HASH_BYTES]


def chunk_label(chunk: int) -> bytes:
    """Return the label of the complete chunk that is the 0th, 1st, 2nd and so on."""
    return (chunk + 1).to_bytes(4, "big")


class AnswerLog:
    """Rows by number, from 0; what `root` returns is to be certified."""

    def __init__(self, head: bytes) -> None:
        """Begin an empty log, whose head tells of itself what a verifier must know."""
        self._head = labeled_part(HEAD_LABEL, leaf_part(head))
        self._head_hash = labeled_hash(HEAD_LABEL, leaf_hash(head))
        self.size = 0
        """The number of rows, removed ones too; dearer to get as len()."""
        self._chunks: list[bytes] = []
        self._range = MountainRange()
        self._open = b""
        self._closed = b""
        """The hash of what is below "answers"; empty where it is not up to date."""
        self._newest = b""
        """The open chunk of the last root, pruned; empty where there was none."""

    def __len__(self) -> int:
        """Count the rows, removed ones too."""
        return self.size

    def append(self, row: bytes) -> int:
        """Append a row of 32 bytes; return its number."""
        number = self.size
        self.size = number + 1
        self._open += row
        if number & _LAST_IN_CHUNK == _LAST_IN_CHUNK:
            rows, self._open, self._closed = self._open, b"", b""
            self._range.append(labeled_leaf_hash(chunk_label(len(self._chunks)), rows))
            self._chunks.append(rows)
        return number

    def appended_root(self, row: bytes) -> bytes:
        """Append a row and return the root: both in one, as each put needs them."""
        number = self.size
        closed = self._closed
        if not closed or number & 7 == 7:  # noqa: PLR2004 - the last in a chunk
            self.append(row)
            return self.root()
        self.size = number + 1
        self._open = rows = self._open + row
        newest = sha256(_OPEN_DOMAIN + sha256(LEAF_DOMAIN + rows).digest()).digest()
        self._newest = PRUNED + newest
        return sha256(FORK_DOMAIN + closed + newest).digest()

    def extend(self, rows: list[bytes]) -> int:
        """Append many rows for a third of the price; return the number of the first."""
        number = self.size
        self.size = number + len(rows)
        waiting = self._open + b"".join(rows)
        whole = len(waiting) - len(waiting) % CHUNK_BYTES
        for at in range(0, whole, CHUNK_BYTES):
            chunk = waiting[at : at + CHUNK_BYTES]
            self._range.append(labeled_leaf_hash(chunk_label(len(self._chunks)), chunk))
            self._chunks.append(chunk)
        self._open, self._closed = waiting[whole:], b""
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
        else:
            self._chunks[chunk] = rows
            self._range.replace(chunk, labeled_leaf_hash(chunk_label(chunk), rows))
            self._closed = b""

    def row(self, number: int) -> bytes:
        """Return a row.

        Raises:
            IndexError: there is no such row.
        """
        at = number % ROWS_PER_CHUNK * HASH_BYTES
        return self._rows_around(number)[at : at + HASH_BYTES]

    def root(self) -> bytes:
        """Return the root hash; to be asked for after each change, or after many, and certified."""
        closed, rows = self._closed or self._close(), self._open
        if not rows:
            self._newest = b""
            return closed
        # The dearest lines of a put: through functions, a hash would cost a third more.
        newest = sha256(_OPEN_DOMAIN + sha256(LEAF_DOMAIN + rows).digest()).digest()
        self._newest = PRUNED + newest
        return sha256(FORK_DOMAIN + closed + newest).digest()

    def witness(self, number: int) -> str:
        """Return the proof that a row is under the last root asked for, as hex of CBOR.

        Raises:
            IndexError: there is no such row.
        """
        chunk = number // ROWS_PER_CHUNK
        chunks = self._chunks
        if not 0 <= chunk < len(chunks):
            return self._open_witness(number)
        shown = _CHUNK_FRONT + (chunk + 1).to_bytes(4, "big") + _ROWS_FRONT + chunks[chunk]
        answers = _ANSWERS_FRONT + FORK + self._head + self._range.witness(chunk, shown)
        newest = self._newest
        tree = FORK + answers + newest if newest else answers
        return (SELF_DESCRIBED + tree).hex()

    def _open_witness(self, number: int) -> str:
        shown = labeled_part(OPEN_LABEL, leaf_part(self._rows_around(number)))
        chunks = self._range.fold()
        front = FORK + self._head + PRUNED if chunks else self._head
        answers = _ANSWERS_FRONT + front + chunks
        return (SELF_DESCRIBED + FORK + answers + shown).hex()

    def _rows_around(self, number: int) -> bytes:
        """Return the chunk that a row is in; IndexError where there is none."""
        if not 0 <= number < self.size:
            raise IndexError(number)
        chunk = number // ROWS_PER_CHUNK
        return self._open if chunk == len(self._chunks) else self._chunks[chunk]

    def _close(self) -> bytes:
        """Renew and return the hash of all that is below "answers", its label included."""
        below = self._head_hash
        if self._chunks:
            below = sha256(FORK_DOMAIN + below + self._range.fold()).digest()
        self._closed = sha256(_COMPLETE_DOMAIN + below).digest()
        return self._closed
