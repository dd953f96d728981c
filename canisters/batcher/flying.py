"""Everything of the batcher that waits for another canister; each `yield` says what is committed.

A trap in a callback leaves what the last yield committed: the flight's lease ends at its deadline,
its hold is swept into the asker's credit, and the next ask of the digest opens a new flight.
"""

from collections.abc import Generator
from typing import Any

from kybra import CallResult, Principal, ic

import till
from batcher_core.ask_plan import Plan
from batcher_core.call_reading import is_stored, outcalls_of, read_inference, read_lookup, was_sent
from batcher_core.flight_machine import HIT_FOUND, MODEL_ANSWERED, MODEL_CALLED
from batcher_core.money import Price
from batcher_core.outcomes import (
    MISS_STORED,
    Outcome,
    charged,
    collapsed,
    may_be_stored,
    refused_outcome,
    with_status,
)
from batcher_rows import rows
from batcher_state import desk, tallies
from refrain_api.services import CacheService, InferService
from refrain_core.refusals import internal, lease_lost

Flying = Generator[Any, Any, Outcome]


def look_up(plan: Plan) -> "Generator[Any, Any, Outcome | None]":
    """Ask the cache; return a hit, or what a flight settled meanwhile, or None."""
    mark = desk.watch.begin(plan.digest, ic.time())
    # Committed: in the heap, that this digest is being looked up; for a submitted request also
    # its flight, its ticket and its hold.
    reply: CallResult[Any] = yield _cache().fetch(plan.namespace, plan.digest)
    settled = desk.watch.end(plan.digest, mark)
    hit = read_lookup(reply.Ok, plan.digest)
    if hit is not None:
        return hit
    return None if settled is None else collapsed(settled, 0)


def fly(plan: Plan, token: int, cost: Price) -> Flying:
    """Have the model asked under a dispatched flight, and keep what it answers."""
    try:
        outcome = yield from _call_model(plan, token, cost)
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
        outcome = abandon(plan, token, error)
    return (yield from _kept(plan, token, outcome))


def fly_submitted(plan: Plan, token: int, cost: Price) -> Flying:
    """Look a submitted request up under its own flight, and go on as an ask does."""
    try:
        outcome = yield from _look_up_or_call(plan, token, cost)
    except Exception as error:  # noqa: BLE001 - whatever it is, the waiters must learn of it
        outcome = abandon(plan, token, error)
    return (yield from _kept(plan, token, outcome))


def abandon(plan: Plan, token: int, error: Exception) -> Outcome:
    """End a flight that met a bug: its hold becomes credit, its waiters get the failure."""
    till.release(token)
    # The error's text may quote a prompt; its class does not.
    name = type(error).__name__
    outcome = refused_outcome(internal(f"{name} in the batcher: ask again, report it if it stays"))
    desk.settle(plan.digest, token, MODEL_ANSWERED, outcome, ic.time())
    tallies.add("failures")
    return outcome


def _look_up_or_call(plan: Plan, token: int, cost: Price) -> Flying:
    found = yield from look_up(plan)
    if found is not None:
        fee_cycles = till.book(token, cost, 0, cost.hit_cycles)
        tallies.add("hits")
        return _settled(plan, token, HIT_FOUND, charged(found, fee_cycles))
    refusal = till.refuse_unfunded(cost)
    if refusal is not None:
        till.release(token)
        return _settled(plan, token, MODEL_ANSWERED, refused_outcome(refusal))
    if not desk.depart(plan.digest, token, MODEL_CALLED, ic.time()):
        till.release(token)
        return _late()
    return (yield from _call_model(plan, token, cost))


def _call_model(plan: Plan, token: int, cost: Price) -> Flying:
    sample: Any = {"digest": plan.digest, "sample": 0, "request": plan.request}
    service = InferService(Principal.from_str(rows.wiring["infer"]))
    # Committed: the dispatched flight with its lease, and the hold on its asker's cycles.
    reply: CallResult[Any] = yield service.infer(sample).with_cycles(cost.call_cycles)
    # A call that was never sent is no callback: what was refunded last is another call's.
    sent = was_sent(reply.Err)
    spent = cost.call_cycles - ic.msg_cycles_refunded128() if sent else 0
    outcome = read_inference(reply.Ok, reply.Err, plan.digest)
    tallies.add("outcalls", outcalls_of(reply.Ok))
    # A failure costs what it cost, and no margin.
    margin = 0 if outcome.answered is None else cost.margin_cycles
    paid = till.book(token, cost, spent, margin)
    return _settled(plan, token, MODEL_ANSWERED, charged(outcome, paid))


def _settled(plan: Plan, token: int, event: str, outcome: Outcome) -> Outcome:
    if not desk.settle(plan.digest, token, event, outcome, ic.time()):
        return _late()
    if outcome.answered is None:
        tallies.add("failures")
    return outcome


def _late() -> Outcome:
    tallies.add("late_replies")
    text = "the reply came after the flight's deadline and was dropped: ask again"
    return refused_outcome(lease_lost(text))


def _kept(plan: Plan, token: int, outcome: Outcome) -> Flying:
    if not may_be_stored(outcome) or outcome.answered is None:
        return outcome
    try:
        put: Any = {
            "digest": plan.digest,
            "namespace": plan.namespace,
            "answer": outcome.answered["answer"],
            "ttl_s": None,
        }
        # Committed: the flight is settled and its result can be read; the put may fail.
        reply: CallResult[Any] = yield _cache().put(put)
        if not is_stored(reply.Ok):
            return outcome
        tallies.add("stored")
        desk.note_stored(plan.digest, token)
        return with_status(outcome, MISS_STORED)
    except Exception as error:  # noqa: BLE001 - an answer is not lost because it was not kept
        ic.print(f"keeping an answer: {type(error).__name__}")
        return outcome


def _cache() -> CacheService:
    return CacheService(Principal.from_str(rows.wiring["cache"]))
