"""One outcall for identical prompts that are asked while it is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.parity.dapps import OPERATOR, STRANGER, chat_reply, principal, request
from tests.parity.pocket import replied
from tests.statuses import COLLAPSED, MISS_STORED

if TYPE_CHECKING:
    from tests.parity.dapps import Dapps

ALICE = principal("alice")
PROMPT = "Capital of France?"
LEASE_OVER_S = 121


def test_second_ask_joins_the_flight(dapps: Dapps) -> None:
    """Whoever asks while the model thinks gets a ticket at once, and then the same answer."""
    opener = dapps.begin_ask(PROMPT)
    tickets = [dapps.ask_joining(PROMPT) for _ in range(3)]
    assert [set(dapps.result(ticket)) for ticket in tickets] == [{"Pending"}] * 3
    [outcall] = dapps.pocket.outcalls()
    dapps.pocket.respond(outcall, replied(chat_reply("Paris")))
    answer = dapps.asked(opener)["Answered"]["answer"]
    settled = [dapps.result(ticket)["Settled"] for ticket in tickets]
    assert [each["answer"] for each in settled] == [answer] * 3
    assert all(each["cache_status"] == COLLAPSED for each in settled)
    assert {each["outcalls"] for each in settled} == {0}


def test_asks_of_one_round_make_one_outcall(dapps: Dapps) -> None:
    """Asks that reach the batcher in the same round share one outcall."""
    messages = [dapps.submit("batcher", "ask", request(PROMPT)) for _ in range(10)]
    dapps.pocket.settle()
    [outcall] = dapps.pocket.outcalls()
    dapps.pocket.respond(outcall, replied(chat_reply("Paris")))
    with dapps.pocket.transcript.unordered():
        kinds = [next(iter(dapps.asked(message))) for message in messages]
    assert sorted(kinds) == ["Answered"] + ["Joined"] * 9


def test_different_prompts_are_out_at_once(dapps: Dapps) -> None:
    """Two prompts do not wait for each other, and each gets its own answer."""
    first, second = dapps.begin_ask("first"), dapps.begin_ask("second")
    calls = dapps.pocket.outcalls()
    assert len(calls) == 2
    dapps.pocket.respond(calls[1], replied(chat_reply("fast")))
    assert dapps.asked(second)["Answered"]["answer"]["content"] == "fast"
    assert dapps.pocket.answer(first) is None
    dapps.pocket.respond(calls[0], replied(chat_reply("slow")))
    assert dapps.asked(first)["Answered"]["answer"]["content"] == "slow"


def test_submit_gives_a_ticket_before_the_model_is_asked(dapps: Dapps) -> None:
    """A submitted prompt's ticket comes at once, is pending, and settles with the answer."""
    ticket = dapps.update("batcher", "submit", request(PROMPT))["Ticket"]
    dapps.pocket.settle()
    assert set(dapps.result(ticket)) == {"Pending"}
    [outcall] = dapps.pocket.outcalls()
    dapps.pocket.respond(outcall, replied(chat_reply("Paris")))
    dapps.pocket.settle()
    settled = dapps.result(ticket)["Settled"]
    assert settled["answer"]["content"] == "Paris"
    assert settled["cache_status"] == MISS_STORED


def test_result_is_read_by_its_asker_only(dapps: Dapps) -> None:
    """A stranger and even the controller see no more than a made-up number shows."""
    dapps.allow(ALICE)
    asked = request(PROMPT, namespace=["public"])
    ticket = dapps.update("batcher", "submit", asked, sender=ALICE)["Ticket"]
    made_up = dapps.query("batcher", "result", 999_999)
    assert set(made_up["Refused"]) == {"NotAllowed"}
    assert dapps.result(ticket, sender=OPERATOR) == made_up
    assert dapps.result(ticket, sender=STRANGER) == made_up
    assert "Pending" in dapps.result(ticket, sender=ALICE)


def test_flight_without_an_answer_expires_its_tickets(dapps: Dapps) -> None:
    """The outcall is given up, so is the work taken up once more: the next ask flies anew."""
    opener = dapps.begin_ask(PROMPT)
    ticket = dapps.ask_joining(PROMPT)
    dapps.pocket.advance(LEASE_OVER_S)
    assert set(dapps.asked(opener)["Refused"]) <= {"Timeout", "LeaseLost"}
    dapps.pocket.advance(LEASE_OVER_S)
    assert set(dapps.result(ticket)) <= {"Failed", "Expired"}
    assert dapps.answered(PROMPT, "Paris")["cache_status"] == MISS_STORED
