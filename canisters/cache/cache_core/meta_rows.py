"""The cache's own rows in the meta map: layout version, renewal's progress, sequence's high water.

layout    the version of what stands in the maps
renewed   since an upgrade from layout 1: how many banks hold no old record any more
sequence  numbers up to here are drawn
counters  layout 1's counts; now with those of the namespaces
secret    32 random bytes in hexadecimal, of which the certified log's salts are made
epoch     the number of the certified log's last epoch
"""

from cache_core.stable_maps import TextMap
from cache_core.tally import Counts, unpack_counts

LAYOUT_KEY = "layout"
RENEWED_KEY = "renewed"
COUNTS_KEY = "counters"
SEQUENCE_KEY = "sequence"
SECRET_KEY = "secret"  # noqa: S105  # a row's name
EPOCH_KEY = "epoch"

SEQUENCE_BLOCK = 1_000
"""Numbers reserved by one write; an upgrade skips what was left of them."""

_READABLE = ("1", "2")


class MetaRows:
    """The meta map, with the heap's part of the sequence."""

    def __init__(self, rows: TextMap) -> None:
        """Read from and write to `rows`."""
        self._rows = rows
        self._high_water = 0
        self._reserved = iter(range(0))

    def begin(self, layout_version: int) -> None:
        """Name the layout of a fresh memory."""
        self._rows.insert(LAYOUT_KEY, str(layout_version))

    def resume(self, layout_version: int, banks: int) -> list[int]:
        """Check the layout after an upgrade, and go on behind the sequence's high water.

        Returns the numbers of the banks that may hold records of an older layout.

        Raises:
            ValueError: stable memory is of another layout; the upgrade fails and loses nothing.
        """
        stored = self._rows.get(LAYOUT_KEY)
        if stored not in _READABLE:
            raise ValueError(f"stable memory has layout {stored}, this code {layout_version}")
        if stored != str(layout_version):
            self._rows.insert(RENEWED_KEY, "0")
            self._rows.insert(LAYOUT_KEY, str(layout_version))
        self._high_water = int(self._rows.get(SEQUENCE_KEY) or 0)
        renewed = self._rows.get(RENEWED_KEY)
        return [] if renewed is None else list(range(int(renewed), banks))

    def note_renewed(self, bank: int) -> None:
        """Note that this bank and those before hold no record of an older layout."""
        self._rows.insert(RENEWED_KEY, str(bank + 1))

    def next_sequence(self) -> int:
        """Draw a number greater than all before, across upgrades."""
        for number in self._reserved:
            return number
        first = self._high_water + 1
        self._high_water += SEQUENCE_BLOCK
        self._rows.insert(SEQUENCE_KEY, str(self._high_water))
        self._reserved = iter(range(first + 1, self._high_water + 1))
        return first

    def old_counts(self) -> "Counts | None":
        """Return the counts that layout 1 kept here, if they still are."""
        text = self._rows.get(COUNTS_KEY)
        return None if text is None else unpack_counts(text)

    def drop_old_counts(self) -> None:
        """Drop layout 1's counts, once they stand elsewhere."""
        self._rows.remove(COUNTS_KEY)

    def secret(self) -> str:
        """Return the certified log's secret, empty until it was drawn."""
        return self._rows.get(SECRET_KEY) or ""

    def keep_secret(self, secret: str) -> None:
        """Store the certified log's secret."""
        self._rows.insert(SECRET_KEY, secret)

    def next_epoch(self) -> int:
        """Draw the number of an epoch of the certified log, never used before."""
        epoch = int(self._rows.get(EPOCH_KEY) or 0) + 1
        self._rows.insert(EPOCH_KEY, str(epoch))
        return epoch
