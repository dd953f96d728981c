"""The life of a canister's process: wait for a message, guard it by a fork, run it.

Before a message that may change state the process forks a checkpoint, which sleeps. Ended well
and committed by the kernel, the checkpoint is told to go; on a trap the process just exits, and
the checkpoint, which never saw the message, goes on in its place: heap, generators and all.
A query runs in a fork that is thrown away.
"""

from __future__ import annotations

import gc
import os
import signal
from typing import TYPE_CHECKING

from kybra_replica.worker import traps, wire
from kybra_replica.worker.execution import Execution
from kybra_replica.worker.message_context import MessageContext
from kybra_replica.worker.runtime import Runtime

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import CodeType

    from kybra_replica.program.interface import Program

DISMISSED = b"d"


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
        gc.disable()  # RustPython frees no cycles either, and a collection would copy every page
        while True:
            try:
                facts = wire.receive(self._connection)[0]
            except (EOFError, OSError):
                os._exit(0)
            self._runtime.message = MessageContext(**facts)
            if self._runtime.now.read_only:
                self._run_discarded()
            else:
                self._run_guarded()

    def _run_discarded(self) -> None:
        child = os.fork()
        if child == 0:
            self._execute()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            traps_text = "Canister exceeded the instruction limit for single message execution."
            wire.send(self._connection, wire.TRAP, "IC0522", traps_text)

    def _run_guarded(self) -> None:
        wait_end, hold_end = os.pipe()
        checkpoint = os.fork()
        if checkpoint == 0:
            os.close(hold_end)
            self._sleep_as_checkpoint(wait_end)
            return
        os.close(wait_end)
        self._execute()
        if not self._committed():
            os._exit(1)
        os.write(hold_end, DISMISSED)
        os.close(hold_end)
        os.waitpid(checkpoint, 0)

    def _sleep_as_checkpoint(self, wait_end: int) -> None:
        if os.read(wait_end, 1) == DISMISSED:
            os._exit(0)
        os.close(wait_end)
        self._runtime.bury(self._runtime.now.callback_id)
        try:
            wire.send(self._connection, wire.READY)
        except OSError:
            os._exit(0)

    def _execute(self) -> None:
        signal.alarm(traps.INSTRUCTION_LIMIT_S)
        self._execution.run()
        signal.alarm(0)
        wire.send(self._connection, wire.DONE, self._runtime.now.outcome())

    def _committed(self) -> bool:
        try:
            return bool(wire.receive(self._connection)[0] == wire.COMMIT)
        except (EOFError, OSError):
            os._exit(0)
