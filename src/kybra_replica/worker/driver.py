"""Drives a canister method: plain values at once, generators from await to await.

A yielded object with `send` is driven inside; anything else must be kybra's AsyncInfo.
Exceptions are never thrown into a generator: what Kybra does not do, this does not do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kybra_replica.worker.runtime import Runtime, Task

if TYPE_CHECKING:
    from kybra import CallResult

    from kybra_replica.worker.outgoing import OutgoingCalls


class Driver:
    """Starts and resumes the calls of one canister."""

    def __init__(self, runtime: Runtime, outgoing: OutgoingCalls) -> None:
        """Drive calls of `runtime`, sending through `outgoing`."""
        self._runtime = runtime
        self._outgoing = outgoing

    def start(self, result: Any, method: str | None) -> tuple[bool, Any]:
        """Take what a method returned; (True, value) when it is complete, (False, None) if not."""
        if not hasattr(result, "send"):
            return True, result
        return self._drive(Task([result], method, self._runtime.now.context_id), None)

    def resume(self, task: Task, response: CallResult[Any]) -> tuple[bool, Any]:
        """Hand a response to a suspended call; results as for `start`."""
        return self._drive(task, response)

    def _drive(self, task: Task, value: Any) -> tuple[bool, Any]:
        while True:
            try:
                yielded = task.stack[-1].send(value)
            except StopIteration as finished:
                task.stack.pop()
                if not task.stack:
                    return True, finished.value
                value = finished.value
                continue
            if hasattr(yielded, "send"):
                task.stack.append(yielded)
                value = None
                continue
            value = self._outgoing.call(yielded, task)
            if value is None:
                return False, None
