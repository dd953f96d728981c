"""Carries out what a message that ended well wanted done; runs in the message's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import answers, in_flight
from kybra_replica.kernel.canister import Callback, CallContext, Canister, Timer
from kybra_replica.kernel.clock import NS_PER_S
from kybra_replica.kernel.cycles import call_fee, execution_fee
from kybra_replica.kernel.messages import CanisterOrigin, Request
from kybra_replica.kernel.rejects import CANISTER_REJECT, Reject

if TYPE_CHECKING:
    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.worker_link import Outcome

MANAGEMENT = b""


def apply(state: KernelState, canister: Canister, context: CallContext, outcome: Outcome) -> None:
    """Move cycles, send calls, set timers, keep certified data, answer."""
    _accept(state, canister, context, outcome.accepted)
    for call in outcome.calls:
        _send(state, canister, context, call)
    _set_timers(state, canister, outcome)
    if outcome.certified_data is not None:
        canister.certified_data = outcome.certified_data
    canister.logs.write(state.clock.now_ns(), outcome.prints)
    canister.version += 1
    context.instructions += outcome.instructions
    state.counts.instructions += outcome.instructions
    state.burn(canister, execution_fee(outcome.instructions))
    state.save(canister)


def reply(state: KernelState, context: CallContext, outcome: Outcome) -> None:
    """Answer with what the message replied or rejected, if it did."""
    if outcome.reply is None:
        return
    form, payload = outcome.reply
    result = payload if form == "reply" else Reject(CANISTER_REJECT, payload)
    answers.answer(state, context, result)


def _accept(state: KernelState, canister: Canister, context: CallContext, cycles: int) -> None:
    if not cycles:
        return
    context.available -= cycles
    canister.cycles += cycles
    if isinstance(context.origin, CanisterOrigin):
        in_flight.reduce(state.store, context.origin.callback, context.available)


def _send(
    state: KernelState,
    canister: Canister,
    context: CallContext,
    call: tuple[int, bytes, str, bytes, int, bool],
) -> None:
    local_id, callee, method, arg, cycles, awaited = call
    number = state.next_callback
    state.next_callback += 1
    state.callbacks[number] = Callback(
        callback=number,
        local_id=local_id,
        caller=canister.canister_id,
        generation=canister.generation,
        context_id=context.context_id if awaited else 0,
        to_management=callee == MANAGEMENT,
    )
    context.awaiting += awaited
    canister.outstanding += 1
    canister.outstanding_management += callee == MANAGEMENT
    canister.cycles -= cycles
    in_flight.hold(state.store, number, canister.canister_id, cycles)
    state.burn(canister, call_fee(len(arg)))
    state.counts.calls += 1
    origin = CanisterOrigin(canister.canister_id, number)
    state.queue.append(Request(origin, canister.canister_id, callee, method, arg, cycles))


def _set_timers(state: KernelState, canister: Canister, outcome: Outcome) -> None:
    now_ns = state.clock.now_ns()
    for timer_id, delay_s, repeats in outcome.timers_set:
        interval_ns = delay_s * NS_PER_S if repeats else 0
        canister.timers[timer_id] = Timer(timer_id, now_ns + delay_s * NS_PER_S, interval_ns)
    for timer_id in outcome.timers_cleared:
        canister.timers.pop(timer_id, None)
