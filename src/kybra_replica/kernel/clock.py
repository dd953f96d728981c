"""Where time comes from: the wall, or a test's hand."""

from __future__ import annotations

import time
from typing import Protocol

NS_PER_S = 1_000_000_000
TEST_START_NS = 1_620_328_630_000_000_000
"""The time at which a PocketIC instance starts."""


class Clock(Protocol):
    """Nanoseconds since 1970, never going back."""

    def now_ns(self) -> int:
        """The time now."""


class WallClock:
    """Real time, held up where the system's clock steps back."""

    def __init__(self) -> None:
        """Start at the wall's time."""
        self._latest_ns = 0

    def now_ns(self) -> int:
        """The wall's time, never less than the last answer."""
        self._latest_ns = max(self._latest_ns, time.time_ns())
        return self._latest_ns


class ManualClock:
    """Time that moves only when told to."""

    def __init__(self, start_ns: int = TEST_START_NS) -> None:
        """Start at `start_ns`."""
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """The time now."""
        return self._now_ns

    def advance(self, seconds: float) -> None:
        """Move on by `seconds`; a negative number is an error."""
        if seconds < 0:
            raise ValueError("time does not go back: advance by zero or more seconds")
        self._now_ns += int(seconds * NS_PER_S)
