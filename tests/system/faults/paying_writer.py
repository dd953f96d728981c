"""A canister that asks the infer canister itself, and pays, as the batcher does."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from tests.system.network import OPERATOR
from tests.system.payers import PLENTY, wallet_program

if TYPE_CHECKING:
    from tests.system.faults.served_network import ServedNetwork


class PayingWriter:
    """A writer of a served network's infer canister."""

    def __init__(self, network: ServedNetwork) -> None:
        """Install one and allow it."""
        self.network = network
        self.canister = network.replica.create_canister(controller=OPERATOR)
        network.replica.install(self.canister, wallet_program(), sender=OPERATOR)
        assert "Ok" in network.update("infer", "allow_writer", self.canister)

    def inference(self, prompt: str, **fields: Any) -> dict[str, Any]:
        """Make an InferRequest; what it and an AskRequest have both is the former's."""
        own: dict[str, Any] = {
            "digest": hashlib.sha256(prompt.encode()).hexdigest(),
            "sample": 0,
            "provider": None,
            "transport": None,
            "so_far": "",
        }
        asked = {name: value for name, value in fields.items() if name not in own}
        request = self.network.request(prompt, **asked)
        return own | {name: fields[name] for name in own if name in fields} | {"request": request}

    def infer(self, prompt: str, **fields: Any) -> Any:
        """Ask for one answer; an InferResult and what was paid for it."""
        return self._paid("pay_infer", self.inference(prompt, **fields))

    def infer_many(self, inferences: list[dict[str, Any]]) -> Any:
        """Ask for several by one outcall; an InferManyResult and what was paid for it."""
        return self._paid("pay_infer_many", inferences)

    def quote(self, method: str, argument: Any) -> Any:
        """Ask the price; an InferQuoteResult."""
        infer = self.network.ids["infer"]
        return self.network.replica.query(infer, method, argument, sender=self.canister)

    def _paid(self, method: str, argument: Any) -> Any:
        replica = self.network.replica
        args = (self.network.ids["infer"], argument, PLENTY)
        number = replica.submit(self.canister, method, *args, sender=OPERATOR)
        paid = self.network.finish(number)
        return paid["result"], PLENTY - paid["refunded_cycles"]
