"""What is in the key is asked of the model, and what is replayed is what was first answered."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import HIT

if TYPE_CHECKING:
    from tests.system.network import Network

ANSWER = "Paris | the\u2028city.\r\n\x1b[1m\u0301 \U0001f600 \x00"


def sent(network: Network) -> Any:
    """Read the newest request that the provider got."""
    return json.loads(network.mocks.requests[-1].request.body or b"")


def test_a_cached_answer_is_the_live_one_byte_for_byte(network: Network) -> None:
    """LiteLLM's cached message differs from the live one, which spoils what is asked next."""
    network.answer_model(ANSWER)
    live = network.answered("Capital?", extra='{"top_k":40}')
    for extra in ('{"top_k":40}', ' {"top_k" : 4.0e1, "min_p": null}'):
        again = network.answered("Capital?", extra=extra, cache_control=None)
        assert again["cache_status"] == HIT
        assert again["answer"] == live["answer"]
        assert again["answer"]["content"].encode() == ANSWER.encode()
    assert network.outcalls == 1


def test_a_further_parameter_reaches_the_provider_and_the_key(network: Network) -> None:
    """Another value is another request, asked as it is keyed."""
    network.answer_model("one")
    first = network.answered("hello", extra='{"logit_bias":{"7":-1e2},"min_p":0.10}')
    body = sent(network)
    assert (body["logit_bias"], body["min_p"]) == ({"7": -100}, 0.1)
    network.answer_model("two")
    second = network.answered("hello", extra='{"min_p":0.2}')
    assert sent(network)["min_p"] == 0.2
    network.answer_model("three")
    third = network.answered("hello")
    assert "min_p" not in sent(network)
    assert len({one["digest"] for one in (first, second, third)}) == 3


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ('{"stream":true}', "does not change the answer"),
        ('{"model":"other"}', "field of its own"),
        ("[]", "one JSON object"),
        ('{"a":1e}', "one JSON object"),
        ('{"a":' * 400 + "1" + "}" * 400, "32 levels"),
    ],
)
def test_what_has_no_place_is_refused_before_it_costs(
    network: Network, extra: str, words: str
) -> None:
    """By the batcher, with words, and without an outcall."""
    refusal = network.ask("hello", extra=extra)["Refused"]
    assert words in refusal["BadRequest"]
    assert network.outcalls == 0
