"""Between calls and after upgrades: rebuild, shrink, sweep and flush in bounded steps."""

from collections.abc import Callable
from typing import Any

import pytest

from cache_core import lookups, puts, upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.bank_rows import rows_of_bank
from cache_core.tally import Counts, pack_counts, unpack_counts
from refrain_core.fingerprint import digest_of

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
SECOND = 1_000_000_000
Maker = Callable[..., dict[str, Any]]


def everyone(_: str) -> bool:
    """See every namespace."""
    return True


def order_of(cache: AnswerCache) -> list[str]:
    """List the digests in the order in which they came."""
    return [str(digest) for digest in cache.index.shelf(TENANT).policy.oldest_first()]


def fill(cache: AnswerCache, put_request: Maker, count: int) -> None:
    """Put so many answers, oldest first."""
    for number in range(count):
        puts.put(cache, put_request(digest_of(str(number)), ttl_s=60 + number), SECOND)


def test_an_upgrade_serves_at_once_and_rebuilds_a_bank_a_step(
    cache: AnswerCache, memory: Any, put_request: Maker
) -> None:
    """Lookups do not wait; the order of the puts comes back."""
    fill(cache, put_request, 100)
    order = order_of(cache)
    after: AnswerCache = memory.resume()
    assert len(after.banks_left) == 32
    assert "Hit" in lookups.look(after, digest_of("3"), everyone, SECOND)
    steps = 1
    while upkeep.work_step(after):
        steps += 1
    assert steps == 34
    assert order_of(after) == order
    assert after.index.size_bytes == cache.index.size_bytes
    assert len(after.banks_left) == 0


def test_calls_during_a_rebuild_leave_a_true_index(
    cache: AnswerCache, memory: Any, put_request: Maker
) -> None:
    """Fetches, puts and removals between the steps are neither lost nor counted twice."""
    fill(cache, put_request, 60)
    after: AnswerCache = memory.resume()
    for step in range(33):
        upkeep.work_step(after)
        lookups.fetch(after, TENANT, digest_of(str(step)), everyone, SECOND)
        puts.remove(after, digest_of(str(59 - step // 2)), everyone)
        puts.put(after, put_request(digest_of(f"new {step}")), SECOND)
        puts.put(after, put_request(digest_of(str(step)), "again"), SECOND)
    banks = [(n, after.store.bank_items(n)) for n in range(32)]
    rows = [row for n, items in banks for row in rows_of_bank(n, items)]
    assert {digest: after.index.get(digest) for digest in after.index.digests()} == dict(rows)
    assert len(after.index) == len(rows)
    assert after.index.size_bytes == sum(kept.size_bytes for _, kept in rows)


def test_a_failed_step_is_repeated(
    cache: AnswerCache, memory: Any, put_request: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bank that could not be read is still to be loaded."""
    fill(cache, put_request, 40)
    after: AnswerCache = memory.resume()
    with monkeypatch.context() as patch:
        patch.setattr(after.store, "bank_items", lambda _: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            upkeep.work_step(after)
    while upkeep.work_step(after):
        pass
    assert order_of(after) == order_of(cache)


def test_lowered_bounds_are_reached_in_bounded_steps(
    cache: AnswerCache, put_request: Maker
) -> None:
    """At most fifty answers go in one step, oldest first."""
    fill(cache, put_request, 120)
    cache.bounds = cache.bounds._replace(max_entries=10)
    assert upkeep.work_step(cache)
    assert len(cache.index) == 70
    assert upkeep.work_step(cache)
    assert not upkeep.work_step(cache)
    assert len(cache.index) == 10
    assert cache.tally.counts("").evictions == 110
    assert "Hit" in lookups.look(cache, digest_of("119"), everyone, SECOND)


def test_the_sweep_frees_what_expired_and_nothing_else(
    cache: AnswerCache, memory: Any, put_request: Maker
) -> None:
    """At most a hundred answers go in one step; the next goes on."""
    fill(cache, put_request, 130)
    now_ns = (1 + 60 + 120) * SECOND
    assert upkeep.sweep_step(cache, now_ns) == 100
    assert upkeep.sweep_step(cache, now_ns) == 21
    assert upkeep.sweep_step(cache, now_ns) == 0
    assert memory.records() == len(cache.index) == 9
    assert cache.tally.counts("").freed == 121


def test_counts_are_flushed_only_when_they_changed(
    cache: AnswerCache, memory: Any, put_request: Maker
) -> None:
    """An idle cache writes nothing."""
    fill(cache, put_request, 1)
    upkeep.flush(cache)
    before = memory.writes()
    upkeep.flush(cache)
    assert memory.writes() == before


def test_an_upgrade_loses_only_counts_since_the_last_flush(
    cache: AnswerCache, memory: Any, put_request: Maker
) -> None:
    """What was flushed is counted on from there."""
    fill(cache, put_request, 3)
    upkeep.flush(cache)
    lookups.fetch(cache, TENANT, digest_of("0"), everyone, SECOND)
    after: AnswerCache = memory.resume()
    assert after.tally.counts("").puts == 3
    assert after.tally.counts("").hits == 0


def test_sequences_grow_across_upgrades(
    cache: AnswerCache, memory: Any, put_request: Maker
) -> None:
    """Numbers come from reserved blocks, so that most puts do not write the high water."""
    fill(cache, put_request, 2)
    assert memory.meta.entries["sequence"] == "1000"
    after: AnswerCache = memory.resume()
    puts.put(after, put_request(digest_of("late")), SECOND)
    found = after.store.find(digest_of("late"))
    assert found is not None
    assert found.entry.sequence == 1_001


def test_maps_of_another_layout_fail_the_upgrade(cache: AnswerCache, memory: Any) -> None:
    """Nothing is read by a code that does not know it."""
    assert memory.meta.entries["layout"] == "2"
    memory.meta.entries["layout"] = "3"
    before = memory.copied()
    with pytest.raises(ValueError, match="layout 3, this code 2"):
        upkeep.resume(cache)
    assert memory.copied() == before


def test_counts_are_written_as_they_always_were() -> None:
    """The golden text, and an older one with fewer fields."""
    golden = "1|2|3|4|5|6|7|8|9|10|11|12|13|14|15|16"
    assert pack_counts(Counts(*range(1, 17))) == golden
    assert unpack_counts(golden) == Counts(*range(1, 17))
    assert unpack_counts("1|2|3|4|5|6") == Counts(1, 2, 3, 4, 5, 6)
    assert unpack_counts("1|2") == Counts(hits=1, misses=2)
