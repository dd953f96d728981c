"""Every message of the three canisters as a place where it may trap."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kybra_replica.kernel.replica import Replica


class Message(NamedTuple):
    """A message that ran: whose, "update", "callback" or "timer", and the method it serves."""

    canister: str
    kind: str
    method: str

    def __str__(self) -> str:
        """Its name in a test's id."""
        return f"{self.canister} {self.kind} {self.method}".strip()


class FaultPoints:
    """Counts the messages that ended well, and makes the one of a number trap, once."""

    def __init__(self, names: dict[str, str], trap_at: int | None) -> None:
        """Name canisters by their principals' `names`; trap at the message of that number."""
        self.messages: list[Message] = []
        self._names = names
        self._trap_at = trap_at

    def __call__(self, canister: str, kind: str, method: str) -> str | None:
        """Take part in a message, as the kernel's fault."""
        self.messages.append(Message(self._names[canister], kind, method))
        return "by the test" if len(self.messages) - 1 == self._trap_at else None


@contextmanager
def faults(
    replica: Replica, ids: dict[str, str], *, trap_at: int | None = None
) -> Iterator[FaultPoints]:
    """Watch the messages of a block, and make one of them trap."""
    points = FaultPoints({canister: name for name, canister in ids.items()}, trap_at)
    replica.kernel.fault = points
    yield points
    replica.kernel.fault = None
    if trap_at is not None:
        assert len(points.messages) > trap_at, "the message that should trap never ran"
