"""Rounds: the steps in which an instance moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kybra_replica.kernel import timer_wheel

if TYPE_CHECKING:
    from kybra_replica.kernel.replica import Replica
    from kybra_replica.pocket_ic.outcall_tray import OutcallTray
    from kybra_replica.pocket_ic.pocket_clock import PocketClock

MESSAGES_PER_ROUND = 10_000
"""Bounds a round in which canisters call each other without end; the rest waits for the next."""


class Rounds:
    """Runs the rounds of one replica, in its thread."""

    def __init__(self, replica: Replica, clock: PocketClock, tray: OutcallTray) -> None:
        """Move `replica`, whose clock and outcalls these are."""
        self._replica = replica
        self._clock = clock
        self._tray = tray

    @property
    def needed(self) -> bool:
        """Whether something waits that a round at the time set would move."""
        due_ns = timer_wheel.next_due_ns(self._replica.kernel)
        waits = self._replica.kernel.queue or not self._replica.inbox.empty()
        return bool(waits) or (due_ns is not None and due_ns <= self._clock.set_ns)

    def run(self) -> None:
        """One round: responses that arrived, late outcalls, due timers, then messages."""
        replica = self._replica
        self._clock.begin_round()
        replica.pump.gather()
        for _ in range(MESSAGES_PER_ROUND):
            if not replica.kernel.queue:
                break
            replica.step()
        self._tray.keep([each.request for each in replica.desk.pending.values()])
