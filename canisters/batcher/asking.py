"""The beats of `ask`: decide, commit, wait, settle, render.

A stale answer that may be served is the reply at once; one flight then renews it behind the reply.
Its price is held of the cycles that came with the ask, which pays no fee of a hit beside it.
"""

from collections.abc import Generator
from typing import Any

from kybra import ic

import quota_desk
import till
from admitting import Boarding, joined, lookup_under_way, opened, planned, planned_and_paid, refused
from batcher_core.ask_plan import Plan
from batcher_core.boarding_rules import JOIN, LOOK_UP, OPEN, WAIT, next_step
from batcher_core.flight_machine import MODEL_CALLED
from batcher_core.money import quote_of
from batcher_core.outcomes import Outcome, as_variant, charged, refused_outcome
from batcher_core.serving import (
    FRESH,
    NEGATIVE,
    REVALIDATING,
    UNSOUGHT,
    Found,
    as_taken,
    rescued,
    spare_as_hit,
)
from batcher_core.work_items import Work
from batcher_rows import rows
from batcher_state import desk, tallies
from flying import fly, look_up
from refrain_core.refusals import not_cached
from submitting import ticketed

Replying = Generator[Any, Any, dict[str, Any]]


def quoted(caller: str, request: dict[str, Any]) -> dict[str, Any]:
    """Return what an ask will cost, as a QuoteResult."""
    plan = planned(caller, request)
    return {"Refused": plan} if isinstance(plan, dict) else {"Quoted": quote_of(till.price(plan))}


def asked(caller: str, request: dict[str, Any]) -> "Generator[Any, Any, Boarding]":
    """Answer an ask, as an AskResult; what is left is the renewal of a stale answer."""
    tallies.add("asks")
    plan = planned_and_paid(caller, request)
    if isinstance(plan, dict):
        return Boarding(refused(plan), None)
    if rows.quotas:
        quota_desk.count_request(caller)
    flight = desk.under_way(plan.digest, ic.time())
    step = next_step(flight, plan.directives, looked_up=False)
    found = UNSOUGHT
    if step == LOOK_UP:
        found = yield from look_up(plan)
        if found.kind == REVALIDATING:
            return _renewed(plan, found)
        if found.ends_it:
            return Boarding(_served(plan, found), None)
        # Another ask of this digest may have opened a flight while this one was looking it up.
        flight = desk.under_way(plan.digest, ic.time())
        step = next_step(flight, plan.directives, looked_up=True)
    if flight is not None and step == JOIN:
        return Boarding(joined(plan, flight, "Joined", found), None)
    if step == OPEN:
        return (yield from _set_out(plan, found))
    return Boarding(_turned_away(plan, step, found), None)


def _set_out(plan: Plan, found: Found) -> "Generator[Any, Any, Boarding]":
    if plan.policy is None:
        return Boarding((yield from _flown(plan, found)), None)
    return _voted(plan, found)


def _flown(plan: Plan, found: Found) -> Replying:
    """Ask the model, and return what became of it."""
    cost = till.price(plan)
    flight = opened(plan, MODEL_CALLED, cost, found)
    if isinstance(flight, dict):
        return _stood_in(plan, found, flight)
    flown = yield from fly(Work(plan, flight.token, cost, 0, found), found)
    taken = as_taken(flown, plan.directives.least_trust)
    outcome = rescued(taken, found)
    tallies.add("stale", int(outcome is not taken))
    return as_variant(outcome, "Answered", "Refused")


def _voted(plan: Plan, found: Found) -> Boarding:
    """Give a ticket for a vote: its asker would wait for the slowest of several models."""
    cost = till.price(plan)
    refusal = quota_desk.refuse_ticket(plan.caller)
    flight = refusal or opened(plan, MODEL_CALLED, cost, found)
    if isinstance(flight, dict):
        return Boarding(_stood_in(plan, found, flight), None)
    return ticketed("Joined", plan, flight, cost, found)


def _served(plan: Plan, found: Found) -> dict[str, Any]:
    """Return what ends an ask at its lookup: a hit, a remembered failure, another's outcome."""
    outcome = found.outcome or refused_outcome({})
    if outcome.answered is None:
        tallies.add("negatives", int(found.kind == NEGATIVE))
        return refused(outcome.refusal or {})
    tallies.add("hits" if found.kind == FRESH else "collapsed")
    return _charged_a_hit(plan, outcome)


def _renewed(plan: Plan, found: Found) -> Boarding:
    """Serve a stale answer, and leave its renewal to be done if it is nobody's yet."""
    outcome = found.outcome or refused_outcome({})
    tallies.add("hits")
    tallies.add("stale")
    cost = till.price(plan)
    if plan.directives.only_if_cached or desk.under_way(plan.digest, ic.time()) is not None:
        return Boarding(_charged_a_hit(plan, outcome), None)
    flight = opened(plan, MODEL_CALLED, cost, found)
    if isinstance(flight, dict):
        return Boarding(_charged_a_hit(plan, outcome), None)
    tallies.add("refreshes")
    reply = as_variant(charged(outcome, cost.miss_cycles), "Answered", "Refused")
    return Boarding(reply, Work(plan, flight.token, cost, 0, found))


def _turned_away(plan: Plan, step: str, found: Found) -> dict[str, Any]:
    if step == WAIT:
        return _stood_in(plan, found, lookup_under_way())
    spare = spare_as_hit(found)
    if spare is None:
        return refused(not_cached("no stored answer satisfies this: ask without only-if-cached"))
    tallies.add("stale")
    return _charged_a_hit(plan, spare)


def _stood_in(plan: Plan, found: Found, refusal: dict[str, Any]) -> dict[str, Any]:
    """Serve the spare answer where no flight could be opened, or refuse."""
    outcome = rescued(refused_outcome(refusal), found)
    if outcome.answered is None:
        return refused(refusal)
    tallies.add("stale")
    return _charged_a_hit(plan, outcome)


def _charged_a_hit(plan: Plan, outcome: Outcome) -> dict[str, Any]:
    return as_variant(charged(outcome, till.take_fee(plan)), "Answered", "Refused")
