"""The cache's parts, and what every call on them shares: freeing answers, and bounds.

After every put, what is indexed keeps the bounds. Only what an upgrade left and the rebuild has
not loaded yet may stand over them, and what stood there before a controller lowered them.
"""

from typing import Any

from cache_core.answer_index import AnswerIndex, Victim
from cache_core.bank_slots import Found
from cache_core.bank_store import BankStore
from cache_core.cache_bounds import CacheBounds
from cache_core.certified_answers import CertifiedAnswers, Certify
from cache_core.departures import EVICTED, REMOVED, Departures
from cache_core.fences import Fences
from cache_core.invalidation import Invalidation
from cache_core.meta_rows import MetaRows
from cache_core.namespace_shadows import NamespaceShadows
from cache_core.shelves import Shelf
from cache_core.stable_maps import StableMaps
from cache_core.tally import Tally
from cache_core.tenant_rows import TenantRows
from refrain_core.canonical import model_text

MODEL_LABEL = 3
"""The model's place among the labels, as `drafts.labels_of` groups them."""

MOST_LABELS = 1_000
"""Labels remembered, each up to about 1 kB of heap; then they are learnt anew."""


class AnswerCache:
    """Answers in banks, bounded and counted; the heap's part of them is rebuilt by `upkeep`."""

    def __init__(self, maps: StableMaps, certify: "Certify | None" = None) -> None:
        """Serve from these maps; `upkeep.begin` or `upkeep.resume` comes before any call.

        certify: None where nobody signs.
        """
        self.banks = maps.banks
        self.store = BankStore(maps.banks)
        self.meta = MetaRows(maps.meta)
        self.certified = CertifiedAnswers(self.meta, certify)
        self.tenants = TenantRows(maps.tenants)
        self.invalidation = Invalidation(maps.purges)
        self.departures = Departures()
        self.tally = Tally(self.tenants.counts)
        self.known_labels: "set[tuple[str, ...]]" = set()
        """Labels that were checked and stored, so that `drafts` need not check them again."""
        self.whole = (0, 0)
        """The most entries and bytes of all namespaces together; follows `bounds`."""
        self.bounds = CacheBounds()
        self.index = AnswerIndex(self._open_shelf)
        self.rows = self.index.rows
        self.shadows = NamespaceShadows(self._shadow_bounds)
        self.banks_left: list[int] = []
        self.bank_cursor = ""
        self.banks_old: list[int] = []
        self.sweep_queue: list[str] = []
        self.purge_queue: "list[str] | None" = None
        self.purged_up_to = 0
        self.moving: Any = None
        """What `cache_core.moving` keeps of a move to another cache."""
        self.fences = Fences(self.meta.next_sequence)
        self.put_calls = (
            self.meta.next_sequence,
            self.store.put_new,
            self.index.add_new,
            self.certified.keep,
            self.tally.add,
            self.shadows,
        )
        """What each put needs: one attribute and an unpacking cost less than six attributes."""

    @property
    def bounds(self) -> CacheBounds:
        """The settings in force."""
        return self._bounds

    @bounds.setter
    def bounds(self, bounds: CacheBounds) -> None:
        """Put settings in force."""
        self._bounds = bounds
        self.whole = (bounds.max_entries, bounds.max_bytes)

    def find(self, digest: str) -> "Found | None":
        """Return a stored answer: by the index, and by probing only while that is not whole."""
        kept = self.index.get(digest)
        if kept is not None:
            return self.store.found_at(kept.place, digest)
        return self.store.find(digest) if self.banks_left else None

    def release(self, found: Found, reason: str) -> None:
        """Free an answer in store and index, and note why."""
        self.index.forget(found.entry.digest)
        self.store.free(found.place)
        if reason == REMOVED:
            self.certified.drop([found.entry.digest])
        else:
            self.certified.forget(found.entry.digest)
        self.departures.left(found.entry.digest, reason, found.entry.namespace)

    def evict(self, victims: "list[Victim]") -> None:
        """Free answers that the index has dropped to make room."""
        store, forget = self.store, self.certified.forget
        left, count = self.departures.left, self.tally.add
        for digest, (place, namespace, _, _, _, _, _, is_whole) in victims:
            if is_whole:
                store.free_whole(place)
            else:
                store.free(place)
            forget(digest)
            left(digest, EVICTED, namespace)
            count(namespace, "evictions")

    def know_labels(self, labels: "tuple[str, ...]") -> None:
        """Remember labels that were checked and stored, and how their model is written."""
        model_text(labels[MODEL_LABEL])
        if len(self.known_labels) >= MOST_LABELS:
            self.known_labels = set()
        self.known_labels.add(labels)

    def overflow(self, at_most: int) -> "list[Victim]":
        """Drop from the index at most so many answers that stand over the bounds."""
        return self.index.overflow(self.whole, at_most)

    def _shadow_bounds(self, namespace: str) -> "tuple[str, int, int]":
        policy, entries, size_bytes = self.tenants.bounds(namespace)
        whole_entries, whole_bytes = self.whole
        return policy, entries or whole_entries, size_bytes or whole_bytes

    def _open_shelf(self, namespace: str) -> Shelf:
        return Shelf(self.tenants.bounds(namespace), *self.whole)
