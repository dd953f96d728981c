"""Answers of several rounds through the three canisters, and the stream of a ticket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from refrain.daemon.deployment import ModelEndpoint, provider_settings
from tests.statuses import HIT, MISS_STORED
from tests.system.faults.cycle_books import all_cycles
from tests.system.network import API_KEY, MODEL, PROVIDER_URL, STRANGER, chat_reply, request

if TYPE_CHECKING:
    from tests.system.network import Network

LEASE_S = 120
GOES_ON = ("length", (5, 256))
ENDS = ("stop", (5, 9))


@pytest.fixture(autouse=True)
def _continuing(network: Network) -> None:
    """Let the provider say that it continues an assistant's last message."""
    settings = provider_settings(ModelEndpoint(MODEL, PROVIDER_URL, API_KEY))
    continuing = {**settings, "features": ["prefill"]}
    assert "Ok" in network.update("infer", "set_provider", continuing)


def say(network: Network, *rounds: str) -> None:
    """Expect as many rounds, all but the last cut by their bound."""
    expected = network.mocks.expect()
    for text in rounds[:-1]:
        expected.respond(200, chat_reply(text, *GOES_ON))
    expected.respond(200, chat_reply(rounds[-1], *ENDS))


def one_round(network: Network) -> None:
    """Let the replies that wait arrive, and run until the next ones wait."""
    network.mocks.release()
    network.replica.run()


def asked(network: Network) -> list[tuple[str, int]]:
    """Read what the model was asked: the last message, and how many tokens."""
    bodies = [json.loads(seen.request.body or b"") for seen in network.mocks.requests]
    return [(body["messages"][-1]["content"], body["max_tokens"]) for body in bodies]


def streamed(network: Network, ticket: Any, cursor: int = 0) -> Any:
    """Read a ticket's stream."""
    return network.query("batcher", "stream", ticket["ticket"], cursor)["Streamed"]


def test_a_long_answer_is_streamed_round_by_round_stored_and_replayed(network: Network) -> None:
    """Each round is told what was said; a later submit replays the stored answer."""
    # The second reply repeats what it continues, as llama.cpp does.
    say(network, "Once ", "Once upon ", "a time.")
    ticket = network.submit("story", max_tokens=1_000)["Ticket"]
    shown = []
    for _ in range(3):
        shown.append(streamed(network, ticket))
        one_round(network)
    assert [part["text"] for part in shown] == ["", "Once ", "Once upon "]
    assert not any(part["done"] for part in shown)
    assert streamed(network, ticket, 10) == {"text": "a time.", "next": 17, "done": True}
    settled = network.result(ticket)["Settled"]
    assert (settled["cache_status"], settled["outcalls"]) == (MISS_STORED, 3)
    assert (settled["answer"]["finish"], settled["answer"]["completion_tokens"]) == ("stop", 521)
    assert asked(network) == [("story", 256), ("Once ", 256), ("Once upon ", 256)]
    again = network.submit("story", max_tokens=1_000)["Ticket"]
    assert network.result(again)["Settled"]["cache_status"] == HIT
    assert streamed(network, again)["text"] == "Once upon a time."


def test_a_stranger_reads_no_stream(network: Network) -> None:
    """Not even that it exists."""
    say(network, "Once ", "upon a time.")
    ticket = network.submit("story", max_tokens=1_000)["Ticket"]["ticket"]
    one_round(network)
    network.allow(STRANGER)
    refused = network.query("batcher", "stream", ticket, 0, sender=STRANGER)["Refused"]
    assert list(refused) == ["NotAllowed"]
    network.release()


def test_an_upgrade_between_rounds_keeps_what_was_said_and_pays_for_the_rest_only(
    network: Network,
) -> None:
    """The waiting call is lost with the old code; its work goes on behind its lease."""
    before = all_cycles(network.replica)
    say(network, "Once ", "lost", "upon a time.")
    network.submit("story", max_tokens=1_000)
    one_round(network)
    network.install("batcher", "upgrade")
    network.release()
    network.replica.advance(LEASE_S + 1)
    answered = network.answered("story", max_tokens=1_000)
    assert asked(network)[1:] == [("Once ", 256), ("Once ", 256)]
    assert answered["answer"]["content"] == "Once upon a time."
    assert network.outcalls == 3
    assert all_cycles(network.replica) == before


def test_a_round_that_fails_leaves_a_cut_answer_and_the_next_ask_goes_on(
    network: Network,
) -> None:
    """It is delivered, not stored; no round is paid for twice."""
    network.mocks.expect().respond(200, chat_reply("Once ", *GOES_ON)).respond(500, "{}")
    first = network.answered("story", max_tokens=1_000)
    assert (first["answer"]["content"], first["answer"]["finish"]) == ("Once ", "budget")
    say(network, "upon a time.")
    second = network.answered("story", max_tokens=1_000)
    assert asked(network)[-1] == ("Once ", 256)
    assert (second["answer"]["content"], second["outcalls"]) == ("Once upon a time.", 1)


def test_rounds_of_several_asks_run_side_by_side(network: Network) -> None:
    """Four answers of two rounds each, whose rounds interleave."""
    prompts = [f"story {number}" for number in range(4)]
    for prompt in prompts:
        told = network.mocks.expect(contains=prompt)
        told.respond(200, chat_reply(f"{prompt} begins, ", *GOES_ON))
        told.respond(200, chat_reply("and ends.", *ENDS))
    calls = [network.begin("ask", request(prompt, max_tokens=1_000)) for prompt in prompts]
    network.release()
    for prompt, call in zip(prompts, calls, strict=True):
        answered = network.replica.reply(call)["Answered"]
        assert answered["answer"]["content"] == f"{prompt} begins, and ends."
    assert network.outcalls == 8
