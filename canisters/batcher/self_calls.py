"""Work in messages of its own, so that several calls can be out for one asker at once.

A generator waits for one call at a time. So this canister tells itself, by a message that nobody
waits for, to take up a piece of work; each piece is then a generator of its own.
"""

from collections.abc import Callable, Generator
from typing import Any, cast

from kybra import ic

from refrain_api.caller_texts import KnownPrincipal
from refrain_api.services import BatcherService

Doing = Generator[Any, Any, None]
Task = Callable[[Any], Doing]


class TaskList:
    """The work that waits for its message; heap only, since the messages do not survive either."""

    def __init__(self) -> None:
        """Start with none."""
        self._tasks: dict[int, tuple[Task, Any]] = {}
        self._last = 0
        self._itself: "KnownPrincipal | None" = None

    def send(self, task: Task, subject: Any) -> bool:
        """Have `task` done with `subject` in a message of its own; False if it cannot be sent."""
        self._last += 1
        self._tasks[self._last] = (task, subject)
        itself = self._itself
        if itself is None:
            itself = self._itself = KnownPrincipal(str(ic.id()))
        sent = BatcherService(cast("Any", itself)).take_up(self._last).notify()
        if sent.get("Err") is None:
            return True
        del self._tasks[self._last]
        return False

    def take(self, number: int, caller: str) -> "tuple[Task, Any] | None":
        """Return a piece of work, once, to this canister itself."""
        # Who has sent nothing yet has told itself nothing.
        if self._itself is None or caller != self._itself.to_str():
            return None
        return self._tasks.pop(number, None)


def done(taken: "tuple[Task, Any] | None") -> Doing:
    """Do a piece of work; an error is logged, since nobody waits for it."""
    if taken is None:
        return
    task, subject = taken
    try:
        yield from task(subject)
    except Exception as error:  # noqa: BLE001 - see above
        ic.print(f"a task: {type(error).__name__}")


tasks = TaskList()
