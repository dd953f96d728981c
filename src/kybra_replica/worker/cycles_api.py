"""The part of `_kybra_ic` about cycles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.metering import prices

if TYPE_CHECKING:
    from kybra_replica.worker.runtime import Runtime


class CyclesApi:
    """Balance, and the cycles that came with the message."""

    _runtime: Runtime

    def canister_balance(self) -> int:
        """Cycles that the canister has now, without what its outstanding calls hold."""
        self._runtime.charge(prices.CYCLES)
        return self._runtime.now.free_cycles

    def canister_balance128(self) -> int:
        """Cycles that the canister has now."""
        return self.canister_balance()

    def msg_cycles_available(self) -> int:
        """Cycles of the call that are not accepted yet."""
        self._runtime.charge(prices.CYCLES)
        message = self._runtime.now
        return message.available_cycles - message.accepted_cycles

    def msg_cycles_available128(self) -> int:
        """Cycles of the call that are not accepted yet."""
        return self.msg_cycles_available()

    def msg_cycles_accept(self, max_amount: int) -> int:
        """Take up to `max_amount` cycles of the call; what was taken."""
        self._runtime.need_update("ic0_msg_cycles_accept")
        taken = max(0, min(int(max_amount), self.msg_cycles_available()))
        self._runtime.now.accepted_cycles += taken
        return taken

    def msg_cycles_accept128(self, max_amount: int) -> int:
        """Take up to `max_amount` cycles of the call; what was taken."""
        return self.msg_cycles_accept(max_amount)

    def msg_cycles_refunded(self) -> int:
        """Cycles that came back with the response."""
        return self._runtime.now.refunded_cycles

    def msg_cycles_refunded128(self) -> int:
        """Cycles that came back with the response."""
        return self._runtime.now.refunded_cycles
