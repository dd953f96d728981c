"""The way of one prompt: asked of the model once, answered from stable memory ever after."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import HIT, MISS_STORED
from tests.system.network import MODEL, PROVIDER_URL, principal

if TYPE_CHECKING:
    from tests.system.network import Network

ALICE = principal("alice")
BOB = principal("bob")
PROMPT = "Capital of France?"


@pytest.fixture
def first(network: Network) -> Any:
    """The Answered of a first ask."""
    network.answer_model("Paris | the city.\n")
    return network.answered(PROMPT)


def test_first_ask_is_a_miss_with_one_outcall(network: Network, first: Any) -> None:
    """The first ask of a prompt costs one outcall, and its answer is stored."""
    assert first["answer"]["content"] == "Paris | the city.\n"
    assert first["cache_status"] == MISS_STORED
    assert (first["outcalls"], network.outcalls) == (1, 1)
    assert network.counters("cache")["entries"] == 1


@pytest.mark.usefixtures("first")
def test_outcall_asks_the_provider_by_its_own_name_and_key(network: Network) -> None:
    """The one request goes to the chat completions of the provider, from one node, with its key."""
    [seen] = network.mocks.requests
    headers = dict(seen.request.headers)
    body = json.loads(seen.request.body or b"")
    assert seen.request.url == f"{PROVIDER_URL}/v1/chat/completions"
    assert headers["authorization"] == "Bearer sk-made-up"
    assert body["messages"] == [{"role": "user", "content": PROMPT}]
    assert not seen.request.is_replicated


def test_same_ask_again_is_a_hit_without_an_outcall(network: Network, first: Any) -> None:
    """The second ask gets the same answer to the last byte and field, and no outcall is made."""
    second = network.answered(PROMPT)
    assert second["answer"] == first["answer"]
    assert second["digest"] == first["digest"]
    assert (second["cache_status"], second["outcalls"]) == (HIT, 0)
    assert network.outcalls == 1


@pytest.mark.usefixtures("first")
def test_age_of_a_hit_counts_up(network: Network) -> None:
    """A hit says how many whole seconds ago its answer was stored."""
    ages = [network.answered(PROMPT)["age_s"]]
    for seconds in (59, 3_600):
        network.replica.advance(seconds)
        ages.append(network.answered(PROMPT)["age_s"])
    assert ages == [0, 59, 3_659]


@pytest.mark.usefixtures("first")
def test_bare_model_name_means_the_only_model_of_that_name(network: Network) -> None:
    """A name without revision and quantization meets the answer stored under the whole name."""
    assert network.answered(PROMPT, model=MODEL.partition("@")[0])["cache_status"] == HIT


@pytest.mark.usefixtures("first")
def test_any_field_that_changes_the_answer_is_a_miss(network: Network) -> None:
    """A request that differs in one field is another request, with an outcall of its own."""
    changes: list[dict[str, Any]] = [
        {"max_tokens": 12},
        {"temperature_micros": 0},
        {"top_p_micros": 1_000_000},
        {"seed": 0},
        {"stop": ["\n"]},
        {"response_format": "json_object"},
        {"namespace": "public"},
        {"messages": [{"role": "user", "content": PROMPT + " "}]},
        {"messages": [{"role": "user", "content": PROMPT}] * 2},
    ]
    network.answer_model("something else", times=len(changes))
    statuses = [network.answered(PROMPT, **change)["cache_status"] for change in changes]
    assert statuses == [MISS_STORED] * len(changes)


def test_another_tenant_does_not_see_the_answer(network: Network) -> None:
    """What one tenant asked in its own namespace is a miss to another, and an outcall."""
    network.allow(ALICE)
    network.allow(BOB)
    network.answer_model("for Alice")
    alices = network.answered(PROMPT, sender=ALICE)
    network.answer_model("for Bob")
    bobs = network.answered(PROMPT, sender=BOB)
    assert (alices["answer"]["content"], bobs["answer"]["content"]) == ("for Alice", "for Bob")
    assert alices["digest"] != bobs["digest"]


def test_public_answer_is_shared_by_all_tenants(network: Network) -> None:
    """What one tenant asked in the public namespace is a hit to another."""
    network.allow(ALICE)
    network.allow(BOB)
    network.answer_model("for all")
    network.answered(PROMPT, sender=ALICE, namespace="public")
    assert network.answered(PROMPT, sender=BOB, namespace="public")["cache_status"] == HIT
    assert network.outcalls == 1


def test_long_answer_comes_back_whole(network: Network) -> None:
    """An answer that takes several records of stable memory is byte for byte the model's."""
    long = "".join(f"{number} — é 🐍\n" for number in range(400))
    network.answer_model(long)
    network.answered(PROMPT)
    assert network.answered(PROMPT)["answer"]["content"] == long


@pytest.mark.usefixtures("first")
def test_counters_tell_a_hit_from_a_miss(network: Network) -> None:
    """Batcher, cache and infer count one miss and one hit the same way."""
    network.answered(PROMPT)
    batcher = network.counters("batcher")
    cache = network.counters("cache")
    assert {name: batcher[name] for name in ("asks", "hits", "flights", "outcalls", "stored")} == {
        "asks": 2,
        "hits": 1,
        "flights": 1,
        "outcalls": 1,
        "stored": 1,
    }
    assert (cache["hits"], cache["misses"], cache["puts"]) == (1, 1, 1)
    assert network.counters("infer")["outcalls"] == 1
