"""What a window does where infer says that nobody may be asked for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.batcher.list_replies import contents, stored_all

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage


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
