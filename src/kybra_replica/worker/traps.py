"""How a canister's execution ends at once, with nothing of it left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

from kybra_replica.worker import wire

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def explicit(message: str) -> str:
    """The kernel's text for a trap that the canister's code caused."""
    return f"Canister called `ic0.trap` with message: '{message}'"


def of_exception(error: BaseException) -> str:
    """The kernel's text for an exception that nobody caught."""
    return explicit(f"{type(error).__name__}: {error}")


def end(connection: Connection, text: str, *, code: str = "IC0503") -> NoReturn:
    """Tell the kernel and vanish: no except, no finally and no destructor runs after a trap."""
    wire.send(connection, wire.TRAP, code, text)
    os._exit(1)
