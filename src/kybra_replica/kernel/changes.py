"""Writes down what a management call changed; the last step of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import canister_store
from kybra_replica.kernel.change_history import Change, ChangeKind, Origin

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState


def record(
    state: KernelState, canister: Canister, origin: Origin, kind: ChangeKind, **details: Any
) -> None:
    """Add a change to the canister's history, and keep it; `details` are a Change's."""
    now_ns = state.clock.now_ns()
    change = Change(now_ns, canister.version + 1, origin, kind, **details)
    canister.history.add(change)
    touch(state, canister)


def touch(state: KernelState, canister: Canister) -> None:
    """Keep the canister as it is now, one version on."""
    canister.version += 1
    canister_store.save_record(state.store, canister)
    state.save(canister)
