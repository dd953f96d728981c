"""Storing, serving, expiring and bounding answers."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cache_core.answer_texts import HEADER_BYTES
from cache_core.response_cache import ResponseCache
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


def test_a_hit_tells_the_whole_answer_and_its_age(cache: ResponseCache, put_request: Maker) -> None:
    """Nothing of the stored answer is lost, and ages are in seconds."""
    request = put_request(DIGEST, "two | 2\n", ttl_s=60)
    assert cache.put(request, 10 * SECOND) == {"Stored": {"key": short_key(DIGEST), "evicted": 0}}
    assert cache.fetch(TENANT, DIGEST, 15 * SECOND + 1) == {
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
    cache: ResponseCache, memory: Any, put_request: Maker, content: str
) -> None:
    """Up to 4,000 bytes make one record; more continue in pieces, all gone on removal."""
    cache.put(put_request(DIGEST, content), SECOND)
    hit = cache.look(DIGEST, everyone, SECOND)["Hit"]
    assert hit["answer"]["content"] == content
    assert memory.records() == -(-len(content.encode()) // 4_000)
    cache.put(put_request(DIGEST, "short"), SECOND)
    assert memory.records() == 1
    assert cache.remove(DIGEST)
    assert memory.records() == 0


def test_a_tenant_fetches_only_its_own_and_public_answers(
    cache: ResponseCache, put_request: Maker
) -> None:
    """Another's answer is as if never stored, also after it expired."""
    cache.put(put_request(DIGEST, ttl_s=60), SECOND)
    assert cache.fetch(OTHER, DIGEST, SECOND) == {"Miss": "never stored"}
    assert cache.fetch(OTHER, DIGEST, 99 * SECOND) == {"Miss": "never stored"}
    cache.put(put_request(digest_of("shared"), namespace="public"), SECOND)
    assert "Hit" in cache.fetch(OTHER, digest_of("shared"), SECOND)


def test_an_answer_expires_at_its_instant_and_is_freed_by_the_next_fetch(
    cache: ResponseCache, memory: Any, put_request: Maker
) -> None:
    """A query only tells; a fetch frees, and from then on it was never stored."""
    cache.put(put_request(DIGEST, ttl_s=1), SECOND)
    assert "Hit" in cache.look(DIGEST, everyone, 2 * SECOND - 1)
    assert cache.look(DIGEST, everyone, 2 * SECOND) == {"Miss": "expired"}
    assert memory.records() == 1
    assert cache.fetch(TENANT, DIGEST, 2 * SECOND) == {"Miss": "expired"}
    assert memory.records() == 0
    assert cache.fetch(TENANT, DIGEST, 2 * SECOND) == {"Miss": "never stored"}
    assert cache.counters()["expired"] == 1


def test_without_a_lifetime_the_default_holds(cache: ResponseCache, put_request: Maker) -> None:
    """The settings' default is in seconds."""
    cache.bounds = cache.bounds._replace(default_ttl_s=7)
    cache.put(put_request(DIGEST), SECOND)
    assert cache.fetch(TENANT, DIGEST, SECOND)["Hit"]["expires_in_s"] == 7


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
        ({"ttl_s": 0}, "ttl_s is 0"),
        ({"ttl_s": 315_360_001}, "ttl_s"),
    ],
)
def test_what_is_no_finished_answer_is_refused(
    cache: ResponseCache, memory: Any, put_request: Maker, fields: dict[str, Any], words: str
) -> None:
    """The refusal says why, and nothing is written."""
    before = memory.writes()
    refusal = cache.put(put_request(**{"digest": DIGEST, **fields}), SECOND)["Refused"]
    assert words in refusal["BadRequest"]
    assert memory.writes() == before


def test_an_answer_over_the_item_bound_is_too_large(
    cache: ResponseCache, put_request: Maker
) -> None:
    """The bound counts bytes, not characters."""
    cache.bounds = cache.bounds._replace(max_answer_bytes=5)
    assert cache.put(put_request(DIGEST, "\u20ac\u20ac"), SECOND) == {
        "Refused": {"TooLarge": {"unit": "bytes", "size": 6, "limit": 5}}
    }


def test_a_digest_of_another_form_is_refused(cache: ResponseCache) -> None:
    """Neither a query nor a fetch searches for what no put could have stored."""
    assert "BadRequest" in cache.look("xyz", everyone, 0)["Refused"]
    assert "BadRequest" in cache.fetch(TENANT, DIGEST.upper(), 0)["Refused"]


def test_the_least_recently_used_answer_goes_first(
    cache: ResponseCache, put_request: Maker
) -> None:
    """A fetch saves an answer; a query does not."""
    cache.bounds = cache.bounds._replace(max_entries=2)
    one, two, three = (digest_of(name) for name in ("1", "2", "3"))
    cache.put(put_request(one), SECOND)
    cache.put(put_request(two), SECOND)
    cache.fetch(TENANT, one, SECOND)
    cache.look(two, everyone, SECOND)
    assert cache.put(put_request(three), SECOND)["Stored"]["evicted"] == 1
    assert "Hit" in cache.look(one, everyone, SECOND)
    assert cache.look(two, everyone, SECOND) == {"Miss": "never stored"}


def test_a_put_that_eight_evictions_do_not_help_is_busy_and_its_retry_gets_further(
    cache: ResponseCache, put_request: Maker
) -> None:
    """One call's work is bounded, the bounds hold all the time, and patience wins."""
    cache.bounds = cache.bounds._replace(max_bytes=12 * (HEADER_BYTES + 4))
    for number in range(12):
        cache.put(put_request(digest_of(str(number))), SECOND)
    large = put_request(DIGEST, "x" * 10 * HEADER_BYTES)
    assert cache.put(large, SECOND) == {"Refused": {"Busy": {"retry_after_s": 1}}}
    assert cache.counters()["entries"] == 4
    assert "Stored" in cache.put(large, SECOND)
    assert cache.counters()["bytes"] <= cache.bounds.max_bytes


def test_a_hit_writes_nothing_stable(cache: ResponseCache, memory: Any, put_request: Maker) -> None:
    """Counts and recency stay in the heap."""
    cache.put(put_request(DIGEST), SECOND)
    before = memory.writes()
    cache.fetch(TENANT, DIGEST, SECOND)
    cache.fetch(TENANT, digest_of("absent"), SECOND)
    assert memory.writes() == before


def test_every_call_is_counted(cache: ResponseCache, put_request: Maker) -> None:
    """A fetch is a hit or a miss; queries count nothing."""
    cache.put(put_request(DIGEST), SECOND)
    cache.put(put_request(DIGEST), SECOND)
    cache.fetch(TENANT, DIGEST, SECOND)
    cache.fetch(TENANT, digest_of("absent"), SECOND)
    cache.look(DIGEST, everyone, SECOND)
    assert cache.remove(DIGEST)
    assert not cache.remove(DIGEST)
    assert cache.counters() == {
        "hits": 1,
        "misses": 1,
        "expired": 0,
        "puts": 2,
        "removals": 1,
        "evictions": 0,
        "entries": 0,
        "bytes": 0,
        "rebuilding": 0,
    }


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
    cache: ResponseCache = new_memory().begin()
    cache.bounds = cache.bounds._replace(max_entries=7, max_bytes=20_000)
    for number, size in sizes:
        cache.put(put_request(digest_of(str(number)), "x" * size), SECOND)
        assert len(cache.index) <= 7
        assert cache.index.size_bytes <= 20_000
