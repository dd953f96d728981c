"""Answers that are known but not yet ordered for eviction, as after an upgrade."""

from collections.abc import Callable

QUEUE_TRIES = 256
"""Queued answers looked at for a victim while an index is arranged."""


class ArrivalQueue:
    """Digests with the sequence of their put; what is put meanwhile joins the end."""

    def __init__(self) -> None:
        """Start empty."""
        self._queue: list[tuple[int, str]] = []
        self._taken = 0

    def push(self, sequence: int, digest: str) -> None:
        """Queue an answer."""
        self._queue.append((sequence, digest))

    def sort(self) -> None:
        """Bring what is queued into the order in which it was put."""
        self._queue.sort()

    def take(self, most: int) -> list[tuple[int, str]]:
        """Take at most so many from the front."""
        taken = self._queue[self._taken : self._taken + most]
        self._taken += len(taken)
        return taken

    def is_empty(self) -> bool:
        """Tell whether all were taken."""
        return self._taken >= len(self._queue)

    def first(self, fits: Callable[[int, str], bool]) -> "str | None":
        """Return the first of the next few that fits; it stays, and no longer fits when taken."""
        for sequence, digest in self._queue[self._taken : self._taken + QUEUE_TRIES]:
            if fits(sequence, digest):
                return digest
        return None
