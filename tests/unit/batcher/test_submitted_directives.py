"""`submit` with directives: what its ticket shows, and what its flight goes on to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

STORED = {"Stored": {"key": "00ff", "evicted": 0}}
FAULT = {"ProviderError": {"status": 503, "detail": "overloaded"}}
FAILED = {"Failed": {"refusal": FAULT, "outcalls": 1, "charged_cycles": 1_000}}


@pytest.fixture
def submitted(stage: Stage, request_for: Any) -> Any:
    """Begin a submit with directives."""
    return lambda directives: stage.message("submit", request_for(cache_control=directives))


def test_no_cache_goes_to_the_model_without_a_lookup(submitted: Any, inferred: Any) -> None:
    """Its flight is dispatched from the start."""
    message = submitted("no-cache")
    assert message.called == "InferService.infer_text"
    assert message.answer(inferred()).called == "CacheService.put"


def test_a_stale_answer_settles_its_ticket_while_the_flight_renews_it(
    stage: Stage, submitted: Any, request_for: Any, inferred: Any, stored: Any
) -> None:
    """The opener's ticket keeps the stale answer; who joined waits for the new one."""
    message = submitted("stale-while-revalidate=60")
    joiner = stage.message("submit", request_for())
    message.answer(stored("Stale", message))
    ticket = message.reply["Ticket"]["ticket"]
    stale = stage.ask("result", ticket)["Settled"]
    assert stale["cache_status"].endswith("detail=stale-while-revalidate")
    assert "Pending" in stage.ask("result", joiner.reply["Ticket"]["ticket"])
    assert message.called == "InferService.infer_text"
    message.answer(inferred(content="new")).answer(STORED)
    assert stage.ask("result", ticket)["Settled"] == stale
    joined = stage.ask("result", joiner.reply["Ticket"]["ticket"])["Settled"]
    assert joined["answer"]["content"] == "new"
    stage.upgrade()
    assert stage.ask("result", ticket)["Settled"] == stale


def test_a_stale_answer_settles_the_ticket_if_the_model_fails(
    stage: Stage, submitted: Any, request_for: Any, stored: Any
) -> None:
    """The opener sees it, with the failure's status; who joined without one sees the failure."""
    message = submitted("stale-if-error=600")
    joiner = stage.message("submit", request_for())
    message.answer(stored("StaleIfError", message)).answer(FAILED)
    settled = stage.ask("result", message.reply["Ticket"]["ticket"])["Settled"]
    assert settled["cache_status"].startswith("fwd=stale; fwd-status=503")
    assert stage.ask("result", joiner.reply["Ticket"]["ticket"]) == {"Failed": FAULT}
    assert message.done


def test_a_stale_answer_settles_the_ticket_if_no_model_can_be_paid(
    stage: Stage, submitted: Any, stored: Any
) -> None:
    """Where the balance went away during the lookup."""
    message = submitted("stale-if-error=600")
    stage.balance = 0
    message.answer(stored("StaleIfError", message))
    assert message.done
    assert "Settled" in stage.ask("result", message.reply["Ticket"]["ticket"])
    assert stage.ask("counters")["flights_open"] == 0


def test_a_remembered_failure_fails_the_ticket(stage: Stage, submitted: Any) -> None:
    """No model is asked, and nobody pays."""
    message = submitted("")
    negative = {"refusal": FAULT, "key": "00ff", "age_s": 3, "expires_in_s": 27}
    message.answer({"Negative": negative})
    assert message.done
    assert stage.ask("result", message.reply["Ticket"]["ticket"]) == {"Failed": FAULT}
    assert stage.ask("counters")["negatives"] == 1


def test_the_opener_takes_no_less_trust_than_it_said(
    stage: Stage, submitted: Any, inferred: Any
) -> None:
    """Its ticket fails although the answer is stored for others."""
    message = submitted("least-trust=onchain").answer({"Miss": "least-trust"})
    message.answer(inferred()).answer(STORED)
    assert "NoConsensus" in stage.ask("result", message.reply["Ticket"]["ticket"])["Failed"]


def test_a_strict_submit_waits_for_anothers_lookup(stage: Stage, submitted: Any) -> None:
    """What serves that one may be too old or too little trusted for this one."""
    submitted("")
    for directives in ("max-age=5", "least-trust=onchain", "no-cache"):
        assert submitted(directives).reply == {"Refused": {"Busy": {"retry_after_s": 1}}}
    assert stage.ask("counters")["flights"] == 1
