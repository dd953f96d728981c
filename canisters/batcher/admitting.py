"""What `ask` and `submit` share: plan, open, join, refuse; each commits, none awaits."""

from typing import Any, NamedTuple

from kybra import ic

import quota_desk
import till
from batcher_core.ask_plan import Plan, plan_request
from batcher_core.asker_admission import standing_of
from batcher_core.batcher_bounds import with_grace
from batcher_core.flights import Flight
from batcher_core.money import Price
from batcher_core.serving import SPARE, Found, stood_in
from batcher_core.tickets import JOINED
from batcher_core.work_items import Work
from batcher_rows import rows
from batcher_state import desk, tallies
from landing import abandoned
from refrain_core.refusals import busy, unreachable

_LOOKUP_S = 1
"""How long another's lookup may still take."""


class Boarding(NamedTuple):
    """What is replied, and the work that is left once it is."""

    reply: dict[str, Any]
    work: "Work | None"


def refuse_stranger(caller: str) -> "dict[str, Any] | None":
    """Refuse who may not ask."""
    standing = standing_of(caller, rows.controllers, rows.askers, rows.settings.anonymous)
    return standing if isinstance(standing, dict) else None


def planned(caller: str, request: dict[str, Any]) -> "Plan | dict[str, Any]":
    """Plan a request, or return its refusal."""
    standing = standing_of(caller, rows.controllers, rows.askers, rows.settings.anonymous)
    if isinstance(standing, dict):
        return standing
    if not rows.is_connected:
        return unreachable("not connected yet: a controller calls connect(cache, infer)")
    plan = plan_request(caller, standing, request, rows.models, rows.is_member)
    if isinstance(plan, dict) or not rows.quotas:
        return plan
    return quota_desk.refuse_plan(plan) or plan


def planned_and_paid(caller: str, request: dict[str, Any]) -> "Plan | dict[str, Any]":
    """Plan a request whose cycles and quota are there; accepts and counts none of them."""
    plan = planned(caller, request)
    if isinstance(plan, dict):
        return plan
    refusal = till.refuse_unpaid(plan)
    if refusal is None and rows.quotas:
        refusal = till.refuse_over_quota(plan)
    return refusal or plan


def opened(plan: Plan, event: str, cost: Price, found: "Found | None") -> "Flight | dict[str, Any]":
    """Open a flight and hold its price, or return the refusal; found: None before a lookup."""
    now_ns = ic.time()
    refusal = desk.refuse_flight(now_ns, rows.settings) or till.refuse_call(plan, cost)
    if refusal is not None:
        return refusal
    is_refreshing = found is not None and found.has_stored
    settings = rows.settings if plan.policy is None else with_grace(rows.settings)
    flight = desk.open(plan.digest, event, now_ns, settings, is_refreshing=is_refreshing)
    tallies.add("flights")
    try:
        till.secure(plan, flight, cost)
    except Exception as error:  # noqa: BLE001 - the flight is open and must not stay so
        return abandoned(Work(plan, flight.token, cost, 0, found), error).refusal or {}
    return flight


def joined(plan: Plan, flight: Flight, variant: str, found: Found) -> dict[str, Any]:
    """Give a ticket for a flight under way, with the spare answer to fall back on, if any."""
    refusal = quota_desk.refuse_ticket(plan.caller)
    if refusal is not None:
        return refused(refusal)
    tallies.add("collapsed")
    least_trust = plan.directives.least_trust or ""
    ticket = desk.give_ticket(flight, plan.caller, JOINED, till.take_fee(plan), least_trust)
    quota_desk.count_ticket(plan.caller, ticket["ticket"], flight.digest, flight.waiters_token)
    desk.off.unmark(flight.token)
    if not flight.awaited:
        desk.lost.keep(flight, Work(plan, flight.token, till.price(plan), 0, None))
    if found.kind == SPARE and found.outcome is not None:
        desk.lay_by(ticket["ticket"], plan.caller, stood_in(found.outcome, found.fwd, None))
    return {variant: ticket}


def refused(refusal: dict[str, Any]) -> dict[str, Any]:
    """Count a refusal and return it as any of the results that have one."""
    tallies.add("refusals")
    return {"Refused": refusal}


def lookup_under_way() -> dict[str, Any]:
    """Refuse for the moment that another's lookup takes, whose answer may not serve this asker."""
    return busy(_LOOKUP_S)
