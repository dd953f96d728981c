"""Writing what was admitted: room is made, a slot is found, and index, log and counts follow.

A draft goes straight to its slot; an Entry, which may need several values and may replace another
answer, looks for one.
"""

from typing import Any

from cache_core import shadow_feeding
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import Entry, read_record
from cache_core.bank_slots import Slot
from cache_core.certifying import certify_put
from cache_core.departures import EVICTED
from cache_core.drafts import Draft
from cache_core.invalidation import EVERY
from cache_core.kept import Kept, kept_of
from cache_core.places import place_of
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import busy, too_large

EVICTIONS_PER_PUT = 8
"""Answers that one put may evict, about a million instructions each."""

BUSY_RETRY_S = 1

Stored = tuple[str, int]
"""The key of what was written, and how many answers were evicted for it."""

# Makes a row without what its class's own `__new__` does in Python: a tenth of the price.
_new = tuple.__new__


def make_room(
    cache: AnswerCache, digest: str, namespace: str, size_bytes: int
) -> "int | dict[str, Any]":
    """Evict what must go for an answer; return how many went, or the refusal.

    A refusal as busy has evicted its share all the same, so that a retry gets further.
    """
    index = cache.index
    shelf = index.shelves.known(namespace) or index.shelves.of(namespace)
    whole = cache.whole
    if index.has_room(shelf, size_bytes, whole):
        return 0
    most_bytes = min(shelf.most[1], whole[1])
    if size_bytes > most_bytes:
        return too_large("bytes", size_bytes, most_bytes)
    victims, is_enough = index.room_for(digest, namespace, size_bytes, whole, EVICTIONS_PER_PUT)
    cache.evict(victims)
    return len(victims) if is_enough else busy(BUSY_RETRY_S)


def may_be_drafted(cache: AnswerCache, digest: str) -> bool:
    """Tell whether a draft may be written under a digest: it is new, and no taint may hide it.

    While banks are still to be loaded, only a probe tells whether a digest is new.
    """
    if cache.banks_left or cache.invalidation.hides_up_to == EVERY:
        return False
    fresh, fading = cache.rows.halves
    return digest not in fresh and digest not in fading


def write_draft(
    cache: AnswerCache, draft: Draft, content: str, now_ns: int
) -> "Stored | dict[str, Any]":
    """Write a draft of a digest that is new, or return why there is no room for it."""
    digest, namespace, fresh_s, kept_s, front, back, size_bytes, cost, parts = draft
    evicted = make_room(cache, digest, namespace, size_bytes)
    if isinstance(evicted, dict):
        return evicted
    next_sequence, put_new, add_new, certify, count, shadows = cache.put_calls
    sequence = next_sequence()
    expires_at_ns = now_ns + fresh_s * NANOSECONDS
    keep_until_ns = now_ns + kept_s * NANOSECONDS
    place = place_of(digest, 0)
    # Texts put together cost half of what they do within a pattern.
    times = f"|{sequence}|{now_ns}|{expires_at_ns}|{keep_until_ns}|"
    record = "v2|" + digest + "|" + namespace + times + front + back + content
    if not put_new(place, record):
        return _written_elsewhere(cache, record, content, evicted)
    lives = (size_bytes, sequence, expires_at_ns, keep_until_ns, cost, True)
    add_new(digest, _new(Kept, (place, namespace, *lives)))
    certify(digest, record)
    if parts:
        cache.departures.came(digest, namespace, parts)
    count(namespace, "puts")
    if digest in shadows.awaited:
        shadows.stored(namespace, digest, size_bytes, cost)
    return (place[1], evicted)


def _written_elsewhere(cache: AnswerCache, record: str, content: str, evicted: int) -> "Stored":
    """Write a draft whose slot is taken, by a gravestone or an answer of the same short key."""
    read = read_record(record)
    if read is None:
        raise ValueError("a draft is no record")
    key, more = write_entry(cache, read.entry, content)
    return (key, evicted + more)


def write_entry(cache: AnswerCache, entry: Entry, content: str) -> Stored:
    """Write an entry under a new sequence, where there is room for it."""
    slot = cache.store.slot_for(entry.digest)
    whole = entry._replace(sequence=cache.meta.next_sequence())
    crowded_out = _crowd_out(cache, slot, entry.digest)
    written, record = cache.store.write(slot, whole, content)
    cache.index.add(entry.digest, kept_of(slot.place, written))
    certify_put(cache, written, record, slot.passed)
    cache.departures.came(entry.digest, entry.namespace, entry.parts)
    cache.tally.add(entry.namespace, "puts")
    if cache.shadows.awaited.get(entry.digest):
        shadow_feeding.stored(cache, entry)
    return (slot.place.key, crowded_out)


def _crowd_out(cache: AnswerCache, slot: Slot, digest: str) -> int:
    """Let go of a stranger's answer that has to leave the slot; return how many did."""
    occupant = slot.occupant
    if occupant is None or occupant.digest == digest:
        return 0
    cache.index.forget(occupant.digest)
    cache.certified.forget(occupant.digest)
    cache.departures.left(occupant.digest, EVICTED, occupant.namespace)
    cache.tally.add(occupant.namespace, "evictions")
    return 1
