"""Live mode: the instance follows the wall clock by itself, and its outcalls are real."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kybra_replica.pocket_ic.instance import Instance

IDLE_ROUND_S = 0.1
"""How long nothing may happen before time moves on in a round of its own."""


class LiveMode:
    """Whether an instance moves by itself; lives in the instance's thread.

    A round follows at once upon a message, unless `delay_s` sets rounds apart.
    """

    def __init__(self) -> None:
        """Stand still."""
        self.is_on = False
        self._delay_s = 0.0
        self._next_s = 0.0

    def start(self, instance: Instance, delay_s: float) -> None:
        """Set the instance's time to the wall's, and follow it; again: only the delay changes."""
        self._delay_s = delay_s
        if not self.is_on:
            self.is_on = True
            self._round(instance)

    def stop(self) -> None:
        """Stand still at the time that was reached."""
        self.is_on = False

    def nap_s(self) -> float | None:
        """How long the instance's thread may wait for commands; None without an end."""
        if not self.is_on:
            return None
        return max(0.0, self._next_s - time.monotonic())

    def move(self, instance: Instance) -> None:
        """Run a round where one is due, or needed and not held back by the delay."""
        late = time.monotonic() >= self._next_s
        if late or (not self._delay_s and instance.rounds.needed):
            self._round(instance)

    def _round(self, instance: Instance) -> None:
        now_ns = time.time_ns()
        if now_ns > instance.clock.set_ns:
            instance.clock.set(now_ns)
        instance.rounds.run()
        instance.tray.send()
        self._next_s = time.monotonic() + max(IDLE_ROUND_S, self._delay_s)
