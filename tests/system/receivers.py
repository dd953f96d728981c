"""Dapp canisters that the batcher pushes answers to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from refrain.sources import bundle_roots
from tests.system.network import OPERATOR, Network, program_at, request

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program


def receiver_program() -> Program:
    """The toy that takes pushes."""
    entry = Path(__file__).parent / "toys" / "receiver" / "main.py"
    return program_at(entry, tuple(bundle_roots()))


class Receiver:
    """An installed one, that may ask, and whose function is listed."""

    def __init__(self, network: Network, manners: str = "acknowledge") -> None:
        """Install it, to behave so."""
        self.network = network
        self.canister = network.replica.create_canister(controller=OPERATOR)
        network.replica.install(self.canister, receiver_program(), sender=OPERATOR)
        network.allow(self.canister)
        callback = {"canister": self.canister, "method": "take"}
        assert "Ok" in network.update("batcher", "allow_callback", callback)
        self.behave(manners)

    def behave(self, manners: str) -> None:
        """Take pushes so from now on."""
        self.network.replica.update(self.canister, "behave", manners, sender=OPERATOR)

    def have_pushed(self, prompt: str) -> int:
        """Ask for a push, without letting the model answer; the ticket."""
        replica, args = self.network.replica, (self.network.ids["batcher"], request(prompt))
        number = replica.submit(self.canister, "have_pushed", *args, sender=OPERATOR)
        replica.run()
        return int(replica.reply(number)["Ticket"]["ticket"])

    def taken(self) -> list[int]:
        """Read which tickets were pushed, each as often as it was."""
        taken: list[int] = self.network.replica.query(self.canister, "taken", sender=OPERATOR)
        return taken

    def delivery(self, ticket: int) -> Any:
        """Read how far a push is: its state and tries."""
        shown = self.network.query("batcher", "delivery", ticket, sender=self.canister)
        return shown["Delivery"]["state"], shown["Delivery"]["tries"]
