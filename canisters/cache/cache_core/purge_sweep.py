"""Freeing what purges hide, and forgetting the purges, in passes over the whole index.

A pass takes the purges that there are as it begins. At its end nothing that they hide is stored any
more, so they are dropped, and answers put before them need not be looked at again.
"""

from cache_core.answer_cache import AnswerCache
from cache_core.departures import EXPIRED

CHECKS_PER_STEP = 5_000
READS_PER_STEP = 500
"""Together about 2 G instructions, of the 40 G that a message may use."""


def purge_step(cache: AnswerCache, now_ns: int) -> bool:
    """Do one step of a pass, if anything is purged; tell whether there is more to do."""
    invalidation = cache.invalidation
    if not invalidation.newest:
        return False
    if cache.purge_queue is None:
        cache.purge_queue = cache.index.digests()
        cache.purged_up_to = invalidation.newest
    queue = cache.purge_queue
    checked = reads = 0
    for digest in reversed(queue[-CHECKS_PER_STEP:]):
        if reads == READS_PER_STEP:
            break
        checked += 1
        kept = cache.index.get(digest)
        if kept is not None and kept.sequence <= cache.purged_up_to:
            reads += 1
            free_if_over(cache, digest, now_ns)
    del queue[len(queue) - checked :]
    if not queue:
        cache.purge_queue = None
        invalidation.drop_swept(cache.purged_up_to)
    return bool(invalidation.newest)


def free_if_over(cache: AnswerCache, digest: str, now_ns: int) -> int:
    """Free an answer that is expired or purged; return how many were freed."""
    found = cache.find(digest)
    if found is None:
        return 0
    reason = EXPIRED if now_ns >= found.entry.keep_until_ns else None
    reason = reason or cache.invalidation.purged(found.entry)
    if reason is None:
        return 0
    cache.release(found, reason)
    cache.tally.add(found.entry.namespace, "freed")
    return 1
