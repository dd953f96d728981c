"""One instance: a replica with its own time, in a thread of its own."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from kybra_replica.ic_http.certifier import Certifier
from kybra_replica.kernel import mishaps
from kybra_replica.kernel.clock import TEST_START_NS
from kybra_replica.kernel.replica import Replica
from kybra_replica.pocket_ic.ingress_book import IngressBook
from kybra_replica.pocket_ic.live_mode import LiveMode
from kybra_replica.pocket_ic.outcall_tray import OutcallTray
from kybra_replica.pocket_ic.pocket_clock import PocketClock
from kybra_replica.pocket_ic.rounds import Rounds
from kybra_replica.pocket_ic.subnets import SIZES, Subnets

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
_TIME = "pocket_ic_time_ns"


class InstanceClosedError(RuntimeError):
    """The instance takes no more work."""


@dataclass(frozen=True)
class Settings:
    """What an instance is made of; `state` is a folder, or None to keep nothing."""

    subnets: Subnets
    start_ns: int = TEST_START_NS
    state: Path | None = None


class Instance:
    """Everything happens in its thread: `do` hands it work and waits, `submit` does not wait."""

    def __init__(self, settings: Settings) -> None:
        """Start the thread, and wait until the replica is there."""
        self.subnets = settings.subnets
        self.certifier = Certifier(settings.subnets.signing)
        self.clock = PocketClock(settings.start_ns)
        self.tray = OutcallTray(self.wake)
        self.book = IngressBook()
        self.live = LiveMode()
        self.raw_stable_memory: dict[bytes, bytes] = {}
        self._commands: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._closing = False
        ready: Future[Replica] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(settings, ready), name="instance", daemon=True
        )
        self._thread.start()
        self.replica = ready.result()
        self.rounds = Rounds(self.replica, self.clock, self.tray)

    def submit(self, action: Callable[[Replica], T]) -> Future[T]:
        """Do something with the replica in the instance's thread, after what was asked before.

        Raises InstanceClosedError where the instance is closed.
        """
        if self._closing:
            raise InstanceClosedError("the instance was deleted")
        done: Future[T] = Future()

        def run() -> None:
            if not done.set_running_or_notify_cancel():
                return
            try:
                done.set_result(action(self.replica))
            except BaseException as error:  # noqa: BLE001 (handed to the thread that asked)
                done.set_exception(error)

        self._commands.put(run)
        return done

    def do(self, action: Callable[[Replica], T]) -> T:
        """The same, and wait for its result."""
        return self.submit(action).result()

    def wake(self) -> None:
        """Let live mode look at once whether there is something to do."""
        self._commands.put(lambda: None)

    def close(self) -> None:
        """End the replica's processes and the thread."""
        self._closing = True
        self.wake()
        self._thread.join()

    def _run(self, settings: Settings, ready: Future[Replica]) -> None:
        try:
            replica = Replica(
                state=settings.state,
                clock=self.clock,
                outcalls=self.tray,
                nodes=SIZES[self.subnets.default.kind],
            )
        except BaseException as error:  # noqa: BLE001 (handed to the thread that waits)
            ready.set_exception(error)
            return
        replica.kernel.mishap = mishaps.end_what_it_hit
        with replica:
            self._resume_time(replica)
            ready.set_result(replica)
            while not self._closing:
                self._serve()
            while not self._commands.empty():
                self._commands.get()()
            replica.kernel.store.set_fact(_TIME, str(self.clock.set_ns))

    def _resume_time(self, replica: Replica) -> None:
        kept_ns = int(replica.kernel.store.fact(_TIME) or 0)
        if kept_ns > self.clock.set_ns:
            self.clock.set(kept_ns)

    def _serve(self) -> None:
        with suppress(Empty):
            self._commands.get(timeout=self.live.nap_s())()
        if self.live.is_on:
            self.live.move(self)
