"""Counts of the whole cache and of each namespace, kept in the heap and flushed in batches.

A hit therefore writes nothing stable. An upgrade loses what was counted since the last flush, at
most a minute's worth, and a few minutes' where more than a batch of namespaces is at work; answers
are never lost by it.
"""

from collections.abc import Callable
from typing import NamedTuple

FLUSHED_AT_ONCE = 50
"""Namespaces written by one flush, about a million instructions each."""


class Counts(NamedTuple):
    """Counts since install: a fetch is a hit, stale or not, a negative, or a miss with a reason.

    expired: misses because an answer's time was over; unfit: because an answer that is there does
    not satisfy the request (its age, its trust, no-cache); hidden: because it is purged or tainted;
    negatives: failures served as remembered. freed counts what the sweep took away. Saved is what
    the hits' answers had cost when they were made.
    """

    hits: int = 0
    misses: int = 0
    expired: int = 0
    puts: int = 0
    removals: int = 0
    evictions: int = 0
    stale: int = 0
    unfit: int = 0
    hidden: int = 0
    negatives: int = 0
    touched: int = 0
    freed: int = 0
    bytes_served: int = 0
    tokens_saved: int = 0
    cycles_saved: int = 0
    ms_saved: int = 0


class Tally:
    """Counts by namespace; those of "" are of the whole cache."""

    def __init__(self, load: Callable[[str], Counts]) -> None:
        """Go on from counts that were flushed before, which `load` reads by namespace."""
        self._load = load
        self._counts: dict[str, dict[str, int]] = {}
        self._dirty: dict[str, dict[str, int]] = {}

    def counts(self, namespace: str) -> Counts:
        """Return the counts of a namespace, or of the whole under ""."""
        return Counts(**self._of(namespace))

    def add(self, namespace: str, field: str, amount: int = 1) -> None:
        """Count `amount` more of a field, for a namespace and for the whole."""
        if amount:
            dirty = self._dirty
            own = dirty.get(namespace) or self._opened(namespace)
            own[field] += amount
            if namespace:
                whole = dirty.get("") or self._opened("")
                whole[field] += amount

    def add_hit(
        self, namespace: str, bytes_served: int, tokens: int, cycles: int, elapsed_ms: int
    ) -> None:
        """Count a fresh hit with all that it saved, for a fourth of what `add` takes for each."""
        dirty = self._dirty
        for name in (namespace, "") if namespace else ("",):
            counts = dirty.get(name) or self._opened(name)
            counts["hits"] += 1
            counts["bytes_served"] += bytes_served
            counts["tokens_saved"] += tokens
            counts["cycles_saved"] += cycles
            counts["ms_saved"] += elapsed_ms

    def flush(self, save: Callable[[str, Counts], None], most: int = FLUSHED_AT_ONCE) -> int:
        """Write the counts of at most so many namespaces that changed; return how many are left."""
        for name in list(self._dirty)[:most]:
            save(name, self.counts(name))
            del self._dirty[name]
        return len(self._dirty)

    def _opened(self, name: str) -> dict[str, int]:
        """Return counts that are about to change, and have them flushed."""
        counts = self._of(name)
        self._dirty[name] = counts
        return counts

    def _of(self, name: str) -> dict[str, int]:
        counts = self._counts.get(name)
        if counts is None:
            counts = dict(self._load(name)._asdict())
            self._counts[name] = counts
        return counts


def pack_counts(counts: Counts) -> str:
    """Write counts as numbers between bars, in the order of the fields."""
    return "|".join(map(str, counts))


def unpack_counts(text: str) -> Counts:
    """Read what `pack_counts` wrote; fields added since are zero."""
    return Counts(*map(int, text.split("|")))
