"""The way of an opened call to its answer, whoever opened it."""

from collections.abc import Generator
from typing import Any, cast

from chain_calls import ask_chain
from infer_calls import OpenCall, outcall_of, settle_call
from infer_core.chain_plan import ChainPlan
from infer_core.work_meter import BUILDING, CALLBACK
from refrain_api.caller_texts import KnownPrincipal
from refrain_api.infer_records import InferResult
from refrain_api.outcall_records import Management
from work_counts import count_work

MANAGEMENT = Management(cast("Any", KnownPrincipal("aaaaa-aa")))


def carry_out(call: OpenCall) -> Generator[Any, Any, InferResult]:
    """Ask the provider by its transport, and settle the call."""
    plan = call.prepared.plan
    if isinstance(plan, ChainPlan):
        return (yield from ask_chain(call, plan))
    outcall = MANAGEMENT.http_request(outcall_of(plan)).with_cycles(plan.fee_cycles)
    count_work(BUILDING)
    # Commit point: the shards are leased and the price is taken; no other state is held.
    reply: Any = yield outcall
    result = settle_call(call, reply.Ok, reply.Err)
    count_work(CALLBACK)
    return result
