"""Cycles at the batcher's door: what is accepted of a call, held for a flight, and booked."""

from typing import Any

from kybra import ic

import quota_desk
from batcher_core.ask_plan import Plan, price_for
from batcher_core.flights import Flight
from batcher_core.money import Price, refuse_short_balance, refuse_too_few, still_due
from batcher_core.work_items import Work
from batcher_rows import rows
from batcher_state import HOLD_NS, ledger, quotas, tallies


def price(plan: Plan) -> Price:
    """Price a plan by the settings of now."""
    return price_for(plan, rows.settings)


def refuse_unpaid(plan: Plan) -> "dict[str, Any] | None":
    """Refuse a paying asker whose call does not bring the price of the worst case; accepts nothing.

    That is a miss, and a hit where the request takes only what is stored.
    """
    if not plan.is_paying:
        return None
    cost = price(plan)
    due_cycles = cost.hit_cycles if plan.directives.only_if_cached else cost.miss_cycles
    account = ledger.account(plan.caller)
    return refuse_too_few(account, due_cycles, ic.msg_cycles_available128())


def refuse_over_quota(plan: Plan) -> "dict[str, Any] | None":
    """Refuse one request too many of an asker's quota; counts nothing."""
    return quota_desk.refuse_request(plan, rows.settings.hit_fee_cycles if plan.is_paying else 0)


def refuse_call(plan: Plan, cost: Price) -> "dict[str, Any] | None":
    """Refuse a model's call that asker, quota or this canister cannot pay; accepts nothing."""
    refusal = quota_desk.refuse_cost(plan.caller, cost.miss_cycles)
    if refusal is not None:
        return refusal
    if not plan.is_paying:
        return refuse_unfunded(cost)
    account = ledger.account(plan.caller)
    incoming = still_due(account, cost.miss_cycles)
    return refuse_too_few(
        account, cost.miss_cycles, ic.msg_cycles_available128()
    ) or refuse_short_balance(ic.canister_balance128(), incoming, cost.call_cycles)


def refuse_unfunded(cost: Price) -> "dict[str, Any] | None":
    """Refuse a call that this canister cannot pay out of what it has."""
    return refuse_short_balance(ic.canister_balance128(), 0, cost.call_cycles)


def can_attach(cycles: int) -> bool:
    """Tell whether this canister can attach so many to a call: more than there is would trap."""
    return refuse_short_balance(ic.canister_balance128(), 0, cycles) is None


def take_fee(plan: Plan) -> int:
    """Take the fee of a hit or of joining a flight; return it. Sponsored askers pay none."""
    if not plan.is_paying:
        return 0
    account = ledger.account(plan.caller)
    fee_cycles = rows.settings.hit_fee_cycles
    accepted = ic.msg_cycles_accept128(still_due(account, fee_cycles))
    # Another call of this asker may have used up the credit that was counted on.
    fee_cycles = min(fee_cycles, account.credit + accepted)
    ledger.take_fee(plan.caller, accepted, fee_cycles)
    quota_desk.count_fee(plan.caller, fee_cycles)
    tallies.add("charged_cycles", fee_cycles)
    return fee_cycles


def accept_credit(asker: str) -> int:
    """Take all cycles that came with the call as their asker's credit; return them."""
    accepted = ic.msg_cycles_accept128(ic.msg_cycles_available128())
    if accepted:
        ledger.take_fee(asker, accepted, 0)
    return int(accepted)


def secure(plan: Plan, flight: Flight, cost: Price) -> None:
    """Accept and hold the worst case of a flight; `refuse_call` said that it is there."""
    quota_desk.hold(plan.caller, flight.token, cost.miss_cycles)
    if not plan.is_paying:
        return
    incoming = still_due(ledger.account(plan.caller), cost.miss_cycles)
    accepted = ic.msg_cycles_accept128(incoming)
    until_ns = flight.deadline_ns + HOLD_NS
    ledger.hold(flight.token, plan.caller, accepted, cost.miss_cycles, until_ns)


def release(work: Work) -> None:
    """Give back the whole hold of a flight that called nothing, as credit; a shared one stays."""
    if not work.payer:
        close(work.hold or work.token)


def close(token: int) -> None:
    """Give back what is left of a hold, to its asker's credit and quota."""
    _release(token, 0, 0)


def spend(work: Work, spent: int) -> None:
    """Book one of several calls of a flight; the rest stays held for those to come."""
    _draw(work.payer or work.hold or work.token, spent, 0)


def book(work: Work, spent: int, margin: int, booked: int = 0) -> int:
    """Book what a flight cost of what was held for it; return that. The rest is credit.

    booked: what of `spent` was booked before, by `spend`.
    """
    if work.payer:
        _draw(work.payer, spent - booked, margin)
        tallies.add("charged_cycles", spent + margin)
        return spent + margin
    held_cycles = work.cost.miss_cycles
    _release(work.hold or work.token, spent - booked, margin)
    tallies.add("charged_cycles", held_cycles)
    tallies.add("refunded_cycles", held_cycles - spent - margin)
    return spent + margin


def _draw(token: int, spent: int, margin: int) -> None:
    ledger.draw(token, spent, margin)
    quotas.draw(token, spent + margin)


def _release(token: int, spent: int, margin: int) -> None:
    ledger.release(token, spent, margin)
    quotas.release(token, spent + margin)
