"""Windows at work: submitted flights wait for company, and leave by few calls.

A window that is full leaves by the message that filled it, others by a timer. Of several that leave
at once each has a timer of no seconds, so that their calls are out beside each other; whoever is
back takes along what can leave by then.
"""

from collections.abc import Callable, Generator
from typing import Any

from kybra import ic

import till
from batcher_core.ask_plan import Plan
from batcher_core.bisection import halves, is_spoiled
from batcher_core.call_reading import is_put_off, pause_s
from batcher_core.fair_queue import NORMAL, Waiting
from batcher_core.money import ROUND_TOKENS, rounds_of
from batcher_core.window_gate import Bounds, Leaving, WindowGate
from batcher_core.window_lanes import lane_of, share_tokens
from batcher_core.work_items import Work
from batcher_rows import rows
from batcher_state import desk
from flying import departed
from refrain_core.limits import NANOSECONDS
from shared_calls import Aboard, asked, charged_with, held, landed_all, price_of
from voting import continued

Working = Generator[Any, Any, None]


class _Alarm:
    """When the next timer wakes the gate; 0 if none will."""

    def __init__(self) -> None:
        self.at_ns = 0


gate = WindowGate()
_aboard: dict[int, Aboard] = {}
_alarm = _Alarm()


def refuse_entry(plan: Plan) -> "dict[str, Any] | None":
    """Refuse a request that would wait in a window where there are too many."""
    return gate.refuse(plan.caller, _bounds()) if _waits(plan) else None


def continued_in_window(work: "Work | None") -> Working:
    """Do what is left behind the reply to a submitted request."""
    if work is not None and work.found is None and _waits(work.plan):
        yield from through_window(work, rows.priority(work.plan.caller))
    else:
        yield from continued(work)


def through_window(work: Work, priority: int = NORMAL) -> Working:
    """Look a submitted request up; what a model must answer waits for its window to close."""
    try:
        found = yield from departed(work, may_wait=True)
        if found is None:
            return
        lane = _enter(Aboard(work, found, priority))
        if gate.is_complete(lane, _bounds(), rows.listed):
            yield from _all_that_leave()
        _set_alarm()
    except Exception as error:  # noqa: BLE001 - nobody listens any more but the log
        ic.print(f"in a window: {type(error).__name__}")


def withdrawn(token: int) -> bool:
    """Take out of its window what nobody waits for any more; False if its call is out, or none is.

    What a timer is about to send stays: it is left out there, as a flight that has ended.
    """
    aboard = _aboard.get(token)
    if aboard is None:
        return False
    if gate.room.drop(token):
        del _aboard[token]
        till.book(aboard.work, min(aboard.spent, aboard.work.cost.call_cycles), 0)
    return True


def wake() -> Working:
    """Let leave what can; for a timer, whose exceptions nobody would see."""
    _alarm.at_ns = 0
    try:
        for late in gate.room.overdue(ic.time()):
            work = _aboard.pop(late.number).work
            till.release(work)
            desk.lost.let_go(work.plan.digest, work.token, ic.time())
        yield from _all_that_leave()
        _set_alarm()
    except Exception as error:  # noqa: BLE001 - see above
        ic.print(f"windows: {type(error).__name__}: {error}")


def _waits(plan: Plan) -> bool:
    if plan.policy is not None or plan.request["model"] not in rows.listed:
        return False
    # An answer of several rounds is asked for on its own: each round hangs on the one before.
    return rounds_of(plan.request["max_tokens"]) == 1


def _bounds() -> Bounds:
    now = rows.settings
    return Bounds(now.window_s, now.window_size, now.max_waiting, now.max_calls, now.lease_s)


def _enter(aboard: Aboard) -> str:
    """Let a flight wait until its lease ends; return its lane."""
    work = aboard.work
    lane = lane_of(work.plan.request)
    now_ns = ic.time()
    flight = desk.under_way(work.plan.digest, now_ns)
    deadline_ns = now_ns if flight is None else flight.deadline_ns
    tokens = share_tokens(work.plan.request, ROUND_TOKENS)
    _aboard[work.token] = aboard
    one = Waiting(
        work.token,
        work.plan.caller,
        aboard.priority,
        tokens,
        now_ns,
        deadline_ns,
        work.cost.call_cycles,
    )
    gate.enter(lane, one)
    return lane


def _set_alarm() -> None:
    """Set a timer for the next window, unless one comes as early."""
    next_ns = gate.next_ns(_bounds(), rows.listed)
    if next_ns is not None and not 0 < _alarm.at_ns <= next_ns:
        delay_s = max(0, -(-(next_ns - ic.time()) // NANOSECONDS))
        _alarm.at_ns = max(next_ns, 1)
        ic.set_timer(delay_s, wake)


def _all_that_leave() -> Working:
    """Send what can leave: the first by this message, the others beside it."""
    gone = gate.leaving(ic.time(), _bounds(), rows.listed, ic.canister_balance128())
    while gone:
        for other in gone[1:]:
            ic.set_timer(0, _taking(other))
        yield from _sent(gone[0])
        gone = gate.leaving(ic.time(), _bounds(), rows.listed, ic.canister_balance128())


def _taking(leaving: Leaving) -> "Callable[[], Working]":
    return lambda: _left(leaving)


def _left(leaving: Leaving) -> Working:
    try:
        yield from _sent(leaving)
        yield from _all_that_leave()
        _set_alarm()
    except Exception as error:  # noqa: BLE001 - a timer swallows it unlogged
        ic.print(f"windows: {type(error).__name__}: {error}")


def _sent(leaving: Leaving) -> Working:
    """Ask for a closed window's flights, halving what fails as a whole, until each has its end."""
    lane = leaving.closed.lane
    batches = [[_aboard.pop(one.number) for one in leaving.closed.items]]
    while batches:
        batch = held(batches.pop())
        if not batch or till.refuse_unfunded(price_of(batch)) is not None:
            _put_off(lane, batch)
            continue
        began_ns = ic.time()
        replies, spent = yield from asked(batch)
        if is_put_off(*replies[0]):
            _put_off(lane, batch, pause_s(replies[0][0]))
            continue
        if len(batch) > 1:
            # One that was too slow is learnt from before all, so that the next is smaller.
            gate.measured(lane, len(batch), ic.time() - began_ns, sum(spent))
        if is_spoiled(replies):
            batches += halves(charged_with(batch, spent))
        else:
            yield from landed_all(batch, replies, spent, began_ns)
    gate.back(leaving)


def _put_off(lane: str, batch: list[Aboard], seconds: int = 1) -> None:
    """Let those wait on for whom there was no room; they do not fail for it."""
    for aboard in batch:
        _enter(aboard)
    gate.pause(lane, ic.time() + seconds * NANOSECONDS)
