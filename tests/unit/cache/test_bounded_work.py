"""Work whose size grows with the cache is done in steps, however large it is."""

from collections.abc import Callable
from typing import Any

import pytest

from cache_core import answer_index, certifying, listing, lookups, purge_sweep, puts, upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import GRAVESTONE, HEADER_BYTES, owner_of
from cache_core.cache_bounds import LONGEST_LABELS, refuse_settings
from cache_core.shelves import ShelfBounds
from refrain_core.fingerprint import digest_of
from tests.unit.cache.test_edges import LONGEST

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
OTHER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
SECOND = 1_000_000_000
Maker = Callable[..., dict[str, Any]]


def fill(cache: AnswerCache, put_request: Maker, count: int, **fields: Any) -> list[str]:
    """Put so many answers, oldest first."""
    digests = [digest_of(f"{fields.get('namespace', '')} {n}") for n in range(count)]
    for digest in digests:
        puts.put(cache, put_request(digest, **fields), SECOND)
    return digests


def test_what_was_purged_is_freed_in_steps_and_its_purge_forgotten(
    cache: AnswerCache, memory: Any, put_request: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A taint stays; a purge made during a pass is the next one's."""
    monkeypatch.setattr(purge_sweep, "READS_PER_STEP", 10)
    digests = fill(cache, put_request, 40)
    others = fill(cache, put_request, 10, namespace=OTHER, model="small@r1:q8")
    certifying.taint(cache, "openai")
    certifying.purge(cache, f"namespace/{TENANT}")
    assert upkeep.work_step(cache, SECOND)
    assert cache.purge_queue is not None
    assert len(cache.purge_queue) == 40
    certifying.purge(cache, "model/small")
    puts.put(cache, put_request(digests[0]), SECOND)
    while upkeep.work_step(cache, SECOND):
        pass
    assert cache.index.digests() == [digests[0]]
    assert "Hit" in lookups.look(cache, digests[0], lambda _: True, SECOND)
    assert lookups.look(cache, others[0], lambda _: True, SECOND) == {"Miss": "purged"}
    assert cache.invalidation.scopes() == [("tainted/openai", "tainted")]
    assert list(memory.purges.entries) == ["tainted/openai"]
    assert cache.tally.counts("").freed == 49


def test_without_a_purge_nothing_is_swept_for_it(cache: AnswerCache, put_request: Maker) -> None:
    """Taints alone hide, and free nothing."""
    fill(cache, put_request, 3)
    certifying.taint(cache, "openai")
    assert not upkeep.work_step(cache, SECOND)
    assert cache.purge_queue is None
    assert upkeep.sweep_step(cache, SECOND) == 0


@pytest.mark.parametrize("policy", ["lru", "sieve", "s3fifo", "cost"])
def test_a_large_namespace_takes_its_new_settings_in_steps(
    cache: AnswerCache, put_request: Maker, monkeypatch: pytest.MonkeyPatch, policy: str
) -> None:
    """Its answers are arranged in the order of their puts, once each, and others are left alone."""
    monkeypatch.setattr(answer_index, "REOPENED_AT_ONCE", 5)
    monkeypatch.setattr(upkeep, "ARRANGED_PER_STEP", 4)
    digests = fill(cache, put_request, 20)
    others = fill(cache, put_request, 6, namespace=OTHER)
    cache.tenants.save_bounds(TENANT, ShelfBounds(policy, 0, 0))
    cache.index.reopen(TENANT, cache.meta.next_sequence())
    assert not cache.index.is_arranged
    late = digest_of("late")
    steps = 0
    while upkeep.work_step(cache):
        steps += 1
        if steps == 2:
            puts.put(cache, put_request(late), SECOND)
            puts.put(cache, put_request(digests[3]), SECOND)
            puts.remove(cache, digests[4], lambda _: True)
    assert steps > 10
    shelf = cache.index.shelf(TENANT)
    held = [str(key) for key in shelf.policy.oldest_first()]
    left = [digest for digest in digests if digest not in digests[3:5]]
    assert sorted(held) == sorted([*left, late, digests[3]])
    assert policy not in ("lru", "sieve") or held == [*left, late, digests[3]]
    assert (shelf.entries, len(cache.index)) == (20, 26)
    assert shelf.policy.size_bytes == shelf.size_bytes
    assert [*cache.index.shelf(OTHER).policy.oldest_first()] == others


@pytest.mark.parametrize("limits", [(1, 1), (3, 5), (1_000, 2), (10_000, 5_000)])
def test_a_page_looks_at_so_many_answers_and_no_more(
    cache: AnswerCache,
    put_request: Maker,
    monkeypatch: pytest.MonkeyPatch,
    limits: tuple[int, int],
) -> None:
    """A sparse namespace's answers are on some of many pages, each of them once."""
    monkeypatch.setattr(listing, "MOST_WALKED", limits[0])
    monkeypatch.setattr(listing, "MOST_LOOKED_AT", limits[1])
    fill(cache, put_request, 60)
    sparse = fill(cache, put_request, 3, namespace=OTHER)
    looked: list[str] = []

    def sees(namespace: str) -> bool:
        looked.append(namespace)
        return namespace == OTHER

    found, cursor = [], ""
    while True:
        looked.clear()
        page = listing.page_of(cache, cursor, 100, lambda entry, _key, _first: entry.digest, sees)
        assert len(looked) <= limits[1]
        found += page["rows"]
        cursor = page["next"]
        if not cursor:
            break
    assert sorted(found) == sorted(sparse)


def test_the_owner_of_a_record_is_read_without_the_rest() -> None:
    """Both layouts have it at the same place; a gravestone has none."""
    assert owner_of(f"v2|digest|{TENANT}|1|a|b") == TENANT
    assert owner_of(f"v1|digest|{TENANT}|1") == TENANT
    assert owner_of(GRAVESTONE) == ""


def test_the_least_bound_of_bytes_holds_the_longest_answer_with_all_its_labels(
    cache: AnswerCache, put_request: Maker
) -> None:
    """One byte less is refused, since such an answer could never be stored."""
    least = HEADER_BYTES + LONGEST_LABELS + 100
    settings = {"max_entries": 9, "max_bytes": least, "max_answer_bytes": 100, "default_ttl_s": 9}
    assert refuse_settings(settings) is None
    assert refuse_settings(dict(settings, max_bytes=least - 1)) is not None
    cache.bounds = cache.bounds._replace(max_bytes=least, max_answer_bytes=100)
    assert "Stored" in puts.put(cache, put_request(digest_of("x"), "x" * 100, **LONGEST), SECOND)
    assert cache.index.size_bytes == least
