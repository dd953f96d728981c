"""Opening and settling one outcall around its await."""

from typing import Any, NamedTuple, cast

from kybra import ic

from infer_core.inference import (
    Prepared,
    check_cycles,
    check_inference,
    failed,
    inferred,
    prepare,
    read_outcome,
)
from infer_core.outcall_plan import TRANSFORM, OutcallPlan
from infer_core.parameter_support import continuers, takers
from infer_core.provider_rules import Provider
from infer_core.reply import ModelReply
from infer_core.shard_choice import candidates, choose, named, retry_after_s
from infer_core.usage import Usage
from infer_core.work_budgets import Budgets
from infer_registry import known_providers, listed_writers
from lease_table import lease_table
from provider_pace import note_pace, paced
from refrain_api.infer_records import InferResult
from refrain_api.outcall_records import OutcallArgs
from refrain_core.access import refuse_unless_listed
from refrain_core.refusals import busy, lease_lost, unknown_model
from usage_table import book_usage

BUDGETS = Budgets()


class OpenCall(NamedTuple):
    """A call that is paid for and whose shards are leased; it reads no state any more."""

    prepared: Prepared
    keys: tuple[str, ...]
    token: int
    outcall: OutcallArgs


def open_call(inference: Any) -> OpenCall | dict[str, Any]:
    """Check an inference, lease its shards and take its price; or return the refusal.

    Whatever can fail is done before the lease, so that a refusal leaves nothing behind.
    """
    refusal = refuse_unless_listed(ic.caller().to_str(), listed_writers, "writer")
    serving = refusal or _serving(inference)
    if isinstance(serving, dict):
        return serving
    now_ns = ic.time()
    choice = choose(serving, lease_table.leases, now_ns)
    if choice is None:
        return busy(retry_after_s(serving, lease_table.leases, now_ns))
    prepared = prepare(paced(choice.provider, BUDGETS), inference)
    refusal = check_cycles(prepared.plan, ic.msg_cycles_available(), ic.canister_balance())
    if refusal is not None:
        return refusal
    outcall = _outcall_args(prepared.plan)
    token = lease_table.take(choice.keys, now_ns)
    ic.msg_cycles_accept(prepared.plan.price_cycles)
    return OpenCall(prepared, choice.keys, token, outcall)


def settle_call(call: OpenCall, ok: Any, reject: str | None) -> InferResult:
    """Put state back if the lease still holds, book the cost in any case, render the result."""
    now_ns = ic.time()
    prepared = call.prepared
    charged_cycles = prepared.plan.price_cycles
    usage = Usage(calls=1, charged_cycles=charged_cycles)
    if not lease_table.settle(call.keys, call.token, now_ns):
        book_usage(prepared.provider.name, usage._replace(late_replies=1))
        late = lease_lost("the reply came after its lease had ended: ask again")
        return refuse(late, 1, charged_cycles)
    outcome = read_outcome(prepared, ok, reject)
    note_pace(prepared.provider.name, prepared.budget.max_tokens, outcome, now_ns - call.token)
    if isinstance(outcome, dict):
        book_usage(prepared.provider.name, usage._replace(failures=1))
        return refuse(outcome, 1, charged_cycles)
    book_usage(prepared.provider.name, _success(usage, outcome))
    return cast("InferResult", inferred(prepared, outcome, now_ns))


def refuse(refusal: dict[str, Any], outcalls: int = 0, charged_cycles: int = 0) -> InferResult:
    """Render a refusal with what it cost all the same."""
    return cast("InferResult", failed(refusal, outcalls, charged_cycles))


def dearest_plan(inference: Any) -> OutcallPlan | dict[str, Any]:
    """Plan the dearest call that an inference may become, or return the refusal."""
    serving = _serving(inference)
    if isinstance(serving, dict):
        return serving
    plans = [prepare(provider, inference).plan for provider in serving]
    return max(plans, key=lambda plan: plan.fee_cycles)


def _serving(inference: Any) -> list[Provider] | dict[str, Any]:
    """Check an inference and list who may serve it, or return the refusal."""
    refusal = check_inference(inference)
    if refusal is not None:
        return refusal
    request = inference["request"]
    serving = candidates(known_providers.values(), request["model"], inference["sample"])
    if not serving:
        return unknown_model("no provider serves this model: models() names those served")
    serving = named(serving, inference["provider"])
    if not serving:
        return unknown_model("this provider does not serve this model: providers() lists them")
    able = takers(serving, request)
    return able if isinstance(able, dict) else continuers(able, inference["so_far"])


def _success(usage: Usage, reply: ModelReply) -> Usage:
    return usage._replace(
        inferences=1,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
    )


def _outcall_args(plan: OutcallPlan) -> OutcallArgs:
    return {
        "url": plan.url,
        "max_response_bytes": plan.max_response_bytes,
        "method": {"post": None},
        "headers": [{"name": name, "value": value} for name, value in plan.headers],
        "body": plan.body,
        "transform": {"function": (ic.id(), TRANSFORM), "context": b""},
        "is_replicated": plan.is_replicated,
    }
