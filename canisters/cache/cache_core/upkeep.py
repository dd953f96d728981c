"""Work between calls, in bounded steps: rebuild, renew, shrink, certify, sweep, flush."""

from cache_core.answer_cache import AnswerCache
from cache_core.bank_rows import rows_of_bank
from cache_core.certifying import load_step
from cache_core.departures import EXPIRED
from cache_core.kept import Kept
from cache_core.places import BANKS

EVICTIONS_PER_STEP = 50
RENEWALS_PER_STEP = 200
ARRANGED_PER_STEP = 20_000
SWEEP_CHECKS_PER_STEP = 1_000
SWEEP_READS_PER_STEP = 100
"""Each about 100 M to 3 G instructions, of the 40 G that a message may use."""

LAYOUT_VERSION = 2


def begin(cache: AnswerCache) -> None:
    """Start on empty maps."""
    cache.meta.begin(LAYOUT_VERSION)


def resume(cache: AnswerCache) -> None:
    """Start on the maps of before an upgrade; `work_step` then loads the index bank by bank.

    Raises:
        ValueError: the maps are of a layout that is not known.
    """
    cache.banks_old = cache.meta.resume(LAYOUT_VERSION, BANKS)
    former = cache.meta.old_counts()
    if former is not None:
        cache.tenants.save_counts("", former)
        cache.meta.drop_old_counts()
    cache.invalidation.load()
    cache.banks_left = list(range(BANKS))
    cache.index.begin_arranging()
    # At once: under the old root, what is replaced or removed from here on would stay provable.
    cache.certified.begin_epoch()


def work_step(cache: AnswerCache) -> bool:
    """Do one step of what an upgrade or a lowered bound left to do; tell whether there is more.

    First each bank is loaded into the index, then the order of eviction is arranged, then records
    of an older layout are renewed, then what stands over the bounds is evicted, then what is not
    in the certified log is loaded into it. A step that fails has changed nothing.
    """
    if cache.banks_left:
        _load_bank(cache)
        return True
    if not cache.index.is_arranged:
        cache.index.arrange(ARRANGED_PER_STEP)
        return True
    if cache.banks_old:
        _renew_some(cache)
        return True
    victims = cache.overflow(EVICTIONS_PER_STEP)
    cache.evict(victims)
    return len(victims) == EVICTIONS_PER_STEP or load_step(cache)


def sweep_step(cache: AnswerCache, now_ns: int) -> int:
    """Free what is over or purged among the next ones of the index; return how many."""
    if not cache.sweep_queue:
        cache.sweep_queue = cache.index.digests()
    freed = reads = 0
    for _ in range(min(SWEEP_CHECKS_PER_STEP, len(cache.sweep_queue))):
        digest = cache.sweep_queue.pop()
        kept = cache.index.get(digest)
        if kept is not None and _may_go(cache, kept, now_ns):
            reads += 1
            freed += _free_if_over(cache, digest, now_ns)
        if reads == SWEEP_READS_PER_STEP:
            break
    return freed


def flush(cache: AnswerCache) -> int:
    """Write a batch of the counts that changed; return how many namespaces are left to write."""
    return cache.tally.flush(cache.tenants.save_counts)


def _may_go(cache: AnswerCache, kept: Kept, now_ns: int) -> bool:
    return now_ns >= kept.keep_until_ns or cache.invalidation.may_hide(kept.sequence)


def _free_if_over(cache: AnswerCache, digest: str, now_ns: int) -> int:
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


def _load_bank(cache: AnswerCache) -> None:
    bank = cache.banks_left[-1]
    cache.index.learn(rows_of_bank(bank, cache.store.bank_items(bank)))
    cache.banks_left.pop()
    if not cache.banks_left:
        cache.index.sort_queue()


def _renew_some(cache: AnswerCache) -> None:
    """Rewrite some records of the first bank that has old ones; note the bank when it is done."""
    bank = cache.banks_old[0]
    places = cache.store.old_places(bank)
    for place in places[:RENEWALS_PER_STEP]:
        cache.store.renew(place)
    if len(places) <= RENEWALS_PER_STEP:
        cache.banks_old.pop(0)
        cache.meta.note_renewed(bank)
