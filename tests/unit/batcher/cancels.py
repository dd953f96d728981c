"""What tests of cancelling share: paid submits, cancels, and accounts that balance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

BOB = "w7x7r-cok77-xa"
PLENTY = 10**13


def submitted(stage: Stage, request: dict[str, Any], caller: str = BOB) -> tuple[Message, int]:
    """Submit and pay; return the message and its ticket."""
    message = stage.message("submit", request, caller=caller, attached=PLENTY)
    return message, message.reply["Ticket"]["ticket"]


def cancelled(stage: Stage, ticket: int, caller: str = BOB) -> dict[str, Any]:
    """Cancel a ticket; its Cancellation."""
    made: dict[str, Any] = stage.ask("cancel", ticket, caller=caller)["Cancelled"]
    assert "Cancelled" in stage.ask("result", ticket, caller=caller)["Failed"]
    return made


def account(stage: Stage, caller: str = BOB) -> list[int]:
    """Read an account: charged, spent, margin, credit, held."""
    read: dict[str, int] = stage.ask("account", caller=caller)
    assert read["charged"] == sum(read.values()) - read["charged"]
    return list(read.values())
