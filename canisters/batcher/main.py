"""The batcher canister: the front door of Refrain. Endpoints only; decisions are elsewhere."""

from typing import Any, cast

from kybra import Async, Manual, Vec, ic, init, nat64, post_upgrade, query, text, update, void

from accounts import account, withdraw
from admitting import Boarding
from asking import asked, quoted
from batch_endpoints import batch_cancel, batch_create, batch_errors, batch_output, batch_status
from batcher_admin import (
    add_controller,
    allow_asker,
    askers,
    configure,
    connect,
    deny_asker,
    refresh_models,
    remove_controller,
    set_priority,
    settings,
)
from batcher_rows import rows
from batcher_state import desk
from cache_wiring import add_cache, remove_cache, shards
from cancelling import cancel
from insights import counters, voters
from membership import allow_member, deny_member, members
from push_endpoints import (
    allow_callback,
    callbacks,
    delivered,
    delivery,
    deny_callback,
    submit_to,
)
from quota_endpoints import quota, quotas, remove_quota, set_quota
from refrain_api.ask_records import AskRequest
from refrain_api.batcher_records import (
    AskResult,
    QuoteResult,
    StreamResult,
    SubmitResult,
    TicketState,
)
from refrain_api.caller_texts import caller_text, take_callers_as_texts
from refrain_api.cycles_service import CyclesService
from refrain_api.services import BatcherService, CacheService, InferService
from refrain_core.refusals import internal
from self_calls import done, tasks
from streaming import read_stream
from submitting import boarded
from voting import continued
from waking import begin, wake
from window_calls import continued_in_window

# Kybra looks endpoints and services up by name among what this module exports.
__all__ = [
    "BatcherService",
    "CacheService",
    "CyclesService",
    "InferService",
    "account",
    "add_cache",
    "add_controller",
    "allow_asker",
    "allow_callback",
    "allow_member",
    "ask",
    "askers",
    "batch_cancel",
    "batch_create",
    "batch_errors",
    "batch_output",
    "batch_status",
    "callbacks",
    "cancel",
    "configure",
    "connect",
    "counters",
    "delivered",
    "delivery",
    "deny_asker",
    "deny_callback",
    "deny_member",
    "init_",
    "members",
    "models",
    "post_upgrade_",
    "quota",
    "quotas",
    "quote",
    "refresh_models",
    "remove_cache",
    "remove_controller",
    "remove_quota",
    "result",
    "set_priority",
    "set_quota",
    "settings",
    "shards",
    "stream",
    "submit",
    "submit_to",
    "take_up",
    "voters",
    "withdraw",
]


@init
def init_() -> void:
    """Begin closed: the installer is the only controller, and nobody else may ask."""
    take_callers_as_texts()
    begin(caller_text())


@post_upgrade
def post_upgrade_() -> void:
    """Rebuild the heap from stable memory, and go on with what the upgrade cut off."""
    take_callers_as_texts()
    wake()


@update
def ask(request: AskRequest) -> Async[Manual[AskResult]]:
    """Answer in the reply: from the cache, or by a flight of its own; or join one by ticket.

    A stale answer is replied at once, and renewed behind the reply.
    """
    try:
        boarding = yield from asked(caller_text(), cast("dict[str, Any]", request))
    except Exception as error:  # noqa: BLE001 - an async method answers whatever happens
        boarding = Boarding(_internal(error), None)
    ic.reply(boarding.reply)
    yield from continued(boarding.work)
    return None


@update
def submit(request: AskRequest) -> Async[Manual[SubmitResult]]:
    """Reply a ticket at once and go on working: its outcome is read with `result`."""
    try:
        boarding = boarded(caller_text(), cast("dict[str, Any]", request))
    except Exception as error:  # noqa: BLE001 - an async method answers whatever happens
        boarding = Boarding(_internal(error), None)
    ic.reply(boarding.reply)
    yield from continued_in_window(boarding.work)
    return None


@update
def take_up(task: nat64) -> Async[Manual[text]]:
    """Do a piece of work that this canister told itself to do; nobody else can name one."""
    taken = tasks.take(task, caller_text())
    # Nobody waits for this reply, and what it holds back is free again at once.
    ic.reply("" if taken is None else "taken up")
    yield from done(taken)
    return None


@query
def result(ticket: nat64) -> TicketState:
    """Say where a ticket stands, to its asker only."""
    return cast("TicketState", desk.ticket_state(ticket, caller_text(), ic.time()))


@query
def stream(ticket: nat64, cursor: nat64) -> StreamResult:
    """Say what a ticket's answer says from a character on, and whether that is all."""
    return cast("StreamResult", read_stream(ticket, caller_text(), cursor))


@query
def quote(request: AskRequest) -> QuoteResult:
    """Say what an ask will cost before it is made."""
    reply = quoted(caller_text(), cast("dict[str, Any]", request))
    return cast("QuoteResult", reply)


@query
def models() -> Vec[text]:
    """List the models that can be asked, by their whole names."""
    return rows.models


def _internal(error: Exception) -> dict[str, Any]:
    return {"Refused": internal(f"{type(error).__name__} in the batcher: ask again")}
