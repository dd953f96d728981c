"""Values at their bounds and one over, clocks that stand still, full caches and busy ones."""

from collections.abc import Callable
from typing import Any

import pytest

from cache_core import fast_lookups, lookups, puts, upkeep
from cache_core.answer_cache import AnswerCache
from cache_core.answer_texts import HEADER_BYTES
from cache_core.shelves import ShelfBounds
from refrain_core.fingerprint import digest_of
from refrain_core.limits import MAX_NEGATIVE_TTL_S

TENANT = "rrkah-fqaaa-aaaaa-aaaaq-cai"
OTHER = "ryjl3-tyaaa-aaaaa-aaaba-cai"
SECOND = 1_000_000_000
DIGEST = digest_of("one")
Maker = Callable[..., dict[str, Any]]
LONGEST: dict[str, Any] = {
    "namespace": "shared:" + "a" * 64,
    "model": "m" * 195 + "@r:q8",
    "trust": "t" * 40,
    "sample": 999,
    "cache_control": f'tags="{" ".join(["t" * 31 + str(n) for n in range(8)])}"',
    "voters": ["v" * 50] * 16,
    "parts": "%" * 720,
    "cost_cycles": 2**64 - 1,
    "cost_ms": 2**32 - 1,
    "created_at_ns": 2**64 - 1,
    "prompt_tokens": 2**32 - 1,
    "completion_tokens": 2**32 - 1,
    "dropped_messages": 2**32 - 1,
    "dropped_characters": 2**32 - 1,
}


def everyone(_: str) -> bool:
    """See every namespace."""
    return True


def look(cache: AnswerCache, digest: str, now_ns: int = SECOND, control: str = "") -> Any:
    """Look a digest up as one who sees all."""
    return lookups.look(cache, digest, everyone, now_ns, control)


@pytest.mark.parametrize("letter", ["x", "é", "€", "\U0001f600"])
@pytest.mark.parametrize("size", [1, 3_999, 4_000, 4_001, 8_300, 200_000])
def test_the_longest_labels_leave_every_answer_whole(
    cache: AnswerCache, put_request: Maker, letter: str, size: int
) -> None:
    """The maps take it, and both lookups bring it back."""
    content = (letter * size).encode()[:200_000].decode(errors="ignore")
    stored = puts.put(cache, put_request(DIGEST, content, **LONGEST), 10**19)
    assert "Stored" in stored
    (digest,) = cache.index.digests()
    assert look(cache, digest, 10**19)["Hit"]["answer"]["content"] == content
    assert fast_lookups.hit_text(cache, digest, everyone, 10**19).endswith("|" + content)


@pytest.mark.parametrize(
    "fields",
    [
        {"trust": "t" * 41},
        {"sample": 1_000},
        {"voters": ["v"] * 17},
        {"voters": ["v" * 200] * 4 + ["v"]},
        {"parts": "p" * 721},
        {"cache_control": f'tags="{" ".join("abcdefghi")}"'},
        {"cache_control": f"tags={'t' * 33}"},
        {"namespace": "shared:" + "a" * 65},
        {"model": "m" * 196 + "@r:q8"},
        {"content": "x" * 200_001},
    ],
)
def test_one_over_a_bound_is_refused(
    cache: AnswerCache, memory: Any, put_request: Maker, fields: dict[str, Any]
) -> None:
    """Nothing is written."""
    before = memory.writes()
    assert "Refused" in puts.put(cache, put_request(DIGEST, **fields), SECOND)
    assert memory.writes() == before


def test_labels_that_no_room_could_be_made_for_are_too_large_and_evict_nothing(
    cache: AnswerCache, put_request: Maker
) -> None:
    """The whole's bound of bytes admits the answer, but not with all its labels."""
    cache.bounds = cache.bounds._replace(max_bytes=HEADER_BYTES + 100, max_answer_bytes=100)
    puts.put(cache, put_request(digest_of("small")), SECOND)
    large = put_request(DIGEST, "x" * 100, voters=["v"])
    assert puts.put(cache, large, SECOND) == {
        "Refused": {"TooLarge": {"unit": "bytes", "size": 624, "limit": 623}}
    }
    assert len(cache.index) == 1
    assert "Stored" in puts.put(cache, put_request(DIGEST, "x" * 100), SECOND)


def test_a_failure_of_any_length_is_bounded_as_an_answer_is(cache: AnswerCache) -> None:
    """A long refusal could otherwise crowd all answers out."""
    cache.bounds = cache.bounds._replace(max_answer_bytes=100)
    request = {"digest": DIGEST, "namespace": TENANT, "refusal": {"Timeout": "x" * 200}, "ttl_s": 1}
    assert "TooLarge" in puts.put_negative(cache, request, SECOND)["Refused"]
    for ttl_s in (0, MAX_NEGATIVE_TTL_S + 1):
        short = {**request, "refusal": {"Timeout": "x"}, "ttl_s": ttl_s}
        assert "BadRequest" in puts.put_negative(cache, short, SECOND)["Refused"]
    longest = {**request, "refusal": {"Timeout": "x"}, "ttl_s": MAX_NEGATIVE_TTL_S}
    assert "Stored" in puts.put_negative(cache, longest, SECOND)


def test_a_failure_is_told_until_its_end_and_gives_way_to_an_answer(
    cache: AnswerCache, put_request: Maker
) -> None:
    """It never displaces an answer that still serves."""
    request = {"digest": DIGEST, "namespace": TENANT, "refusal": {"Timeout": "x"}, "ttl_s": 5}
    assert "Stored" in puts.put_negative(cache, request, SECOND)
    negative = look(cache, DIGEST, 5 * SECOND)["Negative"]
    assert negative["refusal"] == {"Timeout": "x"}
    assert (negative["age_s"], negative["expires_in_s"]) == (4, 1)
    assert look(cache, DIGEST, 5 * SECOND, "no-cache") == {"Miss": "no-cache"}
    assert look(cache, DIGEST, 6 * SECOND) == {"Miss": "expired"}
    assert "Stored" in puts.put(cache, put_request(DIGEST), 5 * SECOND)
    assert "Refused" in puts.put_negative(cache, request, 5 * SECOND)
    assert "Hit" in look(cache, DIGEST, 5 * SECOND)


def test_a_ttl_of_0_needs_a_stale_window(cache: AnswerCache, put_request: Maker) -> None:
    """Such an answer is never fresh, in neither form, even if the clock went back."""
    assert "Refused" in puts.put(cache, put_request(DIGEST, ttl_s=0), 9 * SECOND)
    request = put_request(DIGEST, ttl_s=0, cache_control="stale-while-revalidate=5")
    assert "Stored" in puts.put(cache, request, 9 * SECOND)
    for now_ns in (8 * SECOND, 9 * SECOND, 13 * SECOND):
        assert look(cache, DIGEST, now_ns) == {"Miss": "expired"}
        assert fast_lookups.hit_text(cache, DIGEST, everyone, now_ns) == "miss|expired"
        assert "Stale" in look(cache, DIGEST, now_ns, "stale-while-revalidate=9")
    assert look(cache, DIGEST, 14 * SECOND, "stale-while-revalidate=9") == {"Miss": "expired"}


def test_a_clock_that_stands_still_orders_by_sequence(
    cache: AnswerCache, put_request: Maker
) -> None:
    """Purges hide what was put before them within the same instant, and nothing put after."""
    puts.put(cache, put_request(DIGEST), SECOND)
    cache.invalidation.purge("all", cache.meta.next_sequence())
    puts.put(cache, put_request(digest_of("two")), SECOND)
    assert look(cache, DIGEST) == {"Miss": "purged"}
    assert "Hit" in look(cache, digest_of("two"))
    assert upkeep.sweep_step(cache, SECOND) == 1
    assert look(cache, DIGEST) == {"Miss": "purged"}


def test_a_full_cache_takes_from_its_largest_namespace(
    cache: AnswerCache, put_request: Maker
) -> None:
    """A flood of one tenant does not drive out another's answers."""
    cache.bounds = cache.bounds._replace(max_entries=10)
    small = [digest_of(f"small {number}") for number in range(3)]
    for digest in small:
        puts.put(cache, put_request(digest, namespace=OTHER), SECOND)
    for number in range(50):
        stored = puts.put(cache, put_request(digest_of(str(number))), SECOND)
        assert stored["Stored"]["evicted"] == (number >= 7)
    assert all("Hit" in look(cache, digest) for digest in small)
    assert len(cache.index) == 10


def test_a_namespaces_own_bytes_bound_its_answers_and_refuse_a_larger_one(
    cache: AnswerCache, put_request: Maker
) -> None:
    """Its own bound goes before that of the whole; others are not touched."""
    cache.tenants.save_bounds(TENANT, ShelfBounds("lru", 0, 2 * HEADER_BYTES + 100))
    puts.put(cache, put_request(digest_of("other"), namespace=OTHER), SECOND)
    for number in range(5):
        assert "Stored" in puts.put(cache, put_request(digest_of(str(number))), SECOND)
    assert cache.index.shelf(TENANT).entries == 2
    assert cache.index.shelf(OTHER).entries == 1
    refused = puts.put(cache, put_request(DIGEST, "x" * (HEADER_BYTES + 101)), SECOND)
    assert refused["Refused"]["TooLarge"]["limit"] == 2 * HEADER_BYTES + 100
    assert cache.index.shelf(TENANT).entries == 2
