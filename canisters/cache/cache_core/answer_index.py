"""Which answers are stored, how large they are, and which must go: the heap's view of the banks.

After an upgrade the index is arranged in steps: the banks are read one by one, what they hold is
queued, and then given to the policies in the order in which it was put. Answers put meanwhile join
the queue's end, so that the order is whole; recency itself begins anew.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from cache_core.arrival_queue import ArrivalQueue
from cache_core.kept import Kept
from cache_core.known_answers import KnownAnswers

if TYPE_CHECKING:
    from cache_core.shelves import Shelf

Victim = tuple[str, Kept]
"""An answer that was dropped: its digest, and what was known of it."""


class Room(NamedTuple):
    """The victims that must go, and whether that is enough."""

    victims: list[Victim]
    enough: bool


class AnswerIndex(KnownAnswers):
    """The index with its bounds, and its arranging."""

    def reopen(self, namespace: str) -> None:
        """Give a namespace a new shelf by its settings of now; recency within it begins anew."""
        former = self.shelf(namespace)
        shelf = self.shelves.replace(namespace)
        for key in former.policy.oldest_first():
            kept = self.rows.get(str(key))
            if kept is not None:
                shelf.policy.add(key, kept.size_bytes, kept.cost)

    def add(self, digest: str, kept: Kept) -> None:
        """Know of an answer that was put, as the newest; a former one of the digest is replaced."""
        self.forget(digest)
        self.add_new(digest, kept)

    # bounds

    def room_for(
        self, digest: str, namespace: str, size_bytes: int, whole: "tuple[int, int]", at_most: int
    ) -> Room:
        """Drop at most so many answers to make room for one of `size_bytes`.

        `whole` are the most entries and bytes of all; what stands under `digest` is replaced.
        """
        shelf = self.shelf(namespace)
        old = self.rows.get(digest)
        added_entries = int(old is None)
        added_bytes = size_bytes - (0 if old is None else old.size_bytes)
        # What another namespace has under the digest makes no room in this one.
        is_own = old is not None and old.namespace == namespace
        own_entries, own_bytes = (0, added_bytes) if is_own else (1, size_bytes)
        victims: list[Victim] = []
        while True:
            is_over_own = shelf.is_over(own_entries, own_bytes)
            if not is_over_own and not self._is_over(whole, added_entries, added_bytes):
                return Room(victims, enough=True)
            victim = (
                self._victim(shelf if is_over_own else None) if len(victims) < at_most else None
            )
            if victim is None:
                return Room(victims, enough=False)
            victims.append(victim)
            if victim[0] == digest:
                added_entries = own_entries = 1
                added_bytes = own_bytes = size_bytes

    def overflow(self, whole: "tuple[int, int]", at_most: int) -> list[Victim]:
        """Drop at most so many answers that stand over a bound."""
        victims: list[Victim] = []
        for shelf in self.shelves.every():
            while shelf.is_over(0, 0) and self._added_victim(shelf, victims, at_most):
                pass
        while self._is_over(whole, 0, 0) and self._added_victim(None, victims, at_most):
            pass
        return victims

    def _added_victim(self, shelf: "Shelf | None", victims: list[Victim], at_most: int) -> bool:
        """Drop one more victim, if there may be one more and there is one."""
        victim = self._victim(shelf) if len(victims) < at_most else None
        if victim is not None:
            victims.append(victim)
        return victim is not None

    # arranging after an upgrade

    def begin_arranging(self) -> None:
        """Queue what is learnt from here on."""
        self.is_arranged = False

    def learn(self, rows: Iterable[tuple[str, Kept]]) -> None:
        """Know of the answers of one bank, unless they were put again since."""
        for digest, kept in rows:
            if digest not in self.rows:
                self._know(digest, kept)
                self._queue.push(kept.sequence, digest)

    def sort_queue(self) -> None:
        """Bring what was learnt into the order in which it was put."""
        self._queue.sort()

    def arrange(self, at_most: int) -> bool:
        """Give at most so many queued answers to their policies; tell whether more are left."""
        for sequence, digest in self._queue.take(at_most):
            kept = self.rows.get(digest)
            # One put again stands in the queue twice: its newer place counts.
            if kept is not None and kept.sequence == sequence:
                self.shelf(kept.namespace).policy.add(digest, kept.size_bytes, kept.cost)
        if self._queue.is_empty():
            self._queue, self.is_arranged = ArrivalQueue(), True
        return not self.is_arranged

    def _victim(self, shelf: "Shelf | None") -> "Victim | None":
        """Choose and drop a victim, of the largest namespace where none is named."""
        chosen = shelf or self.shelves.largest()
        if chosen is None or not len(chosen.policy):
            return self._queued_victim(shelf)
        digest = str(chosen.policy.victim())
        kept = self.rows.pop(digest)
        if kept is None:
            return None
        self._subtract(kept)
        return (digest, kept)

    def _queued_victim(self, shelf: "Shelf | None") -> "Victim | None":
        """Choose among what no policy knows yet, of a shelf if one is named."""

        def fits(sequence: int, digest: str) -> bool:
            kept = self.rows.get(digest)
            if kept is None or kept.sequence != sequence:
                return False
            return shelf is None or self.shelf(kept.namespace) is shelf

        digest = self._queue.first(fits)
        kept = None if digest is None else self.forget(digest)
        return None if digest is None or kept is None else (digest, kept)
