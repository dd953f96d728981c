"""Tickets: claims on an answer in flight, for their asker alone, for a limited time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.statuses import COLLAPSED, HIT, MISS_STORED
from tests.system.network import OPERATOR, STRANGER, principal, request

if TYPE_CHECKING:
    from tests.system.network import Network

ALICE = principal("alice")
PROMPT = "Capital of France?"
LEASE_S = 120
TICKET_TTL_S = 600


def test_submit_gives_a_ticket_before_the_model_is_asked(network: Network) -> None:
    """A new prompt's ticket comes at once; it is pending until the flight's deadline."""
    network.answer_model("Paris")
    now_ns = network.replica.clock.now_ns()
    ticket = network.submit(PROMPT)["Ticket"]
    assert ticket["expires_at_ns"] == now_ns + (LEASE_S + TICKET_TTL_S) * 10**9
    pending = network.result(ticket)["Pending"]
    assert pending == {**ticket, "expires_at_ns": now_ns + LEASE_S * 10**9}
    network.release()


def test_submitted_prompt_is_settled_stored_and_labelled(network: Network) -> None:
    """A ticket's answer is that of the model, and says that the cache kept it."""
    network.answer_model("Paris")
    ticket = network.submit(PROMPT)["Ticket"]
    network.release()
    settled = network.result(ticket)["Settled"]
    assert settled["answer"]["content"] == "Paris"
    assert settled["cache_status"] == MISS_STORED
    assert settled["outcalls"] == 1


def test_submit_of_a_stored_prompt_gives_a_ticket_too(network: Network) -> None:
    """A hit is delivered the same way as anything submitted: by ticket, with no outcall."""
    network.answer_model("Paris")
    first = network.answered(PROMPT)
    ticket = network.submit(PROMPT)["Ticket"]
    settled = network.result(ticket)["Settled"]
    assert (settled["cache_status"], settled["answer"]) == (HIT, first["answer"])
    assert network.outcalls == 1


def test_submit_of_a_prompt_in_flight_joins_it(network: Network) -> None:
    """Several tickets of one flight are different claims on one answer."""
    network.answer_model("Paris")
    tickets = [network.submit(PROMPT)["Ticket"] for _ in range(3)]
    network.release()
    settled = [network.result(ticket)["Settled"] for ticket in tickets]
    assert len({ticket["ticket"] for ticket in tickets}) == 3
    assert [each["cache_status"] for each in settled] == [MISS_STORED] + [COLLAPSED] * 2


def test_result_is_read_by_its_asker_only(network: Network) -> None:
    """A stranger, another asker and even the controller see no more than a made-up number shows."""
    network.allow(ALICE)
    network.allow(STRANGER)
    network.answer_model("Paris")
    ticket = network.submit(PROMPT, sender=ALICE, namespace="public")["Ticket"]
    network.release()
    made_up = network.query("batcher", "result", 999_999, sender=OPERATOR)
    for caller in (OPERATOR, STRANGER, "2vxsx-fae"):
        assert network.result(ticket, sender=caller) == made_up
    assert set(made_up["Refused"]) == {"NotAllowed"}
    assert "Settled" in network.result(ticket, sender=ALICE)


def test_reading_a_result_does_not_use_it_up(network: Network) -> None:
    """A result is a query: it may be read any number of times until the ticket expires."""
    network.answer_model("Paris")
    ticket = network.submit(PROMPT)["Ticket"]
    network.release()
    assert network.result(ticket) == network.result(ticket)


def test_ticket_expires_and_is_swept(network: Network) -> None:
    """At its expiry a ticket says so, and soon after it and its result are gone."""
    network.answer_model("Paris")
    ticket = network.submit(PROMPT)["Ticket"]
    network.release()
    network.replica.clock.advance(LEASE_S + TICKET_TTL_S)  # type: ignore[attr-defined]  # manual
    assert network.result(ticket) == {"Expired": "the ticket expired: ask again"}
    network.replica.advance(10)
    assert set(network.result(ticket)["Refused"]) == {"NotAllowed"}
    assert network.counters("batcher")["tickets_kept"] == 0


def test_flight_past_its_lease_expires_its_tickets(network: Network) -> None:
    """A model that never answers ends the flight at its deadline, typed, and the next ask works."""
    network.configure("batcher", lease_s=20)
    network.mocks.expect(times=2).never()
    ticket = network.submit(PROMPT)["Ticket"]
    network.replica.advance(20)
    assert "Pending" in network.result(ticket)  # until a sweep begins the work again, once
    network.replica.advance(40)
    network.replica.run()
    network.replica.advance(180)
    network.replica.run()
    assert "not finished" in network.result(ticket)["Expired"]
    network.answer_model("Paris")
    assert network.answered(PROMPT)["answer"]["content"] == "Paris"
    assert "Expired" in network.result(ticket)


def test_reply_after_the_lease_is_dropped(network: Network) -> None:
    """A late reply settles nothing: the ask fails as LeaseLost, and nothing is stored."""
    network.configure("batcher", lease_s=20)
    network.answer_model("too late")
    number = network.begin("ask", request(PROMPT))
    network.replica.run()
    network.replica.advance(25)
    network.release()
    assert set(network.replica.reply(number)["Refused"]) == {"LeaseLost"}
    assert network.counters("batcher")["late_replies"] == 1
    assert network.counters("cache")["entries"] == 0


def test_late_reply_does_not_disturb_the_new_flight(network: Network) -> None:
    """The old flight's reply cannot settle the new one: only its own token can."""
    network.configure("batcher", lease_s=20)
    old = network.answer_model("old")
    network.submit(PROMPT)
    network.replica.advance(20)
    new = network.answer_model("new")
    ticket = network.submit(PROMPT)["Ticket"]
    network.mocks.release(network.mocks.pending[0])
    network.replica.run()
    assert "Pending" in network.result(ticket)
    network.release()
    assert network.result(ticket)["Settled"]["answer"]["content"] == "new"
    assert (old.shortfall(), new.shortfall()) == (None, None)


def test_too_many_tickets_are_busy(network: Network) -> None:
    """Beyond max_tickets a submit is refused with a time to come back, and works when swept."""
    network.configure("batcher", max_tickets=2)
    network.answer_model("Paris")
    for _ in range(2):
        assert "Ticket" in network.submit(PROMPT)
    assert network.submit(PROMPT) == {"Refused": {"Busy": {"retry_after_s": 10}}}
    network.release()
    network.replica.advance(LEASE_S + TICKET_TTL_S)
    assert "Ticket" in network.submit(PROMPT)


def test_too_many_flights_are_busy(network: Network) -> None:
    """Beyond max_flights a new prompt is refused, while a known one may still be joined."""
    network.configure("batcher", max_flights=1)
    network.answer_model("Paris")
    network.submit(PROMPT)
    assert set(network.ask("another")["Refused"]) == {"Busy"}
    network.answer_model("another")
    assert "Answered" in network.ask("another")


def test_busy_workers_refuse_with_a_time_to_come_back(network: Network) -> None:
    """When every worker's shard is leased, the ninth prompt fails as Busy and the lease is free."""
    network.answer_model("x", times=8)
    for number in range(8):
        network.submit(f"prompt {number}")
    ticket = network.submit("one too many")["Ticket"]
    assert network.result(ticket)["Failed"] == {"Busy": {"retry_after_s": 90}}
    network.release()
    network.answer_model("x")
    assert "Answered" in network.ask("one too many")
