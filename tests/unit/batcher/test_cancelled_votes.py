"""Votes that are called off: no sample is sent any more, those that are out are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.batcher.cancels import BOB, account, cancelled, submitted
from tests.unit.batcher.list_replies import MISS, STORED, stored_all

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage


def voted(request_for: Any, votes: int = 3, **fields: Any) -> Any:
    """Make a request that is voted on."""
    policy = {"votes": votes, "quorum": 2, "strategy": "exact", "spread": "seeds", "among": []}
    policy |= {"tie_rule": None, "stop_permille": None, "weights": "equal"}
    return request_for(seed=1, temperature_micros=500_000, consensus=policy, **fields)


def test_a_cancelled_vote_sends_no_further_samples(
    paying: Stage, request_for: Any, inferred: Any
) -> None:
    """One sample is out and is stored for later votes; the others are not asked for."""
    message, ticket = submitted(paying, voted(request_for))
    message.answer(MISS)
    first, *others = paying.take_up()
    first.answer(MISS)
    assert first.called == "InferService.infer_text"
    assert cancelled(paying, ticket)["work"] == "goes_on"
    for sample in others:
        sample.answer(MISS)
        assert sample.done
    first.answer(inferred(), refunded=first.attached - 700)
    assert first.called == "CacheService.keep"
    first.answer(STORED)
    charged, spent, margin, credit, held = account(paying)
    assert (spent, held) == (700, 0)
    assert charged == spent + margin + credit
    counts = paying.ask("counters")
    assert (counts["votes"], counts["outcalls"], counts["flights_open"]) == (0, 1, 0)


def test_a_vote_whose_samples_wait_for_their_messages_asks_none(
    paying: Stage, request_for: Any
) -> None:
    """With no-cache too, where a sample's flight has no lookup; all is credit."""
    for directives in (None, "no-cache"):
        message, ticket = submitted(paying, voted(request_for, cache_control=directives))
        if directives is None:
            message.answer(MISS)
        cancelled(paying, ticket)
        assert all(sample.done for sample in paying.take_up())
        assert account(paying)[1:3] == [0, 0]
        assert account(paying)[4] == 0
        assert paying.ask("counters")["flights_open"] == 0


def test_a_sample_that_another_vote_shares_is_still_asked_for(
    paying: Stage, request_for: Any, inferred: Any
) -> None:
    """The vote of five hears the samples of the cancelled vote of three."""
    first, ticket = submitted(paying, voted(request_for, 3))
    first.answer(MISS)
    second, other = submitted(paying, voted(request_for, 5))
    second.answer(MISS)
    samples = paying.take_up()
    cancelled(paying, ticket)
    for sample in samples:
        if not sample.done:
            sample.answer(MISS)
    for sample in [one for one in samples if not one.done]:
        sample.answer(inferred())
    for sample in samples + paying.take_up():
        stored_all(sample)
    assert "Consistent" in paying.ask("result", other, caller=BOB)
    assert account(paying)[4] == 0
