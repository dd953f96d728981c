"""A prompt is asked of the model once, and answered from stable memory ever after."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from tests.parity.dapps import MODEL, PROVIDER_URL, principal, request
from tests.parity.pocket import replied
from tests.statuses import HIT, MISS_STORED

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps

ALICE = principal("alice")
BOB = principal("bob")
PROMPT = "Capital of France?"


def test_first_ask_is_a_miss_with_one_outcall(dapps: Dapps) -> None:
    """The first ask of a prompt costs one outcall, and its answer is stored."""
    first = dapps.answered(PROMPT, "Paris | the city.\n")
    assert first["answer"]["content"] == "Paris | the city.\n"
    assert (first["cache_status"], first["outcalls"]) == (MISS_STORED, 1)
    assert dapps.counters("cache")["entries"] == 1


def test_outcall_asks_the_provider_with_its_key_and_model(dapps: Dapps) -> None:
    """The one request is a POST to the chat completions, bounded, with key and remote model."""
    dapps.begin_ask(PROMPT)
    [outcall] = dapps.pocket.outcalls()
    headers = {each["name"].lower(): each["value"] for each in outcall["headers"]}
    body = json.loads(b64decode(outcall["body"]))
    assert outcall["http_method"] == "POST"
    assert outcall["url"] == f"{PROVIDER_URL}/v1/chat/completions"
    assert 0 < outcall["max_response_bytes"] < 2_000_000
    assert headers["authorization"] == "Bearer sk-made-up"
    assert body["messages"] == [{"role": "user", "content": PROMPT}]
    assert body["model"] == "tiny"


def test_same_ask_again_is_a_hit_without_an_outcall(dapps: Dapps) -> None:
    """The second ask gets the same answer in every field, and no outcall is made."""
    first = dapps.answered(PROMPT, "Paris")
    second = dapps.answered(PROMPT)
    assert second["answer"] == first["answer"]
    assert (second["cache_status"], second["outcalls"]) == (HIT, 0)


def test_free_lookup_finds_the_answer(dapps: Dapps) -> None:
    """A query on the cache finds what was stored for its caller, and nothing before."""
    assert dapps.query("cache", "lookup", request(PROMPT)) == {"Miss": "never stored"}
    first = dapps.answered(PROMPT, "Paris")
    found = dapps.query("cache", "lookup", request(PROMPT))["Hit"]
    assert found["answer"] == first["answer"]
    assert found["digest"] == first["digest"]


@pytest.mark.parametrize(
    "change",
    [
        {"max_tokens": [12]},
        {"temperature_micros": [0]},
        {"seed": [0]},
        {"stop": ["\n"]},
        {"namespace": ["public"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_field_that_changes_the_answer_is_a_miss(dapps: Dapps, change: dict[str, Any]) -> None:
    """A request that differs in one field is another request, with an outcall of its own."""
    dapps.answered(PROMPT, "Paris")
    other = dapps.answered(PROMPT, "something else", **change)
    assert other["cache_status"] == MISS_STORED


def test_bare_model_name_means_the_only_model_of_that_name(dapps: Dapps) -> None:
    """A name without revision and quantization meets the answer stored under the whole name."""
    dapps.answered(PROMPT, "Paris")
    assert dapps.answered(PROMPT, model=MODEL.partition("@")[0])["cache_status"] == HIT


def test_tenants_share_the_public_namespace_only(dapps: Dapps) -> None:
    """In its own namespace a tenant's answer is a miss to another; in the public one a hit."""
    dapps.allow(ALICE)
    dapps.allow(BOB)
    dapps.answered(PROMPT, "for Alice", sender=ALICE)
    bobs = dapps.answered(PROMPT, "for Bob", sender=BOB)
    assert bobs["answer"]["content"] == "for Bob"
    dapps.answered(PROMPT, "for all", sender=ALICE, namespace=["public"])
    shared = dapps.answered(PROMPT, sender=BOB, namespace=["public"])
    assert (shared["answer"]["content"], shared["cache_status"]) == ("for all", HIT)


def test_long_answer_comes_back_whole(dapps: Dapps) -> None:
    """An answer that takes several records of stable memory is byte for byte the model's."""
    long = "".join(f"{number} — é 🐍\n" for number in range(300))
    dapps.answered(PROMPT, long, max_tokens=[4_000])
    assert dapps.answered(PROMPT, max_tokens=[4_000])["answer"]["content"] == long


def test_answer_cut_by_our_own_budget_is_not_stored(dapps: Dapps) -> None:
    """An answer that ran out of tokens nobody asked for is delivered, and asked anew."""
    cut = json.dumps(
        {
            "id": "1",
            "choices": [{"message": {"content": "Par"}, "finish_reason": "length"}],
            "usage": {"prompt_tokens": 5, "completion_tokens": 512},
        }
    )
    first = dapps.ask(PROMPT, replied(cut))["Answered"]
    assert first["answer"]["finish"] == "budget"
    assert dapps.answered(PROMPT, "Paris")["cache_status"] == MISS_STORED
