"""Everything of the batcher that waits for another canister; each `yield` says what is committed.

A trap in a callback leaves what the last yield committed: the flight's lease ends at its deadline,
its hold is swept into the asker's credit, and the next ask of the digest opens a new flight.
"""

from collections.abc import Generator
from typing import Any, NamedTuple

from kybra import CallResult, ic

import till
from batcher_core.ask_plan import Plan
from batcher_core.call_reading import outcalls_of, read_inference, read_lookup
from batcher_core.flight_machine import HIT_FOUND, MODEL_ANSWERED, MODEL_CALLED
from batcher_core.money import Price
from batcher_core.outcomes import Outcome, charged, refused_outcome
from batcher_core.serving import (
    FRESH,
    NEGATIVE,
    REVALIDATING,
    Found,
    as_taken,
    overtaken,
    rescued,
)
from batcher_state import desk, tallies
from keeping import cache, kept
from model_rounds import Sample, most_cycles_of, sampled
from refrain_core.refusals import internal, lease_lost

Flying = Generator[Any, Any, Outcome]


class Work(NamedTuple):
    """A flight to be worked on. ticket: its opener's, or 0; found: None before its lookup."""

    plan: Plan
    token: int
    cost: Price
    ticket: int
    found: "Found | None"


def look_up(plan: Plan) -> "Generator[Any, Any, Found]":
    """Ask the cache; return what it has, or what a flight settled meanwhile."""
    mark = desk.watch.begin(plan.digest, ic.time())
    # Committed: in the heap, that this digest is being looked up; for a submitted request also
    # its flight, its ticket and its hold.
    reply: CallResult[Any] = yield cache().fetch(plan.namespace, plan.digest, plan.cache_control)
    settled = desk.watch.end(plan.digest, mark)
    found = read_lookup(reply.Ok, plan.digest, plan.directives)
    return overtaken(found, settled, plan.directives)


def continued(work: "Work | None") -> "Generator[Any, Any, None]":
    """Do what is left behind a reply: a submitted request's flight, or a stale answer's renewal."""
    if work is None:
        return
    try:
        yield from (_fly_submitted(work) if work.found is None else fly(work, work.found))
    except Exception as error:  # noqa: BLE001 - nobody listens any more but the log
        ic.print(f"behind a reply: {type(error).__name__}")


def fly(work: Work, found: Found) -> Flying:
    """Have the model asked under a dispatched flight, and keep what it answers."""
    began_ns = ic.time()
    try:
        outcome = yield from _call_model(work, found)
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
        outcome = abandon(work.plan, work.token, error)
    return (yield from kept(work.plan, work.token, outcome, found, began_ns))


def abandon(plan: Plan, token: int, error: Exception) -> Outcome:
    """End a flight that met a bug: its hold becomes credit, its waiters get the failure."""
    till.release(token)
    # The error's text may quote a prompt; its class does not.
    name = type(error).__name__
    outcome = refused_outcome(internal(f"{name} in the batcher: ask again, report it if it stays"))
    desk.settle(plan.digest, token, MODEL_ANSWERED, outcome, ic.time())
    tallies.add("failures")
    return outcome


def _fly_submitted(work: Work) -> "Generator[Any, Any, None]":
    """Look a submitted request up under its own flight, and go on as an ask does."""
    try:
        found = yield from look_up(work.plan)
        if found.ends_it:
            _end_at_lookup(work, found)
            return
        if found.kind == REVALIDATING:
            _serve_stale(work, found)
        refusal = till.refuse_unfunded(work.cost)
        departed = refusal is None and desk.depart(
            work.plan.digest,
            work.token,
            MODEL_CALLED,
            ic.time(),
            is_refreshing=found.has_stored,
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
        abandon(work.plan, work.token, error)
        return
    if departed:
        outcome = yield from fly(work, found)
    else:
        outcome = _grounded(work, refusal)
    _serve_spare(work, as_taken(outcome, work.plan.directives.least_trust), found)


def _end_at_lookup(work: Work, found: Found) -> None:
    outcome = found.outcome or refused_outcome({})
    is_answered = outcome.answered is not None
    fee_cycles = till.book(work.token, work.cost, 0, work.cost.hit_cycles if is_answered else 0)
    tallies.add("hits" if found.kind == FRESH else "collapsed", int(is_answered))
    tallies.add("negatives", int(found.kind == NEGATIVE))
    _settled(work, HIT_FOUND, charged(outcome, fee_cycles))


def _serve_stale(work: Work, found: Found) -> None:
    """Settle the opener's ticket with a stale answer; the flight goes on and renews it."""
    for name in ("hits", "stale", "refreshes"):
        tallies.add(name)
    stale = charged(found.outcome or refused_outcome({}), work.cost.miss_cycles)
    desk.settle_ticket(work.ticket, work.plan.caller, stale)


def _serve_spare(work: Work, outcome: Outcome, found: Found) -> None:
    """Settle the opener's ticket with the spare answer, if the flight came to nothing."""
    spare = rescued(outcome, found)
    if spare is not outcome:
        tallies.add("stale")
        desk.settle_ticket(work.ticket, work.plan.caller, spare)


def _grounded(work: Work, refusal: "dict[str, Any] | None") -> Outcome:
    """End a flight that calls no model: for want of cycles, or because its lease is over."""
    till.release(work.token)
    if refusal is None:
        return _late()
    return _settled(work, MODEL_ANSWERED, refused_outcome(refusal))


def _call_model(work: Work, found: Found) -> Flying:
    plan, cost = work.plan, work.cost
    made = yield from sampled(Sample(plan, work.token, 0, most_cycles_of(plan, cost)))
    outcome = read_inference(made.reply, made.error, plan.digest, found.status())
    tallies.add("outcalls", outcalls_of(made.reply))
    # A failure costs what it cost, and no margin.
    margin = 0 if outcome.answered is None else cost.margin_cycles
    paid = till.book(work.token, cost, made.spent_cycles, margin, made.booked_cycles)
    return _settled(work, MODEL_ANSWERED, charged(outcome, paid))


def _settled(work: Work, event: str, outcome: Outcome) -> Outcome:
    if not desk.settle(work.plan.digest, work.token, event, outcome, ic.time()):
        return _late()._replace(paid_cycles=_paid(outcome))
    if outcome.answered is None:
        tallies.add("failures")
    return outcome


def _paid(outcome: Outcome) -> int:
    answered = outcome.answered
    return outcome.paid_cycles if answered is None else int(answered["charged_cycles"])


def _late() -> Outcome:
    tallies.add("late_replies")
    text = "the reply came after the flight's deadline and was dropped: ask again"
    return refused_outcome(lease_lost(text))
