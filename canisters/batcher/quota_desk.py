"""Quotas at the door: what a tenant with one is refused, and what is counted of it.

Without quotas each of these looks one dictionary up. The tickets that wait are listed in the heap,
and found again among all tickets after an upgrade and when a quota is set.
"""

from typing import Any

from kybra import ic

from batcher_core.ask_plan import Plan
from batcher_core.front_desk import RETRY_AFTER_S
from batcher_core.quotas import Limits, refuse_models
from batcher_rows import rows
from batcher_state import desk, quotas
from refrain_core.refusals import busy, not_allowed

DEFAULT = "default"
"""The quota of all who have none of their own."""

_waiting: dict[str, dict[int, tuple[str, int]]] = {}


def limits_of(tenant: str) -> "Limits | None":
    """Return a tenant's quota, or the default one; None if there is neither."""
    if not rows.quotas:
        return None
    return rows.quotas.get(tenant) or rows.quotas.get(DEFAULT)


def refuse_plan(plan: Plan) -> "dict[str, Any] | None":
    """Refuse a model that the asker may not ask, its voters' models included."""
    limits = limits_of(plan.caller)
    if limits is None:
        return None
    among = [] if plan.policy is None else plan.policy["among"]
    return refuse_models(limits, [plan.request["model"], *among])


def refuse_request(plan: Plan, hit_cycles: int) -> "dict[str, Any] | None":
    """Refuse one request too many, and one whose hit would cost too much; counts nothing."""
    limits = limits_of(plan.caller)
    if limits is None:
        return None
    now_ns = ic.time()
    return quotas.refuse_request(plan.caller, limits, now_ns) or quotas.refuse_cost(
        plan.caller, limits, hit_cycles, now_ns
    )


def refuse_cost(tenant: str, cycles: int) -> "dict[str, Any] | None":
    """Refuse a flight that may cost more than is left of its opener's day."""
    limits = limits_of(tenant)
    return None if limits is None else quotas.refuse_cost(tenant, limits, cycles, ic.time())


def refuse_ticket(tenant: str) -> "dict[str, Any] | None":
    """Refuse one more ticket where there are too many, of all or of this tenant's that wait."""
    refusal = desk.refuse_ticket(ic.time(), rows.settings)
    limits = limits_of(tenant)
    if refusal is not None or limits is None or limits.waiting is None:
        return refusal
    if limits.waiting == 0:
        return not_allowed("this takes a ticket, and your quota has none: a controller raises it")
    is_full = waiting(tenant, limits.waiting) >= limits.waiting
    return busy(RETRY_AFTER_S) if is_full else None


def count_request(tenant: str) -> None:
    """Count a request that was admitted."""
    limits = limits_of(tenant)
    if limits is not None and limits.requests is not None:
        quotas.requests.add(tenant, 1, ic.time())


def count_ticket(tenant: str, number: int, digest: str, token: int) -> None:
    """List a ticket that was given, whose flight's tickets bear `token`."""
    limits = limits_of(tenant)
    if limits is not None and limits.waiting is not None:
        _waiting.setdefault(tenant, {})[number] = (digest, token)


def count_fee(tenant: str, cycles: int) -> None:
    """Count a fee that was taken."""
    limits = limits_of(tenant)
    if limits is not None and limits.cycles is not None and cycles:
        quotas.cycles.add(tenant, cycles, ic.time())


def hold(tenant: str, token: int, cycles: int) -> None:
    """Count the worst case of a flight, until it is known what it cost."""
    limits = limits_of(tenant)
    if limits is not None and limits.cycles is not None:
        quotas.hold(token, tenant, cycles, ic.time())


def waiting(tenant: str, enough: int = 0) -> int:
    """Return how many of a tenant's tickets wait; looks at none if fewer than `enough` may."""
    listed = _waiting.get(tenant, {})
    if len(listed) >= max(1, enough):
        for number, (digest, token) in list(listed.items()):
            if not _waits(tenant, number, digest, token):
                del listed[number]
        if not listed:
            _waiting.pop(tenant, None)
    return len(listed)


def list_waiting() -> None:
    """List the tickets that wait of those who have a limit for them."""
    _waiting.clear()
    for number, ticket in desk.tickets() if rows.quotas else []:
        limits = limits_of(ticket.asker)
        if limits is not None and limits.waiting is not None and ticket.token != number:
            _waiting.setdefault(ticket.asker, {})[number] = (ticket.digest, ticket.token)


def sweep_waiting() -> None:
    """Forget those whose tickets wait no more."""
    for tenant in list(_waiting):
        waiting(tenant)


def let_go(tenant: str, number: int) -> None:
    """Forget a ticket that has an outcome of its own."""
    _waiting.get(tenant, {}).pop(number, None)


def _waits(tenant: str, number: int, digest: str, token: int) -> bool:
    now_ns = ic.time()
    flight = desk.under_way(digest, now_ns)
    if flight is not None and flight.waiters_token == token:
        return True
    # Lost work may still be resumed, and its ticket says that it waits: a read, once a ticket.
    return "Pending" in desk.ticket_state(number, tenant, now_ns)
