"""Where all cycles of a replica are: in balances, on their way, or burnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import in_flight

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica


def balances(replica: Replica) -> int:
    """Add up what the canisters have."""
    return sum(canister.cycles for canister in replica.kernel.canisters.values())


def on_their_way(replica: Replica) -> int:
    """Add up what travels with calls that are not answered."""
    return sum(cycles for _, cycles in in_flight.refundable(replica.kernel.store))


def all_cycles(replica: Replica) -> int:
    """Add up everything: no message may change it, however it ends."""
    burnt = replica.kernel.counts.burned_cycles
    return balances(replica) + on_their_way(replica) + burnt
