"""SIEVE: a hand sweeps from old to new and takes the first key not hit since its last pass.

A hit only marks, and survivors stay where they are, so what is asked once leaves soon. After
"SIEVE is Simpler than LRU" (Zhang and others, NSDI 2024).
"""

from collections.abc import Hashable

from refrain_core.policies.arrival_ring import ArrivalRing
from refrain_core.policies.policy import VISITS_PER_VICTIM


class SievePolicy(ArrivalRing):
    """The ring is in order of arrival. The hand is kept as `older` of slot 1; 0 is: at the end."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        # The ring's end counts as marked, so that the hand passes over it without a question.
        self._marks[0] = 1

    def forget(self, key: Hashable) -> int:
        """Drop a key; a hand at it goes on to the next newer one."""
        hand = self._older[1]
        if hand and self._keys[hand] == key:
            self._older[1] = self._newer[hand]
        return super().forget(key)

    def victim(self) -> Hashable:
        """Choose and drop the next key that was not hit since the hand passed it."""
        slots, fading, keys, sizes, marks, newer, older, totals = self._leaving
        slot = older[1]
        if marks[slot]:
            slot = self._sweep(slot)
        before = older[slot]
        after = newer[slot]
        newer[before] = after
        older[after] = before
        older[1] = after
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

    def _sweep(self, slot: int) -> int:
        """Move the hand to the next slot without a mark, taking the marks on its way."""
        marks = self._marks
        newer = self._newer
        if not newer[0]:
            raise LookupError("nothing to evict")
        for _ in range(VISITS_PER_VICTIM):
            if slot:
                marks[slot] = 0
            slot = newer[slot]
            if not marks[slot]:
                return slot
        slot = slot or newer[0]
        marks[slot] = 0
        return slot
