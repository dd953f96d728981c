"""The batcher's counts: kept in the heap, written to a stable map now and then."""

from batcher_core.text_store import TextStore

NAMES = (
    "asks",
    "hits",
    "flights",
    "collapsed",
    "refusals",
    "failures",
    "outcalls",
    "stored",
    "late_replies",
    "charged_cycles",
    "refunded_cycles",
    "stale",
    "refreshes",
    "negatives",
    "lists",
    "listed",
    "votes",
    "agreed",
    "samples_reused",
    "resumed",
    "cancelled",
)
"""Fields of BatcherCounters that are counted, new ones last; the others are looked at."""

_KEY = "counters"


class Tallies:
    """Counts since install; an upgrade may lose those since the last `flush`."""

    def __init__(self, store: TextStore) -> None:
        """Start at zero; `load` reads what the store holds."""
        self._store = store
        self._counts = dict.fromkeys(NAMES, 0)
        self._is_dirty = False

    def load(self) -> None:
        """Read the counts of the last `flush`."""
        text = self._store.get(_KEY)
        if text is not None:
            parts = text.split("|")
            for number in range(len(parts)):
                self._counts[NAMES[number]] = int(parts[number])

    def add(self, name: str, amount: int = 1) -> None:
        """Count `amount` more."""
        self._counts[name] += amount
        self._is_dirty = True

    def snapshot(self) -> dict[str, int]:
        """Return a copy of all counts."""
        return dict(self._counts)

    def flush(self) -> None:
        """Write the counts, if any moved."""
        if self._is_dirty:
            self._store.insert(_KEY, "|".join([str(self._counts[name]) for name in NAMES]))
            self._is_dirty = False
