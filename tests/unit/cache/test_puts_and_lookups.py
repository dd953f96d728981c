"""Storing, serving, expiring and bounding answers."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core import lookups, puts, upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import HEADER_BYTES, PIECE_BYTES, VALUE_BYTES, write_record
from cache_core.shelves import ShelfBounds
from cache_core.tally import Counts
from refrain_core.fingerprint import digest_of, short_key

STEADY = settings(deadline=None, derandomize=True, max_examples=100)
TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
OTHER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
SECOND = 1_000_000_000
DIGEST = digest_of("one")
Maker = Callable[..., dict[str, Any]]


def everyone(_: str) -> bool:
    """See every namespace."""
    return True


def fetch(cache: AnswerCache, tenant: str, digest: str, now_ns: int) -> Any:
    """Fetch for a tenant that sees its own answers and the public ones."""
    return lookups.fetch(cache, tenant, digest, lambda owner: owner in (tenant, "public"), now_ns)


def test_a_hit_tells_the_whole_answer_and_its_age(cache: AnswerCache, put_request: Maker) -> None:
    """Nothing of the stored answer is lost, and ages are in seconds."""
    request = put_request(DIGEST, "two | 2\n", ttl_s=60)
    assert puts.put(cache, request, 10 * SECOND) == {
        "Stored": {"key": short_key(DIGEST), "evicted": 0}
    }
    assert fetch(cache, TENANT, DIGEST, 15 * SECOND + 1) == {
        "Hit": {
            "answer": request["answer"],
            "digest": DIGEST,
            "key": short_key(DIGEST),
            "namespace": TENANT,
            "age_s": 5,
            "expires_in_s": 54,
        }
    }


@pytest.mark.parametrize(
    "content", ["x" * 4_000, "x" * 4_001, "\u20ac" * 9_999, "\U0001f600" * 3_000]
)
def test_long_answers_come_back_whole(
    cache: AnswerCache, memory: Any, put_request: Maker, content: str
) -> None:
    """What a record's header leaves holds the beginning; pieces go on, all gone on removal."""
    puts.put(cache, put_request(DIGEST, content), SECOND)
    hit = lookups.look(cache, DIGEST, everyone, SECOND)["Hit"]
    assert hit["answer"]["content"] == content
    found = cache.store.find(DIGEST)
    assert found is not None
    room = VALUE_BYTES - len(write_record(found.entry, "")) - 2
    over = max(0, len(content.encode()) - room)
    assert memory.records() == 1 + -(-over // PIECE_BYTES)
    puts.put(cache, put_request(DIGEST, "short"), SECOND)
    assert memory.records() == 1
    assert puts.remove(cache, DIGEST, everyone)
    assert memory.records() == 0


def test_a_tenant_fetches_only_its_own_and_public_answers(
    cache: AnswerCache, put_request: Maker
) -> None:
    """Another's answer is as if never stored, also after it expired."""
    puts.put(cache, put_request(DIGEST, ttl_s=60), SECOND)
    assert fetch(cache, OTHER, DIGEST, SECOND) == {"Miss": "never stored"}
    assert fetch(cache, OTHER, DIGEST, 99 * SECOND) == {"Miss": "never stored"}
    puts.put(cache, put_request(digest_of("shared"), namespace="public"), SECOND)
    assert "Hit" in fetch(cache, OTHER, digest_of("shared"), SECOND)


def test_an_answer_expires_at_its_instant_and_is_freed_by_the_next_sweep(
    cache: AnswerCache, memory: Any, put_request: Maker
) -> None:
    """Lookups only tell; the sweep frees, and remembers why."""
    puts.put(cache, put_request(DIGEST, ttl_s=1), SECOND)
    assert "Hit" in lookups.look(cache, DIGEST, everyone, 2 * SECOND - 1)
    assert lookups.look(cache, DIGEST, everyone, 2 * SECOND) == {"Miss": "expired"}
    assert fetch(cache, TENANT, DIGEST, 2 * SECOND) == {"Miss": "expired"}
    assert memory.records() == 1
    assert upkeep.sweep_step(cache, 2 * SECOND) == 1
    assert memory.records() == 0
    assert fetch(cache, TENANT, DIGEST, 2 * SECOND) == {"Miss": "expired"}
    assert fetch(cache, OTHER, DIGEST, 2 * SECOND) == {"Miss": "never stored"}
    assert cache.tally.counts("").expired == 2


def test_without_a_lifetime_the_default_holds(cache: AnswerCache, put_request: Maker) -> None:
    """The settings' default is in seconds."""
    cache.bounds = cache.bounds._replace(default_ttl_s=7)
    puts.put(cache, put_request(DIGEST), SECOND)
    assert fetch(cache, TENANT, DIGEST, SECOND)["Hit"]["expires_in_s"] == 7


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"digest": "abc"}, "digest"),
        ({"namespace": "somebody"}, "namespace"),
        ({"namespace": "2vxsx-fae"}, "namespace"),
        ({"content": ""}, "empty answer"),
        ({"finish": "budget"}, "finished by stop"),
        ({"model": "tiny"}, "NAME@REVISION:QUANTIZATION"),
        ({"model": "a|b@r:q"}, "NAME@REVISION:QUANTIZATION"),
        ({"trust": ""}, "trust label"),
        ({"trust": "a|b"}, "trust label"),
        ({"trust": "x" * 41}, "trust label"),
        ({"ttl_s": 0}, "ttl is 0"),
        ({"cache_control": "ttl=0"}, "ttl is 0"),
        ({"cache_control": "tags=é"}, "tags"),
        ({"sample": 1_000}, "sample"),
        ({"voters": ["a|b"]}, "voters"),
        ({"voters": ["v"] * 17}, "voters"),
        ({"voters": ["v" * 201]}, "voters"),
        ({"parts": "é"}, "parts"),
        ({"ttl_s": 315_360_001}, "ttl_s"),
    ],
)
def test_what_is_no_finished_answer_is_refused(
    cache: AnswerCache, memory: Any, put_request: Maker, fields: dict[str, Any], words: str
) -> None:
    """The refusal says why, and nothing is written."""
    before = memory.writes()
    refusal = puts.put(cache, put_request(**{"digest": DIGEST, **fields}), SECOND)["Refused"]
    assert words in refusal["BadRequest"]
    assert memory.writes() == before


def test_an_answer_over_the_item_bound_is_too_large(cache: AnswerCache, put_request: Maker) -> None:
    """The bound counts bytes, not characters."""
    cache.bounds = cache.bounds._replace(max_answer_bytes=5)
    assert puts.put(cache, put_request(DIGEST, "\u20ac\u20ac"), SECOND) == {
        "Refused": {"TooLarge": {"unit": "bytes", "size": 6, "limit": 5}}
    }


def test_a_digest_of_another_form_is_refused(cache: AnswerCache) -> None:
    """Neither a query nor a fetch searches for what no put could have stored."""
    assert "BadRequest" in lookups.look(cache, "xyz", everyone, 0)["Refused"]
    assert "BadRequest" in fetch(cache, TENANT, DIGEST.upper(), 0)["Refused"]


def test_the_least_recently_used_answer_goes_first(cache: AnswerCache, put_request: Maker) -> None:
    """A fetch saves an answer; a query does not."""
    cache.bounds = cache.bounds._replace(max_entries=2)
    cache.tenants.save_bounds(TENANT, ShelfBounds("lru"))
    one, two, three = (digest_of(name) for name in ("1", "2", "3"))
    puts.put(cache, put_request(one), SECOND)
    puts.put(cache, put_request(two), SECOND)
    fetch(cache, TENANT, one, SECOND)
    lookups.look(cache, two, everyone, SECOND)
    assert puts.put(cache, put_request(three), SECOND)["Stored"]["evicted"] == 1
    assert "Hit" in lookups.look(cache, one, everyone, SECOND)
    assert lookups.look(cache, two, everyone, SECOND) == {"Miss": "evicted"}


def test_a_put_that_eight_evictions_do_not_help_is_busy_and_its_retry_gets_further(
    cache: AnswerCache, put_request: Maker
) -> None:
    """One call's work is bounded, the bounds hold all the time, and patience wins."""
    cache.bounds = cache.bounds._replace(max_bytes=12 * (HEADER_BYTES + 4))
    for number in range(12):
        puts.put(cache, put_request(digest_of(str(number))), SECOND)
    large = put_request(DIGEST, "x" * 10 * HEADER_BYTES)
    assert puts.put(cache, large, SECOND) == {"Refused": {"Busy": {"retry_after_s": 1}}}
    assert len(cache.index) == 4
    assert "Stored" in puts.put(cache, large, SECOND)
    assert cache.index.size_bytes <= cache.bounds.max_bytes


def test_a_hit_writes_nothing_stable(cache: AnswerCache, memory: Any, put_request: Maker) -> None:
    """Counts and recency stay in the heap."""
    puts.put(cache, put_request(DIGEST), SECOND)
    before = memory.writes()
    fetch(cache, TENANT, DIGEST, SECOND)
    fetch(cache, TENANT, digest_of("absent"), SECOND)
    assert memory.writes() == before


def test_every_call_is_counted(cache: AnswerCache, put_request: Maker) -> None:
    """A fetch is a hit or a miss; queries count nothing."""
    puts.put(cache, put_request(DIGEST), SECOND)
    puts.put(cache, put_request(DIGEST), SECOND)
    fetch(cache, TENANT, DIGEST, SECOND)
    fetch(cache, TENANT, digest_of("absent"), SECOND)
    lookups.look(cache, DIGEST, everyone, SECOND)
    assert puts.remove(cache, DIGEST, everyone)
    assert not puts.remove(cache, DIGEST, everyone)
    expected = Counts(hits=1, misses=1, puts=2, removals=1, bytes_served=4, tokens_saved=23)
    assert cache.tally.counts("") == cache.tally.counts(TENANT) == expected
    assert (len(cache.index), cache.index.size_bytes) == (0, 0)


@STEADY
@given(
    sizes=st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=30), st.integers(min_value=1, max_value=9_000)
        ),
        max_size=40,
    )
)
def test_bounds_hold_after_every_put(
    sizes: list[tuple[int, int]], new_memory: Callable[[], Any], put_request: Maker
) -> None:
    """Neither entries nor bytes stand over the settings, whatever is put in whatever order."""
    cache: AnswerCache = new_memory().begin()
    cache.bounds = cache.bounds._replace(max_entries=7, max_bytes=20_000)
    for number, size in sizes:
        puts.put(cache, put_request(digest_of(str(number)), "x" * size), SECOND)
        assert len(cache.index) <= 7
        assert cache.index.size_bytes <= 20_000
