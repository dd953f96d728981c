"""What is kept of each namespace in stable memory: a controller's settings, and its counts.

s|NAMESPACE   policy|max_entries|max_bytes
c|NAMESPACE   counts in the order of `TenantCounts`
"""

from cache_core.shelves import ShelfBounds, pack_bounds, unpack_bounds
from cache_core.stable_maps import TextMap
from cache_core.tally import Counts, pack_counts, unpack_counts


class TenantRows:
    """The rows of namespaces; those without settings have the defaults."""

    def __init__(self, rows: TextMap) -> None:
        """Read from and write to `rows`."""
        self._rows = rows

    def bounds(self, namespace: str) -> ShelfBounds:
        """Return a namespace's settings."""
        text = self._rows.get(f"s|{namespace}")
        return ShelfBounds() if text is None else unpack_bounds(text)

    def all_bounds(self) -> "list[tuple[str, str]]":
        """List the namespaces that have settings, with these as they are stored."""
        rows = self._rows.items()
        return [(key[2:], value) for key, value in rows if key.startswith("s|")]

    def save_bounds(self, namespace: str, bounds: ShelfBounds) -> None:
        """Store a namespace's settings."""
        self._rows.insert(f"s|{namespace}", pack_bounds(bounds))

    def counts(self, namespace: str) -> Counts:
        """Return a namespace's counts of the last flush."""
        text = self._rows.get(f"c|{namespace}")
        return Counts() if text is None else unpack_counts(text)

    def save_counts(self, namespace: str, counts: Counts) -> None:
        """Store a namespace's counts."""
        self._rows.insert(f"c|{namespace}", pack_counts(counts))
