"""Which answers are stored, how large they are, and which must go: the heap's view of the banks.

After an upgrade the index is arranged in steps: the banks are read one by one, what they hold is
queued, and then given to the policies in the order in which it was put. Answers put meanwhile join
the queue's end, so that the order is whole; recency itself begins anew.
"""

from collections.abc import Callable, Iterable
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


# Makes a row without what its class's own `__new__` does in Python: a tenth of the price.
_new = tuple.__new__

REOPENED_AT_ONCE = 20_000
"""Answers of a namespace that a change of its settings arranges in one message: about 4 G."""


class AnswerIndex(KnownAnswers):
    """The index with its bounds, and its arranging."""

    def __init__(self, open_shelf: "Callable[[str], Shelf]") -> None:
        """Start empty; `open_shelf` makes the shelf of a namespace that is met first."""
        super().__init__(open_shelf)
        self._requeued: list[tuple[str, int, list[str]]] = []
        """Namespaces to be arranged anew, and the digests still to be searched for their own."""

    def reopen(self, namespace: str, sequence: int) -> None:
        """Give a namespace a new shelf by its settings of now; recency within it begins anew.

        Where it is too large for one message, its answers are arranged in steps as after an
        upgrade. sequence: greater than that of any answer that is stored.
        """
        former = self.shelf(namespace).policy
        shelf = self.shelves.replace(namespace)
        if len(former) > REOPENED_AT_ONCE:
            self.is_arranged = False
            self._requeued.append((namespace, sequence, self.digests()))
            return
        entries = []
        for key in former.oldest_first():
            kept = self.rows.get(str(key))
            if kept is not None:
                entries.append((key, kept.size_bytes, kept.cost))
        shelf.policy.add_all(entries)

    def add(self, digest: str, kept: Kept) -> None:
        """Know of an answer that was put, as the newest; a former one of the digest is replaced."""
        self.forget(digest)
        self.add_new(digest, kept)

    def room_for(
        self, digest: str, namespace: str, size_bytes: int, whole: "tuple[int, int]", at_most: int
    ) -> Room:
        """Drop at most so many answers to make room for one of `size_bytes`.

        `whole` are the most entries and bytes of all; what stands under `digest` is replaced.
        """
        shelf = self.shelves.known(namespace) or self.shelf(namespace)
        own, (most_entries, most_bytes) = shelf.totals, shelf.most
        whole_entries, whole_bytes = whole
        fresh, fading = self.rows.halves
        old = fresh.get(digest) or fading.get(digest)
        added_entries = int(old is None)
        added_bytes = size_bytes - (0 if old is None else old.size_bytes)
        # What another namespace has under the digest makes no room in this one.
        is_own = old is not None and old.namespace == namespace
        own_entries, own_bytes = (0, added_bytes) if is_own else (1, size_bytes)
        victims: list[Victim] = []
        while True:
            # As `Shelf.is_over` and `_is_over`, whose calls cost more than they do.
            is_over_own = own[0] + own_entries > most_entries or own[1] + own_bytes > most_bytes
            if not (
                is_over_own
                or len(fresh) + len(fading) + added_entries > whole_entries
                or self.size_bytes + added_bytes > whole_bytes
            ):
                return _new(Room, (victims, True))
            victim = None
            if len(victims) < at_most:
                victim = self._victim(shelf if is_over_own else None)
            if victim is None:
                return _new(Room, (victims, False))
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

    def begin_arranging(self) -> None:
        """Queue what is learnt from here on."""
        self.is_arranged = False

    def learn(self, rows: Iterable[tuple[str, Kept]]) -> "dict[str, Kept]":
        """Know of some answers of a bank, unless they were put again since; return the new ones."""
        fresh, fading = self.rows.halves
        new = {one: kept for one, kept in rows if one not in fresh and one not in fading}
        totals: dict[str, list[int]] = {}
        for _, namespace, size_bytes, _, _, _, _, _ in new.values():
            totals.setdefault(namespace, []).append(size_bytes)
        self._queue.push_all([(kept[3], digest) for digest, kept in new.items()])
        for namespace, sizes in totals.items():
            self.shelves.add(namespace, sum(sizes), len(sizes))
            self.size_bytes += sum(sizes)
        self.rows.put_all(new)
        return new

    def sort_queue(self) -> None:
        """Bring what was learnt into the order in which it was put."""
        self._queue.sort()

    def arrange(self, at_most: int) -> bool:
        """Give at most so many queued answers to their policies; tell whether more are left."""
        if self._requeued:
            self._requeue_some(at_most)
            return True
        arrived: dict[str, list[tuple[str, int, int]]] = {}
        fresh, fading = self.rows.halves
        for sequence, digest in self._queue.take(at_most):
            kept = fresh.get(digest) or fading.get(digest)
            # One put again stands in the queue twice: its newer place counts.
            if kept is not None and kept[3] == sequence:
                _, namespace, size_bytes, _, _, _, cost, _ = kept
                arrived.setdefault(namespace, []).append((digest, size_bytes, cost))
        for namespace, entries in arrived.items():
            self.shelves.of(namespace).policy.add_all(entries)
        if self._queue.is_empty():
            self._queue, self.is_arranged = ArrivalQueue(), True
        return not self.is_arranged

    def _requeue_some(self, at_most: int) -> None:
        """Queue some answers of a namespace again; what was put since is queued already."""
        namespace, sequence, digests = self._requeued[0]
        for digest in digests[-at_most:]:
            kept = self.rows.get(digest)
            if kept is not None and kept.namespace == namespace and kept.sequence <= sequence:
                self._queue.push(kept.sequence, digest)
        del digests[-at_most:]
        if not digests:
            self._queue.sort()
            self._requeued.pop(0)

    def _victim(self, shelf: "Shelf | None") -> "Victim | None":
        """Choose and drop a victim, of the largest namespace where none is named."""
        chosen = shelf or self.shelves.largest()
        # What is arranged is all known to its policy, whose length costs a call.
        if chosen is None or not (chosen.totals[0] if self.is_arranged else len(chosen.policy)):
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
