"""An instance's time: it stands still until somebody sets it, but no two rounds share a moment."""

from __future__ import annotations

from kybra_replica.kernel.clock import TEST_START_NS
from kybra_replica.pocket_ic.faults import time_into_past


class PocketClock:
    """What canisters see is the time of the latest round, not what was set since."""

    def __init__(self, start_ns: int = TEST_START_NS) -> None:
        """Start at `start_ns`, with no round run yet."""
        self.set_ns = start_ns
        self._round_ns = start_ns
        self._ran = False

    def now_ns(self) -> int:
        """The time of the latest round."""
        return self._round_ns

    def set(self, time_ns: int) -> None:
        """Let the next round run at `time_ns`; PocketIcError where that is in the past."""
        if time_ns < self.set_ns:
            raise time_into_past(self.set_ns, time_ns)
        self.set_ns = time_ns

    def begin_round(self) -> None:
        """Go to the time that was set, or on by a nanosecond where none was."""
        if self._ran and self.set_ns == self._round_ns:
            self.set_ns += 1
        self._round_ns = self.set_ns
        self._ran = True
