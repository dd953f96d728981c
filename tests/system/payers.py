"""Dapp canisters that pay for what they ask, and the sum of all cycles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import in_flight
from refrain.sources import bundle_roots
from tests.system.network import OPERATOR, Network, program_at, request

if TYPE_CHECKING:
    from kybra_replica.program.interface import Program

PLENTY = 10**12
"""More than any ask costs."""


def wallet_program() -> Program:
    """The toy that pays."""
    entry = Path(__file__).parent / "toys" / "wallet" / "main.py"
    return program_at(entry, tuple(bundle_roots()))


class Wallet:
    """A dapp canister with cycles of its own."""

    def __init__(self, network: Network, *, sponsored: str | None = "no") -> None:
        """Install one and put it on the list of askers, unless `sponsored` is None."""
        self.network = network
        self.canister = network.replica.create_canister(controller=OPERATOR)
        network.replica.install(self.canister, wallet_program(), sender=OPERATOR)
        if sponsored is not None:
            network.allow(self.canister, sponsored=sponsored)

    def begin(self, prompt: str, cycles: int = PLENTY, **fields: Any) -> int:
        """Queue a paid ask; its number."""
        batcher = self.network.ids["batcher"]
        asked = request(prompt, **fields)
        replica = self.network.replica
        return replica.submit(self.canister, "pay_ask", batcher, asked, cycles, sender=OPERATOR)

    def ask(self, prompt: str, cycles: int = PLENTY, **fields: Any) -> Any:
        """Ask and pay; a PaidAsk."""
        number = self.begin(prompt, cycles, **fields)
        self.network.release()
        return self.network.replica.reply(number)

    def submit(self, prompt: str, cycles: int = PLENTY, **fields: Any) -> Any:
        """Submit and pay, without letting the model answer; a PaidSubmit."""
        batcher = self.network.ids["batcher"]
        args = (batcher, request(prompt, **fields), cycles)
        number = self.network.replica.submit(self.canister, "pay_submit", *args, sender=OPERATOR)
        self.network.replica.run()
        return self.network.replica.reply(number)

    def call_off(self, ticket: dict[str, Any]) -> Any:
        """Cancel a ticket, without letting the model answer; a CancelResult."""
        args = (self.network.ids["batcher"], ticket["ticket"])
        number = self.network.replica.submit(self.canister, "call_off", *args, sender=OPERATOR)
        self.network.replica.run()
        return self.network.replica.reply(number)

    def quote(self, prompt: str) -> Any:
        """Ask the price; a Quote."""
        replica, batcher = self.network.replica, self.network.ids["batcher"]
        quoted = replica.query(batcher, "quote", request(prompt), sender=self.canister)
        return quoted["Quoted"]

    def account(self) -> dict[str, int]:
        """Read the account at the batcher."""
        account: dict[str, int] = self.network.query("batcher", "account", sender=self.canister)
        return account

    def withdraw(self, cycles: int) -> Any:
        """Take credit back; a WithdrawResult."""
        batcher = self.network.ids["batcher"]
        return self.network.replica.update(
            self.canister, "take_back", batcher, cycles, sender=OPERATOR
        )

    def credit(self, prompt: str) -> int:
        """Tell the credit at the batcher, by what is still expected of a new prompt."""
        refusal = self.ask(prompt, 0)["result"]["Refused"]["TooFewCycles"]
        return int(self.quote(prompt)["miss_cycles"] - refusal["expected"])


def all_cycles(network: Network) -> int:
    """Sum what all canisters have, what is on its way, and what was burnt."""
    kernel = network.replica.kernel
    kept = sum(canister.cycles for canister in kernel.canisters.values())
    travelling = sum(cycles for _owner, cycles in in_flight.refundable(kernel.store))
    return kept + travelling + kernel.counts.burned_cycles
