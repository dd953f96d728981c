"""LRU: the key whose last use is longest ago goes first.

It keeps what is come back to within a while, as conversations are; a long run of keys that are
asked once washes everything out. Exact, so a hit moves a slot: nine list operations.
"""

from collections.abc import Hashable

from refrain_core.policies.arrival_ring import ArrivalRing


class LruPolicy(ArrivalRing):
    """The ring is in order of use."""

    def use(self, key: Hashable) -> None:
        """Make a key the newest."""
        slots, fading, newer, older = self._moving
        slot = fading[key] if fading and key in fading else slots[key]
        after = newer[slot]
        if after:
            before = older[slot]
            newer[before] = after
            older[after] = before
            newest = older[0]
            newer[newest] = slot
            older[slot] = newest
            newer[slot] = 0
            older[0] = slot

    def victim(self) -> Hashable:
        """Choose and drop the oldest key."""
        slots, fading, keys, sizes, _, newer, older, totals = self._leaving
        slot = newer[0]
        if not slot:
            raise LookupError("nothing to evict")
        after = newer[slot]
        newer[0] = after
        older[after] = 0
        if totals[1]:
            newer[slot] = newer[1]
            newer[1] = slot
        else:
            totals[1] = slot
        totals[0] -= sizes[slot]
        key = keys[slot]
        if fading and key in fading:
            del fading[key]
        else:
            del slots[key]
        return key
