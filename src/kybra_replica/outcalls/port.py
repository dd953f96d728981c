"""The seam between the kernel and whatever answers outcalls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from kybra_replica.outcalls.request import OutcallReply, OutcallRequest

Done = Callable[[OutcallReply], None]
"""Takes an outcall's end, exactly once, from any thread."""


class OutcallPort(Protocol):
    """Makes one node's HTTP request at a time asked; knows no canister, cycles or transform.

    A response handed to `done` is within `limits.check_response`.
    """

    http_requests: int
    """Requests that went out so far: one for each node that asked."""

    def start(self, request: OutcallRequest, node: int, done: Done) -> None:
        """Begin `node`'s request and return at once; `done` may be called before that."""

    def close(self) -> None:
        """End every running request with a failure; later ones fail at once."""
