"""Stale answers: replied at once and renewed once, or standing in for a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "00ff", "evicted": 0}}
FAULT = {"ProviderError": {"status": 503, "detail": "overloaded"}}
FAILED = {"Failed": {"refusal": FAULT, "outcalls": 1, "charged_cycles": 1_000}}
PAYER = "w7x7r-cok77-xa"


def status_of(message: Message) -> str:
    """Return how an ask was served."""
    return str(message.reply["Answered"]["cache_status"])


def test_a_stale_answer_is_replied_at_once_and_renewed_once(
    stage: Stage, asked: Any, inferred: Any, stored: Any
) -> None:
    """The reply comes before the model is called; a second asker starts no second renewal."""
    directives = "stale-while-revalidate=60"
    message = asked(directives)
    message.answer(stored("Stale", message))
    assert status_of(message) == 'hit; ttl=-5; key="00ff"; detail=stale-while-revalidate'
    assert message.called == "InferService.infer_text"
    other = asked(directives)
    other.answer(stored("Stale", other))
    assert other.done
    message.answer(inferred())
    assert message.called == "CacheService.put"
    message.answer(STORED)
    assert message.done
    counts = stage.ask("counters")
    assert [counts[name] for name in ("stale", "refreshes", "flights", "stored")] == [2, 1, 1, 1]


def test_a_stale_answer_is_served_where_it_cannot_be_renewed(
    stage: Stage, asked: Any, stored: Any
) -> None:
    """Neither a poor canister nor only-if-cached costs the asker its answer."""
    stage.balance = 0
    poor = asked("stale-while-revalidate=60")
    poor.answer(stored("Stale", poor))
    assert poor.done
    stage.balance = 10**13
    only = asked("stale-while-revalidate=60, only-if-cached")
    only.answer(stored("Stale", only))
    assert only.done
    assert status_of(poor) == status_of(only)
    assert stage.ask("counters")["refreshes"] == 0


def test_a_failed_renewal_changes_nothing_that_was_replied(
    stage: Stage, asked: Any, stored: Any
) -> None:
    """The failure is counted, and not put over the stale answer."""
    message = asked("stale-while-revalidate=60")
    message.answer(stored("Stale", message))
    message.answer(FAILED)
    assert message.done
    assert status_of(message).startswith("hit")
    assert stage.ask("counters")["failures"] == 1
    assert stage.ask("counters")["flights_open"] == 0


def test_a_stale_answer_stands_in_for_a_failure(stage: Stage, asked: Any, stored: Any) -> None:
    """The reply says which failure; what that cost is what the reply costs."""
    message = asked("stale-if-error=600")
    message.answer(stored("StaleIfError", message))
    assert message.called == "InferService.infer_text"
    message.answer(FAILED, refunded=message.attached - 1_000)
    assert message.done
    assert status_of(message) == (
        'fwd=stale; fwd-status=503; ttl=-5; key="00ff"; detail=stale-if-error'
    )
    assert message.reply["Answered"]["charged_cycles"] == 1_000
    assert stage.ask("counters")["stale"] == 1


def test_a_model_that_answers_needs_no_stale_answer(asked: Any, stored: Any, inferred: Any) -> None:
    """The new one is the reply, and it is put."""
    message = asked("no-cache, stale-if-error=600")
    message.answer(stored("StaleIfError", message, 30))
    message.answer(inferred()).answer(STORED)
    assert status_of(message) == 'fwd=request; stored; key="00ff"'


def test_a_joined_flight_that_fails_leaves_the_joiner_its_stale_answer(
    stage: Stage, asked: Any, stored: Any
) -> None:
    """The joiner's ticket shows it; who had none sees the failure."""
    opener = asked("no-cache")
    plain = asked("no-cache")
    joiner = asked("stale-if-error=600")
    joiner.answer(stored("StaleIfError", joiner))
    ticket = joiner.reply["Joined"]["ticket"]
    assert "Pending" in stage.ask("result", ticket)
    opener.answer(FAILED)
    settled = stage.ask("result", ticket)["Settled"]
    assert settled["cache_status"] == 'fwd=stale; ttl=-5; key="00ff"; detail=stale-if-error'
    assert stage.ask("result", plain.reply["Joined"]["ticket"]) == {"Failed": FAULT}


def test_a_lost_flight_leaves_the_joiner_its_stale_answer(
    stage: Stage, asked: Any, stored: Any
) -> None:
    """A flight that ends by its lease failed too."""
    asked("no-cache")
    joiner = asked("stale-if-error=600")
    joiner.answer(stored("StaleIfError", joiner))
    stage.tick(121)
    stage.tick(300)
    assert "Settled" in stage.ask("result", joiner.reply["Joined"]["ticket"])


def test_a_flight_that_cannot_be_opened_is_an_error_too(
    stage: Stage, asked: Any, stored: Any
) -> None:
    """A full or poor batcher is a 503: the stale answer stands in."""
    stage.balance = 0
    message = asked("stale-if-error=600")
    message.answer(stored("StaleIfError", message))
    assert status_of(message).startswith("fwd=stale; fwd-status=503")


def test_a_failure_that_overtakes_a_lookup_finds_the_stale_answer_there(
    asked: Any, stored: Any
) -> None:
    """The asker is not sent to a model that has just failed."""
    opener = asked("").answer(MISS)
    late = asked("stale-if-error=600")
    opener.answer(FAILED)
    late.answer(stored("StaleIfError", late))
    assert late.done
    assert status_of(late).startswith("fwd=stale; fwd-status=503")
