"""`cancel`: an asker calls a ticket off; what has not begun for it is not begun any more."""

from typing import Any, cast

from kybra import ic, nat64, update

import quota_desk
import till
from batcher_core.flight_machine import LOOKING_UP
from batcher_core.flights import Flight
from batcher_core.outcomes import refused_outcome
from batcher_core.polls import Poll
from batcher_state import desk, ledger, polls, tallies
from polling import concluded
from refrain_api.batcher_records import CancelResult
from refrain_api.caller_texts import caller_text
from refrain_core.leases import held
from refrain_core.refusals import bad_request, cancelled
from window_calls import withdrawn

ENDED = "ended"
GOES_ON = "goes_on"


@update
def cancel(ticket: nat64) -> CancelResult:
    """End one's own ticket as Cancelled. A call that is out is paid for, and its answer stored.

    Nothing is awaited, and an error traps: so it happens as a whole or not at all.
    """
    return cast("CancelResult", _cancelled(caller_text(), ticket))


def _cancelled(asker: str, number: int) -> dict[str, Any]:
    now_ns = ic.time()
    state = desk.ticket_state(number, asker, now_ns)
    ticket = desk.ticket(number, asker)
    if "Refused" in state:
        return state
    if ticket is None or "Pending" not in state:
        text = "the ticket is done, and there is nothing to cancel: read it with result"
        return {"Refused": bad_request(text)}
    credit = ledger.account(asker).credit
    flight = desk.off.flight_of(ticket, now_ns)
    text = "its asker cancelled it: ask again to have it answered"
    desk.settle_ticket(number, asker, refused_outcome(cancelled(text)))
    quota_desk.let_go(asker, number)
    tallies.add("cancelled")
    work = ENDED if flight is None else _let_go(flight, now_ns)
    credited = ledger.account(asker).credit - credit
    return {"Cancelled": {"ticket": number, "work": work, "credited_cycles": credited}}


def _let_go(flight: Flight, now_ns: int) -> str:
    """End what a flight has not begun, if nobody else waits for it; say whether it goes on."""
    if desk.off.is_claimed(flight) or polls.is_heeded(flight.token):
        return GOES_ON
    poll = polls.poll(flight.token)
    if poll is not None:
        return _let_go_of_vote(flight, poll, now_ns)
    if flight.state == LOOKING_UP:
        desk.off.end(flight, now_ns)
        # A flight that was resumed is held for under another token: its work gives that back.
        till.close(flight.token)
        return ENDED
    if withdrawn(flight.token) or not held(flight.lease, now_ns):
        # A call that was lost may still come back, and is booked then: the hold waits for it.
        desk.off.end(flight, now_ns)
        return ENDED
    if desk.off.was_opened_by_ticket(flight):
        desk.off.mark(flight.token, now_ns)
    desk.off.leave(flight)
    return GOES_ON


def _let_go_of_vote(flight: Flight, poll: Poll, now_ns: int) -> str:
    """End a vote uncounted: no sample is sent for it any more, those that are out are stored."""
    poll.close()
    if poll.timer:
        ic.clear_timer(poll.timer)
    desk.off.end(flight, now_ns)
    for token, number in polls.heeds(poll):
        sample = desk.under_way(poll.voters[number].plan.digest, now_ns)
        if sample is None or sample.token != token:
            continue
        if desk.off.is_claimed(sample) or polls.is_heeded(token):
            continue
        if sample.state == LOOKING_UP:
            desk.off.end(sample, now_ns)
            refusal = cancelled("the vote was cancelled: ask again")
            for other, _ in polls.tell(token, refused_outcome(refusal)):
                concluded(other)
        else:
            desk.off.mark(token, now_ns)
    is_ended = poll.is_over
    concluded(poll)
    return ENDED if is_ended else GOES_ON
