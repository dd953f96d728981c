"""Cycles of votes: what is held for all voters, what each takes of it, what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.system.electorate import FAILS, SILENT, elect, hear, voted
from tests.system.payers import PLENTY, Wallet, all_cycles

if TYPE_CHECKING:
    from tests.system.network import Network


@pytest.fixture
def wallet(network: Network) -> Wallet:
    """A dapp that pays."""
    return Wallet(network)


def begin(wallet: Wallet, asked: dict[str, Any], cycles: int = PLENTY) -> int:
    """Queue a paid ask; its number."""
    network = wallet.network
    batcher = network.ids["batcher"]
    number = network.replica.submit(wallet.canister, "pay_ask", batcher, asked, cycles)
    network.replica.run()
    return number


def price(wallet: Wallet, asked: dict[str, Any]) -> int:
    """Ask the price of a miss."""
    network = wallet.network
    quoted = network.query("batcher", "quote", asked, sender=wallet.canister)
    return int(quoted["Quoted"]["miss_cycles"])


def verdict(wallet: Wallet, number: int) -> dict[str, Any]:
    """Read the ticket of a paid vote: a TicketState."""
    paid = wallet.network.replica.reply(number)
    ticket = paid["result"]["Joined"]
    state: dict[str, Any] = wallet.network.result(ticket, sender=wallet.canister)
    return state


def test_a_vote_costs_its_samples_and_the_rest_is_credit(network: Network, wallet: Wallet) -> None:
    """The price of all is taken at once; what they did not use comes back when the last is in."""
    elect(network, ["42", "42", "7"])
    asked = voted(3, 2)
    before = all_cycles(network)
    number = begin(wallet, asked)
    due_cycles = price(wallet, asked)
    assert network.replica.reply(number)["refunded_cycles"] == PLENTY - due_cycles
    assert wallet.account()["credit"] == 0
    hear(network, 0, 1, 2)
    charged = verdict(wallet, number)["Consistent"]["answered"]["charged_cycles"]
    margin = network.query("batcher", "settings")["margin_cycles"]
    spent = network.counters("infer")["charged_cycles"] + 3 * margin
    assert wallet.account()["credit"] == due_cycles - spent
    assert spent <= charged <= due_cycles
    assert all_cycles(network) == before


def test_a_vote_costs_several_times_a_plain_ask(network: Network, wallet: Wallet) -> None:
    """The quote says so before anything is asked."""
    plain = {**voted(5, 3), "consensus": None}
    assert price(wallet, voted(5, 3)) == 5 * price(wallet, plain)
    assert network.outcalls == 0


def test_too_few_cycles_for_all_voters_ask_none(network: Network, wallet: Wallet) -> None:
    """Half a vote is no vote: it is refused with both figures, and nothing is taken."""
    asked = voted(3, 2)
    number = begin(wallet, asked, price(wallet, asked) - 1)
    paid = network.replica.reply(number)
    assert set(paid["result"]["Refused"]) == {"TooFewCycles"}
    assert paid["refunded_cycles"] == price(wallet, asked) - 1
    assert network.outcalls == 0


def test_stored_samples_cost_nothing(network: Network, wallet: Wallet) -> None:
    """Five votes after three are charged two, and the books say where all cycles are."""
    elect(network, ["42"] * 5)
    begin(wallet, voted(3, 2))
    network.release()
    once = wallet.account()
    begin(wallet, voted(5, 3))
    network.release()
    twice = wallet.account()
    assert 3 * (twice["margin"] - once["margin"]) == 2 * once["margin"]
    assert twice["spent"] - once["spent"] < once["spent"]
    for account in (once, twice):
        assert account["charged"] == sum(account.values()) - account["charged"]
        assert account["held"] == 0


def test_what_never_came_back_is_credit_in_the_end(network: Network, wallet: Wallet) -> None:
    """A silent voter holds its part no longer than its hold lasts; failures cost no margin."""
    elect(network, ["42", FAILS, SILENT])
    asked = voted(3, 1)
    due_cycles = price(wallet, asked)
    number = begin(wallet, asked)
    network.release()
    network.replica.advance(120)
    assert "Consistent" in verdict(wallet, number)
    network.mocks.expire()
    network.replica.run()
    network.replica.advance(4_000)
    margin = network.query("batcher", "settings")["margin_cycles"]
    spent = network.counters("infer")["charged_cycles"] + margin
    assert wallet.account()["credit"] == due_cycles - spent
