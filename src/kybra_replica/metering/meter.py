"""The count of instructions of the message that runs in this process, and its limit.

Canister code adds to `spent` inline and never looks at the limit. That is safe, because the count
only grows and a message over its limit leaves nothing behind: whether it is noticed at the next
system call, by the alarm or at the message's end makes no difference to anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from kybra_replica.metering.limits import UNLIMITED

if TYPE_CHECKING:
    from collections.abc import Callable


class OverLimitError(BaseException):
    """A message is over its limit where no process ends by it."""


def _raise_over_limit() -> NoReturn:
    raise OverLimitError


class Meter:
    """Counts the instructions of one message after another."""

    __slots__ = ("end_message", "limit", "spent")

    def __init__(self) -> None:
        """Count from zero, without a limit."""
        self.spent = 0
        self.limit = UNLIMITED
        self.end_message: Callable[[], NoReturn] = _raise_over_limit

    def begin(self, limit: int) -> None:
        """Start a message that may spend `limit`."""
        self.spent = 0
        self.limit = limit

    def charge(self, instructions: int) -> None:
        """Add, and end the message if that is over its limit."""
        self.spent += instructions
        self.check()

    def raise_to(self, instructions: int) -> None:
        """Let an operation cost in all what its price says, or what was counted within it."""
        self.spent = max(self.spent, instructions)
        self.check()

    def check(self) -> None:
        """End the message if it is over its limit."""
        if self.spent > self.limit:
            self.end_message()

    def tick(self, instructions: int) -> bool:
        """Add, within an expression; always true."""
        self.spent += instructions
        return True
