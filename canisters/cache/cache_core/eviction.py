"""Which answers must go: least recently used first, under a bound of entries and one of bytes.

The order is the order of two dicts in the heap. While the index is rebuilt after an upgrade, what
was loaded from stable memory stands in the older one and whatever was used since in the newer;
at the end the older is sorted by its stored sequence, which stands in for the lost recency.
"""

from collections.abc import Iterable
from typing import NamedTuple

from cache_core.places import Place


class Kept(NamedTuple):
    """What the index knows of an answer."""

    size_bytes: int
    sequence: int
    expires_at_ns: int


class Room(NamedTuple):
    """The answers to evict, oldest first, and whether that is enough."""

    victims: list[Place]
    enough: bool


class LruIndex:
    """The places of stored answers in order of their last use."""

    def __init__(self) -> None:
        """Start empty."""
        self.size_bytes = 0
        self._older: dict[Place, Kept] = {}
        self._newer: dict[Place, Kept] = {}

    def __len__(self) -> int:
        """Count the indexed answers."""
        return len(self._older) + len(self._newer)

    def get(self, place: Place) -> "Kept | None":
        """Return what is known of a place, if it is indexed."""
        kept = self._newer.get(place)
        return self._older.get(place) if kept is None else kept

    def use(self, place: Place, kept: Kept) -> None:
        """Make a place the newest, whether or not it was indexed."""
        self.forget(place)
        self._newer[place] = kept
        self.size_bytes += kept.size_bytes

    def forget(self, place: Place) -> None:
        """Drop a place, if it is indexed."""
        kept = self._newer.pop(place, None) or self._older.pop(place, None)
        if kept is not None:
            self.size_bytes -= kept.size_bytes

    def load(self, rows: Iterable[tuple[Place, Kept]]) -> None:
        """Add the answers of one bank as older than all that were used since the upgrade."""
        for place, kept in rows:
            if self.get(place) is None:
                self._older[place] = kept
                self.size_bytes += kept.size_bytes

    def settle(self) -> None:
        """Order what was loaded by its sequence; the rebuild is over."""
        ordered = sorted(self._older.items(), key=lambda row: row[1].sequence)
        ordered.extend(self._newer.items())
        self._older = {}
        self._newer = dict(ordered)

    def places(self) -> list[Place]:
        """List all places, oldest first."""
        return [*self._older, *self._newer]

    def room_for(
        self, place: Place, size_bytes: int, bounds: "tuple[int, int]", at_most: int
    ) -> Room:
        """Choose at most so many victims that `size_bytes` at `place` fit the bounds.

        `bounds` are the most entries and the most bytes; what stands at `place` is replaced.
        """
        old = self.get(place)
        entries = len(self) + (old is None)
        total = self.size_bytes + size_bytes - (0 if old is None else old.size_bytes)
        return self._room(entries - bounds[0], total - bounds[1], at_most, place)

    def overflow(self, bounds: "tuple[int, int]", at_most: int) -> Room:
        """Choose at most so many victims that what is indexed fits the bounds."""
        return self._room(len(self) - bounds[0], self.size_bytes - bounds[1], at_most, None)

    def _room(
        self, entries_over: int, bytes_over: int, at_most: int, spared: "Place | None"
    ) -> Room:
        victims: list[Place] = []
        for part in (self._older, self._newer):
            for place, kept in part.items():
                if (entries_over <= 0 and bytes_over <= 0) or len(victims) == at_most:
                    break
                if place != spared:
                    victims.append(place)
                    entries_over -= 1
                    bytes_over -= kept.size_bytes
        return Room(victims, entries_over <= 0 and bytes_over <= 0)
