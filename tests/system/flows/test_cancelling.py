"""Tickets called off: in a window, in the air, voted on; what is paid for is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.system.electorate import elect, hear, voted
from tests.system.network import OPERATOR, STRANGER, Network, request
from tests.system.payers import PLENTY, Wallet, all_cycles

if TYPE_CHECKING:
    from kybra_replica.outcalls.mocks import StrictMocks


@pytest.fixture
def wallet(network: Network) -> Wallet:
    """A dapp that pays."""
    return Wallet(network)


def ticket_of(wallet: Wallet, asked: dict[str, Any]) -> dict[str, Any]:
    """Submit and pay for a request; its ticket."""
    network = wallet.network
    args = (network.ids["batcher"], asked, PLENTY)
    number = network.replica.submit(wallet.canister, "pay_submit", *args, sender=OPERATOR)
    network.replica.run()
    ticket: dict[str, Any] = network.replica.reply(number)["result"]["Ticket"]
    return ticket


def test_a_call_that_is_out_is_stored_for_the_next_who_asks(
    network: Network, wallet: Wallet
) -> None:
    """It is paid once: the ticket ends Cancelled, and the same question is a hit."""
    network.answer_model("A program on the chain.")
    before = all_cycles(network)
    ticket = wallet.submit("canister?")["result"]["Ticket"]
    assert wallet.call_off(ticket)["Cancelled"]["work"] == "goes_on"
    network.release()
    state = network.result(ticket, sender=wallet.canister)
    assert "Cancelled" in state["Failed"]
    paid = wallet.account()
    assert (paid["held"], paid["charged"]) == (0, paid["spent"] + paid["margin"] + paid["credit"])
    again = wallet.ask("canister?")
    assert again["result"]["Answered"]["outcalls"] == 0
    assert network.outcalls == 1
    assert all_cycles(network) == before


def test_who_joined_is_answered_all_the_same(network: Network, wallet: Wallet) -> None:
    """The opener's ticket is called off, the operator's is settled."""
    network.answer_model("yes")
    mine = wallet.submit("joined?", namespace="public")["result"]["Ticket"]
    theirs = network.submit("joined?", namespace="public")["Ticket"]
    wallet.call_off(mine)
    network.release()
    assert "Cancelled" in network.result(mine, sender=wallet.canister)["Failed"]
    assert "Settled" in network.result(theirs)


def test_a_cancelled_vote_asks_no_more_and_keeps_what_is_out(
    network: Network, wallet: Wallet
) -> None:
    """Its samples that are out answer a later vote for nothing."""
    elect(network, ["42"] * 3)
    before = all_cycles(network)
    ticket = ticket_of(wallet, voted(3, 2))
    out = network.outcalls
    assert wallet.call_off(ticket)["Cancelled"]["work"] == "goes_on"
    hear(network, 0, 1, 2)
    network.release()
    assert wallet.account()["held"] == 0
    later = ticket_of(wallet, voted(3, 2))
    network.release()
    assert "Consistent" in network.result(later, sender=wallet.canister)
    assert network.outcalls == out == 3
    assert all_cycles(network) == before


def test_a_stranger_is_told_what_of_an_unknown_ticket(network: Network, wallet: Wallet) -> None:
    """Not even that it exists; anonymous callers neither."""
    network.answer_model("yes")
    ticket = wallet.submit("mine")["result"]["Ticket"]
    for sender in (STRANGER, OPERATOR, "2vxsx-fae"):
        foreign = network.update("batcher", "cancel", ticket["ticket"], sender=sender)
        unknown = network.update("batcher", "cancel", 10**6, sender=sender)
        assert foreign == unknown
        assert "NotAllowed" in foreign["Refused"]


def test_a_cancelled_ticket_stays_so_over_an_upgrade(
    network: Network, wallet: Wallet, mocks: StrictMocks
) -> None:
    """What is out at the upgrade is lost; nobody waits for it, so it is not asked again."""
    mocks.expect(times=1).answer(lambda _outcall, _node: None)
    ticket = wallet.submit("lost")["result"]["Ticket"]
    wallet.call_off(ticket)
    network.install("batcher", "upgrade")
    network.replica.run()
    network.replica.advance(125)
    mocks.expire()
    network.replica.run()
    assert "Cancelled" in network.result(ticket, sender=wallet.canister)["Failed"]
    assert network.outcalls == 1
    assert network.counters("batcher")["flights_open"] == 0
    assert wallet.account()["held"] == 0


def test_a_trap_undoes_a_cancel_as_a_whole(network: Network, wallet: Wallet) -> None:
    """Whoever cancels is told nothing, and the ticket stands as before."""
    network.answer_model("yes")
    ticket = wallet.submit("trapped")["result"]["Ticket"]
    held = wallet.account()
    batcher = network.ids["batcher"]
    network.replica.kernel.fault = lambda canister, _kind, method: (
        "in the test" if (canister, method) == (batcher, "cancel") else None
    )
    assert "Internal" in wallet.call_off(ticket)["Refused"]
    network.replica.kernel.fault = None
    assert "Pending" in network.result(ticket, sender=wallet.canister)
    assert wallet.account() == held
    network.release()
    assert "Settled" in network.result(ticket, sender=wallet.canister)


def test_refrain_asks_are_not_cancelled_by_their_tickets_number(network: Network) -> None:
    """An ask that is answered in the reply has no ticket: there is nothing to name."""
    network.answer_model("yes")
    number = network.begin("ask", request("in the reply"))
    network.replica.run()
    assert "NotAllowed" in network.update("batcher", "cancel", 1)["Refused"]
    network.release()
    assert "Answered" in network.replica.reply(number)
