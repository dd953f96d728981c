"""Answers pushed to canisters, good and bad ones, over upgrades and traps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.network import OPERATOR, STRANGER, Network
from tests.system.receivers import Receiver

if TYPE_CHECKING:
    from kybra_replica.outcalls.mocks import StrictMocks


@pytest.fixture
def receiver(network: Network) -> Receiver:
    """A dapp that takes its pushes and says so."""
    return Receiver(network)


def never_answered(mocks: StrictMocks, times: int = 1) -> None:
    """Let a receiver's own outcall wait for ever."""
    mocks.expect(url="https://never.example", times=times).answer(lambda _outcall, _node: None)


def test_an_answer_arrives_once_where_it_is_acknowledged(
    network: Network, receiver: Receiver
) -> None:
    """A miss and a hit, each pushed a second after its end."""
    network.answer_model("yes")
    first = receiver.have_pushed("push me")
    network.release()
    assert receiver.taken() == []
    network.replica.advance(1)
    second = receiver.have_pushed("push me")
    network.replica.advance(1)
    assert receiver.taken() == [first, second]
    assert receiver.delivery(first) == receiver.delivery(second) == ("delivered", 1)
    network.replica.advance(500)
    assert receiver.taken() == [first, second]


@pytest.mark.parametrize("manners", ["trap", "say nothing"])
def test_a_push_that_is_not_acknowledged_comes_again(network: Network, manners: str) -> None:
    """A receiver that traps, or forgets, is pushed to again until it behaves."""
    receiver = Receiver(network, manners)
    network.answer_model("yes")
    ticket = receiver.have_pushed("push me")
    network.release()
    network.replica.advance(1)
    network.replica.advance(6)
    assert receiver.delivery(ticket) == ("delivering", 2)
    receiver.behave("acknowledge")
    network.replica.advance(16)
    assert receiver.delivery(ticket) == ("delivered", 3)
    assert set(receiver.taken()) == {ticket}


def test_a_stopped_receiver_and_one_that_never_answers_keep_nobody_waiting(
    network: Network, receiver: Receiver, mocks: StrictMocks
) -> None:
    """The third is told at once, and the second when it runs again."""
    hanging, stopped = Receiver(network, "hang"), Receiver(network)
    never_answered(mocks, times=2)
    network.answer_model("yes", times=3)
    tickets = [one.have_pushed(f"p{one.canister}") for one in (hanging, stopped, receiver)]
    network.replica.stop(stopped.canister)
    network.release()
    network.replica.advance(1)
    assert receiver.delivery(tickets[2]) == ("delivered", 1)
    assert hanging.delivery(tickets[0]) == stopped.delivery(tickets[1]) == ("delivering", 1)
    network.replica.start(stopped.canister)
    network.replica.advance(6)
    assert stopped.delivery(tickets[1]) == ("delivered", 2)
    assert stopped.taken() == [tickets[1]]


def test_a_receiver_that_never_answers_holds_a_stop_and_no_upgrade(
    network: Network, mocks: StrictMocks
) -> None:
    """The platform waits for it; installed without a stop, the batcher goes on as it was."""
    hanging = Receiver(network, "hang")
    never_answered(mocks)
    network.answer_model("yes")
    ticket = hanging.have_pushed("push me")
    network.release()
    network.replica.advance(1)
    batcher = network.ids["batcher"]
    network.replica.begin_stop(batcher)
    network.replica.run()
    assert network.replica.status(batcher).status == "stopping"
    network.replica.start(batcher)
    network.install("batcher", "upgrade")
    hanging.behave("acknowledge")
    network.replica.advance(6)
    assert hanging.delivery(ticket) == ("delivered", 2)


def test_an_upgrade_between_the_end_and_its_push_loses_nothing(
    network: Network, receiver: Receiver
) -> None:
    """The timer is gone, the push is in stable memory."""
    network.answer_model("yes")
    ticket = receiver.have_pushed("push me")
    network.release()
    network.install("batcher", "upgrade")
    network.replica.run()
    network.replica.advance(1)
    assert receiver.delivery(ticket) == ("delivered", 1)


def test_an_upgrade_in_mid_delivery_sends_it_again(network: Network) -> None:
    """What was sent and not acknowledged is at least once there: the ticket says it is the same."""
    receiver = Receiver(network, "say nothing")
    network.answer_model("yes")
    ticket = receiver.have_pushed("push me")
    network.release()
    network.replica.advance(1)
    network.install("batcher", "upgrade")
    receiver.behave("acknowledge")
    network.replica.advance(6)
    assert receiver.taken() == [ticket, ticket]
    assert receiver.delivery(ticket) == ("delivered", 2)


def test_work_that_an_upgrade_lost_is_resumed_and_pushed(
    network: Network, receiver: Receiver
) -> None:
    """The ticket's push waits for the second call's answer."""
    network.answer_model("yes", times=2)
    ticket = receiver.have_pushed("push me")
    network.install("batcher", "upgrade")
    network.replica.run()
    network.release()
    network.replica.advance(1)
    assert receiver.delivery(ticket) == ("delivered", 1)


@pytest.mark.parametrize("trapped", ["timer", "delivered"])
def test_a_trap_while_pushing_loses_nothing(
    network: Network, receiver: Receiver, trapped: str
) -> None:
    """The timer that trapped is set again by the sweep; a word that was lost is given again."""
    network.answer_model("yes")
    ticket = receiver.have_pushed("push me")
    network.release()
    batcher = network.ids["batcher"]
    traps = iter([True])

    def fault(canister: bytes | str, kind: str, method: str) -> str | None:
        is_it = canister == batcher and trapped in {kind, method}
        return "in the test" if is_it and next(traps, False) else None

    network.replica.kernel.fault = fault
    network.replica.advance(1)
    network.replica.kernel.fault = None
    assert not next(traps, False)
    assert receiver.delivery(ticket)[0] != "delivered"
    network.replica.advance(61)
    network.replica.advance(16)
    assert receiver.delivery(ticket)[0] == "delivered"


def test_strangers_neither_list_nor_acknowledge_nor_look(
    network: Network, receiver: Receiver
) -> None:
    """Not even a controller acknowledges for a dapp, nor learns of its pushes."""
    network.answer_model("yes")
    ticket = receiver.have_pushed("mine")
    network.release()
    for sender in (STRANGER, OPERATOR):
        assert (
            "NotAllowed" in network.update("batcher", "delivered", ticket, sender=sender)["Refused"]
        )
        assert (
            "NotAllowed" in network.query("batcher", "delivery", ticket, sender=sender)["Refused"]
        )
    callback = {"canister": STRANGER, "method": "take"}
    refused = network.update("batcher", "allow_callback", callback, sender=STRANGER)
    assert "NotAllowed" in refused["Refused"]
    assert network.query("batcher", "callbacks", sender=STRANGER) == []
