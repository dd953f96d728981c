"""Looking answers up: what is there, whether it serves the request, and what is counted."""

from collections.abc import Callable
from typing import Any, NamedTuple

from cache_core import shadow_feeding
from cache_core.admission import refuse_digest
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import FAILURE as FAILURE_KIND
from cache_core.answer_texts import Entry
from cache_core.bank_slots import Found
from cache_core.departures import EXPIRED, NEVER_STORED
from cache_core.invalidation import PURGED, TAINTED
from cache_core.lookup_results import miss, negative, refused, served
from refrain_core.cache_control import Directives, parse_directives
from refrain_core.freshness import (
    FRESH,
    LESS_TRUSTED,
    NO_CACHE,
    OLDER_THAN_MAX_AGE,
    STALE,
    STALE_IF_ERROR,
    decide,
)
from refrain_core.policies.shadow_caches import LARGEST_BELOW

Sees = Callable[[str], bool]
"""Tells whether a namespace is the caller's to read."""

FAILURE = "failure"
"""The verdict on a failure that is remembered."""

_ARMS = {FRESH: "Hit", STALE: "Stale", STALE_IF_ERROR: "StaleIfError"}
_MISS_COUNTS = {
    EXPIRED: "expired",
    OLDER_THAN_MAX_AGE: "unfit",
    LESS_TRUSTED: "unfit",
    NO_CACHE: "unfit",
    PURGED: "hidden",
    TAINTED: "hidden",
}


class Sought(NamedTuple):
    """What a lookup came to: how the answer serves, or why it does not."""

    verdict: str
    found: Found | None


def look(cache: AnswerCache, digest: str, sees: Sees, now_ns: int, control: str = "") -> Any:
    """Answer a query as LookupResult, by the text of its directives; nothing is counted."""
    directives = parse_directives(control)
    refusal = directives if isinstance(directives, dict) else refuse_digest(digest)
    if refusal is not None or isinstance(directives, dict):
        return refused(refusal or {})
    return _rendered(cache, seek(cache, digest, sees, directives, now_ns), now_ns)


def fetch(  # noqa: PLR0913, PLR0917 - a lookup's whole context
    cache: AnswerCache, tenant: str, digest: str, sees: Sees, now_ns: int, control: str = ""
) -> Any:
    """Answer as LookupResult, count it for the tenant, and move the answer's recency."""
    directives = parse_directives(control)
    refusal = directives if isinstance(directives, dict) else refuse_digest(digest)
    if refusal is not None or isinstance(directives, dict):
        return refused(refusal or {})
    sought = seek(cache, digest, sees, directives, now_ns)
    _count(cache, sought, tenant)
    if digest[-4:] < cache.shadows.below.get(tenant, LARGEST_BELOW):
        entry = None if sought.found is None else sought.found.entry
        shadow_feeding.fetched(cache, tenant, digest, sought.verdict, entry)
    return _rendered(cache, sought, now_ns)


def touch(cache: AnswerCache, digest: str, sees: Sees) -> bool:
    """Move the recency of an answer that a query read; tell whether it is there."""
    kept = cache.index.get(digest)
    if kept is None or not sees(kept.namespace):
        return False
    cache.index.use(digest)
    cache.tally.add(kept.namespace, "touched")
    if digest[-4:] < cache.shadows.below.get(kept.namespace, LARGEST_BELOW):
        cache.shadows.used(kept.namespace, digest, kept.size_bytes, kept.cost)
    return True


def seek(
    cache: AnswerCache, digest: str, sees: Sees, directives: Directives, now_ns: int
) -> Sought:
    """Find an answer and decide whether it serves; a stranger's was never stored."""
    found = cache.find(digest)
    if found is None:
        return Sought(cache.departures.reason(digest, sees), None)
    entry = found.entry
    if not sees(entry.namespace):
        return Sought(NEVER_STORED, None)
    hidden = cache.invalidation.hides(entry)
    if hidden is not None:
        return Sought(hidden, found)
    if entry.kind == FAILURE_KIND:
        verdict = NO_CACHE if directives.no_cache else FAILURE
        return Sought(verdict if now_ns < entry.expires_at_ns else EXPIRED, found)
    return Sought(decide(entry, directives, now_ns), found)


def _count(cache: AnswerCache, sought: Sought, tenant: str) -> None:
    add = cache.tally.add
    if sought.found is None or sought.verdict not in (*_ARMS, FAILURE):
        add(tenant, "misses")
        reason = _MISS_COUNTS.get(sought.verdict)
        if reason is not None:
            add(tenant, reason)
        return
    entry = sought.found.entry
    cache.index.use(entry.digest)
    if sought.verdict == FAILURE:
        add(tenant, "negatives")
        return
    add(tenant, "hits")
    add(tenant, "stale", int(sought.verdict != FRESH))
    _count_savings(cache, tenant, entry)


def _count_savings(cache: AnswerCache, tenant: str, entry: Entry) -> None:
    add = cache.tally.add
    add(tenant, "bytes_served", entry.answer_bytes)
    add(tenant, "tokens_saved", entry.prompt_tokens + entry.completion_tokens)
    add(tenant, "cycles_saved", entry.cost_cycles)
    add(tenant, "ms_saved", entry.cost_ms)


def _rendered(cache: AnswerCache, sought: Sought, now_ns: int) -> Any:
    found = sought.found
    arm = _ARMS.get(sought.verdict)
    if found is None or (arm is None and sought.verdict != FAILURE):
        return miss(sought.verdict)
    content = cache.store.content(found)
    if arm is None:
        return negative(found.entry, found.place.key, content, now_ns)
    return served(arm, found.entry, found.place.key, content, now_ns)
