"""What is worth keeping: whole answers, and nothing cut by us or refused by the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.statuses import HIT, MISS, STALE_STORED

if TYPE_CHECKING:
    from tests.system.network import Network

PROMPT = "Tell me a story."


def test_answer_ended_by_stop_is_stored(network: Network) -> None:
    """A model that came to its end by itself is quoted from then on."""
    network.answer_model("The end.", "stop")
    answered = network.answered(PROMPT)
    assert answered["answer"]["finish"] == "stop"
    assert network.answered(PROMPT)["cache_status"] == HIT


def test_answer_cut_by_the_callers_own_max_tokens_is_stored(network: Network) -> None:
    """Whoever asks for few tokens gets the same few tokens again."""
    network.answer_model("Once upon", "length")
    answered = network.answered(PROMPT, max_tokens=2)
    assert answered["answer"]["finish"] == "length"
    assert network.answered(PROMPT, max_tokens=2)["cache_status"] == HIT


@pytest.mark.parametrize(
    ("finish", "max_tokens"),
    [("length", None), ("length", 513), ("content_filter", 2), (None, 2)],
    ids=["our default", "our bound below the caller's", "a filter", "no reason given"],
)
def test_answer_cut_by_our_budget_is_not_stored(
    network: Network, finish: str | None, max_tokens: int | None
) -> None:
    """An answer that is not whole is delivered, says so, and is asked for again next time."""
    network.answer_model("Once upon a", finish, times=2)
    answered = network.answered(PROMPT, max_tokens=max_tokens)
    assert answered["answer"]["finish"] == "budget"
    assert answered["cache_status"] == MISS
    assert network.counters("cache")["entries"] == 0
    assert network.answered(PROMPT, max_tokens=max_tokens)["outcalls"] == 1


def test_answer_that_the_cache_refuses_is_delivered_all_the_same(network: Network) -> None:
    """One too large for the cache reaches its asker, unstored, and harms nothing."""
    network.configure("cache", max_answer_bytes=10)
    network.answer_model("longer than ten bytes", times=2)
    answered = network.answered(PROMPT)
    assert answered["answer"]["content"] == "longer than ten bytes"
    assert answered["cache_status"] == MISS
    assert network.answered(PROMPT)["outcalls"] == 1


def test_answer_of_a_writer_no_longer_allowed_is_delivered_unstored(network: Network) -> None:
    """A cache that takes nothing from the batcher any more costs the hits, never the answers."""
    network.update("cache", "deny_writer", network.ids["batcher"])
    network.answer_model("The end.")
    answered = network.answered(PROMPT)
    assert (answered["answer"]["content"], answered["cache_status"]) == ("The end.", MISS)


def test_answer_while_the_cache_is_stopped_is_delivered_unstored(network: Network) -> None:
    """Without its cache the batcher still answers, by an outcall each time."""
    network.replica.stop(network.ids["cache"])
    network.answer_model("The end.")
    assert network.answered(PROMPT)["cache_status"] == MISS


def test_empty_answer_is_delivered_and_not_stored(network: Network) -> None:
    """A model that says nothing is believed once, and asked again the next time."""
    network.answer_model("")
    answered = network.answered(PROMPT)
    assert (answered["answer"]["content"], answered["cache_status"]) == ("", MISS)
    assert network.counters("cache")["entries"] == 0


def test_failure_that_lasts_is_kept_for_its_time_only(network: Network) -> None:
    """Half a minute after an error of the provider the next ask goes out again."""
    network.mocks.expect(times=1).respond(503, "loading")
    assert network.ask(PROMPT)["Refused"]["ProviderError"]["status"] == 503
    network.replica.advance(29)
    assert network.ask(PROMPT)["Refused"]["ProviderError"]["status"] == 503
    network.replica.advance(1)
    network.answer_model("The end.")
    answered = network.answered(PROMPT)
    assert (answered["outcalls"], answered["cache_status"]) == (1, STALE_STORED)


def test_failure_that_passes_is_not_stored(network: Network) -> None:
    """After a rate limit nothing is in the cache, and the next ask goes out again."""
    network.mocks.expect(times=1).respond(429, "slow down")
    assert "RateLimited" in network.ask(PROMPT)["Refused"]
    assert network.counters("cache")["entries"] == 0
    # An overloaded provider is left alone for a moment.
    network.replica.advance(1)
    network.answer_model("The end.")
    assert network.answered(PROMPT)["outcalls"] == 1


def test_no_failure_is_kept_where_the_settings_say_so(network: Network) -> None:
    """With negative_ttl_s at 0 every ask goes out again."""
    network.configure("batcher", negative_ttl_s=0)
    network.mocks.expect(times=1).respond(503, "loading")
    assert "ProviderError" in network.ask(PROMPT)["Refused"]
    network.replica.advance(1)
    network.answer_model("The end.")
    assert network.answered(PROMPT)["outcalls"] == 1
