"""`submit` and `result`: tickets, who reads them, and what survives an upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.statuses import COLLAPSED, HIT, MISS_STORED
from tests.statuses import MISS as MISSED

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}


def test_a_ticket_is_replied_before_anything_is_awaited(stage: Stage, request_for: Any) -> None:
    """The asker has the ticket while the lookup is still out."""
    message = stage.message("submit", request_for())
    assert message.called == "CacheService.fetch_text"
    assert not message.done
    assert "Pending" in stage.ask("result", message.reply["Ticket"]["ticket"])


def test_a_submitted_hit_settles_the_ticket(stage: Stage, request_for: Any, hit: Any) -> None:
    """The flight of a submitted request covers its lookup, and a hit ends it."""
    message = stage.message("submit", request_for())
    message.answer(hit(message))
    assert message.done
    state = stage.ask("result", message.reply["Ticket"]["ticket"])
    assert state["Settled"]["cache_status"] == HIT


def test_a_submitted_miss_is_asked_and_stored(
    stage: Stage, request_for: Any, inferred: Any, answer: dict[str, Any]
) -> None:
    """The ticket shows the answer as soon as it is settled, and later that it was stored."""
    message = stage.message("submit", request_for()).answer(MISS)
    ticket = message.reply["Ticket"]["ticket"]
    message.answer(inferred())
    assert stage.ask("result", ticket)["Settled"]["cache_status"] == MISSED
    message.answer(STORED)
    settled = stage.ask("result", ticket)["Settled"]
    assert settled["cache_status"] == MISS_STORED
    assert settled["answer"] == answer


def test_submitting_again_joins_the_flight(stage: Stage, request_for: Any, inferred: Any) -> None:
    """Two submits of one request share one flight under two tickets."""
    first = stage.message("submit", request_for())
    second = stage.message("submit", request_for())
    asked = stage.message("ask", request_for())
    assert second.done
    first.answer(MISS).answer(inferred()).answer(STORED)
    for message, variant in ((second, "Ticket"), (asked, "Joined")):
        state = stage.ask("result", message.reply[variant]["ticket"])
        assert state["Settled"]["cache_status"] == COLLAPSED
        assert state["Settled"]["outcalls"] == 0


def test_a_ticket_is_its_askers_alone(stage: Stage, request_for: Any) -> None:
    """A stranger learns as much of a ticket as of one that never was."""
    ticket = stage.message("submit", request_for()).reply["Ticket"]["ticket"]
    foreign = stage.ask("result", ticket, caller="w7x7r-cok77-xa")
    assert "NotAllowed" in foreign["Refused"]
    assert foreign == stage.ask("result", 999_999)


def test_a_failure_is_read_by_ticket(stage: Stage, request_for: Any) -> None:
    """What infer refuses is what the ticket says."""
    message = stage.message("submit", request_for()).answer(MISS)
    refusal = {"RateLimited": {"retry_after_s": 3}}
    message.answer({"Failed": {"refusal": refusal, "outcalls": 1, "charged_cycles": 0}})
    assert stage.ask("result", message.reply["Ticket"]["ticket"]) == {"Failed": refusal}


def test_a_poor_canister_fails_the_ticket(stage: Stage, request_for: Any) -> None:
    """Where the balance went away during the lookup, the flight fails and is not stuck."""
    first = stage.message("submit", request_for())
    stage.balance = 0
    first.answer(MISS)
    assert "OutOfCycles" in stage.ask("result", first.reply["Ticket"]["ticket"])["Failed"]
    assert stage.ask("counters")["flights_open"] == 0


def test_a_lookup_that_outlives_its_lease_calls_no_model(stage: Stage, request_for: Any) -> None:
    """The lease is looked at again before the model is called."""
    message = stage.message("submit", request_for())
    stage.now_ns += 121 * 10**9
    message.answer(MISS)
    assert message.done
    assert "Expired" in stage.ask("result", message.reply["Ticket"]["ticket"])
    assert stage.ask("counters")["late_replies"] == 1


def test_a_flight_that_is_interrupted_by_an_upgrade_is_resumed(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """No Python runs at a reply after an upgrade: the work is begun again for who waits."""
    ticket = stage.message("submit", request_for()).answer(MISS).reply["Ticket"]["ticket"]
    stage.upgrade()
    assert "Pending" in stage.ask("result", ticket)
    stage.wake(0)
    (resumed,) = stage.take_up()
    assert "Joined" in stage.ask("ask", request_for())
    resumed.answer(MISS).answer(inferred()).answer(STORED)
    assert stage.ask("result", ticket)["Settled"]["cache_status"] == MISS_STORED
    counts = stage.ask("counters")
    assert (counts["flights_open"], counts["resumed"]) == (0, 1)
    assert not stage.maps[21].entries


def test_an_ask_after_an_upgrade_serves_who_waited(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """Nobody joins what an upgrade ended; the next flight of the digest takes its waiters over."""
    ticket = stage.message("submit", request_for()).answer(MISS).reply["Ticket"]["ticket"]
    stage.upgrade()
    stage.message("ask", request_for()).answer(MISS).answer(inferred()).answer(STORED)
    assert stage.ask("result", ticket)["Settled"]["cache_status"] == MISS_STORED
    stage.wake(0)
    assert not stage.take_up()


def test_what_nobody_waits_for_ends_with_an_upgrade(stage: Stage, request_for: Any) -> None:
    """Its asker got a reject: the next one need not wait for the lease."""
    stage.message("ask", request_for()).answer(MISS)
    stage.upgrade()
    assert stage.ask("counters")["flights_open"] == 0


def test_a_flight_that_is_lost_twice_expires(stage: Stage, request_for: Any) -> None:
    """Work is begun again once: by the sweep, if its call is never heard of."""
    ticket = stage.message("submit", request_for()).answer(MISS).reply["Ticket"]["ticket"]
    stage.tick(121)
    (resumed,) = stage.take_up()
    resumed.answer(MISS)
    stage.tick(300)
    assert not stage.told
    assert "Expired" in stage.ask("result", ticket)
    assert stage.ask("counters")["flights_open"] == 0
    assert not stage.maps[21].entries


def test_results_survive_an_upgrade_until_they_expire(
    stage: Stage, request_for: Any, inferred: Any
) -> None:
    """A long answer is read whole after an upgrade, and every piece goes when it is over."""
    message = stage.message("submit", request_for()).answer(MISS)
    content = "ä|" * 9_000
    message.answer(inferred(content=content)).answer(STORED)
    ticket = message.reply["Ticket"]["ticket"]
    stage.upgrade()
    assert stage.ask("result", ticket)["Settled"]["answer"]["content"] == content
    stage.tick(721)
    assert "NotAllowed" in stage.ask("result", ticket)["Refused"]
    assert not stage.maps[2].entries
    assert not stage.maps[3].entries


def test_tickets_are_bounded(stage: Stage, request_for: Any) -> None:
    """Where tickets are used up, nobody joins or submits until the oldest expire."""
    stage.ask("configure", dict(stage.ask("settings"), max_tickets=1))
    stage.message("submit", request_for())
    for method in ("submit", "ask"):
        assert "Busy" in stage.ask(method, request_for())["Refused"]
    assert "Busy" in stage.ask("submit", request_for("other"))["Refused"]
    stage.now_ns += 721 * 10**9
    assert "Ticket" in stage.message("submit", request_for()).reply


def test_a_refused_submit_opens_nothing(stage: Stage, request_for: Any) -> None:
    """A bad request is replied as a refusal and ends there."""
    assert "BadRequest" in stage.ask("submit", request_for(""))["Refused"]
    assert stage.ask("counters")["flights"] == 0


def test_a_bug_while_boarding_is_replied(stage: Stage, request_for: Any) -> None:
    """A request that breaks an expectation is Internal, not a trap."""
    broken = request_for()
    del broken["stop"]
    for method in ("ask", "submit"):
        assert "KeyError" in stage.ask(method, broken)["Refused"]["Internal"]
