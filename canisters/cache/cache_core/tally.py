"""The counts of the cache, kept in the heap and written to stable memory in batches.

A hit therefore writes nothing stable. An upgrade loses what was counted since the last flush, at
most a minute's worth; answers are never lost by it.
"""

from typing import NamedTuple


class Counts(NamedTuple):
    """Counts since install: every fetch is a hit or a miss.

    `expired` counts answers freed because their time was over, by a fetch or by the sweep.
    """

    hits: int = 0
    misses: int = 0
    expired: int = 0
    puts: int = 0
    removals: int = 0
    evictions: int = 0


class Tally:
    """Counts that know whether they were flushed."""

    def __init__(self, counts: Counts) -> None:
        """Go on from counts that were flushed before."""
        self.counts = counts
        self.is_dirty = False

    def add(self, field: str, amount: int = 1) -> None:
        """Count `amount` more of a field."""
        if amount:
            self.counts = self.counts._replace(**{field: getattr(self.counts, field) + amount})
            self.is_dirty = True


def pack_counts(counts: Counts) -> str:
    """Write counts as numbers between bars, in the order of the fields."""
    return "|".join(map(str, counts))


def unpack_counts(text: str) -> Counts:
    """Read what `pack_counts` wrote; fields added since are zero."""
    return Counts(*map(int, text.split("|")))
