"""Whatever collides, is evicted or removed: a search finds its own answer or none."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core import lookups, places, puts, upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.bank_rows import rows_of_bank
from cache_core.bank_store import BankStore
from cache_core.kept import kept_of

STEADY = settings(deadline=None, derandomize=True, max_examples=150)
TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
SECOND = 1_000_000_000

COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "fetch", "remove", "upgrade"]),
        st.integers(min_value=0, max_value=9),
    ),
    max_size=40,
)


def digest(number: int) -> str:
    """Name one of a few digests, all of one bank."""
    return f"00{number:x}" + "0" * 61


def everyone(_: str) -> bool:
    """See every namespace."""
    return True


def crowded_key(of: str, probe: int = 0) -> str:
    """Stand in for XXH64 with so few values that nearly every put collides."""
    return f"{(int(of[2], 16) * (probe + 1) + probe) % 6:016x}"


def text_of(number: int, version: int) -> str:
    """Make an answer, every third one so long that it takes several pieces."""
    return f"{number}.{version} " * (1_500 if number % 3 == 0 else 1)


def check_index(cache: AnswerCache, store: BankStore) -> None:
    """Check that the index knows exactly what stands in the banks."""
    rows = [row for n in range(32) for row in rows_of_bank(n, store.bank_items(n))]
    assert {digest: cache.index.get(digest) for digest in cache.index.digests()} == dict(rows)
    assert len(cache.index) == len(rows)
    assert cache.index.size_bytes == sum(kept.size_bytes for _, kept in rows)


def rebuilt(memory: Any) -> AnswerCache:
    """Upgrade, and run all steps of the rebuild."""
    cache: AnswerCache = memory.resume()
    while upkeep.work_step(cache):
        pass
    return cache


@STEADY
@given(commands=COMMANDS)
def test_a_search_finds_its_own_newest_answer_unless_it_was_evicted(
    commands: list[tuple[str, int]],
    new_memory: Callable[[], Any],
    put_request: Callable[..., dict[str, Any]],
) -> None:
    """Against a dict: no answer is lost but by eviction, none is another's, none is stale."""
    memory = new_memory()
    cache: AnswerCache = memory.begin()
    stored: dict[int, str] = {}
    lost = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "short_key", crowded_key)
        for version, (name, number) in enumerate(commands):
            if name == "put":
                content = text_of(number, version)
                assert "Stored" in puts.put(cache, put_request(digest(number), content), SECOND)
                stored[number] = content
                assert cache.store.find(digest(number)) is not None
            elif name == "remove":
                assert not puts.remove(cache, digest(number), everyone) or number in stored
                stored.pop(number, None)
            elif name == "fetch":
                result = lookups.fetch(cache, TENANT, digest(number), everyone, 2 * SECOND)
                assert "Miss" in result or result["Hit"]["answer"]["content"] == stored[number]
            else:
                upkeep.flush(cache)
                cache = rebuilt(memory)
            lost += len(stored)
            stored = {n: stored[n] for n in stored if cache.store.find(digest(n)) is not None}
            lost -= len(stored)
            assert lost == cache.tally.counts("").evictions
            check_index(cache, cache.store)


def test_a_removal_in_the_middle_keeps_what_stands_behind_it_in_reach(
    memory: Any,
    cache: AnswerCache,
    put_request: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The slot becomes a gravestone, which the next put of a new answer takes."""
    monkeypatch.setattr(places, "short_key", lambda _, probe=0: f"{probe:016x}")
    for number in (1, 2, 3):
        puts.put(cache, put_request(digest(number), f"answer {number}"), SECOND)
    assert puts.remove(cache, digest(2), everyone)
    assert memory.banks[0].entries["0" * 15 + "1"] == "x1"
    assert cache.store.find(digest(3)) is not None
    puts.put(cache, put_request(digest(4), "answer 4"), SECOND)
    found = cache.store.find(digest(4))
    assert found is not None
    assert found.place.key == "0" * 15 + "1"
    assert found.entry.crossed == 1


def test_a_fifth_answer_of_the_same_slots_takes_the_last_ones(
    cache: AnswerCache,
    put_request: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It counts as an eviction, and the long answer's pieces go too."""
    monkeypatch.setattr(places, "short_key", lambda _, probe=0: f"{probe:016x}")
    for number in (1, 2, 3, 4):
        puts.put(cache, put_request(digest(number), "x" * 9_000), SECOND)
    result = puts.put(cache, put_request(digest(5), "short"), SECOND)
    assert result == {"Stored": {"key": "0" * 15 + "3", "evicted": 1}}
    assert cache.store.find(digest(4)) is None
    assert len(cache.index) == 4
    assert cache.tally.counts("").evictions == 1


def test_a_victim_that_was_to_be_passed_does_not_cut_the_way_to_the_new_answer(
    cache: AnswerCache,
    put_request: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The slot is chosen again after evictions emptied one before it."""
    monkeypatch.setattr(places, "short_key", lambda _, probe=0: f"{probe:016x}")
    cache.bounds = cache.bounds._replace(max_entries=1)
    puts.put(cache, put_request(digest(1)), SECOND)
    assert puts.put(cache, put_request(digest(2)), SECOND)["Stored"]["evicted"] == 1
    found = cache.store.find(digest(2))
    assert found is not None
    assert cache.index.get(digest(2)) == kept_of(found.place, found.entry)
    assert len(cache.index) == 1
