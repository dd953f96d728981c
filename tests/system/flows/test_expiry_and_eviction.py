"""What leaves the cache: by its time, by the bounds, by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from cache_core.cache_bounds import LONGEST_LABELS
from refrain.daemon.deployment import PROVIDER
from refrain_core.request_parts import parts_text
from tests.statuses import HIT, MISS, MISS_STORED
from tests.system.network import request

if TYPE_CHECKING:
    from tests.system.network import Network

HEADER_BYTES = 523 + len(PROVIDER) + len(parts_text(request("any")))
"""What an answer counts beside its text: a flat header, its voter, and what `explain` compares."""


def store(network: Network, *prompts: str, text: str = "x") -> list[Any]:
    """Ask prompts that are not stored yet."""
    network.answer_model(text, times=len(prompts))
    return [network.answered(prompt) for prompt in prompts]


def is_hit(network: Network, answered: Any) -> bool:
    """Tell, by the uncounted lookup, whether an answer is still served."""
    return "Hit" in network.query("cache", "lookup_digest", answered["digest"])


def test_answer_expires_by_the_clock(network: Network) -> None:
    """One second before its expiry an answer is a hit; at its expiry it is asked for anew."""
    network.configure("cache", default_ttl_s=100)
    store(network, "a")
    network.replica.advance(99)
    assert network.answered("a")["cache_status"] == HIT
    network.replica.advance(1)
    network.answer_model("newer")
    assert network.answered("a")["answer"]["content"] == "newer"
    assert network.answered("a")["age_s"] == 0


def test_sweep_frees_expired_answers_that_nobody_asks_for(network: Network) -> None:
    """Within a minute after its expiry an answer takes no room any more."""
    network.configure("cache", default_ttl_s=100)
    store(network, "a", "b", "c")
    network.replica.advance(160)
    counters = network.counters("cache")
    assert (counters["entries"], counters["bytes"], counters["freed"]) == (0, 0, 3)


def test_a_lowered_lifetime_leaves_stored_answers_alone(network: Network) -> None:
    """An answer keeps the lifetime under which it was stored."""
    [old] = store(network, "old")
    network.configure("cache", default_ttl_s=10)
    [new] = store(network, "new")
    network.replica.advance(10)
    assert (is_hit(network, old), is_hit(network, new)) == (True, False)


def test_bound_on_entries_evicts_the_least_recently_used(network: Network) -> None:
    """A hit keeps an answer in the cache; the one that nobody asked for since goes first."""
    network.configure("cache", max_entries=3)
    a, b, c = store(network, "a", "b", "c")
    network.answered("a")
    [d] = store(network, "d")
    assert [is_hit(network, each) for each in (a, b, c, d)] == [True, False, True, True]
    counters = network.counters("cache")
    assert (counters["entries"], counters["evictions"]) == (3, 1)


def test_lookup_does_not_keep_an_answer(network: Network) -> None:
    """The free query moves no recency: looked up a hundred times, the oldest still goes first."""
    network.configure("cache", max_entries=2)
    a, b = store(network, "a", "b")
    assert all(is_hit(network, a) for _ in range(100))
    [c] = store(network, "c")
    assert [is_hit(network, each) for each in (a, b, c)] == [False, True, True]


def test_bound_on_bytes_evicts_as_many_as_it_needs(network: Network) -> None:
    """A large answer makes room for itself, and the bytes never exceed their bound."""
    limit = HEADER_BYTES + LONGEST_LABELS + 2_500
    network.configure("cache", max_bytes=limit, max_answer_bytes=2_500)
    small = store(network, "a", "b", text="s" * 1_800)
    [large] = store(network, "c", text="l" * 2_500)
    assert [is_hit(network, each) for each in (*small, large)] == [False, False, True]
    counters = network.counters("cache")
    assert (counters["bytes"], counters["evictions"]) == (HEADER_BYTES + 2_500, 2)
    assert counters["bytes"] <= limit


def test_bytes_count_text_and_header_and_return_to_zero(network: Network) -> None:
    """What was counted in is counted out again, in UTF-8 bytes."""
    answered = store(network, "a", text="é🐍")[0]
    assert network.counters("cache")["bytes"] == HEADER_BYTES + 6
    assert network.update("cache", "remove", answered["digest"]) == {"Ok": "removed"}
    counters = network.counters("cache")
    assert (counters["entries"], counters["bytes"], counters["removals"]) == (0, 0, 1)


def test_lowered_bounds_shrink_the_cache_by_itself(network: Network) -> None:
    """What stands over a new bound goes without any call, the oldest first."""
    answers = store(network, *"abcdef")
    network.configure("cache", max_entries=2)
    network.replica.run()
    assert [is_hit(network, each) for each in answers] == [False] * 4 + [True] * 2
    assert network.counters("cache")["entries"] == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("max_entries", 0),
        ("max_entries", 1_000_001),
        ("max_bytes", 0),
        ("max_bytes", 8_000_000_001),
        ("max_bytes", 200_000),
        ("max_answer_bytes", 0),
        ("max_answer_bytes", 1_000_001),
        ("default_ttl_s", 0),
    ],
)
def test_bounds_of_no_use_are_refused(shared: Network, field: str, value: int) -> None:
    """Zero, or more than the cache can hold, changes no setting and says what to choose."""
    before = shared.query("cache", "settings")
    done = shared.update("cache", "configure", {**before, field: value})
    assert done["Refused"]["BadRequest"].startswith(f"{field} is {value}: choose ")
    assert shared.query("cache", "settings") == before


def test_answer_of_exactly_the_largest_size_is_stored(network: Network) -> None:
    """The bound itself still fits, one byte more does not."""
    network.configure("cache", max_answer_bytes=100, max_bytes=100 + HEADER_BYTES + LONGEST_LABELS)
    assert store(network, "fits", text="x" * 100)[0]["cache_status"] == MISS_STORED
    assert store(network, "does not", text="x" * 101)[0]["cache_status"] == MISS
    assert network.counters("cache")["entries"] == 1
