"""Credit that goes back to whom it belongs, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.system.network import OPERATOR
from tests.system.payers import Wallet, all_cycles

if TYPE_CHECKING:
    from tests.system.network import Network

PROMPT = "Capital of France?"
SENDING_CYCLES = 10_000_000


@pytest.fixture
def wallet(network: Network) -> Wallet:
    """A dapp with credit: it asked once, and not all of the price was used."""
    wallet = Wallet(network)
    network.answer_model("Paris")
    wallet.ask(PROMPT)
    return wallet


def cycles_of(wallet: Wallet) -> int:
    """Count what the dapp has itself."""
    return wallet.network.replica.canister(wallet.canister).cycles


def test_credit_comes_back_less_what_sending_costs(network: Network, wallet: Wallet) -> None:
    """The books balance before and after, and so do the cycles of all canisters."""
    before, everything = wallet.account(), all_cycles(network)
    result = wallet.withdraw(before["credit"])
    assert result == {"Withdrawn": {"cycles": before["credit"] - SENDING_CYCLES}}
    after = wallet.account()
    assert after == {**before, "credit": 0, "charged": before["charged"] - before["credit"]}
    assert all_cycles(network) == everything


def test_nobody_withdraws_more_than_its_credit(wallet: Wallet) -> None:
    """Both figures are told, and nothing moves."""
    before = wallet.account()
    refusal = wallet.withdraw(before["credit"] + 1)["Refused"]["TooFewCycles"]
    assert refusal == {"expected": before["credit"] + 1, "received": before["credit"]}
    assert wallet.withdraw(SENDING_CYCLES)["Refused"]["BadRequest"].startswith("sending takes")
    assert wallet.account() == before


def test_withdrawals_at_once_share_one_credit(network: Network, wallet: Wallet) -> None:
    """Two for all of it: one gets it, the other is refused."""
    credit = wallet.account()["credit"]
    args = (network.ids["batcher"], credit)
    numbers = [
        network.replica.submit(wallet.canister, "take_back", *args, sender=OPERATOR)
        for _ in range(2)
    ]
    network.replica.run()
    kinds = [next(iter(network.replica.reply(number))) for number in numbers]
    assert sorted(kinds) == ["Refused", "Withdrawn"]
    assert wallet.account()["credit"] == 0


def test_a_person_has_no_credit_to_withdraw(network: Network) -> None:
    """An account that never paid is empty, for everybody to see who owns it."""
    assert set(network.query("batcher", "account").values()) == {0}
    refusal = network.update("batcher", "withdraw", 10**9)["Refused"]
    assert refusal == {"TooFewCycles": {"expected": 10**9, "received": 0}}
