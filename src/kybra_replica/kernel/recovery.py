"""Brings a replica's state back from its folder; a restart counts as an upgrade."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import canister_store, in_flight, ingress
from kybra_replica.kernel.canister import Canister
from kybra_replica.kernel.change_history import History
from kybra_replica.kernel.module import Code, code_of_program
from kybra_replica.kernel.settings import Settings
from kybra_replica.program.archive import unpack

if TYPE_CHECKING:
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.lifecycle import Lifecycle


def recover(state: KernelState, lifecycle: Lifecycle) -> None:
    """Load canisters, give cycles under way back, reject open calls, revive programs."""
    rows = state.store.connection.execute(
        "SELECT id, controllers, status, cycles, certified_data, settings, history, version, "
        "program FROM canisters ORDER BY id"
    ).fetchall()
    for row in rows:
        canister = _canister(row)
        state.canisters[canister.canister_id] = canister
    _refund(state)
    ingress.reject_interrupted(state.store)
    for row in rows:
        _revive(state, lifecycle, state.canisters[bytes(row[0])], row[-1])


def _canister(row: tuple[Any, ...]) -> Canister:
    return Canister(
        canister_id=bytes(row[0]),
        controllers=tuple(json.loads(row[1])),
        cycles=int(row[3]),
        status="stopped" if row[2] == "stopping" else row[2],
        certified_data=bytes(row[4] or b""),
        settings=Settings.from_json(json.loads(row[5] or "{}")),
        history=History() if row[6] is None else History.from_json(json.loads(row[6])),
        version=row[7],
    )


def _revive(
    state: KernelState, lifecycle: Lifecycle, canister: Canister, packed: str | None
) -> None:
    program = None if packed is None else unpack(packed)
    wasm = canister_store.read_wasm(state.store, canister.canister_id)
    if wasm is not None:
        lifecycle.revive(canister, Code(wasm, program))
    elif program is not None:  # layout 1 kept no modules
        lifecycle.revive(canister, code_of_program(program))


def _refund(state: KernelState) -> None:
    with state.store.transaction():
        for owner, cycles in in_flight.refundable(state.store):
            canister = state.canisters[owner]
            canister.cycles += cycles
            state.save(canister)
        in_flight.forget_all(state.store)
