"""What the shadow caches learn of fetches and of puts whose digest is in the sample."""

from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER, Entry, entry_bytes
from cache_core.departures import EVICTED, NEVER_STORED, NOT_ADMITTED
from refrain_core.freshness import FRESH, STALE, STALE_IF_ERROR

_SERVED = (FRESH, STALE, STALE_IF_ERROR)
_LEFT_TO_POLICIES = (NEVER_STORED, EVICTED, NOT_ADMITTED)
"""Reasons of a miss that another policy might have made a hit."""


def fetched(
    cache: AnswerCache, namespace: str, digest: str, verdict: str, entry: "Entry | None"
) -> None:
    """Tell the shadows of a fetch; a remembered failure is no answer, and left out."""
    if entry is not None and verdict in _SERVED:
        cache.shadows.used(namespace, digest, entry_bytes(entry), entry.cost_cycles)
    elif entry is None or entry.kind == ANSWER:
        is_lost = verdict not in _LEFT_TO_POLICIES
        cache.shadows.missed(namespace, digest, would_miss=is_lost)


def stored(cache: AnswerCache, entry: Entry) -> None:
    """Tell the shadows of a put that was awaited."""
    if entry.kind == ANSWER:
        size_bytes = entry_bytes(entry)
        cache.shadows.stored(entry.namespace, entry.digest, size_bytes, entry.cost_cycles)
