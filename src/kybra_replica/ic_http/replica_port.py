"""What the interface has done in the replica's thread, seen from an event loop.

Nothing here blocks: an action is handed to the instance's thread, and its end awaited.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

from kybra_replica.ic_http import canister_calls
from kybra_replica.ic_http.canister_facts import facts_of
from kybra_replica.ic_http.refusals import RequestRefused, Unavailable
from kybra_replica.ic_http.request_log import RequestLog
from kybra_replica.ic_http.state_facts import CanisterFacts, RequestFacts, ended
from kybra_replica.kernel.rejects import Reject

if TYPE_CHECKING:
    from collections.abc import Callable

    from kybra_replica.ic_http.certifier import Certifier
    from kybra_replica.ic_http.envelope import Message
    from kybra_replica.kernel.clock import Clock
    from kybra_replica.kernel.messages import Answer
    from kybra_replica.kernel.replica import Replica

T = TypeVar("T")
PATIENCE_S = 120.0
"""How long a replica may be busy before a request that waits for its turn is given up."""


class Instance(Protocol):
    """A replica in a thread of its own."""

    @property
    def clock(self) -> Clock:
        """Its time; may be read from any thread."""

    def submit(self, action: Callable[[Replica], T]) -> Future[T]:
        """Do something in its thread, soon, in the order of the calls."""


@dataclass(frozen=True)
class Refused:
    """A call that was not queued."""

    reject: Reject


class ReplicaPort:
    """Calls, queries and facts of one instance."""

    def __init__(self, instance: Instance) -> None:
        """Work on `instance`."""
        self._instance = instance
        self._log: RequestLog | None = None

    def now_ns(self) -> int:
        """The instance's time."""
        return self._instance.clock.now_ns()

    async def query(self, message: Message, certifier: Certifier) -> tuple[Answer, int]:
        """The answer to a query, and the time at which it was given."""

        def run(replica: Replica) -> tuple[Answer, int]:
            answer = canister_calls.run_query(replica, message, certifier)
            return answer, replica.clock.now_ns()

        return await self._do(run)

    async def accept(self, request_id: bytes, message: Message) -> Refused | None:
        """Queue a call, unless it is known already; why it was refused, or None."""
        outcome = await self._do(lambda replica: self._take(replica, request_id, message))
        return outcome if isinstance(outcome, Refused) else None

    async def call(
        self, request_id: bytes, message: Message, wait_s: float
    ) -> Refused | RequestFacts | None:
        """Queue a call, unless it is known, and wait for its end; None when that takes longer."""
        end: Future[Refused | RequestFacts] = Future()
        end.set_running_or_notify_cancel()  # whoever waits may go away, its end must not

        def run(replica: Replica) -> None:
            outcome = self._take(replica, request_id, message)
            if isinstance(outcome, RequestFacts) and outcome.state == "processing":
                self._log_of(replica).wait(request_id, end.set_result)
            else:
                end.set_result(outcome)

        started = self._instance.submit(run)
        # A bug in `run` must end the wait as well.
        started.add_done_callback(lambda done: _pass_error(done, end))
        waiting = asyncio.wrap_future(end)
        await asyncio.wait([waiting], timeout=wait_s)
        return waiting.result() if waiting.done() else None

    async def request(self, request_id: bytes) -> RequestFacts | None:
        """What is known of a request."""
        return await self._do(lambda replica: self._log_of(replica).status(request_id))

    async def canister(self, raw_id: bytes) -> CanisterFacts | None:
        """What is known of a canister."""

        def read(replica: Replica) -> CanisterFacts | None:
            canister = replica.kernel.canisters.get(raw_id)
            return None if canister is None else facts_of(canister)

        return await self._do(read)

    async def metrics(self) -> dict[str, int]:
        """What a subnet tells of itself."""

        def read(replica: Replica) -> dict[str, int]:
            counts = replica.kernel.counts
            return {
                "num_canisters": len(replica.kernel.canisters),
                "canister_state_bytes": 0,
                "consumed_cycles_total": counts.burned_cycles,
                "update_transactions_total": counts.updates + counts.callbacks + counts.timers,
            }

        return await self._do(read)

    def _take(
        self, replica: Replica, request_id: bytes, message: Message
    ) -> Refused | RequestFacts:
        log, now_ns = self._log_of(replica), replica.clock.now_ns()
        log.sweep(now_ns)
        known = log.find(request_id)
        if known is not None:
            return known
        if log.is_full:
            raise Unavailable("Service is overloaded, try again later.")
        log.admit(request_id, message.sender, message.canister_id, message.expiry_ns)
        try:
            taken = canister_calls.queue_call(
                replica, message, lambda _: log.settle(request_id, replica.clock.now_ns())
            )
        except Exception as error:  # noqa: BLE001 (a bug here must reach the caller as an answer)
            taken = canister_calls.internal_error(error)
        if isinstance(taken, Reject):
            facts = ended(message.sender, message.canister_id, taken)
            log.refuse(request_id, facts, now_ns)
            return Refused(taken)
        log.queued(request_id, taken)
        return RequestFacts(message.sender, message.canister_id, "processing")

    def _log_of(self, replica: Replica) -> RequestLog:
        # Made at the first use: only the replica's thread may touch its store.
        if self._log is None:
            self._log = RequestLog(replica.kernel.store)
        return self._log

    async def _do(self, action: Callable[[Replica], T]) -> T:
        done = asyncio.wrap_future(self._instance.submit(action))
        try:
            return await asyncio.wait_for(done, PATIENCE_S)
        except asyncio.TimeoutError:
            raise Unavailable("The replica is busy: try again") from None
        except RequestRefused:
            raise
        except Exception as error:
            raise Unavailable(f"The replica could not answer: {error}") from error


def _pass_error(done: Future[None], end: Future[Refused | RequestFacts]) -> None:
    error = done.exception()
    if error is None or end.done():
        return
    if not isinstance(error, RequestRefused):
        error = Unavailable(f"The replica could not answer: {error}")
    end.set_exception(error)
