"""New canisters, and their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import canister_store
from kybra_replica.kernel.change_history import Change
from kybra_replica.kernel.principals import CANISTER_TAG, canister_id

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.change_history import Origin
    from kybra_replica.kernel.kernel_state import KernelState

_NUMBER_BYTES = 8


def create(state: KernelState, origin: Origin, canister: Canister) -> None:
    """Take a new canister in, on behalf of `origin`."""
    now_ns, controllers = state.clock.now_ns(), canister.controllers
    canister.history.add(Change(now_ns, 0, origin, "creation", controllers=controllers))
    with state.store.transaction():
        canister_store.insert(state.store, canister)
    state.canisters[canister.canister_id] = canister


def fresh_id(state: KernelState) -> bytes:
    """An id that no canister of this replica ever had."""
    number = next_number(state)
    while canister_id(number) in state.canisters:
        number += 1
    state.store.set_fact(canister_store.NEXT_CANISTER, str(number + 1))
    return canister_id(number)


def number_of(raw: bytes) -> int | None:
    """Which canister an id is, as a local network counts; None for other principals."""
    if len(raw) != _NUMBER_BYTES + len(CANISTER_TAG) or not raw.endswith(CANISTER_TAG):
        return None
    return int.from_bytes(raw[:_NUMBER_BYTES], "big")


def next_number(state: KernelState) -> int:
    """The number that no fresh canister had yet."""
    kept = state.store.fact(canister_store.NEXT_CANISTER)
    # A state of layout 1 counted its canisters, and never deleted one.
    return len(state.canisters) if kept is None else int(kept)
