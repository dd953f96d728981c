"""Keys in slots, and slots in rings: the store beneath every eviction policy.

A key's slot is an index into a few parallel lists. `newer` and `older` link slots to rings; the
first slots are the rings' own ends (`newer` of an end is the ring's oldest slot), the next one
begins the chain of free slots. All steps are O(1), and nothing grows but with the number of keys:

- Lists of links instead of the order of a dict: RustPython never reclaims the place of a deleted
  dict entry, so that the first live one is found behind all the dead ones.
- For the same reason the dict from keys to slots is renewed when it has seen twice as many
  additions as it holds keys: every fourth further one moves sixteen slots to a fresh dict, until
  the old one is empty.

Policies inline their steps and write the ends as literals: a method costs a canister 22,000
instructions, an attribute 8,500, a global name or a list's element about 3,000. Freed slots keep
their last key until they are used again.
"""

from collections.abc import Hashable, Iterator

_SPARE_ADDITIONS = 1_024
_MADE_AT_ONCE = 32
_MOVED_AT_ONCE = 16
_ADDITIONS_BETWEEN = 3


class SlotRings:
    """Slots for keys, linked to rings, with a mark and a size each."""

    def __init__(self, rings: int) -> None:
        """Start with so many empty rings."""
        self._free = rings
        self._keys: list[Hashable] = [None] * (rings + 1)
        self._sizes = [0] * (rings + 1)
        self._marks = [0] * (rings + 1)
        self._newer: list[int] = [*range(rings), 0]
        self._older: list[int] = [*range(rings), 0]
        # Bytes held, and the slot that the last victim left, or 0; policies append their own.
        self._totals = [0, 0]
        # An iterator counts additions for less than it costs to read and write a number.
        self._until_renewal = iter(range(_SPARE_ADDITIONS))
        self._next_moved = 0
        self._slots: dict[Hashable, int] = {}
        self._fading: dict[Hashable, int] = {}
        self._bind()

    def _bind(self) -> None:
        """Gather what the hot steps need: one attribute and an unpacking cost less than three."""
        self._marking = (self._slots, self._fading, self._marks)
        self._moving = (self._slots, self._fading, self._newer, self._older)
        self._adding = (
            self._slots,
            self._keys,
            self._sizes,
            self._newer,
            self._older,
            self._totals,
            self._until_renewal,
        )
        self._leaving = (
            self._slots,
            self._fading,
            self._keys,
            self._sizes,
            self._marks,
            self._newer,
            self._older,
            self._totals,
        )

    @property
    def size_bytes(self) -> int:
        """The sum of the sizes of what it holds."""
        return self._totals[0]

    def __len__(self) -> int:
        """Count the keys that it holds."""
        return len(self._slots) + len(self._fading)

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether it holds a key."""
        return key in self._slots or key in self._fading

    def use(self, key: Hashable) -> None:
        """Mark a key as hit."""
        slots, fading, marks = self._marking
        marks[fading[key] if fading and key in fading else slots[key]] = 1

    def forget(self, key: Hashable) -> int:
        """Drop a key; return its size, or 0 if it was not held."""
        slot = self._slots.pop(key, 0) or self._fading.pop(key, 0)
        if not slot:
            return 0
        self._unlink(slot)
        self._marks[slot] = 0
        self._newer[slot] = self._newer[self._free]
        self._newer[self._free] = slot
        size_bytes = self._sizes[slot]
        self._totals[0] -= size_bytes
        return size_bytes

    def oldest_first(self) -> Iterator[Hashable]:
        """Walk all keys, ring by ring from its oldest; only the key just given may be dropped."""
        for ring in range(self._free):
            yield from self._ring(ring)

    def _ring(self, ring: int) -> Iterator[Hashable]:
        slot = self._newer[ring]
        while slot != ring:
            following = self._newer[slot]
            yield self._keys[slot]
            slot = following

    def _unlink(self, slot: int) -> None:
        before = self._older[slot]
        after = self._newer[slot]
        self._newer[before] = after
        self._older[after] = before

    def _free_slot(self) -> int:
        """Take a free slot, or make one."""
        slot = self._newer[self._free]
        if slot:
            self._newer[self._free] = self._newer[slot]
            return slot
        return self._grow()

    def _grow(self) -> int:
        """Make some more slots, which costs little more than making one; return the first."""
        slot = len(self._keys)
        self._keys += [None] * _MADE_AT_ONCE
        for numbers in (self._sizes, self._marks, self._older):
            numbers.extend([0] * _MADE_AT_ONCE)
        last = slot + _MADE_AT_ONCE - 1
        # The others are free, in a chain of their own.
        self._newer += [0, *range(slot + 2, last + 1), 0]
        self._newer[self._free] = slot + 1
        return slot

    def _count_anew(self) -> None:
        """Put the next renewal of the dict off, unless it is under way: many keys are new in it."""
        if not self._next_moved:
            self._until_renewal = iter(range(2 * len(self._slots) + _SPARE_ADDITIONS))
            self._bind()

    def _renew(self) -> None:
        """Begin a fresh dict, or move the next few slots to it; called by additions only."""
        start = self._next_moved
        if not start:
            self._fading = self._slots
            self._slots = {}
            start = self._free + 1
        slots = self._slots
        fading = self._fading
        take = fading.pop
        self._next_moved = start + _MOVED_AT_ONCE
        for key in self._keys[start : start + _MOVED_AT_ONCE]:
            if key in fading:
                slots[key] = take(key)
        additions = _ADDITIONS_BETWEEN
        if start + _MOVED_AT_ONCE >= len(self._keys):
            self._fading = {}
            self._next_moved = 0
            additions = 2 * len(slots) + _SPARE_ADDITIONS
        self._until_renewal = iter(range(additions))
        self._bind()
