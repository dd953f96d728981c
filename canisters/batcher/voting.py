"""Votes: every voter is asked at once, each by a flight of its own that others may share.

A sample is a flight like any other, under its own digest: it is looked up, asked for, stored, and
joined by who asks the same. So a vote of five after a vote of three asks two models, and an answer
that comes after the verdict is there for the next vote.
"""

from collections.abc import Generator
from typing import Any

from kybra import ic

import till
from batcher_core.flight_machine import LOOKUP_BEGUN, MODEL_ANSWERED, MODEL_CALLED
from batcher_core.outcomes import refused_outcome
from batcher_core.polls import Poll
from batcher_core.serving import UNSOUGHT
from batcher_core.voters import Voter, voters_of
from batcher_core.work_items import Work
from batcher_rows import rows
from batcher_state import desk, polls, tallies
from flying import departed, flown
from landing import abandoned, settled
from polling import concluded, overdue
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import busy
from self_calls import tasks

_RETRY_AFTER_S = 10

Voting = Generator[Any, Any, None]


def continued(work: "Work | None") -> Voting:
    """Do what is left behind a reply: a flight, a vote, or a stale answer's renewal."""
    if work is None:
        return
    try:
        yield from (flown(work) if work.plan.policy is None else _voted(work))
    except Exception as error:  # noqa: BLE001 - nobody listens any more but the log
        ic.print(f"behind a reply: {type(error).__name__}")


def end_overdue_votes(now_ns: int) -> None:
    """End the votes whose own timer did not."""
    for poll in polls.overdue(now_ns - rows.settings.lease_s * NANOSECONDS):
        overdue(poll)
        concluded(poll)


def _voted(work: Work) -> Voting:
    if work.found is None:
        found = yield from departed(work)
        if found is None:
            return
        work = work._replace(found=found)
    try:
        _open(work)
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
        abandoned(work, error)


def _open(work: Work) -> None:
    """Ask all voters; each answers to a message of its own."""
    poll = Poll(work, voters_of(work.plan), ic.time())
    polls.open(poll)
    for voter in poll.voters:
        _ask(poll, voter)

    def end() -> None:
        overdue(poll)

    poll.timer = ic.set_timer(rows.settings.lease_s, end)
    concluded(poll)


def _ask(poll: Poll, voter: Voter) -> None:
    """Join the flight of a voter's sample, or open it at the vote's expense."""
    plan, now_ns = voter.plan, ic.time()
    flight = desk.under_way(plan.digest, now_ns)
    if flight is not None:
        polls.listen(flight.token, poll, voter.number, is_own=False)
        desk.off.unmark(flight.token)
        return
    cost = till.price(plan)
    refusal = desk.refuse_flight(now_ns, rows.settings) or till.refuse_unfunded(cost)
    if refusal is not None:
        poll.hear(voter.number, refused_outcome(refusal))
        return
    found = UNSOUGHT if plan.directives.no_cache else None
    event = LOOKUP_BEGUN if found is None else MODEL_CALLED
    flight = desk.open(plan.digest, event, now_ns, rows.settings)
    tallies.add("flights")
    polls.listen(flight.token, poll, voter.number, is_own=True)
    work = Work(plan, flight.token, cost, 0, found, poll.hold)
    if not tasks.send(flown, work):
        settled(work, MODEL_ANSWERED, refused_outcome(busy(_RETRY_AFTER_S)))
