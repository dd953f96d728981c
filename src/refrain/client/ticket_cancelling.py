"""A ticket called off by its asker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refrain.client.refusal_texts import refused
from refrain.failures import RefrainError

if TYPE_CHECKING:
    from refrain.client.asking import Asked


def cancel_ticket(connection: Asked, ticket: int) -> dict[str, Any]:
    """Cancel one's own ticket; what came of it, keys as in Cancellation.

    Raises:
        Refused: there is no such ticket of one's own, or it is done.
    """
    result = connection.update("batcher", "cancel", ticket)
    if "Refused" in result:
        raise refused(result["Refused"])
    if "Cancelled" not in result:
        raise RefrainError("cancel was not answered as expected: is the canister an older one?")
    cancelled: dict[str, Any] = result["Cancelled"]
    return cancelled
