"""The infer canister's endpoints: they decode, delegate and render, and decide nothing."""

from typing import Any, cast

from kybra import (
    Async,
    CallResult,
    Vec,
    ic,
    init,
    post_upgrade,
    query,
    text,
    update,
    void,
)

from call_flow import MANAGEMENT, carry_out
from infer_admin import (
    add_controller,
    allow_writer,
    deny_writer,
    providers,
    remove_controller,
    remove_provider,
    set_provider,
    set_subnet_nodes,
    writers,
)
from infer_calls import open_call, open_test, outcall_of, refuse
from infer_core.inference_results import NOTHING, whole_cost
from infer_core.outcall_plan import MUST_AGREE
from infer_core.reply import canonical_body
from infer_core.work_meter import LIST_BUILDING
from infer_events import events
from infer_limits import set_budgets, status
from infer_lists import OpenList, failed_list, open_list, settle_list
from infer_maps import demand_layout, stamp_layout
from infer_quotes import counters, models, quote_infer, quote_infer_many, quote_transports
from infer_registry import enlist_controller, open_registry
from infer_settings import stated
from lease_table import lease_table
from refrain_api.caller_texts import take_callers_as_texts
from refrain_api.infer_records import InferManyResult, InferRequest, InferResult
from refrain_api.outcall_records import OutcallReply, TransformArgs
from refrain_core.refusals import internal
from resting import rest
from text_forms import infer_text
from usage_table import load_usages
from work_counts import count_work

# Kybra looks endpoints up by name among what this module exports.
__all__ = [
    "add_controller",
    "allow_writer",
    "counters",
    "deny_writer",
    "events",
    "infer",
    "infer_many",
    "infer_text",
    "init_infer",
    "models",
    "providers",
    "quote_infer",
    "quote_infer_many",
    "quote_transports",
    "reload_infer",
    "remove_controller",
    "remove_provider",
    "rest",
    "set_budgets",
    "set_provider",
    "set_subnet_nodes",
    "status",
    "test_provider",
    "transform",
    "writers",
]

SWEEP_S = 60


@init
def init_infer() -> void:
    """Make the installer the first controller; nobody else may do anything yet."""
    stamp_layout()
    take_callers_as_texts()
    open_registry()
    enlist_controller(str(ic.caller()))
    ic.set_timer_interval(SWEEP_S, sweep_leases)


@post_upgrade
def reload_infer() -> void:
    """Rebuild the heap's copies of stable memory and arm the timer that an upgrade loses."""
    demand_layout()
    take_callers_as_texts()
    open_registry()
    lease_table.load()
    load_usages()
    stated.load()
    ic.set_timer_interval(SWEEP_S, sweep_leases)


@update
def infer(request: InferRequest) -> Async[InferResult]:
    """Ask a model by one outcall; a writer attaches at least what `quote_infer` says."""
    cost = NOTHING
    try:
        call = open_call(request)
        if isinstance(call, dict):
            return refuse(call)
        cost = whole_cost(call.prepared)
        # Committed at each of its awaits: the lease, the price; no other state is held.
        return (yield from carry_out(call, request))
    except Exception as error:  # noqa: BLE001 - a typed refusal instead of a trap
        return refuse(internal(f"infer failed: {type(error).__name__}"), cost)


@update
def test_provider(name: text) -> Async[InferResult]:
    """Ask a provider for a few words (controllers); paid from this canister's own balance."""
    cost = NOTHING
    try:
        call = open_test(str(ic.caller()), name)
        if isinstance(call, dict):
            return refuse(call)
        cost = whole_cost(call.prepared)
        # Committed at each of its awaits: the lease; no other state is held.
        return (yield from carry_out(call))
    except Exception as error:  # noqa: BLE001 - a typed refusal instead of a trap
        return refuse(internal(f"test_provider failed: {type(error).__name__}"), cost)


@update
def infer_many(requests: Vec[InferRequest]) -> Async[InferManyResult]:
    """Ask up to 16 requests of equal provider and parameters by one outcall."""
    opened = None
    try:
        opened = yield from open_list(requests)
        if isinstance(opened, dict):
            return cast("InferManyResult", {"Refused": opened})
        plan = opened.plan
        outcall = MANAGEMENT.http_request(outcall_of(plan)).with_cycles(plan.fee_cycles)
        count_work(LIST_BUILDING)
        # Commit point: a shard is leased and the price is taken; no other state is held.
        reply: CallResult[OutcallReply] = yield outcall
        return (yield from settle_list(opened, reply.Ok, reply.Err))
    except Exception as error:  # noqa: BLE001 - a typed refusal instead of a trap
        refusal = internal(f"infer_many failed: {type(error).__name__}")
        if isinstance(opened, OpenList):
            return failed_list(opened, refusal)
        return cast("InferManyResult", {"Refused": refusal})


@query
def transform(args: TransformArgs) -> OutcallReply:
    """Reduce a reply to what every node sees alike: no headers, and an allow-list of fields."""
    reply = args["response"]
    must_agree = args["context"] == MUST_AGREE
    headers: Any = reply["headers"]
    body = canonical_body(reply["status"], reply["body"], headers, must_agree=must_agree)
    return {"status": reply["status"], "headers": [], "body": body}


def sweep_leases() -> None:
    """Forget expired leases; a timer, whose exceptions nobody would see."""
    try:
        lease_table.sweep(ic.time())
    except Exception as error:  # noqa: BLE001 - a timer swallows it unlogged
        ic.print(f"sweep failed: {type(error).__name__}")
