"""The endpoints of pushes: asked for by a canister, acknowledged by it, listed by controllers."""

from typing import Any, cast

from kybra import Async, Manual, Vec, ic, nat64, query, text, update

from admitting import Boarding
from batcher_access import strangers_refusal
from batcher_rows import MAX_CALLBACKS, rows
from pushing import acknowledged, boarded_to, prove, push_book, viewed
from refrain_api.ask_records import AskRequest
from refrain_api.batcher_records import SubmitResult
from refrain_api.caller_texts import caller_text
from refrain_api.delivery_records import Callback, DeliveryResult
from refrain_api.refusal_variants import Done
from refrain_core.access import refuse_grant
from refrain_core.refusals import bad_request, internal
from window_calls import continued_in_window

MAX_METHOD_CHARACTERS = 64
MANAGEMENT = "aaaaa-aa"


@update
def submit_to(request: AskRequest, method: text) -> Async[Manual[SubmitResult]]:
    """Submit, and have the ticket's end pushed to a listed function of the calling canister.

    It is called with (nat64, text, text): the ticket, how it ended, and the answer or the reason;
    at least once, until it calls `delivered`.
    """
    try:
        boarding = boarded_to(caller_text(), cast("dict[str, Any]", request), method)
    except Exception as error:  # noqa: BLE001 - an async method answers whatever happens
        reply = {"Refused": internal(f"{type(error).__name__} in the batcher: ask again")}
        boarding = Boarding(reply, None)
    ic.reply(boarding.reply)
    yield from continued_in_window(boarding.work)
    return None


@update
def delivered(ticket: nat64) -> Done:
    """Acknowledge a push, so that it is not sent again."""
    return cast("Done", acknowledged(caller_text(), ticket))


@query
def delivery(ticket: nat64) -> DeliveryResult:
    """Say how far a push is, to its asker only."""
    return cast("DeliveryResult", viewed(caller_text(), ticket))


@update
def allow_callback(callback: Callback) -> Done:
    """Let a canister have its own answers pushed to one of its functions."""
    canister, method = callback["canister"], callback["method"]
    refusal = strangers_refusal() or refuse_grant(canister) or prove(canister)
    if refusal is None and canister in (*_own(), *rows.space.caches, *rows.wiring.values()):
        refusal = bad_request("a push there would be this canister's own word: choose a dapp's")
    if refusal is None and not _is_method(method):
        refusal = bad_request(f"method: letters, digits and _, up to {MAX_METHOD_CHARACTERS}")
    if refusal is None and len(rows.callbacks) >= MAX_CALLBACKS:
        refusal = bad_request(f"there are {MAX_CALLBACKS} callbacks: deny one first")
    if refusal is not None:
        return cast("Done", {"Refused": refusal})
    rows.allow_callback(canister, method)
    push_book.hear(canister)
    return {"Ok": "allowed"}


@update
def deny_callback(callback: Callback) -> Done:
    """Push nothing more to a function; what waits for it is given up, and read by its ticket."""
    refusal = strangers_refusal()
    if refusal is not None:
        return cast("Done", {"Refused": refusal})
    rows.deny_callback(callback["canister"], callback["method"])
    return {"Ok": "denied"}


@query
def callbacks() -> Vec[Callback]:
    """List the functions that are pushed to, for a controller; for others the list is empty."""
    if strangers_refusal() is not None:
        return []
    listed = [listing.split(" ") for listing in sorted(rows.callbacks)]
    return [{"canister": canister, "method": method} for canister, method in listed]


def _own() -> list[str]:
    return [MANAGEMENT, str(ic.id())]


def _is_method(name: str) -> bool:
    plain = name.replace("_", "a")
    return plain.isalnum() and plain.isascii() and len(name) <= MAX_METHOD_CHARACTERS
