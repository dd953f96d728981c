"""Which providers may be asked, and what that would cost; nothing here changes state."""

from typing import Any

from kybra import ic

from infer_core.inference import carried, check_inference, prepare
from infer_core.outcall_plan import OutcallPlan
from infer_core.parameter_support import carriers, continuers, takers
from infer_core.provider_rules import MODES, Provider
from infer_core.shard_choice import Choice, candidates, choose, named, retry_after_s
from infer_registry import known_providers
from infer_settings import stated
from lease_table import lease_table
from refrain_core.refusals import bad_request, busy, unknown_model
from reply_rooms import with_room


def able_providers(inference: Any) -> list[Provider] | dict[str, Any]:
    """Check an inference and list who may serve it, or return the refusal."""
    serving = check_inference(inference) or providers_of(inference)
    if not isinstance(serving, dict):
        serving = takers(serving, inference["request"])
    if not isinstance(serving, dict):
        serving = carriers(serving, inference["transport"])
    if isinstance(serving, dict):
        return serving
    return continuers(serving, inference["so_far"])


def dearest_price(inference: Any) -> int | dict[str, Any]:
    """Price the dearest call that an inference may become, or return the refusal."""
    serving = able_providers(inference)
    if isinstance(serving, dict):
        return serving
    now_ns = ic.time()
    calls = [with_room(prepare(one, inference, stated.bounds), now_ns) for one in serving]
    return max([call.plan.price_cycles for call in calls])


def plans_by_transport(inference: Any) -> "dict[str, OutcallPlan] | dict[str, Any]":
    """Plan the outcall that an inference would become by each transport, or return the refusal."""
    serving = able_providers(inference)
    if isinstance(serving, dict):
        return serving
    plans = {}
    for mode in MODES:
        plan = prepare(carried(serving[0], mode), inference, stated.bounds).plan
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
