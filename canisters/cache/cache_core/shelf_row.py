"""The shelves of all namespaces, and which of them is the largest."""

from collections.abc import Callable

from cache_core.shelves import Shelf


class ShelfRow:
    """Shelves by their namespaces, each made when it is met first."""

    def __init__(self, open_shelf: Callable[[str], Shelf]) -> None:
        """Start without any; `open_shelf` makes the shelf of a namespace by its settings of now."""
        self._open_shelf = open_shelf
        self._shelves: dict[str, Shelf] = {}
        self.known = self._shelves.get
        """Returns the shelf of a namespace that was met before, for who cannot afford a call."""
        self._largest = ""
        self._runner_up_bytes = 0

    def of(self, namespace: str) -> Shelf:
        """Return the shelf of a namespace."""
        shelf = self._shelves.get(namespace)
        if shelf is None:
            shelf = self._open_shelf(namespace)
            self._shelves[namespace] = shelf
        return shelf

    def entries_of(self, namespace: str) -> int:
        """Count a namespace's answers, without making it a shelf."""
        shelf = self._shelves.get(namespace)
        return 0 if shelf is None else shelf.entries

    def every(self) -> list[Shelf]:
        """List all shelves."""
        return list(self._shelves.values())

    def replace(self, namespace: str) -> Shelf:
        """Make a namespace a new shelf of the same totals, and return it, its policy empty."""
        former = self.of(namespace)
        shelf = self._open_shelf(namespace)
        shelf.totals = former.totals
        self._shelves[namespace] = shelf
        return shelf

    def add(self, namespace: str, size_bytes: int, entries: int = 1) -> Shelf:
        """Count one answer more, or several; return their shelf."""
        shelf = self.known(namespace) or self.of(namespace)
        totals = shelf.totals
        totals[0] += entries
        totals[1] += size_bytes
        if namespace != self._largest and totals[1] > self._runner_up_bytes:
            self._runner_up_bytes = totals[1]
        return shelf

    def largest(self) -> "Shelf | None":
        """Return the shelf with the most bytes, or one that lacks less than a tenth of that.

        All are looked at only when another one may have outgrown it by so much: two tenants of
        like size would otherwise cost a look at every eviction.
        """
        shelf = self.known(self._largest)
        if shelf is None or 10 * shelf.totals[1] < 9 * self._runner_up_bytes:
            self._look_at_all()
            return self.known(self._largest)
        return shelf

    def _look_at_all(self) -> None:
        by_size = sorted(self._shelves, key=lambda name: -self._shelves[name].size_bytes)
        self._largest = by_size[0] if by_size else ""
        self._runner_up_bytes = self._shelves[by_size[1]].size_bytes if len(by_size) > 1 else 0
