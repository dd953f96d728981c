"""One ask whose text is handed on as it comes: a ticket at once, and its stream until the end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from refrain.client.asking import PAUSE_S, Asked, Outcome, settled, while_it_lasts
from refrain.client.refusal_texts import refused

if TYPE_CHECKING:
    from collections.abc import Callable


def ask_streaming(
    connection: Asked, request: dict[str, Any], hear: Callable[[str], object]
) -> Outcome:
    """Submit a request and hand its answer to `hear`, part by part, until it is whole.

    A model's text comes round by round; a stored answer the same way, at once.

    Raises:
        Refused: a canister refused the request, the flight failed, or its votes did not agree.
        RefrainError: the ticket expired or was never settled.
    """
    started = time.monotonic()
    result = connection.update("batcher", "submit", request)
    if "Refused" in result:
        raise refused(result["Refused"])
    ticket = result["Ticket"]
    _follow(connection, ticket, hear)
    answered, verdict = settled(connection.query("batcher", "result", ticket["ticket"]))
    return Outcome(answered, time.monotonic() - started, verdict)


def _follow(connection: Asked, ticket: dict[str, Any], hear: Callable[[str], object]) -> None:
    cursor = 0
    for _ in while_it_lasts(ticket):
        state = connection.query("batcher", "stream", ticket["ticket"], cursor)
        part = state.get("Streamed")
        if part is None:
            # What failed or expired says more in the ticket itself, read next.
            return
        if part["text"]:
            hear(part["text"])
        cursor = part["next"]
        if part["done"]:
            return
        if not part["text"]:
            time.sleep(PAUSE_S)
