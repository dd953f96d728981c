"""`start_canister`, `stop_canister`, `uninstall_code` and `delete_canister`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import canister_store
from kybra_replica.kernel.stopping import await_stop, cancel_stops
from kybra_replica.management.call import LATER
from kybra_replica.management.refusals import refusal

if TYPE_CHECKING:
    from kybra_replica.kernel.lifecycle import Lifecycle
    from kybra_replica.management.call import Call


class Running:
    """Begins and ends canisters."""

    def __init__(self) -> None:
        """The lifecycle comes when the kernel is put together."""
        self.lifecycle: Lifecycle | None = None

    def start_canister(self, call: Call) -> None:
        """Let a canister take calls; who waits for it to stop is refused."""
        canister = call.controlled()
        assert self.lifecycle is not None  # noqa: S101 (set when the kernel is put together)
        self.lifecycle.start(canister)
        cancel_stops(call.state, canister)

    def stop_canister(self, call: Call) -> object:
        """Let it take no more; answered when the open ones are done, or after five minutes."""
        canister = call.controlled()
        assert self.lifecycle is not None  # noqa: S101 (set when the kernel is put together)
        if canister.status == "stopped":
            return None
        await_stop(call.state, canister, call.request)
        self.lifecycle.stop(canister)
        return LATER

    def uninstall_code(self, call: Call) -> None:
        """Empty a canister."""
        canister = call.controlled()
        assert self.lifecycle is not None  # noqa: S101 (set when the kernel is put together)
        self.lifecycle.uninstall(canister, call.origin)


def delete_canister(call: Call) -> None:
    """Forget a stopped canister; its cycles are gone."""
    canister = call.named()
    if call.request.sender == canister.canister_id:
        raise refusal(
            512,
            f"Canister {canister.text} cannot delete itself.",
            "Delete the canister from one of its other controllers.",
            "delete-canister-self",
        )
    canister = call.controlled()
    if canister.status != "stopped":
        raise refusal(
            510,
            f"Canister {canister.text} must be stopped before it is deleted.",
            "Stop the canister before deleting it.",
            "delete-canister-not-stopped",
        )
    call.state.maps.erase(canister.canister_id)
    canister_store.delete(call.state.store, canister.canister_id)
    call.state.counts.burned_cycles += canister.cycles
    del call.state.canisters[canister.canister_id]
    if canister.worker is not None:
        canister.worker.close()
