"""The embedded replica: create canisters, install programs, call them.

One thread owns it. Everything happens inside its methods: a test decides when messages run and
how time passes; `kybra_replica.live.LiveReplica` does both by the wall clock.
"""

from __future__ import annotations

import random
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from kybra_replica.kernel import ingress, rejects, typed_calls
from kybra_replica.kernel.canister import Canister
from kybra_replica.kernel.canister_status import CanisterStatus, status_of
from kybra_replica.kernel.change_history import Origin
from kybra_replica.kernel.clock import Clock, ManualClock
from kybra_replica.kernel.creation import create, fresh_id
from kybra_replica.kernel.cycles import DEFAULT_CYCLES, ingress_fee
from kybra_replica.kernel.kernel_state import KernelState
from kybra_replica.kernel.lifecycle import Installation, Lifecycle, Mode
from kybra_replica.kernel.messages import Answer, IngressOrigin, Request
from kybra_replica.kernel.module import code_of_program
from kybra_replica.kernel.outcall_desk import OutcallDesk
from kybra_replica.kernel.principals import ANONYMOUS, bytes_of
from kybra_replica.kernel.processor import Processor
from kybra_replica.kernel.pump import WAIT_S, Pump
from kybra_replica.kernel.recovery import recover
from kybra_replica.kernel.rejects import Rejected, refused
from kybra_replica.kernel.spawner import shared_spawner
from kybra_replica.kernel.traffic import traffic_of
from kybra_replica.kernel.transforming import Transforming
from kybra_replica.management.ingress_filter import refuse_stranger
from kybra_replica.management.options import ManagementOptions
from kybra_replica.management.service import Management
from kybra_replica.outcalls.http_port import HttpOutcalls
from kybra_replica.stable.map_store import MapStore
from kybra_replica.stable.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from typing_extensions import Self

    from kybra_replica.kernel.read_only_runs import ReadOnlyRuns
    from kybra_replica.outcalls.port import OutcallPort
    from kybra_replica.program.interface import Program


class Replica:
    """A subnet of `nodes` simulated nodes; `state` is a folder, or None to keep nothing."""

    def __init__(  # noqa: PLR0913 (a replica's circumstances, each by its name)
        self,
        *,
        state: Path | None = None,
        clock: Clock | None = None,
        outcalls: OutcallPort | None = None,
        nodes: int = 13,
        seed: int = 0,
        management: ManagementOptions | None = None,
    ) -> None:
        """Start, recovering what `state` holds."""
        self.clock: Clock = clock or ManualClock()
        self.inbox: SimpleQueue[Callable[[], None]] = SimpleQueue()
        store = Store(state)
        self.kernel = KernelState(
            store=store,
            maps=MapStore(store),
            clock=self.clock,
            nodes=nodes,
            random=random.Random(seed),  # noqa: S311 (a simulation must repeat itself)
        )
        self.desk = OutcallDesk(self.kernel, outcalls or HttpOutcalls(), self.inbox)
        self.management = Management(self.kernel, self.desk, management or ManagementOptions())
        self._processor = Processor(self.kernel, self.management.handle)
        self.read_only: ReadOnlyRuns = self._processor
        self.desk.transform = Transforming(self.kernel, self._processor)
        self.pump = Pump(self.kernel, self._processor, self.desk, self.inbox)
        self._lifecycle = Lifecycle(self.kernel, self._processor, shared_spawner.acquire())
        self.management.connect(self._lifecycle)
        self._closed = False
        try:
            recover(self.kernel, self._lifecycle)
        except BaseException:
            self.close()
            raise

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
        """End every process and close the state; again does nothing."""
        if self._closed:
            return
        self._closed = True
        self.desk.port.close()
        for canister in self.kernel.canisters.values():
            if canister.worker is not None:
                canister.worker.close()
        shared_spawner.release()
        self.kernel.store.close()

    # canisters

    def create_canister(self, *, controller: str = ANONYMOUS, cycles: int = DEFAULT_CYCLES) -> str:
        """An empty canister; its principal as text."""
        canister = Canister(fresh_id(self.kernel), (controller,), cycles)
        create(self.kernel, Origin(controller), canister)
        return canister.text

    def install(
        self,
        canister: str,
        program: Program,
        *,
        mode: Mode = "install",
        sender: str = ANONYMOUS,
        args: Sequence[Any] = (),
    ) -> None:
        """Install, upgrade or reinstall a program; Rejected where it traps, nothing changed."""
        found = self.canister(canister)
        refuse_stranger(found, sender, "install_code")
        arg = typed_calls.encoded_entry(program, mode, args)
        code = code_of_program(program)
        self._lifecycle.install(found, Installation(code, mode, Origin(sender), arg))

    def begin_stop(self, canister: str) -> None:
        """Take no more calls; `status` says "stopped" when the open ones are done."""
        self._lifecycle.stop(self.canister(canister))

    def stop(self, canister: str) -> None:
        """Take no more calls and wait until the open ones are done; Rejected on a time-out."""
        self.begin_stop(canister)
        if not self.run_until(lambda: self.canister(canister).status == "stopped"):
            raise Rejected(rejects.SYS_TRANSIENT, f"Stop canister {canister} timed out: calls open")

    def start(self, canister: str) -> None:
        """Take calls again."""
        self._lifecycle.start(self.canister(canister))

    def status(self, canister: str) -> CanisterStatus:
        """Status, cycles, program, log."""
        return status_of(self.canister(canister))

    def canister(self, text: str) -> Canister:
        """The canister of that principal; Rejected where there is none."""
        found = self.kernel.canisters.get(bytes_of(text))
        if found is None:
            raise refused(rejects.no_canister(text))
        return found

    # calls

    def query(self, canister: str, method: str, *args: Any, sender: str = ANONYMOUS) -> Any:
        """Ask; the decoded reply. Rejected where there is none."""
        found = self.canister(canister)
        arg = typed_calls.encoded(found, method, args)
        answer = self.read_only.query(found, method, arg, bytes_of(sender))
        return typed_calls.decoded(found, method, answer)

    def update(self, canister: str, method: str, *args: Any, sender: str = ANONYMOUS) -> Any:
        """Call and run until it is answered; the decoded reply. Rejected where there is none."""
        number = self.submit(canister, method, *args, sender=sender)
        self.run_until(lambda: self.answer(number) is not None)
        return self.reply(number)

    def submit(
        self,
        canister: str,
        method: str,
        *args: Any,
        sender: str = ANONYMOUS,
        answered: Callable[[Answer], None] | None = None,
    ) -> int:
        """Queue a call; its number. Rejected at once where inspect_message refuses it."""
        found = self.canister(canister)
        arg = typed_calls.encoded(found, method, args)
        return self.submit_raw(found, method, arg, sender, answered)

    def submit_raw(
        self,
        canister: Canister,
        method: str,
        arg: bytes,
        sender: str,
        answered: Callable[[Answer], None] | None = None,
    ) -> int:
        """The same with Candid bytes."""
        raw_sender = bytes_of(sender)
        if canister.status != "running":
            raise refused(rejects.not_running(canister.text, canister.status))
        refusal = self._processor.inspect(canister, method, arg, raw_sender)
        if refusal is not None:
            raise refused(refusal)
        number = ingress.receive(self.kernel.store, canister.canister_id, method)
        self.kernel.burn(canister, ingress_fee(len(arg)))
        origin = IngressOrigin(number, answered or (lambda _answer: None))
        self.kernel.queue.append(Request(origin, raw_sender, canister.canister_id, method, arg))
        return number

    def answer(self, number: int) -> Answer | None:
        """How the call `number` ended, as bytes or Reject; None while it is under way."""
        return ingress.read_answer(self.kernel.store, number)

    def reply(self, number: int) -> Any:
        """The decoded reply of the call `number`; Rejected where there is none (yet)."""
        answer = self.answer(number)
        if answer is None:
            raise Rejected(rejects.SYS_TRANSIENT, "the call has no answer yet: run on")
        canister, method = ingress.called(self.kernel.store, number)
        return typed_calls.decoded(self.kernel.canisters[canister], method, answer)

    # time and messages

    def run(self) -> None:
        """Run what can run now: arrived outcalls, due timers, queued messages."""
        self.pump.run()

    def step(self) -> None:
        """Run the one message at the queue's head."""
        self.pump.step()

    def run_until(self, reached: Callable[[], bool], wait_s: float = WAIT_S) -> bool:
        """Run until `reached`, waiting for outcalls of the real world; whether it was."""
        return self.pump.run_until(reached, wait_s)

    def advance(self, seconds: float) -> None:
        """Let time pass on a manual clock, then run."""
        if not isinstance(self.clock, ManualClock):
            raise TypeError("only a manual clock can be advanced: give the replica one")
        self.clock.advance(seconds)
        self.run()

    def traffic(self) -> dict[str, int]:
        """What was done so far: messages, map operations, outcalls, HTTP requests."""
        return traffic_of(self.kernel, self.desk.port)
