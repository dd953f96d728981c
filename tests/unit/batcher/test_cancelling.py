"""`cancel`: what is not begun is not begun, what is paid is kept, and the rest is credit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.unit.batcher.cancels import BOB, PLENTY, account, cancelled, submitted
from tests.unit.batcher.list_replies import MISS, STORED, prompts_of, stored_all

if TYPE_CHECKING:
    from tests.unit.batcher.batcher_stage import Stage


def test_a_request_that_is_looked_up_is_not_asked_for(paying: Stage, request_for: Any) -> None:
    """Its price is credit at once, and its lookup's reply leads nowhere."""
    message, ticket = submitted(paying, request_for())
    held = account(paying)[4]
    assert cancelled(paying, ticket) == {
        "ticket": ticket,
        "work": "ended",
        "credited_cycles": held,
    }
    message.answer(MISS)
    assert message.done
    assert account(paying) == [held, 0, 0, held, 0]
    counts = paying.ask("counters")
    assert (counts["cancelled"], counts["flights_open"], counts["late_replies"]) == (1, 0, 0)


def test_a_stored_answer_that_comes_too_late_costs_no_fee(
    paying: Stage, request_for: Any, hit: Any
) -> None:
    """Who cancelled has it all back, and is not answered after all."""
    message, ticket = submitted(paying, request_for())
    cancelled(paying, ticket)
    message.answer(hit(message))
    assert account(paying)[1:3] == [0, 0]
    assert "Failed" in paying.ask("result", ticket, caller=BOB)


def test_a_call_that_is_out_is_paid_and_its_answer_stored(
    paying: Stage, request_for: Any, inferred: Any
) -> None:
    """The ticket ends, the flight goes on for nobody, and its rest is credit when it is back."""
    message, ticket = submitted(paying, request_for())
    message.answer(MISS)
    made = cancelled(paying, ticket)
    assert (made["work"], made["credited_cycles"]) == ("goes_on", 0)
    message.answer(inferred(), refunded=message.attached - 1_000)
    assert message.called == "CacheService.keep"
    message.answer(STORED)
    charged, spent, margin, credit, held = account(paying)
    assert (spent, held, charged - margin - credit) == (1_000, 0, 1_000)
    assert "Failed" in paying.ask("result", ticket, caller=BOB)


def test_a_call_that_nobody_waits_for_is_not_made_again(paying: Stage, request_for: Any) -> None:
    """An upgrade loses it, and nothing is resumed; its hold is credit."""
    message, ticket = submitted(paying, request_for())
    message.answer(MISS)
    cancelled(paying, ticket)
    paying.upgrade()
    assert not paying.wake(0)
    assert account(paying)[4] == 0
    assert not paying.maps[21].entries


def test_the_flight_goes_on_for_others(paying: Stage, request_for: Any, inferred: Any) -> None:
    """Its opener has cancelled, who joined is answered, and so the other way round."""
    message, mine = submitted(paying, request_for())
    joined = paying.message("submit", request_for(), caller=BOB, attached=PLENTY)
    other = joined.reply["Ticket"]["ticket"]
    assert cancelled(paying, mine)["work"] == "goes_on"
    message.answer(MISS).answer(inferred()).answer(STORED)
    assert "Settled" in paying.ask("result", other, caller=BOB)
    assert "Failed" in paying.ask("result", mine, caller=BOB)


def test_an_asker_in_the_reply_is_not_left_alone(
    paying: Stage, request_for: Any, said: Any
) -> None:
    """Who joined cancels; the further rounds of who waits in the reply go on."""
    asked = request_for(max_tokens=1_000)
    message = paying.message("ask", asked, caller=BOB, attached=PLENTY).answer(MISS)
    ticket = paying.message("ask", asked, caller=BOB, attached=PLENTY).reply["Joined"]["ticket"]
    cancelled(paying, ticket)
    message.answer(said("Once "))
    assert message.called == "InferService.infer_text"


def test_no_further_round_is_asked_for_nobody(paying: Stage, request_for: Any, said: Any) -> None:
    """The round that is out is kept, and the next ask of the same goes on from there."""
    message, ticket = submitted(paying, request_for(max_tokens=1_000))
    message.answer(MISS)
    cancelled(paying, ticket)
    message.answer(said("Once "))
    assert message.done
    assert account(paying)[4] == 0
    again, _ = submitted(paying, request_for(max_tokens=1_000))
    again.answer(MISS)
    assert again.asked["so_far"] == "Once "


def test_who_joins_later_has_the_further_rounds_asked_for(
    paying: Stage, request_for: Any, said: Any
) -> None:
    """Somebody waits again."""
    asked = request_for(max_tokens=1_000)
    message, ticket = submitted(paying, asked)
    message.answer(MISS)
    cancelled(paying, ticket)
    paying.message("submit", asked, caller=BOB, attached=PLENTY)
    message.answer(said("Once "))
    assert message.called == "InferService.infer_text"


def test_who_waits_in_a_window_leaves_it(
    bare_stage: Stage, request_for: Any, inferred: Any
) -> None:
    """The others' call is made without it, and its price is credit."""
    bare_stage.connect(("lists",))
    bare_stage.ask("allow_asker", {"caller": BOB, "sponsored": "no"})
    tickets = []
    for prompt in "abc":
        message, ticket = submitted(bare_stage, request_for(prompt))
        message.answer(MISS)
        tickets.append(ticket)
    credit = cancelled(bare_stage, tickets[1])["credited_cycles"]
    assert 0 < credit == account(bare_stage)[3]
    (message,) = bare_stage.wake(1)
    assert prompts_of(message) == ["a", "c"]
    items = [inferred(), inferred()]
    message.answer({"Many": {"items": items, "outcalls": 1, "charged_cycles": 0}})
    stored_all(message)
    assert account(bare_stage)[4] == 0


def test_the_last_one_in_a_window_leaves_nothing_to_ask(
    bare_stage: Stage, request_for: Any
) -> None:
    """The timer finds nobody."""
    bare_stage.connect(("lists",))
    message, ticket = submitted(bare_stage, request_for(), "aaaaa-aa")
    message.answer(MISS)
    cancelled(bare_stage, ticket, "aaaaa-aa")
    (woken,) = bare_stage.wake(1)
    assert woken.done
    assert bare_stage.printed == []


def test_only_its_asker_cancels_a_ticket(paying: Stage, request_for: Any) -> None:
    """A stranger is told the same as of a ticket that never was."""
    _, ticket = submitted(paying, request_for())
    foreign = paying.ask("cancel", ticket, caller="aaaaa-aa")
    assert "NotAllowed" in foreign["Refused"]
    assert foreign == paying.ask("cancel", 999_999, caller=BOB)
    assert "Pending" in paying.ask("result", ticket, caller=BOB)


def test_what_is_done_cannot_be_cancelled(paying: Stage, request_for: Any, inferred: Any) -> None:
    """Neither an answered ticket nor a cancelled one, nor one that expired."""
    message, ticket = submitted(paying, request_for())
    message.answer(MISS).answer(inferred())
    assert "BadRequest" in paying.ask("cancel", ticket, caller=BOB)["Refused"]
    message.answer(STORED)
    _, second = submitted(paying, request_for("more"))
    cancelled(paying, second)
    assert "BadRequest" in paying.ask("cancel", second, caller=BOB)["Refused"]
    paying.now_ns += 10**12
    assert "BadRequest" in paying.ask("cancel", ticket, caller=BOB)["Refused"]


def test_a_stale_answer_is_no_second_one(
    paying: Stage, request_for: Any, stored: Any, inferred: Any
) -> None:
    """The opener cancelled; the stale answer that its lookup finds settles no ticket twice."""
    asked = request_for(cache_control="stale-while-revalidate=90")
    message, ticket = submitted(paying, asked)
    other, _ = submitted(paying, asked)
    cancelled(paying, ticket)
    message.answer(stored("Stale", message))
    if not message.done:
        message.answer(inferred())
        stored_all(message)
    assert "Cancelled" in paying.ask("result", ticket, caller=BOB)["Failed"]
    assert other.done


def test_work_that_was_lost_and_cancelled_is_not_resumed(paying: Stage, request_for: Any) -> None:
    """After an upgrade the ticket still says Pending; cancelled then, nothing is begun again."""
    message, ticket = submitted(paying, request_for())
    message.answer(MISS)
    paying.upgrade()
    cancelled(paying, ticket)
    paying.wake(0)
    assert not paying.take_up()
    paying.tick(4_000)
    assert account(paying)[1:3] == [0, 0]
    assert account(paying)[4] == 0


def test_resumed_work_that_is_cancelled_gives_its_hold_back(
    paying: Stage, request_for: Any
) -> None:
    """Its price is held under the token of before."""
    message, ticket = submitted(paying, request_for())
    message.answer(MISS)
    paying.upgrade()
    paying.wake(0)
    (resumed,) = paying.take_up()
    cancelled(paying, ticket)
    resumed.answer(MISS)
    assert resumed.done
    assert account(paying)[4] == 0


def test_marks_are_swept(paying: Stage, request_for: Any) -> None:
    """A mark that no work came for is forgotten, and a cancelled ticket expires as others do."""
    message, ticket = submitted(paying, request_for())
    message.answer(MISS)
    cancelled(paying, ticket)
    paying.tick(8_000)
    paying.tick(8_000)
    assert "NotAllowed" in paying.ask("result", ticket, caller=BOB)["Refused"]
    assert paying.ask("counters")["tickets_kept"] == 0
