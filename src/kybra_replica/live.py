"""A replica that lives by the wall clock in a thread of its own, for servers and programs."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from contextlib import suppress
from functools import partial
from queue import Empty
from typing import TYPE_CHECKING, Any, TypeVar

from kybra_replica.kernel import mishaps, rejects, timer_wheel
from kybra_replica.kernel.clock import NS_PER_S, WallClock
from kybra_replica.kernel.cycles import DEFAULT_CYCLES
from kybra_replica.kernel.rejects import Rejected
from kybra_replica.kernel.replica import Replica

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

    from kybra_replica.kernel.canister_status import CanisterStatus
    from kybra_replica.kernel.clock import Clock
    from kybra_replica.kernel.lifecycle import Mode
    from kybra_replica.management.options import ManagementOptions
    from kybra_replica.outcalls.port import OutcallPort
    from kybra_replica.program.interface import Program

T = TypeVar("T")
LONGEST_NAP_S = 1.0
STOP_WAIT_S = 120.0


class ReplicaStoppedError(RuntimeError):
    """The replica's thread has ended; its first error is the cause."""


class LiveReplica:
    """A thread-safe replica; every method waits for its answer."""

    def __init__(
        self,
        state: Path | None = None,
        *,
        outcalls: OutcallPort | None = None,
        nodes: int = 13,
        management: ManagementOptions | None = None,
    ) -> None:
        """Start the thread, and wait until `state` is recovered."""
        self._closing = threading.Event()
        self._ended = threading.Event()
        self._ready: Future[Replica] = Future()
        make = partial(
            Replica,
            state=state,
            clock=WallClock(),
            outcalls=outcalls,
            nodes=nodes,
            management=management,
        )
        self._thread = threading.Thread(
            target=self._live, args=(make,), name="replica", daemon=True
        )
        self._thread.start()
        self._replica = self._ready.result()

    def __enter__(self) -> Self:
        """Use as a context manager."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def close(self) -> None:
        """End every process, the thread, and close the state."""
        self._closing.set()
        self._replica.inbox.put(lambda: None)
        self._thread.join()

    def create_canister(self, *, controller: str, cycles: int = DEFAULT_CYCLES) -> str:
        """An empty canister; its principal as text."""
        return self._do(lambda r: r.create_canister(controller=controller, cycles=cycles))

    def install(
        self,
        canister: str,
        program: Program,
        *,
        mode: Mode = "install",
        sender: str,
        args: Sequence[Any] = (),
    ) -> None:
        """Install, upgrade or reinstall; Rejected where it traps, nothing changed."""
        self._do(lambda r: r.install(canister, program, mode=mode, sender=sender, args=args))

    def stop(self, canister: str, wait_s: float = STOP_WAIT_S) -> None:
        """Take no more calls and wait for the open ones; Rejected when they take too long."""
        self._do(lambda r: r.begin_stop(canister))
        pause = threading.Event()
        for _ in range(int(wait_s * 20)):
            if self.status(canister).status == "stopped":
                return
            pause.wait(0.05)
        text = f"Stop canister {canister} timed out with calls open: start it again, or wait"
        raise Rejected(rejects.SYS_TRANSIENT, text)

    def start(self, canister: str) -> None:
        """Take calls again."""
        self._do(lambda r: r.start(canister))

    def status(self, canister: str) -> CanisterStatus:
        """Status, cycles, program, log."""
        return self._do(lambda r: r.status(canister))

    def canister_ids(self) -> list[str]:
        """Every canister's principal, in order of creation."""
        return self._do(lambda r: [each.text for each in r.kernel.canisters.values()])

    @property
    def clock(self) -> Clock:
        """The replica's time; may be read from any thread."""
        return self._replica.clock

    def traffic(self) -> dict[str, int]:
        """What was done so far: messages, map operations, outcalls, HTTP requests."""
        return self._do(lambda r: r.traffic())

    def query(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Ask; the decoded reply. Rejected where there is none."""
        return self._do(lambda r: r.query(canister, method, *args, sender=sender))

    def update(self, canister: str, method: str, args: Sequence[Any], sender: str) -> Any:
        """Call; the decoded reply when it comes. Rejected where there is none."""
        ended: Future[None] = Future()

        def submit(replica: Replica) -> int:
            return replica.submit(
                canister, method, *args, sender=sender, answered=lambda _: ended.set_result(None)
            )

        number = self._do(submit)
        self._awaited(ended)
        return self._do(lambda r: r.reply(number))

    def submit(self, action: Callable[[Replica], T]) -> Future[T]:
        """Do something in the replica's thread, soon, in the order of the calls.

        The future ends in ReplicaStoppedError where the thread ends first.
        """
        done: Future[T] = Future()
        # Whoever waits may go away; what was handed over is done all the same.
        done.set_running_or_notify_cancel()

        def run() -> None:
            try:
                self._check_living()
                done.set_result(action(self._replica))
            except BaseException as error:  # noqa: BLE001 (handed to the thread that asked)
                done.set_exception(error)

        self._replica.inbox.put(run)
        if self._ended.is_set():
            self._refuse_rest(self._replica)
        return done

    def _check_living(self) -> None:
        if self._ended.is_set():
            raise ReplicaStoppedError("the replica is closed: start it again")

    def _do(self, action: Callable[[Replica], T]) -> T:
        return self._awaited(self.submit(action))

    def _awaited(self, future: Future[T]) -> T:
        while not wait([future], LONGEST_NAP_S).done:
            if not self._thread.is_alive():
                raise ReplicaStoppedError("the replica is closed: start it again")
        return future.result()

    def _live(self, make: Callable[[], Replica]) -> None:
        try:
            replica = make()
        except BaseException as error:  # noqa: BLE001 (handed to the thread that waits)
            self._ready.set_exception(error)
            return
        replica.kernel.mishap = mishaps.end_what_it_hit
        try:
            with replica:
                self._ready.set_result(replica)
                while not self._closing.is_set():
                    replica.run()
                    self._nap(replica)
        finally:
            self._ended.set()
            self._refuse_rest(replica)

    def _refuse_rest(self, replica: Replica) -> None:
        with suppress(Empty):
            while True:
                replica.inbox.get_nowait()()

    def _nap(self, replica: Replica) -> None:
        due_ns = timer_wheel.next_due_ns(replica.kernel)
        nap_s = LONGEST_NAP_S
        if due_ns is not None:
            nap_s = min(nap_s, max(0, due_ns - replica.clock.now_ns()) / NS_PER_S)
        try:
            replica.inbox.get(timeout=nap_s)()
        except Empty:
            return
