"""Keeps messages moving: what arrived, what is due, what is queued."""

from __future__ import annotations

import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from kybra_replica.kernel import timer_wheel
from kybra_replica.kernel.stopping import give_up_late_stops

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.kernel.outcall_desk import OutcallDesk
    from kybra_replica.kernel.processor import Processor

WAIT_S = 120.0
"""How long a synchronous call waits for outcalls of the real world."""


class Pump:
    """Runs messages one after the other until there is nothing left to run."""

    def __init__(
        self,
        state: KernelState,
        processor: Processor,
        desk: OutcallDesk,
        inbox: SimpleQueue[Callable[[], None]],
    ) -> None:
        """Take messages from `state`'s queue; other threads leave work in `inbox`."""
        self._state = state
        self._processor = processor
        self._desk = desk
        self._inbox = inbox

    def run(self) -> None:
        """Run what can run now: arrived outcalls, due timers, queued messages."""
        self.gather()
        while self._state.queue:
            self.step()
            self._drain_inbox()
        self._announce()

    def gather(self) -> None:
        """Queue what arrived and what is due, and give up what is late; run no message."""
        self._drain_inbox()
        self._desk.give_up_late_ones()
        give_up_late_stops(self._state)
        timer_wheel.fire_due(self._state)

    def step(self) -> None:
        """Run the one message at the queue's head."""
        message = self._state.queue.popleft()
        try:
            self._processor.process(message)
        except Exception as error:
            if self._state.mishap is None:
                raise
            self._state.mishap(self._state, message, error)
        self._announce()

    def run_until(self, reached: Callable[[], bool], wait_s: float) -> bool:
        """Run until `reached`, waiting for outcalls of the real world; whether it was."""
        deadline = time.monotonic() + wait_s
        self.run()
        while not reached() and self._desk.pending:
            try:
                self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))()
            except Empty:
                return False
            self.run()
        return reached()

    def _drain_inbox(self) -> None:
        while not self._inbox.empty():
            self._inbox.get()()

    def _announce(self) -> None:
        announced, self._state.announcements = self._state.announcements, []
        for origin, answer in announced:
            origin.answered(answer)
