"""What anybody may ask without asking a model: prices, names, counts."""

from typing import Any, cast

from kybra import Vec, ic, query, text

from infer_calls import dearest_plan
from infer_core.outcall_plan import OutcallPlan
from infer_core.usage import total_usage
from infer_lists import dearest_list
from infer_registry import known_providers, listed_controllers, listed_writers
from lease_table import lease_table
from refrain_api.infer_records import InferCounters, InferQuoteResult, InferRequest
from refrain_core.access import refuse_unless_listed
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL
from usage_table import usages


@query
def quote_infer(request: InferRequest) -> InferQuoteResult:
    """Say what `infer` may cost at most, and what this canister's own balance holds meanwhile."""
    return _quoted(_refuse_stranger() or dearest_plan(request))


@query
def quote_infer_many(requests: Vec[InferRequest]) -> InferQuoteResult:
    """Say what `infer_many` may cost at most, and what is held meanwhile."""
    return _quoted(_refuse_stranger() or dearest_list(requests))


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


def _refuse_stranger() -> dict[str, Any] | None:
    served = (*listed_writers, *listed_controllers)
    return refuse_unless_listed(ic.caller().to_str(), served, "writer")


def _quoted(plan: OutcallPlan | dict[str, Any]) -> InferQuoteResult:
    if isinstance(plan, dict):
        return cast("InferQuoteResult", {"Refused": plan})
    return {"Quoted": {"fee_cycles": plan.price_cycles, "held_cycles": HELD_CYCLES_PER_CALL}}
