"""A real quantized model asked through the three canisters.

What it says is its own affair; asserted is only what holds for any model that repeats itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from refrain.state.model_choice import SMOLLM2
from tests.statuses import COLLAPSED, HIT, MISS_STORED

if TYPE_CHECKING:
    from tests.system.faults.lying_server import LyingServer
    from tests.system.faults.served_network import ServedNetwork

pytestmark = [pytest.mark.model, pytest.mark.slow]

FEW_TOKENS = 8
STORY = "Tell me a long story about the sea."
# One token for many characters: the model reads it in a few seconds.
LONG_PROMPT = "Which word is repeated here? " + "international " * 641


def test_an_answer_is_stored_and_served_byte_for_byte(
    answering: ServedNetwork, model_server: LyingServer
) -> None:
    """The first ask is a miss with one request; the second the same answer, without any."""
    # Bounded, since at temperature 0 a small model may go on until Refrain's budget cuts it.
    fields: dict[str, Any] = {"max_tokens": 3 * FEW_TOKENS, "temperature_micros": 0}
    first = answering.ask("What is the capital of France?", **fields)["Answered"]
    second = answering.ask("What is the capital of France?", **fields)["Answered"]
    assert (first["cache_status"], first["outcalls"]) == (MISS_STORED, 1)
    assert (second["cache_status"], second["outcalls"]) == (HIT, 0)
    assert second["answer"] == first["answer"]
    assert first["answer"]["content"].strip()
    assert (first["answer"]["model"], first["answer"]["trust"]) == (SMOLLM2, "single_node")
    assert len(model_server.asked) == 1


def test_the_callers_bound_ends_an_answer_by_length_and_it_is_stored(
    answering: ServedNetwork, model_server: LyingServer
) -> None:
    """A story of eight tokens is what was asked for."""
    first = answering.ask(STORY, max_tokens=FEW_TOKENS, temperature_micros=0)["Answered"]
    again = answering.ask(STORY, max_tokens=FEW_TOKENS, temperature_micros=0)["Answered"]
    assert first["answer"]["finish"] == "length"
    assert first["answer"]["completion_tokens"] == FEW_TOKENS
    assert first["cache_status"] == MISS_STORED
    assert (again["cache_status"], again["answer"]) == (HIT, first["answer"])
    assert len(model_server.asked) == 1


def test_temperature_zero_repeats_itself(
    answering: ServedNetwork, model_server: LyingServer
) -> None:
    """Removed from the cache and asked again, the model says the same."""
    fields: dict[str, Any] = {"max_tokens": 2 * FEW_TOKENS, "temperature_micros": 0}
    first = answering.ask("Name three colours.", **fields)["Answered"]
    assert answering.update("cache", "remove", first["digest"]) == {"Ok": "removed"}
    second = answering.ask("Name three colours.", **fields)["Answered"]
    assert second["cache_status"] == MISS_STORED
    assert second["answer"]["content"] == first["answer"]["content"]
    assert len(model_server.asked) == 2
    assert model_server.asked[0].body == model_server.asked[1].body


def test_a_prompt_over_the_limit_is_cut_and_answered(answering: ServedNetwork) -> None:
    """Of 9,000 characters head and tail are sent, and the reply says what was dropped."""
    assert len(LONG_PROMPT) > 9_000
    fields: dict[str, Any] = {"max_tokens": FEW_TOKENS, "temperature_micros": 0}
    answered = answering.ask(LONG_PROMPT, **fields)["Answered"]["answer"]
    assert answered["dropped_characters"] > 1_000
    assert answered["dropped_messages"] == 0
    assert answered["prompt_tokens"] > 500


def test_eight_identical_asks_at_once_make_one_request(
    answering: ServedNetwork, model_server: LyingServer
) -> None:
    """One of the eight opens the flight and is answered; the others read the same by ticket."""
    fields: dict[str, Any] = {"max_tokens": 2 * FEW_TOKENS, "temperature_micros": 0}
    asked = answering.request("What is ice made of?", **fields)
    calls = [answering.begin("batcher", "ask", asked) for _ in range(8)]
    replies = [answering.finish(call) for call in calls]
    (answered,) = [reply["Answered"] for reply in replies if "Answered" in reply]
    tickets = [reply["Joined"]["ticket"] for reply in replies if "Joined" in reply]
    assert len(tickets) == 7
    for ticket in tickets:
        settled = answering.query("batcher", "result", ticket)["Settled"]
        assert settled["answer"] == answered["answer"]
        assert (settled["cache_status"], settled["outcalls"]) == (COLLAPSED, 0)
    assert len(model_server.asked) == 1


def test_four_different_asks_at_once_are_all_answered(
    answering: ServedNetwork, model_server: LyingServer
) -> None:
    """Each has an outcall of its own; the server takes them one after the other."""
    prompts = [f"What is {number} plus {number}?" for number in range(4)]
    fields: dict[str, Any] = {"max_tokens": FEW_TOKENS, "temperature_micros": 0}
    asked = [answering.request(prompt, **fields) for prompt in prompts]
    calls = [answering.begin("batcher", "ask", each) for each in asked]
    replies = [answering.finish(call)["Answered"] for call in calls]
    assert [reply["cache_status"] for reply in replies] == [MISS_STORED] * 4
    assert all(reply["answer"]["completion_tokens"] > 0 for reply in replies)
    assert len(model_server.asked) == 4


def test_five_samples_of_the_model_are_counted(
    answering: ServedNetwork, model_server: LyingServer
) -> None:
    """Each voter is one request with a seed of its own; the same vote again makes none."""
    policy = {"votes": 5, "quorum": 1, "strategy": "medoid:100", "spread": "seeds", "among": []}
    policy |= {"tie_rule": "first_listed", "stop_permille": None, "weights": "equal"}
    fields: dict[str, Any] = {"max_tokens": FEW_TOKENS, "temperature_micros": 900_000, "seed": 5}
    joined = answering.ask("Name a colour.", consensus=policy, **fields)["Joined"]
    answering.replica.run_until(lambda: len(model_server.asked) == 5)
    answering.replica.run_until(lambda: not answering.replica.desk.pending)
    verdict = answering.query("batcher", "result", joined["ticket"])["Consistent"]
    seeds = [voter["seed"] for group in verdict["groups"] for voter in group["voters"]]
    assert set(seeds) <= {5, 6, 7, 8, 9}
    assert verdict["answered"]["answer"]["trust"] == f"quorum {verdict['votes']}/5"
    again = answering.ask("Name a colour.", consensus=policy, **fields)["Answered"]
    assert again["cache_status"] == HIT
    assert len(model_server.asked) == 5
