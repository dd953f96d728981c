"""A ticket's stream: what its answer says so far, and that only its asker reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}
TIMEOUT = {"Failed": {"refusal": {"Timeout": "slow"}, "outcalls": 1, "charged_cycles": 9}}
BOB = "w7x7r-cok77-xa"


def test_a_stream_shows_each_round_as_it_comes_and_ends_with_the_answer(
    stage: Stage, request_for: Any, said: Any
) -> None:
    """From a cursor on; the same for who opened the flight and who joined it."""
    message = stage.message("submit", request_for(max_tokens=1_000)).answer(MISS)
    opened = message.reply["Ticket"]["ticket"]
    joined = stage.message("ask", request_for(max_tokens=1_000)).reply["Joined"]["ticket"]
    assert stage.ask("stream", opened, 0) == part("", 0)
    message.answer(said("Once "))
    assert stage.ask("stream", opened, 0) == part("Once ", 5)
    assert stage.ask("stream", opened, 5) == part("", 5)
    message.answer(said("upön "))
    assert stage.ask("stream", opened, 5) == part("upön ", 10)
    message.answer(said("a time.", "stop", 9)).answer(STORED)
    assert stage.ask("stream", opened, 10) == part("a time.", 17, done=True)
    for ticket in (opened, joined):
        assert stage.ask("stream", ticket, 0) == part("Once upön a time.", 17, done=True)
    assert stage.ask("stream", opened, 99)["Streamed"]["done"]


def test_a_hit_replays_in_parts(stage: Stage, request_for: Any, hit: Any) -> None:
    """A stored answer of 9,000 characters takes three."""
    message = stage.message("submit", request_for())
    found = hit(message)
    text = "abc" * 3_000
    found["Hit"]["answer"] = {**found["Hit"]["answer"], "content": text}
    ticket = message.answer(found).reply["Ticket"]["ticket"]
    read, cursor, steps = "", 0, 0
    while True:
        streamed = stage.ask("stream", ticket, cursor)["Streamed"]
        read, cursor, steps = read + streamed["text"], streamed["next"], steps + 1
        if streamed["done"]:
            break
    assert (read, steps) == (text, 3)


def test_only_its_asker_reads_a_stream(stage: Stage, request_for: Any, said: Any) -> None:
    """Others learn nothing, not even that the ticket exists."""
    message = stage.message("submit", request_for(max_tokens=1_000)).answer(MISS)
    ticket = message.reply["Ticket"]["ticket"]
    message.answer(said("Once "))
    assert "NotAllowed" in stage.ask("stream", ticket, 0, caller=BOB)["Refused"]
    assert "NotAllowed" in stage.ask("stream", 10**6, 0)["Refused"]


def test_a_failure_and_an_expiry_end_a_stream(stage: Stage, request_for: Any) -> None:
    """By the arms of `result`."""
    message = stage.message("submit", request_for()).answer(MISS)
    ticket = message.reply["Ticket"]["ticket"]
    message.answer(TIMEOUT)
    assert "Timeout" in stage.ask("stream", ticket, 0)["Failed"]
    stage.now_ns += 10_000 * 10**9
    assert "Expired" in stage.ask("stream", ticket, 0)


def test_text_of_too_little_trust_is_not_streamed(
    stage: Stage, request_for: Any, said: Any
) -> None:
    """Who takes no less than agreed answers sees no word of one node's."""
    asked = request_for(max_tokens=1_000, cache_control="least-trust=replicated")
    message = stage.message("submit", asked).answer(MISS)
    ticket = message.reply["Ticket"]["ticket"]
    message.answer(said("Once "))
    assert stage.ask("stream", ticket, 0) == part("", 0)


def part(text: str, following: int, *, done: bool = False) -> dict[str, Any]:
    """What a stream says."""
    return {"Streamed": {"text": text, "next": following, "done": done}}
