"""The kernel's end of a canister's process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kybra_replica.metering import limits
from kybra_replica.worker import wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection


@dataclass(frozen=True)
class Trap:
    """A message that trapped: the platform's code and text."""

    code: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """A message that ended well, and what it wants done."""

    accepted: int
    reply: tuple[str, Any] | None
    accept_message: bool
    calls: list[tuple[int, bytes, str, bytes, int, bool]]
    timers_set: list[tuple[int, int, bool]]
    timers_cleared: list[int]
    certified_data: bytes | None
    prints: list[str]
    instructions: int


class WorkerLink:
    """Sends one message at a time and serves what the canister asks while it runs."""

    def __init__(self, connection: Connection) -> None:
        """Talk over `connection`."""
        self._connection = connection

    def run(self, facts: dict[str, Any], serve: Callable[..., Any]) -> Outcome | Trap:
        """Run one message; after an Outcome of an update, `commit` or `abort` must follow."""
        wire.send(self._connection, facts)
        while True:
            message = wire.receive(self._connection)
            if message[0] == wire.DONE:
                return Outcome(**message[1])
            if message[0] == wire.READY:
                return Trap(limits.CODE, limits.exceeded(facts["kind"]))
            if message[0] == wire.TRAP:
                if facts["kind"] not in ("query", "inspect"):
                    self._await_checkpoint()
                return Trap(message[1], message[2])
            wire.send(self._connection, serve(*message))

    def commit(self) -> None:
        """Keep what the last update did to the heap."""
        wire.send(self._connection, wire.COMMIT)

    def abort(self) -> None:
        """Undo what the last update did to the heap."""
        wire.send(self._connection, wire.ABORT)
        self._await_checkpoint()

    def _await_checkpoint(self) -> None:
        while wire.receive(self._connection)[0] != wire.READY:
            pass

    def close(self) -> None:
        """Let the process end."""
        self._connection.close()
