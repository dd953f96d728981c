"""The queues of S3-FIFO, and what seldom happens in them.

Rings: 0 is the small queue, 1 the main queue, 2 the ghosts; free slots begin at slot 3. A mark is
the number of hits, at most three, and 4 in the main queue; 8 is a ghost.

Loads: a number of keys and their bytes in one integer, keys from bit 64 on, since each sum that is
kept costs 7,000 instructions a change. The totals are: the load held, nothing, the main queue's
load, the ghosts' load, and 1 once something was evicted.
"""

from collections.abc import Hashable, Iterator

from refrain_core.policies.policy import VISITS_PER_VICTIM
from refrain_core.policies.slot_rings import SlotRings

_KEY_SHIFT = 64
_BYTES_MASK = (1 << _KEY_SHIFT) - 1
_PARTS = 10
_GHOST = 8
_GHOSTS_DROPPED_PER_ADDITION = 8

IN_MAIN = 4
"""The mark of a key in the main queue that was not hit there."""


class S3Queues(SlotRings):
    """Three rings in order of arrival: small, main, ghosts."""

    def __init__(self, max_entries: int, max_bytes: int) -> None:
        """Start empty; the queues' shares follow from the bounds that the cache keeps."""
        self._small_bounds = (max(1, max_entries // _PARTS), max(1, max_bytes // _PARTS))
        self._main_bounds = (
            max_entries - self._small_bounds[0],
            max_bytes - self._small_bounds[1],
        )
        self._ghost_bounds = (max_entries * 9 // _PARTS, max_bytes * 9 // _PARTS)
        super().__init__(rings=3)
        self._totals.extend([0, 0, 0])

    def _bind(self) -> None:
        super()._bind()
        self._joining = (*self._leaving, self._until_renewal, *self._ghost_bounds)
        self._failing = (*self._leaving[2:], *self._main_bounds)

    @property
    def size_bytes(self) -> int:
        """The sum of the sizes of what it holds, without the ghosts."""
        return self._totals[0] & _BYTES_MASK

    def __len__(self) -> int:
        """Count the keys that it holds, without the ghosts."""
        return self._totals[0] >> _KEY_SHIFT

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether it holds a key; a ghost is not held."""
        slot = self._slots.get(key, 0) or self._fading.get(key, 0)
        return bool(slot) and self._marks[slot] != _GHOST

    def oldest_first(self) -> Iterator[Hashable]:
        """Walk the small queue, then the main one; only the key just given may be dropped."""
        yield from self._ring(0)
        yield from self._ring(1)

    def forget(self, key: Hashable) -> int:
        """Drop a key, a remembered one too; return its size, or 0 if it was not held."""
        slot = self._slots.get(key, 0) or self._fading.get(key, 0)
        mark = self._marks[slot]
        load = super().forget(key)
        if mark == _GHOST:
            self._totals[0] += load
            self._totals[3] -= load
            return 0
        if mark >= IN_MAIN:
            self._totals[2] -= load
        return load & _BYTES_MASK

    def _victim_of_main(self) -> Hashable:
        """Give hit keys another round; drop the first other one."""
        newer = self._newer
        slot = newer[1]
        if slot == 1:
            raise LookupError("nothing to evict")
        self._totals[4] = 1
        for _ in range(VISITS_PER_VICTIM):
            mark = self._marks[slot]
            if mark == IN_MAIN:
                break
            load = self._sizes[slot]
            self._unlink(slot)
            self._totals[2] -= load
            self._link_main(slot, mark - 1)
            slot = newer[1]
        key = self._keys[slot]
        self.forget(key)
        return key

    def _has_small_room(self, size_bytes: int) -> bool:
        """Tell whether the small queue takes a key in the time before the first eviction."""
        small = self._totals[0] - self._totals[2]
        most, most_bytes = self._small_bounds
        # The new key is counted already.
        return small >> _KEY_SHIFT <= most and (small & _BYTES_MASK) - size_bytes < most_bytes

    def _take_back(self, slot: int, load: int) -> None:
        """Hold a ghost again, in the main queue."""
        self._unlink(slot)
        self._totals[3] -= self._sizes[slot]
        self._sizes[slot] = load
        self._link_main(slot, IN_MAIN)
        self._drop_ghosts()

    def _promote(self) -> int:
        """Move hit keys from the small to the main queue; return the first other slot, or 0."""
        newer = self._newer
        for _ in range(VISITS_PER_VICTIM):
            slot = newer[0]
            if self._marks[slot] <= 1:
                return slot
            self._unlink(slot)
            self._link_main(slot, IN_MAIN)
        return newer[0]

    def _link_main(self, slot: int, mark: int) -> None:
        newest = self._older[1]
        self._newer[newest] = slot
        self._older[slot] = newest
        self._newer[slot] = 1
        self._older[1] = slot
        self._marks[slot] = mark
        self._totals[2] += self._sizes[slot]

    def _drop_ghosts(self) -> None:
        """Drop further ghosts that are too many, the oldest first, a bounded number at once."""
        slots, fading, keys, loads, marks, newer, older, totals, _, most, room = self._joining
        for _ in range(_GHOSTS_DROPPED_PER_ADDITION):
            ghosts = totals[3]
            if ghosts >> 64 <= most and ghosts & 0xFFFFFFFFFFFFFFFF <= room:
                return
            slot = newer[2]
            after = newer[slot]
            newer[2] = after
            older[after] = 2
            newer[slot] = newer[3]
            newer[3] = slot
            marks[slot] = 0
            totals[3] = ghosts - loads[slot]
            key = keys[slot]
            if fading and key in fading:
                del fading[key]
            else:
                del slots[key]
