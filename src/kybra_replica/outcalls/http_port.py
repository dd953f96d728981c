"""The outcall port that really makes HTTP requests."""

from __future__ import annotations

import asyncio
import threading
from functools import partial
from typing import TYPE_CHECKING

from kybra_replica.outcalls.http_exchange import exchange, open_session
from kybra_replica.outcalls.http_request_checks import unsendable
from kybra_replica.outcalls.port import Done, OutcallPort
from kybra_replica.outcalls.request import (
    SYS_FATAL,
    SYS_TRANSIENT,
    OutcallFailure,
    OutcallReply,
    OutcallRequest,
)

if TYPE_CHECKING:
    from collections.abc import Collection

_TIMED_OUT = OutcallFailure(SYS_FATAL, "Timeout expired")
_CLOSED = OutcallFailure(SYS_TRANSIENT, "The replica was closed before a response came")


class HttpOutcalls(OutcallPort):
    """Makes requests from an event loop in a thread of its own, which the first one starts.

    https anywhere; plain http to loopback and `allow_hosts` only. `done` is called in that
    thread, so it must be quick and must not close the port; where the port is already closed
    it is called by `start`. Time limits are in seconds; the defaults are the platform's.
    """

    def __init__(
        self,
        *,
        connect_timeout_s: float = 2.0,
        request_timeout_s: float = 30.0,
        allow_hosts: Collection[str] = (),
    ) -> None:
        """Prepare the port; no thread or socket is opened yet."""
        self.http_requests = 0
        self._connect_timeout_s = connect_timeout_s
        self._request_timeout_s = request_timeout_s
        self._allow_hosts = frozenset(host.lower() for host in allow_hosts)
        self._lock = threading.Lock()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._running = threading.Event()
        self._tasks: set[asyncio.Task[OutcallReply]] = set()

    def start(self, request: OutcallRequest, node: int, done: Done) -> None:  # noqa: ARG002 - every node of one machine asks alike
        """Begin a request; a closed port fails it before `start` returns."""
        with self._lock:
            if not self._closed:
                self._ensure_thread()
                self._loop.call_soon_threadsafe(self._begin, request, done)
                return
        done(_CLOSED)

    def close(self) -> None:
        """Fail what is running, close every socket and join the thread; again: do nothing."""
        with self._lock:
            already_closed, self._closed = self._closed, True
        if self._thread is None or already_closed:
            return
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _ensure_thread(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="outcalls", daemon=True)
            self._thread.start()
            self._running.wait()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        finally:
            # A loop that could not open must not leave the starter waiting.
            self._running.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        async with open_session(self._connect_timeout_s) as self._session:
            self._running.set()
            await self._stopping.wait()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _begin(self, request: OutcallRequest, done: Done) -> None:
        task = self._loop.create_task(self._reply(request))
        self._tasks.add(task)
        task.add_done_callback(partial(self._finish, done))

    def _finish(self, done: Done, task: asyncio.Task[OutcallReply]) -> None:
        self._tasks.discard(task)
        done(_outcome(task))

    async def _reply(self, request: OutcallRequest) -> OutcallReply:
        failure = unsendable(request, self._allow_hosts)
        if failure is not None:
            return failure
        self.http_requests += 1
        try:
            return await asyncio.wait_for(exchange(self._session, request), self._request_timeout_s)
        except asyncio.TimeoutError:
            return _TIMED_OUT


def _outcome(task: asyncio.Task[OutcallReply]) -> OutcallReply:
    if task.cancelled():
        return _CLOSED
    error = task.exception()
    if error is not None:
        return OutcallFailure(SYS_TRANSIENT, f"The outcall ended in {error!r}")
    return task.result()
