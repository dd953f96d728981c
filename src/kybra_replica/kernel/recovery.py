"""Brings a replica's state back from its folder; a restart counts as an upgrade."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import in_flight, ingress
from kybra_replica.kernel.canister import Canister
from kybra_replica.program.archive import unpack

if TYPE_CHECKING:
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.lifecycle import Lifecycle


def recover(state: KernelState, lifecycle: Lifecycle) -> None:
    """Load canisters, give cycles under way back, reject open calls, revive programs."""
    rows = state.store.connection.execute(
        "SELECT id, controllers, status, cycles, program, module_hash, certified_data "
        "FROM canisters ORDER BY id"
    ).fetchall()
    for row in rows:
        canister = _canister(row)
        state.canisters[canister.canister_id] = canister
    _refund(state)
    ingress.reject_interrupted(state.store)
    for row in rows:
        if row[4] is not None:
            lifecycle.revive(state.canisters[bytes(row[0])], unpack(row[4]))


def _canister(row: tuple[Any, ...]) -> Canister:
    return Canister(
        canister_id=bytes(row[0]),
        controllers=tuple(json.loads(row[1])),
        cycles=int(row[3]),
        status="stopped" if row[2] == "stopping" else row[2],
        module_hash=row[5] or "",
        certified_data=bytes(row[6] or b""),
    )


def _refund(state: KernelState) -> None:
    with state.store.transaction():
        for owner, cycles in in_flight.refundable(state.store):
            canister = state.canisters[owner]
            canister.cycles += cycles
            state.save(canister)
        in_flight.forget_all(state.store)
