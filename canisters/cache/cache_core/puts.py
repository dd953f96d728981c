"""Putting answers and failures: admitted, given room, written, indexed; or refused whole."""

from collections.abc import Callable, Mapping
from typing import Any

from cache_core.admission import (
    directives_of,
    negative_entry,
    new_entry,
    refuse_negative,
    refuse_put,
)
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER, Entry, entry_bytes
from cache_core.cache_bounds import MAX_TTL_S, CacheBounds
from cache_core.departures import NOT_ADMITTED, REMOVED
from cache_core.drafts import draft_of_request, labels_of
from cache_core.lookup_results import refused
from cache_core.writing import Stored, make_room, may_be_drafted, write_draft, write_entry
from refrain_core.cache_control import Directives
from refrain_core.fingerprint import is_digest
from refrain_core.freshness import kept_for_s
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request


def put(cache: AnswerCache, request: Mapping[str, Any], now_ns: int) -> Any:
    """Store an answer, as PutResult; evict a few, or refuse as busy where that is not enough.

    A refusal as busy has evicted its share all the same, so that a retry gets further.
    """
    draft = draft_of_request(request, cache.known_labels, cache.bounds)
    if draft is not None and may_be_drafted(cache, draft[0]):
        return _result(write_draft(cache, draft, request["answer"]["content"], now_ns))
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
    return _result(keep_entry(cache, entry, content))


def keep_entry(cache: AnswerCache, entry: Entry, content: str) -> "Stored | dict[str, Any]":
    """Do the same; return the key and how many were evicted, or the refusal."""
    evicted = make_room(cache, entry.digest, entry.namespace, entry_bytes(entry))
    if isinstance(evicted, dict):
        return evicted
    key, crowded_out = write_entry(cache, entry, content)
    if entry.kind == ANSWER:
        cache.know_labels(labels_of(entry))
    return (key, evicted + crowded_out)


def _result(stored: "Stored | dict[str, Any]") -> Any:
    if isinstance(stored, dict):
        return refused(stored)
    return {"Stored": {"key": stored[0], "evicted": stored[1]}}


def _still_serves(cache: AnswerCache, entry: Entry, now_ns: int) -> bool:
    is_kept = entry.kind == ANSWER and now_ns < entry.keep_until_ns
    return is_kept and cache.invalidation.hides(entry) is None


def _refuse_unreadable(directives: Directives, bounds: CacheBounds) -> "dict[str, Any] | None":
    """Refuse an answer that nobody could ever be served, kept for no time at all."""
    ttl_s = bounds.default_ttl_s if directives.ttl_s is None else directives.ttl_s
    if kept_for_s(ttl_s, directives) > 0:
        return None
    return bad_request("ttl is 0 without a stale window: such an answer could never be read")
