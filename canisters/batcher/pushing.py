"""Pushes at work: sent by a timer once a ticket has its end, and again until they are acknowledged.

Each is a message that nobody waits for. A receiver that traps, is stopped or never answers keeps
nobody's turn but its own, and no upgrade of this canister breaks a reply that it expects.
"""

from typing import Any

from kybra import Principal, ic

from admitting import Boarding, refused
from batcher_core.front_desk import RETRY_AFTER_S, SWEEP_STEPS
from batcher_core.push_book import MAX_PUSHES, PushBook
from batcher_core.push_message import pushed_bytes
from batcher_core.pushes import Push
from batcher_maps import pushes_map
from batcher_rows import rows
from batcher_state import desk
from refrain_api.caller_texts import KnownPrincipal
from refrain_core.limits import NANOSECONDS
from refrain_core.refusals import bad_request, busy, not_allowed, unreachable
from submitting import boarded

EACH = 8
"""Pushes of one message."""

PAUSE_S = 1
"""An end is told a second later, with what ends meanwhile: an empty timer costs 16 M cycles."""

push_book = PushBook(pushes_map)
_alarms: dict[str, int] = {}


def boarded_to(asker: str, request: dict[str, Any], method: str) -> Boarding:
    """Give a ticket whose end is pushed to a listed function of its asker's canister."""
    refusal = _refuse(asker, method)
    if refusal is not None:
        return Boarding(refused(refusal), None)
    boarding = boarded(asker, request)
    given = boarding.reply.get("Ticket")
    ticket = None if given is None else desk.ticket(given["ticket"], asker)
    if given is not None and ticket is not None:
        number, expires_at_ns = given["ticket"], ticket.expires_at_ns
        push_book.add(Push(number, asker, method, ticket.token, ticket.digest, expires_at_ns))
    return boarding


def acknowledged(asker: str, number: int) -> dict[str, Any]:
    """Note a receiver's word that it has a ticket's end, as a Done."""
    push = push_book.push(number, asker)
    if push is None:
        return {"Refused": _unknown()}
    now_ns = ic.time()
    if "Pending" in desk.ticket_state(number, asker, now_ns):
        return {"Refused": bad_request("the ticket has no end yet: there is nothing to have")}
    push_book.acknowledge(push, now_ns)
    set_alarm()
    return {"Ok": "delivered"}


def viewed(asker: str, number: int) -> dict[str, Any]:
    """Return how far a push is, as a DeliveryResult."""
    push = push_book.push(number, asker)
    if push is None:
        return {"Refused": _unknown()}
    shown = {"ticket": number, "state": push.state, "tries": push.tries, "next_ns": push.next_ns}
    return {"Delivery": shown}


def note_end(token: int) -> None:
    """Have what waits for a flight's or a ticket's end told of it."""
    if push_book.ended(token, ic.time()):
        set_alarm()


def wake_pushes() -> None:
    """After a start or an upgrade, read the pushes and go on."""
    push_book.load()
    desk.told = note_end
    set_alarm()


def look_after_pushes(now_ns: int) -> None:
    """Find the ends that no event told of, such as a lease that ran out; forget what is over."""
    for push in push_book.going_on():
        if not push.next_ns and desk.under_way(push.digest, now_ns) is None:
            state = desk.ticket_state(push.ticket, push.asker, now_ns)
            if "Pending" not in state:
                push_book.ended(push.ticket, now_ns)
    push_book.sweep(now_ns, SWEEP_STEPS)
    set_alarm()


def set_alarm() -> None:
    """Set a timer for the next push, unless one comes as early."""
    now_ns = ic.time()
    next_ns = push_book.next_ns(now_ns)
    # A timer that trapped has left its alarm behind, gone by: it counts as none.
    is_set = now_ns <= _alarms.get("next", 0) <= (next_ns or 0) + PAUSE_S * NANOSECONDS
    if next_ns is None or is_set:
        return
    delay_s = max(PAUSE_S, -(-(next_ns - now_ns) // NANOSECONDS))
    _alarms["next"] = now_ns + delay_s * NANOSECONDS
    ic.set_timer(delay_s, _push)


def _push() -> None:
    """Send what is due; for a timer, whose exceptions nobody would see."""
    _alarms.pop("next", None)
    try:
        now_ns = ic.time()
        for push in push_book.due(now_ns, EACH):
            _send(push, now_ns)
    except Exception as error:  # noqa: BLE001 - see above
        ic.print(f"pushes: {type(error).__name__}: {error}")
    set_alarm()


def _send(push: Push, now_ns: int) -> None:
    if f"{push.asker} {push.method}" not in rows.callbacks:
        push_book.drop_all(push.asker, now_ns)
        return
    state = desk.ticket_state(push.ticket, push.asker, now_ns)
    sent = push_book.take(push, now_ns)
    if sent is None or "Refused" in state:
        return
    receiver: Any = KnownPrincipal(push.asker)
    told = ic.notify_raw(receiver, push.method, pushed_bytes(push.ticket, state), 0)
    if told.get("Err") is not None:
        push_book.put_off(push, now_ns)


def _refuse(asker: str, method: str) -> "dict[str, Any] | None":
    if f"{asker} {method}" not in rows.callbacks:
        text = "no such function of yours is listed: a controller calls allow_callback"
        return not_allowed(text)
    if push_book.is_silent(asker):
        return unreachable("your function acknowledges nothing: have it call delivered(ticket)")
    return busy(RETRY_AFTER_S) if len(push_book) >= MAX_PUSHES else None


def _unknown() -> dict[str, Any]:
    return not_allowed("no such push of yours: it may have expired")


def prove(principal: str) -> "dict[str, Any] | None":
    """Refuse what has a principal's form and is none: a push to it would trap."""
    try:
        Principal.from_str(principal)
    except Exception:  # noqa: BLE001 - its classes differ by interpreter
        return bad_request("not a principal: its checksum is wrong")
    return None
