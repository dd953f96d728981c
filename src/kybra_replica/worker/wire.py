"""How kernel and worker talk: marshalled tuples of plain values over one socket.

A worker is sent commands and answers each with any number of requests ("get", "insert", ...)
and one closing message. marshal carries only plain values, so code in a canister can't make
the kernel build objects.
"""

from __future__ import annotations

import marshal
from multiprocessing.connection import Connection
from typing import Any

DONE = "done"
"""Closing message: the canister's code ended; its outcome follows."""

TRAP = "trap"
"""Closing message: the canister trapped; the worker exits, its checkpoint follows with READY."""

READY = "ready"
"""A checkpoint has taken over; the heap is as it was before the command."""


def send(connection: Connection, *message: Any) -> None:
    """Send one message of plain values."""
    connection.send_bytes(marshal.dumps(message))


def receive(connection: Connection) -> tuple[Any, ...]:
    """Wait for one message; EOFError when the other side is gone."""
    message: tuple[Any, ...] = marshal.loads(connection.recv_bytes())
    return message
