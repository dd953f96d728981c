"""What a window does where infer says that nobody may be asked for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.batcher.list_replies import MISS, contents, prompts_of, stored_all

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage


@pytest.fixture
def listing(bare_stage: Stage) -> Stage:
    """Give a stage whose provider takes lists."""
    bare_stage.connect(("lists",))
    return bare_stage


@pytest.fixture
def submitted(listing: Stage, request_for: Any) -> Any:
    """Submit prompts that the cache does not have; return their tickets."""

    def submit(*prompts: str, **context: Any) -> list[int]:
        messages = [listing.message("submit", request_for(one), **context) for one in prompts]
        for message in messages:
            message.answer(MISS)
        return [message.reply["Ticket"]["ticket"] for message in messages]

    return submit


@pytest.fixture
def many(answer: dict[str, Any]) -> Any:
    """Make infer's reply to the list that a message waits for: each prompt, in capitals."""

    def make(message: Message, price: int = 0) -> dict[str, Any]:
        items = []
        for place, asked in enumerate(prompts_of(message)):
            inference = {"answer": {**answer, "content": asked.upper()}, "provider": "p"}
            cost = {"outcalls": int(place == 0), "charged_cycles": price}
            items.append({"Inferred": inference | cost})
        total = price * len(items)
        return {"Many": {"items": items, "outcalls": 1, "charged_cycles": total}}

    return make


@pytest.mark.parametrize("wait_s", [20, None])
def test_who_meets_a_limit_waits_as_long_as_it_says(
    listing: Stage, submitted: Any, many: Any, wait_s: int | None
) -> None:
    """Where nothing was asked of anybody; all leave together then."""
    tickets = submitted("a", "b")
    (message,) = listing.wake(1)
    message.answer({"Refused": {"RateLimited": {"retry_after_s": wait_s}}})
    assert listing.wake((wait_s or 1) - 1) == []
    (again,) = listing.wake(1)
    again.answer(many(again))
    stored_all(again)
    assert contents(listing, tickets) == ["A", "B"]


def test_a_limit_of_more_than_a_minute_is_told_at_once(listing: Stage, submitted: Any) -> None:
    """Nobody waits for the next day."""
    (ticket,) = submitted("a")
    (message,) = listing.wake(1)
    limited = {"RateLimited": {"retry_after_s": 61}}
    message.answer({"Failed": {"refusal": limited, "outcalls": 0, "charged_cycles": 0}})
    assert listing.ask("result", ticket) == {"Failed": limited}
