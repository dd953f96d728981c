"""Opening and settling one outcall around its await."""

from collections.abc import Callable
from typing import Any, NamedTuple, cast

from kybra import ic

from infer_core.inference import (
    Prepared,
    carried,
    check_cycles,
    check_inference,
    prepare,
    read_outcome,
)
from infer_core.inference_results import NOTHING, Cost, failed, inferred, whole_cost
from infer_core.outcall_plan import TRANSFORM, OutcallPlan
from infer_core.parameter_support import carriers, continuers, takers
from infer_core.provider_rules import MODES, Provider
from infer_core.reply_fields import ModelReply
from infer_core.shard_choice import Choice, candidates, choose, named, retry_after_s
from infer_core.usage import Usage
from infer_core.work_budgets import Budgets
from infer_registry import known_providers, listed_writers
from infer_subnet import subnet
from lease_table import lease_table
from provider_pace import note_pace, paced
from refrain_api.infer_records import InferResult
from refrain_api.outcall_records import OutcallArgs
from refrain_core.access import refuse_unless_listed
from refrain_core.refusals import bad_request, busy, lease_lost, unknown_model
from usage_table import book_usage

BUDGETS = Budgets()


class OpenCall(NamedTuple):
    """A call that is paid for and whose shards are leased; it reads no state any more."""

    prepared: Prepared
    keys: tuple[str, ...]
    token: int


def open_call(inference: Any) -> OpenCall | dict[str, Any]:
    """Check an inference, lease its shards and take its price; or return the refusal.

    Whatever can fail is done before the lease, so that a refusal leaves nothing behind.
    """
    refusal = refuse_unless_listed(ic.caller().to_str(), listed_writers, "writer")
    serving = refusal or _able(inference)
    choice = serving if isinstance(serving, dict) else free_shard(serving)
    if isinstance(choice, dict):
        return choice
    return take(choice, prepare(paced(choice.provider, BUDGETS), inference, subnet.nodes))


def take(choice: Choice, prepared: Prepared) -> OpenCall | dict[str, Any]:
    """Lease a free shard for what is prepared and take its price, or return the refusal."""
    plan = prepared.plan
    refusal = check_cycles(plan, ic.msg_cycles_available(), ic.canister_balance())
    if refusal is not None:
        return refusal
    token = lease_table.take(choice.keys, ic.time())
    ic.msg_cycles_accept(plan.price_cycles)
    return OpenCall(prepared, choice.keys, token)


def settle_call(call: OpenCall, ok: Any, reject: str | None) -> InferResult:
    """Settle an outcall: a reply of OutcallReply's shape, or a reject's text."""
    prepared = call.prepared
    return settle(call, 1, lambda: read_outcome(prepared, ok, reject))


def settle(
    call: OpenCall, calls: int, read: Callable[[], ModelReply | dict[str, Any]]
) -> InferResult:
    """Put state back if the lease still holds, book the cost in any case, render the result."""
    now_ns = ic.time()
    prepared = call.prepared
    usage = give_back(call, now_ns, calls)
    if usage is None:
        late = lease_lost("the reply came after its lease had ended: ask again")
        return refuse(late, whole_cost(prepared))
    outcome = read()
    note_pace(prepared.provider.name, prepared.budget.max_tokens, outcome, now_ns - call.token)
    if isinstance(outcome, dict):
        book_usage(prepared.provider.name, usage._replace(failures=1))
        return refuse(outcome, whole_cost(prepared))
    book_usage(prepared.provider.name, _success(usage, outcome))
    return cast("InferResult", inferred(prepared, outcome, now_ns))


def give_back(call: OpenCall, now_ns: int, calls: int = 1) -> Usage | None:
    """Give a call's shard back; what it used so far, or None, booked, where its lease was over."""
    usage = Usage(calls=calls, charged_cycles=call.prepared.plan.price_cycles)
    if lease_table.settle(call.keys, call.token, now_ns):
        return usage
    book_usage(call.prepared.provider.name, usage._replace(late_replies=1))
    return None


def refuse(refusal: dict[str, Any], cost: Cost = NOTHING) -> InferResult:
    """Render a refusal with what it cost all the same."""
    return cast("InferResult", failed(refusal, cost))


def dearest_price(inference: Any) -> int | dict[str, Any]:
    """Price the dearest call that an inference may become, or return the refusal."""
    serving = _able(inference)
    if isinstance(serving, dict):
        return serving
    return max([prepare(one, inference, subnet.nodes).plan.price_cycles for one in serving])


def plans_by_transport(inference: Any) -> "dict[str, OutcallPlan] | dict[str, Any]":
    """Plan the outcall that an inference would become by each transport, or return the refusal."""
    serving = _able(inference)
    if isinstance(serving, dict):
        return serving
    plans = {}
    for mode in MODES:
        plan = prepare(carried(serving[0], mode), inference, subnet.nodes).plan
        if not isinstance(plan, OutcallPlan):
            return bad_request("this model's canister is asked onchain: see quote_infer")
        plans[mode] = plan
    return plans


def providers_of(inference: Any) -> list[Provider] | dict[str, Any]:
    """List who serves a checked inference's model and may be asked, or return the refusal."""
    model = inference["request"]["model"]
    serving = candidates(known_providers.values(), model, inference["sample"])
    if not serving:
        return unknown_model("no provider serves this model: models() names those served")
    chosen = named(serving, inference["provider"])
    if not chosen:
        return unknown_model("this provider does not serve this model: providers() lists them")
    return chosen


def free_shard(serving: list[Provider]) -> Choice | dict[str, Any]:
    """Choose a free shard of the providers, or say when one may be."""
    now_ns = ic.time()
    choice = choose(serving, lease_table.leases, now_ns)
    return choice or busy(retry_after_s(serving, lease_table.leases, now_ns))


def outcall_of(plan: OutcallPlan) -> OutcallArgs:
    """Write an outcall as the management canister takes it."""
    return {
        "url": plan.url,
        "max_response_bytes": plan.max_response_bytes,
        "method": {"post": None},
        "headers": [{"name": name, "value": value} for name, value in plan.headers],
        "body": plan.body,
        "transform": {"function": (ic.id(), TRANSFORM), "context": b""},
        "is_replicated": plan.is_replicated,
    }


def _able(inference: Any) -> list[Provider] | dict[str, Any]:
    """Check an inference and list who may serve it, or return the refusal."""
    serving = check_inference(inference) or providers_of(inference)
    if not isinstance(serving, dict):
        serving = takers(serving, inference["request"])
    if not isinstance(serving, dict):
        serving = carriers(serving, inference["transport"])
    if isinstance(serving, dict):
        return serving
    return continuers(serving, inference["so_far"])


def _success(usage: Usage, reply: ModelReply) -> Usage:
    return usage._replace(
        inferences=1,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
    )
