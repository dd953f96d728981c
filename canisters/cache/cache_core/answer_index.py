"""Which answers are stored, how large they are, and which must go: the heap's view of the banks.

After an upgrade the index is arranged in steps: the banks are read one by one, what they hold is
queued, and then given to the policies in the order in which it was put. Answers put meanwhile join
the queue's end, so that the order is whole; recency itself begins anew.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from cache_core.arrival_queue import ArrivalQueue
from cache_core.kept import Kept
from cache_core.shelf_row import ShelfRow
from cache_core.shelves import Shelf
from refrain_core.renewed_dict import RenewedDict

Victim = tuple[str, Kept]
"""An answer that was dropped: its digest, and what was known of it."""


class Room(NamedTuple):
    """The victims that must go, and whether that is enough."""

    victims: list[Victim]
    enough: bool


class AnswerIndex:
    """All stored answers by their digest, and the shelves of their namespaces."""

    def __init__(self, open_shelf: Callable[[str], Shelf]) -> None:
        """Start empty; `open_shelf` makes the shelf of a namespace that is met first."""
        self.size_bytes = 0
        self.is_arranged = True
        self.shelves = ShelfRow(open_shelf)
        self._rows: RenewedDict[Kept] = RenewedDict()
        self._queue = ArrivalQueue()

    def __len__(self) -> int:
        """Count the stored answers that are known."""
        return len(self._rows)

    def get(self, digest: str) -> "Kept | None":
        """Return what is known of a digest."""
        return self._rows.get(digest)

    def shelf(self, namespace: str) -> Shelf:
        """Return the shelf of a namespace."""
        return self.shelves.of(namespace)

    def reopen(self, namespace: str) -> None:
        """Give a namespace a new shelf by its settings of now; recency within it begins anew."""
        former = self.shelf(namespace)
        shelf = self.shelves.replace(namespace)
        for key in former.policy.oldest_first():
            kept = self._rows.get(str(key))
            if kept is not None:
                shelf.policy.add(key, kept.size_bytes, kept.cost)

    def add(self, digest: str, kept: Kept) -> None:
        """Know of an answer that was put, as the newest; a former one of the digest is replaced."""
        self.forget(digest)
        self._know(digest, kept)
        if self.is_arranged:
            self.shelf(kept.namespace).policy.add(digest, kept.size_bytes, kept.cost)
        else:
            self._queue.push(kept.sequence, digest)

    def use(self, digest: str) -> None:
        """Note that an answer was served."""
        kept = self._rows.get(digest)
        if kept is not None:
            policy = self.shelf(kept.namespace).policy
            if digest in policy:
                policy.use(digest)

    def forget(self, digest: str) -> "Kept | None":
        """Drop an answer that left; return what was known of it."""
        kept = self._rows.pop(digest)
        if kept is not None:
            self.shelf(kept.namespace).policy.forget(digest)
            self._subtract(kept)
        return kept

    def digests(self) -> list[str]:
        """List all digests; a million take 8 MB."""
        return self._rows.keys()

    # bounds

    def room_for(
        self, digest: str, namespace: str, size_bytes: int, whole: "tuple[int, int]", at_most: int
    ) -> Room:
        """Drop at most so many answers to make room for one of `size_bytes`.

        `whole` are the most entries and bytes of all; what stands under `digest` is replaced.
        """
        shelf = self.shelf(namespace)
        old = self._rows.get(digest)
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
            if digest not in self._rows:
                self._know(digest, kept)
                self._queue.push(kept.sequence, digest)

    def sort_queue(self) -> None:
        """Bring what was learnt into the order in which it was put."""
        self._queue.sort()

    def arrange(self, at_most: int) -> bool:
        """Give at most so many queued answers to their policies; tell whether more are left."""
        for sequence, digest in self._queue.take(at_most):
            kept = self._rows.get(digest)
            # One put again stands in the queue twice: its newer place counts.
            if kept is not None and kept.sequence == sequence:
                self.shelf(kept.namespace).policy.add(digest, kept.size_bytes, kept.cost)
        if self._queue.is_empty():
            self._queue, self.is_arranged = ArrivalQueue(), True
        return not self.is_arranged

    def _know(self, digest: str, kept: Kept) -> None:
        self._rows.put(digest, kept)
        self.shelves.add(kept.namespace, kept.size_bytes)
        self.size_bytes += kept.size_bytes

    def _subtract(self, kept: Kept) -> None:
        self.shelves.subtract(kept.namespace, kept.size_bytes)
        self.size_bytes -= kept.size_bytes

    def _is_over(self, whole: "tuple[int, int]", more_entries: int, more_bytes: int) -> bool:
        return len(self._rows) + more_entries > whole[0] or self.size_bytes + more_bytes > whole[1]

    def _victim(self, shelf: "Shelf | None") -> "Victim | None":
        """Choose and drop a victim, of the largest namespace where none is named."""
        chosen = shelf or self.shelves.largest()
        if chosen is None or not len(chosen.policy):
            return self._queued_victim(shelf)
        return self._dropped(str(chosen.policy.victim()))

    def _dropped(self, digest: str) -> "Victim | None":
        kept = self.forget(digest)
        return None if kept is None else (digest, kept)

    def _queued_victim(self, shelf: "Shelf | None") -> "Victim | None":
        """Choose among what no policy knows yet, of a shelf if one is named."""

        def fits(sequence: int, digest: str) -> bool:
            kept = self._rows.get(digest)
            if kept is None or kept.sequence != sequence:
                return False
            return shelf is None or self.shelf(kept.namespace) is shelf

        digest = self._queue.first(fits)
        return None if digest is None else self._dropped(digest)
