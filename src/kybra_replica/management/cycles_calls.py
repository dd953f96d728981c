"""`deposit_cycles` and `provisional_top_up_canister`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel.cycles import DEFAULT_CYCLES

if TYPE_CHECKING:
    from kybra_replica.management.call import Call


MAX_CYCLES = (1 << 128) - 1


def provisional_cycles(amount: int | None) -> int:
    """The cycles that a caller wants out of nothing; the usual where it is no amount at all."""
    return DEFAULT_CYCLES if amount is None or amount > MAX_CYCLES else amount


def deposit_cycles(call: Call) -> None:
    """Give the attached cycles to a canister; anybody may."""
    canister = call.named()
    call.spent_cycles = call.request.cycles
    canister.cycles += call.spent_cycles
    call.state.save(canister)


def provisional_top_up_canister(call: Call) -> None:
    """Give a canister cycles out of nothing."""
    canister = call.named()
    more = provisional_cycles(call.arg["amount"])
    canister.cycles = min(MAX_CYCLES, canister.cycles + more)
    call.state.save(canister)
