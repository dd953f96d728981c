"""Long answers of a real model over several rounds, and their streams.

At temperature 0 a round repeats itself. Over rounds the model need not say what it says at once: it
reads its own text in one go, where it had written it token by token, and rounds off otherwise.
"""

from __future__ import annotations

import json
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.system.faults.lying_server import LyingServer
    from tests.system.faults.served_network import ServedNetwork

pytestmark = [pytest.mark.model, pytest.mark.slow]

ROUND_TOKENS = 24
TOKENS = 3 * ROUND_TOKENS
LOOK_S = 0.1
STORY = "Tell me a long story about the sea."


@pytest.fixture
def in_rounds(answering: ServedNetwork) -> Iterator[ServedNetwork]:
    """The network, whose provider gives few tokens in a round for the time of a test.

    It takes no lists meanwhile, whose items are not continued over rounds.
    """
    answering.set_provider(max_new_tokens=ROUND_TOKENS, features=["llama_cpp", "prefill"])
    assert "Ok" in answering.update("batcher", "refresh_models")
    yield answering
    answering.set_provider()
    assert "Ok" in answering.update("batcher", "refresh_models")


def asked_tokens(server: LyingServer) -> list[int]:
    """Read how many tokens each request asked for."""
    return [json.loads(asked.body)["max_tokens"] for asked in server.asked]


def test_an_answer_over_rounds_reaches_the_callers_limit_and_repeats_itself(
    in_rounds: ServedNetwork, model_server: LyingServer
) -> None:
    """Three rounds of 24 tokens begin with what one of 24 says, and again say the same."""
    fields: dict[str, Any] = {"max_tokens": TOKENS, "temperature_micros": 0}
    first = in_rounds.ask(STORY, **fields)["Answered"]
    assert first["outcalls"] == 3
    assert asked_tokens(model_server) == [ROUND_TOKENS] * 3
    answer = first["answer"]
    assert (answer["finish"], answer["completion_tokens"]) == ("length", TOKENS)
    assert in_rounds.update("cache", "remove", first["digest"]) == {"Ok": "removed"}
    again = in_rounds.ask(STORY, **fields)["Answered"]
    assert again["answer"]["content"] == answer["content"]
    short = in_rounds.ask(STORY, **{**fields, "max_tokens": ROUND_TOKENS})["Answered"]
    assert short["outcalls"] == 1
    assert answer["content"].startswith(short["answer"]["content"])


def test_a_stream_shows_a_real_answer_as_it_grows(in_rounds: ServedNetwork) -> None:
    """Every look begins with the one before; the last is the stored answer, and replays."""
    asked = in_rounds.request(STORY, max_tokens=TOKENS - 1, temperature_micros=0)
    ticket = in_rounds.update("batcher", "submit", asked)["Ticket"]["ticket"]
    looks: list[str] = []
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        part = in_rounds.query("batcher", "stream", ticket, 0)["Streamed"]
        if not looks or part["text"] != looks[-1]:
            looks.append(part["text"])
        if part["done"]:
            break
        in_rounds.replica.run_until(lambda: False, LOOK_S)
    settled = in_rounds.query("batcher", "result", ticket)["Settled"]["answer"]
    assert looks[-1] == settled["content"]
    assert all(later.startswith(before) for before, later in pairwise(looks))
    # The empty beginning, at least one round on its own, and the whole.
    assert len(looks) >= 3
    again = in_rounds.update("batcher", "submit", asked)["Ticket"]["ticket"]
    replayed = in_rounds.query("batcher", "stream", again, 0)["Streamed"]
    assert (replayed["text"], replayed["done"]) == (settled["content"], True)
