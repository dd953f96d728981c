"""When answers become provable, and when they must no longer be."""

from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import ANSWER, Entry, write_record
from cache_core.kept import Kept
from cache_core.places import Place

LOADED_PER_STEP = 200
LOADED_BYTES_PER_STEP = 2_000_000
LOAD_CHECKS_PER_STEP = 5_000
"""Together under 1 G instructions, of the 40 G that a message may use."""

DROPPED_AT_ONCE = 1_000
"""Rows that a purge drops one by one, about a million instructions each; else an epoch begins."""


def certify_put(cache: AnswerCache, entry: Entry, record: str, passed: list[Place]) -> None:
    """Certify what was put, unless it is a failure or hidden; `passed` are records rewritten."""
    if entry.kind == ANSWER and cache.invalidation.hides(entry) is None:
        cache.certified.keep(entry.digest, record)
    else:
        cache.certified.drop([entry.digest])
    for place in passed:
        cache.certified.drop_for_now([cache.store.digest_at(place)])


def certify_learnt(cache: AnswerCache, learnt: "dict[str, Kept]", texts: "dict[str, str]") -> None:
    """Certify what was just learnt of a bank whose `texts` are at hand; the rest is loaded later.

    Reading a record anew would cost twice what certifying it does.
    """
    if not cache.certified.is_open:
        return
    hides_up_to = cache.invalidation.hides_up_to
    records = []
    for digest, kept in learnt.items():
        place, _, _, sequence, _, _, _, is_whole = kept
        if is_whole and sequence > hides_up_to:
            records.append((digest, texts[place[1]]))
    if records:
        cache.certified.load(records)


def load_step(cache: AnswerCache) -> bool:
    """Certify some of the stored answers that are not yet; tell whether there are more."""
    certified = cache.certified
    if not certified.is_open:
        return False
    if not certified.waiting and certified.is_outgrown:
        certified.begin_epoch()
    if certified.waiting is None:
        certified.waiting = cache.index.digests()
    checked, records = _next_records(cache, certified.waiting)
    if records:
        certified.load(records)
    del certified.waiting[len(certified.waiting) - checked :]
    return bool(certified.waiting)


def purge(cache: AnswerCache, scope: str) -> None:
    """Hide what was put in a scope up to now, and make it unprovable at once."""
    cache.fences.raise_for_scope(scope)
    cache.invalidation.purge(scope, cache.meta.next_sequence())
    digests = _few_answers_around(cache, scope)
    if digests is None:
        cache.certified.begin_epoch()
    else:
        cache.certified.drop_for_now(digests)


def taint(cache: AnswerCache, voter: str) -> None:
    """Hide all that a voter has or will have a say in, and make it unprovable at once."""
    cache.fences.raise_all()
    cache.invalidation.taint(voter)
    cache.certified.begin_epoch()


def clear_taint(cache: AnswerCache, voter: str) -> bool:
    """Show again what a voter had a say in, and have it certified; tell whether it was tainted."""
    was_tainted = cache.invalidation.clear_taint(voter)
    if was_tainted:
        cache.certified.waiting = None
    return was_tainted


def _few_answers_around(cache: AnswerCache, scope: str) -> "list[str] | None":
    """List the answers of the one namespace that a scope lies in; None where they are too many."""
    kind, _, name = scope.partition("/")
    namespace = name.partition("/")[0] if kind == "tag" else name
    if kind not in ("namespace", "tag") or not cache.index.is_arranged:
        return None
    if cache.index.shelves.entries_of(namespace) > DROPPED_AT_ONCE:
        return None
    return [str(digest) for digest in cache.index.shelf(namespace).policy.oldest_first()]


def _next_records(cache: AnswerCache, waiting: list[str]) -> "tuple[int, list[tuple[str, str]]]":
    """Read what waits, from its end, up to a step's bounds; return how many were looked at."""
    records: list[tuple[str, str]] = []
    some = waiting[-LOAD_CHECKS_PER_STEP:]
    # After an upgrade nearly all are certified already: one comprehension tells.
    missing = set(cache.certified.uncertified(some))
    if not missing:
        return len(some), records
    checked = reads = size_bytes = 0
    for digest in reversed(some):
        if reads == LOADED_PER_STEP or size_bytes >= LOADED_BYTES_PER_STEP:
            break
        checked += 1
        kept = cache.index.get(digest) if digest in missing else None
        if kept is None:
            continue
        reads += 1
        size_bytes += kept.size_bytes
        record = _provable(cache, digest, kept)
        if record is not None:
            records.append((digest, record))
    return checked, records


def _provable(cache: AnswerCache, digest: str, kept: Kept) -> "str | None":
    """Return a record as it is served; None for a failure and for what is hidden."""
    if kept.is_whole and not cache.invalidation.may_hide(kept.sequence):
        return cache.store.text_at(kept.place, digest)
    found = cache.store.found_at(kept.place, digest)
    if found is None or found.entry.kind != ANSWER:
        return None
    if cache.invalidation.hides(found.entry) is not None:
        return None
    return write_record(found.entry, cache.store.content(found))
