"""What a request asks of the real cache, end to end: lookups, outcalls, storing, replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.statuses import HIT, MISS, MISS_STORED, STALE_STORED

if TYPE_CHECKING:
    from tests.system.network import Network

PROMPT = "Which city is the capital of France?"


@pytest.fixture
def stored(network: Network) -> Network:
    """Give a network with one answer stored, 30 seconds old."""
    network.answer_model("Paris")
    network.answered(PROMPT)
    network.replica.advance(30)
    return network


def test_directives_are_no_part_of_the_key(stored: Network) -> None:
    """An answer that was asked for without any serves a request with some, and says its ttl."""
    hit = stored.answered(PROMPT, cache_control="max-age=30, ttl=5, tags=a")
    assert hit["cache_status"] == HIT
    assert f"; ttl={604_800 - 30}; key=" in hit["cache_status"]
    assert stored.outcalls == 1


def test_too_old_an_answer_is_a_miss_for_who_says_so(stored: Network) -> None:
    """The new answer replaces it for all."""
    stored.answer_model("Paris again")
    young = stored.answered(PROMPT, cache_control="max-age=29")
    assert young["cache_status"].startswith("fwd=miss; stored; ")
    assert young["cache_status"].endswith("; detail=max-age")
    assert stored.answered(PROMPT)["answer"]["content"] == "Paris again"


def test_no_cache_replaces_what_is_stored(stored: Network) -> None:
    """The model is asked although a fresh answer is there."""
    stored.answer_model("Paris again")
    answered = stored.answered(PROMPT, cache_control="no-cache")
    assert answered["cache_status"].startswith("fwd=request; stored; key=")
    again = stored.answered(PROMPT)
    assert (again["answer"]["content"], again["cache_status"]) == ("Paris again", HIT)


def test_no_store_leaves_nothing_behind(network: Network) -> None:
    """The next ask is a miss too."""
    network.answer_model("Paris", times=2)
    assert network.answered(PROMPT, cache_control="no-store")["cache_status"] == MISS
    assert network.answered(PROMPT)["cache_status"] == MISS_STORED


def test_only_if_cached_never_asks_the_model(network: Network) -> None:
    """It is a typed refusal, then a hit."""
    assert "NotCached" in network.ask(PROMPT, cache_control="only-if-cached")["Refused"]
    assert network.outcalls == 0
    network.answer_model("Paris")
    network.answered(PROMPT)
    assert network.answered(PROMPT, cache_control="only-if-cached")["cache_status"] == HIT


def test_a_request_sets_the_life_of_its_answer(network: Network) -> None:
    """At its end the answer is stale, not missing."""
    network.answer_model("Paris", times=2)
    first = network.answered(PROMPT, cache_control="ttl=10")
    assert "; ttl=10; " in first["cache_status"]
    network.replica.advance(9)
    assert network.answered(PROMPT)["cache_status"] == HIT
    network.replica.advance(1)
    assert network.answered(PROMPT)["cache_status"] == STALE_STORED


def test_too_little_trust_is_refused_with_both_labels(stored: Network) -> None:
    """What is stored does not serve, and what the model's one node says does not either."""
    stored.answer_model("Paris again")
    refusal = stored.ask(PROMPT, cache_control="least-trust=replicated")["Refused"]
    assert "single_node" in refusal["NoConsensus"]
    assert stored.answered(PROMPT, cache_control="least-trust=single_node")["cache_status"] == HIT


def test_unknown_directives_are_refused(network: Network) -> None:
    """By name, before anything is called."""
    refusal = network.ask(PROMPT, cache_control="max-stale")["Refused"]
    assert "'max-stale'" in refusal["BadRequest"]
