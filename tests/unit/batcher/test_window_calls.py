"""Submitted requests in windows: one call for many, shares of its cost, and nobody lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from tests.statuses import MISS_STORED
from tests.unit.batcher.list_replies import MISS, STORED, contents, failed, prompts_of, stored_all

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage

PAYER = "rrkah-fqaaa-aaaaa-aaaaq-cai"
SPOILED = {"BadReply": "no list"}


def test_a_window_of_submitted_requests_is_one_call(
    listing: Stage, submitted: Any, many: Any
) -> None:
    """After a second all that wait are asked together, and each ticket has its own answer."""
    tickets = submitted("a", "b", "c")
    assert all("Pending" in listing.ask("result", ticket) for ticket in tickets)
    (message,) = listing.wake(1)
    assert message.called == "InferService.infer_many"
    assert prompts_of(message) == ["a", "b", "c"]
    message.answer(many(message))
    stored_all(message)
    assert message.done
    assert contents(listing, tickets) == ["A", "B", "C"]
    assert listing.ask("result", tickets[1])["Settled"]["cache_status"] == MISS_STORED
    counts = listing.ask("counters")
    assert (counts["outcalls"], counts["lists"], counts["listed"]) == (1, 1, 3)
    assert counts["stored"] == 3


def test_a_full_window_leaves_by_the_message_that_filled_it(
    listing: Stage, request_for: Any, submitted: Any
) -> None:
    """The sixteenth does not wait for the second to pass, and its caller has its ticket before."""
    submitted(*[f"p{number}" for number in range(15)])
    last = listing.message("submit", request_for("p15"))
    assert "Ticket" in last.reply
    last.answer(MISS)
    assert last.called == "InferService.infer_many"
    assert len(prompts_of(last)) == 16


def test_a_request_of_high_priority_takes_those_who_wait_along_at_once(
    listing: Stage, request_for: Any, submitted: Any
) -> None:
    """A controller gives an asker that priority; nobody can claim it in a request."""
    assert "Ok" in listing.ask("allow_asker", {"caller": PAYER, "sponsored": "yes"})
    assert listing.ask("set_priority", PAYER, "high") == {"Ok": "set"}
    submitted("a", "b")
    urgent = listing.message("submit", request_for("now"), caller=PAYER).answer(MISS)
    assert sorted(prompts_of(urgent)) == ["a", "b", "now"]


def test_what_cannot_share_an_outcall_has_a_window_of_its_own(
    listing: Stage, request_for: Any, submitted: Any
) -> None:
    """Other parameters are another lane; of one request, the call is an ordinary one."""
    submitted("a", "b")
    listing.message("submit", request_for("warm", temperature_micros=5)).answer(MISS)
    first = listing.wake(1)
    beside = listing.wake(0)
    called = sorted(message.called for message in (*first, *beside))
    assert called == ["InferService.infer_many", "InferService.infer_text"]


def test_without_lists_a_submitted_request_is_asked_at_once(stage: Stage, request_for: Any) -> None:
    """Waiting would buy nothing."""
    message = stage.message("submit", request_for("a")).answer(MISS)
    assert message.called == "InferService.infer_text"
    assert stage.alarms == []


@pytest.mark.parametrize("poison", [0, 3, 7])
def test_a_poisonous_item_is_isolated_and_the_others_are_answered(
    poison: int, listing: Stage, submitted: Any, many: Any, inferred: Any
) -> None:
    """Eight requests with one that spoils its batch: seven answers, one failure, few calls."""
    prompts = [f"p{number}" for number in range(8)]
    tickets = submitted(*prompts)
    (message,) = listing.wake(1)
    calls = 0
    while not message.done:
        if message.called == "CacheService.keep":
            message.answer(STORED)
            continue
        calls += 1
        asked = prompts_of(message)
        if len(asked) == 1:
            refused = {"Failed": {"refusal": SPOILED, "outcalls": 1, "charged_cycles": 0}}
            message.answer(refused if asked == [prompts[poison]] else inferred(content=asked[0]))
        elif prompts[poison] in asked:
            message.answer(failed(len(asked), SPOILED))
        else:
            message.answer(many(message))
    assert calls <= 1 + 2 * math.log2(8)
    for number, ticket in enumerate(tickets):
        state = listing.ask("result", ticket)
        if number == poison:
            assert state == {"Failed": SPOILED}
        else:
            assert state["Settled"]["answer"]["content"].lower() == prompts[number]


def test_a_call_that_cannot_be_sent_waits_and_fails_nobody(
    listing: Stage, submitted: Any, many: Any
) -> None:
    """Neither a full queue of the platform nor a busy infer is an item's failure."""
    tickets = submitted("a", "b")
    (message,) = listing.wake(1)
    message.answer(err="Rejection code 2, Couldn't send message")
    (again,) = listing.wake(1)
    again.answer({"Refused": {"Busy": {"retry_after_s": 3}}})
    assert all("Pending" in listing.ask("result", ticket) for ticket in tickets)
    (third,) = listing.wake(1)
    third.answer(many(third))
    stored_all(third)
    assert contents(listing, tickets) == ["A", "B"]


def test_an_empty_purse_makes_them_wait_and_not_fail(
    listing: Stage, submitted: Any, many: Any
) -> None:
    """Each call that is out holds 42 billion cycles: without them nothing leaves."""
    tickets = submitted("a", "b")
    listing.balance = 10**11
    assert all(message.done for message in listing.wake(1))
    listing.balance = 10**13
    (message,) = [one for one in listing.wake(1) if not one.done]
    message.answer(many(message))
    stored_all(message)
    assert contents(listing, tickets) == ["A", "B"]


def test_no_more_calls_are_out_than_the_settings_say(listing: Stage, submitted: Any) -> None:
    """The others wait for one of them to come back."""
    settings = listing.ask("settings")
    listing.ask("configure", {**settings, "max_calls": 1, "window_size": 2})
    submitted("a", "b", "c", "d")
    out = [one for _ in range(3) for one in listing.wake(1) if not one.done]
    assert len(out) <= 1


def test_whoever_waits_past_the_lease_is_let_go_with_its_hold(
    listing: Stage, submitted: Any
) -> None:
    """The ticket says that the work was not finished, and the payer has everything back."""
    listing.ask("allow_asker", {"caller": PAYER, "sponsored": "no"})
    (ticket,) = submitted("a", caller=PAYER, attached=10**12)
    listing.balance = 10**10
    for _ in range(125):
        listing.wake(1)
    assert "Expired" in listing.ask("result", ticket, caller=PAYER)
    accounts = listing.maps[5].entries[PAYER].split("|")
    charged, spent, margin, credit, held = [int(part) for part in accounts]
    assert (spent, margin, held) == (0, 0, 0)
    assert charged == credit


def test_the_cost_of_a_call_is_shared_and_the_books_balance(
    listing: Stage, submitted: Any, many: Any
) -> None:
    """Each payer's share is what infer says; the rest of what was held is its credit."""
    for name in (PAYER, "ryjl3-tyaaa-aaaaa-aaaba-cai"):
        listing.ask("allow_asker", {"caller": name, "sponsored": "no"})
        submitted(f"of {name}", caller=name, attached=10**12)
    (message,) = listing.wake(1)
    message.answer(many(message, price=700), refunded=message.attached - 1_400)
    stored_all(message)
    for name in (PAYER, "ryjl3-tyaaa-aaaaa-aaaba-cai"):
        account = [int(part) for part in listing.maps[5].entries[name].split("|")]
        charged, spent, margin, credit, held = account
        assert (spent, margin, held) == (700, 100_000_000, 0)
        assert charged == spent + margin + credit


def test_too_many_who_wait_are_told_when_to_come_again(
    listing: Stage, request_for: Any, submitted: Any
) -> None:
    """One tenant fills half the room; the other half is for others."""
    listing.ask("configure", {**listing.ask("settings"), "max_waiting": 4})
    submitted("a", "b")
    refused = listing.message("submit", request_for("c")).reply
    assert refused == {"Refused": {"Busy": {"retry_after_s": 1}}}
    listing.ask("allow_asker", {"caller": PAYER, "sponsored": "yes"})
    assert "Ticket" in listing.message("submit", request_for("d"), caller=PAYER).reply


def test_a_list_that_meets_a_reject_settles_all_with_it(listing: Stage, submitted: Any) -> None:
    """An infer canister that traps fails the flights, typed, and nothing waits on."""
    tickets = submitted("a", "b")
    (message,) = listing.wake(1)
    message.answer(err="Rejection code 5, IC0503: boom")
    assert all("Internal" in listing.ask("result", one)["Failed"] for one in tickets)
    assert listing.ask("counters")["flights_open"] == 0


def test_lists_that_were_too_slow_make_smaller_ones(listing: Stage, submitted: Any) -> None:
    """A list that timed out is learnt from like one that came back."""
    submitted(*[f"p{number}" for number in range(14)])
    (message,) = listing.wake(1)
    listing.now_ns += 31 * 10**9
    message.answer(failed(14, {"Timeout": "30 s"}))
    assert len(prompts_of(message)) == 7
    submitted(*[f"q{number}" for number in range(14)])
    (later,) = [one for one in listing.wake(1) if not one.done]
    assert len(prompts_of(later)) < 14
