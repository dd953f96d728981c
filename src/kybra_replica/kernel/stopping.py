"""Calls that wait until a canister has stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import answers
from kybra_replica.kernel.clock import NS_PER_S
from kybra_replica.kernel.kernel_state import StopRequest
from kybra_replica.kernel.rejects import CANISTER_ERROR, SYS_TRANSIENT, Reject

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import Canister
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.messages import Request

STOP_TIMEOUT_S = 5 * 60
"""After this long the platform gives a stop up (dfinity/ic, rs/config/src, October 2025)."""

_LATE = Reject(SYS_TRANSIENT, "Stop canister request timed out", "IC0206")


def await_stop(state: KernelState, canister: Canister, request: Request) -> None:
    """Answer `request` when the canister has stopped."""
    deadline_ns = state.clock.now_ns() + STOP_TIMEOUT_S * NS_PER_S
    state.stop_requests.append(StopRequest(canister.canister_id, request, deadline_ns))


def cancel_stops(state: KernelState, canister: Canister) -> None:
    """Reject who waits for a canister to stop that was started instead."""
    text = f"Canister {canister.text}'s stop request was cancelled."
    reject = Reject(CANISTER_ERROR, text, "IC0511")
    answers.end_stop_requests(state, canister.canister_id, reject)


def give_up_late_stops(state: KernelState) -> None:
    """Reject stops that took too long; the canisters go on stopping."""
    now_ns = state.clock.now_ns()
    late = [each for each in state.stop_requests if now_ns >= each.deadline_ns]
    state.stop_requests = [each for each in state.stop_requests if each not in late]
    for each in late:
        answers.deliver(state, each.request.origin, _LATE, each.request.cycles)
