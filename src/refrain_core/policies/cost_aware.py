"""Cost-aware: what is cheap to ask again, for each byte that it takes, goes first.

The worth of a key is its cost per byte. It is due at the present level plus its worth; the key that
is due first goes, and the level rises to where it was due: so worth fades, and what cost much is
kept for longer, not for ever (GreedyDual-Size, Cao and Irani, USITS 1997). A key that was hit since
it was filed is filed anew instead of going, its worth doubled each time, up to eightfold.

Worths are rounded to two steps an octave, as in CAMP (Ghandeharizadeh and others, Middleware
2014): the keys of one worth form a ring, which is in order of when they are due, so that only the
first of each of a few rings are compared. Nothing is sorted; all arithmetic is in integers.
"""

from collections.abc import Hashable, Sequence

from refrain_core.policies.policy import VISITS_PER_VICTIM
from refrain_core.policies.slot_rings import SlotRings

_RING_BITS = 7
_RINGS = 1 << _RING_BITS

_FRACTION_BITS = 16
"""A cost of 1 for 65,536 bytes is the least worth that is told from none."""

_OCTAVE = 2
"""Rings of one octave: a key rises by whole ones."""

_MOST_RISES = 3

_NEVER = 1 << 512
"""When the first key of an empty ring is due."""


class CostAwarePolicy(SlotRings):
    """A ring for each worth, in order of when its keys are due; free slots begin at slot 128.

    A due is a level in its upper bits and the key's ring in its lowest seven, so that the least of
    the rings' first dues also names its ring.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(rings=_RINGS)
        # The level.
        self._totals.append(0)
        # By slot: when its key is due (never at a ring's end), and how often it was filed anew.
        self._dues = [_NEVER] * len(self._keys)
        self._rises = [0] * len(self._keys)
        # The first due of each ring that was ever used, after one that is never; and where it is.
        self._heads = [_NEVER]
        self._places = [0] * _RINGS
        worths = [worth_of(ring) << _RING_BITS | ring for ring in range(_RINGS)]
        self._filing = (self._dues, self._rises, worths)
        self._due = (self._heads, self._places, self._dues)

    def add(self, key: Hashable, size_bytes: int, cost: int) -> None:
        """Hold a key for as long as its worth deserves."""
        slots, keys, sizes, newer, older, totals, until_renewal = self._adding
        dues, rises, worths = self._filing
        slot = totals[1]
        if slot:
            totals[1] = 0
        else:
            slot = self._free_slot()
        keys[slot] = key
        sizes[slot] = size_bytes
        slots[key] = slot
        rises[slot] = 0
        ring = ring_of(size_bytes, cost)
        due = totals[2] + worths[ring]
        dues[slot] = due
        newest = older[ring]
        newer[newest] = slot
        older[slot] = newest
        newer[slot] = ring
        older[ring] = slot
        if newest == ring:
            self._begin(ring, due)
        totals[0] += size_bytes
        for _ in until_renewal:
            break
        else:
            self._renew()

    def add_all(self, entries: Sequence[tuple[Hashable, int, int]]) -> None:
        """Hold many keys, one after the other."""
        for key, size_bytes, cost in entries:
            self.add(key, size_bytes, cost)

    def victim(self) -> Hashable:
        """Choose and drop the key that is due first, and was not hit since it was filed."""
        slots, fading, keys, sizes, marks, newer, older, totals = self._leaving
        heads, places, dues = self._due
        due = min(heads)
        ring = due & 127
        slot = newer[ring]
        totals[2] = due - ring
        if marks[slot] or slot == ring:
            slot = self._file_anew(slot, ring)
            ring = dues[slot] & 127
        after = newer[slot]
        newer[ring] = after
        older[after] = ring
        heads[places[ring]] = dues[after]
        if totals[1]:
            newer[slot] = newer[128]
            newer[128] = slot
        else:
            totals[1] = slot
        totals[0] -= sizes[slot]
        key = keys[slot]
        if fading and key in fading:
            del fading[key]
        else:
            del slots[key]
        return key

    def _file_anew(self, slot: int, ring: int) -> int:
        """File keys that were hit higher and later; return the first other one, unmarked."""
        if slot == ring:
            self._totals[2] = 0
            raise LookupError("nothing to evict")
        dues, rises, worths = self._filing
        for _ in range(VISITS_PER_VICTIM):
            if not self._marks[slot]:
                break
            self._marks[slot] = 0
            self._unlink(slot)
            if rises[slot] < _MOST_RISES:
                rises[slot] += 1
                ring = min(ring + _OCTAVE, _RINGS - 1)
            dues[slot] = self._totals[2] + worths[ring]
            newest = self._older[ring]
            self._newer[newest] = slot
            self._older[slot] = newest
            self._newer[slot] = ring
            self._older[ring] = slot
            if newest == ring:
                self._begin(ring, dues[slot])
            due = min(self._heads)
            ring = due & 127
            slot = self._newer[ring]
            self._totals[2] = due - ring
        self._marks[slot] = 0
        return slot

    def _begin(self, ring: int, due: int) -> None:
        """Note the first due of a ring that was empty."""
        place = self._places[ring]
        if not place:
            place = len(self._heads)
            self._places[ring] = place
            self._heads.append(0)
        self._heads[place] = due

    def _unlink(self, slot: int) -> None:
        super()._unlink(slot)
        ring = self._dues[slot] & 127
        self._heads[self._places[ring]] = self._dues[self._newer[ring]]

    def _grow(self) -> int:
        """Make some more slots; there is no free one."""
        slot = super()._grow()
        made = len(self._keys) - slot
        for numbers in (self._dues, self._rises):
            numbers.extend([0] * made)
        return slot


def ring_of(size_bytes: int, cost: int) -> int:
    """Name the ring of a worth: two for each octave, by the two highest bits."""
    worth = (max(cost, 1) << _FRACTION_BITS) // max(size_bytes, 1) or 1
    octave = worth.bit_length() - 1
    return min(2 * octave + (worth << 1 >> octave & 1), _RINGS - 1)


def worth_of(ring: int) -> int:
    """Return the worth that a ring stands for."""
    return (2 + (ring & 1)) << (ring >> 1) >> 1
