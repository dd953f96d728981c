"""Recorded arrivals through the batcher's own windows, with a clock that jumps."""

from __future__ import annotations

import csv
import heapq
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from batcher_core.batch_fit import BatchFit
from batcher_core.call_room import retry_after_s
from batcher_core.fair_queue import NORMAL, Waiting
from batcher_core.windows import MAX_BATCH, WaitingRoom

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

NANOSECONDS = 1_000_000_000
MILLISECONDS = 1_000
LANE = "one model, one set of parameters"
DEADLINE_NS = 600 * NANOSECONDS
NO_BOUND = 1 << 40


class Arrival(NamedTuple):
    """A request: when it comes, whose it is, how many tokens it takes."""

    at_ns: int
    tenant: str
    tokens: int


class Went(NamedTuple):
    """A request that went out: whose, after how long a wait, among how many."""

    tenant: str
    waited_s: float
    batch: int


class Service(NamedTuple):
    """What the batches meet: calls at once, and a batch's latency in milliseconds by its size."""

    calls: int
    latency_ms: Callable[[int], int]
    budget_ms: int = 30_000


UNLIMITED = Service(NO_BOUND, lambda _size: 0)


def azure_arrivals(path: Path, tenant_of: Callable[[int], str]) -> list[Arrival]:
    """Read the arrivals of a trace of AzurePublicDataset; tenant_of gives each row's tenant."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        Arrival(
            _nanoseconds(row["TIMESTAMP"]),
            tenant_of(number),
            min(4_096, int(row["ContextTokens"]) + int(row["GeneratedTokens"])),
        )
        for number, row in enumerate(rows)
    ]


def _nanoseconds(text: str) -> int:
    seconds, _, fraction = text.partition(".")
    # The trace has seven places, and datetime reads six.
    whole = datetime.strptime(f"{seconds} +0000", "%Y-%m-%d %H:%M:%S %z")
    return int(whole.timestamp()) * NANOSECONDS + int(fraction.ljust(9, "0"))


class Replay:
    """One run: the room, the clock's next events, and who went out."""

    def __init__(
        self, window_s: int, service: Service = UNLIMITED, *, most_waiting: int = NO_BOUND
    ) -> None:
        """Start with an empty room."""
        self.went: list[Went] = []
        self.batches: list[int] = []
        self.refused: dict[str, int] = {}
        self._window_s = window_s
        self._service = service
        self._most_waiting = most_waiting
        self._room = WaitingRoom()
        self._fit = BatchFit()
        self._out = 0
        self._events: list[tuple[int, int, str, int]] = []
        self._numbers = 0

    def run(self, arrivals: Iterable[Arrival]) -> Replay:
        """Let all arrive and go out."""
        for arrival in arrivals:
            self._until(arrival.at_ns)
            self._arrive(arrival)
        self._until(1 << 80)
        return self

    def _arrive(self, arrival: Arrival) -> None:
        batch_ms = self._fit.expected_ms(MAX_BATCH) or 1
        after_s = retry_after_s(len(self._room) + 1, MAX_BATCH, batch_ms, self._service.calls)
        if self._room.refuse(arrival.tenant, self._most_waiting, after_s) is not None:
            self.refused[arrival.tenant] = self.refused.get(arrival.tenant, 0) + 1
            return
        deadline_ns = arrival.at_ns + DEADLINE_NS
        number = self._next_number()
        one = Waiting(number, arrival.tenant, NORMAL, arrival.tokens, arrival.at_ns, deadline_ns)
        self._room.enter(LANE, one)
        self._pump(arrival.at_ns)

    def _until(self, now_ns: int) -> None:
        while self._events and self._events[0][0] <= now_ns:
            at_ns, _, kind, size = heapq.heappop(self._events)
            if kind == "reply":
                self._out -= 1
                latency_ms = self._service.latency_ms(size)
                self._fit.note(size, latency_ms, latency_ms)
            self._pump(at_ns)

    def _pump(self, now_ns: int) -> None:
        while LANE in self._room.lanes() and self._out < self._service.calls:
            size = self._fit.best_size(MAX_BATCH, self._service.budget_ms)
            closes_ns = self._room.closes_ns(LANE, self._window_s, size)
            if closes_ns > now_ns:
                self._at(closes_ns, "window", 0)
                return
            items = self._room.close(LANE, size, now_ns).items
            self.batches.append(len(items))
            waits = [(one.tenant, (now_ns - one.entered_ns) / NANOSECONDS) for one in items]
            self.went += [Went(tenant, waited_s, len(items)) for tenant, waited_s in waits]
            self._out += 1
            latency_ns = self._service.latency_ms(len(items)) * NANOSECONDS // MILLISECONDS
            self._at(now_ns + latency_ns, "reply", len(items))

    def _at(self, at_ns: int, kind: str, size: int) -> None:
        heapq.heappush(self._events, (at_ns, self._next_number(), kind, size))

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers


def quantile(values: list[float], share: float) -> float:
    """Return the value below which that share of them lies; 0 of none."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0
