"""The life of a canister's process: it works while its twin, forked ahead of time, waits.

Both have the same heap. An update runs here: once the kernel has committed it, the twin is told
to go and a new one is forked; on a trap this process just exits, and the twin, which never ran
the message, goes on in its place: heap, generators and all. A query runs in the twin, which is
thrown away. The fork is thus behind a message's answer, not before it.
"""

from __future__ import annotations

import gc
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Pipe
from typing import TYPE_CHECKING, Any

from kybra_replica.metering import limits
from kybra_replica.metering.sized_prices import METER
from kybra_replica.worker import wire
from kybra_replica.worker.execution import Execution
from kybra_replica.worker.message_context import MessageContext
from kybra_replica.worker.rehearsal import rehearse
from kybra_replica.worker.runtime import Runtime

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import CodeType

    from kybra_replica.program.interface import Program

IDLE_S = 0.001
"""After so long without a message a twin rehearses one; in a burst it would only cost time."""

ALARM_S = 0.02
"""How often, in seconds of its own work, a message that runs is held to its limit."""


@dataclass
class Twin:
    """A waiting process, and this end of what connects us; closed without a word: take over."""

    pid: int
    channel: Connection
    runs_query: bool = False

    def tell(self, facts: dict[str, Any], *, to_run: bool) -> None:
        """Say which message comes next: the twin is `to_run` it, or to stand by."""
        self.runs_query = to_run
        wire.send(self.channel, facts)

    def dismiss(self) -> None:
        """Let it end: the message that it stood by for is committed, or there will be none."""
        with suppress(OSError):
            wire.send(self.channel, wire.COMMIT)
        self.channel.close()

    def was_killed(self) -> bool:
        """Wait for the end of its query; whether a signal ended it."""
        try:
            wire.receive(self.channel)
        except (EOFError, OSError):
            return os.WIFSIGNALED(os.waitpid(self.pid, 0)[1])
        finally:
            self.channel.close()
        return False


class CanisterProcess:
    """Serves the kernel's commands until it goes away."""

    def __init__(
        self,
        connection: Connection,
        program: Program,
        code: dict[str, CodeType],
        canister_id: bytes,
        seed: bytes,
    ) -> None:
        """Be the canister `canister_id`, with nothing loaded yet."""
        self._connection = connection
        self._runtime = Runtime(canister_id, program, code, connection, seed)
        self._execution = Execution(self._runtime)

    def serve(self) -> None:
        """Run commands until the kernel closes the connection."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGVTALRM, lambda _number, _frame: METER.check())
        METER.end_message = self._runtime.exceed
        gc.disable()  # RustPython frees no cycles either, and a collection would copy every page
        ended: Twin | None = None
        while True:
            self._settle(ended)
            twin = self._fork_twin()
            if twin is not None:
                self._run_next(twin)
            ended = twin

    def _fork_twin(self) -> Twin | None:
        """A new twin; None in the twin itself, when it has taken over."""
        ours, theirs = Pipe()
        pid = os.fork()
        if pid == 0:
            ours.close()
            self._wait_as_twin(theirs)
            return None
        theirs.close()
        return Twin(pid, ours)

    def _settle(self, ended: Twin | None) -> None:
        if ended is not None and ended.runs_query and ended.was_killed():
            text = limits.exceeded(self._runtime.now.kind)
            wire.send(self._connection, wire.TRAP, limits.CODE, text)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    def _run_next(self, twin: Twin) -> None:
        try:
            facts = wire.receive(self._connection)[0]
        except (EOFError, OSError):
            twin.dismiss()  # the kernel went away between two messages
            os._exit(0)
        self._runtime.message = MessageContext(**facts)
        twin.tell(facts, to_run=self._runtime.now.read_only)
        if twin.runs_query:
            return
        self._execute()
        if not self._committed():
            os._exit(1)
        twin.dismiss()

    def _wait_as_twin(self, channel: Connection) -> None:
        """Come back only to take over, when the other has died: between messages or in one."""
        if not channel.poll(IDLE_S):
            rehearse()
        try:
            told = wire.receive(channel)[0]
        except (EOFError, OSError):
            return
        if told == wire.COMMIT:
            os._exit(0)
        self._runtime.message = MessageContext(**told)
        if self._runtime.now.read_only:
            self._execute()
            wire.send(channel, wire.DONE)
            os._exit(0)
        try:
            wire.receive(channel)
        except (EOFError, OSError):
            self._take_over(channel)
        else:
            os._exit(0)

    def _take_over(self, channel: Connection) -> None:
        channel.close()
        self._runtime.bury(self._runtime.now.callback_id)
        try:
            wire.send(self._connection, wire.READY)
        except OSError:
            os._exit(0)

    def _execute(self) -> None:
        now = self._runtime.now
        METER.begin(limits.of_message(now.kind, now.earlier_instructions))
        signal.setitimer(signal.ITIMER_REAL, now.limit_s)
        signal.setitimer(signal.ITIMER_VIRTUAL, ALARM_S, ALARM_S)
        self._execution.run()
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        wire.send(self._connection, wire.DONE, self._runtime.now.outcome())

    def _committed(self) -> bool:
        try:
            return bool(wire.receive(self._connection)[0] == wire.COMMIT)
        except (EOFError, OSError):
            return False
