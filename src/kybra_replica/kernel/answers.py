"""Sends a call's answer to whoever waits for it, with the cycles that are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import ingress, rejects
from kybra_replica.kernel.messages import (
    Answer,
    CanisterOrigin,
    IngressOrigin,
    Origin,
    Response,
)

if TYPE_CHECKING:
    from kybra_replica.kernel.canister import CallContext, Canister
    from kybra_replica.kernel.kernel_state import KernelState


NOTHING = b"DIDL\0\0"
"""A reply of no values."""


def deliver(state: KernelState, origin: Origin | None, answer: Answer, refund: int) -> None:
    """Answer `origin`; a timer (None) has nobody waiting."""
    if isinstance(origin, CanisterOrigin):
        state.queue.append(Response(origin.callback, answer, refund))
    elif isinstance(origin, IngressOrigin):
        ingress.keep_answer(state.store, origin.ingress_id, answer)
        state.announcements.append((origin, answer))


def answer(state: KernelState, context: CallContext, result: Answer) -> None:
    """Answer a call that a canister works on; what it did not accept goes back."""
    context.answered = True
    refund, context.available = context.available, 0
    deliver(state, context.origin, result, refund)


def conclude(state: KernelState, canister: Canister, context: CallContext) -> None:
    """Close a call that awaits nothing more; without an answer it is rejected."""
    if context.awaiting:
        return
    if not context.answered and context.origin is not None:
        from_canister = isinstance(context.origin, CanisterOrigin)
        text = canister.text
        answer(state, context, rejects.no_response() if from_canister else rejects.no_reply(text))
    canister.contexts.pop(context.context_id, None)
    settle_stop(state, canister)


def settle_stop(state: KernelState, canister: Canister) -> None:
    """A stopping canister whose last call is done is stopped."""
    if canister.status == "stopping" and not canister.contexts and not canister.outstanding:
        canister.status = "stopped"
        state.save(canister)
        end_stop_requests(state, canister.canister_id, NOTHING)


def end_stop_requests(state: KernelState, canister_id: bytes, result: Answer) -> None:
    """Answer everybody who waits for a canister to stop."""
    ended = [each for each in state.stop_requests if each.canister == canister_id]
    state.stop_requests = [each for each in state.stop_requests if each not in ended]
    for each in ended:
        deliver(state, each.request.origin, result, each.request.cycles)
