"""Putting answers and failures: admitted, given room, written, indexed; or refused whole."""

from collections.abc import Callable, Mapping
from typing import Any

from cache_core import shadow_feeding
from cache_core.admission import (
    directives_of,
    negative_entry,
    new_entry,
    refuse_negative,
    refuse_put,
)
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER, Entry, entry_bytes
from cache_core.bank_store import Slot
from cache_core.cache_bounds import MAX_TTL_S, CacheBounds
from cache_core.certifying import certify_put
from cache_core.departures import EVICTED, NOT_ADMITTED, REMOVED
from cache_core.kept import kept_of
from cache_core.lookup_results import refused
from refrain_core.cache_control import Directives
from refrain_core.fingerprint import is_digest
from refrain_core.freshness import kept_for_s
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request, busy, too_large

EVICTIONS_PER_PUT = 8
"""Answers that one put may evict, about a million instructions each."""

BUSY_RETRY_S = 1


def put(cache: AnswerCache, request: Mapping[str, Any], now_ns: int) -> Any:
    """Store an answer, as PutResult; evict a few, or refuse as busy where that is not enough.

    A refusal as busy has evicted its share all the same, so that a retry gets further.
    """
    directives = directives_of(request)
    if isinstance(directives, dict):
        return refused(directives)
    refusal = refuse_put(request, cache.bounds)
    if refusal is None:
        refusal = _refuse_unreadable(directives, cache.bounds)
    if refusal is not None:
        cache.departures.left(request["digest"], NOT_ADMITTED, request["namespace"])
        return refused(refusal)
    entry = new_entry(request, directives, cache.bounds, now_ns)
    return keep(cache, entry, request["answer"]["content"])


def put_negative(cache: AnswerCache, request: Mapping[str, Any], now_ns: int) -> Any:
    """Remember a failure for a short time, as PutResult; never in an answer's place."""
    refusal = refuse_negative(request, cache.bounds)
    if refusal is not None:
        return refused(refusal)
    found = cache.find(request["digest"])
    if found is not None and _still_serves(cache, found.entry, now_ns):
        return refused(bad_request("an answer is stored: a failure does not displace it"))
    entry, content = negative_entry(request, now_ns)
    return keep(cache, entry, content)


def remove(cache: AnswerCache, digest: str, sees: Callable[[str], bool]) -> bool:
    """Remove the answer of a digest that the caller sees; tell whether there was one."""
    if is_digest(digest):
        cache.fences.raise_for(digest)
    found = cache.store.find(digest) if is_digest(digest) else None
    if found is None or not sees(found.entry.namespace):
        return False
    cache.release(found, REMOVED)
    cache.tally.add(found.entry.namespace, "removals")
    return True


def timed(entry: Entry, now_ns: int) -> Entry:
    """Return an entry that lives from now; its two ends are given as seconds to live."""
    return entry._replace(
        stored_at_ns=now_ns,
        expires_at_ns=now_ns + min(entry.expires_at_ns, MAX_TTL_S) * NANOSECONDS,
        keep_until_ns=now_ns + min(entry.keep_until_ns, MAX_TTL_S) * NANOSECONDS,
    )


def keep(cache: AnswerCache, entry: Entry, content: str) -> Any:
    """Make room for an entry and write it under a new sequence number; PutResult."""
    size_bytes = entry_bytes(entry)
    own_bytes = cache.index.shelf(entry.namespace).bounds.max_bytes
    most_bytes = min(own_bytes or cache.bounds.max_bytes, cache.bounds.max_bytes)
    if size_bytes > most_bytes:
        return refused(too_large("bytes", size_bytes, most_bytes))
    room = cache.index.room_for(
        entry.digest, entry.namespace, size_bytes, cache.whole, EVICTIONS_PER_PUT
    )
    cache.evict(room.victims)
    if not room.enough:
        return refused(busy(BUSY_RETRY_S))
    slot = cache.store.slot_for(entry.digest)
    evicted = len(room.victims) + _write(cache, slot, entry, content)
    return {"Stored": {"key": slot.place.key, "evicted": evicted}}


def _write(cache: AnswerCache, slot: Slot, entry: Entry, content: str) -> int:
    """Write an admitted entry; return 1 if a stranger's answer had to leave the slot."""
    whole = entry._replace(sequence=cache.meta.next_sequence())
    occupant = slot.occupant
    crowded_out = 0
    if occupant is not None and occupant.digest != entry.digest:
        crowded_out = 1
        cache.index.forget(occupant.digest)
        cache.certified.forget(occupant.digest)
        cache.departures.left(occupant.digest, EVICTED, occupant.namespace)
        cache.tally.add(occupant.namespace, "evictions")
    written, record = cache.store.write(slot, whole, content)
    cache.index.add(entry.digest, kept_of(slot.place, written))
    certify_put(cache, written, record, slot.passed)
    cache.departures.came(entry.digest, entry.namespace, entry.parts)
    cache.tally.add(entry.namespace, "puts")
    if cache.shadows.awaited.get(entry.digest):
        shadow_feeding.stored(cache, entry)
    return crowded_out


def _still_serves(cache: AnswerCache, entry: Entry, now_ns: int) -> bool:
    is_kept = entry.kind == ANSWER and now_ns < entry.keep_until_ns
    return is_kept and cache.invalidation.hides(entry) is None


def _refuse_unreadable(directives: Directives, bounds: CacheBounds) -> "dict[str, Any] | None":
    """Refuse an answer that nobody could ever be served, kept for no time at all."""
    ttl_s = bounds.default_ttl_s if directives.ttl_s is None else directives.ttl_s
    if kept_for_s(ttl_s, directives) > 0:
        return None
    return bad_request("ttl is 0 without a stale window: such an answer could never be read")
