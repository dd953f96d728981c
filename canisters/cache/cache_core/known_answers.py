"""The stored answers by their digest, and the shelves of their namespaces, as one index."""

from collections.abc import Callable

from cache_core.arrival_queue import ArrivalQueue
from cache_core.kept import Kept
from cache_core.shelf_row import ShelfRow
from cache_core.shelves import Shelf
from refrain_core.renewed_dict import RenewedDict


class KnownAnswers:
    """What is known of each answer; those that no policy knows yet wait in a queue."""

    def __init__(self, open_shelf: Callable[[str], Shelf]) -> None:
        """Start empty; `open_shelf` makes the shelf of a namespace that is met first."""
        self.size_bytes = 0
        self.is_arranged = True
        self.shelves = ShelfRow(open_shelf)
        self.rows: RenewedDict[Kept] = RenewedDict()
        self._queue = ArrivalQueue()

    def __len__(self) -> int:
        """Count the stored answers that are known."""
        return len(self.rows)

    def get(self, digest: str) -> "Kept | None":
        """Return what is known of a digest."""
        return self.rows.get(digest)

    def shelf(self, namespace: str) -> Shelf:
        """Return the shelf of a namespace."""
        return self.shelves.of(namespace)

    def add_new(self, digest: str, kept: Kept) -> None:
        """Know of an answer under a digest that was not known: `add` with the half of its calls."""
        _, namespace, size_bytes, sequence, _, _, cost, _ = kept
        self.rows.put(digest, kept)
        policy = self.shelves.add(namespace, size_bytes).policy
        self.size_bytes += size_bytes
        if self.is_arranged:
            policy.add(digest, size_bytes, cost)
        else:
            self._queue.push(sequence, digest)

    def use(self, digest: str) -> None:
        """Note that an answer was served."""
        kept = self.rows.get(digest)
        if kept is not None:
            policy = self.shelf(kept.namespace).policy
            if digest in policy:
                policy.use(digest)

    def forget(self, digest: str) -> "Kept | None":
        """Drop an answer that left; return what was known of it."""
        kept = self.rows.pop(digest)
        if kept is not None:
            self.shelf(kept.namespace).policy.forget(digest)
            self._subtract(kept)
        return kept

    def digests(self) -> list[str]:
        """List all digests; a million take 8 MB."""
        return self.rows.keys()

    def has_room(self, shelf: Shelf, size_bytes: int, whole: "tuple[int, int]") -> bool:
        """Tell whether one more answer fits without any eviction."""
        fresh, fading = self.rows.halves
        whole_entries, whole_bytes = whole
        most_entries, most_bytes = shelf.most
        entries, shelf_bytes = shelf.totals
        return (
            len(fresh) + len(fading) < whole_entries
            and self.size_bytes + size_bytes <= whole_bytes
            and entries < most_entries
            and shelf_bytes + size_bytes <= most_bytes
        )

    def _subtract(self, kept: Kept) -> None:
        _, namespace, size_bytes, _, _, _, _, _ = kept
        shelf = self.shelves.known(namespace) or self.shelf(namespace)
        totals = shelf.totals
        totals[0] -= 1
        totals[1] -= size_bytes
        self.size_bytes -= size_bytes

    def _is_over(self, whole: "tuple[int, int]", more_entries: int, more_bytes: int) -> bool:
        fresh, fading = self.rows.halves
        entries = len(fresh) + len(fading) + more_entries
        return entries > whole[0] or self.size_bytes + more_bytes > whole[1]
