"""Windows: requests that may share an outcall wait for each other, for a bounded while.

Each lane, what can go out together, has at most one window. It opens with its first request and
closes when as many wait as one batch takes, when its time is over, or at once for a request of high
priority. Whoever a closed window could not take along waits in the next, which counts from when the
eldest of them came.

The room is bounded. A tenant may hold at most as many places as are free: alone it fills half the
room, and there is always a place for who comes new.
"""

from typing import Any, NamedTuple

from batcher_core.fair_queue import HIGH, FairQueue, Waiting
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import busy

MAX_BATCH = 16
"""The most that infer takes by one call."""


class Closed(NamedTuple):
    """What goes out together."""

    lane: str
    items: list[Waiting]


class WaitingRoom:
    """All lanes with their windows. Heap only: what waits is seconds old, and its lease ends."""

    def __init__(self) -> None:
        """Start empty."""
        self._lanes: dict[str, FairQueue] = {}
        self._opened_ns: dict[str, int] = {}
        self._urgent: set[str] = set()
        self._held: dict[str, int] = {}
        self._lane_of: dict[int, str] = {}

    def __len__(self) -> int:
        """Count those who wait."""
        return len(self._lane_of)

    def refuse(self, tenant: str, most: int, retry_after_s: int) -> "dict[str, Any] | None":
        """Refuse one more of `tenant` where at most `most` may wait."""
        free = most - len(self)
        return busy(retry_after_s) if self._held.get(tenant, 0) >= free else None

    def enter(self, lane: str, one: Waiting) -> None:
        """Let one wait in a lane, opening its window if none is open."""
        queue = self._lanes.get(lane)
        if queue is None:
            queue = self._lanes[lane] = FairQueue()
            self._opened_ns[lane] = one.entered_ns
        queue.enter(one)
        self._lane_of[one.number] = lane
        self._held[one.tenant] = self._held.get(one.tenant, 0) + 1
        if one.priority == HIGH:
            self._urgent.add(lane)

    def lanes(self) -> list[str]:
        """Name the lanes with a window open, the one that opened first first."""
        opened_ns = self._opened_ns
        return sorted(opened_ns, key=lambda lane: opened_ns[lane])

    def closes_ns(self, lane: str, window_s: int, size: int) -> int:
        """Tell when the lane's window closes; a time gone by where it has."""
        opened_ns = self._opened_ns[lane]
        if lane in self._urgent or len(self._lanes[lane]) >= size:
            return opened_ns
        return opened_ns + window_s * NANOSECONDS

    def waiting(self, lane: str) -> list[Waiting]:
        """Return who waits in a lane with a window open, in no promised order."""
        return self._lanes[lane].waiting()

    def close(self, lane: str, size: int, now_ns: int) -> Closed:
        """Take out of the lane what goes out together; the rest is the next window."""
        queue = self._lanes[lane]
        items = queue.take(size, now_ns)
        self._forget(lane, items)
        return Closed(lane, items)

    def drop(self, number: int) -> bool:
        """Take one out who will not go; False if it does not wait."""
        lane = self._lane_of.get(number)
        dropped = None if lane is None else self._lanes[lane].drop(number)
        if lane is None or dropped is None:
            return False
        self._forget(lane, [dropped])
        return True

    def overdue(self, now_ns: int) -> list[Waiting]:
        """Take out all whose deadline is over."""
        late: list[Waiting] = []
        for lane in self.lanes():
            items = self._lanes[lane].overdue(now_ns)
            self._forget(lane, items)
            late += items
        return late

    def _forget(self, lane: str, items: list[Waiting]) -> None:
        for one in items:
            del self._lane_of[one.number]
            self._held[one.tenant] -= 1
            if self._held[one.tenant] == 0:
                del self._held[one.tenant]
        left = self._lanes[lane].waiting()
        self._urgent.discard(lane)
        if not left:
            del self._lanes[lane]
            del self._opened_ns[lane]
            return
        self._opened_ns[lane] = min([one.entered_ns for one in left])
        if min([one.priority for one in left]) == HIGH:
            self._urgent.add(lane)
