"""The beats of `ask` and `submit`: decide, commit, wait, settle, render."""

from collections.abc import Generator
from typing import Any, NamedTuple

from kybra import ic

import till
from batcher_core.ask_plan import Plan, plan_request
from batcher_core.asker_admission import standing_of
from batcher_core.flight_machine import LOOKUP_BEGUN, MODEL_CALLED
from batcher_core.flights import Flight
from batcher_core.money import Price, quote_of
from batcher_core.outcomes import COLLAPSED, Outcome, as_variant, charged
from batcher_core.tickets import JOINED, OPENED
from batcher_rows import rows
from batcher_state import desk, tallies
from flying import abandon, fly, fly_submitted, look_up
from refrain_core.refusals import unreachable


class Boarding(NamedTuple):
    """What `submit` replies, and the flight that it goes on working on, if it opened one."""

    reply: dict[str, Any]
    plan: "Plan | None"
    token: int
    cost: Price


def quoted(caller: str, request: dict[str, Any]) -> dict[str, Any]:
    """Return what an ask will cost, as a QuoteResult."""
    plan = _planned(caller, request)
    return {"Refused": plan} if isinstance(plan, dict) else {"Quoted": quote_of(till.price(plan))}


def asked(caller: str, request: dict[str, Any]) -> Generator[Any, Any, dict[str, Any]]:
    """Answer an ask, as an AskResult."""
    tallies.add("asks")
    plan = _planned_and_paid(caller, request)
    if isinstance(plan, dict):
        return _refused(plan)
    flight = desk.under_way(plan.digest, ic.time())
    if flight is not None:
        return _joined(plan, flight, "Joined")
    found = yield from look_up(plan)
    if found is not None:
        return _served(plan, found)
    # Another ask of this digest may have opened a flight while this one was looking it up.
    flight = desk.under_way(plan.digest, ic.time())
    if flight is not None:
        return _joined(plan, flight, "Joined")
    cost = till.price(plan)
    opened = _opened(plan, MODEL_CALLED, cost)
    if isinstance(opened, dict):
        return _refused(opened)
    outcome = yield from fly(plan, opened.token, cost)
    return as_variant(outcome, "Answered", "Refused")


def boarded(caller: str, request: dict[str, Any]) -> Boarding:
    """Give a ticket for a flight that is joined or opened, without waiting for anything."""
    tallies.add("asks")
    plan = _planned_and_paid(caller, request)
    if isinstance(plan, dict):
        return _not_boarded(_refused(plan))
    flight = desk.under_way(plan.digest, ic.time())
    if flight is not None:
        return _not_boarded(_joined(plan, flight, "Ticket"))
    refusal = desk.refuse_ticket(ic.time(), rows.settings)
    if refusal is not None:
        return _not_boarded(_refused(refusal))
    cost = till.price(plan)
    opened = _opened(plan, LOOKUP_BEGUN, cost)
    if isinstance(opened, dict):
        return _not_boarded(_refused(opened))
    ticket = desk.give_ticket(opened, plan.caller, OPENED, 0)
    return Boarding({"Ticket": ticket}, plan, opened.token, cost)


def continued(boarding: Boarding) -> "Generator[Any, Any, None]":
    """Go on with the flight that `boarded` opened, if it did."""
    if boarding.plan is not None:
        yield from fly_submitted(boarding.plan, boarding.token, boarding.cost)


def _planned(caller: str, request: dict[str, Any]) -> "Plan | dict[str, Any]":
    standing = standing_of(caller, rows.controllers, rows.askers, rows.settings.anonymous)
    if isinstance(standing, dict):
        return standing
    if not rows.is_connected:
        return unreachable("not connected yet: a controller calls connect(cache, infer)")
    return plan_request(caller, standing, request, rows.models)


def _planned_and_paid(caller: str, request: dict[str, Any]) -> "Plan | dict[str, Any]":
    plan = _planned(caller, request)
    if isinstance(plan, dict):
        return plan
    return till.refuse_unpaid(plan) or plan


def _opened(plan: Plan, event: str, cost: Price) -> "Flight | dict[str, Any]":
    now_ns = ic.time()
    refusal = desk.refuse_flight(now_ns, rows.settings) or till.refuse_call(plan, cost)
    if refusal is not None:
        return refusal
    flight = desk.open(plan.digest, event, now_ns, rows.settings)
    tallies.add("flights")
    try:
        till.secure(plan, flight, cost)
    except Exception as error:  # noqa: BLE001 - the flight is open and must not stay so
        return abandon(plan, flight.token, error).refusal or {}
    return flight


def _joined(plan: Plan, flight: Flight, variant: str) -> dict[str, Any]:
    refusal = desk.refuse_ticket(ic.time(), rows.settings)
    if refusal is not None:
        return _refused(refusal)
    tallies.add("collapsed")
    return {variant: desk.give_ticket(flight, plan.caller, JOINED, till.take_fee(plan))}


def _served(plan: Plan, found: Outcome) -> dict[str, Any]:
    if found.answered is None:
        return _refused(found.refusal or {})
    tallies.add("collapsed" if found.answered["cache_status"] == COLLAPSED else "hits")
    return as_variant(charged(found, till.take_fee(plan)), "Answered", "Refused")


def _refused(refusal: dict[str, Any]) -> dict[str, Any]:
    tallies.add("refusals")
    return {"Refused": refusal}


def _not_boarded(reply: dict[str, Any]) -> Boarding:
    return Boarding(reply, None, 0, Price(0, 0, 0))
