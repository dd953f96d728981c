"""What anybody may ask without asking a model: prices, names, counts."""

from typing import Any, cast

from kybra import Vec, ic, query, text

from infer_access import unserved_refusal
from infer_choices import dearest_price, plans_by_transport
from infer_core.provider_rules import NON_REPLICATED
from infer_core.transport_quotes import transport_quotes
from infer_core.usage import total_usage
from infer_lists import dearest_list
from infer_registry import known_providers
from lease_table import lease_table
from refrain_api.infer_records import (
    InferCounters,
    InferQuoteResult,
    InferRequest,
    TransportQuotesResult,
)
from refrain_core.outcall_price import HELD_CYCLES_PER_CALL
from usage_table import usages


@query
def quote_infer(request: InferRequest) -> InferQuoteResult:
    """Say what `infer` may cost at most, and what this canister's own balance holds meanwhile."""
    return _quoted(unserved_refusal() or dearest_price(request))


@query
def quote_infer_many(requests: Vec[InferRequest]) -> InferQuoteResult:
    """Say what `infer_many` may cost at most, and what is held meanwhile."""
    return _quoted(unserved_refusal() or dearest_list(requests))


@query
def quote_transports(request: InferRequest) -> TransportQuotesResult:
    """Say what a request would cost by each transport and pricing version."""
    unstated: Any = dict(request)
    unstated["transport"] = None
    plans: Any = unserved_refusal() or plans_by_transport(unstated)
    if NON_REPLICATED not in plans:
        return cast("TransportQuotesResult", {"Refused": plans})
    return cast("TransportQuotesResult", {"Quoted": transport_quotes(plans)})


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


def _quoted(price_cycles: int | dict[str, Any]) -> InferQuoteResult:
    if isinstance(price_cycles, dict):
        return cast("InferQuoteResult", {"Refused": price_cycles})
    return {"Quoted": {"fee_cycles": price_cycles, "held_cycles": HELD_CYCLES_PER_CALL}}
