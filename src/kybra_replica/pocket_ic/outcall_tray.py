"""Outcalls of an instance: they wait here until a client mocks them or live mode sends them.

waiting -> mocked -> gone after the next round
        -> sent (live mode) -> gone after the round that follows its response
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kybra_replica.outcalls.http_port import HttpOutcalls
from kybra_replica.outcalls.port import Done, OutcallPort
from kybra_replica.outcalls.request import SYS_TRANSIENT, OutcallFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kybra_replica.outcalls.request import OutcallReply, OutcallRequest

_CLOSED = OutcallFailure(SYS_TRANSIENT, "The instance was deleted before a response came")


@dataclass(eq=False)
class Laid:
    """One outcall, and what takes each node's reply to it."""

    request: OutcallRequest
    takers: list[Done] = field(default_factory=list)
    state: Literal["waiting", "mocked", "sent"] = "waiting"

    def answer(self, replies: Sequence[OutcallReply]) -> None:
        """Give each node that takes part its reply."""
        for taker, reply in zip(self.takers, replies, strict=False):
            taker(reply)


class OutcallTray(OutcallPort):
    """Keeps requests instead of sending them; all but `arrived` in the instance's thread."""

    def __init__(self, arrived: Callable[[], None]) -> None:
        """Call `arrived`, in any thread, when a response of the real world is there."""
        self.http_requests = 0
        self._arrived = arrived
        self._laid: list[Laid] = []
        self._real: HttpOutcalls | None = None

    def start(self, request: OutcallRequest, node: int, done: Done) -> None:
        """Lay one node's request beside those of the others."""
        if node == 0:
            self._laid.append(Laid(request))
        self._laid[-1].takers.append(done)

    def find(self, request: OutcallRequest) -> Laid | None:
        """What lies here for that very request; None where it was sent."""
        return next((each for each in self._laid if each.request is request), None)

    def keep(self, open_requests: Sequence[OutcallRequest]) -> None:
        """Forget all but the requests that are still open."""
        wanted = {id(request) for request in open_requests}
        self._laid = [each for each in self._laid if id(each.request) in wanted]

    def send(self) -> None:
        """Make the requests that lie here, one for all nodes of each, in the real world."""
        for laid in self._laid:
            if laid.state == "waiting":
                laid.state = "sent"
                self._send(laid)

    def _send(self, laid: Laid) -> None:
        if self._real is None:
            self._real = HttpOutcalls()
        self.http_requests += 1

        def done(reply: OutcallReply) -> None:
            laid.answer([reply] * len(laid.takers))
            self._arrived()

        self._real.start(laid.request, 0, done)

    def close(self) -> None:
        """End what was sent; what was not has nobody left to answer."""
        if self._real is not None:
            self._real.close()
        laid, self._laid = self._laid, []
        for each in laid:
            each.answer([_CLOSED] * len(each.takers))
