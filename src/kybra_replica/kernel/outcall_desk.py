"""HTTP outcalls under way: one request a node, transformed, agreed on, answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import answers
from kybra_replica.kernel.clock import NS_PER_S
from kybra_replica.kernel.messages import Answer, Request
from kybra_replica.kernel.rejects import SYS_TRANSIENT, Reject
from kybra_replica.outcalls.agreement import agree
from kybra_replica.outcalls.request import OutcallFailure, OutcallReply, OutcallRequest

if TYPE_CHECKING:
    from queue import SimpleQueue

    from kybra_replica.kernel.kernel_state import KernelState
    from kybra_replica.outcalls.port import OutcallPort

CONSENSUS_TIMEOUT_S = 60
"""After this long without enough replies the platform gives an outcall up."""

Transformer = Callable[[OutcallRequest, OutcallReply], OutcallReply]
Encoder = Callable[[OutcallReply], Answer]


@dataclass
class PendingOutcall:
    """One outcall: what was asked, what its nodes got so far, when it is given up."""

    origin: Request
    request: OutcallRequest
    fee_cycles: int
    nodes: int
    deadline_ns: int
    replies: dict[int, OutcallReply] = field(default_factory=dict)


class OutcallDesk:
    """Starts outcalls at the port and collects what comes back."""

    def __init__(
        self, state: KernelState, port: OutcallPort, inbox: SimpleQueue[Callable[[], None]]
    ) -> None:
        """Ask through `port`; replies of other threads arrive in `inbox`."""
        self._state = state
        self.port = port
        self._inbox = inbox
        self.pending: dict[int, PendingOutcall] = {}
        self._next = 1
        self.transform: Transformer | None = None
        self.encode: Encoder | None = None

    def start(self, origin: Request, request: OutcallRequest, fee_cycles: int) -> None:
        """Send the request once for each node that takes part."""
        number = self._next
        self._next += 1
        nodes = self._state.nodes if request.is_replicated else 1
        deadline_ns = self._state.clock.now_ns() + CONSENSUS_TIMEOUT_S * NS_PER_S
        self.pending[number] = PendingOutcall(origin, request, fee_cycles, nodes, deadline_ns)
        self._state.counts.outcalls += 1
        for node in range(nodes):
            self.port.start(request, node, self._receiver(number, node))

    def _receiver(self, number: int, node: int) -> Callable[[OutcallReply], None]:
        def done(reply: OutcallReply) -> None:
            self._inbox.put(lambda: self._arrived(number, node, reply))

        return done

    def _arrived(self, number: int, node: int, reply: OutcallReply) -> None:
        outcall = self.pending.get(number)
        if outcall is None:
            return
        assert self.transform is not None  # noqa: S101 (set when the kernel is put together)
        outcall.replies[node] = self.transform(outcall.request, reply)
        if len(outcall.replies) == outcall.nodes:
            del self.pending[number]
            self._settle(outcall, agree(list(outcall.replies.values()), outcall.nodes))

    def give_up_late_ones(self) -> None:
        """Reject what was not answered in time."""
        now_ns = self._state.clock.now_ns()
        for number, outcall in list(self.pending.items()):
            if now_ns >= outcall.deadline_ns:
                del self.pending[number]
                late = OutcallFailure(SYS_TRANSIENT, "Canister http request timed out")
                self._settle(outcall, late)

    def _settle(self, outcall: PendingOutcall, reply: OutcallReply) -> None:
        assert self.encode is not None  # noqa: S101 (set when the kernel is put together)
        refund = outcall.origin.cycles - outcall.fee_cycles
        result: Any = self.encode(reply)
        answers.deliver(self._state, outcall.origin.origin, result, refund)


def as_reject(failure: OutcallFailure) -> Reject:
    """An outcall's failure as its caller sees it."""
    return Reject(failure.code, failure.message)
