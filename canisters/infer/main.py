"""The infer canister's endpoints: they decode, delegate and render, and decide nothing."""

from typing import cast

from kybra import (
    Async,
    CallResult,
    Principal,
    Vec,
    ic,
    init,
    post_upgrade,
    query,
    text,
    update,
    void,
)

from infer_admin import (
    erase_provider,
    grant_controller,
    grant_writer,
    revoke_controller,
    revoke_writer,
    view_providers,
    write_provider,
)
from infer_calls import dearest_plan, open_call, refuse, settle_call
from infer_core.reply import canonical_body
from infer_core.usage import total_usage
from infer_maps import demand_layout, stamp_layout
from infer_registry import (
    enlist_controller,
    known_providers,
    listed_controllers,
    listed_writers,
    open_registry,
)
from lease_table import lease_table
from refrain_api.infer_records import (
    InferCounters,
    InferQuoteResult,
    InferRequest,
    InferResult,
    ProviderSettings,
    ProviderView,
)
from refrain_api.outcall_records import Management, OutcallReply, TransformArgs
from refrain_api.refusal_variants import Done
from refrain_core.access import refuse_unless_listed
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL
from refrain_core.refusals import internal
from usage_table import load_usages, usages

SWEEP_S = 60
MANAGEMENT = Management(Principal.management_canister())


@init
def init_infer() -> void:
    """Make the installer the first controller; nobody else may do anything yet."""
    stamp_layout()
    open_registry()
    enlist_controller(ic.caller().to_str())
    ic.set_timer_interval(SWEEP_S, sweep_leases)


@post_upgrade
def reload_infer() -> void:
    """Rebuild the heap's copies of stable memory and arm the timer that an upgrade loses."""
    demand_layout()
    open_registry()
    lease_table.load()
    load_usages()
    ic.set_timer_interval(SWEEP_S, sweep_leases)


@update
def infer(request: InferRequest) -> Async[InferResult]:
    """Ask a model by one outcall; a writer attaches at least what `quote_infer` says."""
    outcalls = 0
    charged_cycles = 0
    try:
        call = open_call(request)
        if isinstance(call, dict):
            return refuse(call)
        plan = call.prepared.plan
        charged_cycles = plan.price_cycles
        outcalls = 1
        outcall = MANAGEMENT.http_request(call.outcall).with_cycles(plan.fee_cycles)
        # Commit point: the shards are leased and the price is taken; no other state is held.
        reply: CallResult[OutcallReply] = yield outcall
        return settle_call(call, reply.Ok, reply.Err)
    except Exception as error:  # noqa: BLE001 - a typed refusal instead of a trap
        return refuse(internal(f"infer failed: {type(error).__name__}"), outcalls, charged_cycles)


@query
def transform(args: TransformArgs) -> OutcallReply:
    """Reduce a reply to what every node sees alike: no headers, and an allow-list of fields."""
    reply = args["response"]
    body = canonical_body(reply["status"], reply["body"])
    return {"status": reply["status"], "headers": [], "body": body}


@query
def quote_infer(request: InferRequest) -> InferQuoteResult:
    """Say what `infer` may cost at most, and what this canister's own balance holds meanwhile."""
    served = (*listed_writers, *listed_controllers)
    refusal = refuse_unless_listed(ic.caller().to_str(), served, "writer")
    plan = refusal or dearest_plan(request)
    if isinstance(plan, dict):
        return cast("InferQuoteResult", {"Refused": plan})
    return {"Quoted": {"fee_cycles": plan.price_cycles, "held_cycles": HELD_CYCLES_PER_CALL}}


@query
def models() -> Vec[text]:
    """List the models that are served."""
    return sorted({provider.model for provider in known_providers.values()})


@query
def counters() -> InferCounters:
    """Count what was done since install, removed providers included."""
    total = total_usage(usages.values())
    return {
        "inferences": total.inferences,
        "outcalls": total.calls,
        "failures": total.failures,
        "late_replies": total.late_replies,
        "charged_cycles": total.charged_cycles,
        "leases_held": lease_table.count(ic.time()),
    }


@query
def providers() -> Vec[ProviderView]:
    """List the providers: nobody sees a key, and only controllers see a URL."""
    return view_providers(ic.caller().to_str(), ic.time())


@update
def set_provider(settings: ProviderSettings) -> Done:
    """Add or replace a provider (controllers); without api_key the stored key stays."""
    return write_provider(ic.caller().to_str(), settings)


@update
def remove_provider(name: text) -> Done:
    """Forget a provider and its key (controllers)."""
    return erase_provider(ic.caller().to_str(), name)


@update
def allow_writer(writer: text) -> Done:
    """Let a principal ask for inferences (controllers)."""
    return grant_writer(ic.caller().to_str(), writer)


@update
def deny_writer(writer: text) -> Done:
    """Let a principal ask no more (controllers)."""
    return revoke_writer(ic.caller().to_str(), writer)


@query
def writers() -> Vec[text]:
    """List the writers to controllers; a stranger sees an empty list."""
    return sorted(listed_writers) if ic.caller().to_str() in listed_controllers else []


@update
def add_controller(controller: text) -> Done:
    """Let another principal configure this canister (controllers)."""
    return grant_controller(ic.caller().to_str(), controller)


@update
def remove_controller(controller: text) -> Done:
    """Let a principal configure no more (controllers); the last one stays."""
    return revoke_controller(ic.caller().to_str(), controller)


def sweep_leases() -> None:
    """Forget expired leases; a timer, whose exceptions nobody would see."""
    try:
        lease_table.sweep(ic.time())
    except Exception as error:  # noqa: BLE001 - a timer swallows it unlogged
        ic.print(f"sweep failed: {type(error).__name__}")
