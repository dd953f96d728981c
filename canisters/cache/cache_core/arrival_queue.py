"""Answers that are known but not yet ordered for eviction, as after an upgrade.

They wait in buckets of consecutive sequence numbers, each of which is sorted when its turn
comes: no step sorts more than a bucket holds, however many answers there are.
"""

from collections.abc import Callable

QUEUE_TRIES = 256
"""Queued answers looked at for a victim while an index is arranged."""

NUMBERS_PER_BUCKET = 20_000
"""No two answers have the same number, so that a bucket holds no more; `push_all` writes it out."""


class ArrivalQueue:
    """Digests with the sequence of their put; what is put meanwhile joins the end."""

    def __init__(self) -> None:
        """Start empty."""
        self._buckets: dict[int, list[tuple[int, str]]] = {}
        self._order: list[int] = []
        """The buckets' numbers, the least one last; from `sort` on."""
        self._opened = -1
        self._current: list[tuple[int, str]] = []
        self._taken = 0

    def push(self, sequence: int, digest: str) -> None:
        """Queue an answer."""
        number = sequence // NUMBERS_PER_BUCKET
        bucket = self._buckets.get(number)
        if bucket is not None:
            bucket.append((sequence, digest))
        elif number == self._opened:
            self._current.append((sequence, digest))
        else:
            self._buckets[number] = [(sequence, digest)]
            self._order.insert(0, number)

    def push_all(self, entries: list[tuple[int, str]]) -> None:
        """Queue many (sequence, digest), for less than one by one."""
        buckets = self._buckets
        for entry in entries:
            bucket = buckets.get(entry[0] // 20_000)
            if bucket is None:
                self.push(*entry)
            else:
                bucket.append(entry)

    def sort(self) -> None:
        """Bring what is queued into the order in which it was put."""
        self._order = sorted(self._buckets, reverse=True)

    def take(self, most: int) -> list[tuple[int, str]]:
        """Take at most so many from the front."""
        taken: list[tuple[int, str]] = []
        while len(taken) < most and not self.is_empty():
            if self._taken >= len(self._current):
                self._opened = self._order.pop()
                self._current = sorted(self._buckets.pop(self._opened))
                self._taken = 0
            some = self._current[self._taken : self._taken + most - len(taken)]
            self._taken += len(some)
            taken += some
        return taken

    def is_empty(self) -> bool:
        """Tell whether all were taken."""
        return not self._buckets and self._taken >= len(self._current)

    def first(self, fits: Callable[[int, str], bool]) -> "str | None":
        """Return the first of the next few that fits; it stays, and no longer fits when taken."""
        some = self._current[self._taken : self._taken + QUEUE_TRIES]
        if not some and self._buckets:
            some = self._buckets[next(iter(self._buckets))][:QUEUE_TRIES]
        for sequence, digest in some:
            if fits(sequence, digest):
                return digest
        return None
