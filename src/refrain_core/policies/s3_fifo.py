"""S3-FIFO: a small queue on probation, a main queue, and the memory of what failed probation.

A new key waits in the small queue, a tenth of the room. Two hits there promote it to the main
queue; otherwise it leaves, and its key is remembered for a while as a ghost: coming back, it goes
to the main queue at once. The main queue gives a hit key another round, at most three. After "FIFO
queues are all you need for cache eviction" (Yang and others, SOSP 2023); until the first eviction
what exceeds the small queue goes to the main one.

Marks and loads are explained beside the queues.
"""

from collections.abc import Hashable, Sequence

from refrain_core.policies.s3_queues import IN_MAIN, S3Queues


class S3FifoPolicy(S3Queues):
    """The steps that are taken often, written out."""

    def add(self, key: Hashable, size_bytes: int, cost: int) -> None:  # noqa: ARG002 - not weighed
        """Hold a key on probation, or at once in the main queue if it is remembered."""
        slots, fading, keys, loads, marks, newer, older, totals, until, most, room = self._joining
        load = size_bytes + 0x10000000000000000
        totals[0] += load
        if key in slots or (fading and key in fading):
            self._take_back(fading[key] if key in fading else slots[key], load)
            return
        ghosts = totals[3]
        if ghosts >> 64 > most or ghosts & 0xFFFFFFFFFFFFFFFF > room:
            slot = newer[2]
            after = newer[slot]
            newer[2] = after
            older[after] = 2
            marks[slot] = 0
            totals[3] = ghosts - loads[slot]
            gone = keys[slot]
            if fading and gone in fading:
                del fading[gone]
            else:
                del slots[gone]
            if totals[3] & 0xFFFFFFFFFFFFFFFF > room:
                self._drop_ghosts()
        else:
            slot = self._free_slot()
        keys[slot] = key
        loads[slot] = load
        slots[key] = slot
        if totals[4] or self._has_small_room(size_bytes):
            newest = older[0]
            newer[newest] = slot
            older[slot] = newest
            newer[slot] = 0
            older[0] = slot
        else:
            self._link_main(slot, IN_MAIN)
        for _ in until:
            break
        else:
            self._renew()

    def add_all(self, entries: Sequence[tuple[Hashable, int, int]]) -> None:
        """Hold many keys, one after the other."""
        for key, size_bytes, cost in entries:
            self.add(key, size_bytes, cost)

    def use(self, key: Hashable) -> None:
        """Count a hit, up to three."""
        slots, fading, marks = self._marking
        slot = fading[key] if fading and key in fading else slots[key]
        mark = marks[slot]
        # 3, 7 and 8 are complete: three hits in either queue, and a ghost.
        if mark & 3 < 3:  # noqa: PLR2004 - a name would cost as much as the step
            marks[slot] = mark + 1

    def victim(self) -> Hashable:
        """Choose and drop the oldest key that fails probation, or one of an overfull main queue."""
        keys, loads, marks, newer, older, totals, most, room = self._failing
        held = totals[2]
        slot = newer[0]
        if held >> 64 > most or held & 0xFFFFFFFFFFFFFFFF > room or not slot:
            return self._victim_of_main()
        if marks[slot] > 1:
            slot = self._promote()
            if not slot:
                return self._victim_of_main()
        totals[4] = 1
        after = newer[slot]
        newer[0] = after
        older[after] = 0
        newest = older[2]
        newer[newest] = slot
        older[slot] = newest
        newer[slot] = 2
        older[2] = slot
        marks[slot] = 8
        load = loads[slot]
        totals[0] -= load
        totals[3] += load
        return keys[slot]
