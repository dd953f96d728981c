"""An outcall that is never answered, and one whose reply comes after the leases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kybra_replica.kernel.clock import ManualClock
from tests.system.faults.cycle_books import all_cycles
from tests.system.faults.trapped_network import LEASES_OVER_S, variant
from tests.system.network import chat_reply, request

if TYPE_CHECKING:
    from tests.system.network import Network

PLATFORM_LIMIT_S = 60
SHARD_LEASE_OVER_S = 91


def let_time_pass_unseen(network: Network, seconds: float) -> None:
    """Move the clock without running anything, as if the replica were held up."""
    assert isinstance(network.replica.clock, ManualClock)
    network.replica.clock.advance(seconds)


def test_an_outcall_without_an_answer_is_a_timeout(network: Network) -> None:
    """The platform gives up after 60 s; both leases end with it, and the next ask works."""
    before = all_cycles(network.replica)
    network.mocks.expect().never()
    number = network.begin("ask", request("hello"))
    network.replica.run()
    assert network.counters("infer")["leases_held"] == 1
    network.replica.advance(PLATFORM_LIMIT_S)
    assert list(network.replica.reply(number)["Refused"]) == ["Timeout"]
    assert network.counters("infer")["leases_held"] == 0
    assert network.counters("batcher")["flights_open"] == 0
    assert all_cycles(network.replica) == before
    network.answer_model("At last.")
    assert network.answered("hello")["answer"]["content"] == "At last."


@pytest.mark.parametrize("passed_s", [SHARD_LEASE_OVER_S, LEASES_OVER_S])
def test_a_reply_after_the_lease_is_dropped(network: Network, passed_s: int) -> None:
    """Past the shard's lease, or past both, the answer is LeaseLost: booked, and not stored."""
    before = all_cycles(network.replica)
    network.answer_model("too late")
    number = network.begin("ask", request("hello"))
    network.replica.run()
    let_time_pass_unseen(network, passed_s)
    network.release()
    assert list(network.replica.reply(number)["Refused"]) == ["LeaseLost"]
    assert network.counters("infer")["late_replies"] == 1
    assert network.counters("cache")["entries"] == 0
    assert network.counters("infer")["leases_held"] == 0
    assert all_cycles(network.replica) == before
    network.replica.advance(LEASES_OVER_S)
    assert network.counters("batcher")["flights_open"] == 0
    network.answer_model("in time")
    assert network.answered("hello")["answer"]["content"] == "in time"


def test_a_late_reply_cannot_settle_the_flight_that_replaced_its_own(network: Network) -> None:
    """The old reply reaches its own caller as LeaseLost; the new flight gets its own answer."""
    network.answer_model("old").respond(200, chat_reply("new"))
    old = network.begin("ask", request("hello"))
    network.replica.run()
    (late,) = network.mocks.pending
    let_time_pass_unseen(network, LEASES_OVER_S)
    new = network.begin("ask", request("hello"))
    while len(network.mocks.pending) < 2:
        network.replica.step()
    network.mocks.release(late)
    network.replica.run()
    assert list(network.replica.reply(old)["Refused"]) == ["LeaseLost"]
    assert network.counters("batcher")["flights_open"] == 1
    network.release()
    assert network.replica.reply(new)["Answered"]["answer"]["content"] == "new"
    assert network.answered("hello")["answer"]["content"] == "new"


def test_a_ticket_of_a_lost_flight_is_pending_until_its_deadline(network: Network) -> None:
    """Who joined a flight whose model is silent reads Pending until it is asked again, once."""
    network.mocks.expect().never()
    number = network.begin("ask", request("hello"))
    network.replica.run()
    joined = network.begin("ask", request("hello"))
    network.replica.run()
    ticket = network.replica.reply(joined)["Joined"]
    assert variant(network.result(ticket)) == "Pending"
    let_time_pass_unseen(network, LEASES_OVER_S)
    assert variant(network.result(ticket)) == "Pending"
    network.answer_model("Paris")
    network.release()
    assert network.result(ticket)["Settled"]["answer"]["content"] == "Paris"
    assert list(network.replica.reply(number)["Refused"]) == ["LeaseLost"]
