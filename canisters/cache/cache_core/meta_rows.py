"""The cache's own rows in the meta map: layout version, counts, and the sequence's high water."""

from cache_core.bank_store import TextMap
from cache_core.tally import Counts, pack_counts, unpack_counts

LAYOUT_KEY = "layout"
COUNTS_KEY = "counters"
SEQUENCE_KEY = "sequence"

SEQUENCE_BLOCK = 1_000
"""Numbers reserved by one write; an upgrade skips what was left of them."""


class MetaRows:
    """The meta map, with the heap's part of the sequence."""

    def __init__(self, rows: TextMap) -> None:
        """Read from and write to `rows`."""
        self._rows = rows
        self._next = 0
        self._high_water = 0

    def begin(self, layout_version: int) -> None:
        """Name the layout of a fresh memory."""
        self._rows.insert(LAYOUT_KEY, str(layout_version))

    def resume(self, layout_version: int) -> None:
        """Check the layout after an upgrade, and go on behind the sequence's high water.

        Raises:
            ValueError: stable memory is of another layout; the upgrade fails and loses nothing.
        """
        stored = self._rows.get(LAYOUT_KEY)
        if stored != str(layout_version):
            raise ValueError(f"stable memory has layout {stored}, this code {layout_version}")
        self._high_water = int(self._rows.get(SEQUENCE_KEY) or 0)
        self._next = self._high_water

    def next_sequence(self) -> int:
        """Draw a number greater than all before, across upgrades."""
        if self._next == self._high_water:
            self._high_water += SEQUENCE_BLOCK
            self._rows.insert(SEQUENCE_KEY, str(self._high_water))
        self._next += 1
        return self._next

    def load_counts(self) -> Counts:
        """Return the counts of the last flush."""
        text = self._rows.get(COUNTS_KEY)
        return Counts() if text is None else unpack_counts(text)

    def save_counts(self, counts: Counts) -> None:
        """Flush counts."""
        self._rows.insert(COUNTS_KEY, pack_counts(counts))
