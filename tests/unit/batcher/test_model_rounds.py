"""An answer over several rounds: kept as it comes, continued where it was lost, paid once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Message, Stage

MISS = {"Miss": "never stored"}
STORED = {"Stored": {"key": "k", "evicted": 0}}
TIMEOUT = {"Failed": {"refusal": {"Timeout": "slow"}, "outcalls": 1, "charged_cycles": 9}}
BOB = "w7x7r-cok77-xa"
LEASE_S = 120
ROUND_CYCLES = 210_000_000


@pytest.fixture
def begun(stage: Stage, request_for: Any) -> Any:
    """Ask for a long answer, up to the call of the model."""

    def begin(**fields: Any) -> Message:
        asked = request_for(**{"max_tokens": 1_000, **fields})
        return stage.message("ask", asked).answer(MISS)

    return begin


def asked_of_infer(message: Message) -> tuple[str, int]:
    """Return what the waiting call says so far, and how many tokens it asks for."""
    inference = message.asked
    return inference["so_far"], inference["request"]["max_tokens"]


def told(message: Message, reply: dict[str, Any]) -> Message:
    """Answer a round that costs what a real one of 256 tokens does."""
    return message.answer(reply, refunded=message.attached - ROUND_CYCLES)


def test_rounds_go_on_until_the_model_stops(begun: Any, said: Any) -> None:
    """Each round is given what was said; the caller's answer is whole, and stored as one."""
    message = begun()
    assert asked_of_infer(message) == ("", 1_000)
    message.answer(said("Once "))
    assert asked_of_infer(message) == ("Once ", 744)
    message.answer(said("upon "))
    assert asked_of_infer(message) == ("Once upon ", 488)
    message.answer(said("a time.", "stop", 9))
    assert message.called == "CacheService.keep"
    assert message.asked["answer"]["content"] == "Once upon a time."
    answered = message.answer(STORED).reply["Answered"]
    assert answered["answer"]["completion_tokens"] == 521
    assert answered["answer"]["prompt_tokens"] == 4
    assert (answered["answer"]["finish"], answered["outcalls"]) == ("stop", 3)


def test_rounds_end_at_the_callers_limit(stage: Stage, begun: Any, said: Any) -> None:
    """By "length" where infer says so; no round is asked for nothing."""
    message = begun(max_tokens=300).answer(said("one ")).answer(said("two", "length", 44))
    answered = message.answer(STORED).reply["Answered"]
    assert answered["answer"]["finish"] == "length"
    assert not stage.maps[12].entries


def test_without_a_limit_an_answer_ends_at_our_default_and_is_not_stored(
    begun: Any, said: Any
) -> None:
    """512 tokens by two rounds: "budget", though the last round met the limit that we set."""
    message = told(begun(max_tokens=None), said("one "))
    assert asked_of_infer(message) == ("one ", 256)
    answered = told(message, said("two", "length")).reply["Answered"]
    assert (answered["answer"]["content"], answered["answer"]["finish"]) == ("one two", "budget")


@pytest.mark.parametrize(("text", "continues"), [("", "yes"), ("x", "no")])
def test_a_round_that_cannot_go_on_ends_the_answer(
    begun: Any, inferred: Any, text: str, continues: str
) -> None:
    """A model that says nothing more, and one that nobody can continue."""
    message = begun()
    message.answer(inferred(continues, content=text, finish="budget", completion_tokens=5))
    assert message.done
    assert message.reply["Answered"]["answer"]["finish"] == "budget"


def test_a_failed_round_leaves_what_was_said_and_the_next_ask_goes_on(
    begun: Any, said: Any
) -> None:
    """The text is delivered as cut and not stored; the rest is asked for without paying twice."""
    message = begun().answer(said("Once ")).answer(TIMEOUT)
    answered = message.reply["Answered"]
    assert (answered["answer"]["content"], answered["answer"]["finish"]) == ("Once ", "budget")
    assert answered["outcalls"] == 2
    again = begun()
    assert asked_of_infer(again) == ("Once ", 744)
    again.answer(said("upon a time.", "stop", 9))
    answered = again.answer(STORED).reply["Answered"]
    assert answered["answer"]["content"] == "Once upon a time."
    assert answered["outcalls"] == 1


def test_no_cache_begins_anew(stage: Stage, request_for: Any, begun: Any, said: Any) -> None:
    """What an earlier flight left is not what was asked for."""
    begun().answer(said("Once ")).answer(TIMEOUT)
    fresh = stage.message("ask", request_for(max_tokens=1_000, cache_control="no-cache"))
    assert asked_of_infer(fresh) == ("", 1_000)


def test_an_upgrade_between_two_rounds_loses_nothing_that_was_said(
    stage: Stage, begun: Any, said: Any
) -> None:
    """The flight is lost with its reply; after its lease the next ask goes on from there."""
    begun().answer(said("Once ")).answer(said("upon "))
    stage.upgrade()
    stage.now_ns += (LEASE_S + 1) * 10**9
    again = begun()
    assert asked_of_infer(again) == ("Once upon ", 488)
    again.answer(said("a time.", "stop", 9)).answer(STORED)
    assert again.reply["Answered"]["answer"]["content"] == "Once upon a time."
    assert not stage.maps[12].entries


def test_each_round_renews_the_lease(stage: Stage, begun: Any, said: Any) -> None:
    """Five rounds of a minute outlast a lease of two, and the answer still settles."""
    message = begun(max_tokens=2_000)
    for number in range(5):
        stage.now_ns += 60 * 10**9
        told(message, said(f"{number} "))
    stage.now_ns += 60 * 10**9
    message.answer(said("end", "stop", 1)).answer(STORED)
    assert message.reply["Answered"]["answer"]["content"] == "0 1 2 3 4 end"


def test_a_round_after_the_lease_is_dropped_and_no_other_follows(
    stage: Stage, begun: Any, said: Any
) -> None:
    """What was kept before stays for the flight that has the lease now."""
    late = begun().answer(said("Once "))
    stage.now_ns += (LEASE_S + 1) * 10**9
    later = begun()
    late.answer(said("LATE "))
    assert list(late.reply["Refused"]) == ["LeaseLost"]
    assert asked_of_infer(later) == ("Once ", 744)
    later.answer(said("upon a time.", "stop", 9)).answer(STORED)
    assert later.reply["Answered"]["answer"]["content"] == "Once upon a time."


def test_unfinished_answers_are_forgotten_in_time(stage: Stage, begun: Any, said: Any) -> None:
    """With the tickets that might read them."""
    begun().answer(said("Once ")).answer(TIMEOUT)
    assert stage.maps[12].entries
    stage.tick(LEASE_S + 601)
    assert not stage.maps[12].entries


def _account(stage: Stage) -> list[int]:
    """Return Bob's charged, spent, margin, credit and held cycles, which must balance."""
    account = [int(part) for part in stage.maps[5].entries[BOB].split("|")]
    assert account[0] == sum(account[1:])
    assert min(account) >= 0
    return account


def test_the_rounds_of_a_payer_are_booked_one_by_one(
    stage: Stage, request_for: Any, said: Any
) -> None:
    """After each round its cost is spent and the rest held; in the end the rest is credit."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})
    asked = request_for(max_tokens=600)
    price = stage.ask("quote", asked, caller=BOB)["Quoted"]["miss_cycles"]
    message = stage.message("ask", asked, caller=BOB, attached=price).answer(MISS)
    for text, cost in (("one ", 1_000), ("two ", 2_000)):
        message.answer(said(text), refunded=message.attached - cost)
        assert message.attached <= price - sum(_account(stage)[1:2])
    assert _account(stage)[1] == 3_000
    message.answer(said("three", "stop", 1), refunded=message.attached - 4_000)
    message.answer(STORED)
    charged, spent, margin, credit, held = _account(stage)
    assert (charged, spent, margin, held) == (price, 7_000, 100_000_000, 0)
    assert credit == price - spent - margin
    assert message.reply["Answered"]["charged_cycles"] == spent + margin


def test_a_lost_flights_rounds_stay_booked(stage: Stage, request_for: Any, said: Any) -> None:
    """Only what was not spent comes back when the hold is swept."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})
    asked = request_for(max_tokens=600)
    price = stage.ask("quote", asked, caller=BOB)["Quoted"]["miss_cycles"]
    message = stage.message("ask", asked, caller=BOB, attached=price).answer(MISS)
    message.answer(said("one "), refunded=message.attached - 1_000)
    stage.upgrade()
    stage.tick(LEASE_S + 3_601)
    assert _account(stage) == [price, 1_000, 0, price - 1_000, 0]


def test_an_answer_never_costs_more_than_what_was_held_for_it(
    stage: Stage, request_for: Any, said: Any
) -> None:
    """Rounds that cost all that they are given end the answer early, and within the quote."""
    stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})
    asked = request_for(max_tokens=4_000)
    price = stage.ask("quote", asked, caller=BOB)["Quoted"]["miss_cycles"]
    message = stage.message("ask", asked, caller=BOB, attached=price).answer(MISS)
    while not message.done:
        message.answer(said("dear ", tokens=1), refunded=0)
    assert message.reply["Answered"]["answer"]["finish"] == "budget"
    assert message.reply["Answered"]["charged_cycles"] <= price
    _account(stage)
