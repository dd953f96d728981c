"""Cycles of askers who pay: what is taken, what comes back, what is credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import COLLAPSED, HIT
from tests.system.network import OPERATOR, request
from tests.system.payers import PLENTY, Wallet, all_cycles

if TYPE_CHECKING:
    from tests.system.network import Network

PROMPT = "Capital of France?"
LONGER = PROMPT * 300  # dearer than any credit here


@pytest.fixture
def wallet(network: Network) -> Wallet:
    """A dapp that pays."""
    return Wallet(network)


def test_miss_takes_its_quote_and_leaves_the_rest_as_credit(
    network: Network, wallet: Wallet
) -> None:
    """Of a miss the quoted price is accepted; what it did not cost is credit, to the cycle."""
    network.answer_model("Paris")
    miss_cycles = wallet.quote(PROMPT)["miss_cycles"]
    paid = wallet.ask(PROMPT)
    charged = paid["result"]["Answered"]["charged_cycles"]
    assert paid["refunded_cycles"] == PLENTY - miss_cycles
    assert 0 < charged < miss_cycles
    assert wallet.credit(LONGER) == miss_cycles - charged


def test_charge_of_a_miss_is_what_infer_took_and_the_margin(
    network: Network, wallet: Wallet
) -> None:
    """The asker pays the outcall at infer's price, plus the batcher's stated margin."""
    network.answer_model("Paris")
    charged = wallet.ask(PROMPT)["result"]["Answered"]["charged_cycles"]
    margin = network.query("batcher", "settings")["margin_cycles"]
    assert charged == network.counters("infer")["charged_cycles"] + margin


def test_hit_takes_its_fee_and_sends_the_rest_back(network: Network, wallet: Wallet) -> None:
    """A hit costs the hit fee and nothing else."""
    network.answer_model("Paris")
    network.answered(PROMPT, namespace="public")
    paid = wallet.ask(PROMPT, namespace="public")
    fee = wallet.quote(PROMPT)["hit_cycles"]
    assert paid["result"]["Answered"]["cache_status"] == HIT
    assert paid["result"]["Answered"]["charged_cycles"] == fee
    assert paid["refunded_cycles"] == PLENTY - fee


def test_hit_is_cheaper_than_a_miss(network: Network, wallet: Wallet) -> None:
    """The quote says it, and the bills agree."""
    network.answer_model("Paris")
    first = wallet.ask(PROMPT)["result"]["Answered"]["charged_cycles"]
    second = wallet.ask(PROMPT)["result"]["Answered"]["charged_cycles"]
    quote = wallet.quote(PROMPT)
    assert second == quote["hit_cycles"] < first <= quote["miss_cycles"]


def test_credit_is_used_up_before_anything_is_taken(network: Network, wallet: Wallet) -> None:
    """A hit that the credit covers takes none of the attached cycles."""
    network.answer_model("Paris")
    wallet.ask(PROMPT)
    before = wallet.credit(LONGER)
    paid = wallet.ask(PROMPT)
    assert paid["refunded_cycles"] == PLENTY
    assert wallet.credit(LONGER) == before - wallet.quote(PROMPT)["hit_cycles"]


def test_exactly_what_is_missing_is_enough(network: Network, wallet: Wallet) -> None:
    """The quoted price, less the credit, is accepted to the last cycle; one less is refused."""
    expected = wallet.quote(PROMPT)["miss_cycles"]
    short = wallet.ask(PROMPT, expected - 1)
    assert short["result"]["Refused"] == {
        "TooFewCycles": {"expected": expected, "received": expected - 1}
    }
    assert short["refunded_cycles"] == expected - 1
    network.answer_model("Paris")
    assert "Answered" in wallet.ask(PROMPT, expected)["result"]


def test_too_few_cycles_make_no_call(network: Network, wallet: Wallet) -> None:
    """A refusal for money comes before the cache or the model is called."""
    calls = network.replica.traffic()["calls"]
    wallet.ask(PROMPT, 1)
    assert network.replica.traffic()["calls"] == calls + 1  # the wallet's own


def test_joining_costs_the_hit_fee(network: Network, wallet: Wallet) -> None:
    """Who joins a flight pays as for a hit, at once, and its result says so."""
    network.answer_model("Paris")
    network.begin("ask", request(PROMPT, namespace="public"))
    network.replica.run()
    number = wallet.begin(PROMPT, namespace="public")
    network.replica.run()
    paid = network.replica.reply(number)
    fee = wallet.quote(PROMPT)["hit_cycles"]
    assert paid["refunded_cycles"] == PLENTY - fee
    network.release()
    settled = network.result(paid["result"]["Joined"], sender=wallet.canister)["Settled"]
    assert (settled["charged_cycles"], settled["cache_status"]) == (fee, COLLAPSED)


def test_submit_takes_its_quote_and_credits_the_rest(network: Network, wallet: Wallet) -> None:
    """A ticket is paid when it is given; once it settles, the rest is credit."""
    network.answer_model("Paris")
    miss_cycles = wallet.quote(PROMPT)["miss_cycles"]
    paid = wallet.submit(PROMPT)
    assert paid["refunded_cycles"] == PLENTY - miss_cycles
    network.release()
    settled = network.result(paid["result"]["Ticket"], sender=wallet.canister)["Settled"]
    assert wallet.credit(LONGER) == miss_cycles - settled["charged_cycles"]


def test_submitted_hit_costs_the_hit_fee(network: Network, wallet: Wallet) -> None:
    """A ticket for a stored answer holds the price of a miss only until the cache has answered."""
    network.answer_model("Paris")
    wallet.ask(PROMPT)
    before = wallet.credit(LONGER)
    submitted = wallet.submit(PROMPT)
    ticket, taken = submitted["result"]["Ticket"], PLENTY - submitted["refunded_cycles"]
    fee = wallet.quote(PROMPT)["hit_cycles"]
    settled = network.result(ticket, sender=wallet.canister)["Settled"]
    assert (settled["charged_cycles"], settled["cache_status"]) == (fee, HIT)
    assert wallet.credit(LONGER) == before + taken - fee


def test_failure_costs_the_outcall_and_no_margin(network: Network, wallet: Wallet) -> None:
    """A provider's error was paid for by an outcall; the batcher earns nothing by it."""
    network.mocks.expect().respond(500, "oops")
    miss_cycles = wallet.quote(PROMPT)["miss_cycles"]
    paid = wallet.ask(PROMPT)
    assert set(paid["result"]["Refused"]) == {"ProviderError"}
    spent = network.counters("infer")["charged_cycles"]
    assert wallet.credit(LONGER) == miss_cycles - spent


def test_failure_before_any_outcall_costs_nothing(network: Network, wallet: Wallet) -> None:
    """Where infer refuses before it calls, the whole price becomes credit."""
    network.update("infer", "remove_provider", "local")
    miss_cycles = wallet.quote(PROMPT)["miss_cycles"]
    paid = wallet.ask(PROMPT)
    assert set(paid["result"]["Refused"]) == {"UnknownModel"}
    assert wallet.credit(LONGER) == miss_cycles


def test_stranger_gets_all_its_cycles_back(network: Network) -> None:
    """Cycles of a canister that may not ask are never accepted, by batcher or infer."""
    stranger = Wallet(network, sponsored=None)
    paid = stranger.ask(PROMPT)
    assert set(paid["result"]["Refused"]) == {"NotAllowed"}
    assert paid["refunded_cycles"] == PLENTY
    first_round = {"provider": None, "transport": None, "so_far": ""}
    inference = {"digest": "0" * 64, "sample": 0, "request": request(PROMPT), **first_round}
    args: Any = (network.ids["infer"], inference, PLENTY)
    direct = network.replica.update(stranger.canister, "pay_infer", *args, sender=OPERATOR)
    assert set(direct["result"]["Failed"]["refusal"]) == {"NotAllowed"}
    assert direct["refunded_cycles"] == PLENTY


def test_sponsored_canister_pays_nothing(network: Network) -> None:
    """Whoever is sponsored gets all of its cycles back, on a miss and on a hit."""
    sponsored = Wallet(network, sponsored="yes")
    network.answer_model("Paris")
    assert [sponsored.ask(PROMPT)["refunded_cycles"] for _ in range(2)] == [PLENTY] * 2


@pytest.mark.parametrize("name", ["batcher", "infer"])
def test_canister_out_of_cycles_refuses_and_keeps_nothing(
    network: Network, wallet: Wallet, name: str
) -> None:
    """Too poor to hold a call's cycles, a canister says so, and the asker loses none."""
    canister = network.replica.canister(network.ids[name])
    saved = canister.cycles
    canister.cycles = 10**9
    paid = wallet.ask(PROMPT)
    canister.cycles += saved
    refusal = paid["result"]["Refused"]["OutOfCycles"]
    assert refusal["received"] < refusal["expected"]
    credit = wallet.credit(LONGER)
    assert paid["refunded_cycles"] + credit == PLENTY
    network.answer_model("Paris")
    assert "Answered" in wallet.ask(PROMPT)["result"]


def test_no_cycle_is_ever_lost(network: Network, wallet: Wallet) -> None:
    """After every single message all cycles are in a canister, on their way, or burnt."""
    total = all_cycles(network)
    network.answer_model("Paris", contains="miss")
    network.mocks.expect(contains="fails").respond(500, "oops")
    for prompt in ("miss", "fails", "miss", "miss"):
        wallet.begin(prompt)
    wallet.begin("refused", 3)
    while network.replica.kernel.queue or network.mocks.pending:
        if network.replica.kernel.queue:
            network.replica.step()
        else:
            network.let_arrive()
        assert all_cycles(network) == total


def test_payment_survives_a_forced_upgrade(network: Network, wallet: Wallet) -> None:
    """When an upgrade loses a paid flight, its asker pays for the one that is begun again."""
    network.answer_model("too late")
    taken = PLENTY - wallet.submit(PROMPT)["refunded_cycles"]
    total = all_cycles(network)
    network.install("batcher", "upgrade")
    network.answer_model("Paris")
    network.release()
    network.replica.advance(120 + 3_600)
    assert all_cycles(network) == total
    assert network.outcalls == 2
    margin = network.query("batcher", "settings")["margin_cycles"]
    spent = network.counters("infer")["charged_cycles"] // 2
    assert wallet.account() == {
        "charged": taken,
        "spent": spent,
        "margin": margin,
        "credit": taken - spent - margin,
        "held": 0,
    }
