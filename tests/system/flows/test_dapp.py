"""The example dapp, unmodified, beside the three canisters: it asks, pays and reads tickets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from refrain.sources import bundle_roots
from tests.system.network import MODEL, OPERATOR, program_at
from tests.system.payers import all_cycles

if TYPE_CHECKING:
    from tests.system.network import Network

ENTRY = Path(__file__).parents[3] / "examples" / "dapp" / "main.py"


class Dapp:
    """The installed example."""

    def __init__(self, network: Network) -> None:
        """Install it as its README says, and let it ask as one who pays."""
        self._network = network
        self.canister = network.replica.create_canister(controller=OPERATOR)
        program = program_at(ENTRY, tuple(bundle_roots()))
        args = (network.ids["batcher"], MODEL)
        network.replica.install(self.canister, program, sender=OPERATOR, args=args)
        network.allow(self.canister, sponsored="no")

    def call(self, method: str, *args: Any) -> Any:
        """Call the dapp as anybody may, letting the model answer at once."""
        replica = self._network.replica
        number = replica.submit(self.canister, method, *args, sender=OPERATOR)
        self._network.release()
        return replica.reply(number)


@pytest.fixture
def dapp(network: Network) -> Dapp:
    """Give the dapp on the network."""
    return Dapp(network)


def test_the_dapp_is_answered_in_the_reply_and_pays_less_for_the_second(
    dapp: Dapp, network: Network
) -> None:
    """A miss and a hit, with one outcall, and no cycle lost on the way."""
    network.answer_model("A program on the chain.")
    before = all_cycles(network)
    first = dapp.call("explain", "canister")["Answered"]
    second = dapp.call("explain", "canister")["Answered"]
    assert first["answer"]["content"] == second["answer"]["content"] == "A program on the chain."
    assert (first["outcalls"], second["outcalls"]) == (1, 0)
    assert second["charged_cycles"] < first["charged_cycles"]
    assert all_cycles(network) == before


def test_the_dapp_reads_its_ticket_and_nobody_else_does(dapp: Dapp, network: Network) -> None:
    """The ticket comes before the answer; the dapp is its asker, not who called the dapp."""
    network.answer_model("A program on the chain.")
    ticket = dapp.call("explain_later", "canister")["Ticket"]["ticket"]
    settled = dapp.call("explained", ticket)["Settled"]
    assert settled["answer"]["content"] == "A program on the chain."
    refused = network.query("batcher", "result", ticket, sender=OPERATOR)
    assert "NotAllowed" in refused["Refused"]


def test_the_dapp_is_called_with_its_answer_and_says_so(dapp: Dapp, network: Network) -> None:
    """Paid as the others are; one push, acknowledged; a stranger's word is not taken for one."""
    network.answer_model("A program on the chain.")
    before = all_cycles(network)
    callback = {"canister": dapp.canister, "method": "take_answer"}
    assert "Ok" in network.update("batcher", "allow_callback", callback)
    ticket = dapp.call("explain_to_me", "canister")["Ticket"]["ticket"]
    network.replica.advance(1)
    network.replica.update(dapp.canister, "take_answer", ticket, "Settled", "lies", sender=OPERATOR)
    taken = network.replica.query(dapp.canister, "taken", ticket, sender=OPERATOR)
    assert taken == "Settled: A program on the chain."
    shown = network.query("batcher", "delivery", ticket, sender=dapp.canister)["Delivery"]
    assert (shown["state"], shown["tries"]) == ("delivered", 1)
    assert all_cycles(network) == before


def test_a_dapp_whose_function_is_not_listed_is_told_so(dapp: Dapp, network: Network) -> None:
    """Closed by default: nothing is asked and nothing taken."""
    assert "NotAllowed" in dapp.call("explain_to_me", "canister")["Refused"]
    assert network.query("batcher", "account", sender=dapp.canister)["charged"] == 0


def test_a_dapp_that_is_not_listed_is_told_so(dapp: Dapp, network: Network) -> None:
    """A refusal is a value that the dapp can hand on."""
    network.update("batcher", "deny_asker", dapp.canister)
    assert "NotAllowed" in dapp.call("explain", "canister")["Refused"]
    assert network.query("batcher", "counters")["outcalls"] == 0
