"""The cache as a whole: store, index, bounds and counts, each call one message's work.

After every put, what is indexed keeps the bounds. Only what an upgrade left and the rebuild has
not loaded yet may stand over them, and what stood there before a controller lowered them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cache_core.admission import CacheBounds, new_entry, refuse_digest, refuse_put
from cache_core.answer_texts import entry_bytes
from cache_core.bank_store import BankStore, Found, Slot, TextMap, kept_of
from cache_core.eviction import LruIndex
from cache_core.lookup_results import ARMS, EXPIRED, NEVER_STORED, hit, is_fresh, miss, refused
from cache_core.meta_rows import MetaRows
from cache_core.places import BANKS, Place
from cache_core.tally import Counts, Tally
from refrain_core.cache_control import NO_DIRECTIVES, Directives
from refrain_core.freshness import decide
from refrain_core.namespaces import may_see
from refrain_core.refusals import busy

EVICTIONS_PER_PUT = 8
"""Answers that one put may evict, about a million instructions each."""

BUSY_RETRY_S = 1


class ResponseCache:
    """Answers in banks, bounded and counted; the heap's part of them is rebuilt by `upkeep`."""

    def __init__(self, banks: Sequence[TextMap], meta: TextMap) -> None:
        """Serve from these maps; `begin` or `resume` comes before any call."""
        self.store = BankStore(banks)
        self.index = LruIndex()
        self.meta = MetaRows(meta)
        self.tally = Tally(Counts())
        self.bounds = CacheBounds()
        self.banks_left: list[int] = []
        self.sweep_queue: list[Place] = []

    def begin(self, layout_version: int) -> None:
        """Start on empty maps."""
        self.meta.begin(layout_version)

    def resume(self, layout_version: int) -> None:
        """Start on the maps of before an upgrade; `upkeep` then loads the index bank by bank.

        Raises:
            ValueError: the maps are of another layout.
        """
        self.meta.resume(layout_version)
        self.tally = Tally(self.meta.load_counts())
        self.banks_left = list(range(BANKS))

    def look(self, digest: str, sees: "Callable[[str], bool]", now_ns: int) -> Any:
        """Answer a query as LookupResult; `sees` tells whether a namespace is the caller's."""
        refusal = refuse_digest(digest)
        if refusal is not None:
            return refused(refusal)
        found = self.store.find(digest)
        if found is None or not sees(found.entry.namespace):
            return miss(NEVER_STORED)
        return self._hit(found, now_ns) if is_fresh(found.entry, now_ns) else miss(EXPIRED)

    def fetch(
        self, tenant: str, digest: str, now_ns: int, directives: Directives = NO_DIRECTIVES
    ) -> Any:
        """Answer as LookupResult, count it, and move the answer's recency."""
        refusal = refuse_digest(digest)
        if refusal is not None:
            return refused(refusal)
        found = self.store.find(digest)
        if found is not None and may_see(found.entry.namespace, tenant):
            return self._fetch_found(found, now_ns, directives)
        self.tally.add("misses")
        return miss(NEVER_STORED)

    def put(self, request: Mapping[str, Any], now_ns: int) -> Any:
        """Store an answer, as PutResult; evict a few, or refuse as busy where that is not enough.

        A refusal as busy has evicted its share all the same, so that a retry gets further.
        """
        refusal = refuse_put(request, self.bounds)
        if refusal is not None:
            return refused(refusal)
        size_bytes = entry_bytes(request["answer"])
        slot, evicted = self._make_room(request["digest"], size_bytes)
        if slot is None:
            return refused(busy(BUSY_RETRY_S))
        evicted += self._write(slot, request, now_ns)
        return {"Stored": {"key": slot.place.key, "evicted": evicted}}

    def remove(self, digest: str) -> bool:
        """Remove the answer of a digest; tell whether there was one."""
        found = self.store.find(digest)
        if found is None:
            return False
        self.release(found.place)
        self.tally.add("removals")
        return True

    def release(self, place: Place) -> None:
        """Free a place in store and index."""
        self.store.free(place)
        self.index.forget(place)

    def evict(self, victims: list[Place]) -> None:
        """Release answers that must make room."""
        for place in victims:
            self.release(place)
        self.tally.add("evictions", len(victims))

    def overflow(self, at_most: int) -> list[Place]:
        """Choose at most so many answers that stand over the bounds."""
        limits = (self.bounds.max_entries, self.bounds.max_bytes)
        return self.index.overflow(limits, at_most).victims

    def counters(self) -> Any:
        """Return the counts as CacheCounters; entries and bytes are of what is indexed."""
        counts = dict(self.tally.counts._asdict())
        counts["entries"] = len(self.index)
        counts["bytes"] = self.index.size_bytes
        counts["rebuilding"] = len(self.banks_left)
        return counts

    def _fetch_found(self, found: Found, now_ns: int, directives: Directives) -> Any:
        decision = decide(found.entry, directives, now_ns)
        arm = ARMS.get(decision)
        if arm is None:
            self.tally.add("misses")
            if now_ns >= found.entry.keep_until_ns:
                self.release(found.place)
                self.tally.add("expired")
            return miss(decision)
        self.index.use(found.place, kept_of(found.entry))
        self.tally.add("hits")
        return self._hit(found, now_ns, arm)

    def _hit(self, found: Found, now_ns: int, arm: str = "Hit") -> Any:
        return hit(found.entry, found.place.key, self.store.content(found), now_ns, arm)

    def _make_room(self, digest: str, size_bytes: int) -> "tuple[Slot | None, int]":
        """Evict for an answer; return its slot if it fits now, and how many were evicted."""
        limits = (self.bounds.max_entries, self.bounds.max_bytes)
        slot = self.store.slot_for(digest)
        room = self.index.room_for(slot.place, size_bytes, limits, EVICTIONS_PER_PUT)
        evicted = len(room.victims)
        self.evict(room.victims)
        if evicted and slot.passed:
            # A slot to be passed may just have become empty, and would end every search there.
            slot = self.store.slot_for(digest)
            room = self.index.room_for(slot.place, size_bytes, limits, 0)
        return (slot if room.enough else None, evicted)

    def _write(self, slot: Slot, request: Mapping[str, Any], now_ns: int) -> int:
        """Write an admitted answer; return 1 if a stranger's answer had to leave the slot."""
        entry = new_entry(request, self.bounds, self.meta.next_sequence(), now_ns)
        self.store.write(slot, entry, request["answer"]["content"])
        self.index.use(slot.place, kept_of(entry))
        self.tally.add("puts")
        crowded_out = int(slot.occupant is not None and slot.occupant.digest != entry.digest)
        self.tally.add("evictions", crowded_out)
        return crowded_out
