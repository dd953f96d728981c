"""What tests of windows share: infer's replies to lists, and what tickets were settled with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}


def prompts_of(message: Message) -> list[str]:
    """Name the prompts that a message asks infer for."""
    asked = message.asked
    samples = asked if isinstance(asked, list) else [asked]
    return [one["request"]["messages"][0]["content"] for one in samples]


def stored_all(message: Message) -> None:
    """Let the cache keep every answer that a message still has to put."""
    while not message.done and message.called == "CacheService.keep":
        message.answer(STORED)


def failed(count: int, refusal: dict[str, Any], outcalls: int = 1, each: int = 0) -> dict[str, Any]:
    """Make infer's reply to a list that failed as a whole."""
    failures = [
        {"refusal": refusal, "outcalls": outcalls * int(place == 0), "charged_cycles": each}
        for place in range(count)
    ]
    items = [{"Failed": failure} for failure in failures]
    return {"Many": {"items": items, "outcalls": outcalls, "charged_cycles": each * count}}


def contents(stage: Stage, tickets: list[int], **caller: str) -> list[str]:
    """Read what tickets were settled with."""
    states = [stage.ask("result", ticket, **caller) for ticket in tickets]
    return [state["Settled"]["answer"]["content"] for state in states]
