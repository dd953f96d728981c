"""The beats of `submit`: a ticket at once, and the work behind it."""

from typing import Any

from kybra import ic

import quota_desk
import till
from admitting import Boarding, joined, lookup_under_way, opened, planned_and_paid, refused
from batcher_core.ask_plan import Plan
from batcher_core.boarding_rules import OPEN, WAIT, next_step
from batcher_core.flight_machine import LOOKUP_BEGUN, MODEL_CALLED
from batcher_core.flights import Flight
from batcher_core.money import Price
from batcher_core.serving import UNSOUGHT, Found
from batcher_core.tickets import OPENED
from batcher_core.work_items import Work
from batcher_state import desk, tallies
from refrain_core.refusals import bad_request
from window_calls import refuse_entry


def boarded(caller: str, request: dict[str, Any]) -> Boarding:
    """Give a ticket for a flight that is joined or opened, without waiting for anything."""
    tallies.add("asks")
    boarding = _boarded(caller, request)
    if "Ticket" in boarding.reply:
        quota_desk.count_request(caller)
    return boarding


def _boarded(caller: str, request: dict[str, Any]) -> Boarding:
    plan = planned_and_paid(caller, request)
    if isinstance(plan, dict):
        return Boarding(refused(plan), None)
    if plan.directives.only_if_cached:
        text = "only-if-cached has nothing to wait for: use ask, or lookup on the cache"
        return Boarding(refused(bad_request(text)), None)
    flight = desk.under_way(plan.digest, ic.time())
    # A digest has one flight: beside it there is no lookup, it is joined or waited for.
    step = next_step(flight, plan.directives, looked_up=flight is not None)
    if step == WAIT:
        return Boarding(refused(lookup_under_way()), None)
    if flight is not None:
        return Boarding(joined(plan, flight, "Ticket", UNSOUGHT), None)
    refusal = quota_desk.refuse_ticket(caller) or refuse_entry(plan)
    if refusal is not None:
        return Boarding(refused(refusal), None)
    return _opened(plan, UNSOUGHT if step == OPEN else None)


def _opened(plan: Plan, found: "Found | None") -> Boarding:
    cost = till.price(plan)
    flight = opened(plan, LOOKUP_BEGUN if found is None else MODEL_CALLED, cost, found)
    if isinstance(flight, dict):
        return Boarding(refused(flight), None)
    return ticketed("Ticket", plan, flight, cost, found)


def ticketed(
    variant: str, plan: Plan, flight: Flight, cost: Price, found: "Found | None"
) -> Boarding:
    """Give the ticket of a flight's opener, and leave the flight to be worked on."""
    least_trust = plan.directives.least_trust or ""
    ticket = desk.give_ticket(flight, plan.caller, OPENED, 0, least_trust)
    quota_desk.count_ticket(plan.caller, ticket["ticket"], flight.digest, flight.waiters_token)
    work = Work(plan, flight.token, cost, ticket["ticket"], found)
    desk.lost.keep(flight, work)
    return Boarding({variant: ticket}, work)
