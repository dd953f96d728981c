"""What one request would cost by each transport and pricing version."""

from typing import Any

from infer_core.outcall_plan import MARGIN_CYCLES, OutcallPlan
from infer_core.provider_rules import NON_REPLICATED
from refrain_core.outcall_price_v2 import (
    Exchange,
    flexible_fee_cycles,
    replicated_fee_cycles,
    single_fee_cycles,
)

FLEXIBLE = "flexible"
COMMITTEE = 3
LEAST = 2
"""A flexible outcall is quoted for two of three nodes, the fewest that can agree."""

ROUND_TRIP_MS = 20_000
TRANSFORM_INSTRUCTIONS = 10_000_000
"""What a version 2 quote presumes: a slow model, and the transform of a reply of some kB."""


def transport_quotes(plans: "dict[str, OutcallPlan]") -> list[dict[str, Any]]:
    """Quote a request's plans by their transports: version 1 as charged, 2 by its formulas.

    Version 1 charges what may be replied, whoever asks; version 2 what is replied, for which the
    largest reply is taken here.
    """
    quotes = [_quote(mode, 1, plan.fee_cycles) for mode, plan in plans.items()]
    for mode, plan in plans.items():
        by_formula = single_fee_cycles if mode == NON_REPLICATED else replicated_fee_cycles
        quotes.append(_quote(mode, 2, by_formula(_exchange(plan), plan.nodes)))
    one = plans[NON_REPLICATED]
    flexible = flexible_fee_cycles(_exchange(one), one.nodes, LEAST, COMMITTEE)
    return [*quotes, _quote(FLEXIBLE, 2, flexible)]


def _exchange(plan: OutcallPlan) -> Exchange:
    size = plan.max_response_bytes
    return Exchange(plan.request_bytes, size, size, ROUND_TRIP_MS, TRANSFORM_INSTRUCTIONS)


def _quote(transport: str, pricing_version: int, fee_cycles: int) -> dict[str, Any]:
    return {
        "transport": transport,
        "pricing_version": pricing_version,
        "fee_cycles": fee_cycles + MARGIN_CYCLES,
    }
