"""One ring in order of arrival or of use: what LRU and SIEVE share."""

from collections.abc import Hashable, Sequence

from refrain_core.policies.slot_rings import SlotRings


class ArrivalRing(SlotRings):
    """A ring whose end is slot 0; free slots begin at slot 1."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(rings=1)

    def add(self, key: Hashable, size_bytes: int, cost: int) -> None:  # noqa: ARG002 - not weighed
        """Hold a key as the newest."""
        slots, keys, sizes, newer, older, totals, until_renewal = self._adding
        slot = totals[1]
        if slot:
            totals[1] = 0
        else:
            # As `_free_slot`, written out.
            slot = newer[1]
            if slot:
                newer[1] = newer[slot]
            else:
                slot = self._grow()
        keys[slot] = key
        sizes[slot] = size_bytes
        slots[key] = slot
        newest = older[0]
        newer[newest] = slot
        older[slot] = newest
        newer[slot] = 0
        older[0] = slot
        totals[0] += size_bytes
        for _ in until_renewal:
            break
        else:
            self._renew()

    def add_all(self, entries: Sequence[tuple[Hashable, int, int]]) -> None:
        """Hold many keys, each as the newest, for a tenth of what as many additions cost."""
        if not entries:
            return
        added = [key for key, _, _ in entries]
        sizes = [size_bytes for _, size_bytes, _ in entries]
        first = len(self._keys)
        last = first + len(added) - 1
        newest = self._older[0]
        self._keys.extend(added)
        self._sizes.extend(sizes)
        self._marks.extend([0] * len(added))
        self._newer.extend([*range(first + 1, last + 1), 0])
        self._older.extend([newest, *range(first, last)])
        self._newer[newest] = first
        self._older[0] = last
        self._slots.update(zip(added, range(first, last + 1), strict=True))
        self._totals[0] += sum(sizes)
        self._count_anew()
