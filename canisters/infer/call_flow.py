"""The way of an opened call to its answer, whoever opened it."""

from collections.abc import Generator
from typing import Any, cast

from chain_calls import ask_chain
from infer_calls import OpenCall, Settled, open_again, outcall_of, refuse, settle_call
from infer_core.chain_plan import ChainPlan
from infer_core.inference_results import costing_more, whole_cost
from infer_core.retry_rules import ELSEWHERE, NOWHERE
from infer_core.work_meter import BUILDING, CALLBACK
from infer_settings import stated
from refrain_api.caller_texts import KnownPrincipal
from refrain_api.infer_records import InferResult
from refrain_api.outcall_records import Management
from refrain_core.refusals import internal
from work_counts import count_work

MANAGEMENT = Management(cast("Any", KnownPrincipal("aaaaa-aa")))


def carry_out(call: OpenCall, inference: Any = None) -> Generator[Any, Any, InferResult]:
    """Ask the provider by its transport, and settle the call.

    inference: what the call is for, if others may be asked where its provider did no work for it.
    """
    result, again = yield from _asked(call)
    if again == NOWHERE or inference is None:
        return result
    return (yield from _further(call, inference, result, again))


def _further(
    call: OpenCall, inference: Any, result: InferResult, again: str
) -> Generator[Any, Any, InferResult]:
    """Ask further for what brought no answer; each call has its own lease, price and booking."""
    tried: set[str] = set()
    for _ in range(stated.budgets.attempts - 1):
        if again == ELSEWHERE:
            tried.add(call.prepared.provider.name)
        opened = NOWHERE if again == NOWHERE else open_again(call, inference, tried)
        if not isinstance(opened, OpenCall):
            break
        call = opened
        try:
            later, again = yield from _asked(call)
        except Exception as error:  # noqa: BLE001 - what it cost must be told
            fault = internal(f"asking again failed: {type(error).__name__}")
            later, again = refuse(fault, whole_cost(call.prepared)), NOWHERE
        result = cast("InferResult", costing_more(later, result))
    return result


def _asked(call: OpenCall) -> Generator[Any, Any, Settled]:
    plan = call.prepared.plan
    if isinstance(plan, ChainPlan):
        return (yield from ask_chain(call, plan))
    outcall = MANAGEMENT.http_request(outcall_of(plan)).with_cycles(plan.fee_cycles)
    count_work(BUILDING)
    # Commit point: the shards are leased and the price is taken; no other state is held but, of
    # a further call, what the earlier ones cost.
    reply: Any = yield outcall
    settled = settle_call(call, reply.Ok, reply.Err)
    count_work(CALLBACK)
    return settled
