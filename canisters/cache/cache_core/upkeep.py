"""Work between calls, in bounded steps: rebuild, shrink, sweep, flush."""

from cache_core.response_cache import ResponseCache

EVICTIONS_PER_STEP = 50
SWEEP_CHECKS_PER_STEP = 1_000
SWEEP_REMOVALS_PER_STEP = 100
"""About 100 M instructions, of the 40 G that a message may use."""


def work_step(cache: ResponseCache) -> bool:
    """Load one bank into the index, else evict some of what stands over the bounds.

    Returns whether more is to be done. A step that fails has changed nothing.
    """
    if cache.banks_left:
        _load_bank(cache)
        return True
    victims = cache.overflow(EVICTIONS_PER_STEP)
    cache.evict(victims)
    return len(victims) == EVICTIONS_PER_STEP


def sweep_step(cache: ResponseCache, now_ns: int) -> int:
    """Free expired answers among the next ones of the index; return how many."""
    if not cache.sweep_queue:
        cache.sweep_queue = cache.index.places()
    freed = 0
    for _ in range(min(SWEEP_CHECKS_PER_STEP, len(cache.sweep_queue))):
        place = cache.sweep_queue.pop()
        kept = cache.index.get(place)
        if kept is not None and now_ns >= kept.expires_at_ns:
            cache.release(place)
            freed += 1
        if freed == SWEEP_REMOVALS_PER_STEP:
            break
    cache.tally.add("expired", freed)
    return freed


def flush(cache: ResponseCache) -> None:
    """Write the counts to stable memory if they changed since the last time."""
    if cache.tally.is_dirty:
        cache.meta.save_counts(cache.tally.counts)
        cache.tally.is_dirty = False


def _load_bank(cache: ResponseCache) -> None:
    cache.index.load(cache.store.rows(cache.banks_left[-1]))
    cache.banks_left.pop()
    if not cache.banks_left:
        cache.index.settle()
