"""How kernel and worker talk: marshalled tuples of plain values over one socket.

A worker is sent commands and answers each with any number of requests ("get", "insert", ...)
and one closing message. marshal carries only plain values, so code in a canister can't make
the kernel build objects.
"""

from __future__ import annotations

import marshal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

DONE = "done"
"""Closing message: the canister's code ended; its outcome follows."""

TRAP = "trap"
"""Closing message: the canister trapped; the worker exits, its checkpoint follows with READY."""

READY = "ready"
"""A checkpoint has taken over; the heap is as it was before the command."""


COMMIT = "commit"
"""The kernel's verdict on an update that ended well: keep it."""

ABORT = "abort"
"""The kernel's verdict: undo it; the worker exits, its checkpoint follows with READY."""


def send(connection: Connection, *message: Any) -> None:
    """Send one message of plain values."""
    connection.send_bytes(marshal.dumps(message))


def receive(connection: Connection) -> tuple[Any, ...]:
    """Wait for one message; EOFError when the other side is gone."""
    message: tuple[Any, ...] = marshal.loads(connection.recv_bytes())  # noqa: S302 (our own process)
    return message
