"""When closed windows leave: lanes, batch sizes and the calls that are out, put together.

A call that is out is counted until it is back, or until it can't come back any more: a trap in its
callback runs nothing that would count it off. A lane whose call found no room is paused.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from batcher_core.batch_fit import BatchFit
from batcher_core.call_room import MILLISECONDS, calls_that_fit, retry_after_s
from batcher_core.fair_queue import Waiting
from batcher_core.window_lanes import model_of
from batcher_core.windows import MAX_BATCH, Closed, WaitingRoom
from refrain_core.limits import NANOSECONDS
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL

LATENCY_BUDGET_MS = 25_000
"""An outcall ends after 30 seconds; a batch is made to be back before."""

PAUSE_NS = NANOSECONDS
NANOSECONDS_PER_MS = NANOSECONDS // MILLISECONDS
_ENDLESS_S = 1 << 62


class Bounds(NamedTuple):
    """How long windows are, how large batches, how many wait, and how many calls are out."""

    window_s: int
    size: int
    most_waiting: int
    most_calls: int
    lease_s: int


class Leaving(NamedTuple):
    """A closed window on its way. call: the number by which `back` is told of it."""

    call: int
    closed: Closed
    left_ns: int


class WindowGate:
    """Whoever waits for company or for room, and what is out."""

    def __init__(self) -> None:
        """Start with nobody waiting and nothing out."""
        self.room = WaitingRoom()
        self._fits: dict[str, BatchFit] = {}
        self._out: dict[int, int] = {}
        self._paused: dict[str, int] = {}
        self._calls = 0

    def refuse(self, tenant: str, bounds: Bounds) -> "dict[str, Any] | None":
        """Refuse one more of `tenant` where too many wait."""
        batch_ms = max([fit.expected_ms(bounds.size) for fit in self._fits.values()], default=0)
        after_s = retry_after_s(len(self.room) + 1, bounds.size, batch_ms, bounds.most_calls)
        return self.room.refuse(tenant, bounds.most_waiting, max(after_s, bounds.window_s))

    def size(self, lane: str, bounds: Bounds, listed: Collection[str]) -> int:
        """Return how many of a lane leave together: one, where no provider takes lists."""
        model = model_of(lane)
        if model not in listed:
            return 1
        fit = self._fits.get(model)
        most = min(bounds.size, MAX_BATCH)
        return most if fit is None else fit.best_size(most, LATENCY_BUDGET_MS)

    def enter(self, lane: str, one: Waiting) -> None:
        """Let one wait."""
        self.room.enter(lane, one)

    def is_complete(self, lane: str, bounds: Bounds, listed: Collection[str]) -> bool:
        """Tell whether the lane's window is over before its time: full, urgent, or for nothing."""
        size = self.size(lane, bounds, listed)
        endless = self.room.closes_ns(lane, _ENDLESS_S, size)
        return size == 1 or endless < _ENDLESS_S * NANOSECONDS

    def leaving(
        self, now_ns: int, bounds: Bounds, listed: Collection[str], balance_cycles: int
    ) -> list[Leaving]:
        """Take out all that leave now; what finds no room waits on, and counts as paused."""
        gone: list[Leaving] = []
        self._paused = {lane: ns for lane, ns in self._paused.items() if ns > now_ns}
        for lane in self.room.lanes():
            size = self.size(lane, bounds, listed)
            while self._is_due(lane, now_ns, bounds, size):
                cycles = self._call_cycles(lane, size)
                if not calls_that_fit(self.out(now_ns), bounds.most_calls, balance_cycles, cycles):
                    self.pause(lane, now_ns + PAUSE_NS)
                    break
                balance_cycles -= cycles + HELD_CYCLES_PER_CALL
                self._calls += 1
                self._out[self._calls] = now_ns + bounds.lease_s * NANOSECONDS
                gone.append(Leaving(self._calls, self.room.close(lane, size, now_ns), now_ns))
        return gone

    def back(self, leaving: Leaving) -> None:
        """Count a call off that is back, or was never made."""
        self._out.pop(leaving.call, None)

    def measured(self, lane: str, size: int, latency_ns: int, cycles: int) -> None:
        """Learn from a batch what it took."""
        fit = self._fits.setdefault(model_of(lane), BatchFit())
        fit.note(size, latency_ns // NANOSECONDS_PER_MS, cycles)

    def pause(self, lane: str, until_ns: int) -> None:
        """Let nothing of a lane leave before then."""
        self._paused[lane] = until_ns

    def out(self, now_ns: int) -> int:
        """Count the calls that are out."""
        for call in [call for call, until_ns in self._out.items() if until_ns <= now_ns]:
            del self._out[call]
        return len(self._out)

    def next_ns(self, bounds: Bounds, listed: Collection[str]) -> "int | None":
        """Return when the next window closes or pause ends; None if nobody waits."""
        times = [
            self._closes_ns(lane, bounds, self.size(lane, bounds, listed))
            for lane in self.room.lanes()
        ]
        return min(times, default=None)

    def _is_due(self, lane: str, now_ns: int, bounds: Bounds, size: int) -> bool:
        return lane in self.room.lanes() and self._closes_ns(lane, bounds, size) <= now_ns

    def _closes_ns(self, lane: str, bounds: Bounds, size: int) -> int:
        window_s = 0 if size == 1 else bounds.window_s
        return max(self._paused.get(lane, 0), self.room.closes_ns(lane, window_s, size))

    def _call_cycles(self, lane: str, size: int) -> int:
        waiting = self.room.waiting(lane)
        return min(size, len(waiting)) * max([one.call_cycles for one in waiting])
