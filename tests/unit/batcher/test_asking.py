"""`ask`, its interleavings and its failures, with the other canisters' replies given by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.statuses import COLLAPSED, HIT, MISS_STORED
from tests.statuses import MISS as MISSED

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}


def _settled(message: Message, reply: Any) -> Any:
    """Give a message a miss, a model's reply and a stored answer; return its own reply."""
    message.answer(MISS)
    message.answer(reply)
    if not message.done:
        message.answer(STORED)
    return message.reply


def test_a_hit_is_answered_without_a_model(stage: Stage, request_for: Any, hit: Any) -> None:
    """A hit asks the cache, and nobody else."""
    message = stage.message("ask", request_for())
    assert message.called == "CacheService.fetch_text"
    message.answer(hit(message))
    assert message.reply["Answered"]["cache_status"] == HIT
    assert message.reply["Answered"]["age_s"] == 7
    assert stage.ask("counters")["hits"] == 1


def test_a_miss_is_asked_of_the_model_and_stored(
    stage: Stage, request_for: Any, inferred: Any, answer: dict[str, Any]
) -> None:
    """A miss becomes one inference and one put, and says so."""
    message = stage.message("ask", request_for()).answer(MISS)
    assert message.called == "InferService.infer_text"
    assert message.asked["request"]["model"] == answer["model"]
    assert message.attached > 0
    message.answer(inferred(), refunded=message.attached - 1_000)
    assert message.called == "CacheService.keep"
    assert message.asked["namespace"] == "aaaaa-aa"
    answered = message.answer(STORED).reply["Answered"]
    assert (answered["cache_status"], answered["outcalls"]) == (MISS_STORED, 1)
    assert answered["charged_cycles"] == 1_000
    assert answered["answer"] == answer


def test_a_hundred_identical_asks_make_one_outcall(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """Lookups that overlap end in one flight, and everybody else joins it and gets its answer."""
    messages = [stage.message("ask", request_for()) for _ in range(100)]
    for message in messages:
        message.answer(MISS)
    flying = [message for message in messages if not message.done]
    assert len(flying) == 1
    flying[0].answer(inferred())
    flying[0].answer(STORED)
    for message in messages[1:]:
        state = stage.ask("result", message.reply["Joined"]["ticket"])
        assert state["Settled"]["cache_status"] == COLLAPSED
        assert state["Settled"]["answer"] == flying[0].reply["Answered"]["answer"]
    assert stage.ask("counters")["outcalls"] == 1
    assert stage.ask("counters")["collapsed"] == 99


def test_an_ask_during_a_flight_joins_it_without_a_lookup(stage: Stage, request_for: Any) -> None:
    """Whoever meets an open flight has a ticket at once, and the ticket is pending."""
    stage.message("ask", request_for()).answer(MISS)
    joined = stage.message("ask", request_for())
    assert joined.done
    ticket = joined.reply["Joined"]["ticket"]
    assert "Pending" in stage.ask("result", ticket)


def test_a_lookup_that_overlaps_a_settling_is_served_its_answer(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """A miss that left before the flight settled makes no second outcall."""
    first = stage.message("ask", request_for())
    second = stage.message("ask", request_for())
    _settled(first, inferred())
    second.answer(MISS)
    assert second.reply["Answered"]["cache_status"] == COLLAPSED
    assert second.reply["Answered"]["outcalls"] == 0
    third = stage.message("ask", request_for())
    assert third.answer(MISS).called == "InferService.infer_text"


def test_a_lookup_that_overlaps_a_failure_shares_it(stage: Stage, request_for: Any) -> None:
    """A failure is shared by those whose lookup it overtook, and by nobody later."""
    failed = {
        "Failed": {"refusal": {"Timeout": "too slow"}, "outcalls": 1, "charged_cycles": 1_000}
    }
    first = stage.message("ask", request_for())
    second = stage.message("ask", request_for())
    assert _settled(first, failed) == {"Refused": {"Timeout": "too slow"}}
    assert second.answer(MISS).reply == {"Refused": {"Timeout": "too slow"}}
    assert stage.message("ask", request_for()).called == "CacheService.fetch_text"
    assert stage.ask("counters")["failures"] == 1


def test_a_late_reply_is_dropped(stage: Stage, request_for: Any, inferred: Any) -> None:
    """After its deadline a flight settles nothing: the next ask serves who waited for it."""
    late = stage.message("ask", request_for()).answer(MISS)
    joined = stage.message("ask", request_for()).reply["Joined"]["ticket"]
    stage.now_ns += 121 * 10**9
    assert "Pending" in stage.ask("result", joined)
    second = stage.message("ask", request_for()).answer(MISS)
    assert second.called == "InferService.infer_text"
    late.answer(inferred(content="late"))
    assert "LeaseLost" in late.reply["Refused"]
    second.answer(inferred())
    assert second.answer(STORED).reply["Answered"]["answer"]["content"] != "late"
    seen = stage.ask("result", joined)["Settled"]["answer"]
    assert seen == second.reply["Answered"]["answer"]
    assert stage.ask("counters")["late_replies"] == 1


def test_a_rejected_inference_fails_the_flight_for_all(stage: Stage, request_for: Any) -> None:
    """A trap of the infer canister is a typed refusal, for those who joined too."""
    first = stage.message("ask", request_for()).answer(MISS)
    joined = stage.message("ask", request_for()).reply["Joined"]["ticket"]
    first.answer(err="Rejection code 5, IC0503: trapped")
    assert "Internal" in first.reply["Refused"]
    assert "Internal" in stage.ask("result", joined)["Failed"]
    assert stage.message("ask", request_for()).called == "CacheService.fetch_text"


def test_a_stopping_infer_canister_is_said_to_be_closing(stage: Stage, request_for: Any) -> None:
    """A stop is no bug: the refusal says to come back."""
    first = stage.message("ask", request_for()).answer(MISS)
    first.answer(err="Rejection code 5, Canister x is stopping")
    assert "Closing" in first.reply["Refused"]


def test_a_malformed_reply_is_internal_and_closes_the_flight(
    stage: Stage, request_for: Any
) -> None:
    """An exception in the callback leaves no flight open and tells the waiters."""
    first = stage.message("ask", request_for()).answer(MISS)
    joined = stage.message("ask", request_for()).reply["Joined"]["ticket"]
    first.answer("inferred" + "|x" * 13)
    assert "ValueError" in first.reply["Refused"]["Internal"]
    assert "Internal" in stage.ask("result", joined)["Failed"]
    assert stage.ask("counters")["flights_open"] == 0


def test_a_reply_that_is_no_inference_is_internal(stage: Stage, request_for: Any) -> None:
    """A text that says nothing of an answer counts as a reject."""
    message = stage.message("ask", request_for()).answer(MISS).answer("what?")
    assert "not an inference" in message.reply["Refused"]["Internal"]
    assert stage.ask("counters")["flights_open"] == 0


def test_a_broken_cache_does_not_fail_the_ask(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """Neither a trap at the lookup nor a refusal or a trap at the put costs the answer."""
    puts: list[dict[str, Any]] = [
        {"ok": {"Refused": {"NotAllowed": "no"}}},
        {"err": "trapped"},
        {"ok": "nonsense"},
    ]
    for put in puts:
        message = stage.message("ask", request_for()).answer(err="trapped")
        message.answer(inferred()).answer(**put)
        assert message.reply["Answered"]["cache_status"] == MISSED


def test_an_answer_cut_by_a_budget_is_not_stored(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """Only answers that ended by stop or by the caller's own length are offered to the cache."""
    message = stage.message("ask", request_for()).answer(MISS)
    message.answer(inferred(finish="budget"))
    assert message.reply["Answered"]["cache_status"] == MISSED
    message = stage.message("ask", request_for()).answer(MISS)
    assert message.answer(inferred(finish="length")).called == "CacheService.keep"


def test_bad_requests_call_nobody(stage: Stage, request_for: Any) -> None:
    """Empty prompts, unknown models and foreign namespaces are refused at once."""
    refusals = [
        stage.ask("ask", request_for(" "))["Refused"],
        stage.ask("ask", request_for(model="nobody"))["Refused"],
        stage.ask("ask", request_for(namespace="bob"))["Refused"],
    ]
    assert [next(iter(refusal)) for refusal in refusals] == [
        "BadRequest",
        "UnknownModel",
        "BadRequest",
    ]
    assert "smol@r1:q8_0" in refusals[1]["UnknownModel"]


def test_an_unconnected_batcher_says_so(bare_stage: Stage, request_for: Any) -> None:
    """Before it is wired, an ask is refused with what to do."""
    assert "connect" in bare_stage.ask("ask", request_for())["Refused"]["Unreachable"]


def test_strangers_and_anonymous_callers_are_refused(stage: Stage, request_for: Any) -> None:
    """Whoever is not on the list gets NotAllowed before anything is called."""
    for caller in ("w7x7r-cok77-xa", "2vxsx-fae"):
        for method in ("ask", "quote"):
            assert "NotAllowed" in stage.ask(method, request_for(), caller=caller)["Refused"]


def test_anonymous_callers_share_the_public_namespace_once_opened(
    stage: Stage, request_for: Any
) -> None:
    """Opened to the public, anonymous callers have the public namespace and no other."""
    stage.ask("configure", dict(stage.ask("settings"), anonymous="public"))
    refused = stage.ask("ask", request_for(), caller="2vxsx-fae")
    assert "NotAllowed" in refused["Refused"]
    message = stage.message("ask", request_for(namespace="public"), caller="2vxsx-fae")
    assert message.asked == "public"


def test_a_full_board_is_busy_until_leases_end(stage: Stage, request_for: Any) -> None:
    """One flight too many is refused with a time to come back; ended leases make room."""
    stage.ask("configure", dict(stage.ask("settings"), max_flights=1))
    stage.message("ask", request_for("one")).answer(MISS)
    busy = stage.message("ask", request_for("two")).answer(MISS)
    assert busy.reply == {"Refused": {"Busy": {"retry_after_s": 10}}}
    stage.now_ns += 121 * 10**9
    assert stage.message("ask", request_for("two")).answer(MISS).called == "InferService.infer_text"


def test_a_poor_canister_refuses_instead_of_trapping(stage: Stage, request_for: Any) -> None:
    """Attaching more cycles than there are would trap: the balance is looked at first."""
    stage.balance = 42_000_000_000
    refused = stage.message("ask", request_for()).answer(MISS).reply["Refused"]
    assert refused["OutOfCycles"]["received"] == 42_000_000_000
    assert stage.ask("counters")["flights_open"] == 0
