"""`ask` with directives: what is looked up, asked, stored, served and paid, reply by reply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

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


def test_directives_go_to_the_cache_and_not_to_the_model(asked: Any, inferred: Any) -> None:
    """The cache decides by them at the lookup and at the put; the key and the model know none."""
    message = asked("max-age=60, ttl=9")
    plain = asked("")
    assert message.waiting_for.args[4] == "max-age=60, ttl=9"
    assert message.waiting_for.args[3] == plain.waiting_for.args[3]
    message.answer(MISS)
    assert message.asked["request"]["cache_control"] is None
    put = message.answer(inferred()).asked
    assert (put["ttl_s"], put["cache_control"]) == (9, "max-age=60, ttl=9")
    message.answer(STORED)
    assert status_of(message) == 'fwd=miss; stored; ttl=9; key="00ff"'


def test_bad_directives_call_nobody(asked: Any) -> None:
    """An unknown one is refused by its name before anything is spent."""
    message = asked("max-stale=5")
    assert "'max-stale'" in message.reply["Refused"]["BadRequest"]


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("never stored", "fwd=miss"),
        ("expired", "fwd=stale"),
        ("max-age", "fwd=miss; detail=max-age"),
        ("least-trust", "fwd=miss; detail=least-trust"),
        ("was evicted", 'fwd=miss; detail="was evicted"'),
    ],
)
def test_a_miss_says_why(stage: Stage, asked: Any, inferred: Any, reason: str, status: str) -> None:
    """The cache's reason becomes the reply's fwd and detail."""
    stage.ask("configure", dict(stage.ask("settings"), negative_ttl_s=0))
    message = asked("no-store, max-age=60").answer({"Miss": reason}).answer(inferred())
    assert status_of(message) == status


def test_no_cache_asks_the_model_at_once(asked: Any, inferred: Any) -> None:
    """No lookup, and the new answer is put over the old one."""
    message = asked("no-cache")
    assert message.called == "InferService.infer_text"
    assert message.answer(inferred()).called == "CacheService.put"
    message.answer(STORED)
    assert status_of(message) == 'fwd=request; stored; key="00ff"'


def test_no_cache_joins_a_flight_that_asks_a_model(asked: Any) -> None:
    """Its answer is new; one that still looks the cache up may end with an old one."""
    searching = asked("", "submit")
    busy = {"Refused": {"Busy": {"retry_after_s": 1}}}
    assert asked("no-cache").reply == busy
    assert asked("no-cache", "submit").reply == busy
    searching.answer(MISS)
    assert "Joined" in asked("no-cache").reply
    assert "Ticket" in asked("no-cache", "submit").reply


def test_others_are_served_what_is_stored_while_it_is_renewed(asked: Any, hit: Any) -> None:
    """A flight that was opened beside a stored answer keeps nobody from that answer."""
    asked("no-cache")
    other = asked("")
    assert other.called == "CacheService.fetch_text"
    other.answer(hit(other))
    assert status_of(other).startswith("hit")
    third = asked("").answer(MISS)
    assert "Joined" in third.reply


def test_no_store_keeps_nothing(stage: Stage, asked: Any, inferred: Any, hit: Any) -> None:
    """It is looked up, but neither an answer nor a failure of it is put."""
    message = asked("no-store")
    message.answer(hit(message))
    assert status_of(message).startswith("hit")
    message = asked("no-store").answer(MISS).answer(inferred())
    assert status_of(message) == "fwd=miss"
    assert asked("no-store").answer(MISS).answer(FAILED).reply == {"Refused": FAULT}
    assert stage.ask("counters")["stored"] == 0


def test_a_lifetime_of_zero_is_not_put(asked: Any, inferred: Any) -> None:
    """Unless somebody could be served it stale."""
    message = asked("ttl=0").answer(MISS).answer(inferred())
    assert status_of(message) == "fwd=miss"
    message = asked("ttl=0, stale-if-error=60").answer(MISS).answer(inferred())
    assert message.called == "CacheService.put"


def test_only_if_cached_is_a_hit_or_a_typed_refusal(
    stage: Stage, asked: Any, hit: Any, stored: Any
) -> None:
    """No outcall, no flight, no ticket, no charge for what is not there."""
    message = asked("only-if-cached")
    message.answer(hit(message))
    assert status_of(message).startswith("hit")
    assert "NotCached" in asked("only-if-cached").answer(MISS).reply["Refused"]
    assert "BadRequest" in asked("only-if-cached", "submit").reply["Refused"]
    stale = asked("only-if-cached, stale-if-error=60")
    stale.answer(stored("StaleIfError", stale))
    assert status_of(stale) == 'hit; ttl=-5; key="00ff"; detail=stale-if-error'
    counts = stage.ask("counters")
    assert (counts["flights"], counts["outcalls"], counts["stale"]) == (0, 0, 1)


def test_a_lasting_failure_is_remembered(stage: Stage, asked: Any, answer: dict[str, Any]) -> None:
    """It is put for the time that is set, and served as the same refusal without an outcall."""
    message = asked("").answer(MISS).answer(FAILED)
    assert message.called == "CacheService.put_negative"
    put = message.asked
    assert (put["refusal"], put["ttl_s"], put["namespace"]) == (FAULT, 30, "aaaaa-aa")
    assert message.answer(STORED).reply == {"Refused": FAULT}
    again = asked("")
    negative = {"refusal": FAULT, "key": "00ff", "age_s": 3, "expires_in_s": 27}
    assert again.answer({"Negative": negative}).reply == {"Refused": FAULT}
    counts = stage.ask("counters")
    assert (counts["negatives"], counts["outcalls"]) == (1, 1)
    assert answer["content"]


@pytest.mark.parametrize("reply", [{"Refused": {"NotAllowed": "no"}}, {}, None])
def test_a_failure_that_is_not_kept_stays_the_reply(asked: Any, reply: Any) -> None:
    """Whatever the cache says to it."""
    message = asked("").answer(MISS).answer(FAILED)
    message.answer(reply, None if reply is not None else "trapped")
    assert message.reply == {"Refused": FAULT}


def test_an_answer_of_too_little_trust_is_refused_and_kept(asked: Any, inferred: Any) -> None:
    """Others take it; this asker does not, and its refusal names both labels."""
    message = asked('least-trust="quorum 2/3"').answer({"Miss": "least-trust"})
    message.answer(inferred())
    assert message.called == "CacheService.put"
    refusal = message.answer(STORED).reply["Refused"]
    assert "single_node" in refusal["NoConsensus"]
    assert "quorum 2/3" in refusal["NoConsensus"]


def test_a_joiner_takes_no_less_trust_than_it_said(stage: Stage, asked: Any, inferred: Any) -> None:
    """Of one flight, each ticket is judged by its own asker's least."""
    opener = asked("").answer(MISS)
    strict = asked("least-trust=replicated").reply["Joined"]["ticket"]
    easy = asked("least-trust=single_node").reply["Joined"]["ticket"]
    opener.answer(inferred())
    assert "NoConsensus" in stage.ask("result", strict)["Failed"]
    assert stage.ask("result", easy)["Settled"]["answer"]["trust"] == "single_node"


def test_a_lookup_that_a_hit_overtakes_is_served_only_where_a_hit_may_serve(
    asked: Any, hit: Any
) -> None:
    """A flight that ended with a stored answer is no news to who wants a young one."""
    lenient = asked("")
    strict = asked("max-age=1")
    searching = asked("", "submit")
    searching.answer(hit(searching))
    assert status_of(lenient.answer(MISS)) == "fwd=miss; collapsed"
    assert strict.answer({"Miss": "max-age"}).called == "InferService.infer_text"
