"""Turns timers that are due into messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel.messages import TimerFired

if TYPE_CHECKING:
    from kybra_replica.kernel.kernel_state import KernelState


def fire_due(state: KernelState) -> int:
    """Queue every due timer of running canisters; how many.

    Timers due at one moment run in no order on the real platform: here in a seeded shuffle.
    """
    if any(isinstance(message, TimerFired) for message in state.queue):
        return 0  # firings that wait already must not be queued a second time
    now_ns = state.clock.now_ns()
    fired = [
        TimerFired(canister.canister_id, canister.generation, timer.timer_id)
        for canister in state.canisters.values()
        if canister.status == "running"
        for timer in canister.timers.values()
        if timer.due_ns <= now_ns
    ]
    state.random.shuffle(fired)
    state.queue.extend(fired)
    return len(fired)


def next_due_ns(state: KernelState) -> int | None:
    """When the next timer of a running canister is due; None without timers."""
    due = [
        timer.due_ns
        for canister in state.canisters.values()
        if canister.status == "running"
        for timer in canister.timers.values()
    ]
    return min(due, default=None)
