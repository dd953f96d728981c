"""Everything of the batcher that waits for another canister; each `yield` says what is committed.

A trap in a callback leaves what the last yield committed: the flight's lease ends at its deadline,
its hold is swept into the asker's credit, and the next ask of the digest opens a new flight.
"""

from collections.abc import Generator
from typing import Any

from kybra import ic

import quota_desk
import till
from batcher_core.ask_plan import Plan
from batcher_core.call_reading import read_lookup
from batcher_core.flight_machine import HIT_FOUND, MODEL_ANSWERED, MODEL_CALLED
from batcher_core.outcomes import Outcome, charged, refused_outcome
from batcher_core.serving import FRESH, NEGATIVE, REVALIDATING, Found, overtaken
from batcher_core.work_items import Work
from batcher_state import desk, tallies
from keeping import fetched, kept
from landing import abandoned, landed, late, settled
from model_rounds import sampled
from refrain_core.refusals import cancelled
from spares import serve_spare

Flying = Generator[Any, Any, Outcome]


def look_up(plan: Plan) -> "Generator[Any, Any, Found]":
    """Ask the cache; return what it has, or what a flight settled meanwhile."""
    mark = desk.watch.begin(plan.digest, ic.time())
    # Committed: in the heap, that this digest is being looked up; for a submitted request also
    # its flight, its ticket and its hold.
    reply = yield from fetched(plan.namespace, plan.digest, plan.cache_control)
    meanwhile = desk.watch.end(plan.digest, mark)
    found = read_lookup(reply.Ok, plan.digest, plan.directives)
    return overtaken(found, meanwhile, plan.directives)


def flown(work: Work) -> "Generator[Any, Any, None]":
    """Fly on behind a reply: look a request up that was not, and have its model asked."""
    if work.found is not None and _is_called_off(work):
        settled(work, MODEL_ANSWERED, refused_outcome(cancelled("nobody waits for it any more")))
    elif work.found is not None:
        yield from fly(work, work.found)
    else:
        found = yield from departed(work)
        if found is not None:
            yield from fly_for_ticket(work, found)


def fly(work: Work, found: Found) -> Flying:
    """Have the model asked under a dispatched flight, and keep what it answers."""
    began_ns = ic.time()
    try:
        outcome = yield from _call_model(work, found)
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
        outcome = abandoned(work, error)
    return (yield from kept(work.plan, work.token, outcome, found, began_ns))


def departed(work: Work, *, may_wait: bool = False) -> "Generator[Any, Any, Found | None]":
    """Look a submitted request up; return what a model is to be asked for, or None if it is over.

    may_wait: whether the model's call may wait until this canister can pay for it.
    """
    try:
        if _is_called_off(work):
            return None
        found = yield from look_up(work.plan)
        if _is_called_off(work):
            return None
        if found.ends_it:
            _end_at_lookup(work, found)
            return None
        if found.kind == REVALIDATING:
            _serve_stale(work, found)
        refusal = None if may_wait else till.refuse_unfunded(work.cost)
        has_left = refusal is None and desk.depart(
            work.plan.digest,
            work.token,
            MODEL_CALLED,
            ic.time(),
            is_refreshing=found.has_stored,
        )
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
        abandoned(work, error)
        return None
    if has_left:
        return found
    till.release(work)
    refused = None if refusal is None else refused_outcome(refusal)
    outcome = late(work) if refused is None else settled(work, MODEL_ANSWERED, refused)
    serve_spare(work, outcome, found)
    return None


def fly_for_ticket(work: Work, found: Found) -> "Generator[Any, Any, None]":
    """Fly what `departed` returned, down to the ticket of who submitted it."""
    outcome = yield from fly(work, found)
    serve_spare(work, outcome, found)


def _is_called_off(work: Work) -> bool:
    """Tell whether nobody waits for this any more; its hold is credit then."""
    is_off = desk.off.take(work.token)
    if is_off:
        till.release(work)
    return is_off


def _end_at_lookup(work: Work, found: Found) -> None:
    outcome = found.outcome or refused_outcome({})
    is_answered = outcome.answered is not None
    is_paid = is_answered and not work.payer
    fee_cycles = till.book(work, 0, work.cost.hit_cycles if is_paid else 0)
    if work.payer:
        tallies.add("samples_reused", int(is_answered))
    else:
        tallies.add("hits" if found.kind == FRESH else "collapsed", int(is_answered))
    tallies.add("negatives", int(found.kind == NEGATIVE))
    settled(work, HIT_FOUND, charged(outcome, fee_cycles))


def _serve_stale(work: Work, found: Found) -> None:
    """Settle the opener's ticket with a stale answer; the flight goes on and renews it."""
    for name in ("hits", "stale", "refreshes"):
        tallies.add(name)
    stale = charged(found.outcome or refused_outcome({}), work.cost.miss_cycles)
    desk.settle_ticket(work.ticket, work.plan.caller, stale)
    quota_desk.let_go(work.plan.caller, work.ticket)


def _call_model(work: Work, found: Found) -> Flying:
    made = yield from sampled(work)
    return landed(work, found, made.reply, made.error, made.spent_cycles, made.booked_cycles)
