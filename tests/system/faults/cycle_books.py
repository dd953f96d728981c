"""Where all cycles of a replica are: in balances, on their way, or burnt."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from kybra_replica.kernel import in_flight
from kybra_replica.stable.store import STATE_FILE

if TYPE_CHECKING:
    from pathlib import Path

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


def kept_cycles(state: Path) -> int:
    """Add up what a replica that is gone wrote down: balances, and what was on its way."""
    with closing(sqlite3.connect(state / STATE_FILE)) as connection:
        rows = connection.execute(
            "SELECT cycles FROM canisters UNION ALL SELECT cycles FROM in_flight"
        )
        return sum(int(cycles) for (cycles,) in rows)
