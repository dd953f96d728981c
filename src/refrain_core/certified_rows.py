"""Which stored answers are in the certified log, under which number, and what proves them.

Whoever stores answers tells of each change, and certifies the root that he gets back. After an
upgrade the log is gone from the heap, and what is certified is the old root: until `open` and the
loading of what is stored, nothing can be proven, and nothing is.
"""

from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from refrain_core.answer_log import NO_ROW, AnswerLog, row_of
from refrain_core.hash_tree import HASH_BYTES
from refrain_core.row_salts import RowSalts

# Makes a row without what its class's own `__new__` does in Python: a tenth of the price.
_new = tuple.__new__


class Proof(NamedTuple):
    """What leads a verifier from a served record to the root."""

    salt: str
    witness: str


class CertifiedRows:
    """Rows of the log by the place of their answer; any text that names it."""

    def __init__(self) -> None:
        """Certify nothing until `open`."""
        self._log: AnswerLog | None = None
        self._salts: RowSalts | None = None
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        """Count the stored answers that can be proven."""
        return len(self._rows)

    @property
    def is_open(self) -> bool:
        """Tell whether there is a log."""
        return self._log is not None

    @property
    def left_over(self) -> int:
        """Count the rows of answers that are no longer stored; a new epoch frees them."""
        return 0 if self._log is None else len(self._log) - len(self._rows)

    def open(self, secret: str, head: bytes) -> bytes:
        """Begin an epoch without rows, its head never used before, and return its root.

        Raises:
            ValueError: the secret is not 32 bytes in hexadecimal.
        """
        self._salts = RowSalts(secret, head)
        self._log = AnswerLog(head)
        self._rows = {}
        return self._log.root()

    def keep(self, place: str, record: str) -> bytes:
        """Certify a stored record, in place of the place's former one; return the root.

        Empty while there is no log: then it is loaded later.
        """
        log, salts = self._log, self._salts
        if log is None or salts is None:
            return b""
        rows = self._rows
        known = rows.get(place)
        if known is None:
            rows[place] = number = log.size
            # As `row_of`, whose call would cost as much as a third of the hash.
            row = blake2b((salts.of(number) + record).encode()).digest()
            return log.appended_root(row[:HASH_BYTES])
        log.rewrite(known, row_of(salts.of(known), record))
        return log.root()

    def load(self, records: Iterable[tuple[str, str]]) -> bytes:
        """Certify stored (place, record) that are not yet; the root is made but once."""
        log, salts, known = self._log, self._salts, self._rows
        if log is None or salts is None:
            return b""
        new: dict[str, str] = {}
        for place, record in records:
            if place not in known:
                new.setdefault(place, record)
        number = log.size
        known.update(zip(new, range(number, number + len(new)), strict=True))
        salted = zip(salts.of_many(number, len(new)), new.values(), strict=True)
        hashed, size = blake2b, HASH_BYTES
        # As `row_of`.
        log.extend([hashed((salt + record).encode()).digest()[:size] for salt, record in salted])
        return log.root()

    def drop(self, place: str) -> bytes:
        """Make a removed answer unprovable; return the root, empty where nothing changed."""
        return self.drop_all((place,))

    def drop_all(self, places: Iterable[str]) -> bytes:
        """Make many answers unprovable; the root is made but once."""
        numbers = [self._rows.pop(place) for place in places if place in self._rows]
        if self._log is None or not numbers:
            return b""
        for number in numbers:
            self._log.rewrite(number, NO_ROW)
        return self._log.root()

    def missing(self, places: list[str]) -> list[str]:
        """List those of some places whose answer cannot be proven."""
        rows = self._rows
        return [place for place in places if place not in rows]

    def forget(self, place: str) -> None:
        """Let go of an evicted answer: still a right one, so its row stays until the epoch ends."""
        self._rows.pop(place, None)

    def proof(self, place: str) -> "Proof | None":
        """Prove the record of a place as it was last kept or loaded; None where it was not."""
        number, log, salts = self._rows.get(place), self._log, self._salts
        if number is None or log is None or salts is None:
            return None
        return _new(Proof, (salts.of(number), log.witness(number)))
